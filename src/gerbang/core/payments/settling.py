"""What a provider's word about money given back does to refunds. Called under the payment's lock, inside a draft."""

from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.money import as_json
from gerbang.core.payments import entries, schedule
from gerbang.core.payments.draft import Draft
from gerbang.core.payments.machine import captured_total, standing
from gerbang.core.payments.model import Attempt, Refund, RefundStatus, Whole
from gerbang.ports.payment import Accepted, Declined, Fact, Lost, RefundSettled

AT_PROVIDER = (RefundStatus.SUBMITTED, RefundStatus.UNKNOWN)
_NOT_CONFIRMED = "The provider has not confirmed it."


def is_under_way(whole: Whole, attempt: Attempt) -> bool:
    """Whether a refund of this attempt is under way at the provider."""
    return any(r.attempt_id == attempt.id and r.status in AT_PROVIDER for r in whole.refunds)


def applies(fact: Fact, refund: UUID | None) -> bool:
    """Whether this fact is about refunds and not about the attempt's own life."""
    return isinstance(fact, RefundSettled) or (refund is not None and isinstance(fact, Accepted | Declined | Lost))


def settle(draft: Draft, attempt: Attempt, fact: Fact, refund: UUID | None) -> None:
    """Settle, fail or doubt refunds of one attempt."""
    match fact:
        case RefundSettled(total=total, reference=reference):
            _settled(draft, attempt, total, reference)
        case Accepted(reference=reference) if refund is not None and draft.refunds[refund].status in AT_PROVIDER:
            taken = replace(draft.refunds[refund], status=RefundStatus.SUBMITTED, provider_reference=reference)
            draft.put_refund(taken)
        case Declined(code=code, reason=reason) if refund is not None and draft.refunds[refund].status in AT_PROVIDER:
            fail(draft, draft.refunds[refund], f"{code}: {reason}")
        case Lost() if refund is not None and draft.refunds[refund].status is RefundStatus.SUBMITTED:
            draft.put_refund(replace(draft.refunds[refund], status=RefundStatus.UNKNOWN))
        case _:
            return


def _settled(draft: Draft, attempt: Attempt, total: int, reference: str | None) -> None:
    """The provider has given back `total` so far: settle what we asked for in order, and record what was done behind our back."""
    news = total - attempt.refunded
    for refund in sorted(draft.refunds.values(), key=lambda r: r.id):
        if refund.attempt_id == attempt.id and refund.status in AT_PROVIDER and 0 < refund.amount <= news:
            succeed(draft, replace(refund, provider_reference=reference or refund.provider_reference), by_bank=False)
            news -= refund.amount
    room = attempt.captured - draft.attempts[attempt.id].refunded - draft.attempts[attempt.id].refund_reserved
    if news > 0 and room > 0:
        _from_outside(draft, attempt, min(news, room), reference)


def _from_outside(draft: Draft, attempt: Attempt, amount: int, reference: str | None) -> None:
    refund = Refund(
        ids.new(), draft.payment.id, attempt.id, RefundStatus.SUBMITTED, amount, attempt.currency, 0,
        "Made at the provider, not by us", reference, None, "provider", draft.now, draft.now,
    )  # fmt: skip
    draft.put_refund(refund)
    draft.more.postings.append(entries.refund_requested(refund))
    current = draft.attempts[attempt.id]
    draft.put_attempt(replace(current, refund_reserved=current.refund_reserved + amount))
    succeed(draft, refund, by_bank=False)


def succeed(draft: Draft, refund: Refund, *, by_bank: bool) -> None:
    """The money is with the payer: release the reservation, count it as given back, post it."""
    attempt = draft.attempts[refund.attempt_id]
    draft.put_attempt(
        replace(
            attempt, refunded=attempt.refunded + refund.amount, refund_reserved=attempt.refund_reserved - refund.amount
        )
    )
    done = replace(refund, status=RefundStatus.SUCCEEDED, failure=None)
    draft.put_refund(done)
    draft.more.postings.append(entries.refund_settled(done, attempt, by_bank=by_bank))
    _over(draft, done)


def fail(draft: Draft, refund: Refund, why: str, *, needs_attention: bool = True) -> None:
    """It does not go back this way: release the reservation, reverse the promise. Somebody looks at it, unless it was a person's word."""
    attempt, before = draft.attempts[refund.attempt_id], _surplus(draft)
    draft.put_attempt(replace(attempt, refund_reserved=attempt.refund_reserved - refund.amount))
    failed = replace(refund, status=RefundStatus.FAILED, failure=why, needs_attention=needs_attention)
    draft.put_refund(failed)
    draft.more.postings.append(entries.refund_failed(failed))
    if (more := _surplus(draft) - before) > 0:
        draft.more.postings.append(entries.surplus(failed, more))
    _over(draft, failed)


def _surplus(draft: Draft) -> int:
    attempts, refunds = list(draft.attempts.values()), list(draft.refunds.values())
    since, parts = standing(draft.payment, attempts, refunds, draft.now)
    return captured_total(attempts) - parts - draft.payment.amount if since else 0


def doubt(draft: Draft, refund: Refund) -> None:
    """Nobody knows what became of it: a person must look, and it is never sent again. Told once."""
    doubted = replace(refund, status=RefundStatus.UNKNOWN, failure=_NOT_CONFIRMED)
    draft.put_refund(doubted)
    _tell(draft, doubted)


def _over(draft: Draft, refund: Refund) -> None:
    """Tell the outside, and wake the next refund of the attempt: one is under way at a time."""
    waiting = [
        r
        for r in draft.refunds.values()
        if r.attempt_id == refund.attempt_id and r.status is RefundStatus.REQUESTED and r.approval != "pending"
    ]
    if waiting:
        next_ = min(waiting, key=lambda r: r.id)
        draft.more.jobs.append(schedule.refund(next_, draft.attempts[next_.attempt_id]))
    _tell(draft, refund)


def _tell(draft: Draft, refund: Refund) -> None:
    draft.announce(
        f"refund.{refund.status.value}",
        {
            "refund": ids.show("ref", refund.id),
            "amount": as_json(refund.amount, refund.currency),
            "currency": refund.currency,
            **({"approval": refund.approval} if refund.approval != "not_needed" else {}),
        },
    )
