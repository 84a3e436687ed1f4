"""SNAP's two signatures: RSA (PKCS#1 v1.5, SHA-256) for access tokens and notifications, HMAC-SHA512 for calls. Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

_ARMOUR: Final = b"-----"


class BadKey(Exception):
    """It is no RSA key, neither PEM nor the base64 of DER. Says nothing of what it is instead."""


def sign_for_token(private_key: bytes, client_id: str, stamp: str) -> str:
    """X-SIGNATURE of the access token call; raises BadKey."""
    signature = _private(private_key).sign(_text(client_id, stamp), PKCS1v15(), SHA256())
    return base64.b64encode(signature).decode()


def sign_call(secret: bytes, method: str, path: str, token: str, body: bytes, stamp: str) -> str:
    """X-SIGNATURE of every other call: over the very bytes that are sent; `path` is without host and without their /nicepay."""
    text = f"{method}:{path}:{token}:{hashlib.sha256(body).hexdigest()}:{stamp}"
    return base64.b64encode(hmac.digest(secret, text.encode(), "sha512")).decode()


def is_signed(public_keys: Sequence[bytes], client_id: str, stamp: str, signature: str) -> bool:
    """Whether any of the keys has signed this client id and time stamp. A key that is none is passed over: another may be good."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(_is_by(key, raw, _text(client_id, stamp)) for key in public_keys)


def _is_by(public_key: bytes, signature: bytes, text: bytes) -> bool:
    try:
        _public(public_key).verify(signature, text, PKCS1v15(), SHA256())
    except (InvalidSignature, BadKey):
        return False
    return True


def _text(client_id: str, stamp: str) -> bytes:
    return f"{client_id}|{stamp}".encode()


def _private(value: bytes) -> RSAPrivateKey:
    try:
        key = load_der_private_key(_der(value), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadKey("no RSA private key") from None
    if not isinstance(key, RSAPrivateKey):
        raise BadKey("no RSA private key")
    return key


@lru_cache(maxsize=64)
def _public(value: bytes) -> RSAPublicKey:
    try:
        key = load_der_public_key(_der(value))
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("no RSA public key") from None
    if not isinstance(key, RSAPublicKey):
        raise BadKey("no RSA public key")
    return key


def _der(value: bytes) -> bytes:
    """DER without its armour: people paste PEM under either label, and NICEPAY's own libraries want bare base64."""
    lines = [line.strip() for line in value.strip().splitlines()]
    return base64.b64decode(b"".join([line for line in lines if not line.startswith(_ARMOUR)]), validate=True)
