"""The toy's words: an order has a QR code, and is open or paid."""

from collections.abc import Sequence

import msgspec

from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.facts import Accepted, Captured, Declined, Fact
from gerbang.ports.next_action import DisplayQr
from gerbang.ports.payment import (
    Account,
    Lookup,
    Method,
    MethodTerms,
    RefundRequest,
    Submission,
    SubmissionEffect,
    SubmittedAttempt,
)


class Told(msgspec.Struct, frozen=True):
    """An order as the toy tells it."""

    reference: str
    amount: int
    paid: bool


class ToyPayments:
    """Implements ports.payment.PaymentProvider."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def terms(self, _account: Account) -> Sequence[MethodTerms]:
        return [
            MethodTerms(
                method=Method.QRIS,
                effect=SubmissionEffect.INSTRUCTS,
                lookup=Lookup.BY_OUR_REFERENCE,
                currency="IDR",
                least=1_000,
                most=10_000_000,
            )
        ]

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        told = await self._ask(account, "PUT", submission.reference, submission.amount.amount)
        return [Accepted(told.reference, DisplayQr(f"toy:{told.reference}"), submission.expires_at)]

    async def inquire(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        told = await self._ask(account, "GET", submitted.reference)
        return [Captured(told.amount, "IDR")] if told.paid else []

    async def cancel(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        return await self.inquire(account, submitted)

    async def refund(
        self, _account: Account, _submitted_attempt: SubmittedAttempt, _refund_request: RefundRequest
    ) -> Sequence[Fact]:
        return [Declined("not_refundable", "The toy gives nothing back.")]

    async def _ask(self, account: Account, method: str, reference: str, amount: int = 0) -> Told:
        url = f"{account.settings['base_url']}/orders/{reference}"
        answer = await self._http.send(method, url, body=str(amount).encode() if amount else b"")
        if answer.status != 200:
            raise OutcomeUnknown(f"It answered {answer.status}.")
        return msgspec.json.decode(answer.body, type=Told)
