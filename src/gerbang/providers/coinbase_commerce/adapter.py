"""Coinbase Commerce as a payment provider: charges of both generations. Calls and lookups; facts.py says what they mean."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.facts import Declined, Fact
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
from gerbang.providers.coinbase_commerce import facts, wire
from gerbang.providers.coinbase_commerce.account import (
    CHAINS,
    COINS,
    LEGACY_NETWORK,
    api_key,
    base_url,
    is_web3,
    setting,
    timeout_s,
)
from gerbang.providers.coinbase_commerce.client import Client, Endpoint, WrongMoment
from gerbang.providers.coinbase_commerce.clock import moment

log = structlog.get_logger(__name__)

_EXPIRY_S: Final = 1_800  # how long a frozen rate can be borne
_WHOLE_MOST: Final = 1_000_000
_PAGE: Final = 25
_MOST_PAGES: Final = 20
_SKEW: Final = timedelta(minutes=10)  # between their clock and ours


class CommercePayments:
    """The port's methods, for any number of connections at once."""

    def __init__(self, http: Http) -> None:
        self._client = Client(http)

    def terms(self, account: Account) -> Sequence[MethodTerms]:
        """One method. A charge moves no money by itself; one whose answer was lost is abandoned, and its address was shown to nobody.

        The onchain generation has no cancel, and neither has a refund.
        """
        assets = _onchain_assets(account) if is_web3(account) else _legacy_assets()
        return [
            MethodTerms(
                method=Method.CRYPTO,
                effect=SubmissionEffect.INSTRUCTS,
                lookup=Lookup.BY_THEIRS,
                currency="",
                least=1,
                most=10**12,
                cancel=not is_web3(account),
                default_expiry_s=_EXPIRY_S,
                assets=assets,
            )
        ]

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        """Make the charge. A lost answer is looked for at once by our reference, and never asked for twice: there would be two charges."""
        endpoint = _endpoint(account)
        try:
            charge = await self._client.create(endpoint, _order(submission))
        except OutcomeUnknown as lost:
            charge = await self._find(endpoint, submission, lost)
        return (facts.accepted(account, submission, charge),)

    async def inquire(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """What Commerce says now. A status that is in no table is logged and changes nothing."""
        charge = await self._client.get(_endpoint(account), submitted.provider_reference)
        return _noted(submitted, facts.inquired(account, submitted, charge))

    async def cancel(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """Close a new charge, where there is such a call. When Commerce refuses and it is simply still open, the answer is empty."""
        if is_web3(account):
            return await self.inquire(account, submitted)
        try:
            charge = await self._client.cancel(_endpoint(account), submitted.provider_reference)
        except WrongMoment:
            return await self.inquire(account, submitted)
        except OutcomeUnknown as lost:
            return await self._looked_up(account, submitted, lost)
        return _noted(submitted, facts.inquired(account, submitted, charge))

    async def refund(
        self,
        account: Account,  # noqa: ARG002  the port's arguments
        submitted: SubmittedAttempt,  # noqa: ARG002  the port's arguments
        refund_request: RefundRequest,  # noqa: ARG002  the port's arguments
    ) -> Sequence[Fact]:
        """Declined: Commerce has no call for it."""
        return (Declined("refund_not_supported", "Coinbase Commerce cannot give a payment back."),)

    async def _looked_up(self, account: Account, submitted: SubmittedAttempt, lost: OutcomeUnknown) -> Sequence[Fact]:
        try:
            found = await self.inquire(account, submitted)
        except UpstreamFailed as error:
            raise OutcomeUnknown(f"{lost.detail} The lookup failed too: {error.detail}") from error
        if not found:
            raise lost  # still open: the cancel may never have arrived
        return found

    async def _find(self, endpoint: Endpoint, submission: Submission, lost: OutcomeUnknown) -> wire.Charge:
        """The charge of our reference among those made since the attempt was quoted; raises `lost` when it is not there, or not yet."""
        assert submission.quote is not None, f"no quote for {submission.reference}"
        since, after = submission.quote.locked_at - _SKEW, ""
        for _ in range(_MOST_PAGES):
            try:
                page = await self._client.page(endpoint, after, _PAGE)
            except UpstreamFailed as error:
                raise OutcomeUnknown(f"{lost.detail} The lookup failed too: {error.detail}") from error
            for charge in page.data:
                if facts.reference(charge) == submission.reference:
                    return charge
                made = moment(wire.text(charge.created_at))
                if made is not None and made < since:
                    raise lost
            cursor = page.pagination.cursor_range
            if len(page.data) < _PAGE or not cursor:
                break
            after = wire.text(cursor[-1])
        raise lost


def _noted(submitted: SubmittedAttempt, finding: facts.Finding) -> Sequence[Fact]:
    if finding.oddity:
        log.warning("coinbase_commerce.inquiry_odd", attempt=submitted.reference, alert=finding.oddity)
    return finding.facts


def _endpoint(account: Account) -> Endpoint:
    return Endpoint(base_url(account), api_key(account), timeout_s(account))


def _order(submission: Submission) -> wire.NewCharge:
    assert submission.quote is not None, f"no quote for {submission.reference}"
    return wire.NewCharge(
        name=submission.description[:100].strip() or submission.payment,
        description=submission.description[:200].strip() or submission.payment,
        pricing_type="fixed_price",
        local_price=facts.local_price(submission.quote),
        metadata={facts.ATTEMPT: submission.reference, facts.PAYMENT: submission.payment},
        redirect_url=submission.return_url,
        cancel_url=submission.return_url,
    )


def _onchain_assets(account: Account) -> tuple[AssetTerms, ...]:
    wanted = setting(account, "networks").split()
    chains = [chain for chain in CHAINS.values() if chain.network in wanted]
    return tuple(_asset("USDC", one.network, f"USD Coin on {one.title}", 6, one.fee_hint) for one in chains)


def _legacy_assets() -> tuple[AssetTerms, ...]:
    return tuple(_asset(coin.asset, LEGACY_NETWORK, coin.title, coin.decimals, "high") for coin in COINS)


def _asset(asset: str, network: str, title: str, decimals: int, fee_hint: str) -> AssetTerms:
    whole = 10**decimals
    least = whole // 100 if decimals == 6 else whole // 100_000
    return AssetTerms(
        asset=asset,
        network=network,
        title=title,
        decimals=decimals,
        least=least,
        most=_WHOLE_MOST * whole,
        fee_hint=fee_hint,
    )
