"""The road of every request, as a list of steps, and the way back of every answer. What a route does is web/api's matter.

One raw ASGI callable around the framework: its middleware classes cost more than all steps here together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final, Protocol

import structlog

from gerbang.base.card_numbers import masked
from gerbang.base.errors import Forbidden, GerbangError, Invalid, Unauthenticated
from gerbang.base.http import UPSTREAM_S
from gerbang.base.patience import WAITS, Waits
from gerbang.base.tracing import REQUEST_ID
from gerbang.core.idempotency.model import IdempotencyKeyReused
from gerbang.core.identity.api_keys import refuse_credentials_in_query
from gerbang.core.identity.model import Caller, NoOwnerYet
from gerbang.web import idempotency, queries, rates, validation
from gerbang.web.access_log import AccessLog
from gerbang.web.addressing import page_meant, wants_page
from gerbang.web.answering import WHOLE_ANSWER
from gerbang.web.cursors import Cursors
from gerbang.web.exchange import Exchange, Reply
from gerbang.web.hosts import BY_PROXY, Hosts
from gerbang.web.metrics import RequestMetrics
from gerbang.web.policy import Body, Rate, Row, Who
from gerbang.web.problems import (
    BodyTooLarge,
    CardDataRefused,
    CrossSite,
    Header,
    MethodNotAllowed,
    RouteNotFound,
    UnsupportedMedia,
    describe,
)
from gerbang.web.rates import Rates
from gerbang.web.receiving import body_again, read_body
from gerbang.web.routing import Routes
from gerbang.web.same_origin import check_same_origin
from gerbang.web.services import Services
from gerbang.web.translating import as_our_error

log = structlog.get_logger()
ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]
Direct = Callable[[Exchange], Awaitable[Reply]]
SESSION_COOKIE: Final = "grb_session"
_SAFE: Final = frozenset({"GET", "HEAD"})
_API: Final = "/v1/"
_LARGE_BYTES: Final = 32_768
_API_HEADERS: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_PAGE_HEADERS: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"same-origin"),
    (
        b"content-security-policy",
        (
            b"default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; "
            b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
)
_API_LINES: Final = b"".join(b"%b: %b\r\n" % pair for pair in _API_HEADERS)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_HERE: Final = Reply(200, b"Gerbang runs here. /readyz says whether it can work.\n", b"text/plain; charset=utf-8")
_AUDITED: Final = (CardDataRefused, IdempotencyKeyReused)


class Identity(Protocol):
    """What the gateway asks about callers."""

    async def caller_of(self, authorization: str) -> Caller:
        """Who sends this Authorization header; raises InvalidToken."""
        ...


@dataclass(frozen=True, slots=True)
class Ways:
    """What the gateway leads to and asks on the way."""

    inner: ASGIApp
    lifespan: ASGIApp
    services: Services
    cursors: Cursors
    hooks: Callable[[Any, Any], Awaitable[Reply]]
    table: Sequence[Row]
    direct: Mapping[str, Direct]
    identity: Identity
    rates: Rates
    payer: Callable[[Exchange], Awaitable[Caller | None]]
    audit: Callable[[Exchange, GerbangError], Awaitable[None]]
    metrics: RequestMetrics
    access_log: AccessLog
    hosts: Hosts
    parameters: queries.Known
    bodiless: frozenset[str]
    body_limit_bytes: int
    needs_owner: Callable[[], Awaitable[bool]]


class Gateway:
    """The ASGI application that the server runs."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._routes = Routes(ways.table)
        self._owned = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._ways.lifespan(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        exchange.hosts = self._ways.hosts
        UPSTREAM_S.set(exchange.upstream)
        REQUEST_ID.set(exchange.request_id)
        WAITS.set(Waits())
        try:
            await self._travel(exchange)
        except Exception as error:  # noqa: BLE001  translated, logged where unexpected, and always answered
            ours = as_our_error(error, route=_route(exchange), request_id=exchange.request_id)
            await self._refuse(exchange, await self._audited(exchange, ours))
        finally:
            self._tell(exchange)

    async def _travel(self, exchange: Exchange) -> None:
        """The road. Each step raises the error that ends it."""
        exchange.refuse_doubled_headers()
        try:
            exchange.row, exchange.params = self._routes.find(exchange.method, exchange.path)
        except (RouteNotFound, MethodNotAllowed):
            if (meant := page_meant(exchange, self._routes)) is None:
                raise
            await self._reply(exchange, Reply(303, b"", b"text/plain", ((b"location", meant.encode("latin-1")),)))
            return
        if not exchange.row.any_host:
            by_proxy, asked = exchange.scope.get(BY_PROXY, False), (exchange.host, exchange.forwarded_host)
            to_show = wants_page(exchange)
            if exchange.row.route == "GET /" and self._ways.hosts.is_probe(*asked, by_proxy=by_proxy, to_show=to_show):
                await self._reply(exchange, _HERE)
                return
            self._ways.hosts.check(*asked, by_proxy=by_proxy)
        if not self._owned and not exchange.row.unowned:
            await self._check_owned()
        if exchange.row.body is Body.RAW:
            await self._reply(exchange, await self._ways.hooks(exchange.scope, exchange.receive))
            return
        try:
            await self._admit(exchange, exchange.row)
        except GerbangError as error:
            if not exchange.row.is_page:
                raise
            await _keep(exchange, error)
        await self._answer(exchange, exchange.row)

    async def _admit(self, exchange: Exchange, row: Row) -> None:
        """Who it is, whether they may and not too often, and what they send."""
        _refuse_nul(exchange)
        exchange.caller = await self._identify(exchange)
        exchange.verdict = await self._ways.rates.check(row.rate, exchange.caller, exchange.address)
        if exchange.verdict is not None and not exchange.verdict.allowed:
            raise rates.refuse(exchange.verdict)
        _check_policy(exchange, row)
        if exchange.path.startswith(_API):
            validation.refuse_cards_in_address(exchange.path, exchange.query())
            if exchange.scope["query_string"] and (known := self._ways.parameters.get(row.route)) is not None:
                queries.check(exchange.scope["query_string"], known)
        if row.key_required:
            exchange.key = idempotency.check_form(exchange.headers.get(b"idempotency-key"))
        if row.body is not Body.NONE:
            await self._take_body(exchange, row.body)

    # ── steps ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _check_owned(self) -> None:
        """Until somebody owns this installation, it serves nothing but the way to own it (R37)."""
        if await self._ways.needs_owner():
            raise NoOwnerYet(
                hint="Open the link that `gerbang serve` printed; it is good for 30 minutes.", retry_after_s=60
            )
        self._owned = True

    async def _identify(self, exchange: Exchange) -> Caller | None:
        """The caller by Authorization header, by the link of one payment, or by the session cookie of our own pages."""
        query = exchange.scope["query_string"]
        if query:
            refuse_credentials_in_query(query.decode("latin-1"))
        header = exchange.headers.get(b"authorization")
        if header is not None:
            try:
                return await self._ways.identity.caller_of(header.decode("latin-1"))
            except Unauthenticated:
                if exchange.row is None or not exchange.row.ran_out:
                    raise
                return None
        if exchange.row is not None and exchange.row.own and (payer := await self._ways.payer(exchange)) is not None:
            return payer
        cookie = exchange.headers.get(b"cookie")
        token = _cookie(cookie, SESSION_COOKIE) if cookie else None
        if token is None or exchange.row is None or exchange.row.rate is Rate.FREE:
            return None
        return await self._by_session(exchange, exchange.row, token)

    async def _by_session(self, exchange: Exchange, row: Row, token: str) -> Caller | None:
        """The caller by our own pages' cookie; an old one, or one that another site made use of, is nobody where anybody may come."""
        try:
            if exchange.method not in _SAFE:
                check_same_origin(exchange)
            return await self._ways.identity.caller_of(f"Bearer {token}")
        except (Unauthenticated, CrossSite):
            if row.who is Who.ANYONE:
                return None
            raise

    async def _take_body(self, exchange: Exchange, kind: Body) -> None:
        if exchange.headers.get(b"content-encoding", b"identity") != b"identity":
            raise UnsupportedMedia("Send the body without compression.")
        most = exchange.row.most_bytes if exchange.row else None
        exchange.body = await read_body(exchange, min(most or self._ways.body_limit_bytes, self._ways.body_limit_bytes))
        if kind is not Body.JSON:
            return
        bodiless = exchange.row is not None and exchange.row.route in self._ways.bodiless
        if not exchange.body:
            exchange.body = b"" if bodiless else b"{}"  # so that what is missing is told field by field
            return
        media = exchange.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if media != b"application/json" and not media.endswith(b"+json"):
            raise UnsupportedMedia("Send the body as application/json.")
        if len(exchange.body) > _LARGE_BYTES:  # milliseconds, in which nobody else may wait
            exchange.value = await asyncio.to_thread(validation.read_json, exchange.body)
        else:
            exchange.value = validation.read_json(exchange.body)
        if bodiless:
            validation.refuse_members(exchange.value)

    async def _answer(self, exchange: Exchange, row: Row) -> None:
        direct = self._ways.direct.get(row.route)
        if direct is not None:
            await self._reply(exchange, await direct(exchange))
            return
        await self._inside(exchange, {"method": "GET"} if exchange.method == "HEAD" else {})
        if exchange.error is not None:
            await self._audited(exchange, exchange.error)

    async def _inside(self, exchange: Exchange, changed: Mapping[str, Any]) -> None:
        """Through the framework, with some of the request `changed`."""
        state = exchange.scope["state"]
        state["exchange"], state["caller"], state["request_id"] = exchange, exchange.caller, exchange.request_id
        state["services"], state["cursors"] = self._ways.services, self._ways.cursors
        await self._ways.inner({**exchange.scope, **changed}, body_again(exchange), self._dressing(exchange))

    # ── the way back ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _reply(self, exchange: Exchange, reply: Reply) -> None:
        """An answer made without the framework: by one write where the server offers it and nothing is out of the ordinary."""
        whole = exchange.scope.get("extensions", {}).get(WHOLE_ANSWER)
        is_plain = not reply.content_type.startswith(b"text/html") and (b"connection", b"close") not in reply.headers
        if whole is not None and is_plain and exchange.scope["scheme"] == "http":
            exchange.status = reply.status
            if whole(reply.status, _plain_head(exchange, reply), reply.body):
                return
        await self._send(exchange, reply.status, [(b"content-type", reply.content_type), *reply.headers], reply.body)

    async def _send(self, exchange: Exchange, status: int, headers: list[Header], body: bytes) -> None:
        exchange.status = status
        head = [*headers, (b"content-length", b"%d" % len(body)), *self._common(exchange, headers)]
        await exchange.send({"type": "http.response.start", "status": status, "headers": head})
        await exchange.send({"type": "http.response.body", "body": body, "more_body": False})

    def _dressing(self, exchange: Exchange) -> Callable[[Any], Awaitable[None]]:
        """The framework's `send`, with our headers added where the route did not set them itself."""

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                own = list(message["headers"])
                message = {**message, "headers": own + self._common(exchange, own)}
            await exchange.send(message)

        return send

    def _common(self, exchange: Exchange, present: Sequence[Header]) -> list[Header]:
        """What every answer carries."""
        is_page = any(name == b"content-type" and value.startswith(b"text/html") for name, value in present)
        headers: list[Header] = [(b"x-request-id", exchange.request_id.encode())]
        set_already = {name for name, _ in present} if len(present) > 1 else ()
        headers += [pair for pair in (_PAGE_HEADERS if is_page else _API_HEADERS) if pair[0] not in set_already]
        if exchange.scope["scheme"] == "https":
            headers.append(_HSTS)
        if exchange.verdict is not None:
            headers += rates.headers_of(exchange.verdict)
        own_s, upstream_s = exchange.times()
        headers.append((b"server-timing", b"app;dur=%.2f, upstream;dur=%.2f" % (own_s * 1000, upstream_s * 1000)))
        return headers

    async def _audited(self, exchange: Exchange, error: GerbangError) -> GerbangError:
        """Note the refusals that somebody may want to look into; the error to answer with, another one when they cannot be noted."""
        if not isinstance(error, _AUDITED):
            return error
        try:
            await self._ways.audit(exchange, error)
        except GerbangError as unavailable:
            return unavailable
        return error

    async def _refuse(self, exchange: Exchange, error: GerbangError) -> None:
        if exchange.status:  # the answer had begun: all that is left is to break it off
            log.warning("request.broken_off", route=_route(exchange), code=error.code, request_id=exchange.request_id)
            raise error
        if wants_page(exchange):
            exchange.refused = error  # told by the handler of errors of a page that is always there
            await self._inside(exchange, {"method": "GET", "path": "/", "raw_path": b"/"})
            return
        status, headers, body = describe(error, instance=masked(exchange.path), request_id=exchange.request_id)
        if isinstance(error, BodyTooLarge | UnsupportedMedia):
            headers.append((b"connection", b"close"))
        await self._send(exchange, status, headers, body)

    def _tell(self, exchange: Exchange) -> None:
        own_s, upstream_s = exchange.times()
        route = _route(exchange)
        caller = exchange.caller.label if exchange.caller else "-"
        self._ways.metrics.record(route, exchange.status, own_s)
        self._ways.access_log.add(route, exchange.status, own_s, own_s + upstream_s, caller, exchange.request_id)


def _plain_head(exchange: Exchange, reply: Reply) -> bytes:
    """The same header lines as `_common` makes, for what is no page, over plain HTTP."""
    own_s, upstream_s = exchange.times()
    pairs = reply.headers if exchange.verdict is None else (*reply.headers, *rates.headers_of(exchange.verdict))
    more = b"".join([b"%b: %b\r\n" % pair for pair in pairs])
    return b"content-type: %b\r\n%bcontent-length: %d\r\nx-request-id: %b\r\nserver-timing: app;dur=%.2f, upstream;dur=%.2f\r\n%b" % (
        reply.content_type, _API_LINES, len(reply.body), exchange.request_id.encode(), own_s * 1000, upstream_s * 1000, more,
    )  # fmt: skip


def create(services: Services, extra_handlers: Sequence[Any] = ()) -> ASGIApp:
    """The application to serve: our routes, `extra_handlers` of other packages, and the gateway around them.

    Raises ValueError when a route has no row in the policy table.
    """
    from gerbang.web.assembly import assemble  # it knows the gateway, so it comes late

    return assemble(services, extra_handlers)


def _refuse_nul(exchange: Exchange) -> None:
    """U+0000 can be in no id, name or filter, and the database would refuse it late (R41)."""
    if "\x00" in exchange.path or b"%00" in exchange.scope["query_string"]:
        raise Invalid("The address holds the character U+0000.")


def _check_policy(exchange: Exchange, row: Row) -> None:
    if row.who is Who.ANYONE:
        return
    caller = exchange.known_caller()
    if row.who is Who.PERMITTED and caller.permissions.isdisjoint(row.permissions):
        raise Forbidden(f"This needs the permission {' or '.join(row.permissions)}.")


async def _keep(exchange: Exchange, error: GerbangError) -> None:
    """A page's request that is refused: the page tells it, with what was typed, as far as that is no more than a form holds."""
    exchange.refused = error
    row = exchange.row
    if row is None or row.body is not Body.FORM or exchange.body or isinstance(error, BodyTooLarge | UnsupportedMedia):
        return
    try:
        exchange.body = await read_body(exchange, row.most_bytes or _LARGE_BYTES)
    except GerbangError:
        exchange.body = b""


def _route(exchange: Exchange) -> str:
    return exchange.row.route if exchange.row else "unmatched"


def _cookie(header: bytes, name: str) -> str | None:
    try:
        found = SimpleCookie(header.decode("latin-1")).get(name)
    except CookieError:
        return None
    return found.value if found else None
