"""Verifies what Gerbang sends, after Standard Webhooks: `v1` (HMAC-SHA256, a shared secret) and `v1a` (Ed25519, Gerbang's public key)."""

import base64
import binascii
import hashlib
import hmac
import inspect
import json
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol, cast

from gerbang_client.errors import GerbangError
from gerbang_client.types import DeliveredEvent

TOLERANCE_S: Final = 300
_SECRET, _PUBLIC = "whsec_", "whpk_"
_ID, _TIME, _SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
_BYTES = (
    "the very bytes that came, before anything parses them: request.get_data() in Flask, await request.body() in Starlette and FastAPI,"
    " request.body in Django"
)


class WebhookVerificationError(GerbangError):
    """Do not believe it: answer 400. `reason` is a word for programs, the message says what is wrong and what to do."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Headers(Protocol):
    """The headers of a request, as the usual frameworks hold them."""

    def items(self) -> Iterable[tuple[Any, Any]]: ...


class Webhook:
    """Verifies with any of these keys: an endpoint's `secret` (`whsec_…`) or its `public_key` (`whpk_…`, needs `gerbang-client[ed25519]`). Name the
    old and the new one while a secret is replaced. Raises ValueError for a key that is none.
    """

    def __init__(self, *keys: str, tolerance_s: int = TOLERANCE_S) -> None:
        if not all(keys) or not keys:
            raise ValueError(
                "no key: name the secret (whsec_…) that POST /v1/endpoints or gerbang listen told; is its variable set?"
            )
        self._secrets = [_raw(key) for key in keys if not key.strip().startswith(_PUBLIC)]
        self._publics = [_raw(key) for key in keys if key.strip().startswith(_PUBLIC)]
        self._tolerance_s = tolerance_s

    def verify(
        self, body: bytes | str, headers: Headers | Iterable[tuple[Any, Any]], *, now: float | None = None
    ) -> DeliveredEvent:
        """The event, when one signature is good and fresh. `body` are the very bytes that came, before anything parses them.
        Raises WebhookVerificationError.
        """
        raw = _bytes(body)
        id_, timestamp, signatures = _needed(headers)
        signed = f"{id_}.{timestamp}.".encode()
        tokens = [one.partition(",") for one in signatures.split()]
        if not any(self._fits(version, text, signed + raw) for version, _, text in tokens):
            raise self._mistake([version for version, _, _ in tokens], tokens, signed, raw)
        _fresh(timestamp, time.time() if now is None else now, self._tolerance_s)
        return cast("DeliveredEvent", json.loads(raw))

    def _fits(self, version: str, text: str, content: bytes) -> bool:
        try:
            value = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return False
        if version == "v1":
            return any([hmac.compare_digest(_hmac(key, content), value) for key in self._secrets])  # noqa: C419 - always all of them
        return version == "v1a" and any(_ed25519_fits(key, content, value) for key in self._publics)

    def _mistake(
        self, versions: Sequence[str], tokens: Sequence[tuple[str, str, str]], signed: bytes, raw: bytes
    ) -> WebhookVerificationError:
        """Which of the usual mistakes it is."""
        if not raw:
            return WebhookVerificationError(
                "body_empty",
                f"The body is empty, and what Gerbang sends never is: something read it before. Verify {_BYTES}; in Flask before anything touches"
                " request.form or request.stream.",
            )
        if not _is_message(raw):
            return _no_message(raw)
        if not any(("v1" in versions and self._secrets, "v1a" in versions and self._publics)):
            return WebhookVerificationError(
                "no_key_for_it",
                f"It is signed by {', '.join(versions) or 'nothing'}, and you named keys for something else: v1 needs the endpoint's secret (whsec_…),"
                " v1a its public key (whpk_…). The endpoint's `signing` says which it uses.",
            )
        if any(self._fits(version, text, signed + other) for other in _as_sent(raw) for version, _, text in tokens):
            return WebhookVerificationError(
                "body_rewritten",
                f"The body was parsed and written anew before it was verified. Verify {_BYTES}.",
            )
        return WebhookVerificationError(
            "no_match",
            "No signature fits: this is another endpoint's secret, an older one whose overlap is over, or the message was changed on its way or is not"
            " from Gerbang. Take the secret from POST /v1/endpoints or rotate-secret; `gerbang listen` prints one of its own.",
        )


def _raw(key: str) -> bytes:
    """The bytes of a key as it is shown. Raises ValueError."""
    if key.startswith("whsk_"):
        raise ValueError("whsk_… is a private key: take the endpoint's public_key (whpk_…)")
    if key.startswith("grb_"):
        raise ValueError("that is an API key: take the endpoint's secret (whsec_…), as POST /v1/endpoints told it")
    key = key.strip()  # a file or a variable often ends with a line
    kind = _PUBLIC if key.startswith(_PUBLIC) else _SECRET
    text = key.removeprefix(kind)
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not key.startswith(kind) or len(raw) < 24 or (kind == _PUBLIC and len(raw) != 32):
        raise ValueError("a webhook's key is whsec_… or whpk_… as POST /v1/endpoints told it, whole and without blanks")
    if kind == _PUBLIC:
        _ed25519()
    return raw


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    unread = _unread(body)
    raise _parsed(f"The body is a {type(body).__name__}") if unread is None else unread


def _unread(body: Any) -> WebhookVerificationError | None:
    """What is wrong with something of which nobody has read the bytes yet; None where it was parsed."""
    if body is None:
        return _mistaken("body_not_read", "The body is None: nobody read it")
    if inspect.isawaitable(body):
        if inspect.iscoroutine(body):
            body.close()  # or Python complains of one that was never awaited
        return _mistaken("body_not_read", "The body was not awaited: write await before the call that reads it")
    if callable(body):
        return _mistaken(
            "body_not_read", "The body is a function that nobody called: write () after it, and await where it is async"
        )
    if hasattr(body, "headers"):
        return _mistaken("body_not_read", "The body is the whole request: give its bytes")
    if hasattr(body, "read") or hasattr(body, "__aiter__") or inspect.isgenerator(body):
        return _mistaken("body_not_read", "The body is a stream that nobody read: read it to its end")
    return None


def _mistaken(reason: str, found: str) -> WebhookVerificationError:
    return WebhookVerificationError(reason, f"{found}. Verify {_BYTES}.")


def _no_message(raw: bytes) -> WebhookVerificationError:
    """What became of the JSON that Gerbang sends on its way here."""
    if raw.startswith(b"\x1f\x8b"):
        return _mistaken(
            "body_compressed",
            "The body is compressed by gzip, as a proxy on its way does: have it left alone, or unpack it first",
        )
    if _is_message(_decoded(raw)):
        return _mistaken(
            "body_encoded",
            "The body is base64, as AWS Lambda hands it over where isBase64Encoded is true: decode it first, base64.b64decode(event['body'])",
        )
    if raw.lstrip().startswith((b'{"', b"{\n")):
        return _mistaken(
            "body_cut",
            f"The body is cut off, it ends with {raw[-20:]!r}: something takes no more than {len(raw)} bytes, or did not read to the end",
        )
    return _parsed(f"The body is not the JSON that Gerbang sends, it begins with {raw[:20]!r}")


def _decoded(raw: bytes) -> bytes:
    try:
        return base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _parsed(found: str) -> WebhookVerificationError:
    return WebhookVerificationError(
        "body_parsed",
        f"{found}: your framework parsed it, and an object (or what was made into text of it) came here. Verify {_BYTES}.",
    )


def _is_message(raw: bytes) -> bool:
    """Whether it may be what Gerbang sent: a JSON object, and not the text of one of the language's own, as {'id': …}."""
    try:
        return isinstance(json.loads(raw), dict)
    except (ValueError, RecursionError):
        return False


