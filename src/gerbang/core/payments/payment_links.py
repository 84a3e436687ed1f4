"""A payment's link on its way: sent to its payer by mail, and opened for the first time. The link itself is a digest, made by context.py."""

from uuid import UUID

from gerbang.base import ids
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import recent
from gerbang.core.customers.preferences import ALL, Reached, wishes_of
from gerbang.core.idempotency import service as idempotency
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import Caller
from gerbang.core.payments import store
from gerbang.core.payments.context import Context
from gerbang.core.payments.model import (
    LINK_OPENED,
    LINK_SENT,
    CreationResult,
    NoPayerEmail,
    PayerStopped,
    PaymentClosed,
    PaymentDetail,
    PaymentNotFound,
    takes_money,
)
from gerbang.core.payments.unit_of_work import PaymentAggregate, load_for_update, save_changes


async def send(ctx: Context, caller: Caller, payment_id: UUID, key: IdempotencyKey) -> CreationResult:
    """Have the link mailed to the payer, in their language: announced here, written and sent by core/notifications. Once a key.

    Raises PaymentNotFound, PaymentClosed, NoPayerEmail, PayerStopped, IdempotencyKeyReused.
    """
    async with ctx.db.transaction() as tx:
        is_new = await idempotency.claim_once(tx, key, "link", payment_id)
        if is_new:
            aggregate = (await load_for_update(tx, [payment_id])).get(payment_id)
            if aggregate is None:
                raise PaymentNotFound
            ((payment, payer),) = await store.load(tx, [payment_id])
            (wishes,) = await wishes_of(
                tx, [Reached(payment.customer_id, payer.email.lower(), payer.phone, payment_id)]
            )
            if wishes.muted >= ALL:
                raise PayerStopped("They asked to be written to no more: hand them the link another way.")
            _send(aggregate, caller, has_address=bool(payer.email))
            await save_changes(tx, [aggregate])
    return CreationResult(await ctx.calls.details(payment_id), replayed=not is_new)


def _send(aggregate: PaymentAggregate, caller: Caller, *, has_address: bool) -> None:
    if not takes_money(aggregate.payment, aggregate.now):
        raise PaymentClosed(f"The payment is {aggregate.payment.status.value}: nobody can pay by its link any more.")
    if not has_address:
        raise NoPayerEmail("Copy the link and send it another way, or make the payment with an address.")
    aggregate.effects.entries.append(Entry(caller.label, LINK_SENT, ids.show("pay", aggregate.payment.id)))
    aggregate.announce("payment.link", {})


async def note_opened(ctx: Context, caller: Caller, payment_id: UUID) -> None:
    """Write down, and announce, that the payer has seen the page, the first time."""
    shown = ids.show("pay", payment_id)
    async with ctx.db.transaction() as tx:
        aggregates = await load_for_update(tx, [payment_id])  # locked: two tabs at once are one opening
        if await recent(tx, shown, 1, actions=(LINK_OPENED,)):
            return
        for aggregate in aggregates.values():
            aggregate.effects.entries.append(Entry(caller.label, LINK_OPENED, shown))
            aggregate.announce("payment.opened", {})
        await save_changes(tx, list(aggregates.values()))


async def note_language(ctx: Context, details: PaymentDetail, locale: str) -> None:
    """Keep the language that the payer's browser was answered in, where nobody named one: later mails are written in it."""
    if not details.payer.locale and details.payer.browser_locale != locale:
        async with ctx.db.transaction() as tx:
            await store.set_browser_locale(tx, details.payment.id, locale)
