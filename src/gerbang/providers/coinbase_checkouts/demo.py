"""Coinbase Business in `gerbang up`: a project whose payments count once the demo's own node on the local chain has seen them."""

import base64
import uuid
from collections.abc import Callable, Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace
from gerbang.providers.coinbase_checkouts.simulator import Config, Merchant

_CONNECTION: Final = "coinbase-uji"


def account(place: DemoPlace) -> DemoAccount:
    """The connection."""
    keys, root = _keys(place), f"{place.sandbox_url}/coinbase-business"
    settings = {
        "base_url": f"{root}/api/v1",
        "platform_url": f"{root}/platform",
        "api_key_id": keys["coinbase_key_id"],
        "network": place.network,
    }
    return DemoAccount(settings, {"api_key_secret": keys["coinbase_key"], "webhook_secret": keys["coinbase_webhook"]})


def simulator(place: DemoPlace) -> Config:
    """The public half of its key, and the subscription that tells the demo's connection."""
    keys = _keys(place)
    public = base64.b64encode(base64.b64decode(keys["coinbase_key"])[32:]).decode()
    hook = place.hook_url(_CONNECTION)
    return Config((Merchant(keys["coinbase_key_id"], public, "Toko Lumbung", hook, keys["coinbase_webhook"]),))


def _keys(place: DemoPlace) -> Mapping[str, str]:
    ids: dict[str, Callable[[], str]] = dict.fromkeys(
        ("coinbase_key_id", "coinbase_webhook"), lambda: str(uuid.uuid4())
    )
    return place.keys({"coinbase_key": _api_key, **ids})


def _api_key() -> str:
    """A secret API key as Coinbase shows it: base64 of an Ed25519 seed and its public key."""
    key = Ed25519PrivateKey.generate()
    return base64.b64encode(key.private_bytes_raw() + key.public_key().public_bytes_raw()).decode()


DEMO: Final = Demo(
    (
        DemoConnection(
            _CONNECTION,
            "coinbase-business",
            account,
            ("base_url", "platform_url", "api_key_id"),
            needs_chain=True,
            rank=1,
        ),
    ),
    simulator,
)