def _needed(headers: Any) -> tuple[str, str, str]:
    if headers is None or isinstance(headers, str | bytes):
        raise WebhookVerificationError(
            "header_missing",
            f"The second argument of verify is {'a text' if headers else 'empty'}: give all headers of the request, as verify(body, request.headers)."
            " The secret (whsec_…), as POST /v1/endpoints or gerbang listen told it, goes to Webhook(secret).",
        )
    pairs = headers.items() if hasattr(headers, "items") else headers
    known = {_text(name).lower(): _text(value) for name, value in pairs}
    missing = [name for name in (_ID, _TIME, _SIGNATURE) if not known.get(name)]
    if missing and "http_webhook_id" in known:
        raise WebhookVerificationError(
            "header_missing",
            "These are the variables of CGI or WSGI (HTTP_WEBHOOK_ID …), as Django's request.META has them: hand over request.headers.",
        )
    if missing:
        raise WebhookVerificationError(
            "header_missing",
            f"Without {' and '.join(missing)} nothing can be verified: hand over all headers of the request, and let a proxy in front pass them on.",
        )
    return known[_ID], known[_TIME], known[_SIGNATURE]


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _fresh(timestamp: str, now: float, tolerance_s: int) -> None:
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise WebhookVerificationError("bad_timestamp", "The header webhook-timestamp is no number of seconds.")
    age_s = now - int(timestamp)
    if abs(age_s) > tolerance_s:
        when = f"{age_s:.0f} seconds old" if age_s > 0 else f"{-age_s:.0f} seconds ahead"
        raise WebhookVerificationError(
            "stale",
            f"It is signed rightly, and {when}; {tolerance_s} are taken. It was recorded and sent again, or this machine's clock is wrong: Gerbang signs"
            " each attempt anew, so a retry is never old.",
        )


def _hmac(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _as_sent(raw: bytes) -> list[bytes]:
    """How Gerbang would have written what this JSON says, where it does not stand so already."""
    try:
        written = json.dumps(json.loads(raw), ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError:
        return []
    return [written] if written != raw else []


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise ValueError("whpk_… needs the package cryptography: pip install 'gerbang-client[ed25519]'") from error
    return ed25519


def _ed25519_fits(key: bytes, content: bytes, value: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        _ed25519().Ed25519PublicKey.from_public_bytes(key).verify(value, content)
    except InvalidSignature:
        return False
    return True
