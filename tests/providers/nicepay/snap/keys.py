"""Key pairs of a merchant and of NICEPAY, made for this run, and a SNAP connection that holds what it must."""

from functools import cache
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from gerbang.ports.payment import Account

CLIENT_ID: Final = "DEMOSNAP01"
SECRET: Final = "made-up-client-secret-7f3c9a2e5d1b4860"
HOOK: Final = "https://gerbang.example.com/hooks/con_1"


@cache
def private_key(owner: str) -> str:
    """PEM, one for each owner."""
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@cache
def public_key(owner: str) -> str:
    key = serialization.load_pem_private_key(private_key(owner).encode(), None)
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def account(base_url: str, **settings: str) -> Account:
    """Every method by SNAP, and nothing of V2."""
    methods = "virtual_account qris ewallet"
    return Account(
        connection="con_1",
        livemode=False,
        settings={
            "snap_client_id": CLIENT_ID,
            "snap": methods,
            "methods": methods,
            "base_url": base_url,
            "timeout_s": "2",
        }
        | settings,
        secrets={
            "snap_client_secret": [SECRET.encode(), b"an older secret"],
            "snap_private_key": [private_key("merchant").encode()],
            "snap_nicepay_public_key": [public_key("nicepay").encode()],
        },
        hook_url=HOOK,
    )
