"""Where a refund that a person transfers goes: named by its payer's own link or by who may pay out, kept in versions, told to everybody
concerned, and never changed once it was paid.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from gerbang.base import eip55, ids
from gerbang.base.db import Tx
from gerbang.base.errors import FieldError
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import recent
from gerbang.core.identity.model import Caller
from gerbang.core.payments.context import Context
from gerbang.core.payments.model import (
    Attempt,
    BadDestination,
    Destination,
    Refund,
    RefundNotAwaitingTransfer,
    RefundNotFound,
    RefundStatus,
)
from gerbang.core.payments.reach import REFUND_LINK, unreachable
from gerbang.core.payments.refunds import approvals
from gerbang.core.payments.refunds import store as refund_store
from gerbang.core.payments.refunds.model import (
    DestinationChanged,
    NamedDestination,
    RefundLink,
    RefundLinkJustSent,
    masked,
)
from gerbang.core.payments.unit_of_work import PaymentAggregate, load_for_update, save_changes

LINK_SENT: Final = "refund.link_sent"  # what the audit trail, and so the timeline, calls it
LINK_ISSUED: Final = "refund.link_issued"
_TRAIL: Final = 50  # links of a payment's refunds that may have been mailed within the pause
_PAUSE: Final = timedelta(minutes=5)  # between two mails with the same link


async def name(
    ctx: Context,
    caller: Caller,
    refund_id: UUID,
    to: Destination,
    *,
    seen: int | None = None,
    link: RefundLink | None = None,
) -> Refund:
    """Say where the money goes, or with the same words nothing. `seen` is the version that the caller replaces, 0 for none; None: whichever.

    Raises RefundNotFound, RefundNotAwaitingTransfer, BadDestination, DestinationChanged.
    """
    async with ctx.db.transaction() as tx:
        aggregate, refund = await _waiting(tx, refund_id)
        fitting = fit(aggregate.attempts[refund.attempt_id], to)
        before = await refund_store.destinations(tx, refund_id)
        if not before or before[0].to != fitting:
            check_seen(before, seen)
            named = note(aggregate, refund, caller, fitting, before, link)
            await refund_store.add_destination(tx, refund_id, named)
            by_payer = (
                caller.kind == "payer" and not named.link_issued_by
            )  # who approved counts on the payer to say where
            if refund.approval == "approved" and (before or not by_payer):
                approvals.ask_again(ctx, aggregate, refund, named.version)
            await save_changes(tx, [aggregate])
    ctx.wake()
    return refund


def note(
    aggregate: PaymentAggregate,
    refund: Refund,
    caller: Caller,
    to: Destination,
    before: list[NamedDestination],
    link: RefundLink | None = None,
) -> NamedDestination:
    """The next version of where a refund goes, with who named it, written into the trail and told to the payer and the operators."""
    issued_by = link.issued_by if link else ""
    named = NamedDestination(len(before) + 1, to, caller.label, aggregate.now, issued_by)
    action = "refund.destination_changed" if before else "refund.destination_named"
    detail: dict[str, Any] = {"refund": ids.show("ref", refund.id), "version": named.version, "to": masked(to)}
    detail |= {"bank": to.bank} | ({"was": masked(before[0].to)} if before else {})
    detail |= {"link_issued_by": issued_by} if issued_by else {}
    aggregate.effects.entries.append(Entry(caller.label, action, ids.show("pay", aggregate.payment.id), detail))
    aggregate.announce(action, _told(detail, caller))
    return named


def _told(detail: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    """What the outside hears of it: no name, no whole number."""
    shown = {name: detail[name] for name in ("refund", "version", "to", "was") if name in detail}
    return shown | {"by": "payer" if caller.kind == "payer" else "operator"}


def check_seen(versions: list[NamedDestination], seen: int | None, *, named: bool = True) -> None:
    """Whether the version that a person saw is the one that counts; raises DestinationChanged, which says what it is now. Not `named`: they did
    not say which they saw.
    """
    now = versions[0].version if versions else 0
    if seen is None or seen == now:
        return
    told = (
        f"It is now {masked(versions[0].to)} (version {now}, named by {versions[0].named_by})"
        if versions
        else "There is none"
    )
    raise DestinationChanged(
        f"{told}; you saw version {seen}." if named else f"{told}; say which version you paid to.",
        hint="Read the refund again, compare before you transfer, and name its destination's version.",
        errors=[] if named else [FieldError("/destination_version", f"It is {now} now.")],
    )


def check_paid(refund: Refund, versions: list[NamedDestination], seen: int | None) -> None:
    """The same for money that was sent. Only a destination that the refund was asked for with, and that nobody changed, may go unnamed: of any
    other nobody knows that the person saw it.

    Raises DestinationChanged.
    """
    is_the_first = len(versions) == 1 and versions[0].named_at == refund.created_at
    check_seen(versions, 0 if seen is None and versions and not is_the_first else seen, named=seen is not None)


def fit(attempt: Attempt, to: Destination) -> Destination:
    """A destination that the attempt's money can go to: an address has its checksum then. Raises BadDestination."""
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


