"""NICEPAY as a payment provider, every method of classic V2. Calls and lookups; registration.py says what is sent, facts.py what comes back."""

from collections.abc import Sequence

import structlog

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.facts import Cancelled, Declined, Fact, RefundSettled
from gerbang.ports.payment import Account, Method, MethodTerms, RefundRequest, Submission, SubmittedAttempt
from gerbang.providers.nicepay import cleaning, facts, terms, timestamps, wire
from gerbang.providers.nicepay.account import (
    PAID_TO_A_NUMBER,
    PAY_METHODS,
    base_url,
    is_hosted,
    merchant,
    number,
    setting,
)
from gerbang.providers.nicepay.client import Client, Endpoint, TakenBefore, cancel_token, order_token
from gerbang.providers.nicepay.registration import impossible, order_of

log = structlog.get_logger(__name__)


class NicepayPayments:
    """The port's methods, for any number of connections at once."""

    def __init__(self, http: Http) -> None:
        self._client = Client(http)

    def terms(self, account: Account) -> Sequence[MethodTerms]:
        """What is activated and has a merchant id."""
        return terms.offered(account)

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        """Register the order. A repeat of our reference (9009) is OutcomeUnknown: the answer with its tXid is lost."""
        refusal = impossible(submission)
        if refusal is not None:
            return (refusal,)
        order, endpoint, method = order_of(account, submission), _endpoint(account), submission.method
        if is_hosted(account, method):
            answer = await self._client.register_redirect(endpoint, order)
            return (facts.declined(answer) or facts.hosted_page(submission, answer, endpoint.base_url),)
        as_form = method is Method.QRIS and setting(account, "qris_encoding") == "form"
        answer = await self._client.register(endpoint, order, as_form=as_form)
        return (facts.declined(answer) or _instructions(submission, answer, order, endpoint),)

    async def inquire(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """What NICEPAY says now. A status that is in no table is logged and changes nothing."""
        answer = await self._inquire(account, submitted)
        finding = facts.inquired(submitted, answer, setting(account, "card_status_table"))
        if finding.oddity:
            log.warning(
                "nicepay.inquiry_odd", attempt=submitted.reference, method=submitted.method, alert=finding.oddity
            )
        return finding.facts

    async def cancel(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """Close an unpaid order. When NICEPAY refuses and the order is simply still open, the answer is empty."""
        if submitted.method not in PAID_TO_A_NUMBER:
            known = await self.inquire(account, submitted)
            if known or submitted.method is not Method.CARD:
                return known  # a cancel of what is paid would give the money back, and of the rest it does nothing
        try:
            answer = await self._cancel(account, submitted, submitted.amount.amount, full=True, why="Cancelled")
        except OutcomeUnknown as lost:
            known = await self._looked_up(account, submitted, lost)
            if known:
                return known
            if submitted.method in PAID_TO_A_NUMBER and isinstance(lost, TakenBefore):
                return (Cancelled(),)  # closed by an earlier try; an inquiry may go on saying "unpaid"
            raise
        if facts.declined(answer):
            return await self._looked_up(account, submitted, OutcomeUnknown("NICEPAY refused to cancel."))
        if submitted.method is Method.CARD:
            return await self._closed_card(account, submitted)
        return (Cancelled(),)

    async def refund(
        self, account: Account, submitted: SubmittedAttempt, refund_request: RefundRequest
    ) -> Sequence[Fact]:
        """Give a payment back, or a part of it. A lost or odd answer is looked up: the transaction says what went back."""
        if submitted.method in PAID_TO_A_NUMBER:
            return (Declined("refund_not_supported", "NICEPAY cannot give back what was paid to a number or a code."),)
        part, total = refund_request.amount.amount, submitted.refunded + refund_request.amount.amount
        full = refund_request.full and not submitted.refunded  # a full cancel is refused after a partial one (9320)
        try:
            answer = await self._cancel(account, submitted, part, full=full, why=refund_request.reason)
        except OutcomeUnknown as lost:
            settled = await self._arrived(account, submitted, part, lost)
            if settled is None:
                raise
            return (settled,)
        refusal = facts.declined(answer)
        if refusal is None and wire.amount(answer.amt) in {None, part}:
            return (RefundSettled(total, facts.CURRENCY, wire.text(answer.cancelt_xid) or None),)
        odd = OutcomeUnknown("NICEPAY's answer to the refund does not settle it.")
        settled = await self._arrived(account, submitted, part, odd)  # a refusal may be the echo of a try that got lost
        if settled is not None:
            return (settled,)
        if refusal is not None:
            return (refusal,)
        raise odd

    async def _arrived(
        self, account: Account, submitted: SubmittedAttempt, part: int, doubt: OutcomeUnknown
    ) -> RefundSettled | None:
        """The refund as the transaction shows it, None when it shows none; OutcomeUnknown when it cannot be read."""
        try:
            answer = await self._inquire(account, submitted)
        except UpstreamFailed as error:
            raise OutcomeUnknown(f"{doubt.detail} The lookup failed too: {error.detail}") from error
        total = facts.given_back(submitted, answer, setting(account, "card_status_table"), part)
        if total is None:
            raise OutcomeUnknown(f"{doubt.detail} The transaction does not say how much went back.")
        return RefundSettled(total, facts.CURRENCY) if total >= submitted.refunded + part else None

    async def _looked_up(self, account: Account, submitted: SubmittedAttempt, lost: OutcomeUnknown) -> Sequence[Fact]:
        try:
            return await self.inquire(account, submitted)
        except UpstreamFailed as error:
            raise OutcomeUnknown(f"{lost.detail} The lookup failed too: {error.detail}") from error

    async def _closed_card(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """The payer may have paid between our look and our cancel: then the money came and went, and the books want both."""
        try:
            return await self.inquire(account, submitted) or (Cancelled(),)
        except UpstreamFailed:
            log.warning("nicepay.cancel_unconfirmed", attempt=submitted.reference)
            return (Cancelled(),)

    async def _inquire(self, account: Account, submitted: SubmittedAttempt) -> wire.Inquired:
        if not submitted.provider_reference:
            raise OutcomeUnknown("NICEPAY cannot be asked about an order whose tXid we never learnt.")
        who, stamp = merchant(account, submitted.method), timestamps.stamp(submitted.now)
        amt = str(submitted.amount.amount)
        question = wire.Inquiry(
            time_stamp=stamp,
            t_xid=submitted.provider_reference,
            i_mid=who.imid,
            reference_no=submitted.reference,
            amt=amt,
            merchant_token=order_token(stamp, who.imid, submitted.reference, amt, who.key),
        )
        answer = await self._client.inquire(_endpoint(account), question)
        if facts.declined(answer):
            raise OutcomeUnknown("NICEPAY answered an inquiry with a decline.")
        return answer

    async def _cancel(
        self, account: Account, submitted: SubmittedAttempt, part: int, *, full: bool, why: str
    ) -> wire.Cancelled:
        if not submitted.provider_reference:
            raise OutcomeUnknown("NICEPAY cannot cancel an order whose tXid we never learnt.")
        who, stamp = merchant(account, submitted.method), timestamps.stamp(submitted.now)
        order = wire.Cancel(
            time_stamp=stamp,
            i_mid=who.imid,
            t_xid=submitted.provider_reference,
            reference_no=submitted.reference,
            pay_method=PAY_METHODS[submitted.method],
            cancel_type="1" if full else "2",
            amt=str(part),
            cancel_msg=cleaning.words(why, 255) or "Refund",
            merchant_token=cancel_token(stamp, who.imid, submitted.provider_reference, str(part), who.key),
        )
        return await self._client.cancel(_endpoint(account), order)


def _endpoint(account: Account) -> Endpoint:
    return Endpoint(base_url(account), float(number(account, "timeout_s")))


def _instructions(
    submission: Submission, answer: wire.Registered, order: wire.Registration, endpoint: Endpoint
) -> Fact:
    match submission.method:
        case Method.VIRTUAL_ACCOUNT:
            return facts.virtual_account(submission, answer)
        case Method.CONVENIENCE_STORE:
            return facts.code(submission, answer)
        case Method.QRIS:
            return facts.qr(submission, answer)
        case _:
            return facts.payment_step(submission, answer, order, endpoint.base_url)
