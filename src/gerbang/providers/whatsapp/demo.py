"""WhatsApp in `gerbang up`: a number whose messages go nowhere but to the sandbox's phones, with every template approved."""

import secrets as chance
from collections.abc import Mapping
from typing import Final

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace
from gerbang.providers.whatsapp.simulator.webhooks import Config

_CONNECTION: Final = "whatsapp-uji"
PHONE_NUMBER_ID: Final = "106540352242922"
WABA_ID: Final = "102290129340398"
_NAMES: Final = ("whatsapp_token", "whatsapp_app_secret", "whatsapp_verify_token")


def account(place: DemoPlace) -> DemoAccount:
    """The connection."""
    keys = _keys(place)
    settings = {
        "base_url": f"{place.sandbox_url}/whatsapp",
        "phone_number_id": PHONE_NUMBER_ID,
        "waba_id": WABA_ID,
    }
    secrets = {
        "access_token": keys["whatsapp_token"],
        "app_secret": keys["whatsapp_app_secret"],
        "verify_token": keys["whatsapp_verify_token"],
    }
    return DemoAccount(settings, secrets)


def simulator(place: DemoPlace) -> Config:
    """The same number at the sandbox's WhatsApp."""
    keys = _keys(place)
    return Config(
        phone_number_id=PHONE_NUMBER_ID,
        waba_id=WABA_ID,
        token=keys["whatsapp_token"],
        app_secret=keys["whatsapp_app_secret"],
        hook_url=place.hook_url(_CONNECTION),
    )


def _keys(place: DemoPlace) -> Mapping[str, str]:
    return place.keys({name: lambda: chance.token_hex(16) for name in _NAMES})


DEMO: Final = Demo((DemoConnection(_CONNECTION, "whatsapp", account, rank=3),), simulator)
