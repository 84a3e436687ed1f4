"""FCM in `gerbang up`: a project whose pushes go nowhere but to the sandbox's apps."""

import json
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace
from gerbang.providers.fcm.simulator import Config

PROJECT: Final = "lumbung-uji"
EMAIL: Final = f"push@{PROJECT}.iam.gserviceaccount.com"
KEY_ID: Final = "0123456789abcdef0123456789abcdef01234567"


def account(place: DemoPlace) -> DemoAccount:
    """The connection."""
    return DemoAccount(
        {"base_url": f"{place.sandbox_url}/fcm"},
        {"service_account": service_account_file(place.sandbox_url, _keys(place)["fcm_private_key"])},
    )


def service_account_file(sandbox_url: str, private_key: str) -> str:
    """As Firebase's console gives it, but for where tokens are asked for."""
    content = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": KEY_ID,
        "private_key": private_key,
        "client_email": EMAIL,
        "token_uri": f"{sandbox_url}/fcm/token",
    }
    return json.dumps(content)


def simulator(place: DemoPlace) -> Config:
    """The same project at the sandbox's FCM."""
    return Config(PROJECT, EMAIL, KEY_ID, public_key(_keys(place)["fcm_private_key"]))


def public_key(private_key: str) -> str:
    """The half that the sandbox's Google has."""
    key = load_pem_private_key(private_key.encode(), None, unsafe_skip_rsa_key_validation=True)  # our own; 40 ms
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def new_private_key() -> str:
    """A key as Google makes them."""
    made = generate_private_key(65_537, 2_048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _keys(place: DemoPlace) -> Mapping[str, str]:
    return place.keys({"fcm_private_key": new_private_key})


DEMO: Final = Demo((DemoConnection("fcm-uji", "fcm", account, rank=6),), simulator)
