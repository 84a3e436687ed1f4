"""Consent to messages on a phone: given, asked for before anybody is written to, withdrawn, and in effect again after a START.

What is agreed to counts for one customer, or for one payment that names none. A *no* of whoever is known to have the number, a STOP from the phone or what the shop
writes down, counts for the number: all of them leave it alone. A *no* on the page of a bill counts for that bill, and its customer, alone: anybody can type
anybody's number there, and would silence what guards a stranger's money.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import real_now
from gerbang.base.db import Row, Tx
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.customers import consent_store, store
from gerbang.core.customers.consent_model import NEED_CONSENT, Consent, Given
from gerbang.core.customers.model import CUSTOMER, PREFIX

ALL: Final = tuple(one.value for one in NEED_CONSENT)


async def agree(tx: Tx, given: Sequence[Given], now: datetime) -> None:
    """Write these down; whoever agreed to the same before has agreed to it once. A customer whose consent is new is announced as changed."""
    if not given:
        return
    by = {(one.customer, one.payment): one.by for one in given}
    added = await consent_store.add(tx, given)
    await _tell(tx, added, "customer.agreed", by, now)


async def withdraw(
    tx: Tx, actor: str, phone: str, now: datetime, channels: Sequence[str] = ALL, *, is_stop: bool = False
) -> None:
    """No more messages to this number on these channels, whatever was agreed to for it, and by whom. `is_stop`: the number itself said so."""
    ended = await consent_store.withdraw(tx, phone, channels, real_now(), actor, is_stop=is_stop)
    await _tell(tx, ended, "customer.withdrew", {}, now, actor)


async def withdraw_own(tx: Tx, actor: str, own: tuple[UUID | None, UUID, str], now: datetime) -> None:
    """No more messages by what was agreed to with one payment, or by its customer: (customer, payment, number). Others with the number agreed themselves."""
    ended = await consent_store.withdraw_own(tx, own, ALL, real_now(), actor)
    await _tell(tx, ended, "customer.withdrew", {}, now, actor)


async def restore(tx: Tx, actor: str, phone: str, now: datetime) -> None:
    """The number said START: what its STOP ended is in effect again."""
    await _tell(tx, await consent_store.restore(tx, phone, ALL), "customer.agreed", {}, now, actor)


async def granted(tx: Tx, people: Sequence[tuple[UUID | None, UUID | None, str]]) -> list[frozenset[str]]:
    """On which channels each may be written to: the customer's id, the payment's, the number."""
    found: list[set[str]] = [set() for _ in people]
    if any(phone for _, _, phone in people):
        for row in await consent_store.granted(tx, people):
            found[row["place"]].add(row["channel"])
    return [frozenset(one) for one in found]


async def of_customers(tx: Tx, customers: Sequence[UUID]) -> Mapping[UUID, tuple[Consent, ...]]:
    """What is in effect for all payments of each."""
    found: dict[UUID, tuple[Consent, ...]] = {}
    for one in await consent_store.of_customers(tx, customers) if customers else ():
        if one.customer_id is not None:
            found[one.customer_id] = (*found.get(one.customer_id, ()), one)
    return found


async def phones_agreed(tx: Tx, customer: UUID | None, payment: UUID, by: str, most: int) -> set[str]:
    """To which numbers `by` agreed with a payment, or as its customer; at most `most` of them."""
    return await consent_store.phones_agreed(tx, customer, payment, by, most)


async def of_payments(tx: Tx, payments: Sequence[UUID]) -> Sequence[Consent]:
    """What was agreed to for one of these payments alone, also what was withdrawn."""
    return await consent_store.of_payments(tx, payments)


async def forget(tx: Tx, gone: Sequence[Consent]) -> None:
    """As if nobody had agreed."""
    await consent_store.erase(tx, [one.id for one in gone])


async def _tell(
    tx: Tx,
    rows: Sequence[Row],
    action: str,
    by: Mapping[tuple[UUID | None, UUID | None], str],
    now: datetime,
    actor: str = "",
) -> None:
    """Note it at each customer, in the order of their ids so that two wait for each other, and say that they changed."""
    channels: dict[UUID, set[str]] = {}
    for row in rows:
        if row["customer_id"] is not None and row["payment_id"] is None:
            channels.setdefault(row["customer_id"], set()).add(row["channel"])
    if not channels:
        return
    changed = await store.touch(tx, sorted(channels))
    entries = [
        Entry(actor or by[id_, None], action, ids.show(PREFIX, id_), {"channels": sorted(channels[id_])})
        for id_ in changed
    ]
    await record(tx, entries)
    await announce(
        tx,
        [
            Announcement(
                "customer.updated", ObjectRef(CUSTOMER, id_), {"customer": ids.show(PREFIX, id_)}, now, sequence
            )
            for id_, sequence in changed.items()
        ],
    )
