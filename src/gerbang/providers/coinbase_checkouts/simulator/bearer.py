"""Who is calling: the JWT bearer token of a CDP secret API key, checked with the cryptography library alone (notes 4.1).

Which form of the request binding production wants is unverified, so both are taken: `uris` as the official SDK writes it, and `uri`.
"""

import base64
from datetime import datetime
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gerbang.ports.simulator import Request
from gerbang.providers.coinbase_checkouts.simulator.refusals import Refused

_LEEWAY_S: Final = 30
_LONGEST_S: Final = 120
PublicKey = Ed25519PublicKey | EllipticCurvePublicKey


class Merchant(msgspec.Struct, frozen=True):
    """A project at Coinbase with one API key: its id, and its public half (base64 of an Ed25519 key's 32 bytes, or a PEM of P-256).

    With `hook_url` it has a webhook subscription to everything from the start, signed with `webhook_secret`.
    """

    key_id: str
    public_key: str
    name: str = ""
    hook_url: str = ""
    webhook_secret: str = ""


def caller(request: Request, merchants: dict[str, Merchant], now: datetime) -> Merchant:
    """Whose key signed this very request, now; raises Refused."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    parts = token.split(".")
    if scheme.lower() != "bearer" or len(parts) != 3:
        raise _no("There is no bearer token.")
    head, claims = _part(parts[0]), _part(parts[1])
    merchant = merchants.get(str(head.get("kid")))
    if merchant is None:
        raise _no("The API key is not known.")
    if not _is_signed(_public(merchant.public_key), head.get("alg"), f"{parts[0]}.{parts[1]}".encode(), _raw(parts[2])):
        raise _no("The signature is wrong.")
    if head.get("typ") != "JWT" or not head.get("nonce"):
        raise _no("The token has no nonce.")
    _check(claims, merchant, request, now)
    return merchant


def _check(claims: dict[str, Any], merchant: Merchant, request: Request, now: datetime) -> None:
    if claims.get("iss") != "cdp" or claims.get("sub") != merchant.key_id:
        raise _no("The token is not of this key.")
    start, end, at = claims.get("nbf"), claims.get("exp"), now.timestamp()
    if not (isinstance(start, int) and isinstance(end, int) and end - start <= _LONGEST_S):
        raise _no("The token has no time, or lasts too long.")
    if not start - _LEEWAY_S <= at <= end + _LEEWAY_S:
        raise _no("The token is not valid now.")
    place = request.base_url.partition("://")[2]
    wanted = f"{request.method} {place}{request.path}"
    if wanted not in (*(claims.get("uris") or ()), claims.get("uri")):
        raise _no("The token is for another request.")


def _is_signed(key: PublicKey, algorithm: object, message: bytes, signature: bytes) -> bool:
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
            return algorithm == "EdDSA"
        if len(signature) != 64:
            return False
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return algorithm == "ES256"


def _public(text: str) -> PublicKey:
    if not text.startswith("-----BEGIN"):
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text))
    key = load_pem_public_key(text.encode())
    assert isinstance(key, EllipticCurvePublicKey), "a PEM here is of a P-256 key"
    return key


def _part(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(_raw(text), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no("The token is no JWT.") from error


def _raw(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise _no("The token is no JWT.") from error


def _no(why: str) -> Refused:
    return Refused("unauthorized", why)
