"""NICEPAY in both its dialects, classic V2 and SNAP: who is asked, and whose notification it is. An attempt stays with its own."""

from collections.abc import Sequence
from dataclasses import replace

from gerbang.base.http import Http
from gerbang.ports.facts import Fact
from gerbang.ports.payment import Account, MethodTerms, PaymentProvider, RefundRequest, Submission, SubmittedAttempt
from gerbang.ports.webhook import Hint, Ignored, Rejection, SignedFacts, Verified, WebhookRequest
from gerbang.providers.nicepay.adapter import NicepayPayments
from gerbang.providers.nicepay.snap.account import DIALECT, speaks
from gerbang.providers.nicepay.snap.adapter import SnapPayments
from gerbang.providers.nicepay.snap.webhook import SIGNATURE, SnapWebhook
from gerbang.providers.nicepay.webhook import NicepayWebhook


class NicepayDialects:
    """The port's methods, each in the dialect that the attempt was made in."""

    def __init__(self, http: Http) -> None:
        self._v2 = NicepayPayments(http)
        self._snap = SnapPayments(http)

    def terms(self, account: Account) -> Sequence[MethodTerms]:
        """Of every method one dialect is offered; the other is told as long as it is set up, for the payments made in it before."""
        v2 = [replace(one, offered=not speaks(account.settings, one.method)) for one in self._v2.terms(account)]
        return [*v2, *self._snap.terms(account)]

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        return await self._of(submission).submit(account, submission)

    async def inquire(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        return await self._of(submitted).inquire(account, submitted)

    async def cancel(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        return await self._of(submitted).cancel(account, submitted)

    async def refund(
        self, account: Account, submitted: SubmittedAttempt, refund_request: RefundRequest
    ) -> Sequence[Fact]:
        return await self._of(submitted).refund(account, submitted, refund_request)

    def _of(self, about: Submission | SubmittedAttempt) -> PaymentProvider:
        return self._snap if about.dialect == DIALECT else self._v2


class NicepayHooks:
    """The incoming half: SNAP signs in a header, V2 in the body. Which it is decides nothing more: either is only a hint."""

    def __init__(self) -> None:
        self._v2 = NicepayWebhook()
        self._snap = SnapWebhook()
        self.reply = self._v2.reply

    def verify(self, account: Account, incoming: WebhookRequest, now_s: float) -> Verified | Rejection:
        return self._of(incoming).verify(account, incoming, now_s)

    def read(self, account: Account, incoming: WebhookRequest) -> SignedFacts | Hint | Ignored:
        return self._of(incoming).read(account, incoming)

    def _of(self, incoming: WebhookRequest) -> NicepayWebhook | SnapWebhook:
        return self._snap if SIGNATURE in incoming.headers else self._v2
