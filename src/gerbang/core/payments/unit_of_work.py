"""Payments under change: loaded under their row locks, changed in memory, written back set by set with all that it entails.

Ledger lines, audit rows, announcements and jobs are saved in the same transaction as the payments themselves. They are lists of the
batch, not of a payment, in the order in which things happened.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.money import as_json
from gerbang.base.statement_batch import StatementBatch, Writer
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.effects import Effects
from gerbang.core.payments import amount_due, attempt_store, schedule, store
from gerbang.core.payments.crypto import store as chain_store
from gerbang.core.payments.crypto.transfers import ProcessorClaim
from gerbang.core.payments.machine import (
    answered_too_late,
    captured_total,
    is_stopped,
    kept,
    payment_status,
    standing,
    superseded,
)
from gerbang.core.payments.model import PAYMENT, Attempt, Payment, PaymentDetail, Refund, RefundStatus
from gerbang.core.payments.refunds import approval_store
from gerbang.core.payments.refunds import store as refund_store
from gerbang.core.payments.refunds.model import Approval
from gerbang.ports.declines import TAKEN


@dataclass(slots=True)
class PaymentEffects(Effects):
    """The effects of a batch of changes, with what only payments have."""

    claims: list[ProcessorClaim] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)


class PaymentAggregate:
    """One payment being changed inside a batch: what it was, what it is becoming, and the batch's effects to add to."""

    __slots__ = ("attempts", "effects", "loaded", "loaded_refunds", "now", "payment", "refunds", "was")

    def __init__(self, payment: Payment, now: datetime, effects: PaymentEffects) -> None:
        self.was = self.payment = payment
        self.now = now
        self.effects = effects
        self.attempts: dict[UUID, Attempt] = {}
        self.refunds: dict[UUID, Refund] = {}
        self.loaded: Mapping[UUID, Attempt] = {}
        self.loaded_refunds: Mapping[UUID, Refund] = {}

    def details(self) -> PaymentDetail:
        """The payment as it stands now."""
        return PaymentDetail(self.payment, tuple(self.attempts.values()), tuple(self.refunds.values()))

    def put_attempt(self, attempt: Attempt) -> None:
        """Take over a changed or a new attempt."""
        self.attempts[attempt.id] = attempt

    def fresh_attempts(self) -> list[Attempt]:
        """The attempts that are not stored yet."""
        return [attempt for id_, attempt in self.attempts.items() if id_ not in self.loaded]

    def put_refund(self, refund: Refund) -> None:
        """Take over a changed or a new refund."""
        self.refunds[refund.id] = refund

    def announce(self, type_: str, data: Mapping[str, Any]) -> None:
        """Say that something happened; sequences of one payment grow by one."""
        self.payment = replace(self.payment, sequence=self.payment.sequence + 1)
        about = {"payment": ids.show("pay", self.payment.id), "status": self.payment.status.value, **data}
        self.effects.announcements.append(
            Announcement(type_, ObjectRef(PAYMENT, self.payment.id), about, self.now, self.payment.sequence)
        )


async def load_for_update(tx: Tx, payments: Sequence[UUID]) -> dict[UUID, PaymentAggregate]:
    """Lock payments in id order and load all that decides about them."""
    return await _opened(tx, *await store.lock(tx, payments)) if payments else {}


async def load_for_update_by_attempt(tx: Tx, attempts: Sequence[UUID]) -> dict[UUID, PaymentAggregate]:
    """The same for the payments that these attempts belong to."""
    return await _opened(tx, *await store.lock_of_attempts(tx, attempts))


