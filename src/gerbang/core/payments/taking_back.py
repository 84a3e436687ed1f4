"""Money that a bank or a chain takes back while refunds of its payment are there: what stops, and what a person's decision makes of it."""

from msgspec.structs import replace

from gerbang.core.payments import entries, settling
from gerbang.core.payments.draft import Draft
from gerbang.core.payments.machine import advance, is_taken_back, kept, standing, taken_back
from gerbang.core.payments.model import Attempt, AttemptStatus, RefundStatus
from gerbang.core.payments.refund_model import RefundUnderWay
from gerbang.ports.payment import Retracted

_UNSENT = (RefundStatus.REQUESTED, RefundStatus.AWAITING_TRANSFER)
_GONE = "The money was taken back."


def retracted(draft: Draft, attempt: Attempt, fact: Retracted) -> Attempt:
    """The attempt after its money was taken back. Held for a person where money of the payment goes, or went, back, of whichever attempt:
    what was a surplus may be none any more.
    """
    is_going_back = any(r.status is not RefundStatus.FAILED for r in draft.refunds.values())
    if is_going_back and attempt.captured and not is_taken_back(attempt):
        return taken_back(attempt, fact.reason)
    return advance(attempt, fact)


def stop_refunds(draft: Draft, attempt: Attempt) -> None:
    """The bank has decided for the payer, who has the money: what was still to go back of it does not."""
    for refund in list(draft.refunds.values()):
        if refund.attempt_id == attempt.id and refund.status in _UNSENT and refund.approval != "pending":
            settling.fail(draft, refund, _GONE)


def accept(draft: Draft, attempt: Attempt) -> None:
    """A person has seen that the money is there after all: it counts as it did, and its refunds go on."""
    open_again = AttemptStatus.PENDING if draft.now < attempt.expires_at else AttemptStatus.EXPIRED
    status = AttemptStatus.CAPTURED if attempt.captured >= attempt.amount else open_again
    draft.put_attempt(replace(attempt, status=status, failure=None))


def release(draft: Draft, attempt: Attempt) -> None:
    """The money is gone: what had not gone back yet does not, what had is a loss. A bill all of which was to go back is closed with it.

    Raises RefundUnderWay.
    """
    if any(r.attempt_id == attempt.id and r.status in settling.AT_PROVIDER for r in draft.refunds.values()):
        raise RefundUnderWay("Ask the provider, or say what became of the refund, and decide then.")
    is_called_off = attempt.captured == attempt.refunded + attempt.refund_reserved
    for refund in [r for r in draft.refunds.values() if r.status in _UNSENT]:
        off = replace(refund, approval="refused") if refund.approval == "pending" else refund
        settling.fail(draft, off, _GONE, needs_attention=refund.attempt_id != attempt.id)
    before = draft.attempts[attempt.id]
    after = replace(before, status=AttemptStatus.CANCELLED, captured=before.refunded, received=0)
    elsewhere = kept(draft.payment, [a for a in draft.attempts.values() if a.id != attempt.id])
    draft.more.postings.append(entries.capture(draft.payment, before, after, elsewhere))
    draft.put_attempt(after)
    draft.more.postings.append(entries.taken_back(before, after, _given_as_surplus(draft)))
    if is_called_off:
        draft.payment = replace(draft.payment, cancelled_at=draft.payment.cancelled_at or draft.now)


def _given_as_surplus(draft: Draft) -> int:
    """What went back as a surplus and is none any more, now that less is in."""
    attempts, refunds = list(draft.attempts.values()), list(draft.refunds.values())
    since, parts = standing(draft.payment, attempts, refunds, draft.now)
    excess = sum(a.captured for a in attempts) - parts - draft.payment.amount if since else 0
    return max(0, sum(r.credit_amount for r in refunds if r.status is not RefundStatus.FAILED) - excess)
