"""POST /hooks/{connection}: verify, keep, answer. Nothing else; and GET, where a provider asks so whether the address is ours.

The answer leaves only after COMMIT. A message that is not genuine gets 401 and leaves a digest, never its content.
"""

import time
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog

from gerbang.base.card_numbers import masked
from gerbang.base.errors import GerbangError, NotFound, Unavailable
from gerbang.base.tracing import REQUEST_ID
from gerbang.core.connections.model import Connection, ConnectionNotFound
from gerbang.core.connections.service import Connections
from gerbang.core.inbox.model import NewEvent
from gerbang.core.inbox.service import Inbox
from gerbang.core.limits.model import RateLimited
from gerbang.core.secrets.model import Purpose
from gerbang.ports.webhook import Rejection, WebhookRequest
from gerbang.ports.webhook import Reply as ProviderReply
from gerbang.web.gateway.request_context import Reply
from gerbang.web.input.masking import without_card_numbers
from gerbang.web.problems import BodyTooLarge, Header, MethodNotAllowed, WebhookRejected, describe
from gerbang.web.transport.webhook_refusals import Refusals

log = structlog.get_logger()
PREFIX: Final = "/hooks/"
_KEPT_HEADERS_BYTES: Final = 8_192
_MOST_PARAMETERS: Final = 32
_NEVER_KEPT: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_CLOSE: Final = (b"connection", b"close")


