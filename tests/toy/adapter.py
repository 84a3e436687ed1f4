"""The toy's words: an order by QR is open or paid; one by wallet is agreed to on the toy's page, and paid when we take it."""

from collections.abc import Sequence

import msgspec

from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.facts import Accepted, Approved, Captured, Declined, Fact
from gerbang.ports.next_action import DisplayQr, Redirect
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
    state: str


class ToyPayments:
    """Implements ports.payment.PaymentProvider and PaymentConfirmer."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def terms(self, _account: Account) -> Sequence[MethodTerms]:
        return [
            MethodTerms(
                method=method,
                effect=SubmissionEffect.INSTRUCTS,
                lookup=Lookup.BY_OUR_REFERENCE,
                currency="IDR",
                least=1_000,
                most=10_000_000,
            )
            for method in (Method.QRIS, Method.EWALLET)
        ]

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        order = f"{submission.amount.amount} {submission.method}"
        told = await self._ask(account, "PUT", submission.reference, order)
        page = f"{account.settings['base_url']}/orders/{told.reference}"
        shown = Redirect(page) if submission.method is Method.EWALLET else DisplayQr(f"toy:{told.reference}")
        return [Accepted(told.reference, shown, submission.expires_at)]

    async def inquire(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        return _facts(await self._ask(account, "GET", submitted.reference))

    async def confirm(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        return _facts(await self._ask(account, "POST", f"{submitted.reference}/take"))

    async def cancel(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        return await self.inquire(account, submitted)

    async def refund(
        self, _account: Account, _submitted_attempt: SubmittedAttempt, _refund_request: RefundRequest
    ) -> Sequence[Fact]:
        return [Declined("not_refundable", "The toy gives nothing back.")]

    async def _ask(self, account: Account, method: str, reference: str, order: str = "") -> Told:
        url = f"{account.settings['base_url']}/orders/{reference}"
        answer = await self._http.send(method, url, body=order.encode())
        if answer.status != 200:
            raise OutcomeUnknown(f"It answered {answer.status}.")
        return msgspec.json.decode(answer.body, type=Told)


def _facts(told: Told) -> Sequence[Fact]:
    match told.state:
        case "paid":
            return [Captured(told.amount, "IDR")]
        case "agreed":
            return [Approved()]
        case _:
            return []
