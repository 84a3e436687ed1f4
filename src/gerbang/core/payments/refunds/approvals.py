"""A second person before a refund above the limit: asked for with the refund, decided once by somebody else, lapsing by itself.

What is approved is exactly what was seen: the amount, the reason and the version of where it goes. No API key decides.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.money import as_json
from gerbang.core.audit.model import Entry
from gerbang.core.identity import step_up
from gerbang.core.identity.model import Caller
from gerbang.core.payments import schedule
from gerbang.core.payments.context import Context
from gerbang.core.payments.machine import is_stopped
from gerbang.core.payments.model import Refund, RefundStatus
from gerbang.core.payments.refunds import approval_store, separation_of_duties
from gerbang.core.payments.refunds import outcomes as refund_outcomes
from gerbang.core.payments.refunds import store as refund_store
from gerbang.core.payments.refunds.model import (
    DECIDE_FIRST,
    Approval,
    ApprovalDecided,
    ApprovalNeedsAPerson,
    ApprovalNotFound,
    AskedForItThemselves,
    DestinationChanged,
    NamedDestination,
    RefundRules,
    RefundsStopped,
)
from gerbang.core.payments.unit_of_work import PaymentAggregate, load_for_update, save_changes
from gerbang.core.queue.model import Job, NewJob
from gerbang.core.queue.service import finish

EXPIRE: Final = "refund.approval_expires"


def needed(rules: RefundRules, aggregate: PaymentAggregate, amount: int) -> bool:
    """Whether a second person must agree to so much more: what went back of this payment without one counts too, so no sum is split."""
    limit = dict(rules.approval_above).get(aggregate.payment.currency)
    unseen = [
        r for r in aggregate.refunds.values() if r.approval == "not_needed" and r.status is not RefundStatus.FAILED
    ]
    return limit is not None and amount + sum(r.amount for r in unseen) > limit


def ask(ctx: Context, aggregate: PaymentAggregate, refund: Refund, *, by_transfer: bool, version: int = 0) -> None:
    """Open the approval of a refund that waits for one, and tell the operators."""
    until = aggregate.now + ctx.refund_rules.approval_for
    made = Approval(
        id=ids.new(),
        refund_id=refund.id,
        payment_id=refund.payment_id,
        status="pending",
        amount=refund.amount,
        currency=refund.currency,
        reason=refund.reason,
        destination_version=version,
        by_transfer=by_transfer,
        requested_by=refund.requested_by,
        requested_at=aggregate.now,
        expires_at=until,
    )
    aggregate.effects.approvals.append(made)
    aggregate.effects.jobs.append(NewJob(EXPIRE, ids.show("apr", made.id), {}, until, most_tries=1_000))
    detail = {"refund": ids.show("ref", refund.id), "approval": ids.show("apr", made.id)}
    aggregate.effects.entries.append(
        Entry(refund.requested_by, "refund.approval_requested", ids.show("pay", refund.payment_id), detail)
    )
    aggregate.announce("refund.approval_requested", {**detail, "amount": as_json(refund.amount, refund.currency)})


def fingerprint(refund: Refund, named: list[NamedDestination]) -> str:
    """What exactly is approved, as sixteen digits: another amount, reason or destination has others."""
    to = named[0] if named else None
    parts = (str(refund.id), str(refund.amount), refund.currency, refund.reason, str(to.version if to else 0))
    where = (to.to.bank, to.to.account, to.to.name) if to else ()
    return sha256("\0".join((*parts, *where)).encode()).hexdigest()[:16]


async def decide(
    ctx: Context, caller: Caller, approval_id: UUID, *, approve: bool, note: str, seen: str | None = None
) -> Approval:
    """Agree, or refuse with a note. `seen` is the fingerprint that the person saw; without it nothing may have changed since it was asked.

    To agree takes the password, given within five minutes. Raises ApprovalNotFound, ApprovalNeedsAPerson, ApprovalDecided,
    AskedForItThemselves, StepUpRequired, DestinationChanged.
    """
    if caller.kind != "user":
        raise ApprovalNeedsAPerson
    async with ctx.db.transaction() as tx:
        aggregate, approval = await _locked(tx, approval_id)
        refund, named = aggregate.refunds[approval.refund_id], await refund_store.destinations(tx, approval.refund_id)
        if approval.status != "pending" or aggregate.now >= approval.expires_at:
            raise ApprovalDecided(f"It is {approval.status if approval.status != 'pending' else 'expired'}.")
        (found,) = await separation_of_duties.judged(ctx.refund_rules, tx, caller, [(refund, named)])
        if not found.approve:  # neither who asked, nor who said where it goes, by themselves or by a key of theirs
            raise AskedForItThemselves("You asked for it, or said where it goes; somebody else must decide.")
        if approve:
            if is_stopped(aggregate.payment, aggregate.attempts.values()):
                raise RefundsStopped(hint=DECIDE_FIRST)
            await step_up.check_given(tx, caller)
        version = named[0].version if named else 0
        if (seen != fingerprint(refund, named)) if seen is not None else (version != approval.destination_version):
            raise DestinationChanged("What you saw is not what would be approved; look at it again.")
        await _end(tx, aggregate, approval, caller.label, "approved" if approve else "refused", note)
        if approve:
            _go_on(aggregate, replace(refund, approval="approved"), approval, known=bool(named))
        else:
            refund_outcomes.fail(
                aggregate, replace(refund, approval="refused"), f"Refused: {note}", needs_attention=False
            )
        await save_changes(tx, [aggregate])
    ctx.wake()
    return await of(ctx, approval_id)


async def expire(ctx: Context, job: Job) -> None:
    """Nobody decided in time: the request lapses, and the money may be asked for again."""
    async with ctx.db.transaction() as tx:
        aggregate, approval = await _locked(tx, ids.read("apr", job.key))
        if approval.status == "pending":
            await _end(tx, aggregate, approval, "system:gerbang", "expired", "")
            lapsed = replace(aggregate.refunds[approval.refund_id], approval="expired")
            refund_outcomes.fail(aggregate, lapsed, "Nobody approved it in time.", needs_attention=False)
            await save_changes(tx, [aggregate])
        await finish(tx, [job])


async def withdraw(tx: Tx, aggregate: PaymentAggregate, refund: Refund, by: str) -> None:
    """What was to be approved is off: nobody needs to decide it any more."""
    approval = await approval_store.of_refund(tx, refund.id)
    if approval is not None and approval.status == "pending":
        await _end(tx, aggregate, approval, by, "refused", "The payment was decided otherwise.")


async def of(ctx: Context, approval_id: UUID) -> Approval:
    """One approval; raises ApprovalNotFound."""
    async with ctx.db.reading() as tx:
        return await _existing(tx, approval_id)


async def of_refund(ctx: Context, refund_id: UUID) -> Approval | None:
    """The newest approval of a refund, if it needs one."""
    async with ctx.db.reading() as tx:
        return await approval_store.of_refund(tx, refund_id)


async def page(ctx: Context, status: str | None, after: tuple[datetime, UUID] | None, limit: int) -> list[Approval]:
    """Approvals, newest first, from a keyset place (requested_at, id) on."""
    async with ctx.db.reading() as tx:
        return await approval_store.page(tx, status, after, limit)


def ask_again(ctx: Context, aggregate: PaymentAggregate, refund: Refund, version: int) -> None:
    """What was approved goes elsewhere now: the approval lapses by itself, and another one is asked for."""
    waiting = replace(refund, status=RefundStatus.REQUESTED, approval="pending")
    aggregate.put_refund(waiting)
    ask(ctx, aggregate, waiting, by_transfer=True, version=version)


def _go_on(aggregate: PaymentAggregate, refund: Refund, approval: Approval, *, known: bool) -> None:
    """Approved: to the transfer, or to the provider."""
    about: dict[str, Any] = {"refund": ids.show("ref", refund.id), "amount": as_json(refund.amount, refund.currency)}
    about |= {"currency": refund.currency} | ({"destination_known": True} if known else {})
    if approval.by_transfer:
        aggregate.put_refund(replace(refund, status=RefundStatus.AWAITING_TRANSFER))
        aggregate.announce("refund.awaiting_transfer", about)
        return
    aggregate.put_refund(refund)
    aggregate.announce("refund.requested", about)
    aggregate.effects.jobs.append(schedule.refund(refund, aggregate.attempts[refund.attempt_id]))


async def _end(tx: Tx, aggregate: PaymentAggregate, approval: Approval, by: str, status: str, note: str) -> None:
    if not await approval_store.decide(tx, approval.id, status, by, aggregate.now, note):
        raise ApprovalDecided
    detail = {"refund": ids.show("ref", approval.refund_id), "approval": ids.show("apr", approval.id), "note": note}
    aggregate.effects.entries.append(
        Entry(by, f"refund.approval_{status}", ids.show("pay", aggregate.payment.id), detail)
    )


async def _locked(tx: Tx, approval_id: UUID) -> tuple[PaymentAggregate, Approval]:
    approval = await _existing(tx, approval_id)
    aggregate = (await load_for_update(tx, [approval.payment_id]))[approval.payment_id]
    return aggregate, await _existing(tx, approval_id)  # read again: under the payment's lock nobody else decides


async def _existing(tx: Tx, approval_id: UUID) -> Approval:
    approval = await approval_store.one(tx, approval_id)
    if approval is None:
        raise ApprovalNotFound
    return approval
