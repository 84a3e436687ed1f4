"""What a provider's word about money given back does to refunds. Called under the payment's lock, on its aggregate."""

from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.money import as_json
from gerbang.core.payments import posting_rules, schedule
from gerbang.core.payments.machine import captured_total, standing
from gerbang.core.payments.model import Attempt, PaymentDetail, Refund, RefundStatus
from gerbang.core.payments.unit_of_work import PaymentAggregate
from gerbang.ports.facts import Accepted, AnswerLost, Declined, Fact, RefundSettled

AT_PROVIDER = (RefundStatus.SUBMITTED, RefundStatus.UNKNOWN)
_NOT_CONFIRMED = "The provider has not confirmed it."


def is_under_way(details: PaymentDetail, attempt: Attempt) -> bool:
    """Whether a refund of this attempt is under way at the provider."""
    return any(r.attempt_id == attempt.id and r.status in AT_PROVIDER for r in details.refunds)


def applies(fact: Fact, refund: UUID | None) -> bool:
    """Whether this fact is about refunds and not about the attempt's own life."""
    return isinstance(fact, RefundSettled) or (
        refund is not None and isinstance(fact, Accepted | Declined | AnswerLost)
    )


def settle(aggregate: PaymentAggregate, attempt: Attempt, fact: Fact, refund: UUID | None) -> None:
    """Settle, fail or doubt refunds of one attempt."""
    match fact:
        case RefundSettled(total=total, reference=reference):
            _settled(aggregate, attempt, total, reference)
        case Accepted(reference=reference) if refund is not None and aggregate.refunds[refund].status in AT_PROVIDER:
            taken = replace(aggregate.refunds[refund], status=RefundStatus.SUBMITTED, provider_reference=reference)
            aggregate.put_refund(taken)
        case Declined(code=code, reason=reason) if (
            refund is not None and aggregate.refunds[refund].status in AT_PROVIDER
        ):
            fail(aggregate, aggregate.refunds[refund], f"{code}: {reason}")
        case AnswerLost() if refund is not None and aggregate.refunds[refund].status is RefundStatus.SUBMITTED:
            aggregate.put_refund(replace(aggregate.refunds[refund], status=RefundStatus.UNKNOWN))
        case _:
            return


def _settled(aggregate: PaymentAggregate, attempt: Attempt, total: int, reference: str | None) -> None:
    """The provider has given back `total` so far: settle what we asked for in order, and record what was done behind our back."""
    news = total - attempt.refunded
    for refund in sorted(aggregate.refunds.values(), key=lambda r: r.id):
        if refund.attempt_id == attempt.id and refund.status in AT_PROVIDER and 0 < refund.amount <= news:
            succeed(
                aggregate, replace(refund, provider_reference=reference or refund.provider_reference), by_bank=False
            )
            news -= refund.amount
    room = attempt.captured - aggregate.attempts[attempt.id].refunded - aggregate.attempts[attempt.id].refund_reserved
    if news > 0 and room > 0:
        _from_outside(aggregate, attempt, min(news, room), reference)


def _from_outside(aggregate: PaymentAggregate, attempt: Attempt, amount: int, reference: str | None) -> None:
    refund = Refund(
        id=ids.new(),
        payment_id=aggregate.payment.id,
        attempt_id=attempt.id,
        status=RefundStatus.SUBMITTED,
        amount=amount,
        currency=attempt.currency,
        credit_amount=0,
        reason="Made at the provider, not by us",
        provider_reference=reference,
        failure=None,
        requested_by="provider",
        created_at=aggregate.now,
        updated_at=aggregate.now,
    )
    aggregate.put_refund(refund)
    aggregate.effects.postings.append(posting_rules.refund_requested(refund))
    current = aggregate.attempts[attempt.id]
    aggregate.put_attempt(replace(current, refund_reserved=current.refund_reserved + amount))
    succeed(aggregate, refund, by_bank=False)


def succeed(aggregate: PaymentAggregate, refund: Refund, *, by_bank: bool) -> None:
    """The money is with the payer: release the reservation, count it as given back, post it."""
    attempt = aggregate.attempts[refund.attempt_id]
    aggregate.put_attempt(
        replace(
            attempt, refunded=attempt.refunded + refund.amount, refund_reserved=attempt.refund_reserved - refund.amount
        )
    )
    done = replace(refund, status=RefundStatus.SUCCEEDED, failure=None)
    aggregate.put_refund(done)
    aggregate.effects.postings.append(posting_rules.refund_settled(done, attempt, by_bank=by_bank))
    _over(aggregate, done)


def fail(aggregate: PaymentAggregate, refund: Refund, why: str, *, needs_attention: bool = True) -> None:
    """It does not go back this way: release the reservation, reverse the promise. Somebody looks at it, unless it was a person's word."""
    attempt, before = aggregate.attempts[refund.attempt_id], _surplus(aggregate)
    aggregate.put_attempt(replace(attempt, refund_reserved=attempt.refund_reserved - refund.amount))
    failed = replace(refund, status=RefundStatus.FAILED, failure=why, needs_attention=needs_attention)
    aggregate.put_refund(failed)
    aggregate.effects.postings.append(posting_rules.refund_failed(failed))
    if (more := _surplus(aggregate) - before) > 0:
        aggregate.effects.postings.append(posting_rules.surplus(failed, more))
    _over(aggregate, failed)


def _surplus(aggregate: PaymentAggregate) -> int:
    attempts, refunds = list(aggregate.attempts.values()), list(aggregate.refunds.values())
    since, parts = standing(aggregate.payment, attempts, refunds, aggregate.now)
    return captured_total(attempts) - parts - aggregate.payment.amount if since else 0


def doubt(aggregate: PaymentAggregate, refund: Refund) -> None:
    """Nobody knows what became of it: a person must look, and it is never sent again. Told once."""
    doubted = replace(refund, status=RefundStatus.UNKNOWN, failure=_NOT_CONFIRMED)
    aggregate.put_refund(doubted)
    _tell(aggregate, doubted)


def _over(aggregate: PaymentAggregate, refund: Refund) -> None:
    """Tell the outside, and wake the next refund of the attempt: one is under way at a time."""
    waiting = [
        r
        for r in aggregate.refunds.values()
        if r.attempt_id == refund.attempt_id and r.status is RefundStatus.REQUESTED and r.approval != "pending"
    ]
    if waiting:
        next_ = min(waiting, key=lambda r: r.id)
        aggregate.effects.jobs.append(schedule.refund(next_, aggregate.attempts[next_.attempt_id]))
    _tell(aggregate, refund)


def _tell(aggregate: PaymentAggregate, refund: Refund) -> None:
    aggregate.announce(
        f"refund.{refund.status.value}",
        {
            "refund": ids.show("ref", refund.id),
            "amount": as_json(refund.amount, refund.currency),
            "currency": refund.currency,
            **({"approval": refund.approval} if refund.approval != "not_needed" else {}),
        },
    )
