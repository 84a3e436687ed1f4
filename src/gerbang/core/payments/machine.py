"""The life of an attempt as one table, and a payment's status as a fold. Reads no clock, database or network.

Statuses without money form a ladder (expired, cancelled, failed, held): whichever order facts come in, the highest rung wins, and money
outranks them all. So any order of the same facts ends the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from gerbang.core.payments.crypto.quotes import worth
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    DisputeState,
    Failure,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from gerbang.ports.declines import DeclineCode
from gerbang.ports.facts import (
    Accepted,
    ActionRequired,
    AnswerLost,
    Approved,
    Cancelled,
    Captured,
    Claimed,
    Declined,
    DisputeClosed,
    Disputed,
    Expired,
    Fact,
    Mismatched,
    RefundSettled,
    Reversed,
)
from gerbang.ports.payment import Lookup, SubmissionEffect

S = AttemptStatus
OPEN: Final = frozenset({S.CREATED, S.SUBMITTING, S.PENDING, S.UNKNOWN})
CLOSED: Final = frozenset({S.FAILED, S.EXPIRED, S.CANCELLED})
_OVER_UNPAID: Final = CLOSED | {S.ABANDONED}
_LADDER: Final = (S.EXPIRED, S.CANCELLED, S.FAILED, S.HELD)


def _moves() -> Mapping[tuple[AttemptStatus, type[Fact]], AttemptStatus]:
    """Every (status, fact) pair that moves; a pair that is absent is stale: the fact changes totals at most, never the status."""
    table: dict[tuple[AttemptStatus, type[Fact]], AttemptStatus] = {}
    for status in (S.CREATED, S.SUBMITTING, S.UNKNOWN, S.PENDING):
        table[status, Accepted] = S.PENDING
        table[status, ActionRequired] = S.PENDING
    for fact, rung in ((Expired, S.EXPIRED), (Cancelled, S.CANCELLED), (Declined, S.FAILED), (Mismatched, S.HELD)):
        for status in (*OPEN, *_LADDER[: _LADDER.index(rung)]):
            table[status, fact] = rung
    table[S.ABANDONED, Mismatched] = S.HELD
    for status in S:
        table[status, Captured] = S.CAPTURED
    table[S.CAPTURED, Reversed] = S.PENDING
    return table


MOVES: Final[Mapping[tuple[AttemptStatus, type[Fact]], AttemptStatus]] = _moves()


def advance(attempt: Attempt, fact: Fact) -> Attempt:
    """The attempt after a fact. Unchanged (the same object) when the fact is stale."""
    moved = attempt
    match fact:
        case Accepted():
            moved = _accept(attempt, fact)
        case Captured():
            return _capture(attempt, fact)
        case Declined():
            failure = Failure(fact.code, fact.reason, fact.provider_code)
            moved = replace(attempt, failure=failure) if (attempt.status, Declined) in MOVES else attempt
        case Mismatched(why=why):
            moved = (
                replace(attempt, failure=Failure(DeclineCode.MISMATCH, why))
                if (attempt.status, Mismatched) in MOVES
                else attempt
            )
        case RefundSettled(total=total):
            return replace(attempt, refunded=total) if total > attempt.refunded else attempt
        case Disputed():
            return replace(attempt, dispute=DisputeState.OPEN) if attempt.dispute is DisputeState.NONE else attempt
        case DisputeClosed(won=won):
            return replace(attempt, dispute=DisputeState.WON if won else DisputeState.LOST)
        case Reversed():
            return _reverse(attempt, fact.reason)
        case AnswerLost():
            return _lose_answer(attempt)
        case ActionRequired() | Approved() | Expired() | Cancelled():
            pass  # the table alone decides
        case Claimed():
            pass  # a processor's word moves no money: our own node is asked
    status = MOVES.get((attempt.status, type(fact)), attempt.status)
    return moved if status is moved.status else replace(moved, status=status)


def _accept(attempt: Attempt, fact: Accepted) -> Attempt:
    """Remember the provider's reference whatever the status: money may yet come on it. Show instructions only to an open attempt."""
    moved = attempt
    if attempt.provider_reference is None:
        moved = replace(moved, provider_reference=fact.reference)
    if attempt.status in OPEN and attempt.next_action is None and fact.next_action is not None:
        moved = replace(moved, next_action=fact.next_action)
    if attempt.status in OPEN and fact.expires_at is not None and fact.expires_at != attempt.expires_at:
        moved = replace(moved, expires_at=fact.expires_at)
    return moved


