"""What is right or wrong with the signature of a webhook that arrived: which scheme it is, which of its parts were checked, and by which mistake it fails. Pure.

Written anew, and not with what signs: one that checks itself by itself would find no fault of its own.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOLERANCE_S: Final = 300
SHARED, PUBLIC = "whsec_", "whpk_"
_HUB: Final = "x-hub-signature-256"
_SCHEMES: Final[Mapping[str, str]] = {"webhook-": "Standard Webhooks", "svix-": "Standard Webhooks, with Svix's names"}
_PARTS: Final = ("id", "timestamp", "signature")


class Verdict(msgspec.Struct, frozen=True):
    """`good` null: nothing could be checked. `said` are sentences, the most telling first."""

    scheme: str
    good: bool | None
    said: Sequence[str]


class _Signed(msgspec.Struct, frozen=True):
    """What the headers of Standard Webhooks hold, and the bytes that came."""

    id: str
    timestamp: str
    body: bytes

    def content(self, body: bytes | None = None) -> bytes:
        return f"{self.id}.{self.timestamp}.".encode() + (self.body if body is None else body)


def judge(
    headers: Mapping[str, str], body: bytes, keys: Sequence[str], at_s: float, earlier: Sequence[bytes] = ()
) -> Verdict:
    """The verdict on one request that came at `at_s`. `keys` are those that were entered (`whsec_…`, `whpk_…`, or any text for X-Hub-Signature-256);
    `earlier` are other bodies that came under the same id.
    """
    for prefix, scheme in _SCHEMES.items():
        if any(prefix + part in headers for part in _PARTS):
            return _standard(scheme, prefix, headers, body, keys, at_s, earlier)
    if _HUB in headers:
        return _hub(headers[_HUB], body, keys)
    known = ", ".join([*(f"{prefix}signature" for prefix in _SCHEMES), "X-Hub-Signature-256"])
    return Verdict("", None, [f"It is not signed by a scheme that is known here: there is none of {known}."])


def _standard(
    scheme: str,
    prefix: str,
    headers: Mapping[str, str],
    body: bytes,
    keys: Sequence[str],
    at_s: float,
    earlier: Sequence[bytes],
) -> Verdict:
    missing = [f"The header {prefix}{part} is missing." for part in _PARTS if not headers.get(prefix + part)]
    if missing:
        return Verdict(scheme, False, missing)
    signed = _Signed(headers[f"{prefix}id"], headers[f"{prefix}timestamp"], body)
    stale = _time_complaint(prefix, signed.timestamp, at_s)
    checked = [_token(one, signed, keys, earlier) for one in headers[f"{prefix}signature"].split()]
    good = _together([one for one, _ in checked])
    first = [one for one in (_body_complaint(body, good), stale) if one]
    said = [*first, *(told for _, told in sorted(checked, key=lambda one: one[0] is not False))]
    return Verdict(scheme, False if stale else good, said)


def _together(found: Sequence[bool | None]) -> bool | None:
    """A receiver takes a message of which one signature is good."""
    return True if True in found else False if False in found else None


def _time_complaint(prefix: str, timestamp: str, at_s: float) -> str:
    if not (timestamp.isascii() and timestamp.isdigit()):
        return f"{prefix}timestamp is no number of seconds: {timestamp[:40]!r}."
    age_s = at_s - int(timestamp)
    if abs(age_s) <= TOLERANCE_S:
        return ""
    if age_s < -1e11:
        return f"{prefix}timestamp is in milliseconds: it must be seconds."
    when = f"{age_s:.0f} seconds old" if age_s > 0 else f"{-age_s:.0f} seconds ahead"
    return f"{prefix}timestamp is {when}: receivers take {TOLERANCE_S}. It was sent again with its old signature, or a clock is wrong."


def _body_complaint(body: bytes, good: bool | None) -> str:
    """What is wrong with the body itself, where no signature fits it: it was read before, or a framework made an object of it and text of that."""
    if good is True:
        return ""
    if not body:
        return "The body is empty: whoever passed it on had read it before. Pass on the very bytes that came, before anything parses them."
    if good is None or _is_object(body):
        return ""
    begins = body[:20].decode(errors="replace")
    return f"The body is no JSON object, it begins with {begins!r}: where an event was signed, a framework parsed it and made text of the object. Pass on the very bytes that came."


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _token(token: str, signed: _Signed, keys: Sequence[str], earlier: Sequence[bytes]) -> tuple[bool | None, str]:
    """Whether one signature is good (None: it cannot be checked), and a sentence about it."""
    version, comma, text = token.partition(",")
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error:
        return False, f"{version}: what follows the comma is not base64."
    if not comma or version not in ("v1", "v1a"):
        return None, f"{version[:20]}: a version that is not known here; receivers pass it over."
    kind, name = (SHARED, "secret") if version == "v1" else (PUBLIC, "public key")
    fitting = [one for one in keys if one.startswith(kind)]
    if not fitting:
        return None, f"{version}: enter the {name} ({kind}…) to have it checked."
    for number, key in enumerate(fitting, start=1):
        if _matches(version, key, signed.content(), value):
            return True, f"{version}: good, by {name} {number} of {len(fitting)}."
    return False, f"{version}: {_mistake(version, fitting, signed, value, earlier)}"


def _matches(version: str, key: str, content: bytes, value: bytes) -> bool:
    try:
        raw = base64.b64decode(key.partition("_")[2], validate=True)
    except binascii.Error:
        return False
    if version == "v1":
        return hmac.compare_digest(hmac.digest(raw, content, hashlib.sha256), value)
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(value, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _mistake(version: str, keys: Sequence[str], signed: _Signed, value: bytes, earlier: Sequence[bytes]) -> str:
    """By which of the usual mistakes it fails, as far as that can be found out."""
    for key in keys:
        if any(_matches(version, key, signed.content(other), value) for other in earlier):
            return "wrong: it belongs to another body that came under this id. The body was changed."
        if any(_matches(version, key, signed.content(other), value) for other in _rewritten(signed.body)):
            return "wrong: it belongs to the same JSON, written otherwise. Sign and send the very same bytes."
        if version == "v1" and any(_is_hmac(text, signed.content(), value) for text in (key, key.partition("_")[2])):
            return f"wrong: the secret was used as text. Decode what follows {SHARED} from base64 first."
        if version == "v1" and _matches(version, key, signed.body, value):
            return "wrong: only the body was signed. It is id, timestamp and body with dots between."
    return "wrong: no key that was entered made it. Another secret signs, or id, time or body were changed on the way."


def _is_hmac(key: str, content: bytes, value: bytes) -> bool:
    return hmac.compare_digest(hmac.digest(key.encode(), content, hashlib.sha256), value)


def _rewritten(body: bytes) -> Iterator[bytes]:
    """The same JSON as programs write it again."""
    yield body.strip()
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    for separators in ((",", ":"), (", ", ": ")):
        for escaped in (False, True):
            yield json.dumps(value, separators=separators, ensure_ascii=escaped).encode()


def _hub(told: str, body: bytes, keys: Sequence[str]) -> Verdict:
    scheme, plain = "X-Hub-Signature-256", [one for one in keys if not one.startswith((SHARED, PUBLIC))]
    if not told.startswith("sha256="):
        return Verdict(scheme, False, ["The header must begin with sha256= and hold 64 hex digits."])
    if not plain:
        return Verdict(scheme, None, ["Enter the secret to have it checked."])
    for key in plain:
        if hmac.compare_digest(hmac.new(key.encode(), body, hashlib.sha256).hexdigest(), told[7:].lower()):
            return Verdict(scheme, True, ["Good."])
    return Verdict(scheme, False, ["Wrong: no secret that was entered made it, or the body was changed."])