class Hooks:
    """The hook endpoint; also an ASGI application of its own."""

    def __init__(
        self, connections: Connections, inbox: Inbox, body_limit_bytes: int, refusals: Refusals | None = None
    ) -> None:
        self._connections = connections
        self._inbox = inbox
        self._body_limit_bytes = body_limit_bytes
        self._refusals = refusals or Refusals()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request without a gateway around it."""
        reply = await self.reply(scope, receive)
        headers = [(b"content-type", reply.content_type), (b"content-length", b"%d" % len(reply.body)), *reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def reply(self, scope: Any, receive: Any) -> Reply:
        """The answer to one request; the gateway has already bounded its headers and time."""
        if scope["method"] not in ("POST", "GET"):
            return _by_post(scope)
        source = _source(scope)
        if closed_s := self._refusals.closed_for_s(source):
            self._refusals.turned_away(source, "any", "too_many")
            too_many = RateLimited("Too many webhooks of yours were refused.", retry_after_s=closed_s)
            return _problem(scope, too_many, _CLOSE)
        if scope["method"] == "GET":
            return await self._verify_address(scope, source)
        try:
            connection = await self._known(scope)
            body = await _body(scope, receive, self._body_limit_bytes)
            if body is None:
                self._refusals.turned_away(source, connection.id, "too_large")
                return _problem(scope, BodyTooLarge(f"A webhook has at most {self._body_limit_bytes} bytes."), _CLOSE)
            return await self._take(scope, connection, source, body)
        except NotFound:
            self._refusals.turned_away(source, "unknown", "no_connection")
            return _problem(scope, ConnectionNotFound("There is no such hook."), _CLOSE)
        except GerbangError as error:
            unavailable = error if isinstance(error, Unavailable) else Unavailable("Not stored; please send it again.")
            return _problem(scope, unavailable)

    async def _verify_address(self, scope: Any, source: str) -> Reply:
        """Show a provider that asks by GET that the hook is ours. Everybody else is told the same, be there such a connection or not."""
        try:
            connection = await self._known(scope)
            verify = self._connections.provider_of(connection).verify_address
            if verify is None:
                return _by_post(scope)
            account = await self._connections.account_for(connection, Purpose.VERIFY_WEBHOOK)
            query = _query(scope)
            answer = Rejection.MALFORMED if query is None else verify(account, query)
            if isinstance(answer, Rejection):
                await self._reject(connection.id, answer, source, scope["query_string"])
                return _problem(scope, WebhookRejected(f"Refused: {answer.value}."))
            await self._inbox.note_address_verified(connection.id, source)
            return _told(answer)
        except NotFound:
            return _by_post(scope)
        except GerbangError as error:
            return _problem(scope, error if isinstance(error, Unavailable) else Unavailable("Please ask again."))

    async def _known(self, scope: Any) -> Connection:
        """The connection that the address names, known before anything is read; raises NotFound. One that is disabled is heard too: it is offered
        to nobody, and what was begun by it goes on. A shop has no hook of its own: its events come by its app.
        """
        name, _, behind = scope["path"][len(PREFIX) :].rstrip("/").partition("/")
        connection = await self._connections.get(name)
        if why := self._connections.unusable(connection):
            raise Unavailable(why)
        provider = self._connections.provider_of(connection)
        if connection.parent is not None or provider.webhook is None or (behind and not provider.has_secret_path):
            raise NotFound
        return connection

    async def _take(self, scope: Any, connection: Connection, source: str, body: bytes) -> Reply:
        provider = self._connections.provider_of(connection)
        webhook = provider.webhook
        assert webhook is not None
        account = await self._connections.account_for(connection, Purpose.VERIFY_WEBHOOK)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        behind = scope["path"][len(PREFIX) :].rstrip("/").partition("/")[2]
        found = webhook.verify(account, WebhookRequest(headers, body, behind), time.time())
        if isinstance(found, Rejection):
            await self._reject(connection.id, found, source, body)
            return _problem(scope, WebhookRejected(f"Refused: {found.value}."))
        kept, kept_headers = without_card_numbers(body), _kept(headers)
        event = NewEvent(
            connection=connection.id,
            key=found.key,
            subject=found.subject,
            type=found.type,
            headers=kept_headers,
            body=kept,
            kind=provider.kind,
        )
        if await self._inbox.receive(event) and kept != body:
            await self._inbox.note_card_data(connection.id)
        return _told(found.reply or webhook.reply)

    async def _reject(self, connection: str, reason: Rejection, source: str, body: bytes) -> None:
        """Keep a sample now and then: a flood of forgeries must not fill the disk."""
        times = self._refusals.note(source, connection, reason.value)
        if times:
            try:
                await self._inbox.reject(connection, reason.value, source, body, times=times)
            except Unavailable as error:  # it is refused all the same
                log.warning("webhook.sample_lost", connection=connection, code=error.code)


def _shown_path(scope: Any) -> str:
    """The path without what stands behind the connection: that may be a secret."""
    name, slash, _ = scope["path"][len(PREFIX) :].partition("/")
    return f"{PREFIX}{name}" + ("/…" if slash else "")


def _told(answer: ProviderReply) -> Reply:
    more = tuple([(name.encode(), value.encode()) for name, value in answer.headers])
    return Reply(answer.status, answer.body, answer.content_type.encode(), more)


def _by_post(scope: Any) -> Reply:
    return _problem(scope, MethodNotAllowed("This address takes POST."))


def _query(scope: Any) -> dict[str, str] | None:
    """The parameters of the address, by name; None where they cannot be read, or one is given twice."""
    try:
        pairs = parse_qsl(
            scope["query_string"].decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(scope["query_string"]),
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        return None
    query = dict(pairs)
    return query if len(query) == len(pairs) else None


def _source(scope: Any) -> str:
    """The sender's address; a network of 64 bits for IPv6."""
    host: str = scope["client"][0] if scope.get("client") else "unknown"
    return ":".join(host.split(":")[:4]) + "::/64" if host.count(":") > 1 else host


async def _body(scope: Any, receive: Any, limit_bytes: int) -> bytes | None:
    """The whole body, or None when it is longer than allowed, or says that it will be."""
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if int(told) > limit_bytes:
        return None
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


def _problem(scope: Any, error: GerbangError, *more: Header) -> Reply:
    status, headers, body = describe(error, instance=masked(_shown_path(scope)), request_id=REQUEST_ID.get() or "")
    return Reply(status, body, headers[0][1], (*headers[1:], *more))
