"""The Idempotency-Key header (R1–R7): its form and the request's fingerprint. The row is core's, written with the effect."""

import hashlib
from typing import Any, Final

import msgspec

from gerbang.base.card_numbers import holds_card_number
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.web.input.validation import card_refused
from gerbang.web.problems import IdempotencyKeyInvalid, IdempotencyKeyRequired

MOST_CHARACTERS: Final = 255
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


def check_form(header: bytes | None) -> str:
    """The key; raises IdempotencyKeyRequired, IdempotencyKeyInvalid, or CardDataRefused, because keys are kept. A refused key is not repeated in the error."""
    if header is None:
        raise IdempotencyKeyRequired(
            "A request that makes or changes something for good names itself, so that sending it twice does it once.",
            hint="Send a fresh UUID as Idempotency-Key, and the same one when you repeat. See /docs/errors#idempotency_key_required.",
        )
    if not 0 < len(header) <= MOST_CHARACTERS or not all(0x20 < byte < 0x7F for byte in header):
        raise IdempotencyKeyInvalid(
            f"The key must have 1 to {MOST_CHARACTERS} printable ASCII characters without spaces."
        )
    key = header.decode("ascii")
    if holds_card_number(key, "Idempotency-Key"):
        raise card_refused("/Idempotency-Key")
    return key


def fingerprint(method: str, path: str, value: Any) -> bytes:
    """SHA-256 over what the request asks for: white space and the order of members do not count."""
    return hashlib.sha256(f"{method} {path}\n".encode() + _ENCODER.encode(value)).digest()


def key_for(caller: str, key: str, method: str, path: str, value: Any) -> IdempotencyKey:
    """The key as core keeps it: apart for every caller (R6)."""
    return IdempotencyKey(caller, key, fingerprint(method, path, value))
