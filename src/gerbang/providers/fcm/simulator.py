"""Firebase Cloud Messaging in a box: tokens of a service account by OAuth, apps that come and go, quotas, and errors with and without FCM's own word.

It speaks the wire from the notes alone and imports nothing of the adapter beside it.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gerbang.ports.messenger_simulator import MessengerSimulator
from gerbang.ports.simulator import (
    Act,
    Answer,
    Impossible,
    Outcome,
    PersonMessage,
    Request,
    SimulatorEntry,
    Webhook,
)

_JSON: Final = (("content-type", "application/json; charset=UTF-8"),)
_AUDIENCE: Final = "https://oauth2.googleapis.com/token"
_SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS_S: Final = 3_600
_MOST_BYTES: Final = 4_096
_MOST: Final = 1_000
_DURATION: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?s")
_RESERVED: Final = re.compile(r"from$|message_type$|google|gcm")
_OF_MESSAGE: Final = frozenset(
    {"token", "topic", "condition", "name", "notification", "data", "android", "apns", "webpush", "fcm_options"}
)


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One project with one service account; its public key as PEM."""

    project_id: str = "demo-project"
    client_email: str = ""
    private_key_id: str = ""
    public_key: str = ""


class Quirks(msgspec.Struct, frozen=True):
    """How busy FCM is, whether access tokens end at once, and whether the project's key for Apple is missing."""

    load: Literal["normal", "quota", "unavailable", "internal"] = "normal"
    access: Literal["lasting", "revoked"] = "lasting"
    apple_key: Literal["present", "missing"] = "present"
    retry_after_s: int = 1


class Installed(msgspec.Struct, frozen=True, tag_field="kind", tag="fcm_installed"):
    """An app on a device. `project` is whose app it is."""

    token: str
    project: str
    is_gone: bool = False


class Granted(msgspec.Struct, frozen=True, tag_field="kind", tag="fcm_granted"):
    """An access token and the real time at which it ends, seconds since 1970."""

    token: str
    ends_at: float


class QuirksSet(msgspec.Struct, frozen=True, tag_field="kind", tag="fcm_quirks"):
    """The switches stand like this from now on."""

    quirks: Quirks


Effect = Installed | Granted | QuirksSet
_decode_effect: Final = msgspec.json.Decoder(Effect).decode


