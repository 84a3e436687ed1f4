"""Standard Webhooks, as a sender signs (github.com/standard-webhooks/standard-webhooks, spec): headers, keys and their written forms. Pure.

What is signed is id, time and body with dots between, exactly as sent. `v1` is HMAC-SHA256 under a shared secret (`whsec_`), `v1a` Ed25519 under
a key that only we hold (`whsk_`), whose public half (`whpk_`) anybody may know. While a key is being replaced both sign.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SECRET_PREFIX: Final = "whsec_"  # noqa: S105  how a secret begins, not one
PRIVATE_PREFIX: Final = "whsk_"
PUBLIC_PREFIX: Final = "whpk_"
SECRET_BYTES: Final = 32
_LEAST, _MOST = 24, 64
_SEED: Final = 32


class BadSigningKey(ValueError):
    """The text is no key of Standard Webhooks."""


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """A secret of 24 to 64 bytes that sender and receiver share."""

    key: bytes = field(repr=False)

    def text(self) -> str:
        """As a receiver configures it."""
        return SECRET_PREFIX + base64.b64encode(self.key).decode()

    def token(self, signed: bytes) -> str:
        """The signature with its version."""
        return "v1," + base64.b64encode(hmac.digest(self.key, signed, hashlib.sha256)).decode()


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An Ed25519 key by its seed of 32 bytes."""

    seed: bytes = field(repr=False)

    def text(self) -> str:
        """As it is kept; nobody else needs it."""
        return PRIVATE_PREFIX + base64.b64encode(self.seed).decode()

    def public_text(self) -> str:
        """As a receiver configures it."""
        return PUBLIC_PREFIX + base64.b64encode(_private(self.seed).public_key().public_bytes_raw()).decode()

    def token(self, signed: bytes) -> str:
        """The signature with its version."""
        return "v1a," + base64.b64encode(_private(self.seed).sign(signed)).decode()


Key = SharedSecret | KeyPair


def read_key(text: str) -> Key:
    """A key in its written form. `whsk_` may hold the seed alone, or seed and public key: the specification does not say. Raises BadSigningKey."""
    for prefix in (SECRET_PREFIX, PRIVATE_PREFIX):
        if text.startswith(prefix):
            try:
                value = base64.b64decode(text[len(prefix) :], validate=True)
            except binascii.Error as error:
                raise BadSigningKey(f"What follows {prefix} is not base64.") from error
            return _shared(value) if prefix == SECRET_PREFIX else _pair(value)
    raise BadSigningKey(f"A signing key begins with {SECRET_PREFIX} or {PRIVATE_PREFIX}.")


def headers(message_id: str, at_s: int, body: bytes, keys: Sequence[Key]) -> Mapping[str, str]:
    """The three headers of one attempt at `at_s` (Unix seconds), signed with each key; shared secrets first, for receivers that read no further."""
    assert "." not in message_id, f"an id that cannot be signed: {message_id!r}"
    assert keys, "nothing is sent unsigned"
    signed = f"{message_id}.{at_s}.".encode() + body
    in_order = sorted(keys, key=lambda key: isinstance(key, KeyPair))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(key.token(signed) for key in in_order),
    }


def _shared(value: bytes) -> SharedSecret:
    if not _LEAST <= len(value) <= _MOST:
        raise BadSigningKey(f"A {SECRET_PREFIX} holds {_LEAST} to {_MOST} bytes; this one {len(value)}.")
    return SharedSecret(value)


def _pair(value: bytes) -> KeyPair:
    pair = KeyPair(value[:_SEED])
    if len(value) not in (_SEED, 2 * _SEED):
        raise BadSigningKey(f"A {PRIVATE_PREFIX} holds {_SEED} or {2 * _SEED} bytes; this one {len(value)}.")
    if value[_SEED:] and value[_SEED:] != _private(pair.seed).public_key().public_bytes_raw():
        raise BadSigningKey(f"The two halves of this {PRIVATE_PREFIX} do not belong together.")
    return pair


@lru_cache(maxsize=1_024)
def _private(seed: bytes) -> Ed25519PrivateKey:
    """Loading a key costs as much as a signature."""
    return Ed25519PrivateKey.from_private_bytes(seed)
