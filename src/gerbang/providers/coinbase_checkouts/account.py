"""A Coinbase Business connection: its settings and credentials with their defaults, and what they mean. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gerbang.base.http import ProviderRefused
from gerbang.ports.payment import Account
from gerbang.ports.provider import CredentialField, SecretFamily, SettingField

SANDBOX: Final = "https://business.coinbase.com/sandbox/api/v1"
PRODUCTION: Final = "https://business.coinbase.com/api/v1"
PLATFORM: Final = "https://api.cdp.coinbase.com/platform"
CURRENCY: Final = "USDC"

CREDENTIALS: Final = (
    CredentialField("api_key_secret", "API key secret", "Of the secret API key: base64 (Ed25519), or a PEM (ECDSA).", SecretFamily.API_KEY, required=True),
    CredentialField("webhook_secret", "Webhook secret", "What Coinbase answered when the webhook subscription was made.", SecretFamily.WEBHOOK),
)  # fmt: skip

SETTINGS: Final = (
    SettingField("api_key_id", "API key id", "Of the secret API key: a UUID, or organizations/…/apiKeys/….", required=True),
    SettingField("onchain", "On the chain", "verify: our own node must see the transfer; trust_processor: Coinbase's word is enough.", "verify", choices=("verify", "trust_processor")),
    SettingField("network", "Network", "Empty: base, or base-sepolia for Coinbase's sandbox.", choices=("base", "base-sepolia")),
    SettingField("base_url", "Base address", "Empty: Coinbase's sandbox or live API, by the connection's mode.", form="url"),
    SettingField("platform_url", "Platform address", "Where webhook subscriptions are made.", PLATFORM, form="url"),
    SettingField("least", "Least amount", "Cents of a USDC.", "1", "integer", most=1_000_000_000_000),
    SettingField("most", "Greatest amount", "Cents of a USDC.", "10000000000", "integer", most=1_000_000_000_000),
    SettingField("timeout_s", "Time limit", "Seconds that one call may take.", "8", "integer", most=60),
)  # fmt: skip

_DEFAULTS: Final = {one.name: one.default for one in SETTINGS}


@dataclass(frozen=True, slots=True)
class Network:
    """A network that Coinbase takes USDC on: the name in Gerbang (`also` what else Coinbase may call it), its chain, and the issuer's own
    token there.
    """

    name: str
    title: str
    chain_id: int
    token: str
    also: tuple[str, ...] = ()


NETWORKS: Final = {
    one.name: one
    for one in (
        Network("base", "Base", 8_453, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"),
        Network("base-sepolia", "Base Sepolia", 84_532, "0x036CbD53842c5426634e7929541eC2318f3dCF7e", ("base",)),
    )
}


@dataclass(frozen=True, slots=True)
class Key:
    """A secret API key: `id` travels in every token, `secret` signs it."""

    id: str
    secret: bytes = field(repr=False)


def default(name: str) -> str:
    """What an absent or empty setting means."""
    return _DEFAULTS[name]


def setting(account: Account, name: str) -> str:
    """The connection's value, or the default."""
    return account.settings.get(name) or _DEFAULTS[name]


def number(account: Account, name: str) -> int:
    """A setting that is a whole number; raises ProviderRefused when it is none, before anything is sent."""
    value = setting(account, name)
    if not (value.isascii() and value.isdigit()):
        raise ProviderRefused(
            f"The Coinbase setting {name} is not a whole number.", hint="Correct the connection's settings."
        )
    return int(value)


def key(account: Account) -> Key:
    """Who signs: the newest secret. Raises ProviderRefused when the connection has none, before anything is sent."""
    id_, secrets = setting(account, "api_key_id"), account.secrets.get("api_key_secret", ())
    if not id_ or not secrets:
        raise ProviderRefused("The Coinbase connection has no API key.", hint="Set api_key_id and api_key_secret.")
    return Key(id_, secrets[0])


def webhook_secrets(account: Account) -> Sequence[bytes]:
    """Every secret that may have signed a webhook."""
    return [secret for secret in account.secrets.get("webhook_secret", ()) if secret]


def base_url(account: Account) -> str:
    """Where their paths are appended, without a slash at the end."""
    return (account.settings.get("base_url") or (PRODUCTION if account.livemode else SANDBOX)).rstrip("/")


def is_sandbox(account: Account) -> bool:
    """Whether this is Coinbase's own sandbox, whose events need a subscription of their own."""
    return "/sandbox/" in base_url(account)


def network(account: Account) -> Network:
    """Where the payer sends."""
    return NETWORKS[setting(account, "network") or ("base-sepolia" if is_sandbox(account) else "base")]


def is_verified_on_chain(account: Account) -> bool:
    """Whether our own node must see a transfer before it counts."""
    return setting(account, "onchain") != "trust_processor"
