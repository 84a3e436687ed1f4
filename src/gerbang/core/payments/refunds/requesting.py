"""Refunds: promised under the payment's lock, asked for by the queue, settled by the provider's word or a person's transfer."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.money import as_json
from gerbang.core.audit.model import Entry
from gerbang.core.idempotency import service as idempotency
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import Caller
from gerbang.core.payments import posting_rules, schedule
from gerbang.core.payments.context import Context
from gerbang.core.payments.crypto.quotes import share
from gerbang.core.payments.machine import is_stopped
from gerbang.core.payments.model import (
    Attempt,
    CryptoAmount,
    Destination,
    DisputeState,
    NotRefundable,
    PaymentDetail,
    PaymentNotFound,
    Refund,
    RefundNotAwaitingTransfer,
    RefundNotFound,
    RefundNotInDoubt,
    RefundStatus,
    in_doubt,
)
from gerbang.core.payments.refunds import approvals, destinations, separation_of_duties
from gerbang.core.payments.refunds import outcomes as refund_outcomes
from gerbang.core.payments.refunds import store as refund_store
from gerbang.core.payments.refunds.model import (
    DECIDE_FIRST,
    AskedForItThemselves,
    NamedDestination,
    RefundOutcome,
    RefundsStopped,
    masked,
)
from gerbang.core.payments.unit_of_work import PaymentAggregate, load_for_update, save_changes

RefundDecision = Literal["returned", "failed"]


async def request(
    ctx: Context,
    caller: Caller,
    payment_id: UUID,
    amount: int | None,
    reason: str,
    destination: Destination | None,
    key: IdempotencyKey,
    *,
    only_excess: bool = False,
) -> RefundOutcome:
    """Promise money back: all that is left without `amount`, a surplus too; with `only_excess` the surplus that nothing promises back yet.
    A surplus goes back first, and leaves the payment `paid`.

    A provider gives back one transaction, so money that came over several attempts goes back as several refunds of one request.
    Raises NotRefundable when not so much is left, BadDestination, IdempotencyKeyReused, PaymentNotFound.
    """
    refund_id = ids.new()
    async with ctx.db.transaction() as tx:
        known = await idempotency.claim(tx, key, "refund", refund_id)
        if known is not None:
            first = await _existing(tx, known)
            return RefundOutcome(first, replayed=True, others=await refund_store.with_it(tx, first))
        aggregate = (await load_for_update(tx, [payment_id])).get(payment_id)
        if aggregate is None:
            raise PaymentNotFound
        if is_stopped(aggregate.payment, aggregate.attempts.values()):
            raise RefundsStopped(hint=DECIDE_FIRST)
        amount = aggregate.payment.excess_owed if only_excess else amount
        made, named = await _open_parts(
            ctx, aggregate, caller, parts_of(aggregate, amount), reason, destination, refund_id
        )
        close_where_all_goes_back(aggregate, caller)
        await save_changes(tx, [aggregate])
        for id_, to in named.items():
            await refund_store.add_destination(tx, id_, to)
    ctx.wake()
    return RefundOutcome(made[0], replayed=False, others=tuple(made[1:]))


async def _open_parts(
    ctx: Context,
    aggregate: PaymentAggregate,
    caller: Caller,
    parts: Sequence[tuple[Attempt, int]],
    reason: str,
    destination: Destination | None,
    first: UUID,
) -> tuple[list[Refund], dict[UUID, NamedDestination]]:
    """A refund for each part, and where those that a person transfers go, if that was said."""
    made: list[Refund] = []
    named: dict[UUID, NamedDestination] = {}
    together = first if len(parts) > 1 else None
    total = sum(amount for _, amount in parts)
    asks = approvals.needed(ctx.refund_rules, aggregate, total)
    for attempt, amount in parts:
        id_ = ids.new() if made else first
        refund = await open_refund(
            ctx, aggregate, caller, attempt, amount, reason, id_=id_, request_id=together, to=destination, asks=asks
        )
        made.append(refund)
        by_transfer = refund.status is RefundStatus.AWAITING_TRANSFER or _transfers_later(aggregate, refund)
        if destination is not None and by_transfer:
            named[id_] = destinations.note(aggregate, refund, caller, destinations.fit(attempt, destination), [])
    return made, named


async def open_refund(
    ctx: Context,
    aggregate: PaymentAggregate,
    caller: Caller,
    attempt: Attempt,
    amount: int,
    reason: str,
    *,
    id_: UUID | None = None,
    request_id: UUID | None = None,
    to: Destination | None = None,
    asks: bool | None = None,
) -> Refund:
    """Reserve the amount, post the promise, and hand it to the queue, to a person where the method cannot give back, or first to a second
    person where the sum asks for one (`asks` says so of a whole request).
    """
    at_provider = await _provider_can(ctx, attempt, amount)
    asks = approvals.needed(ctx.refund_rules, aggregate, amount) if asks is None else asks
    status = RefundStatus.REQUESTED if at_provider or asks else RefundStatus.AWAITING_TRANSFER
    refund = Refund(
        id=id_ or ids.new(),
        payment_id=aggregate.payment.id,
        attempt_id=attempt.id,
        status=status,
        amount=amount,
        currency=attempt.currency,
        credit_amount=min(amount, _credit_left(aggregate)),
        reason=reason,
        provider_reference=None,
        failure=None,
        requested_by=caller.label,
        created_at=aggregate.now,
        updated_at=aggregate.now,
        request_id=request_id,
        approval="pending" if asks else "not_needed",
    )
    for earlier in [r for r in aggregate.refunds.values() if r.needs_attention]:
        aggregate.put_refund(replace(earlier, needs_attention=False))  # this is what was done about it
    aggregate.put_refund(refund)
    aggregate.put_attempt(replace(aggregate.attempts[attempt.id], refund_reserved=attempt.refund_reserved + amount))
    aggregate.effects.postings.append(posting_rules.refund_requested(refund))
    about = {
        "refund": ids.show("ref", refund.id),
        "amount": as_json(amount, refund.currency),
        "currency": refund.currency,
        "status": status.value,
    }
    aggregate.effects.entries.append(
        Entry(caller.label, "refund.requested", ids.show("pay", aggregate.payment.id), {**about, "reason": reason})
    )
    if asks:
        approvals.ask(
            ctx, aggregate, refund, by_transfer=not at_provider, version=0 if to is None or at_provider else 1
        )
        return refund
    known = {"destination_known": True} if to is not None else {}
    aggregate.announce("refund.requested" if at_provider else "refund.awaiting_transfer", about | known)
    if at_provider:
        aggregate.effects.jobs.append(schedule.refund(refund, aggregate.attempts[refund.attempt_id]))
    return refund


def _transfers_later(aggregate: PaymentAggregate, refund: Refund) -> bool:
    """Whether a person transfers it once a second one has agreed."""
    return any(one.refund_id == refund.id and one.by_transfer for one in aggregate.effects.approvals)


async def _provider_can(ctx: Context, attempt: Attempt, amount: int) -> bool:
    """Whether the provider gives so much of this attempt back by itself."""
    terms = await ctx.calls.terms_of(attempt)
    full = amount == attempt.captured and attempt.refunded == 0 and attempt.refund_reserved == 0
    if attempt.provider_reference is None:  # money that a person accepted may stand on no transaction of the provider
        return False
    return terms is not None and terms.refund and (full or terms.partial_refund)


def close_where_all_goes_back(aggregate: PaymentAggregate, caller: Caller) -> None:
    """A bill of which only a part came, and all of it goes back, is called off: nobody is asked for money that is then returned."""
    left = sum(a.captured - a.refunded - a.refund_reserved for a in aggregate.attempts.values())
    if left or aggregate.payment.paid_at is not None or aggregate.payment.cancelled_at is not None:
        return
    aggregate.payment = replace(aggregate.payment, cancelled_at=aggregate.now)
    detail = {"all_goes_back": True}
    aggregate.effects.entries.append(
        Entry(caller.label, "payment.cancelled", ids.show("pay", aggregate.payment.id), detail)
    )


async def give_all_back(ctx: Context, aggregate: PaymentAggregate, caller: Caller, reason: str) -> None:
    """Promise back whatever is left of a payment that is called off, if anything is."""
    if any(_left(a) > 0 for a in aggregate.attempts.values()):
        await _open_parts(ctx, aggregate, caller, parts_of(aggregate, None), reason, None, ids.new())


def _left(attempt: Attempt) -> int:
    """What can still be given back of an attempt; nothing of what its bank has taken back for good."""
    if attempt.dispute is DisputeState.LOST:
        return 0
    return attempt.captured - attempt.refunded - attempt.refund_reserved


def parts_of(aggregate: PaymentAggregate, amount: int | None) -> list[tuple[Attempt, int]]:
    """What to give back of which attempt: all that is left without `amount`; of one attempt where one holds it all, newest first."""
    if amount == 0:
        raise NotRefundable("Nothing is not an amount.")
    left = {a.id: _left(a) for a in aggregate.attempts.values()}
    holders = [a for a in sorted(aggregate.attempts.values(), key=lambda a: -a.number) if left[a.id] > 0]
    if not holders:
        raise NotRefundable("No captured money is left to give back.")
    details = sum(left[a.id] for a in holders)
    if amount is None or amount == details:
        return [(a, left[a.id]) for a in holders]
    if amount > details:
        raise NotRefundable(f"At most {details} {aggregate.payment.currency} can be given back.")
    one = next((a for a in holders if left[a.id] >= amount), None)
    if one is not None:
        return [(one, amount)]
    parts: list[tuple[Attempt, int]] = []
    for attempt in holders:
        part = min(left[attempt.id], amount - sum(taken for _, taken in parts))
        parts += [(attempt, part)] if part else []
    return parts


def _credit_left(aggregate: PaymentAggregate) -> int:
    """What stands to the payer's credit and is not promised back yet."""
    promised = sum(r.credit_amount for r in aggregate.refunds.values() if r.status is not RefundStatus.FAILED)
    return max(0, aggregate.payment.amount_excess - promised)


