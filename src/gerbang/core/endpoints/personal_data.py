"""What endpoints keep about a person: bodies that name the payer of a payment, for the endpoints that include it, found by the person's payments; and
the mailboxes to which links to an owner's page went.
"""

from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.endpoints import delivery_store, owner_store
from gerbang.core.endpoints.owner_access import LINK_PREFIX
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.personal_data import payers
from gerbang.core.personal_data.model import Erased, Exported, Person


async def export_bodies(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """What was, or will be, sent about the person's payments."""
    theirs, next_ = await payers(tx, person, after, most)
    rows = await delivery_store.personal_events(tx, PAYMENT, [row["payment_id"] for row in theirs])
    shown = [
        {
            "event": ids.show("evt", row["event_id"]),
            "payment": ids.show("pay", row["object_id"]),
            "body": msgspec.json.decode(row["body"]),
        }
        for row in rows
    ]
    return Exported(shown, next_)


async def erase_bodies(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """What is still to be sent goes out without the person."""
    theirs, next_ = await payers(tx, person, after, most)
    return Erased(await delivery_store.erase_personal(tx, PAYMENT, [row["payment_id"] for row in theirs]), 0, next_)


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
