"""Calls to providers, and what becomes of their answers. No transaction is open while a provider is asked.

Every answer, and every lost one, ends in `apply_facts`; answers that come back at the same moment share a commit.
"""

import contextlib
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.batching import GroupCommit, GroupRead
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.base.errors import RowUnreadable
from gerbang.base.high_water_marks import HighWaterMarks, HighWaterMarkUnusable
from gerbang.base.http import Unreachable
from gerbang.base.money import Money
from gerbang.core.audit.service import SYSTEM
from gerbang.core.connections.model import Connection
from gerbang.core.connections.outbound_calls import (
    CONFIRMATIONS,
    PAYMENTS,
    CallResult,
    Operation,
    OutboundCalls,
    Outcome,
)
from gerbang.core.payments import amount_due, attempt_store, detail_store
from gerbang.core.payments.applying_facts import FactReport, apply_facts
from gerbang.core.payments.crypto.deposit_addresses import AddressesUnmarked, DepositAddresses
from gerbang.core.payments.model import (
    NEW_DEPOSIT,
    Attempt,
    AttemptStatus,
    Payment,
    PaymentDetail,
    PaymentNotFound,
    Refund,
)
from gerbang.core.payments.schedule import CONFIRM_SOURCE
from gerbang.core.payments.unit_of_work import with_parts
from gerbang.core.queue.model import Job, LeaseLost
from gerbang.ports.declines import DeclineCode
from gerbang.ports.facts import Accepted, AnswerLost, Approved, Cancelled, Declined, Fact, Mismatched
from gerbang.ports.payment import (
    Account,
    MethodTerms,
    Payer,
    PaymentProvider,
    RefundRequest,
    Submission,
    SubmittedAttempt,
)

_SUBMIT: Final = Operation("submit", repeatable=False)
_CONFIRM: Final = Operation("confirm", repeatable=False)
_REFUND: Final = Operation("refund", repeatable=False)
_INQUIRE: Final = Operation("inquiry", repeatable=True)
_CANCEL: Final = Operation("cancel", repeatable=True)  # what is closed already stays closed
_NOT_AT_PROVIDER: Final[Mapping[str, Any]] = {"at_provider": False}
_EVER: Final = datetime.max.replace(tzinfo=UTC)  # what is stored is past, whatever the clock says

log = structlog.get_logger()


