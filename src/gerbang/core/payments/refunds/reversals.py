"""Money that a bank or a chain takes back while refunds of its payment are there: what stops, and what a person's decision makes of it."""

from msgspec.structs import replace

from gerbang.core.payments import posting_rules
from gerbang.core.payments.machine import advance, is_reversed_after_refund, kept, reversed_after_refund, standing
from gerbang.core.payments.model import Attempt, AttemptStatus, RefundStatus
from gerbang.core.payments.refunds import outcomes as refund_outcomes
from gerbang.core.payments.refunds.model import RefundUnderWay
from gerbang.core.payments.unit_of_work import PaymentAggregate
from gerbang.ports.facts import Reversed

_UNSENT = (RefundStatus.REQUESTED, RefundStatus.AWAITING_TRANSFER)
_GONE = "The money was taken back."


def retracted(aggregate: PaymentAggregate, attempt: Attempt, fact: Reversed) -> Attempt:
    """The attempt after its money was taken back. Held for a person where money of the payment goes, or went, back, of whichever attempt:
    what was a surplus may be none any more.
    """
    is_going_back = any(r.status is not RefundStatus.FAILED for r in aggregate.refunds.values())
    if is_going_back and attempt.captured and not is_reversed_after_refund(attempt):
        return reversed_after_refund(attempt, fact.reason)
    return advance(attempt, fact)


def stop_refunds(aggregate: PaymentAggregate, attempt: Attempt) -> None:
    """The bank has decided for the payer, who has the money: what was still to go back of it does not."""
    for refund in list(aggregate.refunds.values()):
        if refund.attempt_id == attempt.id and refund.status in _UNSENT and refund.approval != "pending":
            refund_outcomes.fail(aggregate, refund, _GONE)


def accept(aggregate: PaymentAggregate, attempt: Attempt) -> None:
    """A person has seen that the money is there after all: it counts as it did, and its refunds go on."""
    open_again = AttemptStatus.PENDING if aggregate.now < attempt.expires_at else AttemptStatus.EXPIRED
    status = AttemptStatus.CAPTURED if attempt.captured >= attempt.amount else open_again
    aggregate.put_attempt(replace(attempt, status=status, failure=None))


def release(aggregate: PaymentAggregate, attempt: Attempt) -> None:
    """The money is gone: what had not gone back yet does not, what had is a loss. A bill all of which was to go back is closed with it.

    Raises RefundUnderWay.
    """
    if any(r.attempt_id == attempt.id and r.status in refund_outcomes.AT_PROVIDER for r in aggregate.refunds.values()):
        raise RefundUnderWay("Ask the provider, or say what became of the refund, and decide then.")
    is_called_off = attempt.captured == attempt.refunded + attempt.refund_reserved
    for refund in [r for r in aggregate.refunds.values() if r.status in _UNSENT]:
        off = replace(refund, approval="refused") if refund.approval == "pending" else refund
        refund_outcomes.fail(aggregate, off, _GONE, needs_attention=refund.attempt_id != attempt.id)
    before = aggregate.attempts[attempt.id]
    after = replace(before, status=AttemptStatus.CANCELLED, captured=before.refunded, received=0)
    elsewhere = kept(aggregate.payment, [a for a in aggregate.attempts.values() if a.id != attempt.id])
    aggregate.effects.postings.append(posting_rules.capture(aggregate.payment, before, after, elsewhere))
    aggregate.put_attempt(after)
    aggregate.effects.postings.append(posting_rules.reversal_loss(before, after, _given_as_surplus(aggregate)))
    if is_called_off:
        aggregate.payment = replace(aggregate.payment, cancelled_at=aggregate.payment.cancelled_at or aggregate.now)


def _given_as_surplus(aggregate: PaymentAggregate) -> int:
    """What went back as a surplus and is none any more, now that less is in."""
    attempts, refunds = list(aggregate.attempts.values()), list(aggregate.refunds.values())
    since, parts = standing(aggregate.payment, attempts, refunds, aggregate.now)
    excess = sum(a.captured for a in attempts) - parts - aggregate.payment.amount if since else 0
    return max(0, sum(r.credit_amount for r in refunds if r.status is not RefundStatus.FAILED) - excess)
