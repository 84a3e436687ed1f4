"""Every SQL statement on `push_devices`: the browsers and apps that are reached by push."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Row, Tx
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.payments.model import PAYMENT

USER: Final = "user"  # who works here: a browser in which they are told what operators are told
MOST_DEVICES: Final = 5  # of one payment or user: who asks on a sixth is reached no more on the first


class Device(NamedTuple):
    """One browser or app, for what it asked, and the business time at which it was read."""

    id: UUID
    object: ObjectRef
    connection: str
    address: str
    keys: Mapping[str, str]
    now: datetime


async def add(tx: Tx, about: ObjectRef, connection: str, address: str, keys: Mapping[str, str]) -> UUID:
    """Keep one, as the newest, whether it was known or not; of too many the oldest go. Returns its id."""
    id_: UUID = await tx.fetchval(
        """
        INSERT INTO push_devices (id, object_type, object_id, connection, digest, address, keys, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, business_now())
        ON CONFLICT (object_type, object_id, digest) DO UPDATE SET
            connection = excluded.connection, keys = excluded.keys, created_at = excluded.created_at
        RETURNING id
        """,
        ids.new(),
        *about,
        connection,
        _digest(address),
        address,
        dict(keys),
    )
    await tx.execute(
        """
        DELETE FROM push_devices WHERE id IN (
            SELECT id FROM (
                SELECT id, row_number() OVER (ORDER BY created_at DESC, id DESC) AS place FROM push_devices
                WHERE object_type = $1 AND object_id = $2) AS placed
            WHERE place > $3)
        """,
        *about,
        MOST_DEVICES,
    )
    return id_


async def remove(tx: Tx, about: ObjectRef, address: str) -> bool:
    """Reach it about this no more; whether it was."""
    gone = await tx.fetchval(
        "DELETE FROM push_devices WHERE object_type = $1 AND object_id = $2 AND digest = $3 RETURNING true",
        *about,
        _digest(address),
    )
    return bool(gone)


async def drop(tx: Tx, id_: UUID) -> None:
    """Its push service says that it is gone: reach that address about nothing any more."""
    await tx.execute(
        """
        DELETE FROM push_devices WHERE (connection, digest) IN (SELECT connection, digest FROM push_devices WHERE id = $1)
        """,
        id_,
    )


async def get(tx: Tx, id_: UUID) -> Device | None:
    """One of them; None where it is reached no more."""
    row = await tx.fetchrow(
        """
        SELECT id, object_type, object_id, connection, address, keys, business_now() AS now FROM push_devices WHERE id = $1
        """,
        id_,
    )
    if row is None:
        return None
    about = ObjectRef(row["object_type"], row["object_id"])
    return Device(row["id"], about, row["connection"], row["address"], row["keys"], row["now"])


async def newest(tx: Tx, objects: Sequence[UUID], object_type: str = PAYMENT) -> Mapping[UUID, str]:
    """Where the payer of each payment, or each user, asked last to be told, as a message names its recipient: one place, for one push a person."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT ON (object_id) object_id, id FROM push_devices WHERE object_type = $1 AND object_id = ANY($2)
        ORDER BY object_id, created_at DESC, id DESC
        """,
        object_type,
        list(objects),
    )
    return {row["object_id"]: ids.show("dev", row["id"]) for row in rows}


async def of_payments(tx: Tx, payments: Sequence[UUID]) -> list[Row]:
    """Every one that was asked for about these payments."""
    return await _about(tx, PAYMENT, payments)


async def of_user(tx: Tx, user: UUID) -> list[Row]:
    """Every one in which this user asked for what operators are told."""
    return await _about(tx, USER, [user])


async def _about(tx: Tx, object_type: str, objects: Sequence[UUID]) -> list[Row]:
    return await tx.fetch(
        """
        SELECT id, object_type, object_id, connection, address, created_at FROM push_devices
        WHERE object_type = $1 AND object_id = ANY($2) ORDER BY object_id, id
        """,
        object_type,
        list(objects),
    )


async def erase(tx: Tx, devices: Sequence[UUID]) -> None:
    """Forget them."""
    await tx.execute("DELETE FROM push_devices WHERE id = ANY($1)", list(devices))


def _digest(address: str) -> bytes:
    return hashlib.sha256(address.encode()).digest()
