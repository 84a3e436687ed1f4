"""What runs in the background for payments: registering, asking, closing, giving back. One handler per kind of job."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.core.payments import attempt_store, confirmations, schedule
from gerbang.core.payments.applying_facts import FactReport
from gerbang.core.payments.context import Context
from gerbang.core.payments.machine import OPEN, is_stopped
from gerbang.core.payments.model import Attempt, AttemptStatus, PaymentDetail, Refund, RefundStatus, in_doubt
from gerbang.core.payments.refunds import approvals
from gerbang.core.payments.refunds import outcomes as refund_outcomes
from gerbang.core.payments.refunds import store as refund_store
from gerbang.core.payments.refunds.outcomes import AT_PROVIDER
from gerbang.core.payments.unit_of_work import load_for_update, save_changes
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, Park, Retry
from gerbang.ports.declines import DeclineCode
from gerbang.ports.facts import AnswerLost, Cancelled, Declined

_LOOK_AFTER_S: Final = 60.0
_LOOK_LATER_S: Final = 1_800.0
_TRIES_IN_A_ROW: Final = 60
_LOOKS_BEFORE_ASKING_AGAIN: Final = 2
_DOUBT_AFTER: Final = timedelta(days=1)
_TRIES_BEFORE_DOUBT: Final = 10  # of one that nobody took: a day alone is no reason, for we may have been away


async def submit(ctx: Context, job: Job) -> None:
    """Send an attempt that certainly did not leave; one that may have left and was never answered is lost."""
    details, attempt = await _of(ctx, job)
    if attempt is None or attempt.status is not AttemptStatus.SUBMITTING:
        await _end(ctx, job)
        return
    if not attempt.unsent:
        await ctx.calls.apply_facts(
            FactReport(attempt.id, [AnswerLost("no answer before the deadline")], "submit"), job
        )
        return
    if any(a.number > attempt.number and a.status in OPEN for a in details.attempts):
        called_off = Cancelled()  # the payer has chosen another way before this one could be sent
        await ctx.calls.apply_facts(FactReport(attempt.id, [called_off], "submit", detail={"at_provider": False}), job)
        return
    if attempt.expires_at <= ctx.clock.now():
        refused = Declined(DeclineCode.PROVIDER_UNREACHABLE, "The provider could not be reached in time.")
        await ctx.calls.apply_facts(FactReport(attempt.id, [refused], "submit"), job)
        return
    if attempt.deposit is not None and ctx.begin is not None:
        await ctx.begin(attempt.connection)
    async with ctx.db.transaction() as tx:  # from here on a crash means: it may have left
        await attempt_store.mark_unsent(tx, attempt.id, False)
    submission = ctx.calls.submission(details, attempt, await ctx.link_token(details.payment.id))
    try:
        await ctx.calls.submit(attempt, submission, job)
    except Unreachable as error:
        async with ctx.db.transaction() as tx:
            await attempt_store.mark_unsent(tx, attempt.id, True)
        raise Retry(error.detail) from error


async def inquire(ctx: Context, job: Job) -> None:
    """Ask the provider about an attempt: because of a hint, or because it is time."""
    details, attempt = await _of(ctx, job)
    hinted = job.payload.get("reference")
    reference = (attempt.provider_reference or hinted) if attempt else None
    settled = attempt is not None and attempt.status is AttemptStatus.CAPTURED and not hinted
    known = attempt is not None and (reference is not None or attempt.askable)
    if attempt is None or not known or (settled and not refund_outcomes.is_under_way(details, attempt)):
        await _end(ctx, job)
        return
    try:
        await _ask(ctx, job, attempt, str(reference or ""))
    except UpstreamFailed as error:
        raise Retry(error.detail) from error


async def _ask(ctx: Context, job: Job, attempt: Attempt, reference: str) -> None:
    """Ask by the reference that we have. One that only a hint named may be nonsense: then by ours, where that is possible."""
    try:
        await ctx.calls.inquire(attempt, reference, job=job)
    except ProviderRefused as error:
        if not reference or attempt.provider_reference is not None:
            raise
        if not attempt.askable:
            raise Park(error.detail) from error
        await ctx.calls.inquire(attempt, "", job=job)


async def close(ctx: Context, job: Job) -> None:
    """Close an attempt that nobody should pay any more; also one that is over here, and whose number the provider has told us since."""
    _, attempt = await _of(ctx, job)
    if attempt is None or attempt.status in (AttemptStatus.CAPTURED, AttemptStatus.HELD):
        await _end(ctx, job)
        return
    try:
        await ctx.calls.cancel(attempt, actor="system:gerbang", job=job)
    except UpstreamFailed as error:
        raise Retry(error.detail) from error


async def refund(ctx: Context, job: Job) -> None:
    """Ask for money back, one refund per attempt at a time; a lost answer is looked up before anything is sent again."""
    async with ctx.db.reading() as tx:
        known = await refund_store.one(tx, ids.read("ref", job.key))
    waits = known is not None and known.approval == "pending"
    if known is None or waits or known.status not in (RefundStatus.REQUESTED, *AT_PROVIDER):
        await _end(ctx, job)
        return
    if known.status is RefundStatus.REQUESTED:
        await _send_refund(ctx, job, known)
    else:
        await _look_up_refund(ctx, job, known)


async def _send_refund(ctx: Context, job: Job, known: Refund) -> None:
    attempt = await _claim_turn(ctx, job, known)
    if attempt is None:
        return
    try:
        details = await ctx.calls.refund(attempt, known, again=job.tries > 1)
    except Unreachable as error:
        await _give_turn_back(ctx, job, known)
        raise Retry(error.detail) from error
    after = next((r for r in details.refunds if r.id == known.id), None) if details else None
    if after is not None and after.status in AT_PROVIDER:
        raise Retry("it is not done, or its answer was lost: looking it up", in_s=_wait_s(job))
    await _end(ctx, job)


async def _look_up_refund(ctx: Context, job: Job, known: Refund) -> None:
    """A refund that was sent and is not through. Seen at the provider it succeeds; twice not seen, it may be sent again, unless the provider
    has taken it: that one is only looked for. After a day, and ten tries of one that nobody took, a person is told, and it is never sent again.
    """
    details = await ctx.calls.details(known.payment_id)
    attempt = next(a for a in details.attempts if a.id == known.attempt_id)
    why, answered = "not seen at the provider yet", True
    try:
        heard = await ctx.calls.inquire(attempt, attempt.provider_reference or "")
    except (OutcomeUnknown, Unreachable, ProviderRefused) as error:
        why, answered = error.detail, False
    else:
        after = next((r for r in heard.refunds if r.id == known.id), None) if heard else None
        if after is None or after.status not in AT_PROVIDER:
            await _end(ctx, job)
            return
    was_taken, is_old = known.provider_reference is not None, known.created_at + _DOUBT_AFTER <= ctx.clock.now()
    if in_doubt(known) or (is_old and (was_taken or job.tries > _TRIES_BEFORE_DOUBT)):
        await _doubt(ctx, job, known)
    elif answered and not was_taken and job.tries > _LOOKS_BEFORE_ASKING_AGAIN:
        await _give_turn_back(ctx, job, known)
        raise Retry("the provider has no such refund; asking again", in_s=0)
    raise Retry(why, in_s=_wait_s(job))


def _wait_s(job: Job) -> float:
    """Once a minute at first; some providers take days."""
    return _LOOK_AFTER_S if job.tries <= _TRIES_IN_A_ROW else _LOOK_LATER_S


async def _doubt(ctx: Context, job: Job, known: Refund) -> None:
    """Tell a person, once, that nobody knows what became of the refund."""
    async with ctx.db.transaction() as tx:
        aggregate = (await load_for_update(tx, [known.payment_id]))[known.payment_id]
        await queue.still_held(tx, job)
        refund = aggregate.refunds[known.id]
        if refund.status in AT_PROVIDER and not in_doubt(refund):
            refund_outcomes.doubt(aggregate, refund)
            await save_changes(tx, [aggregate])


async def _claim_turn(ctx: Context, job: Job, known: Refund) -> Attempt | None:
    """Mark a refund as sent, under the payment's lock: a provider's totals can tell two refunds apart only one after the other.

    Whoever ends wakes the next (refunds/outcomes.py). A worker that stalled so long that another took its job over sends nothing. None, and the
    job is over, while nothing of the payment may go back: whatever ends that asks again (unit_of_work.py).
    """
    async with ctx.db.transaction() as tx:
        aggregate = (await load_for_update(tx, [known.payment_id]))[known.payment_id]
        await queue.still_held(tx, job)
        if is_stopped(aggregate.payment, aggregate.attempts.values()):
            await queue.finish(tx, [job])
            return None
        under_way = [
            r for r in aggregate.refunds.values() if r.attempt_id == known.attempt_id and r.status in AT_PROVIDER
        ]
        if under_way:
            raise Retry("another refund of this attempt is under way", in_s=_LOOK_AFTER_S)
        assert aggregate.refunds[known.id].status is RefundStatus.REQUESTED, (
            "only the holder of its job moves a refund on"
        )
        aggregate.put_refund(replace(aggregate.refunds[known.id], status=RefundStatus.SUBMITTED))
        await save_changes(tx, [aggregate])
    return aggregate.attempts[known.attempt_id]


async def _give_turn_back(ctx: Context, job: Job, known: Refund) -> None:
    """The refund is certainly not at the provider: it may be sent again, unless somebody else is at it by now."""
    async with ctx.db.transaction() as tx:
        aggregate = (await load_for_update(tx, [known.payment_id]))[known.payment_id]
        await queue.still_held(tx, job)
        if aggregate.refunds[known.id].status in AT_PROVIDER:
            aggregate.put_refund(replace(aggregate.refunds[known.id], status=RefundStatus.REQUESTED))
            await save_changes(tx, [aggregate])


async def _of(ctx: Context, job: Job) -> tuple[PaymentDetail, Attempt | None]:
    attempt_id = ids.read("att", job.key)
    async with ctx.db.reading() as tx:
        owners = await attempt_store.payments_of(tx, [attempt_id])
    details = await ctx.calls.details(owners[attempt_id])
    return details, next((a for a in details.attempts if a.id == attempt_id), None)


async def _end(ctx: Context, job: Job) -> None:
    async with ctx.db.transaction() as tx:
        await queue.finish(tx, [job])


# Which function runs for which kind of job.
HANDLERS: Final[Mapping[str, Callable[[Context, Job], Awaitable[None]]]] = {
    schedule.SUBMIT: submit,
    schedule.INQUIRE: inquire,
    schedule.CLOSE: close,
    schedule.REFUND: refund,
    schedule.CONFIRM: confirmations.confirm,
    approvals.EXPIRE: approvals.expire,
}
