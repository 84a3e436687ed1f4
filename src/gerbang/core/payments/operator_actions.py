"""What operators (and payers who ask) do with a payment: cancel it, ask the provider now, end a hold."""

import asyncio
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import OutcomeUnknown
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity.model import Caller
from gerbang.core.payments.applying_facts import FactReport, apply_report
from gerbang.core.payments.context import Context
from gerbang.core.payments.crypto import lost_addresses
from gerbang.core.payments.crypto import store as chain_store
from gerbang.core.payments.machine import OPEN, is_reversed_after_refund, is_stopped
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    NotCancellable,
    NotHeld,
    PaymentDetail,
    PaymentNotFound,
    PaymentStatus,
)
from gerbang.core.payments.open_work import decision_store
from gerbang.core.payments.refunds import approvals, reversals
from gerbang.core.payments.refunds import outcomes as refund_outcomes
from gerbang.core.payments.refunds import requesting as refund_requests
from gerbang.core.payments.refunds.model import DECIDE_FIRST, RefundsStopped
from gerbang.core.payments.unit_of_work import PaymentAggregate, load_for_update, save_changes
from gerbang.ports.facts import Captured, Fact

Decision = Literal["accept", "refund", "release"]
_ROUNDS: Final = 3
WATCHED_FOR: Final = timedelta(hours=73)  # after its end a deposit address is no longer watched, and only swept
_CANCELLABLE: Final = frozenset(
    {
        PaymentStatus.CREATED,
        PaymentStatus.PENDING,
        PaymentStatus.PART_PAID,
        PaymentStatus.FAILED,
        PaymentStatus.EXPIRED,
        PaymentStatus.UNKNOWN,
    }
)

_CANCEL_AGAIN: Final = "Read the payment in a while: where it is not over by then, cancel it again."
_REFUND_IT: Final = "The money is in: give it back by POST /v1/payments/{id}/refunds."
_CURES: Final = {
    PaymentStatus.PAID: _REFUND_IT,
    PaymentStatus.PARTIALLY_REFUNDED: _REFUND_IT,
    PaymentStatus.HELD: "Decide it first: POST /v1/payments/{id}/resolve.",
}


async def cancel(ctx: Context, caller: Caller, payment_id: UUID) -> PaymentDetail:
    """Close every open attempt at the provider, then the payment. Money that turns out to be in wins, and the payment is `paid`; of a
    part that is in, all that is left goes back, so only who may refund can cancel then.

    Raises NotCancellable; Unreachable or OutcomeUnknown when the provider did not answer: nothing is cancelled then.
    """
    tried: set[UUID] = set()  # a provider may leave one open, which is closed here when it ends
    for _ in range(_ROUNDS):
        details = await ctx.calls.details(payment_id)
        _check_cancellable(caller, details.payment.status, "The payment is")
        for attempt in details.attempts:
            if attempt.status in OPEN and attempt.id not in tried:
                await _close(ctx, caller, attempt)
                tried.add(attempt.id)
        if await _call_off(ctx, caller, payment_id, tried):
            return await ctx.calls.details(payment_id)
    raise NotCancellable("The payer is choosing at this moment. Try again.")


async def _close(ctx: Context, caller: Caller, attempt: Attempt) -> None:
    """Close an attempt at the provider; a call that takes longer than a request waits goes on by itself, and what it learns is applied."""
    closing = asyncio.create_task(_ask_to_close(ctx, caller, attempt))
    ctx.keep(closing)
    done, _ = await asyncio.wait({closing}, timeout=ctx.create_wait_s)
    if not done:
        raise OutcomeUnknown("The provider has not answered yet.", hint=_CANCEL_AGAIN)
    if (error := closing.result()) is not None:
        raise error


async def _ask_to_close(ctx: Context, caller: Caller, attempt: Attempt) -> UpstreamFailed | None:
    """What kept the attempt from being closed, if anything: then the trail says that it was tried, by whom, and what came of it."""
    try:
        await ctx.calls.cancel(attempt, actor=caller.label)
    except UpstreamFailed as error:
        error.hint = error.hint or _CANCEL_AGAIN
        detail = {"attempt": ids.show("att", attempt.id), "operation": "cancel", "outcome": error.code}
        async with ctx.db.transaction() as tx:
            await record(
                tx, [Entry(caller.label, "payment.cancel_failed", ids.show("pay", attempt.payment_id), detail)]
            )
        return error
    return None


async def _call_off(ctx: Context, caller: Caller, payment_id: UUID, tried: AbstractSet[UUID]) -> bool:
    """Cancel a payment whose open attempts were all tried to be closed; False when the payer has made another meanwhile."""
    async with ctx.db.transaction() as tx:
        aggregate = await _draft(tx, payment_id)
        if any(attempt.status in OPEN and id_ not in tried for id_, attempt in aggregate.attempts.items()):
            return False
        if aggregate.payment.status is not PaymentStatus.CANCELLED:
            _check_cancellable(caller, aggregate.payment.status, "The provider says that the payment is")
        await refund_requests.give_all_back(ctx, aggregate, caller, "The payment was cancelled.")
        aggregate.payment = replace(aggregate.payment, cancelled_at=aggregate.now)
        aggregate.effects.entries.append(Entry(caller.label, "payment.cancelled", ids.show("pay", payment_id)))
        await save_changes(tx, [aggregate])
        return True


