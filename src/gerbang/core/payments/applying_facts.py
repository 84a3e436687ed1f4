"""Applying facts: the one place where what a provider said changes a payment.

Webhook, inquiry, submission, cancel, refund and sweep all end here, under the payment's row lock: one writer per payment, any order of
facts, the same end. A whole batch shares one transaction and set-based writes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.tracing import REQUEST_ID
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM
from gerbang.core.payments import amount_due, posting_rules, schedule
from gerbang.core.payments.crypto.transfers import ProcessorClaim, claim_mismatch
from gerbang.core.payments.machine import OPEN, advance, is_late, kept
from gerbang.core.payments.model import MOVED, NEW_DEPOSIT, Attempt, AttemptStatus, DisputeState, PaymentDetail
from gerbang.core.payments.refunds import outcomes as refund_outcomes
from gerbang.core.payments.refunds import reversals
from gerbang.core.payments.unit_of_work import PaymentAggregate, load_for_update_by_attempt, save_changes
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job
from gerbang.ports.facts import AnswerLost, Approved, Captured, Claimed, Expired, Fact, Mismatched, Reversed


class FactReport(msgspec.Struct, frozen=True):
    """Facts about one attempt. `source` says how we know (webhook, inquiry, submit, confirm, cancel, refund, operator); `asked_at` is when the
    question left, so that an answer older than the last applied one is ignored; `refund` names the refund a refusal is about.
    """

    attempt: UUID
    facts: Sequence[Fact]
    source: str
    actor: str = SYSTEM
    asked_at: datetime | None = None
    refund: UUID | None = None
    request_id: str | None = msgspec.field(default_factory=REQUEST_ID.get)
    detail: Mapping[str, Any] = {}


async def apply_facts(tx: Tx, reports: Sequence[FactReport], jobs: Sequence[Job] = ()) -> dict[UUID, PaymentDetail]:
    """Apply the reports in order and end `jobs` with them; returns the payments by attempt. Unknown attempts are absent.

    Raises LeaseLost when one of `jobs` belongs to another worker by now; nothing is written then.
    """
    aggregates = await load_for_update_by_attempt(tx, [report.attempt for report in reports])
    by_attempt = {attempt: aggregate for aggregate in aggregates.values() for attempt in aggregate.loaded}
    for report in reports:
        if report.attempt in by_attempt:
            apply_report(by_attempt[report.attempt], report)
    await save_changes(tx, list(aggregates.values()))
    await queue.finish(tx, jobs)
    return {r.attempt: by_attempt[r.attempt].details() for r in reports if r.attempt in by_attempt}


def apply_report(aggregate: PaymentAggregate, report: FactReport) -> None:
    """Apply one report to an aggregate: facts in order, then what follows from them."""
    before, was_fully_paid = aggregate.attempts[report.attempt], _is_fully_paid(aggregate)
    if report.asked_at is not None and before.asked_at is not None and report.asked_at < before.asked_at:
        aggregate.effects.entries.append(_entry(aggregate, report, before, before, "payment.answer_too_old"))
        return
    for fact in report.facts:
        _apply_fact(aggregate, report, fact)
    if _is_over(aggregate.attempts[report.attempt], report, aggregate.now):
        report = replace(report, facts=(*report.facts, Expired()))
        _apply_fact(aggregate, report, Expired())
    after = aggregate.attempts[report.attempt]
    asked_at, look_at = report.asked_at or after.asked_at, schedule.next_look(after, aggregate.now)
    if asked_at != after.asked_at or look_at != after.look_at:
        after = replace(after, asked_at=asked_at, look_at=look_at)
        aggregate.put_attempt(after)
    action = "payment.heard" if after.status is before.status and after.captured == before.captured else MOVED
    aggregate.effects.entries.append(_entry(aggregate, report, before, after, action))
    if after.next_action is not None and before.next_action is None:
        aggregate.announce("payment.instructions", {"attempt": ids.show("att", after.id), "method": after.method.value})
    is_after_cancel = aggregate.payment.cancelled_at is not None and after.captured > before.captured
    told_late = any(isinstance(f, Captured) and is_late(before, after, f.at) for f in report.facts)
    if not was_fully_paid and not aggregate.payment.late and (told_late or is_after_cancel):
        aggregate.payment = replace(aggregate.payment, late=True)


def _is_fully_paid(aggregate: PaymentAggregate) -> bool:
    """Whether the whole was in before: what comes after it is a surplus, and makes nothing late that was paid in time."""
    is_in = kept(aggregate.payment, aggregate.attempts.values()) >= aggregate.payment.amount
    return is_in or aggregate.payment.paid_at is not None


def _is_over(attempt: Attempt, report: FactReport, now: datetime) -> bool:
    """Whether an inquiry found nothing after the deadline, or only that what had come was taken back: many methods have no end of their own,
    and stay payable at the provider.

    Money that comes all the same is late, and counts. An attempt that is paid on a chain ends when our own node says so.
    """
    is_asked = report.asked_at is not None and attempt.status is AttemptStatus.PENDING
    unpaid = all(isinstance(fact, Reversed) for fact in report.facts)
    return is_asked and unpaid and attempt.expires_at <= now and attempt.quote is None


def _apply_fact(aggregate: PaymentAggregate, report: FactReport, fact: Fact) -> None:
    before = aggregate.attempts[report.attempt]
    if refund_outcomes.applies(fact, report.refund):
        refund_outcomes.settle(aggregate, before, fact, report.refund)
        return
    if isinstance(fact, Approved):
        if before.status in OPEN and report.source != schedule.CONFIRM_SOURCE:
            aggregate.effects.jobs.append(schedule.confirm(before))
        return
    if isinstance(fact, Claimed):
        why = claim_mismatch(before, fact)
        if not why:
            aggregate.effects.claims.append(_claim(before, fact))
            return
        fact = Mismatched(why)
    after = reversals.retracted(aggregate, before, fact) if isinstance(fact, Reversed) else advance(before, fact)
    if after is before:
        return
    aggregate.put_attempt(after)
    if after.captured != before.captured or after.received != before.received:
        elsewhere = kept(aggregate.payment, [a for a in aggregate.attempts.values() if a.id != after.id])
        aggregate.effects.postings.append(posting_rules.capture(aggregate.payment, before, after, elsewhere))
    if isinstance(fact, Reversed):
        held = {"held": True} if after.status is AttemptStatus.HELD else {}
        aggregate.announce("payment.retracted", {"attempt": ids.show("att", after.id), "reason": fact.reason, **held})
    if after.dispute is not before.dispute:
        aggregate.effects.postings.append(posting_rules.dispute(aggregate.payment.id, before, after))
        if after.dispute is DisputeState.LOST:
            reversals.stop_refunds(aggregate, after)
    if isinstance(fact, AnswerLost) and after.status is AttemptStatus.ABANDONED:
        _try_again(aggregate, after)


def _claim(attempt: Attempt, said: Claimed) -> ProcessorClaim:
    return ProcessorClaim(
        attempt=attempt.id,
        network=said.network,
        transaction=said.transaction,
        recipient=said.recipient,
        total=said.total,
        onchain=said.onchain,
    )


def _try_again(aggregate: PaymentAggregate, lost: Attempt) -> None:
    """The answer to a registration that only instructs was lost: a new attempt under a new reference, and only that one is shown. It waits the
    longer, the more were lost, until the deadline.

    Not where the payer has chosen anew meanwhile, or nothing is left to pay: it would take the place of what they chose.
    """
    attempts = aggregate.attempts.values()
    abandoned = sum(1 for a in attempts if a.status is AttemptStatus.ABANDONED)
    newer = any(a.number > lost.number and a.status in OPEN for a in attempts)
    over = aggregate.payment.cancelled_at is not None or kept(aggregate.payment, attempts) >= aggregate.payment.amount
    run_at = aggregate.now + schedule.resubmission_wait(abandoned)
    if run_at >= lost.expires_at or newer or over:
        return
    number = 1 + max(a.number for a in aggregate.attempts.values())
    rest = aggregate.payment.amount - kept(aggregate.payment, aggregate.attempts.values())
    fresh = replace(
        amount_due.shrunk(lost, rest),
        id=ids.new(),
        number=number,
        status=AttemptStatus.SUBMITTING,
        unsent=True,
        provider_reference=None,
        next_action=None,
        failure=None,
        asked_at=None,
        created_at=aggregate.now,
        updated_at=aggregate.now,
        look_at=None,
        deposit=None if lost.deposit is None else NEW_DEPOSIT,
    )
    aggregate.put_attempt(fresh)
    aggregate.effects.jobs.append(schedule.submission(fresh, run_at))


def _entry(aggregate: PaymentAggregate, report: FactReport, before: Attempt, after: Attempt, action: str) -> Entry:
    detail = {
        "attempt": ids.show("att", before.id),
        "source": report.source,
        "facts": [type(fact).__name__ for fact in report.facts],
        "from": before.status.value,
        "to": after.status.value,
        "captured": after.captured,
        **report.detail,
    }
    pay = ids.show("pay", aggregate.payment.id)
    return Entry(
        actor=report.actor,
        action=action,
        object=pay,
        detail=detail,
        before=_digest(before),
        after=_digest(after),
        request_id=report.request_id,
    )


def _digest(attempt: Attempt) -> bytes:
    state = f"{attempt.id}|{attempt.status}|{attempt.captured}|{attempt.refunded}|{attempt.refund_reserved}|{attempt.provider_reference}"
    return hashlib.sha256(state.encode()).digest()
