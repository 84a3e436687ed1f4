"""What endpoints keep about a person: bodies that name the payer of a payment, for the endpoints that include it. Found by the person's payments."""

from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.endpoints import delivery_store
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
