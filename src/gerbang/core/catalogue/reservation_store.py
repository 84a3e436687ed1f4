"""Every SQL statement on `reservations`, their items and parts; rows ⇄ model. Items and parts are written by whoever holds the products' rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx, columns
from gerbang.core.catalogue.allocation import Part
from gerbang.core.catalogue.model import Line, Reservation, ReservationStatus

_RESERVATION: Final = "SELECT id, owner, status, until FROM reservations "


class Item(msgspec.Struct, frozen=True):
    """What is left of a line: `line` says how much of what is still ordered, `missing` how much of it is not there."""

    number: int
    line: Line
    missing: int


async def add(tx: Tx, made: Sequence[Reservation]) -> set[str]:
    """New reservations, without items; the owners that had none."""
    rows = [(one.id, one.owner, one.status.value, one.until) for one in made]
    added = await tx.fetch(
        """
        INSERT INTO reservations (id, owner, status, until, created_at, updated_at)
        SELECT n.*, business_now(), business_now() FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS n (id, owner, status, until)
        ORDER BY n.owner ON CONFLICT (owner) DO NOTHING RETURNING owner
        """,
        *columns(rows, 4),
    )
    return {row["owner"] for row in added}


async def add_items(tx: Tx, added: Sequence[tuple[UUID, Item]]) -> None:
    """The lines of new reservations."""
    rows = [(id_, i.number, i.line.sku, i.line.warehouse or "", i.line.quantity, i.missing) for id_, i in added]
    await tx.execute(
        """
        INSERT INTO reservation_items (reservation_id, line, product_id, warehouse, units, missing)
        SELECT n.id, n.line, p.id, n.warehouse, n.units, n.missing
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) AS n (id, line, sku, warehouse, units, missing)
        JOIN products p ON p.sku = n.sku
        """,
        *columns(rows, 6),
    )


async def hold(tx: Tx, owners: Sequence[str]) -> list[Line]:
    """Keep the reservations of these owners from being changed by others, in one order for everybody. Before their products are; the lines that they have left."""
    held = await tx.fetch("SELECT id FROM reservations WHERE owner = ANY($1) ORDER BY owner FOR UPDATE", list(owners))
    rows = await tx.fetch(
        """
        SELECT i.line, p.sku, i.warehouse, i.units, i.missing FROM reservation_items i JOIN products p ON p.id = i.product_id
        WHERE i.reservation_id = ANY($1)
        """,
        [row["id"] for row in held],
    )
    return [_item(row).line for row in rows]


async def hold_of(tx: Tx, owners: Sequence[str]) -> dict[Reservation, int]:
    """The reservations of these owners, held likewise, each with the number of its next line."""
    held = await tx.fetch(_RESERVATION + "WHERE owner = ANY($1) ORDER BY owner FOR UPDATE", list(owners))
    rows = await tx.fetch(
        "SELECT reservation_id, max(line) + 1 AS next FROM reservation_items WHERE reservation_id = ANY($1) GROUP BY 1",
        [row["id"] for row in held],
    )
    following = {row["reservation_id"]: row["next"] for row in rows}
    return {_reservation(row): following.get(row["id"], 0) for row in held}


async def lock(tx: Tx, owner: str) -> Reservation | None:
    """The owner's reservation, kept from being changed by others. Before its products are."""
    row = await tx.fetchrow(_RESERVATION + "WHERE owner = $1 FOR UPDATE", owner)
    return _reservation(row) if row is not None else None


async def of_owner(tx: Tx, owner: str) -> Reservation | None:
    """The owner's reservation."""
    row = await tx.fetchrow(_RESERVATION + "WHERE owner = $1", owner)
    return _reservation(row) if row is not None else None


async def made_after(tx: Tx, id_: UUID, limit: int) -> list[tuple[UUID, str, bool]]:
    """The next by their ids: whose they are, and whether anything is kept for them."""
    rows = await tx.fetch(
        """
        SELECT id, owner, EXISTS (SELECT FROM reservation_parts WHERE reservation_id = r.id) AS is_kept FROM reservations r
        WHERE id > $1 ORDER BY id LIMIT $2
        """,
        id_,
        limit,
    )
    return [(row["id"], row["owner"], row["is_kept"]) for row in rows]


async def due(tx: Tx, limit: int) -> list[str]:
    """The owners of reservations whose time is over, longest ago first."""
    rows = await tx.fetch(
        "SELECT owner FROM reservations WHERE status = 'held' AND until <= business_now() ORDER BY until LIMIT $1",
        limit,
    )
    return [row["owner"] for row in rows]


