"""What payments keep about people: who pays, where refunds go, and the bytes of messages about their payments. Facts of money stay."""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Row, Tx
from gerbang.core.audit.service import timeline
from gerbang.core.customers import consents
from gerbang.core.customers.consent_model import shown
from gerbang.core.inbox import service as inbox
from gerbang.core.payments import personal_data_store as store
from gerbang.core.personal_data.model import Erased, Exported, Person

_MOST_ENTRIES = 500  # of one payment's trail, in which its messages are named


async def payers(tx: Tx, person: Person, after: UUID | None, most: int) -> tuple[Sequence[Row], UUID | None]:
    """Payments of the person with who pays them, and after which it goes on."""
    rows = await store.payers(tx, person, after, most)
    return rows, rows[-1]["payment_id"] if len(rows) == most else None


async def export_payers(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """Name, addresses and phone beside each payment."""
    rows, next_ = await payers(tx, person, after, most)
    found = [
        {
            "payment": ids.show("pay", row["payment_id"]),
            "name": row["name"],
            "email": row["email"],
            "phone": row["phone"],
            "ip": row["ip"],
            "locale": row["locale"],
        }
        for row in rows
    ]
    return Exported(found, next_)


async def erase_payers(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """The payment stays, its payer is nobody."""
    rows, next_ = await payers(tx, person, after, most)
    return Erased(await store.erase_payers(tx, [row["payment_id"] for row in rows]), 0, next_)


async def export_consents(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """What they agreed to on a phone for one payment alone."""
    rows, next_ = await payers(tx, person, after, most)
    return Exported(shown(await consents.of_payments(tx, [row["payment_id"] for row in rows])), next_)


async def erase_consents(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Forget it."""
    rows, next_ = await payers(tx, person, after, most)
    found = await consents.of_payments(tx, [row["payment_id"] for row in rows])
    await consents.forget(tx, found)
    return Erased(len(found), 0, next_)


async def export_destinations(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """Every version of where a refund by transfer goes."""
    rows, next_ = await payers(tx, person, after, most)
    found = await store.destinations(tx, [row["payment_id"] for row in rows])
    told = [
        {
            "refund": ids.show("ref", row["refund_id"]),
            "bank": row["bank"],
            "account": row["account"],
            "name": row["name"],
        }
        for row in found
    ]
    return Exported(told, next_)


async def erase_destinations(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Of refunds that are over. Of one that somebody has yet to transfer it stays, or the money could not go back."""
    rows, next_ = await payers(tx, person, after, most)
    erased, kept = await store.erase_destinations(tx, [row["payment_id"] for row in rows])
    return Erased(erased, kept, next_)


async def export_messages(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """What providers sent about the person's payments, as it came."""
    rows, next_ = await payers(tx, person, after, most)
    return Exported(await inbox.export_bytes(tx, await events_of(tx, [row["payment_id"] for row in rows])), next_)


async def erase_messages(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Of messages that were worked on; the others stay until they are. What comes later: late_messages.py."""
    rows, next_ = await payers(tx, person, after, most)
    erased, kept = await inbox.erase_bytes(tx, await events_of(tx, [row["payment_id"] for row in rows]))
    return Erased(erased, kept, next_)


async def events_of(tx: Tx, payments: Sequence[UUID]) -> list[UUID]:
    """The messages that the payments' trails name."""
    found: list[UUID] = []
    for payment in payments:
        for entry in await timeline(tx, ids.show("pay", payment), _MOST_ENTRIES):
            event = entry.detail.get("event")
            if isinstance(event, str) and event.startswith("evt_"):
                found.append(ids.read("evt", event))
    return found
