"""The networks that an `evm` connection need not describe: chain ids, the issuers' own tokens with pinned decimals, careful defaults.

A token at another address than its issuer's is another token, whatever it calls itself: bridged USDC (USDbC, USDC.e) is not here on purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gerbang.ports.chain import Asset


@dataclass(frozen=True, slots=True)
class Known:
    """One network: `native` pays the gas, `tokens` are contracts by symbol; `confirmations` and `settled_after` are blocks."""

    title: str
    chain_id: int
    native: str
    confirmations: int
    settled_after: int
    fee_hint: str
    tokens: Mapping[str, str] = field(default_factory=dict)


NETWORKS: Final[Mapping[str, Known]] = {
    "ethereum": Known(title="Ethereum", chain_id=1, native="ETH", confirmations=12, settled_after=96, fee_hint="high", tokens={
        "USDC": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "USDT": "0xdAC17F958D2ee523a2206206994597C13D831ec7"}),
    "base": Known(title="Base", chain_id=8453, native="ETH", confirmations=10, settled_after=1_200, fee_hint="low", tokens={"USDC": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"}),
    "polygon": Known(title="Polygon", chain_id=137, native="POL", confirmations=128, settled_after=1_024, fee_hint="low", tokens={"USDC": "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"}),
    "arbitrum": Known(title="Arbitrum One", chain_id=42_161, native="ETH", confirmations=40, settled_after=9_600, fee_hint="low", tokens={"USDC": "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"}),
    "optimism": Known(title="Optimism", chain_id=10, native="ETH", confirmations=10, settled_after=1_200, fee_hint="low", tokens={"USDC": "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85"}),
    "sepolia": Known(title="Sepolia", chain_id=11_155_111, native="ETH", confirmations=3, settled_after=32, fee_hint="low", tokens={"USDC": "0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238"}),
    "base-sepolia": Known(title="Base Sepolia", chain_id=84_532, native="ETH", confirmations=3, settled_after=64, fee_hint="low", tokens={"USDC": "0x036CbD53842c5426634e7929541eC2318f3dCF7e"}),
}  # fmt: skip
UNKNOWN_CONFIRMATIONS: Final = 20  # of a network that only its owner knows, unless they say what is enough
UNKNOWN_SETTLED_AFTER: Final = 1_200
COIN_DECIMALS: Final = 18
DECIMALS: Final[Mapping[str, int]] = {"USDC": 6, "USDT": 6, "ETH": 18, "POL": 18}


def known_asset(network: Known, symbol: str) -> Asset | None:
    """The native coin or a token of the table above; None for any other."""
    if symbol == network.native:
        return Asset(symbol, "", DECIMALS[symbol])
    contract = network.tokens.get(symbol)
    return None if contract is None else Asset(symbol, contract.lower(), DECIMALS[symbol])