async def settle_by_transfer(
    ctx: Context, caller: Caller, refund_id: UUID, reference: str, seen: int | None = None
) -> Refund:
    """A person has transferred the money to the version of the destination that they saw, 0 for none; None says nothing of it, and holds only
    for what the refund was asked for with.

    Raises RefundNotFound, RefundNotAwaitingTransfer, DestinationChanged, AskedForItThemselves.
    """
    async with ctx.db.transaction() as tx:
        aggregate, refund = await _locked(tx, refund_id)
        if refund.status is RefundStatus.SUCCEEDED and refund.provider_reference == reference:
            return refund
        if refund.status is not RefundStatus.AWAITING_TRANSFER:
            raise RefundNotAwaitingTransfer(f"The refund is {refund.status.value}.")
        if is_stopped(aggregate.payment, aggregate.attempts.values()):
            raise RefundsStopped("Do not transfer it.", hint=DECIDE_FIRST)
        named = await refund_store.destinations(tx, refund_id)
        destinations.check_paid(refund, named, seen)
        alone = await _check_hands(ctx, tx, caller, refund, named)
        refund_outcomes.succeed(aggregate, replace(refund, provider_reference=reference), by_bank=True)
        detail = {
            "refund": ids.show("ref", refund.id),
            "reference": reference,
            "amount": as_json(refund.amount, refund.currency),
            **({"to": masked(named[0].to), "destination_version": named[0].version} if named else {}),
            **({"same_person": True} if alone else {}),
        }
        aggregate.effects.entries.append(
            Entry(caller.label, "refund.settled", ids.show("pay", aggregate.payment.id), detail)
        )
        await save_changes(tx, [aggregate])
    return aggregate.refunds[refund_id]


