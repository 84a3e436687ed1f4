"""A push service and the browsers behind it in a box (RFC 8030): it believes VAPID as strictly as the real ones, and opens every push with its browser's own
keys, so that /control/push shows what people would have seen.

It speaks the wire from the RFCs and the notes alone and imports nothing of the adapter beside it.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from gerbang.ports.messenger_simulator import MessengerSimulator
from gerbang.ports.simulator import (
    Act,
    Answer,
    Impossible,
    Outcome,
    Passed,
    PersonMessage,
    Request,
    SimulatorEntry,
    Webhook,
)
from gerbang.providers.webpush.simulator import receiving, senders
from gerbang.providers.webpush.simulator.answers import refusal

_JSON: Final = (("content-type", "application/json"),)
_TOPIC: Final = re.compile(r"[A-Za-z0-9]{1,32}")  # base64url by the RFC; Mozilla documents letters and digits alone
_URGENCIES: Final = ("very-low", "low", "normal", "high")
_MOST_TTL_S: Final = 2_592_000
_MOST: Final = 1_000
_AUTH_BYTES: Final = 16


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing is told to a push service beforehand."""


class Quirks(msgspec.Struct, frozen=True):
    """In whose words it refuses, how one that is gone is told, and how busy it is."""

    style: Literal["mozilla", "apple", "google", "windows"] = "mozilla"
    gone: Literal["410", "404"] = "410"
    load: Literal["normal", "slow_down", "overloaded"] = "normal"
    retry_after_s: int = 1


class Subscribed(msgspec.Struct, frozen=True, tag_field="kind", tag="webpush_subscribed"):
    """A browser that is reached by one address; `seed` is what its keys are made of, `server_key` whom it subscribed for."""

    id: str
    seed: str
    server_key: str
    is_online: bool = True
    is_gone: bool = False


class Waiting(msgspec.Struct, frozen=True, tag_field="kind", tag="webpush_waiting"):
    """A push for a browser that is offline; `ends_at` is business time, seconds since 1970."""

    id: str
    subscription: str
    address: str
    topic: str
    text: str
    sender: str
    ends_at: float


class Left(msgspec.Struct, frozen=True, tag_field="kind", tag="webpush_left"):
    """These pushes do not wait any more."""

    ids: tuple[str, ...]


class QuirksSet(msgspec.Struct, frozen=True, tag_field="kind", tag="webpush_quirks"):
    """The switches stand like this from now on."""

    quirks: Quirks


class _Refused(Exception):
    """The service says no, for the reason of this name."""


Effect = Subscribed | Waiting | Left | QuirksSet
_decode_effect: Final = msgspec.json.Decoder(Effect).decode