async def _opened(tx: Tx, locked: Sequence[Payment], now: datetime | None) -> dict[UUID, PaymentAggregate]:
    if now is None:
        return {}
    effects = PaymentEffects()
    aggregates = {payment.id: PaymentAggregate(payment, now, effects) for payment in locked}
    for attempt in await attempt_store.attempts_of(tx, list(aggregates)):
        aggregates[attempt.payment_id].attempts[attempt.id] = attempt
    captured = [
        id_ for id_, aggregate in aggregates.items() if had_money(aggregate.payment, aggregate.attempts.values())
    ]
    for refund in await refund_store.of_payments(tx, captured) if captured else ():
        aggregates[refund.payment_id].refunds[refund.id] = refund
    for aggregate in aggregates.values():
        aggregate.was = aggregate.payment = with_parts(
            aggregate.payment, aggregate.attempts.values(), aggregate.refunds.values(), now
        )
        aggregate.loaded = aggregate.attempts.copy()
        aggregate.loaded_refunds = aggregate.refunds.copy()
    return aggregates


async def save_changes(tx: Tx, aggregates: Sequence[PaymentAggregate]) -> None:
    """Fold each payment's status and write all aggregates of a batch, set by set, in one statement."""
    if not aggregates:
        return
    for aggregate in aggregates:
        recompute_payment(aggregate)
    now, effects = aggregates[0].now, aggregates[0].effects
    assert all(aggregate.effects is effects for aggregate in aggregates), "aggregates of one batch share their effects"
    writes = StatementBatch()
    await _save_attempts(writes, aggregates, now)
    await _save_refunds(writes, aggregates, now)
    if effects.approvals:
        await approval_store.add(writes, effects.approvals)
    await _save_payments(writes, aggregates, now)
    if effects.claims:
        await chain_store.add_claims(writes, effects.claims)
    await effects.save(tx, writes)


async def _save_payments(tx: Writer, aggregates: Sequence[PaymentAggregate], now: datetime) -> None:
    changed = [d for d in aggregates if d.payment is not d.was]
    if any(_more_than_money_came(d.was, d.payment) for d in changed):
        await store.save_payments(tx, [d.payment for d in changed], now)
    elif changed:
        await store.save_payments_money(tx, [d.payment for d in changed], now)


def _more_than_money_came(a: Payment, b: Payment) -> bool:
    return (
        a.amount_refunded != b.amount_refunded
        or a.expires_at != b.expires_at
        or a.cancelled_at != b.cancelled_at
        or a.look_at != b.look_at
        or a.excess_owed != b.excess_owed
    )


async def _save_attempts(tx: Writer, aggregates: Sequence[PaymentAggregate], now: datetime) -> None:
    """Those that changed, and all of a payment whose status did: they stand in the lists under it."""
    changed = [
        (loaded, d.attempts[id_], d.payment.status)
        for d in aggregates
        for id_, loaded in d.loaded.items()
        if d.attempts[id_] is not loaded or d.payment.status is not d.was.status
    ]
    if any(_rest(before, after) for before, after, _ in changed):
        await attempt_store.save_attempts(tx, [(after, listed) for _, after, listed in changed], now)
    elif changed:
        await attempt_store.save_attempts_money(tx, [(after, listed) for _, after, listed in changed], now)
    fresh = [(attempt, aggregate.payment) for aggregate in aggregates for attempt in aggregate.fresh_attempts()]
    if fresh:
        await attempt_store.add_attempts(tx, fresh)


def _rest(a: Attempt, b: Attempt) -> bool:
    """Whether anything differs that money which comes in does not change."""
    return (
        a.refunded != b.refunded
        or a.received != b.received
        or a.refund_reserved != b.refund_reserved
        or a.asked_at != b.asked_at
        or a.dispute is not b.dispute
        or a.provider_reference != b.provider_reference
        or a.next_action is not b.next_action
        or a.failure is not b.failure
        or a.expires_at != b.expires_at
    )