def _capture(attempt: Attempt, fact: Captured) -> Attempt:
    """Totals only grow; a part keeps the attempt as payable as it was, the whole makes it captured from any status.

    What comes in an asset is worth what the attempt's quote says, however late: that is the amount which the payer was shown.
    """
    total, currency = fact.total, fact.currency
    if attempt.quote is not None and currency == attempt.quote.asset and not fact.by_person:
        if total <= attempt.received:
            return attempt
        worth_now = worth(attempt.quote, attempt.amount, total)
        attempt, total = replace(attempt, received=total), worth_now
    elif currency != attempt.currency:
        return advance(attempt, Mismatched(f"paid in {currency}, asked for {attempt.currency}"))
    if total <= attempt.captured:
        return attempt
    if total >= attempt.amount:
        return replace(attempt, captured=total, status=S.CAPTURED, failure=None)
    status = S.PENDING if attempt.status in OPEN else attempt.status
    return replace(attempt, captured=total, status=status)


def _reverse(attempt: Attempt, reason: str) -> Attempt:
    """The capture was taken back, and the attempt says so until all is in again; where part of it had been given back already, a person
    must look. The deadline stays: what comes back on a chain counts whenever it does.
    """
    if (not attempt.captured and not attempt.received) or is_reversed_after_refund(attempt):
        return attempt
    if attempt.refunded or attempt.refund_reserved:
        return reversed_after_refund(attempt, reason)
    code = DeclineCode.TRANSFER_REVERSED if attempt.quote is None else DeclineCode.TRANSFER_DROPPED
    return replace(attempt, status=S.PENDING, captured=0, received=0, failure=Failure(code, reason))


def reversed_after_refund(attempt: Attempt, reason: str) -> Attempt:
    """The attempt whose money was taken back while money of its payment goes, or went, back to the payer: its totals stay as they were
    until a person decides, for some of it is gone twice.
    """
    return replace(attempt, status=S.HELD, failure=Failure(DeclineCode.RETRACTED_AFTER_REFUND, reason))


def is_reversed_after_refund(attempt: Attempt) -> bool:
    """Whether the attempt is held because its money was taken back beside a refund."""
    code = attempt.failure.code if attempt.failure else ""
    return attempt.status is S.HELD and code == DeclineCode.RETRACTED_AFTER_REFUND


def is_stopped(payment: Payment, attempts: Iterable[Attempt]) -> bool:
    """Whether no money of this payment goes back for now: it is held, or a bank disputes it, and it might be given back twice."""
    doubted = any(a.dispute is DisputeState.OPEN or (a.status is S.HELD and a.captured) for a in attempts)
    return doubted or payment.status in (PaymentStatus.HELD, PaymentStatus.DISPUTED)


def _lose_answer(attempt: Attempt) -> Attempt:
    """A lost answer means what the method declared: ask, give up on it, or hold it for a person."""
    if attempt.status not in (S.SUBMITTING, S.CREATED):
        return attempt
    if attempt.lookup is Lookup.BY_OUR_REFERENCE or (attempt.lookup is Lookup.BY_THEIRS and attempt.provider_reference):
        return replace(attempt, status=S.UNKNOWN)
    if attempt.effect is SubmissionEffect.INSTRUCTS:
        return replace(attempt, status=S.ABANDONED)
    return replace(
        attempt,
        status=S.HELD,
        failure=Failure(DeclineCode.ANSWER_LOST, "The answer was lost after sending; not sent again."),
    )


