"""A connection's settings and secrets as Twilio's calls need them."""

from dataclasses import dataclass, field
from typing import Final

from gerbang.base.http import Unreachable
from gerbang.ports.payment import Account

BASE_URL: Final = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to call and as whom. `user` is the account or an API key of it."""

    base_url: str
    account_sid: str
    user: str
    password: str = field(repr=False)
    timeout_s: float


def endpoint_of(account: Account) -> Endpoint:
    """Who signs in: the API key where one is set, else the account. Raises Unreachable without its secret, which an operator can mend."""
    settings, key = account.settings, account.settings.get("api_key_sid", "")
    secrets = account.secrets.get("api_key_secret" if key else "auth_token", ())
    if not secrets:
        raise Unreachable("The Twilio connection has no secret to sign in with.")
    return Endpoint(
        base_url=(settings.get("base_url") or BASE_URL).rstrip("/"),
        account_sid=settings["account_sid"],
        user=key or settings["account_sid"],
        password=secrets[0].decode(),
        timeout_s=float(settings.get("timeout_s") or "15"),
    )
