"""One payment under change: loaded under its row lock, changed in memory, written back set by set with all it entails.

Ledger lines, audit rows, announcements and jobs of a draft are saved in the same transaction as the payment itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.ledger import service as ledger
from gerbang.core.ledger.model import Posting
from gerbang.core.payments import refund_store, store
from gerbang.core.payments.machine import captured_total, payment_status
from gerbang.core.payments.model import Attempt, Payment, Refund, RefundStatus, Whole
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import NewJob


@dataclass(slots=True)
class Draft:
    """One payment being changed inside a batch: what it was, what it is becoming, and what must be written."""

    was: Payment
    payment: Payment
    attempts: dict[UUID, Attempt]
    refunds: dict[UUID, Refund]
    now: datetime
    loaded: dict[UUID, Attempt] = field(default_factory=dict)
    fresh_refunds: set[UUID] = field(default_factory=set)
    changed_refunds: set[UUID] = field(default_factory=set)
    postings: list[Posting] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    jobs: list[NewJob] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)

    def whole(self) -> Whole:
        """The payment as it stands in this draft."""
        return Whole(self.payment, tuple(self.attempts.values()), tuple(self.refunds.values()))

    def put_attempt(self, attempt: Attempt) -> None:
        """Take over a changed or a new attempt."""
        self.attempts[attempt.id] = attempt

    def put_refund(self, refund: Refund) -> None:
        """Take over a changed refund."""
        self.refunds[refund.id] = refund
        self.changed_refunds.add(refund.id)

    def add_refund(self, refund: Refund) -> None:
        """Take over a new refund."""
        self.refunds[refund.id] = refund
        self.fresh_refunds.add(refund.id)

    def announce(self, type_: str, data: Mapping[str, Any]) -> None:
        """Say that something happened; sequences of one payment grow by one."""
        self.payment = replace(self.payment, sequence=self.payment.sequence + 1)
        about = {"payment": ids.show("pay", self.payment.id), "status": self.payment.status.value, **data}
        self.announcements.append(Announcement(type_, self.payment.id, self.payment.sequence, about, self.now))


async def open_drafts(tx: Tx, payments: Sequence[UUID]) -> dict[UUID, Draft]:
    """Lock payments in id order and load all that decides about them."""
    return await _opened(tx, *await store.lock(tx, payments)) if payments else {}


async def open_drafts_of(tx: Tx, attempts: Sequence[UUID]) -> dict[UUID, Draft]:
    """The same for the payments that these attempts belong to."""
    return await _opened(tx, *await store.lock_of_attempts(tx, attempts))


async def _opened(tx: Tx, locked: Sequence[Payment], now: datetime | None) -> dict[UUID, Draft]:
    if now is None:
        return {}
    drafts = {payment.id: Draft(payment, payment, {}, {}, now) for payment in locked}
    for attempt in await store.attempts_of(tx, list(drafts)):
        draft = drafts[attempt.payment_id]
        draft.attempts[attempt.id] = draft.loaded[attempt.id] = attempt
    captured = [payment.id for payment in locked if payment.amount_captured]  # no refund without a capture
    for refund in await refund_store.of_payments(tx, captured) if captured else ():
        drafts[refund.payment_id].refunds[refund.id] = refund
    return drafts


async def save_drafts(tx: Tx, drafts: Sequence[Draft]) -> None:
    """Fold each payment's status and write all drafts, set by set."""
    if not drafts:
        return
    for draft in drafts:
        refold(draft)
    now = drafts[0].now
    await _save_attempts(tx, drafts, now)
    await _save_refunds(tx, drafts, now)
    payments = [d.payment for d in drafts if d.payment is not d.was]
    if payments:
        await store.save_payments(tx, payments, now)
    await ledger.post(tx, [p for d in drafts for p in d.postings])
    await record(tx, [e for d in drafts for e in d.entries])
    await announce(tx, [a for d in drafts for a in d.announcements])
    await queue.enqueue(tx, [j for d in drafts for j in d.jobs])


async def _save_attempts(tx: Tx, drafts: Sequence[Draft], now: datetime) -> None:
    changed = [
        (loaded, d.attempts[id_]) for d in drafts for id_, loaded in d.loaded.items() if d.attempts[id_] is not loaded
    ]
    if changed:
        await store.save_money(tx, [after for _, after in changed], now)
    rest = [after for before, after in changed if _rest(before) != _rest(after)]
    if rest:
        await store.save_rest(tx, rest)
    fresh = [a for d in drafts for id_, a in d.attempts.items() if id_ not in d.loaded]
    if fresh:
        await store.add_attempts(tx, fresh)


def _rest(a: Attempt) -> tuple[Any, ...]:
    return a.dispute, a.provider_reference, a.next_action, a.failure, a.unsent, a.expires_at


async def _save_refunds(tx: Tx, drafts: Sequence[Draft], now: datetime) -> None:
    fresh = [d.refunds[id_] for d in drafts for id_ in d.fresh_refunds]
    if fresh:
        await refund_store.add(tx, fresh)
    changed = [d.refunds[id_] for d in drafts for id_ in d.changed_refunds - d.fresh_refunds]
    if changed:
        await refund_store.save(tx, changed, now)


def refold(draft: Draft) -> None:
    """Make the payment agree with its attempts and refunds, and announce what changed for the outside."""
    before, attempts, refunds = draft.payment, list(draft.attempts.values()), list(draft.refunds.values())
    captured = captured_total(attempts)
    status = payment_status(before, attempts, refunds, draft.now)
    refunded = sum(r.amount for r in refunds if r.status is RefundStatus.SUCCEEDED)
    after = replace(
        before,
        status=status,
        amount_captured=captured,
        amount_refunded=refunded,
        amount_excess=max(0, captured - before.amount),
        paid_at=before.paid_at or (draft.now if captured >= before.amount else None),
    )
    if after == before:
        return
    draft.payment = after
    moved = status is not draft.was.status
    if moved or captured != draft.was.amount_captured:
        draft.announce(f"payment.{status.value}", _amounts(after))
    if after.amount_excess > draft.was.amount_excess:
        draft.announce("payment.overpaid", _amounts(after))


def _amounts(payment: Payment) -> dict[str, Any]:
    return {
        "amount": payment.amount, "currency": payment.currency, "amount_captured": payment.amount_captured,
        "amount_excess": payment.amount_excess, "amount_refunded": payment.amount_refunded, "late": payment.late,
    }  # fmt: skip