async def _save_refunds(tx: Writer, aggregates: Sequence[PaymentAggregate], now: datetime) -> None:
    fresh = [r for d in aggregates for id_, r in d.refunds.items() if id_ not in d.loaded_refunds]
    if fresh:
        await refund_store.add(tx, fresh)
    changed = [
        d.refunds[id_] for d in aggregates for id_, loaded in d.loaded_refunds.items() if d.refunds[id_] is not loaded
    ]
    if changed:
        await refund_store.save(tx, changed, now)


def recompute_payment(aggregate: PaymentAggregate) -> None:
    """Make the payment agree with its attempts and refunds, close what is payable for nothing, announce what changed for the outside."""
    attempts, refunds = list(aggregate.attempts.values()), list(aggregate.refunds.values())
    aggregate.payment = with_parts(aggregate.payment, attempts, refunds, aggregate.now)
    _close_needless(aggregate)
    before = aggregate.payment
    captured = captured_total(attempts)
    status = payment_status(before, attempts, refunds, aggregate.now)
    refunded = sum(r.amount for r in refunds if r.status is RefundStatus.SUCCEEDED)
    promised = sum(r.credit_amount for r in refunds if r.status is not RefundStatus.FAILED)
    excess = max(0, kept(before, attempts) - before.amount)
    after = replace(
        before,
        status=status,
        amount_captured=captured,
        amount_refunded=refunded,
        amount_excess=excess,
        excess_owed=max(0, excess - promised),
        paid_at=standing(before, attempts, refunds, aggregate.now)[0],
    )
    if is_stopped(aggregate.was, aggregate.loaded.values()) and not is_stopped(after, attempts):
        waiting = [r for r in refunds if r.status is RefundStatus.REQUESTED and r.approval != "pending"]
        aggregate.effects.jobs.extend(schedule.refund(r, aggregate.attempts[r.attempt_id]) for r in waiting)
    if after == before:
        return
    aggregate.payment = after
    moved = status is not aggregate.was.status
    if moved or captured != aggregate.was.amount_captured:
        aggregate.announce(f"payment.{status.value}", _amounts(after))
    if after.amount_excess > aggregate.was.amount_excess:
        aggregate.announce("payment.overpaid", _amounts(after))


def _close_needless(aggregate: PaymentAggregate) -> None:
    """Whatever order tabs, calls and answers came in: in the end one attempt at most can be paid, and none of a payment that is over."""
    before = {a.id for a in _needless(aggregate.was, list(aggregate.loaded.values()))}
    needless = [a for a in _needless(aggregate.payment, list(aggregate.attempts.values())) if a.id not in before]
    needless += [a for id_, a in aggregate.attempts.items() if answered_too_late(aggregate.loaded.get(id_, a), a)]
    aggregate.effects.jobs.extend(schedule.close(attempt) for attempt in needless)


def _needless(payment: Payment, attempts: Sequence[Attempt]) -> list[Attempt]:
    return superseded(payment, attempts) or amount_due.too_much(attempts, payment.amount - kept(payment, attempts))


def had_money(payment: Payment, attempts: Iterable[Attempt]) -> bool:
    """Whether there may be refunds: money is in, or was. Most payments on their way have none, and nobody asks for them."""
    return payment.amount_captured > 0 or any(a.failure is not None and a.failure.code in TAKEN for a in attempts)


def with_parts(payment: Payment, attempts: Iterable[Attempt], refunds: Iterable[Refund], now: datetime) -> Payment:
    """The payment with what goes back of its parts."""
    known = list(refunds)
    parts = standing(payment, list(attempts), known, now)[1] if known else 0
    return payment if parts == payment.returned_parts else replace(payment, returned_parts=parts)


def _amounts(payment: Payment) -> dict[str, Any]:
    def shown(amount: int) -> int | str:
        return as_json(amount, payment.currency)

    return {
        "amount": shown(payment.amount),
        "currency": payment.currency,
        "amount_captured": shown(payment.amount_captured),
        "amount_excess": shown(payment.amount_excess),
        "amount_refunded": shown(payment.amount_refunded),
        "late": payment.late,
    }
