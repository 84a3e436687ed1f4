"""Hearing facts: the one place where what a provider said changes a payment.

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
from gerbang.core.payments import due, entries, schedule, settling, taking_back
from gerbang.core.payments.draft import Draft, open_drafts_of, save_drafts
from gerbang.core.payments.machine import OPEN, advance, is_late, kept
from gerbang.core.payments.model import NEW_DEPOSIT, Attempt, AttemptStatus, DisputeState, Whole
from gerbang.core.payments.onchain import Claim, doubt
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job
from gerbang.ports.payment import Captured, Claimed, Expired, Fact, Lost, Mismatched, Retracted

MOST_RESUBMISSIONS = 3


class Hearing(msgspec.Struct, frozen=True):
    """Facts about one attempt. `source` says how we know (webhook, inquiry, submit, cancel, refund, operator); `asked_at` is when the
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


async def hear(tx: Tx, hearings: Sequence[Hearing], jobs: Sequence[Job] = ()) -> dict[UUID, Whole]:
    """Apply the hearings in order and end `jobs` with them; returns the payments by attempt. Unknown attempts are absent.

    Raises LeaseLost when one of `jobs` belongs to another worker by now; nothing is written then.
    """
    drafts = await open_drafts_of(tx, [hearing.attempt for hearing in hearings])
    homes = {attempt: draft for draft in drafts.values() for attempt in draft.loaded}
    for hearing in hearings:
        if hearing.attempt in homes:
            apply(homes[hearing.attempt], hearing)
    await save_drafts(tx, list(drafts.values()))
    await queue.finish(tx, jobs)
    return {h.attempt: homes[h.attempt].whole() for h in hearings if h.attempt in homes}


def apply(draft: Draft, hearing: Hearing) -> None:
    """Apply one hearing to a draft: facts in order, then what follows from them."""
    before, was_whole = draft.attempts[hearing.attempt], _is_whole(draft)
    if hearing.asked_at is not None and before.asked_at is not None and hearing.asked_at < before.asked_at:
        draft.more.entries.append(_entry(draft, hearing, before, before, "payment.answer_too_old"))
        return
    for fact in hearing.facts:
        _apply_fact(draft, hearing, fact)
    if _is_over(draft.attempts[hearing.attempt], hearing, draft.now):
        hearing = replace(hearing, facts=(*hearing.facts, Expired()))
        _apply_fact(draft, hearing, Expired())
    after = draft.attempts[hearing.attempt]
    asked_at, look_at = hearing.asked_at or after.asked_at, schedule.next_look(after, draft.now)
    if asked_at != after.asked_at or look_at != after.look_at:
        after = replace(after, asked_at=asked_at, look_at=look_at)
        draft.put_attempt(after)
    action = "payment.heard" if after.status is before.status and after.captured == before.captured else "payment.moved"
    draft.more.entries.append(_entry(draft, hearing, before, after, action))
    if after.next_action is not None and before.next_action is None:
        draft.announce("payment.instructions", {"attempt": ids.show("att", after.id), "method": after.method.value})
    is_after_cancel = draft.payment.cancelled_at is not None and after.captured > before.captured
    told_late = any(isinstance(f, Captured) and is_late(before, after, f.at) for f in hearing.facts)
    if not was_whole and not draft.payment.late and (told_late or is_after_cancel):
        draft.payment = replace(draft.payment, late=True)


def _is_whole(draft: Draft) -> bool:
    """Whether the whole was in before: what comes after it is a surplus, and makes nothing late that was paid in time."""
    is_in = kept(draft.payment, draft.attempts.values()) >= draft.payment.amount
    return is_in or draft.payment.paid_at is not None


def _is_over(attempt: Attempt, hearing: Hearing, now: datetime) -> bool:
    """Whether an inquiry found nothing after the deadline, or only that what had come was taken back: many methods have no end of their own,
    and stay payable at the provider.

    Money that comes all the same is late, and counts. An attempt that is paid on a chain ends when our own node says so.
    """
    is_asked = hearing.asked_at is not None and attempt.status is AttemptStatus.PENDING
    unpaid = all(isinstance(fact, Retracted) for fact in hearing.facts)
    return is_asked and unpaid and attempt.expires_at <= now and attempt.quote is None