async def move(tx: Tx, id_: UUID, status: ReservationStatus, until: datetime | None = None) -> None:
    """Another status, and when it ends by itself."""
    await tx.execute(
        "UPDATE reservations SET status = $2, until = $3, updated_at = business_now() WHERE id = $1",
        id_,
        status.value,
        until,
    )


async def items(tx: Tx, id_: UUID) -> list[Item]:
    """What is left of it, line by line."""
    rows = await tx.fetch(
        """
        SELECT i.line, p.sku, i.warehouse, i.units, i.missing FROM reservation_items i JOIN products p ON p.id = i.product_id
        WHERE i.reservation_id = $1 ORDER BY i.line
        """,
        id_,
    )
    return [_item(row) for row in rows]


async def missing_of(tx: Tx, owners: Sequence[str]) -> list[tuple[str, str, int]]:
    """What is missing for these owners: the owner, the SKU, so many."""
    rows = await tx.fetch(
        """
        SELECT r.owner, p.sku, i.missing FROM reservations r JOIN reservation_items i ON i.reservation_id = r.id
        JOIN products p ON p.id = i.product_id WHERE r.owner = ANY($1) AND i.missing > 0 ORDER BY r.owner, i.line
        """,
        list(owners),
    )
    return [(row["owner"], row["sku"], row["missing"]) for row in rows]


async def waiting(tx: Tx, products: Sequence[UUID], limit: int) -> list[tuple[UUID, str, Item]]:
    """What is missing of these products, oldest first: reservation, owner, line."""
    rows = await tx.fetch(
        """
        SELECT r.id, r.owner, i.line, p.sku, i.warehouse, i.units, i.missing FROM reservation_items i
        JOIN reservations r ON r.id = i.reservation_id JOIN products p ON p.id = i.product_id
        WHERE i.missing > 0 AND i.product_id = ANY($1) ORDER BY i.reservation_id, i.line LIMIT $2
        """,
        list(products),
        limit,
    )
    return [(row["id"], row["owner"], _item(row)) for row in rows]


async def set_items(tx: Tx, id_: UUID, left: Sequence[Item]) -> None:
    """How much of these lines is left, and missing."""
    await tx.execute(
        """
        UPDATE reservation_items i SET units = n.units, missing = n.missing
        FROM unnest($2::int[], $3::bigint[], $4::bigint[]) AS n (line, units, missing)
        WHERE i.reservation_id = $1 AND i.line = n.line
        """,
        id_,
        *columns([(one.number, one.line.quantity, one.missing) for one in left], 3),
    )


async def parts(tx: Tx, id_: UUID) -> list[Part]:
    """What is kept for it."""
    rows = await tx.fetch(
        """
        SELECT line, product_id AS product, warehouse, per_unit, units FROM reservation_parts
        WHERE reservation_id = $1 ORDER BY line, warehouse, product_id
        """,
        id_,
    )
    return [Part(**row) for row in rows]


async def add_parts(tx: Tx, added: Sequence[tuple[UUID, Part]]) -> None:
    """Keep more for reservations."""
    rows = [(id_, one.line, one.product, one.warehouse, one.per_unit, one.units) for id_, one in added]
    await tx.execute(
        """
        INSERT INTO reservation_parts AS p (reservation_id, line, product_id, warehouse, per_unit, units)
        SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::int[], $6::bigint[])
        ON CONFLICT (reservation_id, line, product_id, warehouse) DO UPDATE SET units = p.units + EXCLUDED.units
        """,
        *columns(rows, 6),
    )


async def drop_parts(tx: Tx, id_: UUID, dropped: Sequence[Part]) -> None:
    """Keep so many units fewer."""
    rows = columns([(one.line, one.product, one.warehouse, one.units) for one in dropped], 4)
    await tx.execute(
        """
        UPDATE reservation_parts p SET units = p.units - n.units
        FROM unnest($2::int[], $3::uuid[], $4::text[], $5::bigint[]) AS n (line, product_id, warehouse, units)
        WHERE p.reservation_id = $1 AND (p.line, p.product_id, p.warehouse) = (n.line, n.product_id, n.warehouse)
        """,
        id_,
        *rows,
    )
    await tx.execute("DELETE FROM reservation_parts WHERE reservation_id = $1 AND units = 0", id_)


def _reservation(row: Row) -> Reservation:
    return Reservation(row["id"], row["owner"], ReservationStatus(row["status"]), row["until"])


def _item(row: Row) -> Item:
    return Item(row["line"], Line(row["sku"], row["units"], row["warehouse"] or None), row["missing"])
