"""The browser's half of a push: its key pair, and opening what came (RFC 8188, RFC 8291). Written from the RFCs alone: what is shared with the sender would
share its mistakes.
"""

import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_CURVE: Final = ec.SECP256R1()
_MOST_BYTES: Final = 4_096
_TAG_BYTES: Final = 16


class Unreadable(Exception):
    """The body is no push for this browser; the message says where it went wrong."""


class TooLarge(Exception):
    """More than a push may be."""


def private_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """A browser's key of this seed; half of all numbers would do, so the top bit is cut off."""
    return ec.derive_private_key((int.from_bytes(hashlib.sha256(seed).digest(), "big") >> 1) + 1, _CURVE)


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The point that a browser hands out."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def opened(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """The plaintext. Raises TooLarge, Unreadable."""
    if len(body) > _MOST_BYTES:
        raise TooLarge
    if len(body) < 21:
        raise Unreadable("the header is cut off")
    salt, record_bytes, id_bytes = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, sealed = body[21 : 21 + id_bytes], body[21 + id_bytes :]
    if record_bytes < 18 or id_bytes != 65:
        raise Unreadable("the record size or the key id is not as RFC 8291 wants it")
    if not _TAG_BYTES < len(sealed) <= record_bytes:
        raise Unreadable("it is not one record")
    try:
        shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, sender))
    except ValueError as error:
        raise Unreadable("the sender's key is no point of the curve") from error
    material = _expand(_extract(auth, shared), b"WebPush: info\x00" + public_point(key) + sender, 32)
    root = _extract(salt, material)
    content_key = _expand(root, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _expand(root, b"Content-Encoding: nonce\x00", 12)
    try:
        padded = AESGCM(content_key).decrypt(nonce, sealed, None).rstrip(b"\x00")
    except InvalidTag as error:
        raise Unreadable("it is not for this browser, or was changed") from error
    if padded[-1:] != b"\x02":
        raise Unreadable("the last record does not say that it is the last")
    return padded[:-1]


def _extract(salt: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt, secret, "sha256")


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return hmac.digest(key, info + b"\x01", "sha256")[:length]
