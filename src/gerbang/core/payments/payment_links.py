"""A payment's link on its way: sent to its payer by mail or to their phone, and opened for the first time. The link itself is a digest, made by context.py."""

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
    PayerStopped,
    PaymentClosed,
    PaymentDetail,
    PaymentNotFound,
    takes_money,
)
from gerbang.core.payments.reach import LINK, unreachable
from gerbang.core.payments.unit_of_work import load_for_update, save_changes


async def send(ctx: Context, caller: Caller, payment_id: UUID, key: IdempotencyKey) -> CreationResult:
    """Have the link sent to the payer, in their language and on the first channel that reaches them: announced here, written and sent by core/notifications. Once a key.

    Raises PaymentNotFound, PaymentClosed, PayerUnreachable, PayerStopped, IdempotencyKeyReused.
    """
    reaches = await ctx.reaches()
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
            if not takes_money(payment, aggregate.now):
                raise PaymentClosed(f"The payment is {payment.status.value}: nobody can pay by its link any more.")
            reach = await reaches(tx, payment_id, LINK)
            if not reach.places:
                raise unreachable(reach.missing, "Copy the link and hand it to them another way")
            aggregate.effects.entries.append(Entry(caller.label, LINK_SENT, ids.show("pay", payment_id)))
            aggregate.announce(LINK, {})
            await save_changes(tx, [aggregate])
    return CreationResult(await ctx.calls.details(payment_id), replayed=not is_new)


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
