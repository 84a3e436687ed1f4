"""What endpoints keep about a person: bodies that name a customer or the payer of a payment, for the endpoints that include it, found by both; and
the mailboxes to which links to an owner's page went.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.db import Row, Tx
from gerbang.core.customers.model import CUSTOMER, PREFIX
from gerbang.core.endpoints import delivery_store, owner_store
from gerbang.core.endpoints.owner_access import LINK_PREFIX
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.personal_data import payers
from gerbang.core.personal_data.model import Erased, Exported, Person


async def export_bodies(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """What was, or will be, sent about the person as a customer, and about their payments."""
    theirs, next_ = await payers(tx, person, after, most)
    rows = await delivery_store.personal_events(tx, PAYMENT, [row["payment_id"] for row in theirs])
    shown = [_shown(row, PAYMENT, "pay") for row in rows]
    if after is None:
        rows = await delivery_store.personal_events(tx, CUSTOMER, person.customers)
        shown = [*(_shown(row, CUSTOMER, PREFIX) for row in rows), *shown]
    return Exported(shown, next_)


async def erase_bodies(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """What is still to be sent goes out without the person."""
    theirs, next_ = await payers(tx, person, after, most)
    erased = await delivery_store.erase_personal(tx, PAYMENT, [row["payment_id"] for row in theirs])
    if after is None:
        erased += await delivery_store.erase_personal(tx, CUSTOMER, person.customers)
    return Erased(erased, 0, next_)


def _shown(row: Row, kind: str, prefix: str) -> Mapping[str, Any]:
    return {
        "event": ids.show("evt", row["event_id"]),
        kind: ids.show(prefix, row["object_id"]),
        "body": msgspec.json.decode(row["body"]),
    }


async def export_owners(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """The links that went to the person's address."""
    rows = await owner_store.of_email(tx, person.email, after, most) if person.email else []
    shown = [
        {
            "endpoint_owner_link": ids.show(LINK_PREFIX, row["id"]),
            "endpoint": ids.show("ep", row["endpoint_id"]),
            "email": row["email"],
            "locale": row["locale"],
            "made_at": row["made_at"].isoformat(),
            "opened_at": row["opened_at"].isoformat() if row["opened_at"] else None,
        }
        for row in rows
    ]
    return Exported(shown, rows[-1]["id"] if len(rows) == most else None)


async def erase_owners(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Those links are gone, and their sessions with them; that somebody opened one stays in the trail, without a name."""
    rows = await owner_store.of_email(tx, person.email, after, most) if person.email else []
    await owner_store.delete(tx, [row["id"] for row in rows])
    return Erased(len(rows), 0, rows[-1]["id"] if len(rows) == most else None)
