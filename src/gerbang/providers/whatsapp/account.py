"""A connection's settings and secrets as the Cloud API's calls need them."""

from dataclasses import dataclass, field
from typing import Final

from gerbang.base.http import Unreachable
from gerbang.ports.payment import Account

BASE_URL: Final = "https://graph.facebook.com"
VERSION: Final = "v26.0"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to call and as whom."""

    root: str
    phone_number_id: str
    waba_id: str
    token: str = field(repr=False)
    timeout_s: float


def endpoint_of(account: Account) -> Endpoint:
    """The number that speaks, and its token. Raises Unreachable without a token, which an operator can mend."""
    settings, tokens = account.settings, account.secrets.get("access_token", ())
    if not tokens:
        raise Unreachable("The WhatsApp connection has no access token.")
    base = (settings.get("base_url") or BASE_URL).rstrip("/")
    return Endpoint(
        root=f"{base}/{settings.get('api_version') or VERSION}",
        phone_number_id=settings["phone_number_id"],
        waba_id=settings["waba_id"],
        token=tokens[0].decode(),
        timeout_s=float(settings.get("timeout_s") or "15"),
    )