class ProviderCalls:
    """The way to every provider, with the same care for all of them."""

    def __init__(
        self,
        db: Database,
        outbound: OutboundCalls,
        clock: BusinessClock,
        public_url: str,
        marks: HighWaterMarks,
    ) -> None:
        self._db = db
        self.deposits = DepositAddresses(db, marks)
        self._outbound = outbound
        self._connections = outbound.connections
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._terms: dict[str, tuple[Connection, Sequence[MethodTerms]]] = {}
        self._unreadable: dict[str, Connection] = {}
        self._commits: GroupCommit[tuple[FactReport, Job | None], PaymentDetail | None] = GroupCommit(
            db, _write, alone=(LeaseLost, RowUnreadable)
        )
        self._reads: GroupRead[UUID, PaymentDetail] = GroupRead(db, load_details, alone=(RowUnreadable,))

    async def details(self, payment: UUID) -> PaymentDetail:
        """A payment as it is now, with its payer; raises PaymentNotFound."""
        found = await self._reads.submit(payment)
        if found is None:
            raise PaymentNotFound
        return found

    async def apply_facts(self, report: FactReport, job: Job | None = None) -> PaymentDetail | None:
        """Apply facts, together with whoever else has some at this moment; the answer is without its payer."""
        return await self._commits.submit((report, job))

    async def submit(self, attempt: Attempt, submission: Submission, job: Job | None = None) -> PaymentDetail | None:
        """Register an attempt that is marked as being sent. Raises Unreachable when it certainly was not."""
        submission = await self._numbered(attempt, submission)
        result = await self._ask(attempt, _SUBMIT, lambda p, a: p.submit(a, submission))
        facts = _decided(result, DeclineCode.PROVIDER_REFUSED)
        return await self.apply_facts(FactReport(attempt.id, facts, "submit", detail=result.journal()), job)

    async def _numbered(self, attempt: Attempt, submission: Submission) -> Submission:
        """With the number of its deposit address, where it wants one: given now, for now the address is made. Raises Unreachable."""
        if submission.number != NEW_DEPOSIT:
            return submission
        try:
            return dataclasses.replace(submission, number=await self.deposits.number(attempt))
        except (AddressesUnmarked, HighWaterMarkUnusable) as error:
            raise Unreachable(error.detail, hint=error.hint) from error

    async def inquire(
        self, attempt: Attempt, reference: str, *, source: str = "inquiry", actor: str = SYSTEM, job: Job | None = None
    ) -> PaymentDetail | None:
        """Ask about an attempt by the provider's reference, or by ours when it is empty.

        Raises Unreachable, OutcomeUnknown, ProviderRefused: nothing was learnt.
        """
        asked_at = self._clock.now()
        submitted = self.submitted(attempt, reference)
        result = await self._ask(attempt, _INQUIRE, lambda p, a: p.inquire(a, submitted))
        facts = list(result.value())
        if reference and _reveals(attempt, facts):
            facts.insert(0, Accepted(reference))
        return await self.apply_facts(
            FactReport(attempt.id, facts, source, actor, asked_at=asked_at, detail=result.journal()), job
        )

    async def peek(self, attempt_id: UUID, reference: str | None) -> Sequence[Fact]:
        """What the provider says now, without writing anything; nothing when there is no reference to ask by."""
        async with self._db.reading() as tx:
            attempt = await attempt_store.attempt(tx, attempt_id)
        known = (attempt.provider_reference or reference) if attempt else None
        if attempt is None or (known is None and not attempt.askable):
            return []
        submitted = self.submitted(attempt, known or "")
        return (await self._ask(attempt, _INQUIRE, lambda p, a: p.inquire(a, submitted))).value()

    async def cancel(self, attempt: Attempt, *, actor: str, job: Job | None = None) -> PaymentDetail | None:
        """Close an unpaid attempt at the provider, or only here where the provider offers no such thing and knows of no money, or has ended it
        itself.

        Raises Unreachable, OutcomeUnknown, ProviderRefused: not closed for certain.
        """
        terms = await self.terms_of(attempt)
        if terms is None or not attempt.askable or amount_due.is_dead(attempt):
            facts: Sequence[Fact] = [Cancelled()]
            detail = _NOT_AT_PROVIDER
        else:
            submitted = self.submitted(attempt, attempt.provider_reference or "")
            if terms.cancel and attempt.provider_reference is not None:
                result = await self._ask(attempt, _CANCEL, lambda p, a: p.cancel(a, submitted))
                facts, detail = result.value(), result.journal()
            else:
                result = await self._ask(attempt, _INQUIRE, lambda p, a: p.inquire(a, submitted))
                facts, detail = result.value(), result.journal()
                if all(isinstance(fact, Accepted | Approved) for fact in facts):
                    facts, detail = [*facts, Cancelled()], {**detail, **_NOT_AT_PROVIDER}
        return await self.apply_facts(FactReport(attempt.id, facts, "cancel", actor, detail=detail), job)

    async def confirm(self, attempt: Attempt) -> CallResult[Sequence[Fact]]:
        """Take what the payer agreed to, and keep what the provider says; a refusal of the call declines the attempt, a lost answer moves nothing."""
        submitted = self.submitted(attempt, attempt.provider_reference or "")
        result = await self._outbound.ask(
            attempt.connection, CONFIRMATIONS, _CONFIRM, lambda p, a: p.confirm(a, submitted), about=attempt.id
        )
        facts: Sequence[Fact] = []
        if result.outcome not in (Outcome.UNKNOWN, Outcome.UNREACHABLE):
            facts = _decided(result, DeclineCode.PROVIDER_REFUSED)
        await self.apply_facts(FactReport(attempt.id, facts, CONFIRM_SOURCE, detail=result.journal()))
        return result

    async def refund(
        self, attempt: Attempt, refund: Refund, job: Job | None = None, *, again: bool = False
    ) -> PaymentDetail | None:
        """Ask for money back. A lost answer makes the refund `unknown`; raises Unreachable when it certainly was not sent."""
        assert attempt.provider_reference is not None, f"captured without a provider's reference: {attempt.id}"
        submitted = self.submitted(attempt, attempt.provider_reference)
        full = refund.amount == attempt.captured and attempt.refunded == 0
        refund_request = RefundRequest(refund.id, Money(refund.amount, refund.currency), full, refund.reason, again)
        result = await self._ask(attempt, _REFUND, lambda p, a: p.refund(a, submitted, refund_request))
        facts = _decided(result, "provider_refused")
        detail = {**result.journal(), "refund": ids.show("ref", refund.id)}
        return await self.apply_facts(
            FactReport(attempt.id, facts, "refund", refund.requested_by, refund=refund.id, detail=detail), job
        )

    async def terms_of(self, attempt: Attempt) -> MethodTerms | None:
        """What the provider declares today of the attempt's method, in the dialect that it was made in."""
        declared = self._declared(await self._connections.get(attempt.connection))
        return next((t for t in declared if t.method is attempt.method and t.dialect == attempt.dialect), None)

    def terms(self, connection: Connection) -> Sequence[MethodTerms]:
        """The payment methods that a connection offers; none for a provider that collects no money, nor while its settings cannot be read."""
        if self._unreadable.get(connection.id) is connection:
            return []
        try:
            return [terms for terms in self._declared(connection) if terms.offered]
        except Exception as error:  # noqa: BLE001  one connection's setting must not take all the others' ways to pay away
            why = getattr(error, "detail", "") or f"{type(error).__name__}: {error}"
            log.error("connection.unreadable", connection=connection.id, why=why[:200], alert="It offers nothing.")  # noqa: TRY400  its text says what is wrong
            self._unreadable[connection.id] = connection
            return []

    async def wallets(self, only: str | None = None) -> list[str]:
        """The wallets of all connections that give addresses, or of one. Raises ConnectionNotFound for an unknown `only`."""
        chosen = await self._connections.all() if only is None else [await self._connections.get(only)]
        return sorted({terms.wallet for one in chosen for terms in self.terms(one) if terms.wallet})

    def _declared(self, connection: Connection) -> Sequence[MethodTerms]:
        known = self._terms.get(connection.id)
        if known is not None and known[0] is connection:
            return known[1]
        provider = self._outbound.adapter(connection, PAYMENTS)
        account = Account(connection.id, connection.livemode, connection.settings, {})
        terms = tuple(provider.terms(account)) if provider else ()
        self._terms[connection.id] = (connection, terms)
        return terms

    def submission(self, details: PaymentDetail, attempt: Attempt, link_token: str) -> Submission:
        """Everything that a provider may ask for when an attempt is registered."""
        pay = ids.show("pay", details.payment.id)
        return Submission(
            attempt=attempt.id,
            reference=ids.show("att", attempt.id),
            payment=pay,
            method=attempt.method,
            options=attempt.options,
            amount=Money(attempt.amount, attempt.currency),
            description=details.payment.description,
            payer=details.payer,
            return_url=f"{self._public_url}/pay/{pay}?t={link_token}&back=1",
            expires_at=attempt.expires_at,
            now=self._clock.now(),
            quote=attempt.quote,
            number=attempt.deposit,
            dialect=attempt.dialect,
        )

    def submitted(self, attempt: Attempt, reference: str) -> SubmittedAttempt:
        """An attempt as a provider must be asked about it."""
        return SubmittedAttempt(
            attempt=attempt.id,
            reference=ids.show("att", attempt.id),
            provider_reference=reference,
            method=attempt.method,
            options=attempt.options,
            amount=Money(attempt.amount, attempt.currency),
            captured=attempt.captured,
            refunded=attempt.refunded,
            now=self._clock.now(),
            quote=attempt.quote,
            dialect=attempt.dialect,
            next_action=attempt.next_action,
            made_at=attempt.created_at,
        )

    async def _ask(
        self,
        attempt: Attempt,
        operation: Operation,
        call: Callable[[PaymentProvider, Account], Awaitable[Sequence[Fact]]],
    ) -> CallResult[Sequence[Fact]]:
        return await self._outbound.ask(attempt.connection, PAYMENTS, operation, call, about=attempt.id)


