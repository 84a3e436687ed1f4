"""NICEPAY in `gerbang up`: one merchant for each V2 method, as is common, and one that speaks SNAP by every method that can."""

import secrets as chance
from collections.abc import Callable, Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace
from gerbang.providers.nicepay.simulator import Config, Merchant, SnapClient

_MERCHANTS: Final = {
    "virtual_account": ("LUMBUNGVA1", "02"),
    "card": ("LUMBUNGCC1", "01"),
    "convenience_store": ("LUMBUNGCS1", "03"),
    "direct_debit": ("LUMBUNGDD1", "04"),
    "ewallet": ("LUMBUNGEW1", "05"),
    "paylater": ("LUMBUNGPL1", "06"),
    "qris": ("LUMBUNGQR1", "08"),
}
_SNAP_CLIENT: Final = "LUMBUNGSN1"
_SNAP_METHODS: Final = "virtual_account qris ewallet"


def v2_account(place: DemoPlace) -> DemoAccount:
    """The connection that speaks V2."""
    keys = _v2_keys(place)
    settings = {"base_url": f"{place.sandbox_url}/nicepay", "methods": " ".join(_MERCHANTS)}
    settings |= {f"imid_{method}": imid for method, (imid, _) in _MERCHANTS.items()}
    return DemoAccount(settings, {f"merchant_key_{method}": keys[imid] for method, (imid, _) in _MERCHANTS.items()})


def snap_account(place: DemoPlace) -> DemoAccount:
    """The connection that speaks SNAP."""
    keys = _snap_keys(place)
    settings = {
        "base_url": f"{place.sandbox_url}/nicepay",
        "methods": _SNAP_METHODS,
        "snap": _SNAP_METHODS,
        "snap_client_id": _SNAP_CLIENT,
    }
    secrets = {name: keys[name] for name in ("snap_client_secret", "snap_private_key")}
    return DemoAccount(settings, secrets | {"snap_nicepay_public_key": _public_pem(keys["nicepay_private_key"])})


def simulator(place: DemoPlace) -> Config:
    """The same merchants, at the sandbox's NICEPAY."""
    keys = _snap_keys(place)
    client = SnapClient(keys["snap_client_secret"], _public_pem(keys["snap_private_key"]))
    snap = Merchant(_SNAP_CLIENT, "", ("02", "05", "08"), "Toko Lumbung, SNAP", client)
    return Config((*v2_merchants(place), snap), keys["nicepay_private_key"])


def v2_merchants(place: DemoPlace) -> tuple[Merchant, ...]:
    """Those of V2 alone, whose keys take no time to make."""
    keys = _v2_keys(place)
    return tuple(
        [
            Merchant(imid, keys[imid], (code,), f"Toko Lumbung, {method.replace('_', ' ')}")
            for method, (imid, code) in _MERCHANTS.items()
        ]
    )


def _v2_keys(place: DemoPlace) -> Mapping[str, str]:
    return place.keys({imid: lambda: chance.token_urlsafe(48) for imid, _ in _MERCHANTS.values()})


def _snap_keys(place: DemoPlace) -> Mapping[str, str]:
    """Apart, because a key pair takes a moment to make."""
    pairs: dict[str, Callable[[], str]] = dict.fromkeys(("snap_private_key", "nicepay_private_key"), _rsa_pem)
    return place.keys({"snap_client_secret": lambda: chance.token_urlsafe(48), **pairs})


def _rsa_pem() -> str:
    """An RSA key of 2048 bits, as openssl writes it."""
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_pem(private_pem: str) -> str:
    key = load_pem_private_key(private_pem.encode(), None, unsafe_skip_rsa_key_validation=True)  # our own; 40 ms
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


DEMO: Final = Demo(
    (
        DemoConnection("nicepay-uji", "nicepay", v2_account, ("base_url", "imid_qris")),
        DemoConnection("nicepay-snap-uji", "nicepay/snap", snap_account, rank=1),
    ),
    simulator,
)