class FcmSimulator(MessengerSimulator[Quirks]):
    """One project. Implements ports/simulator.Simulator."""

    name = "fcm"
    prefix = "/fcm"

    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__(Quirks(), QuirksSet)
        self._apps: dict[str, Installed] = {}
        self._granted: dict[str, float] = {}
        self._count = 0

    def answer(self, request: Request, now: datetime) -> Outcome:
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "token":
                return self._grant(request)
            case "POST", "install":
                return self._install(now, request)
            case "POST", "v1", "projects", project, "messages:send":
                return self._send(request, project, now)
            case _:
                return Outcome(_problem(404, "NOT_FOUND"))

    def act(self, action: str, act: Act, now: datetime) -> Outcome:  # noqa: ARG002  an app is removed at no time in particular
        """`expire`: the app is removed from its device."""
        app = self._apps.get(act.reference)
        if app is None:
            raise Impossible("not_found", "`reference` is the token of an app.")
        if action != "expire":
            raise Impossible("invalid", f"Nobody can {action} an app.")
        gone = msgspec.structs.replace(app, is_gone=True)
        self._apply(gone)
        return Outcome(Answer(200, b"{}", _JSON), (gone,))

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:  # noqa: ARG002  FCM tells nobody
        raise Impossible("invalid", "FCM tells nothing later.")

    def refusal(self, request: Request) -> Answer:  # noqa: ARG002  the same for all
        return _problem(401, "UNAUTHENTICATED")

    def replay(self, effect: bytes) -> None:
        self._apply(_decode_effect(effect))

    def _apply(self, change: Effect) -> None:
        match change:
            case QuirksSet(quirks=quirks):
                self._quirks = quirks
                if quirks.access == "revoked":
                    self._granted.clear()
            case Granted(token=token, ends_at=ends_at):
                self._granted[token] = ends_at
            case Installed(token=token):
                self._count += token not in self._apps
                self._apps[token] = change
        for kept in (self._apps, self._granted):
            while len(kept) > _MOST:
                del kept[next(iter(kept))]

    def _install(self, now: datetime, request: Request) -> Outcome:
        """What an app does when it starts for the first time: `project` (ours unless given) in, its token out."""
        asked = dict(parse_qsl(request.query.decode("latin-1")))
        made = hashlib.sha256(f"{self._count}|{now}".encode()).hexdigest()
        app = Installed(f"{made[:22]}:APA91b{made}", asked.get("project", self._config.project_id))
        self._apply(app)
        return Outcome(Answer(201, msgspec.json.encode({"token": app.token}), _JSON), (app,))

    def _grant(self, request: Request) -> Outcome:
        form = dict(parse_qsl(request.body.decode("latin-1")))
        why = (
            self._distrust(form.get("assertion", ""), request.came_at) if form.get("grant_type") == _GRANT else "grant"
        )
        if why:
            refused = {"error": "invalid_grant", "error_description": why}
            return Outcome(Answer(400, msgspec.json.encode(refused), _JSON), journal_body=b"")
        token = f"ya29.{hashlib.sha256(request.body).hexdigest()}"
        change = Granted(token, request.came_at + _LASTS_S)
        self._apply(change)
        body = {"access_token": token, "expires_in": _LASTS_S, "token_type": "Bearer"}
        return Outcome(Answer(200, msgspec.json.encode(body), _JSON), (change,), journal_body=b"")

    def _distrust(self, assertion: str, now: float) -> str:
        """Why an assertion is not believed; empty where it is."""
        parts = assertion.split(".")
        try:
            head, claims = (msgspec.json.decode(_raw(part), type=dict[str, Any]) for part in parts[:2])
            key = load_pem_public_key(self._config.public_key.encode())
            assert isinstance(key, RSAPublicKey), "a service account has a key of RSA"
            key.verify(_raw(parts[2]), f"{parts[0]}.{parts[1]}".encode(), PKCS1v15(), SHA256())
        except (ValueError, IndexError, InvalidSignature, msgspec.DecodeError):
            return "Invalid JWT Signature."
        if head.get("alg") != "RS256" or head.get("kid") != self._config.private_key_id:
            return "Invalid JWT: no such key."
        begins, ends = claims.get("iat"), claims.get("exp")
        if not (isinstance(begins, int) and isinstance(ends, int)) or ends - begins > _LASTS_S:
            return "Invalid JWT: Token must be a short-lived token (60 minutes)."
        if not begins - 300 <= now <= ends:
            return "Invalid JWT: iat and exp are not now."
        is_ours = claims.get("iss") == self._config.client_email and claims.get("scope") == _SCOPE
        return "" if is_ours and claims.get("aud") == _AUDIENCE else "Invalid JWT: iss, scope or aud."

    def _send(self, request: Request, project: str, now: datetime) -> Outcome:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._granted.get(token, 0.0) <= request.came_at:
            return Outcome(_problem(401, "UNAUTHENTICATED"))
        if project != self._config.project_id:
            return Outcome(_problem(403, "PERMISSION_DENIED"))
        waits = (("retry-after", str(self._quirks.retry_after_s)),)
        match self._quirks.load:
            case "quota":
                return Outcome(_problem(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", waits))
            case "unavailable":
                return Outcome(_problem(503, "UNAVAILABLE", "UNAVAILABLE", waits))
            case "internal":
                return Outcome(_problem(500, "INTERNAL", "INTERNAL"))
            case _:
                return self._deliver(request, now)

    def _deliver(self, request: Request, now: datetime) -> Outcome:
        try:
            message = msgspec.json.decode(request.body, type=dict[str, Any]).get("message")
        except msgspec.DecodeError:
            message = None
        if not isinstance(message, dict) or not _is_message(message):
            return Outcome(_problem(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", details=(_BAD_REQUEST,)))
        app = self._apps.get(message["token"])
        if app is None:
            return Outcome(_problem(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"))
        if app.is_gone:
            return Outcome(_problem(404, "NOT_FOUND", "UNREGISTERED"))
        if app.project != self._config.project_id:
            return Outcome(_problem(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"))
        if self._quirks.apple_key == "missing":
            return Outcome(_problem(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"))
        id_ = hashlib.sha256(f"{now}".encode() + request.body).hexdigest()[:20]
        name = f"projects/{self._config.project_id}/messages/0:{id_}"
        shown = msgspec.json.encode({part: message.get(part, {}) for part in ("notification", "data")}).decode()
        got = PersonMessage("push", name, self._config.project_id, app.token, shown)
        return Outcome(Answer(200, msgspec.json.encode({"name": name}), _JSON), messages=(got,))


_BAD_REQUEST: Final = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": []}


def _is_message(message: Mapping[str, Any]) -> bool:
    """Whether the message is as FCM wants it: one target, texts only in data, no reserved names, not too long."""
    data, android = message.get("data", {}), message.get("android", {})
    if (
        message.keys() - _OF_MESSAGE
        or not isinstance(message.get("token"), str)
        or {"topic", "condition"} & message.keys()
    ):
        return False
    if not all(isinstance(part, dict) for part in (data, android, message.get("notification", {}))):
        return False
    if not all(isinstance(value, str) and not _RESERVED.match(name) for name, value in data.items()):
        return False
    if "ttl" in android and not _DURATION.fullmatch(str(android["ttl"])):
        return False
    if android.get("priority", "NORMAL") not in ("NORMAL", "HIGH"):
        return False
    return len(msgspec.json.encode([data, message.get("notification", {})])) <= _MOST_BYTES


def _problem(
    status: int,
    word: str,
    code: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    details: tuple[Mapping[str, Any], ...] = (),
) -> Answer:
    fcm = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
    told = {"code": status, "message": word, "status": word}
    if code or details:
        told["details"] = [*([fcm] if code else []), *details]
    return Answer(status, msgspec.json.encode({"error": told}), _JSON + headers)


def _raw(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64url") from error


SIMULATOR: Final = SimulatorEntry(Config, FcmSimulator)