async def send_link(ctx: Context, caller: Caller, refund_id: UUID) -> Refund:
    """Send the refund's link to the payer's own address or phone on file, whoever asks for it: nobody else gets to see it.

    Raises RefundNotFound, RefundNotAwaitingTransfer, PayerUnreachable, RefundLinkJustSent.
    """
    reaches = await ctx.reaches()
    async with ctx.db.transaction() as tx:
        aggregate, refund = await _waiting(tx, refund_id)
        reach = await reaches(tx, aggregate.payment.id, REFUND_LINK)
        if not reach.places:
            raise unreachable(reach.missing, "Somebody who may pay out can make a link, or name the account")
        shown, pay = ids.show("ref", refund_id), ids.show("pay", aggregate.payment.id)
        trail = await recent(tx, pay, _TRAIL, actions=(LINK_SENT,))
        sent = [e.happened_at for e in trail if e.detail.get("refund") == shown]
        if sent and aggregate.now - max(sent) < _PAUSE:
            raise RefundLinkJustSent(
                "Look into the mailbox, also among unwanted mail, or at the phone; another one can be sent in five minutes."
            )
        aggregate.effects.entries.append(Entry(caller.label, LINK_SENT, pay, {"refund": shown}))
        aggregate.announce(REFUND_LINK, {"refund": shown})
        await save_changes(tx, [aggregate])
    ctx.wake()
    return refund


async def issue_link(ctx: Context, caller: Caller, refund_id: UUID) -> str:
    """A token for who may pay out, to hand to a payer whom no mail reaches: what is named by it says who made the link.

    Raises RefundNotFound, RefundNotAwaitingTransfer.
    """
    async with ctx.db.transaction() as tx:
        aggregate, _ = await _waiting(tx, refund_id)
        detail = {"refund": ids.show("ref", refund_id)}
        aggregate.effects.entries.append(
            Entry(caller.label, LINK_ISSUED, ids.show("pay", aggregate.payment.id), detail)
        )
        aggregate.announce(LINK_ISSUED, detail)
        await save_changes(tx, [aggregate])
    return await ctx.refund_token(refund_id, issued_by=caller.label)


async def _waiting(tx: Tx, refund_id: UUID) -> tuple[PaymentAggregate, Refund]:
    """A refund that waits for its transfer, and its payment, locked."""
    refund = await refund_store.one(tx, refund_id)
    if refund is None:
        raise RefundNotFound
    aggregate = (await load_for_update(tx, [refund.payment_id]))[refund.payment_id]
    refund = aggregate.refunds[refund_id]
    if refund.status is not RefundStatus.AWAITING_TRANSFER:
        raise RefundNotAwaitingTransfer(f"The refund is {refund.status.value}.")
    return aggregate, refund