def _check_cancellable(caller: Caller, status: PaymentStatus, told: str) -> None:
    if status is PaymentStatus.PART_PAID and not caller.may("refunds:create"):
        raise NotCancellable(
            f"{told} part_paid.", hint="Money is in: ask the business, who can cancel it and give it back."
        )
    if status not in _CANCELLABLE:
        raise NotCancellable(f"{told} {status.value}.", hint=_CURES.get(status))


async def refresh(ctx: Context, caller: Caller, payment_id: UUID) -> PaymentDetail:
    """Ask the provider now about every attempt that it knows and that is not over, and our own node where an attempt is paid on a chain;
    of addresses that are no longer watched, what stands there.

    Raises Unreachable, OutcomeUnknown, ProviderRefused.
    """
    details = await ctx.calls.details(payment_id)
    for attempt in details.attempts:
        if attempt.askable and (
            attempt.status is not AttemptStatus.CAPTURED or refund_outcomes.is_under_way(details, attempt)
        ):
            await ctx.calls.inquire(attempt, attempt.provider_reference or "", actor=caller.label)
    if ctx.look is not None and any(attempt.quote is not None for attempt in details.attempts):
        await ctx.look()
    old = [a.id for a in details.attempts if a.deposit is not None and a.expires_at + WATCHED_FOR < ctx.clock.now()]
    if ctx.sweep is not None and old:
        await ctx.sweep(old)
    return await ctx.calls.details(payment_id)


async def resolve(ctx: Context, caller: Caller, payment_id: UUID, decision: Decision, reason: str) -> PaymentDetail:
    """End a hold by a person's decision, with the reason kept for ever; or say what becomes of money that came late, or for an order that was
    paid before.

    `accept`: the money is in, as a person has seen; `refund`: it is in and goes back; `release`: there is none, the attempt is closed.
    Raises NotHeld.
    """
    async with ctx.db.transaction() as tx:
        await chain_store.one_at_a_time(tx)  # before the payment's own lock, as a look does
        aggregate = await _draft(tx, payment_id)
        held = [attempt for attempt in aggregate.attempts.values() if attempt.status is AttemptStatus.HELD]
        if not held:
            await _decide(ctx, tx, aggregate, caller, decision, reason)
        for attempt in held:
            await _resolve(tx, aggregate, caller, attempt, decision, reason)
        if decision == "refund":
            for attempt in held:
                taken = aggregate.attempts[attempt.id]
                if left := taken.captured - taken.refunded - taken.refund_reserved:
                    await refund_requests.open_refund(ctx, aggregate, caller, taken, left, reason)
        await save_changes(tx, [aggregate])
    ctx.wake()
    return await ctx.calls.details(payment_id)


async def _decide(
    ctx: Context, tx: Tx, aggregate: PaymentAggregate, caller: Caller, decision: Decision, reason: str
) -> None:
    """What becomes of money that is in, and whose order may be no more. Raises NotHeld where nobody is asked."""
    payment = aggregate.payment
    if not await decision_store.waits(tx, payment.id):
        raise NotHeld(f"The payment is {payment.status.value}.")
    if decision == "release":
        raise NotHeld("The money is in: accept it, or refund it.")
    if decision == "refund" and await decision_store.is_foreign_only(tx, payment.id):
        raise NotHeld("What came beside the payment goes back by hand: send it, then accept.")
    if decision == "refund" and is_stopped(payment, aggregate.attempts.values()):
        raise RefundsStopped(hint=DECIDE_FIRST)
    detail = {"decision": decision, "reason": reason}
    aggregate.effects.entries.append(Entry(caller.label, "payment.resolved", ids.show("pay", payment.id), detail))
    await decision_store.keep(tx, payment.id, foreign=decision == "accept")
    if decision == "refund":
        await refund_requests.give_all_back(ctx, aggregate, caller, reason)
        refund_requests.close_where_all_goes_back(aggregate, caller)


async def _resolve(
    tx: Tx, aggregate: PaymentAggregate, caller: Caller, attempt: Attempt, decision: Decision, reason: str
) -> None:
    detail = {"decision": decision, "reason": reason}
    is_taken = is_reversed_after_refund(attempt)
    if decision == "release" or is_taken:
        if decision != "release":
            reversals.accept(aggregate, attempt)
        elif is_taken:
            for refund in [r for r in aggregate.refunds.values() if r.approval == "pending"]:
                await approvals.withdraw(tx, aggregate, refund, caller.label)
            reversals.release(aggregate, attempt)
        else:
            aggregate.put_attempt(replace(attempt, status=AttemptStatus.CANCELLED))
        pay = ids.show("pay", aggregate.payment.id)
        detail["attempt"] = ids.show("att", attempt.id)
        aggregate.effects.entries.append(Entry(caller.label, "payment.resolved", pay, detail))
        return
    seen: list[Fact] = []
    if lost_addresses.is_unclaimed(attempt):
        attempt, seen = await lost_addresses.adopt(tx, attempt)
        aggregate.put_attempt(attempt)
    total = max(attempt.amount, attempt.captured)
    captured = Captured(total, attempt.currency, by_person=True)
    apply_report(aggregate, FactReport(attempt.id, [*seen, captured], "operator", caller.label, detail=detail))


async def _draft(tx: Tx, payment_id: UUID) -> PaymentAggregate:
    aggregate = (await load_for_update(tx, [payment_id])).get(payment_id)
    if aggregate is None:
        raise PaymentNotFound
    return aggregate
