"""Refunds: promised under the payment's lock, asked for by the queue, settled by the provider's word or a person's transfer."""

from typing import Literal
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import eip55, ids
from gerbang.base.db import Tx
from gerbang.base.errors import FieldError
from gerbang.base.money import as_json
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity.model import Caller
from gerbang.core.payments import entries, refund_store, schedule, settling, store
from gerbang.core.payments.context import Context
from gerbang.core.payments.draft import Draft, open_drafts, save_drafts
from gerbang.core.payments.model import (
    Attempt,
    BadDestination,
    Coins,
    Destination,
    IdempotencyKey,
    IdempotencyKeyReused,
    NotRefundable,
    PaymentNotFound,
    Refund,
    RefundNotAwaitingTransfer,
    RefundNotFound,
    RefundNotInDoubt,
    RefundOutcome,
    RefundStatus,
    Whole,
    in_doubt,
)
from gerbang.core.payments.quoting import share

RefundDecision = Literal["returned", "failed"]


async def request(
    ctx: Context,
    caller: Caller,
    payment_id: UUID,
    amount: int | None,
    reason: str,
    destination: Destination | None,
    key: IdempotencyKey,
) -> RefundOutcome:
    """Promise money back: all that is left without `amount`. A surplus goes back first, and leaves the payment `paid`.

    Raises NotRefundable when no single attempt holds so much, BadDestination, IdempotencyKeyReused, PaymentNotFound.
    """
    refund_id = ids.new()
    async with ctx.db.transaction() as tx:
        taken, _ = await store.claim_keys(tx, [(key.caller, key.key, key.fingerprint, "refund", refund_id)])
        known = taken.get((key.caller, key.key))
        if known is not None:
            if bytes(known["fingerprint"]) != key.fingerprint:
                raise IdempotencyKeyReused("This Idempotency-Key was used with another request.")
            return RefundOutcome(await _existing(tx, known["resource_id"]), replayed=True)
        draft = (await open_drafts(tx, [payment_id])).get(payment_id)
        if draft is None:
            raise PaymentNotFound
        attempt, whole_amount = _source(draft, amount)
        refund = await open_refund(ctx, draft, caller, attempt, whole_amount, reason, refund_id)
        await save_drafts(tx, [draft])
        if destination is not None:
            await refund_store.set_destination(tx, refund.id, _fitting(attempt, destination))
    ctx.wake()
    return RefundOutcome(refund, replayed=False)


async def open_refund(
    ctx: Context, draft: Draft, caller: Caller, attempt: Attempt, amount: int, reason: str, id_: UUID | None = None
) -> Refund:
    """Reserve the amount, post the promise, and hand it to the queue, or to a person where the method cannot give back."""
    terms = await ctx.calls.terms_of(attempt)
    full = amount == attempt.captured and attempt.refunded == 0 and attempt.refund_reserved == 0
    known = (
        attempt.provider_reference is not None
    )  # money that a person accepted may stand on no transaction of the provider
    at_provider = known and terms is not None and terms.refund and (full or terms.partial_refund)
    status = RefundStatus.REQUESTED if at_provider else RefundStatus.AWAITING_TRANSFER
    refund = Refund(
        id_ or ids.new(), draft.payment.id, attempt.id, status, amount, attempt.currency, min(amount, _credit_left(draft)), reason,
        None, None, caller.label, draft.now, draft.now,
    )  # fmt: skip
    draft.put_refund(refund)
    draft.put_attempt(replace(draft.attempts[attempt.id], refund_reserved=attempt.refund_reserved + amount))
    draft.more.postings.append(entries.refund_requested(refund))
    about = {
        "refund": ids.show("ref", refund.id),
        "amount": as_json(amount, refund.currency),
        "currency": refund.currency,
        "status": status.value,
    }
    draft.more.entries.append(
        Entry(caller.label, "refund.requested", ids.show("pay", draft.payment.id), {**about, "reason": reason})
    )
    draft.announce("refund.requested" if at_provider else "refund.awaiting_transfer", about)
    if at_provider:
        draft.more.jobs.append(schedule.refund(refund))
    return refund


def _source(draft: Draft, amount: int | None) -> tuple[Attempt, int]:
    """The attempt to give back from, newest first: one attempt must hold the whole amount, since a provider refunds one transaction."""
    if amount == 0:
        raise NotRefundable("Nothing is not an amount.")
    left = {a.id: a.captured - a.refunded - a.refund_reserved for a in draft.attempts.values()}
    holders = [a for a in sorted(draft.attempts.values(), key=lambda a: -a.number) if left[a.id] > 0]
    if not holders:
        raise NotRefundable("No captured money is left to give back.")
    if amount is None:
        return holders[0], left[holders[0].id]
    found = next((a for a in holders if left[a.id] >= amount), None)
    if found is None:
        most = max(left.values())
        raise NotRefundable(f"At most {most} {draft.payment.currency} can be given back at once.")
    return found, amount


