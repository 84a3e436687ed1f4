"""Taking what a payer agreed to at the provider, where nothing moves before our own call: the one call after the payer's that may charge.

It is asked for by the fact `Approved`, whoever brought that: the payer's return, a webhook, a sweep. It leaves once. While its outcome is
not known it is only looked up; it is sent again when the provider still says, five minutes later, that the payer has agreed and nothing moved.
"""

from datetime import timedelta
from typing import Final

from gerbang.base import ids
from gerbang.base.errors import UpstreamFailed
from gerbang.core.connections.outbound_calls import Outcome
from gerbang.core.payments import amount_due, attempt_store, confirmation_store
from gerbang.core.payments.context import Context
from gerbang.core.payments.model import Attempt
from gerbang.core.payments.schedule import CONFIRM_SOURCE
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, Retry

_AGAIN_AFTER: Final = timedelta(minutes=5)
_LOOK_AFTER_S: Final = 60.0


async def confirm(ctx: Context, job: Job) -> None:
    """Take the money of an attempt that still asks for what is due; nothing is taken for one that was closed, or that another has paid for."""
    attempt = await _payable(ctx, job)
    if attempt is not None:
        async with ctx.db.reading() as tx:
            earlier = await confirmation_store.sent_at(tx, attempt.id)
        if earlier is not None:
            await _look_up(ctx, attempt)
            attempt = await _payable(ctx, job)
            if attempt is not None and ctx.clock.now() < earlier + _AGAIN_AFTER:
                raise Retry("its outcome is not known: looking it up", in_s=_LOOK_AFTER_S)
    if attempt is None:
        async with ctx.db.transaction() as tx:
            await confirmation_store.mark_unsent(tx, ids.read("att", job.key))
            await queue.finish(tx, [job])
        return
    await _send(ctx, job, attempt)


async def _send(ctx: Context, job: Job, attempt: Attempt) -> None:
    async with ctx.db.transaction() as tx:  # from here on a crash means: it may have left
        await queue.still_held(tx, job)
        await confirmation_store.mark_sent(tx, attempt.id, ctx.clock.now())
    result = await ctx.calls.confirm(attempt)
    if result.outcome is Outcome.UNKNOWN:
        raise Retry(result.why, in_s=_LOOK_AFTER_S)
    async with ctx.db.transaction() as tx:
        await confirmation_store.mark_unsent(tx, attempt.id)
        if result.outcome is not Outcome.UNREACHABLE:
            await queue.finish(tx, [job])
    if result.outcome is Outcome.UNREACHABLE:
        raise Retry(result.why)


async def _look_up(ctx: Context, attempt: Attempt) -> None:
    try:
        await ctx.calls.inquire(attempt, attempt.provider_reference or "", source=CONFIRM_SOURCE)
    except UpstreamFailed as error:
        raise Retry(error.detail, in_s=_LOOK_AFTER_S) from error


async def _payable(ctx: Context, job: Job) -> Attempt | None:
    """The attempt of the job, if it is the one that is to be paid."""
    attempt_id = ids.read("att", job.key)
    async with ctx.db.reading() as tx:
        payment = (await attempt_store.payments_of(tx, [attempt_id]))[attempt_id]
    details = await ctx.calls.details(payment)
    attempt = amount_due.payable(details) if details.payment.cancelled_at is None else None
    return attempt if attempt is not None and attempt.id == attempt_id else None
