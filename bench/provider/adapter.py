"""The test provider behind Gerbang's payment port: registers a transaction over HTTP, and can be asked nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused
from gerbang.ports.facts import Accepted, Fact
from gerbang.ports.next_action import DisplayVirtualAccount
from gerbang.ports.payment import (
    Account,
    Lookup,
    Method,
    MethodOption,
    MethodTerms,
    RefundRequest,
    Submission,
    SubmissionEffect,
    SubmittedAttempt,
)

_TERMS = MethodTerms(
    Method.VIRTUAL_ACCOUNT,
    SubmissionEffect.INSTRUCTS,
    Lookup.BY_OUR_REFERENCE,
    "IDR",
    least=1,
    most=10**12 - 1,
    option="bank",
    options=(MethodOption("BCA", "BCA"),),
)


class _Registered(msgspec.Struct, frozen=True):
    reference: str


class BenchPayments:
    """One call per payment: `POST {base_url}/transactions`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def terms(self, account: Account) -> Sequence[MethodTerms]:  # noqa: ARG002 - every connection offers the same
        """Virtual accounts only."""
        return (_TERMS,)

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        """Register; raises ProviderRefused for a status of 4xx and OutcomeUnknown for anything that is no clear answer."""
        body = msgspec.json.encode(
            {
                "reference": submission.reference,
                "amount": submission.amount.amount,
                "currency": submission.amount.currency,
            }
        )
        url = f"{account.settings['base_url']}/transactions"
        answer = await self._http.send("POST", url, headers={"Content-Type": "application/json"}, body=body)
        if 400 <= answer.status < 500:
            raise ProviderRefused(f"The bench provider answered {answer.status}.")
        try:
            registered = msgspec.json.decode(answer.body, type=_Registered)
        except msgspec.MsgspecError as error:
            raise OutcomeUnknown("The bench provider's answer could not be read.") from error
        shown = DisplayVirtualAccount(bank="BCA", number="8808" + registered.reference[-12:])
        return (Accepted(registered.reference, shown, submission.expires_at),)

    async def inquire(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:  # noqa: ARG002 - the port's words
        """Nothing: this provider tells everything by webhook."""
        return ()

    async def cancel(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:  # noqa: ARG002 - see inquire
        """Nothing can be cancelled here."""
        raise ProviderRefused("The bench provider cannot cancel.")

    async def refund(
        self,
        account: Account,  # noqa: ARG002 - see inquire
        submitted: SubmittedAttempt,  # noqa: ARG002 - see inquire
        refund_request: RefundRequest,  # noqa: ARG002 - see inquire
    ) -> Sequence[Fact]:
        """Nothing can be refunded here."""
        raise ProviderRefused("The bench provider cannot refund.")