def _credit_left(draft: Draft) -> int:
    """What stands to the payer's credit and is not promised back yet."""
    promised = sum(r.credit_amount for r in draft.refunds.values() if r.status is not RefundStatus.FAILED)
    return max(0, draft.payment.amount_excess - promised)


async def settle_by_transfer(ctx: Context, caller: Caller, refund_id: UUID, reference: str) -> Refund:
    """A person has transferred the money. Raises RefundNotFound, RefundNotAwaitingTransfer."""
    async with ctx.db.transaction() as tx:
        draft, refund = await _locked(tx, refund_id)
        if refund.status is RefundStatus.SUCCEEDED and refund.provider_reference == reference:
            return refund
        if refund.status is not RefundStatus.AWAITING_TRANSFER:
            raise RefundNotAwaitingTransfer(f"The refund is {refund.status.value}.")
        settling.succeed(draft, replace(refund, provider_reference=reference), by_bank=True)
        detail = {
            "refund": ids.show("ref", refund.id),
            "reference": reference,
            "amount": as_json(refund.amount, refund.currency),
        }
        draft.more.entries.append(Entry(caller.label, "refund.settled", ids.show("pay", draft.payment.id), detail))
        await save_drafts(tx, [draft])
    return draft.refunds[refund_id]


async def resolve(ctx: Context, caller: Caller, refund_id: UUID, decision: RefundDecision, reason: str) -> Refund:
    """A person has seen at the provider whether a refund in doubt went back or not. Raises RefundNotFound, RefundNotInDoubt."""
    async with ctx.db.transaction() as tx:
        draft, refund = await _locked(tx, refund_id)
        if not in_doubt(refund):
            raise RefundNotInDoubt(f"The refund is {refund.status.value}.")
        match decision:
            case "returned":
                settling.succeed(draft, refund, by_bank=False)
            case "failed":
                settling.fail(draft, refund, reason)
        detail = {"refund": ids.show("ref", refund_id), "decision": decision, "reason": reason}
        draft.more.entries.append(Entry(caller.label, "refund.resolved", ids.show("pay", draft.payment.id), detail))
        await save_drafts(tx, [draft])
    ctx.wake()
    return draft.refunds[refund_id]


async def name_destination(ctx: Context, refund_id: UUID, to: Destination) -> Refund:
    """The payer names the bank account or address. Raises RefundNotFound, RefundNotAwaitingTransfer, BadDestination."""
    async with ctx.db.transaction() as tx:
        draft, refund = await _locked(tx, refund_id)
        if refund.status is not RefundStatus.AWAITING_TRANSFER:
            raise RefundNotAwaitingTransfer(f"The refund is {refund.status.value}.")
        await refund_store.set_destination(tx, refund_id, _fitting(draft.attempts[refund.attempt_id], to))
        pay = ids.show("pay", draft.payment.id)
        detail = {"refund": ids.show("ref", refund_id), "bank": to.bank}
        await record(tx, [Entry(f"payer:{pay}", "refund.destination_named", pay, detail)])
    return refund


def coins_of(whole: Whole, refund: Refund) -> Coins | None:
    """What a refund that waits for its transfer is worth in what was sent; None where other money goes back."""
    attempt = next(a for a in whole.attempts if a.id == refund.attempt_id)
    if attempt.quote is None or refund.status is not RefundStatus.AWAITING_TRANSFER:
        return None
    units = share(attempt.quote, attempt.amount, attempt.received, attempt.refunded, refund.amount)
    return Coins(attempt.quote.network, attempt.quote.asset, units)


def _fitting(attempt: Attempt, to: Destination) -> Destination:
    """A destination that the attempt's money can go to: an address has its checksum then."""
    if attempt.quote is None:
        if not (to.bank and to.name):
            raise BadDestination(
                "This money goes to a bank account.",
                errors=[FieldError("/destination", "Name bank, account and name.")],
            )
        return to
    if to.bank or not eip55.is_address(to.account):
        raise BadDestination(
            f"{attempt.quote.asset} goes back to an address on {attempt.quote.network}.",
            errors=[FieldError("/destination/address", "Must be 0x and 40 hex digits, whose checksum fits.")],
        )
    return Destination("", eip55.checksummed(to.account), "")


async def _existing(tx: Tx, refund_id: UUID) -> Refund:
    refund = await refund_store.one(tx, refund_id)
    if refund is None:
        raise RefundNotFound
    return refund


async def _locked(tx: Tx, refund_id: UUID) -> tuple[Draft, Refund]:
    refund = await _existing(tx, refund_id)
    draft = (await open_drafts(tx, [refund.payment_id]))[refund.payment_id]
    return draft, draft.refunds[refund_id]
