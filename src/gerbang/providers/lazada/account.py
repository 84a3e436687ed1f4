"""A Lazada app and the shops below it: settings and credentials with their defaults, and what they mean. Pure."""

from dataclasses import dataclass, field
from typing import Final

from gerbang.base.http import ProviderRefused
from gerbang.ports.marketplace import Refused, Why
from gerbang.ports.payment import Account
from gerbang.ports.provider import CredentialField, SecretFamily, SettingField

AUTH: Final = "https://auth.lazada.com"


@dataclass(frozen=True, slots=True)
class Site:
    """One country of Lazada's: its host, its currency, and how far its clocks are ahead of UTC, in hours."""

    host: str
    currency: str
    ahead_h: int


SITES: Final = {
    "sg": Site("https://api.lazada.sg/rest", "SGD", 8),
    "my": Site("https://api.lazada.com.my/rest", "MYR", 8),
    "vn": Site("https://api.lazada.vn/rest", "VND", 7),
    "th": Site("https://api.lazada.co.th/rest", "THB", 7),
    "ph": Site("https://api.lazada.com.ph/rest", "PHP", 8),
    "id": Site("https://api.lazada.co.id/rest", "IDR", 7),
}
CROSS_BORDER: Final = "cb"

CREDENTIALS: Final = (
    CredentialField("app_secret", "App secret", "Of the app in Lazada's Open Platform console: it signs requests, and Lazada signs pushes with it.", SecretFamily.API_KEY, required=True),
)  # fmt: skip
SETTINGS: Final = (
    SettingField("app_key", "App key", "The app's number in Lazada's Open Platform console.", required=True),
    SettingField("base_url", "Base address", "Empty: each country's own host. {site} in it stands for the country's two letters.", form="url"),
    SettingField("auth_url", "Authorisation address", "Where sellers let the app in, and tokens are made.", AUTH, form="url"),
    SettingField("timeout_s", "Time limit", "Seconds that one call may take.", "10", "integer", most=60),
)  # fmt: skip

SHOP_CREDENTIALS: Final = (
    CredentialField("access_token", "Access token", "Kept by Gerbang when the seller lets the app in, and refreshed by it.", SecretFamily.SERVICE_TOKEN, required=True),
    CredentialField("refresh_token", "Refresh token", "As the access token.", SecretFamily.SERVICE_TOKEN, required=True),
)  # fmt: skip
SHOP_SETTINGS: Final = (
    SettingField("seller_id", "Seller id", "Lazada's number of the seller.", required=True),
    SettingField("site", "Country", "The country whose host the tokens are bound to.", choices=tuple(SITES), required=True),
    SettingField("account", "Account", "The seller's login at Lazada."),
)  # fmt: skip

_DEFAULTS: Final = {one.name: one.default for one in SETTINGS}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a call goes: the address before the signed path, the app that signs, the token if the call is a seller's, and seconds it may take."""

    base_url: str
    app_key: str
    secret: bytes = field(repr=False)
    token: str = field(default="", repr=False)
    timeout_s: float = 10.0


def setting(account: Account, name: str) -> str:
    """The connection's value, or the default."""
    return account.settings.get(name) or _DEFAULTS.get(name, "")


def site(account: Account) -> str:
    """The shop's country; raises ProviderRefused where the connection names none, before anything is sent."""
    named = account.settings.get("site", "")
    if named not in SITES:
        raise ProviderRefused("The Lazada shop has no country.", hint="Connect the shop again from its app's page.")
    return named


def shop_endpoint(account: Account) -> Endpoint:
    """The host of the shop's country, with its newest access token. Raises ProviderRefused (Refused), before anything is sent."""
    own, token = site(account), _newest(account, "access_token")
    if not token:
        raise Refused(
            "The Lazada shop has no access token.",
            Why.AUTHORISE_AGAIN,
            hint="Connect the shop again from its app's page.",
        )
    base = (account.settings.get("base_url") or SITES[own].host).replace("{site}", own).rstrip("/")
    return _signed_by(account, base, token.decode())


def auth_endpoint(account: Account) -> Endpoint:
    """The one host that makes tokens, whatever the country."""
    return _signed_by(account, f"{auth_url(account)}/rest", "")


def auth_url(account: Account) -> str:
    """The host of the authorise page, without a slash at the end."""
    return setting(account, "auth_url").rstrip("/")


def _signed_by(account: Account, base: str, token: str) -> Endpoint:
    key, secret = setting(account, "app_key"), _newest(account, "app_secret")
    if not key or not secret:
        raise Refused("The Lazada app has no key or no secret.", Why.BAD_KEY, hint="Set app_key and app_secret.")
    timeout = setting(account, "timeout_s")
    return Endpoint(base, key, secret, token, float(timeout) if timeout.isdecimal() else 10.0)


def _newest(account: Account, credential: str) -> bytes:
    return next((value for value in account.secrets.get(credential, ()) if value), b"")