def _apply_fact(draft: Draft, hearing: Hearing, fact: Fact) -> None:
    before = draft.attempts[hearing.attempt]
    if settling.applies(fact, hearing.refund):
        settling.settle(draft, before, fact, hearing.refund)
        return
    if isinstance(fact, Claimed):
        why = doubt(before, fact)
        if not why:
            draft.more.claims.append(_claim(before, fact))
            return
        fact = Mismatched(why)
    after = taking_back.retracted(draft, before, fact) if isinstance(fact, Retracted) else advance(before, fact)
    if after is before:
        return
    draft.put_attempt(after)
    if after.captured != before.captured or after.received != before.received:
        elsewhere = kept(draft.payment, [a for a in draft.attempts.values() if a.id != after.id])
        draft.more.postings.append(entries.capture(draft.payment, before, after, elsewhere))
    if isinstance(fact, Retracted):
        held = {"held": True} if after.status is AttemptStatus.HELD else {}
        draft.announce("payment.retracted", {"attempt": ids.show("att", after.id), "reason": fact.reason, **held})
    if after.dispute is not before.dispute:
        draft.more.postings.append(entries.dispute(draft.payment.id, before, after))
        if after.dispute is DisputeState.LOST:
            taking_back.stop_refunds(draft, after)
    if isinstance(fact, Lost) and after.status is AttemptStatus.ABANDONED:
        _try_again(draft, after)


def _claim(attempt: Attempt, said: Claimed) -> Claim:
    return Claim(attempt.id, said.network, said.transaction, said.recipient, said.total, said.onchain)


def _try_again(draft: Draft, lost: Attempt) -> None:
    """The answer to a registration that only instructs was lost: a new attempt under a new reference, and only that one is shown.

    Not where the payer has chosen anew meanwhile, or nothing is left to pay: it would take the place of what they chose.
    """
    attempts = draft.attempts.values()
    abandoned = sum(1 for a in attempts if a.status is AttemptStatus.ABANDONED)
    newer = any(a.number > lost.number and a.status in OPEN for a in attempts)
    over = draft.payment.cancelled_at is not None or kept(draft.payment, attempts) >= draft.payment.amount
    if abandoned > MOST_RESUBMISSIONS or newer or over:
        return
    number = 1 + max(a.number for a in draft.attempts.values())
    rest = draft.payment.amount - kept(draft.payment, draft.attempts.values())
    fresh = replace(
        due.shrunk(lost, rest), id=ids.new(), number=number, status=AttemptStatus.SUBMITTING, unsent=True, provider_reference=None, next_action=None,
        failure=None, asked_at=None, created_at=draft.now, updated_at=draft.now, look_at=None, deposit=None if lost.deposit is None else NEW_DEPOSIT,
    )  # fmt: skip
    draft.put_attempt(fresh)
    draft.more.jobs.append(schedule.submission(fresh))


def _entry(draft: Draft, hearing: Hearing, before: Attempt, after: Attempt, action: str) -> Entry:
    detail = {
        "attempt": ids.show("att", before.id),
        "source": hearing.source,
        "facts": [type(fact).__name__ for fact in hearing.facts],
        "from": before.status.value,
        "to": after.status.value,
        "captured": after.captured,
        **hearing.detail,
    }
    pay = ids.show("pay", draft.payment.id)
    return Entry(hearing.actor, action, pay, detail, _digest(before), _digest(after), hearing.request_id)


def _digest(attempt: Attempt) -> bytes:
    state = f"{attempt.id}|{attempt.status}|{attempt.captured}|{attempt.refunded}|{attempt.refund_reserved}|{attempt.provider_reference}"
    return hashlib.sha256(state.encode()).digest()
