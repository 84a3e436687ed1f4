"""What is wrong with a connection before it is saved, and whether Twilio takes it. Nothing is sent."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from gerbang.base.errors import FieldError
from gerbang.base.http import Http
from gerbang.ports.messenger import Refused, Why
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.twilio.account import endpoint_of
from gerbang.providers.twilio.client import Client

_SENDER: Final = re.compile(r"\+[1-9][0-9]{6,14}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 _-]{1,11}|[0-9]{3,8}")
_ACCOUNT: Final = re.compile(r"AC[0-9a-f]{32}")
_API_KEY: Final = re.compile(r"SK[0-9a-f]{32}")


def problems(settings: Mapping[str, str], credentials: Collection[str]) -> Sequence[FieldError]:
    """Ids that are none, and halves of a key."""
    found = []
    if settings.get("account_sid") and not _ACCOUNT.fullmatch(settings["account_sid"]):
        found.append(FieldError("/settings/account_sid", "AC and 32 hexadecimal digits in small letters."))
    if settings.get("sender") and not _SENDER.fullmatch(settings["sender"]):
        found.append(
            FieldError("/settings/sender", "A number as +6281…, a name of at most 11 letters and digits, or MG….")
        )
    if settings.get("api_key_sid") and not _API_KEY.fullmatch(settings["api_key_sid"]):
        found.append(FieldError("/settings/api_key_sid", "SK and 32 hexadecimal digits in small letters."))
    for setting, secret in (("api_key_sid", "api_key_secret"), ("shared_key_id", "shared_key")):
        if bool(settings.get(setting)) != (secret in credentials):
            found.append(
                FieldError(f"/secrets/{secret}", f"Goes together with the setting {setting}: both or neither.")
            )
    return found


async def probe(http: Http, to: Account, _now: datetime) -> Sequence[Probed]:
    """Sign in and look at the account."""
    try:
        account = await Client(http).account(endpoint_of(to))
    except Refused as error:
        secret = "api_key_secret" if to.settings.get("api_key_sid") else "auth_token"
        is_ours = error.why is Why.CONFIGURATION
        return (Probed(f"Twilio refuses the log-in: {error.detail}", False if is_ours else None, f"/secrets/{secret}"),)
    if account.status != "active":
        return (Probed(f"the account is {account.status}", False, "/settings/account_sid", "Pay or reactivate it."),)
    is_trial = account.type.lower() == "trial"
    hint = "; a trial account writes to verified numbers only" if is_trial else ""
    return (Probed(f"Twilio takes the log-in{hint}", good=True),)
