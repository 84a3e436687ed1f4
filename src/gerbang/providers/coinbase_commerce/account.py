"""A Commerce connection: its settings and credentials with their defaults, and the chains and coins that it can be paid in. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gerbang.base.errors import FieldError
from gerbang.base.http import ProviderRefused
from gerbang.ports.payment import Account
from gerbang.ports.provider import CredentialField, SecretFamily, SettingField

PRODUCTION: Final = "https://api.commerce.coinbase.com"
WEB3: Final = "web3"
LEGACY: Final = "legacy"
VERIFY: Final = "verify"
TRUST_PROCESSOR: Final = "trust_processor"


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of the onchain generation: Commerce settles in the issuer's own USDC, whose contract is `usdc`."""

    network: str
    title: str
    usdc: str
    fee_hint: str


@dataclass(frozen=True, slots=True)
class Coin:
    """An asset of the legacy generation: `name` is its key in `addresses` and `pricing`, `contract` empty for the chain's own coin."""

    name: str
    asset: str
    title: str
    decimals: int
    contract: str = ""


CHAINS: Final[Mapping[int, Chain]] = {
    8453: Chain("base", "Base", "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", "low"),
    137: Chain("polygon", "Polygon", "0x3c499c542cef5e3811e1192ce70d8cc03d5c3359", "low"),
    1: Chain("ethereum", "Ethereum", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "high"),
}
LEGACY_NETWORK: Final = "ethereum"
LEGACY_CHAIN: Final = 1
COINS: Final = (
    Coin("usdc", "USDC", "USD Coin on Ethereum", 6, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
    Coin("ethereum", "ETH", "Ether", 18),
)

CREDENTIALS: Final = (
    CredentialField("api_key", "API key", "From the Commerce dashboard, Settings, Security.", SecretFamily.SERVICE_TOKEN, required=True),
    CredentialField("shared_secret", "Webhook shared secret", "From the Commerce dashboard, Settings, Notifications.", SecretFamily.WEBHOOK, required=True),
)  # fmt: skip

SETTINGS: Final = (
    SettingField("generation", "Generation of charges", "Onchain charges (since 2023-11), or one address per coin (until 2024-04).", WEB3, choices=(WEB3, LEGACY)),
    SettingField("onchain", "What counts as paid", "A transfer that our own node sees too, or Coinbase's word alone.", VERIFY, choices=(VERIFY, TRUST_PROCESSOR)),
    SettingField("recipient", "Settlement address", "Where Commerce pays this merchant out on chain; a claim of another address is held for a person."),
    SettingField("operator", "Operator address", "Who signs Coinbase's payment intents; empty takes any whose signature holds."),
    SettingField("networks", "Networks", "Of onchain charges: base polygon ethereum, with spaces between.", "base"),
    SettingField("base_url", "Base address", "Empty: Coinbase's own.", form="url"),
    SettingField("timeout_s", "Time limit", "Seconds that one call may take.", "10", "integer", most=60),
)  # fmt: skip

_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_DEFAULTS: Final = {one.name: one.default for one in SETTINGS}


def setting(account: Account, name: str) -> str:
    """The connection's value, or the default."""
    return account.settings.get(name) or _DEFAULTS[name]


def problems(settings: Mapping[str, str], _credentials: Collection[str] = ()) -> Sequence[FieldError]:
    """Addresses that are none, and networks that Commerce never settled on: each would hold every payment for a person."""
    found = [
        FieldError(f"/settings/{name}", "Must be 0x and 40 hex digits.")
        for name in ("recipient", "operator")
        if settings.get(name) and not _ADDRESS.fullmatch(settings[name])
    ]
    known = [chain.network for chain in CHAINS.values()]
    if set(settings.get("networks", "").split()) - set(known):
        found.append(FieldError("/settings/networks", f"Must be some of: {' '.join(known)}."))
    return found


def base_url(account: Account) -> str:
    """Where their paths are appended, without a slash at the end."""
    return (account.settings.get("base_url") or PRODUCTION).rstrip("/")


def timeout_s(account: Account) -> float:
    """Seconds for one call; raises ProviderRefused when the setting is no whole number, before anything is sent."""
    value = setting(account, "timeout_s")
    if not (value.isascii() and value.isdigit()):
        raise ProviderRefused("The setting timeout_s is not a whole number.", hint="Correct the connection's settings.")
    return float(value)


def api_key(account: Account) -> str:
    """The newest key. Raises ProviderRefused when the connection has none, or one that no header can hold."""
    key = next((key for key in account.secrets.get("api_key", ()) if key), b"")
    if not (key.isascii() and key.decode("ascii", "replace").isprintable() and key):
        raise ProviderRefused("The Coinbase Commerce connection has no usable API key.", hint="Set api_key.")
    return key.decode()


def is_web3(account: Account) -> bool:
    """Whether this connection makes onchain charges."""
    return setting(account, "generation") == WEB3


def is_verified(account: Account) -> bool:
    """Whether our own node must see the money before it counts."""
    return setting(account, "onchain") == VERIFY


def coin_of(asset: str) -> Coin | None:
    """The legacy coin of an asset; None for one that is not taken here."""
    return next((coin for coin in COINS if coin.asset == asset), None)