def superseded(payment: Payment, attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts that the payer could still pay and no longer should: a newer one is open, or everything is paid, or it was called off.

    One whose registration is under way is not among them: what it comes to is known first, and it is closed then.
    """
    newest = max((a.number for a in attempts if a.status in OPEN), default=0)
    over = payment.cancelled_at is not None or kept(payment, attempts) >= payment.amount
    return [a for a in attempts if a.status is S.PENDING and (over or a.number < newest)]


def answered_too_late(before: Attempt, after: Attempt) -> bool:
    """Whether the answer to a registration came when the attempt was over here already: at the provider it is open, and payable."""
    return before.provider_reference is None and after.provider_reference is not None and after.status in _OVER_UNPAID


def captured_total(attempts: Sequence[Attempt]) -> int:
    """All money that came in, over every attempt, in minor units."""
    return sum(attempt.captured for attempt in attempts)


def kept(payment: Payment, attempts: Iterable[Attempt]) -> int:
    """What counts towards the bill, in minor units: what came in without what goes back of parts."""
    return sum(attempt.captured for attempt in attempts) - payment.returned_parts


def standing(
    payment: Payment, attempts: Sequence[Attempt], refunds: Sequence[Refund], now: datetime
) -> tuple[datetime | None, int]:
    """Since when the bill is paid in full, None while it is not; and how much was given or promised back before that, in minor units.

    What was given back before does not count towards the bill. A refund after it was paid in full undoes the sale, and leaves nothing due.
    """
    came, since = captured_total(attempts), payment.paid_at or now
    parts = sum(r.amount for r in refunds if r.status is not RefundStatus.FAILED and r.created_at < since)
    if came - parts >= payment.amount:
        return since, parts
    return None, sum(r.amount for r in refunds if r.status is not RefundStatus.FAILED)


def sale_refunded(refunds: Sequence[Refund], since: datetime, excess: int) -> int:
    """How much of the sale was refunded for certain since the bill was paid in full, less what of it was a surplus (`excess`)."""
    done = [r for r in refunds if r.status is RefundStatus.SUCCEEDED and r.created_at >= since]
    return sum(r.amount for r in done) - min(excess, sum(r.credit_amount for r in done))


def payment_status(
    payment: Payment, attempts: Sequence[Attempt], refunds: Sequence[Refund], now: datetime
) -> PaymentStatus:
    """The status of a payment as a pure fold over its attempts and refunds."""
    if any(attempt.dispute is DisputeState.OPEN for attempt in attempts):
        return PaymentStatus.DISPUTED
    if any(is_reversed_after_refund(attempt) for attempt in attempts):
        return PaymentStatus.HELD
    came = captured_total(attempts)
    whole_since, parts = standing(payment, attempts, refunds, now)
    if whole_since is not None:
        back = sale_refunded(refunds, whole_since, came - parts - payment.amount)
        if back >= payment.amount:
            return PaymentStatus.REFUNDED
        return PaymentStatus.PARTIALLY_REFUNDED if back else PaymentStatus.PAID
    statuses = {attempt.status for attempt in attempts}
    if S.HELD in statuses:
        return PaymentStatus.HELD
    if came > parts:
        return PaymentStatus.PART_PAID
    if S.UNKNOWN in statuses:
        return PaymentStatus.UNKNOWN
    if came and payment.cancelled_at is not None:
        is_back = all(r.status in (RefundStatus.SUCCEEDED, RefundStatus.FAILED) for r in refunds)
        return PaymentStatus.REFUNDED if is_back else PaymentStatus.CANCELLED
    if (
        payment.cancelled_at is not None
    ):  # also where the provider left something open, a card's page: what comes by it is late
        return PaymentStatus.CANCELLED
    if statuses & OPEN:
        return PaymentStatus.PENDING
    return _closed_status(payment, attempts, now)


def _closed_status(payment: Payment, attempts: Sequence[Attempt], now: datetime) -> PaymentStatus:
    last = next((a for a in sorted(attempts, key=lambda a: -a.number) if a.status is not S.ABANDONED), None)
    if now >= payment.expires_at and (last is None or last.status is not S.FAILED):
        return PaymentStatus.EXPIRED
    if last is None:
        return PaymentStatus.PENDING if attempts else PaymentStatus.CREATED
    match last.status:
        case S.FAILED:
            return PaymentStatus.FAILED
        case S.CANCELLED:
            return PaymentStatus.CANCELLED if now >= payment.expires_at else PaymentStatus.CREATED
        case _:
            return PaymentStatus.EXPIRED


def is_late(before: Attempt, after: Attempt, at: datetime | None) -> bool:
    """Money that came in on an attempt that was already closed, or after its deadline by the provider's own time."""
    if after.captured <= before.captured:
        return False
    return before.status in CLOSED or (at is not None and at > before.expires_at)