def _decided(result: CallResult[Sequence[Fact]], code: str) -> Sequence[Fact]:
    """The facts of what must not be sent twice: a refusal declines it, an unknown outcome is a fact too. Raises Unreachable."""
    match result.outcome:
        case Outcome.REFUSED:
            return [Declined(code, result.why)]
        case Outcome.UNKNOWN:
            return [AnswerLost(result.why)]
        case Outcome.ANSWERED | Outcome.UNREACHABLE:
            return result.value()


def _reveals(attempt: Attempt, facts: Sequence[Fact]) -> bool:
    """Whether an answer tells us the reference of an attempt that has none.

    "Still open" about one that is being sent does not: it would end the sending, and the payer would never see how to pay.
    """
    if attempt.provider_reference is not None or any(isinstance(fact, Mismatched) for fact in facts):
        return False
    return bool(facts) or attempt.status is not AttemptStatus.SUBMITTING


async def load_details(tx: Tx, payments: Sequence[UUID]) -> dict[UUID, PaymentDetail]:
    """Payments with attempts, refunds and payers, all as of one moment."""
    return {
        payment.id: _whole(payment, attempts, refunds, payer)
        for payment, payer, attempts, refunds in await detail_store.load(tx, payments)
    }


def _whole(payment: Payment, attempts: Sequence[Attempt], refunds: Sequence[Refund], payer: Payer) -> PaymentDetail:
    return PaymentDetail(with_parts(payment, attempts, refunds, _EVER), tuple(attempts), tuple(refunds), payer)


async def load_readable(tx: Tx, payments: Sequence[UUID]) -> dict[UUID, PaymentDetail]:
    """The same for those that can be read: one that cannot must not hide the others."""
    try:
        return await load_details(tx, payments)
    except RowUnreadable:
        found: dict[UUID, PaymentDetail] = {}
        for id_ in payments:
            with contextlib.suppress(RowUnreadable):
                found |= await load_details(tx, [id_])
        return found


async def _write(tx: Tx, items: Sequence[tuple[FactReport, Job | None]]) -> Sequence[PaymentDetail | None]:
    details_by_id = await apply_facts(tx, [report for report, _ in items], [job for _, job in items if job is not None])
    return [details_by_id.get(report.attempt) for report, _ in items]
