"""Payments: the table of use cases. Each is one function in opening, operating or refunding; who may do what is decided at the edge."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.batching import GroupCommit
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database
from gerbang.base.keyset import Place
from gerbang.core.audit import service as audit
from gerbang.core.audit.model import Recorded
from gerbang.core.connections.service import Connections
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import Caller
from gerbang.core.inbox import service as inbox
from gerbang.core.inbox.model import Unmatched
from gerbang.core.payments import (
    contact_consent,
    creation,
    list_store,
    method_selection,
    operator_actions,
    payment_links,
    search,
    search_store,
)
from gerbang.core.payments.contact_consent import ContactConsent
from gerbang.core.payments.context import Context
from gerbang.core.payments.crypto import store as chain_store
from gerbang.core.payments.crypto.rates import Quotes
from gerbang.core.payments.crypto.transfers import ClassifiedTransfer
from gerbang.core.payments.model import (
    CreationResult,
    CryptoAmount,
    Destination,
    Filters,
    MethodChoice,
    NewPayment,
    Offer,
    PayerUpdate,
    PaymentDetail,
    PaymentNotFound,
    Refund,
    RefundNotFound,
    TimelineEntry,
)
from gerbang.core.payments.open_work import assignment, decision_store
from gerbang.core.payments.open_work import counts as open_work
from gerbang.core.payments.open_work import store as open_work_store
from gerbang.core.payments.operator_actions import Decision
from gerbang.core.payments.pending_creation import PendingCreation
from gerbang.core.payments.provider_calls import ProviderCalls, load_readable
from gerbang.core.payments.reach import Reach
from gerbang.core.payments.refunds import approvals, destinations, separation_of_duties
from gerbang.core.payments.refunds import requesting as refund_requests
from gerbang.core.payments.refunds import store as refund_store
from gerbang.core.payments.refunds.model import (
    STANDARD_RULES,
    Approval,
    NamedDestination,
    RefundFilters,
    RefundLink,
    RefundOutcome,
    RefundRules,
    Work,
)
from gerbang.core.payments.refunds.requesting import RefundDecision
from gerbang.core.secrets.service import Secrets
from gerbang.ports.messenger import Channel

TIMELINE: Final = 500  # moments that a page shows of a payment without asking for more


class Payments:
    """Everything that can be done with payments and refunds."""

    def __init__(
        self,
        db: Database,
        connections: Connections,
        calls: ProviderCalls,
        secrets: Secrets,
        clock: BusinessClock,
        quotes: Quotes,
        *,
        create_wait_s: float = 5.0,
        wake: Callable[[], None] = lambda: None,
        refund_rules: RefundRules = STANDARD_RULES,
    ) -> None:
        creations: GroupCommit[PendingCreation, tuple[PaymentDetail, bool]] = GroupCommit(db, creation.write_creations)
        self.context = Context(
            db=db,
            connections=connections,
            calls=calls,
            secrets=secrets,
            clock=clock,
            creations=creations,
            create_wait_s=create_wait_s,
            wake=wake,
            quotes=quotes,
        )
        self.context.refund_rules = refund_rules

    async def create(self, caller: Caller, new: NewPayment, key: IdempotencyKey) -> CreationResult:
        """See opening.create."""
        return await creation.create(self.context, caller, new, key)

    async def add_attempt(
        self,
        caller: Caller,
        payment_id: UUID,
        choice: MethodChoice,
        key: IdempotencyKey,
        told: PayerUpdate | None = None,
    ) -> CreationResult:
        """See opening.add_attempt."""
        return await creation.add_attempt(self.context, caller, payment_id, choice, key, told or PayerUpdate())

    async def get(self, payment_id: UUID) -> PaymentDetail:
        """A payment as it is now; raises PaymentNotFound. Reads at the same moment share their statements."""
        return await self.context.calls.details(payment_id)

    async def page(self, filters: Filters, after: Place | None, limit: int) -> tuple[list[PaymentDetail], Place | None]:
        """Payments, newest first, from a keyset place (created_at, id) on, and the place from which the list goes on. A page may be shorter than
        asked for: one that cannot be read is left out, and list_store says what is looked for piece by piece.
        """
        async with self.context.db.reading() as tx:
            listed = await list_store.page(tx, filters, after, limit)
            details_by_id = await load_readable(tx, listed.ids)
        return [details_by_id[id_] for id_ in listed.ids if id_ in details_by_id], listed.onward

    async def find(self, text: str, limit: int) -> list[PaymentDetail]:
        """The payments that somebody means by this name for one, newest first."""
        async with self.context.db.reading() as tx:
            wanted = await search.find(tx, text, limit)
            details_by_id = await load_readable(tx, wanted)
        return [details_by_id[id_] for id_ in wanted if id_ in details_by_id]

    async def payment_of_attempt(self, attempt_id: UUID) -> UUID:
        """The payment that an attempt belongs to; raises PaymentNotFound."""
        async with self.context.db.reading() as tx:
            found = await search_store.of_attempt(tx, attempt_id)
        if found is None:
            raise PaymentNotFound
        return found

    async def timeline(self, payment_id: UUID, after: UUID | None = None, limit: int = TIMELINE) -> list[TimelineEntry]:
        """What happened to a payment, oldest first, from the audit trail: at most `limit` moments, after one of them if it is named."""
        async with self.context.db.reading() as tx:
            entries = await audit.timeline(tx, ids.show("pay", payment_id), limit, after)
        return [_timeline_entry(entry) for entry in entries]

    async def latest(
        self, payment_id: UUID, limit: int, before: UUID | None = None, actions: Sequence[str] = ()
    ) -> list[TimelineEntry]:
        """The last of what happened to a payment, oldest first: at most `limit` entries, those before one of them if it is named, of these
        actions if any is named.
        """
        async with self.context.db.reading() as tx:
            entries = await audit.recent(tx, ids.show("pay", payment_id), limit, actions=actions, before=before)
        return [_timeline_entry(entry) for entry in reversed(entries)]

    async def chain(self, payment_id: UUID) -> list[ClassifiedTransfer]:
        """What our own node saw come in for a payment, in order."""
        details = await self.get(payment_id)
        async with self.context.db.reading() as tx:
            return await chain_store.of_attempts(tx, [a.id for a in details.attempts if a.quote is not None])

    async def livemode(self) -> bool:
        """As of a payment whose method is not chosen yet; where nothing takes money what is sold is real."""
        return await creation.default_livemode(self.context, otherwise=True)

    async def cancel(self, caller: Caller, payment_id: UUID) -> PaymentDetail:
        """See operating.cancel."""
        return await operator_actions.cancel(self.context, caller, payment_id)

    async def refresh(self, caller: Caller, payment_id: UUID) -> PaymentDetail:
        """See operating.refresh."""
        return await operator_actions.refresh(self.context, caller, payment_id)

    async def resolve(self, caller: Caller, payment_id: UUID, decision: Decision, reason: str) -> PaymentDetail:
        """See operating.resolve."""
        return await operator_actions.resolve(self.context, caller, payment_id, decision, reason)

    async def refund(
        self,
        caller: Caller,
        payment_id: UUID,
        amount: int | None,
        reason: str,
        destination: Destination | None,
        key: IdempotencyKey,
    ) -> RefundOutcome:
        """See refunding.request."""
        return await refund_requests.request(self.context, caller, payment_id, amount, reason, destination, key)

    async def refund_of(self, refund_id: UUID) -> Refund:
        """One refund; raises RefundNotFound."""
        async with self.context.db.reading() as tx:
            refund = await refund_store.one(tx, refund_id)
        if refund is None:
            raise RefundNotFound
        return refund

    async def refunds(
        self, filters: RefundFilters, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[tuple[Refund, list[NamedDestination]]]:
        """Refunds with where they go, newest first, from a keyset place (created_at, id) on."""
        async with self.context.db.reading() as tx:
            found = await refund_store.page(tx, filters, after, limit)
            named = await refund_store.destinations_of(tx, [one.id for one in found])
        return [(one, named.get(one.id, [])) for one in found]

    async def refunds_with(self, refund: Refund) -> tuple[Refund, ...]:
        """The other refunds of the request that made this one."""
        if refund.request_id is None:
            return ()
        async with self.context.db.reading() as tx:
            return await refund_store.with_it(tx, refund)

    async def settle_refund(self, caller: Caller, refund_id: UUID, reference: str, seen: int | None = None) -> Refund:
        """See refunding.settle_by_transfer."""
        return await refund_requests.settle_by_transfer(self.context, caller, refund_id, reference, seen)

    async def resolve_refund(self, caller: Caller, refund_id: UUID, decision: RefundDecision, reason: str) -> Refund:
        """See refunding.resolve."""
        return await refund_requests.resolve(self.context, caller, refund_id, decision, reason)

    async def name_destination(
        self,
        caller: Caller,
        refund_id: UUID,
        to: Destination,
        *,
        seen: int | None = None,
        link: RefundLink | None = None,
    ) -> Refund:
        """See destinations.name."""
        return await destinations.name(self.context, caller, refund_id, to, seen=seen, link=link)

    async def return_excess(self, caller: Caller, payment_id: UUID, reason: str, key: IdempotencyKey) -> RefundOutcome:
        """Give back the surplus that no refund promises back yet; see refunding.request. Raises NotRefundable when there is none."""
        return await refund_requests.request(
            self.context, caller, payment_id, None, reason, None, key, only_excess=True
        )

    async def dismiss_refund(self, caller: Caller, refund_id: UUID) -> Refund:
        """See refunding.dismiss."""
        return await refund_requests.dismiss(self.context, caller, refund_id)

    async def approvals(self, status: str | None, after: tuple[datetime, UUID] | None, limit: int) -> list[Approval]:
        """See approvals.page."""
        return await approvals.page(self.context, status, after, limit)

    async def approval_of(self, approval_id: UUID) -> Approval:
        """One approval; raises ApprovalNotFound."""
        return await approvals.of(self.context, approval_id)

    async def approval_of_refund(self, refund_id: UUID) -> Approval | None:
        """The newest approval of a refund, if it needs one."""
        return await approvals.of_refund(self.context, refund_id)

    async def decide_approval(
        self, caller: Caller, approval_id: UUID, *, approve: bool, note: str, seen: str | None = None
    ) -> Approval:
        """See approvals.decide."""
        return await approvals.decide(self.context, caller, approval_id, approve=approve, note=note, seen=seen)

    async def work_counts(self, most: int) -> dict[str, int]:
        """How much of each kind waits for a person, counted up to `most`."""
        async with self.context.db.reading() as tx:
            return await open_work.counts(tx, most)

    async def unmatched(self, after: tuple[datetime, UUID] | None, limit: int) -> list[Unmatched]:
        """The providers' messages about payments that are not known here, oldest first; the work list's kind `unmatched`."""
        async with self.context.db.reading() as tx:
            return await inbox.unmatched(tx, after, limit)

    async def paid_before(self, payments: Sequence[UUID]) -> dict[UUID, UUID]:
        """Of each of these that pays an order a second time: the payment that paid it before."""
        async with self.context.db.reading() as tx:
            return await decision_store.others(tx, payments) if payments else {}

    async def work(
        self, kind: str, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[tuple[Work, PaymentDetail, list[NamedDestination]]]:
        """What waits of one kind, oldest first, with its payment and where a refund goes."""
        async with self.context.db.reading() as tx:
            found = await open_work_store.page(tx, kind, after, limit)
            details_by_id = await load_readable(tx, [one.payment_id for one in found])
            named = await refund_store.destinations_of(tx, [one.refund_id for one in found if one.refund_id])
            lapsed = self.context.clock.now() - assignment.KEPT_FOR
            claims = await open_work_store.claims_of(tx, kind, [one.id for one in found], lapsed)
        known = [replace(one, claim=claims.get(one.id)) for one in found if one.payment_id in details_by_id]
        return [
            (one, details_by_id[one.payment_id], named.get(one.refund_id, []) if one.refund_id else []) for one in known
        ]

    async def claim_work(self, caller: Caller, lines: Sequence[assignment.Line]) -> int:
        """See claiming.take."""
        return await assignment.take(self.context, caller, lines)

    async def release_work(self, caller: Caller, lines: Sequence[assignment.Line]) -> int:
        """See claiming.release."""
        return await assignment.release(self.context, caller, lines)

    async def hands(
        self, caller: Caller, refunds: Sequence[tuple[Refund, Sequence[NamedDestination]]]
    ) -> Sequence[separation_of_duties.Duties]:
        """What the caller may do with refunds, and who else may. See hands.of."""
        return await separation_of_duties.of(self.context, caller, refunds)

    async def coins_of(self, refund: Refund) -> CryptoAmount | None:
        """See refunding.coins_of."""
        return refund_requests.coins_of(await self.get(refund.payment_id), refund)

    async def destinations_of(self, refund_id: UUID) -> list[NamedDestination]:
        """Every version of where a transfer back goes, the one that counts first."""
        async with self.context.db.reading() as tx:
            return await refund_store.destinations(tx, refund_id)

    async def methods(self, amount: int, currency: str, phone: str = "") -> list[Offer]:
        """What a payer can choose from for this amount; one without a `phone` may be from anywhere."""
        return await method_selection.offers(self.context, amount, currency, phone)

    async def link_token(self, payment_id: UUID) -> str:
        """The token of a payment's checkout link."""
        return await self.context.link_token(payment_id)

    async def check_link(self, payment_id: UUID, token: str) -> bool:
        """Whether a token opens this payment."""
        return await self.context.check_link(payment_id, token)

    async def send_link(self, caller: Caller, payment_id: UUID, key: IdempotencyKey) -> CreationResult:
        """See linking.send."""
        return await payment_links.send(self.context, caller, payment_id, key)

    async def reach(self, payment_id: UUID, event: str) -> Reach:
        """Where the payer would be told of this event of their payment now, or why nowhere; raises PaymentNotFound."""
        reaches = await self.context.reaches()
        async with self.context.db.reading() as tx:
            return await reaches(tx, payment_id, event)

    async def note_opened(self, caller: Caller, payment_id: UUID) -> None:
        """See linking.note_opened."""
        await payment_links.note_opened(self.context, caller, payment_id)

    async def note_language(self, details: PaymentDetail, locale: str) -> None:
        """See linking.note_language."""
        await payment_links.note_language(self.context, details, locale)

    async def agree_to_messages(self, caller: Caller, payment_id: UUID, given: ContactConsent | None) -> bool:
        """The payer agrees to messages to their phone; None: no more. Whether it was done; see contact_consent."""
        if given is None:
            await contact_consent.withdraw(self.context, caller, payment_id)
            return True
        return await contact_consent.agree(self.context, caller, payment_id, given)

    async def agreed_channels(self, details: PaymentDetail) -> frozenset[Channel]:
        """See contact_consent."""
        return await contact_consent.agreed_channels(self.context, details)

    async def send_refund_link(self, caller: Caller, refund_id: UUID) -> Refund:
        """See destinations.send_link."""
        return await destinations.send_link(self.context, caller, refund_id)

    async def issue_refund_link(self, caller: Caller, refund_id: UUID) -> str:
        """See destinations.issue_link."""
        return await destinations.issue_link(self.context, caller, refund_id)

    async def mailed_refund_token(self, refund_id: UUID) -> str:
        """The token of the link in the payer's mail; shown to nobody else."""
        return await self.context.refund_token(refund_id)

    async def check_refund_link(self, refund_id: UUID, token: str) -> RefundLink | None:
        """The link whose token this is, if it opens this refund's page."""
        return await self.context.check_refund_token(refund_id, token)


def _timeline_entry(entry: Recorded) -> TimelineEntry:
    return TimelineEntry(
        id=entry.id,
        at=entry.happened_at,
        direction=_direction(entry.action, entry.detail),
        kind=entry.action,
        actor=entry.actor,
        detail=entry.detail,
        request_id=entry.request_id,
    )


def _direction(action: str, detail: object) -> str:
    source = detail.get("source") if isinstance(detail, dict) else None
    if action == "webhook.received" or (action == "payment.heard" and source in {"inquiry", "webhook"}):
        return "in"
    return "out" if action == "payment.heard" else "decision"
