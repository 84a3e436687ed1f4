"""What operators (and payers who ask) do with a payment: cancel it, ask the provider now, end a hold."""

from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.audit.model import Entry
from gerbang.core.identity.model import Caller
from gerbang.core.payments import refunding, settling
from gerbang.core.payments.context import Context
from gerbang.core.payments.draft import Draft, open_drafts, save_drafts
from gerbang.core.payments.hearing import Hearing, apply
from gerbang.core.payments.machine import OPEN
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    NotCancellable,
    NotHeld,
    PaymentNotFound,
    PaymentStatus,
    Whole,
)
from gerbang.ports.payment import Captured

Decision = Literal["accept", "refund", "release"]
_ROUNDS: Final = 3
WATCHED_FOR: Final = timedelta(hours=73)  # after its end a deposit address is no longer watched, and only swept
_CANCELLABLE: Final = frozenset({
    PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.FAILED, PaymentStatus.EXPIRED, PaymentStatus.UNKNOWN,
})  # fmt: skip


async def cancel(ctx: Context, caller: Caller, payment_id: UUID) -> Whole:
    """Close every open attempt at the provider, then the payment. Money that turns out to be in wins, and the payment is `paid`.

    Raises NotCancellable; Unreachable or OutcomeUnknown when the provider did not answer: nothing is cancelled then.
    """
    tried: set[UUID] = set()  # a provider may leave one open, which is closed here when it ends
    for _ in range(_ROUNDS):
        whole = await ctx.calls.whole(payment_id)
        if whole.payment.status not in _CANCELLABLE:
            raise NotCancellable(f"The payment is {whole.payment.status.value}.")
        for attempt in whole.attempts:
            if attempt.status in OPEN and attempt.id not in tried:
                await ctx.calls.cancel(attempt, actor=caller.label)
                tried.add(attempt.id)
        if await _call_off(ctx, caller, payment_id, tried):
            return await ctx.calls.whole(payment_id)
    raise NotCancellable("The payer is choosing at this moment. Try again.")


async def _call_off(ctx: Context, caller: Caller, payment_id: UUID, tried: AbstractSet[UUID]) -> bool:
    """Cancel a payment whose open attempts were all tried to be closed; False when the payer has made another meanwhile."""
    async with ctx.db.transaction() as tx:
        draft = await _draft(tx, payment_id)
        if any(attempt.status in OPEN and id_ not in tried for id_, attempt in draft.attempts.items()):
            return False
        if draft.payment.status not in _CANCELLABLE and draft.payment.status is not PaymentStatus.CANCELLED:
            raise NotCancellable(f"The provider says that the payment is {draft.payment.status.value}.")
        draft.payment = replace(draft.payment, cancelled_at=draft.now)
        draft.more.entries.append(Entry(caller.label, "payment.cancelled", ids.show("pay", payment_id)))
        await save_drafts(tx, [draft])
        return True


async def refresh(ctx: Context, caller: Caller, payment_id: UUID) -> Whole:
    """Ask the provider now about every attempt that it knows and that is not over, and our own node where an attempt is paid on a chain;
    of addresses that are no longer watched, what stands there.

    Raises Unreachable, OutcomeUnknown, ProviderRefused.
    """
    whole = await ctx.calls.whole(payment_id)
    for attempt in whole.attempts:
        if attempt.askable and (attempt.status is not AttemptStatus.CAPTURED or settling.is_under_way(whole, attempt)):
            await ctx.calls.inquire(attempt, attempt.provider_reference or "", actor=caller.label)
    if ctx.look is not None and any(attempt.quote is not None for attempt in whole.attempts):
        await ctx.look()
    old = [a.id for a in whole.attempts if a.deposit is not None and a.expires_at + WATCHED_FOR < ctx.clock.now()]
    if ctx.sweep is not None and old:
        await ctx.sweep(old)
    return await ctx.calls.whole(payment_id)


async def resolve(ctx: Context, caller: Caller, payment_id: UUID, decision: Decision, reason: str) -> Whole:
    """End a hold by a person's decision, with the reason kept for ever.

    `accept`: the money is in, as a person has seen; `refund`: it is in and goes back; `release`: there is none, the attempt is closed.
    Raises NotHeld.
    """
    async with ctx.db.transaction() as tx:
        draft = await _draft(tx, payment_id)
        held = [attempt for attempt in draft.attempts.values() if attempt.status is AttemptStatus.HELD]
        if not held:
            raise NotHeld(f"The payment is {draft.payment.status.value}.")
        for attempt in held:
            _resolve(draft, caller, attempt, decision, reason)
        if decision == "refund":
            for attempt in held:
                taken = draft.attempts[attempt.id]
                await refunding.open_refund(ctx, draft, caller, taken, taken.captured, reason)
        await save_drafts(tx, [draft])
    ctx.wake()
    return await ctx.calls.whole(payment_id)


def _resolve(draft: Draft, caller: Caller, attempt: Attempt, decision: Decision, reason: str) -> None:
    detail = {"decision": decision, "reason": reason}
    if decision == "release":
        draft.put_attempt(replace(attempt, status=AttemptStatus.CANCELLED))
        pay = ids.show("pay", draft.payment.id)
        detail["attempt"] = ids.show("att", attempt.id)
        draft.more.entries.append(Entry(caller.label, "payment.resolved", pay, detail))
        return
    total = max(attempt.amount, attempt.captured)
    captured = Captured(total, attempt.currency, by_person=True)
    apply(draft, Hearing(attempt.id, [captured], "operator", caller.label, detail=detail))


async def _draft(tx: Tx, payment_id: UUID) -> Draft:
    draft = (await open_drafts(tx, [payment_id])).get(payment_id)
    if draft is None:
        raise PaymentNotFound
    return draft
