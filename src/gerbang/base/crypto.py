"""Sealing, keyed digests and constant-time compare. No key is kept here, and nothing here knows what a value is for.

A sealed value is nonce (12 bytes), ciphertext and tag (16 bytes), as AES-256-GCM makes them (NIST SP 800-38D). An envelope is
a value sealed under a key of its own, which is itself sealed under a root key; both are bound to the same associated data.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class SealBroken(Exception):
    """Key, associated data and sealed bytes do not belong together. Says nothing about which of them is wrong."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed value and its own key, sealed under a root key. Safe to store; useless without the root key."""

    wrapped_key: bytes = field(repr=False)
    sealed_value: bytes = field(repr=False)


def new_key() -> bytes:
    """32 bytes from the operating system."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """AES-256-GCM under a fresh random nonce; `bound` is associated data that opening must repeat."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """What was sealed; raises SealBroken."""
    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        raise SealBroken("too short to be a sealed value")
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except InvalidTag:
        raise SealBroken("the seal does not hold") from None


def seal_envelope(root_key: bytes, plain: bytes, bound: bytes) -> Envelope:
    """Seal `plain` under a key made for it alone, and that key under the root key."""
    own_key = new_key()
    return Envelope(wrapped_key=seal(root_key, own_key, bound), sealed_value=seal(own_key, plain, bound))


def open_envelope(root_key: bytes, envelope: Envelope, bound: bytes) -> bytes:
    """What the envelope holds; raises SealBroken."""
    return unseal(unseal(root_key, envelope.wrapped_key, bound), envelope.sealed_value, bound)


def rewrap_envelope(old_root: bytes, new_root: bytes, envelope: Envelope, bound: bytes) -> Envelope:
    """The same sealed value under another root key: only its own key is opened, the value is not. Raises SealBroken."""
    own_key = unseal(old_root, envelope.wrapped_key, bound)
    return Envelope(wrapped_key=seal(new_root, own_key, bound), sealed_value=envelope.sealed_value)


def joined(*parts: bytes | str) -> bytes:
    """Parts as one byte string that no other list of parts can give: each is preceded by its length."""
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def keyed_digest(key: bytes, *parts: bytes | str) -> bytes:
    """HMAC-SHA256 over the joined parts, 32 bytes."""
    return hmac.digest(key, joined(*parts), "sha256")


def digest(value: bytes | str) -> bytes:
    """SHA-256, 32 bytes: enough for tokens that hold 256 random bits, never for passwords."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).digest()


def same(one: bytes, other: bytes) -> bool:
    """Whether two byte strings are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)