class WebPushSimulator(MessengerSimulator[Quirks]):
    """One push service. Implements ports/simulator.Simulator."""

    name = "webpush"
    prefix = "/webpush"

    def __init__(self, _config: Config) -> None:
        super().__init__(Quirks(), QuirksSet)
        self._browsers: dict[str, Subscribed] = {}
        self._waiting: dict[str, Waiting] = {}
        self._count = 0

    def answer(self, request: Request, now: datetime) -> Outcome:
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "subscribe":
                return self._subscribe(request, now)
            case "POST", "push", id_:
                return self._push(request, id_, now)
            case "DELETE", "push", id_ if id_ in self._browsers:
                return self._ended(self._browsers[id_])
            case "DELETE", "message", id_:
                return Outcome(Answer(204 if id_ in self._waiting else 404, b"", ()), self._leave(id_))
            case _:
                return Outcome(refusal("never", self._quirks.style))

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        """`expire`: the subscription is gone. `stop`, `start`: its browser goes offline, and comes back and is shown what waited."""
        browser = self._browsers.get(act.reference.rpartition("/")[2])
        if browser is None:
            raise Impossible("not_found", "`reference` is the address of a subscription, or its last part.")
        match action:
            case "expire":
                return self._ended(browser)
            case "stop" | "start":
                return self._switched(browser, now, is_online=action == "start")
            case _:
                raise Impossible("invalid", f"Nobody can {action} a push.")

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:  # noqa: ARG002  a push service tells nobody
        raise Impossible("invalid", "A push service tells nothing later.")

    def refusal(self, request: Request) -> Answer:  # noqa: ARG002  the same for all
        return refusal("bad_token", self._quirks.style)

    def pass_time(self, now: datetime) -> Sequence[Passed]:
        over = tuple(one.id for one in self._waiting.values() if one.ends_at <= now.timestamp())
        return [Passed(effect) for effect in self._leave(*over)] if over else ()

    def replay(self, effect: bytes) -> None:
        self._apply(_decode_effect(effect))

    def _apply(self, change: Effect) -> None:
        match change:
            case QuirksSet(quirks=quirks):
                self._quirks = quirks
            case Subscribed(id=id_):
                self._count += id_ not in self._browsers
                self._browsers[id_] = change
                while len(self._browsers) > _MOST:
                    del self._browsers[next(iter(self._browsers))]
            case Waiting(id=id_):
                self._waiting[id_] = change
            case Left(ids=ids):
                for one in ids:
                    self._waiting.pop(one, None)

    def _subscribe(self, request: Request, now: datetime) -> Outcome:
        """What a browser does when a page subscribes: `applicationServerKey` in, the subscription as its script has it out."""
        try:
            asked = msgspec.json.decode(request.body, type=dict[str, Any])
            key = str(asked.get("applicationServerKey", ""))
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), senders.raw(key))
        except (msgspec.DecodeError, ValueError):
            problem = {"message": "applicationServerKey is a point of P-256 as base64url without padding."}
            return Outcome(Answer(400, msgspec.json.encode(problem), _JSON))
        seed = hashlib.sha256(f"{self._count}|{now}|{key}".encode()).hexdigest()
        browser = Subscribed(hashlib.sha256(f"address of {seed}".encode()).hexdigest(), seed, key)
        self._apply(browser)
        keys = {
            "p256dh": _text(receiving.public_point(receiving.private_key(seed.encode()))),
            "auth": _text(_auth(browser)),
        }
        shown = {"endpoint": f"{request.base_url}/push/{browser.id}", "expirationTime": None, "keys": keys}
        return Outcome(Answer(201, msgspec.json.encode(shown), _JSON), (browser,))

    def _push(self, request: Request, id_: str, now: datetime) -> Outcome:
        try:
            browser, ttl_s, topic = self._wanted(id_), _ttl(request), _topic(request)
            contact = _sender(request, browser)
            plain = _plain(request, browser)
        except _Refused as why:
            waits_s = self._quirks.retry_after_s if str(why) in ("slow_down", "overloaded") else 0
            return Outcome(refusal(str(why), self._quirks.style, waits_s))
        message = hashlib.sha256(f"{id_}|{now}|".encode() + request.body).hexdigest()[:32]
        text = plain.decode("utf-8", "replace")
        address = f"{request.base_url}/push/{id_}"
        sent = (("ttl", str(ttl_s)), ("location", f"{request.base_url}/message/{message}"))
        if browser.is_online:
            return Outcome(Answer(201, b"", sent), messages=(PersonMessage("push", message, contact, address, text),))
        if not ttl_s:  # nobody was there, and it was not to wait
            return Outcome(Answer(201, b"", sent))
        waiting = Waiting(message, id_, address, topic, text, contact, now.timestamp() + ttl_s)
        replaced = [one.id for one in self._waiting.values() if topic and (one.subscription, one.topic) == (id_, topic)]
        left = self._leave(*replaced) if replaced else ()
        self._apply(waiting)
        return Outcome(Answer(201, b"", sent), (*left, waiting))

    def _wanted(self, id_: str) -> Subscribed:
        browser = self._browsers.get(id_)
        if browser is None:
            raise _Refused("never")
        if browser.is_gone:
            raise _Refused("gone" if self._quirks.gone == "410" else "never")
        if self._quirks.load != "normal":
            raise _Refused(self._quirks.load)
        return browser

    def _ended(self, browser: Subscribed) -> Outcome:
        gone = msgspec.structs.replace(browser, is_gone=True)
        self._apply(gone)
        waited = [one.id for one in self._waiting.values() if one.subscription == browser.id]
        return Outcome(Answer(200, b"{}", _JSON), (gone, *self._leave(*waited)))

    def _switched(self, browser: Subscribed, now: datetime, *, is_online: bool) -> Outcome:
        """Back online it is shown what waited and is not over, in the order in which it came."""
        switched = msgspec.structs.replace(browser, is_online=is_online)
        self._apply(switched)
        found = [one for one in self._waiting.values() if is_online and one.subscription == browser.id]
        shown = tuple(
            PersonMessage("push", one.id, one.sender, one.address, one.text)
            for one in found
            if one.ends_at > now.timestamp()
        )
        left = self._leave(*(one.id for one in found))
        return Outcome(Answer(200, b"{}", _JSON), (switched, *left), messages=shown)

    def _leave(self, *ids: str) -> tuple[Left, ...]:
        change = Left(ids)
        self._apply(change)
        return (change,) if ids else ()


def _ttl(request: Request) -> int:
    given = request.headers.get("ttl")
    if given is None:
        raise _Refused("no_ttl")
    if not (given.isascii() and given.isdigit()):
        raise _Refused("bad_ttl")
    return min(int(given[:12]), _MOST_TTL_S)


def _topic(request: Request) -> str:
    topic = request.headers.get("topic", "")
    if topic and not _TOPIC.fullmatch(topic):
        raise _Refused("bad_topic")
    if request.headers.get("urgency", "normal") not in _URGENCIES:
        raise _Refused("bad_urgency")
    return topic


def _sender(request: Request, browser: Subscribed) -> str:
    parts = urlsplit(request.base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    try:
        return senders.check(request.headers.get("authorization", ""), origin, browser.server_key, request.came_at)
    except senders.NotTrusted as error:
        raise _Refused("no_token" if error.is_missing else "bad_token") from error


def _plain(request: Request, browser: Subscribed) -> bytes:
    if request.headers.get("content-encoding", "") != "aes128gcm":
        raise _Refused("encoding")
    try:
        return receiving.opened(request.body, receiving.private_key(browser.seed.encode()), _auth(browser))
    except receiving.TooLarge as error:
        raise _Refused("too_large") from error
    except receiving.Unreadable as error:
        raise _Refused("unreadable") from error


def _auth(browser: Subscribed) -> bytes:
    return hashlib.sha256(f"auth of {browser.seed}".encode()).digest()[:_AUTH_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


SIMULATOR: Final = SimulatorEntry(Config, WebPushSimulator)
