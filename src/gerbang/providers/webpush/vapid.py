"""Who sends a push: our key pair, and the token that a push service verifies with it (VAPID, RFC 8292). Pure; the time comes in."""

import base64
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_LASTS: Final = timedelta(hours=12)  # a day is the most, and clocks differ


def read_key(value: bytes) -> EllipticCurvePrivateKey:
    """The private key of a secret: 32 bytes as they are made here, the same as base64url, or PEM. Raises ValueError for anything else."""
    if value.startswith(b"-----BEGIN"):
        key = load_pem_private_key(value, None)
        if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
            raise ValueError("not a key of P-256")
        return key
    raw = value if len(value) == 32 else decoded(value.decode("ascii").strip())
    if len(raw) != 32:
        raise ValueError("not 32 bytes")
    number = int.from_bytes(raw, "big")
    return derive_private_key(number if 0 < number < _ORDER else number % (_ORDER - 1) + 1, SECP256R1())


def public_point(key: EllipticCurvePrivateKey) -> bytes:
    """The 65 bytes by which browsers and push services know the key."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def authorization(address: str, key: EllipticCurvePrivateKey, contact: str, now: datetime) -> str:
    """The header for one push service: the token is for its origin alone."""
    parts = urlsplit(address)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + _LASTS).timestamp()), "sub": contact}
    return f"vapid t={jwt.encode(claims, key, 'ES256')}, k={encoded(public_point(key))}"


def encoded(raw: bytes) -> str:
    """Base64url without padding, as everything about pushes is written."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of such a text; raises ValueError for anything else."""
    if not text.isascii() or set(text) & set("+/="):
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
