"""Coinbase Commerce in `gerbang up`: an account that makes onchain charges; our own node on the local chain must see what it claims."""

import secrets as chance
from collections.abc import Mapping
from typing import Final

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace
from gerbang.providers.coinbase_commerce.simulator import Config, Merchant

_CONNECTION: Final = "coinbase-commerce-uji"


def account(place: DemoPlace) -> DemoAccount:
    """The connection."""
    (merchant,) = simulator(place).merchants
    settings = {"base_url": f"{place.sandbox_url}/coinbase-commerce", "recipient": merchant.recipient}
    return DemoAccount(settings, {"api_key": merchant.api_key, "shared_secret": merchant.shared_secret})


def simulator(place: DemoPlace) -> Config:
    """The same account at the sandbox's Coinbase Commerce."""
    keys = _keys(place)
    hook = place.hook_url(_CONNECTION)
    return Config((Merchant(keys["commerce_key"], keys["commerce_secret"], hook, name="Toko Lumbung"),))


def _keys(place: DemoPlace) -> Mapping[str, str]:
    return place.keys({name: lambda: chance.token_urlsafe(48) for name in ("commerce_key", "commerce_secret")})


DEMO: Final = Demo((DemoConnection(_CONNECTION, "coinbase-commerce", account, needs_chain=True, rank=2),), simulator)
