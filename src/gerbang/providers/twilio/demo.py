"""Twilio in `gerbang up`: an account whose texts go nowhere but to the sandbox's phones."""

import secrets as chance
from collections.abc import Mapping
from typing import Final

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace
from gerbang.providers.twilio.simulator import Config

_CONNECTION: Final = "twilio-uji"
SENDER: Final = "+15005550006"  # Twilio's own number for tests


def account(place: DemoPlace) -> DemoAccount:
    """The connection."""
    keys = _keys(place)
    settings = {
        "base_url": f"{place.sandbox_url}/twilio",
        "account_sid": f"AC{keys['twilio_account']}",
        "sender": SENDER,
    }
    return DemoAccount(settings, {"auth_token": keys["twilio_token"]})


def simulator(place: DemoPlace) -> Config:
    """The same account at the sandbox's Twilio."""
    keys = _keys(place)
    return Config(f"AC{keys['twilio_account']}", keys["twilio_token"], (SENDER,), place.hook_url(_CONNECTION))


def _keys(place: DemoPlace) -> Mapping[str, str]:
    return place.keys({name: lambda: chance.token_hex(16) for name in ("twilio_account", "twilio_token")})


DEMO: Final = Demo((DemoConnection(_CONNECTION, "twilio", account, rank=3),), simulator)
