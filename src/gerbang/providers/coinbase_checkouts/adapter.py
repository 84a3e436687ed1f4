"""Coinbase Business Checkouts as a payment provider: USDC on Base. Calls and lookups; facts.py and refunds.py say what they mean."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http, OutcomeUnknown, Unreachable
from gerbang.ports.declines import DeclineCode
from gerbang.ports.facts import Declined, Fact, RefundSettled
from gerbang.ports.payment import (
    Account,
    AssetTerms,
    Lookup,
    Method,
    MethodTerms,
    RefundRequest,
    Submission,
    SubmissionEffect,
    SubmittedAttempt,
)
from gerbang.providers.coinbase_checkouts import account as settings
from gerbang.providers.coinbase_checkouts import amounts, facts, refunds, wire
from gerbang.providers.coinbase_checkouts.client import Client, Endpoint, OrderRefused

log = structlog.get_logger(__name__)
_EXPIRY_S: Final = 1_800
_DESCRIPTION: Final = 500
_LONGEST_URL: Final = 2_048


class CheckoutPayments:
    """The port's methods, for any number of connections at once."""

    def __init__(self, http: Http) -> None:
        self._client = Client(http)

    def terms(self, account: Account) -> Sequence[MethodTerms]:
        """One asset on one network. A checkout moves no money by being made; one whose answer is lost was shown to nobody, and expires."""
        network = settings.network(account)
        asset = AssetTerms(
            asset=settings.CURRENCY,
            network=network.name,
            title=f"USDC · {network.title}",
            decimals=amounts.DECIMALS,
            least=settings.number(account, "least") * amounts.CENT,
            most=settings.number(account, "most") * amounts.CENT,
            fee_hint="low",
            places=amounts.PLACES,
        )
        return [
            MethodTerms(
                method=Method.CRYPTO,
                effect=SubmissionEffect.INSTRUCTS,
                lookup=Lookup.BY_THEIRS,
                currency="",
                least=1,
                most=10**12,
                cancel=True,
                refund=True,
                partial_refund=True,
                default_expiry_s=_EXPIRY_S,
                assets=(asset,),
            )
        ]

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        """Make the checkout. Sent again, the attempt's own key makes it the same one."""
        order = _order(submission)
        if order is None:
            return (Declined(DeclineCode.AMOUNT_UNSUPPORTED, "Coinbase takes amounts of two decimals."),)
        try:
            answer = await self._client.create(_endpoint(account, submission.now), order, _key(submission.attempt))
        except OrderRefused as refused:
            return (Declined(DeclineCode.ORDER_REFUSED, refused.detail or refused.title),)
        return (facts.registered(submission, answer, settings.network(account)),)

    async def inquire(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """What Coinbase says now. A status that is in no table is logged and changes nothing."""
        return self._told(account, submitted, await self._get(account, submitted))

    async def cancel(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """Close an unpaid checkout, or say what is true instead; empty where the payer's transfer is on its way."""
        try:
            answer = await self._client.deactivate(_endpoint(account, submitted.now), submitted.provider_reference)
        except OrderRefused:
            return await self._looked_up(account, submitted, OutcomeUnknown("Coinbase would not close the checkout."))
        except OutcomeUnknown as lost:
            found = await self._looked_up(account, submitted, lost)
            if found:
                return found
            raise
        return self._told(account, submitted, answer)

    async def refund(
        self, account: Account, submitted: SubmittedAttempt, refund_request: RefundRequest
    ) -> Sequence[Fact]:
        """Give back, or a part: `RefundSettled` once it is done, nothing while it is under way, `Declined` when it failed.

        The checkout is asked before and after: it alone says what went back, whatever became of an answer. Raises Unreachable when the
        first question got no answer: nothing was sent then.
        """
        try:
            before = await self._get(account, submitted)
        except OutcomeUnknown as error:
            raise Unreachable(error.detail) from error
        known = refunds.find(submitted, before, refund_request)
        if known is not None:
            return _settled(submitted, known)
        part = refunds.part(submitted, refund_request, before)
        if part < amounts.CENT:
            return (
                Declined(
                    "amount_too_small", "It is worth less than a cent of a USDC, or nothing is left to give back."
                ),
            )
        return await self._give_back(account, submitted, refund_request, part)

    async def _give_back(
        self, account: Account, submitted: SubmittedAttempt, refund_request: RefundRequest, part: int
    ) -> Sequence[Fact]:
        wanted = amounts.text(part)
        assert wanted is not None, f"not in cents: {part}"
        order = wire.NewRefund(amount=wanted, currency=settings.CURRENCY, reason=refunds.reason(refund_request))
        at, doubt = _endpoint(account, submitted.now), OutcomeUnknown("The checkout does not show the refund yet.")
        refused: Declined | None = None
        try:
            await self._client.refund(at, submitted.provider_reference, order, _key(refund_request.refund))
        except OrderRefused as refusal:
            refused = Declined("refund_refused", refusal.detail or refusal.title)
        except OutcomeUnknown as lost:
            doubt = lost
        try:  # a refusal may be the echo of a try that got lost
            known = refunds.find(submitted, await self._get(account, submitted), refund_request)
        except UpstreamFailed as error:
            raise OutcomeUnknown(f"{doubt.detail} The lookup failed too: {error.detail}") from error
        if known is not None:
            return _settled(submitted, known)
        if refused is not None:
            return (refused,)
        raise doubt

    async def _looked_up(self, account: Account, submitted: SubmittedAttempt, lost: OutcomeUnknown) -> Sequence[Fact]:
        try:
            return await self.inquire(account, submitted)
        except UpstreamFailed as error:
            raise OutcomeUnknown(f"{lost.detail} The lookup failed too: {error.detail}") from error

    async def _get(self, account: Account, submitted: SubmittedAttempt) -> wire.Checkout:
        if not submitted.provider_reference:
            raise OutcomeUnknown("Coinbase cannot be asked about a checkout whose id we never learnt.")
        return await self._client.get(_endpoint(account, submitted.now), submitted.provider_reference)

    def _told(self, account: Account, submitted: SubmittedAttempt, answer: wire.Checkout) -> Sequence[Fact]:
        verify = settings.is_verified_on_chain(account)
        finding = facts.inquired(submitted, answer, settings.network(account), verify=verify)
        if finding.oddity:
            log.warning("coinbase.checkout_odd", attempt=submitted.reference, alert=finding.oddity)
        return finding.facts


def _settled(submitted: SubmittedAttempt, known: refunds.Returned) -> Sequence[Fact]:
    match known.status:
        case "COMPLETED":
            return (RefundSettled(known.total, submitted.amount.currency, known.reference or None),)
        case "FAILED":
            return (Declined("refund_failed", "Coinbase could not send the refund."),)
        case _:
            return ()


def _endpoint(account: Account, now: datetime) -> Endpoint:
    return Endpoint(
        settings.base_url(account), settings.key(account), now, float(settings.number(account, "timeout_s"))
    )


def _key(one: UUID) -> UUID:
    """The idempotency key of what has this id: theirs are UUIDs of version 4 in every sample, so the id is marked as one."""
    return UUID(int=one.int, version=4)


def _order(submission: Submission) -> wire.NewCheckout | None:
    """None when the amount cannot be asked for."""
    assert submission.quote is not None, f"no quote for {submission.reference}"
    amount, home = amounts.text(int(submission.quote.amount)), submission.return_url
    if amount is None:
        return None
    home = home if home.startswith("https://") and len(home) <= _LONGEST_URL else ""
    return wire.NewCheckout(
        amount=amount,
        currency=settings.CURRENCY,
        description="".join([char for char in submission.description if char.isprintable()])[:_DESCRIPTION],
        metadata={facts.OUR_REFERENCE: submission.reference, "payment": submission.payment},
        success_redirect_url=home,
        fail_redirect_url=home,
        expires_at=submission.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
