"""The bearer token of a CDP secret API key: a JWT for one request and two minutes. Pure; the caller brings time and nonce."""

import base64
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gerbang.base.http import ProviderRefused
from gerbang.providers.coinbase_checkouts.account import Key

LIFETIME_S: Final = 120
_SEED_BYTES: Final = 32


def token(key: Key, method: str, url: str, now: datetime, nonce: str) -> str:
    """The token for one request; the query is not part of what it is bound to. Raises ProviderRefused for a secret that is no key."""
    place, start = urlsplit(url), int(now.timestamp())
    secret = private_key(key.secret)
    claims = {
        "sub": key.id,
        "iss": "cdp",
        "aud": None,
        "nbf": start,
        "exp": start + LIFETIME_S,
        "uris": [f"{method} {place.netloc}{place.path}"],
    }
    algorithm = "EdDSA" if isinstance(secret, Ed25519PrivateKey) else "ES256"
    return jwt.encode(claims, secret, algorithm, headers={"kid": key.id, "nonce": nonce})


def private_key(secret: bytes) -> Ed25519PrivateKey | EllipticCurvePrivateKey:
    """The key that a secret stands for: base64 of seed and public key (or of the seed alone), or a PEM, in which a newline may be
    written as a backslash and an n. Raises ProviderRefused, without a word of the secret.
    """
    try:
        key = _of_pem(secret) if secret.lstrip().startswith(b"-----BEGIN") else _of_base64(secret)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if key is None:
        raise ProviderRefused(
            "The Coinbase API key secret is no key.", hint="Paste it as Coinbase showed it: base64, or the whole PEM."
        )
    return key


def _of_base64(secret: bytes) -> Ed25519PrivateKey | None:
    raw = base64.b64decode(secret.strip(), validate=True)
    if len(raw) not in {_SEED_BYTES, 2 * _SEED_BYTES}:
        return None
    key = Ed25519PrivateKey.from_private_bytes(raw[:_SEED_BYTES])
    return key if raw[_SEED_BYTES:] in {b"", key.public_key().public_bytes_raw()} else None


def _of_pem(secret: bytes) -> Ed25519PrivateKey | EllipticCurvePrivateKey | None:
    key = load_pem_private_key(secret.strip().replace(b"\\n", b"\n"), password=None)
    if isinstance(key, Ed25519PrivateKey):
        return key
    return key if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1) else None
