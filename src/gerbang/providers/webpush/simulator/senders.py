"""Whether a sender is who the browser subscribed for: the VAPID token, as a push service checks it (RFC 8292)."""

import base64
import binascii
import re
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

_VAPID: Final = re.compile(r"vapid\s+(?=.*\bt=([\w.-]+))(?=.*\bk=([\w-]+))", re.IGNORECASE)
_CONTACT: Final = re.compile(r"mailto:[^@\s]+@\S+|https://\S+")
_LONGEST_S: Final = 86_400


class NotTrusted(Exception):
    """The token proves nothing; `is_missing`: there is none."""

    def __init__(self, why: str, *, is_missing: bool = False) -> None:
        super().__init__(why)
        self.is_missing = is_missing


def raw(text: str) -> bytes:
    """Bytes of base64url without padding. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64url") from error


def check(header: str, origin: str, subscribed_for: str, now: float) -> str:
    """The contact of a sender whose token holds. Raises NotTrusted."""
    found = _VAPID.match(header)
    if found is None:
        raise NotTrusted("there is no vapid token with its key", is_missing=not header)
    token, key = found.groups()
    parts = token.split(".")
    try:
        head, claims, signature = _part(parts[0]), _part(parts[1]), raw(parts[2])
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key))
    except (ValueError, IndexError, msgspec.DecodeError) as error:
        raise NotTrusted("token or key cannot be read") from error
    if head.get("alg") != "ES256" or len(signature) != 64:
        raise NotTrusted("the token is not signed by ES256")
    try:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        public.verify(encode_dss_signature(r, s), f"{parts[0]}.{parts[1]}".encode(), ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise NotTrusted("the signature is wrong") from error
    if key != subscribed_for:
        raise NotTrusted("the browser subscribed for another key")
    return _believed(claims, origin, now)


def _believed(claims: dict[str, Any], origin: str, now: float) -> str:
    end, contact = claims.get("exp"), claims.get("sub")
    if claims.get("aud") != origin:
        raise NotTrusted("aud is not this push service")
    if not isinstance(end, int) or not 0 < end - now <= _LONGEST_S:
        raise NotTrusted("exp is over, or more than a day ahead")
    if not isinstance(contact, str) or not _CONTACT.fullmatch(contact):
        raise NotTrusted("sub is neither mailto: nor https:")
    host = contact.rpartition("@")[2] if contact.startswith("mailto:") else urlsplit(contact).hostname
    if host == "localhost":
        raise NotTrusted("sub is at localhost")
    return contact


def _part(text: str) -> dict[str, Any]:
    return msgspec.json.decode(raw(text), type=dict[str, Any])
