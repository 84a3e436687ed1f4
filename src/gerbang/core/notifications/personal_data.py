"""To whom messages went: those to a person's own address, and those about their payments to the address beside each; and what senders told of a number."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Row, Tx
from gerbang.core.inbox import service as inbox
from gerbang.core.notifications import conversation_store, push_store, store
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.personal_data import payers
from gerbang.core.personal_data.model import Erased, Exported, Person
from gerbang.ports.messenger import Channel

_MOST_EVENTS: Final = 5_000  # of the numbers of one step


async def export_messages(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """Messages to the person's address or number."""
    rows, next_ = await _to_address(tx, person, after, most)
    return Exported([_shown(row) for row in rows], next_)


async def erase_messages(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Erase the address from them."""
    rows, next_ = await _to_address(tx, person, after, most)
    return await _erased(tx, rows, next_)


async def export_payment_messages(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """Messages about the person's payments to another address of theirs."""
    rows, next_ = await _of_payments(tx, person, after, most)
    return Exported([_shown(row) for row in rows], next_)


async def erase_payment_messages(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Erase that address from them."""
    rows, next_ = await _of_payments(tx, person, after, most)
    return await _erased(tx, rows, next_)


async def export_news(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """What senders told of the person's number, and what they wrote back."""
    events, next_ = await _naming(tx, person, after, most)
    return Exported(await inbox.export_bytes(tx, events), next_)


async def erase_news(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Erase it, and that they ever wrote. That they said stop stays, as a digest: it is honoured afterwards too."""
    events, next_ = await _naming(tx, person, after, most)
    erased, kept = await inbox.erase_bytes(tx, events)
    if person.phone and next_ is None:
        await conversation_store.forget(tx, person.phone)
    return Erased(erased, kept, next_)


async def _naming(tx: Tx, person: Person, after: UUID | None, most: int) -> tuple[Sequence[UUID], UUID | None]:
    events = await conversation_store.events_naming(tx, [person.phone], after, most) if person.phone else []
    return events, events[-1] if len(events) == most else None


async def export_devices(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """Browsers and apps that asked to be told about the person's payments, and browsers in which they are told as an operator."""
    theirs, next_ = await payers(tx, person, after, most)
    rows = await push_store.of_payments(tx, [row["payment_id"] for row in theirs]) + await _own(tx, person, after)
    shown = [
        {
            "device": ids.show("dev", row["id"]),
            "payment": ids.show("pay", row["object_id"]) if row["object_type"] == PAYMENT else None,
            "connection": row["connection"],
            "address": row["address"],
            "created_at": row["created_at"].isoformat(),
        }
        for row in rows
    ]
    return Exported(shown, next_)


async def erase_devices(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Forget them, so that nothing is told there any more."""
    theirs, next_ = await payers(tx, person, after, most)
    rows = await push_store.of_payments(tx, [row["payment_id"] for row in theirs]) + await _own(tx, person, after)
    await push_store.erase(tx, [row["id"] for row in rows])
    return Erased(len(rows), 0, next_)


async def _own(tx: Tx, person: Person, after: UUID | None) -> list[Row]:
    """A few, with the first step."""
    return await push_store.of_user(tx, person.user) if person.user is not None and after is None else []


async def _to_address(tx: Tx, person: Person, after: UUID | None, most: int) -> tuple[Sequence[Row], UUID | None]:
    addresses = [one for one in (person.email, person.phone) if one]
    rows = await store.to_addresses(tx, addresses, after, most) if addresses else []
    return rows, rows[-1]["id"] if len(rows) == most else None


async def _of_payments(tx: Tx, person: Person, after: UUID | None, most: int) -> tuple[Sequence[Row], UUID | None]:
    theirs, next_ = await payers(tx, person, after, most)
    others = [
        (row["payment_id"], row[kind])
        for row in theirs
        for kind in ("email", "phone")
        if row[kind] and row[kind].lower() not in (person.email, person.phone)
    ]
    devices = await push_store.of_payments(tx, [row["payment_id"] for row in theirs])
    others += [(row["object_id"], ids.show("dev", row["id"])) for row in devices]
    if not others:
        return [], next_
    return await store.about(tx, PAYMENT, [one for one, _ in others], [to for _, to in others]), next_


async def _erased(tx: Tx, rows: Sequence[Row], next_: UUID | None) -> Erased:
    """With each message what its sender told about its number."""
    numbers = [row["recipient"] for row in rows if row["channel"] != Channel.EMAIL]
    await store.erase_recipients(tx, [row["id"] for row in rows])
    erased, kept = await inbox.erase_bytes(tx, await conversation_store.events_naming(tx, numbers, None, _MOST_EVENTS))
    return Erased(len(rows) + erased, kept, next_)


def _shown(row: Row) -> dict[str, str | None]:
    return {
        "notification": ids.show("ntf", row["id"]),
        "channel": row["channel"],
        "recipient": row["recipient"],
        "template": row["template"],
        "status": row["status"],
        "payment": ids.show("pay", row["object_id"]) if row["object_type"] == PAYMENT else None,
        "created_at": row["created_at"].isoformat(),
        "sent_at": row["sent_at"].isoformat() if row["sent_at"] else None,
    }
