"""A payer agrees on their own page to messages to their phone, or takes that back: when, where, and in which words.

Who pays as a customer agrees for all their payments, anybody else for this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import real_now
from gerbang.base.db import Tx
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.customers import consents
from gerbang.core.customers.consent_model import Agreement, Given
from gerbang.core.identity.model import Caller
from gerbang.core.payments import store
from gerbang.core.payments.context import Context
from gerbang.core.payments.model import Payment, PaymentDetail
from gerbang.core.payments.pending_creation import PendingCreation
from gerbang.ports.messenger import Channel

MOST_PHONES: Final = 3  # a slip, its correction, and one more


@dataclass(frozen=True, slots=True)
class ContactConsent:
    """What was agreed to: the words that stood beside the box, and where; to which `phone`, empty for the one that is known."""

    phone: str
    where: str
    text: str
    by_sms: bool
    by_whatsapp: bool


async def agree(ctx: Context, caller: Caller, payment_id: UUID, given: ContactConsent) -> bool:
    """From now on messages may go to the phone. Another phone than before is one to which only this was agreed. False, and nothing is changed, where
    the page has named as many phones as it may.
    """
    wanted = ((Channel.SMS, given.by_sms), (Channel.WHATSAPP, given.by_whatsapp))
    at = real_now()
    said = [Agreement(channel, at, given.where, given.text) for channel, is_wanted in wanted if is_wanted]
    async with ctx.db.transaction() as tx:
        if given.phone:
            if not await may_name(tx, caller, payment_id, given.phone):
                return False
            await store.set_phone(tx, payment_id, given.phone)
        ((payment, payer),) = await store.load(tx, [payment_id])
        await consents.agree(tx, given_with(payment, payer.phone, said, caller.label), ctx.clock.now())
        detail = {"sms": given.by_sms, "whatsapp": given.by_whatsapp, "text": given.text}
        await record(tx, [Entry(caller.label, "payer.agreed", ids.show("pay", payment_id), detail)])
    return True


async def may_name(tx: Tx, caller: Caller, payment_id: UUID, phone: str) -> bool:
    """Nobody proves to have the number that they type, so one page names a few of them and no more: it sends no texts to whomever somebody likes."""
    await store.lock(tx, [payment_id])  # two at once would both be the last
    ((payment, _),) = await store.load(tx, [payment_id])
    named = await consents.phones_agreed(tx, payment.customer_id, payment_id, caller.label, MOST_PHONES)
    return phone in named or len(named) < MOST_PHONES


async def agree_with(tx: Tx, made: Sequence[tuple[PendingCreation, PaymentDetail]]) -> None:
    """What payers agreed to before their payments were made, as whoever makes them says."""
    given = [
        one
        for item, details in made
        for one in given_with(details.payment, item.new.payer.phone, item.new.agreed, item.caller.label)
    ]
    if given:
        await consents.agree(tx, given, made[0][1].payment.created_at)


def given_with(payment: Payment, phone: str, said: Sequence[Agreement], by: str) -> list[Given]:
    """What was agreed to with a payment: for all payments of its customer, where it names one, else for this one alone."""
    alone = None if payment.customer_id is not None else payment.id
    return [Given(payment.customer_id, alone, phone, one, by) for one in said]


async def withdraw(ctx: Context, caller: Caller, payment_id: UUID) -> None:
    """No more messages to the phone about this payment, or any of its customer's. Of a stranger's nothing is taken back: nobody proved to have the number."""
    async with ctx.db.transaction() as tx:
        ((payment, payer),) = await store.load(tx, [payment_id])
        if payer.phone:
            own = (payment.customer_id, payment_id, payer.phone)
            await consents.withdraw_own(tx, caller.label, own, ctx.clock.now())
        await record(tx, [Entry(caller.label, "payer.withdrew", ids.show("pay", payment_id))])


async def agreed_channels(ctx: Context, details: PaymentDetail) -> frozenset[Channel]:
    """On which channels the payer's phone may be written to about this payment."""
    payment, number = details.payment, details.payer.phone
    if not number:
        return frozenset()
    async with ctx.db.reading() as tx:
        (found,) = await consents.granted(tx, [(payment.customer_id, payment.id, number)])
    return frozenset(Channel(one) for one in found)
