"""POST /hooks/{connection}: verify, keep, answer. Nothing else.

The answer leaves only after COMMIT. A message that is not genuine gets 401 and leaves a digest, never its content.
"""

import time
from collections import deque
from typing import Any, Final

import msgspec
import structlog

from gerbang.base.card_numbers import masked
from gerbang.base.errors import GerbangError, NotFound
from gerbang.core.connections.service import Connections
from gerbang.core.inbox.model import NewEvent
from gerbang.core.inbox.service import Inbox
from gerbang.core.secrets.model import Purpose
from gerbang.ports.webhook import Incoming, Rejection
from gerbang.web.exchange import Reply
from gerbang.web.problems import Header

log = structlog.get_logger()
PREFIX: Final = "/hooks/"
_KEPT_HEADERS_BYTES: Final = 8_192
_NEVER_KEPT: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_SAMPLES_PER_MINUTE: Final = 60


class Hooks:
    """The hook endpoint; also an ASGI application of its own."""

    def __init__(self, connections: Connections, inbox: Inbox, body_limit_bytes: int) -> None:
        self._connections = connections
        self._inbox = inbox
        self._body_limit_bytes = body_limit_bytes
        self._samples: deque[float] = deque(maxlen=_SAMPLES_PER_MINUTE)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request without a gateway around it."""
        reply = await self.reply(scope, receive)
        headers = [(b"content-type", reply.content_type), (b"content-length", b"%d" % len(reply.body)), *reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def reply(self, scope: Any, receive: Any) -> Reply:
        """The answer to one request; the gateway has already bounded its headers and time."""
        if scope["method"] != "POST":
            return _problem(405, "method_not_allowed", "Webhooks are sent by POST.", ((b"allow", b"POST"),))
        body = await _body(receive, self._body_limit_bytes)
        if body is None:
            return _problem(413, "body_too_large", f"A webhook has at most {self._body_limit_bytes} bytes.")
        try:
            return await self._take(scope, body)
        except NotFound:
            return _problem(404, "connection_not_found", "There is no such hook.")
        except GerbangError as error:
            return _problem(503, error.code, "Not stored; please send it again.", ((b"retry-after", b"2"),))

    async def _take(self, scope: Any, body: bytes) -> Reply:
        connection = await self._connections.get(scope["path"][len(PREFIX) :].rstrip("/"))
        webhook = self._connections.provider_of(connection).webhook
        if webhook is None or not connection.enabled:
            raise NotFound
        account = await self._connections.account_for(connection, Purpose.VERIFY_WEBHOOK)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        found = webhook.verify(account, Incoming(headers, body), time.time())
        if isinstance(found, Rejection):
            await self._reject(connection.id, found, scope, body)
            return _problem(401, "webhook_rejected", f"Refused: {found.value}.")
        kept, kept_headers = _without_card_numbers(body), _kept(headers)
        event = NewEvent(connection.id, found.key, found.subject, found.type, kept_headers, kept)
        if await self._inbox.receive(event) and kept != body:
            await self._inbox.note_card_data(connection.id)
        answer = found.reply or webhook.reply
        more = tuple([(name.encode(), value.encode()) for name, value in answer.headers])
        return Reply(answer.status, answer.body, answer.content_type.encode(), more)

    async def _reject(self, connection: str, reason: Rejection, scope: Any, body: bytes) -> None:
        """Keep a sample, at most sixty a minute in each process: a flood of forgeries must not fill the disk."""
        log.warning("webhook.rejected", connection=connection, reason=reason.value, size=len(body))
        now = time.monotonic()
        if len(self._samples) == _SAMPLES_PER_MINUTE and now - self._samples[0] < 60:
            return
        self._samples.append(now)
        source = scope["client"][0] if scope.get("client") else ""
        await self._inbox.reject(connection, reason.value, source, body)


async def _body(receive: Any, limit_bytes: int) -> bytes | None:
    """The whole body, or None when it is longer than allowed."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit_bytes:
            return None
    return body if len(body) <= limit_bytes else None


def _kept(headers: dict[str, str]) -> dict[str, str]:
    room, kept = _KEPT_HEADERS_BYTES, {}
    for name, value in headers.items():
        room -= len(name) + len(value)
        if room > 0 and name not in _NEVER_KEPT:
            kept[name] = masked(value.replace("\x00", ""))
    return kept


def _without_card_numbers(body: bytes) -> bytes:
    """The body as it is kept: byte by byte, but for card numbers, whose inner digits are masked (R14). What the provider says about money
    must not be lost over a number that it should not have sent, so it is not refused.
    """
    text = body.decode("utf-8", "surrogateescape")
    safe = masked(text)
    if safe == text:
        return body
    if _is_json(text) and not _is_json(safe):
        safe = masked(text, "0")  # a bare number of JSON takes no other sign
    return safe.encode("utf-8", "surrogateescape")


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text.encode("utf-8", "surrogateescape"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _problem(status: int, code: str, detail: str, headers: tuple[Header, ...] = ()) -> Reply:
    body = {"type": f"/docs/errors#{code}", "title": detail, "status": status, "detail": detail, "code": code}
    return Reply(status, msgspec.json.encode(body), b"application/problem+json", headers)