async def _check_hands(ctx: Context, tx: Tx, caller: Caller, refund: Refund, named: list[NamedDestination]) -> bool:
    """Whether who pays it out asked for it too, which the audit says. Raises AskedForItThemselves where somebody else must."""
    (found,) = await separation_of_duties.judged(ctx.refund_rules, tx, caller, [(refund, named)])
    if not found.settle:
        raise AskedForItThemselves("You asked for it, or said where it goes; ask a colleague who may settle refunds.")
    return found.alone


async def dismiss(ctx: Context, caller: Caller, refund_id: UUID) -> Refund:
    """A person has dealt with a refund that failed, some other way. Raises RefundNotFound."""
    async with ctx.db.transaction() as tx:
        aggregate, refund = await _locked(tx, refund_id)
        if refund.needs_attention:
            aggregate.put_refund(replace(refund, needs_attention=False))
            detail = {"refund": ids.show("ref", refund_id)}
            aggregate.effects.entries.append(
                Entry(caller.label, "refund.dismissed", ids.show("pay", aggregate.payment.id), detail)
            )
            await save_changes(tx, [aggregate])
    return aggregate.refunds[refund_id]


async def resolve(ctx: Context, caller: Caller, refund_id: UUID, decision: RefundDecision, reason: str) -> Refund:
    """A person has seen at the provider whether a refund in doubt went back or not. Raises RefundNotFound, RefundNotInDoubt."""
    async with ctx.db.transaction() as tx:
        aggregate, refund = await _locked(tx, refund_id)
        if not in_doubt(refund):
            raise RefundNotInDoubt(f"The refund is {refund.status.value}.")
        match decision:
            case "returned":
                refund_outcomes.succeed(aggregate, refund, by_bank=False)
            case "failed":
                refund_outcomes.fail(aggregate, refund, reason)
        detail = {"refund": ids.show("ref", refund_id), "decision": decision, "reason": reason}
        aggregate.effects.entries.append(
            Entry(caller.label, "refund.resolved", ids.show("pay", aggregate.payment.id), detail)
        )
        await save_changes(tx, [aggregate])
    ctx.wake()
    return aggregate.refunds[refund_id]


def coins_of(details: PaymentDetail, refund: Refund) -> CryptoAmount | None:
    """What a refund that waits for its transfer is worth in what was sent; None where other money goes back."""
    attempt = next(a for a in details.attempts if a.id == refund.attempt_id)
    if attempt.quote is None or refund.status is not RefundStatus.AWAITING_TRANSFER:
        return None
    units = share(attempt.quote, attempt.amount, attempt.received, attempt.refunded, refund.amount)
    return CryptoAmount(attempt.quote.network, attempt.quote.asset, units)


async def _existing(tx: Tx, refund_id: UUID) -> Refund:
    refund = await refund_store.one(tx, refund_id)
    if refund is None:
        raise RefundNotFound
    return refund


async def _locked(tx: Tx, refund_id: UUID) -> tuple[PaymentAggregate, Refund]:
    refund = await _existing(tx, refund_id)
    aggregate = (await load_for_update(tx, [refund.payment_id]))[refund.payment_id]
    return aggregate, aggregate.refunds[refund_id]
