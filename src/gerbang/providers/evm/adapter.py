"""The merchant's own wallet as a payment provider: a fresh deposit address per attempt, computed here, registered nowhere.

So no answer can be lost, and nothing can be asked, cancelled or given back at a provider: core's scan of the chain settles attempts.
"""

from collections.abc import Sequence
from typing import Final

from gerbang.base import eip55
from gerbang.base.erc681 import native_uri, token_uri
from gerbang.base.http import Http, OutcomeUnknown, Unreachable
from gerbang.ports.chain import Asset
from gerbang.ports.declines import DeclineCode
from gerbang.ports.facts import Accepted, Declined, Fact
from gerbang.ports.next_action import DisplayCrypto
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
from gerbang.providers.evm import account as settings
from gerbang.providers.evm.chain import EvmChain

_EXPIRY_S: Final = 1_800  # how long a frozen rate can be borne
_WHOLE_MOST: Final = 10_000_000


class EvmPayments:
    """The port's methods, for any number of connections at once."""

    def __init__(self, http: Http) -> None:
        self._chain = EvmChain(http)

    def terms(self, account: Account) -> Sequence[MethodTerms]:
        """One method with the connection's assets. A submission whose end is unknown is simply given up: its address costs nothing."""
        network = settings.network(account)
        hint = settings.fee_hint(account)
        assets = tuple(
            AssetTerms(
                asset=one.symbol,
                network=network.name,
                title=settings.title(account, one.symbol),
                decimals=one.decimals,
                least=_least(one),
                most=_most(one),
                fee_hint=hint,
            )
            for one in network.assets
        )
        return [
            MethodTerms(
                method=Method.CRYPTO,
                effect=SubmissionEffect.INSTRUCTS,
                lookup=Lookup.NONE,
                currency="",
                least=1,
                most=10**12,
                default_expiry_s=_EXPIRY_S,
                assets=assets,
                wallet=settings.deposit_address(account, 0)[0].lower(),
            )
        ]

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        """The address of the attempt's number, once a node of the right chain answers: without one nobody would see the money come.

        Raises Unreachable whatever went wrong on the way: nothing was done anywhere, so it may always be done again.
        """
        quote, deposit = submission.quote, submission.number
        assert quote is not None, f"no quote for {submission.reference}"
        assert deposit is not None, f"no deposit number for {submission.reference}"
        network = settings.network(account)
        asset = next((one for one in network.assets if one.symbol == quote.asset), None)
        if asset is None or quote.network != network.name:
            return (
                Declined(
                    DeclineCode.ASSET_UNAVAILABLE, f"{quote.asset} on {quote.network} is not taken by this connection."
                ),
            )
        try:
            await self._chain.answers(account)
        except OutcomeUnknown as error:
            raise Unreachable(error.detail, hint=error.hint) from error
        address, _ = settings.deposit_address(account, deposit)
        shown = DisplayCrypto(
            quote.network, quote.asset, address, quote.amount, _uri(network.chain_id, asset, address, quote.amount)
        )
        return (Accepted(address.lower(), shown, quote.expires_at),)

    async def inquire(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:  # noqa: ARG002  the port's arguments
        """Nothing: what came in is seen on the chain, by core's scan."""
        return ()

    async def cancel(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:  # noqa: ARG002  the port's arguments
        """Nothing: an address cannot be closed, which is what `cancel=False` in the terms says."""
        return ()

    async def refund(
        self,
        account: Account,  # noqa: ARG002  the port's arguments
        submitted: SubmittedAttempt,  # noqa: ARG002  the port's arguments
        refund_request: RefundRequest,  # noqa: ARG002  the port's arguments
    ) -> Sequence[Fact]:
        """Declined: giving back takes the wallet's private key, and that is not here."""
        return (Declined("refund_unavailable", "A transfer from the merchant's own wallet is made by its owner."),)


def _uri(chain_id: int, asset: Asset, address: str, amount: str) -> str:
    if not asset.contract:
        return native_uri(chain_id, address, amount)
    return token_uri(chain_id, eip55.checksummed(asset.contract), address, amount)


def _least(asset: Asset) -> int:
    """A cent of a dollar coin, and about that of the others: less does not pay for the network's own fee."""
    return 10_000 if asset.decimals == 6 else 10**13


def _most(asset: Asset) -> int:
    return int(_WHOLE_MOST * 10**asset.decimals)
