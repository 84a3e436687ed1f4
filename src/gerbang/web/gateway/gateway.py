"""The road of every request, as a list of steps, and the way back of every answer. What a route does is web/api's matter.

One raw ASGI callable around the framework: its middleware classes cost more than all steps here together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog

from gerbang.base.card_numbers import masked
from gerbang.base.errors import Forbidden, GerbangError, Invalid, Unauthenticated
from gerbang.base.http import HTTP_CALLS
from gerbang.base.tracing import REQUEST_ID
from gerbang.base.wait_limits import WAITS, Waits
from gerbang.core.idempotency.model import IdempotencyKeyReused
from gerbang.core.identity.api_keys import refuse_credentials_in_query
from gerbang.core.identity.model import Caller, NoOwnerYet
from gerbang.web.cursors import Cursors
from gerbang.web.gateway import idempotency, query_parameters, rate_limits
from gerbang.web.gateway.access_log import AccessLog
from gerbang.web.gateway.framework_errors import as_our_error
from gerbang.web.gateway.hosts import BY_PROXY, Hosts
from gerbang.web.gateway.metrics import RequestMetrics
from gerbang.web.gateway.page_addresses import page_meant, wants_page
from gerbang.web.gateway.rate_limits import Rates
from gerbang.web.gateway.request_body import body_again, read_body
from gerbang.web.gateway.request_context import WHOLE_RESPONSE, Reply, RequestContext
from gerbang.web.gateway.routing import Routes
from gerbang.web.gateway.same_origin import check_same_origin
from gerbang.web.gateway.session_cookie import session_token
from gerbang.web.input import validation
from gerbang.web.policy_rows import Body, Rate, Row, Who
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
from gerbang.web.services import Services

log = structlog.get_logger()
ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]
Direct = Callable[[RequestContext], Awaitable[Reply]]
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
class GatewayParts:
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
    payer: Callable[[RequestContext], Awaitable[Caller | None]]
    audit: Callable[[RequestContext, GerbangError], Awaitable[None]]
    metrics: RequestMetrics
    access_log: AccessLog
    hosts: Hosts
    parameters: query_parameters.Known
    bodiless: frozenset[str]
    body_limit_bytes: int
    needs_owner: Callable[[], Awaitable[bool]]


class Gateway:
    """The ASGI application that the server runs."""

    def __init__(self, parts: GatewayParts) -> None:
        self._parts = parts
        self._routes = Routes(parts.table)
        self._owned = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._parts.lifespan(scope, receive, send)
            return
        context = RequestContext(scope, receive, send)
        context.hosts = self._parts.hosts
        HTTP_CALLS.set(context.upstream)
        REQUEST_ID.set(context.request_id)
        WAITS.set(Waits())
        try:
            await self._travel(context)
        except Exception as error:  # noqa: BLE001  translated, logged where unexpected, and always answered
            ours = as_our_error(error, route=_route(context), request_id=context.request_id)
            await self._refuse(context, await self._audited(context, ours))
        finally:
            self._tell(context)

    async def _travel(self, context: RequestContext) -> None:
        """The road. Each step raises the error that ends it."""
        context.refuse_doubled_headers()
        try:
            context.row, context.params = self._routes.find(context.method, context.path)
        except (RouteNotFound, MethodNotAllowed):
            if (meant := page_meant(context, self._routes)) is None:
                raise
            await self._reply(context, Reply(303, b"", b"text/plain", ((b"location", meant.encode("latin-1")),)))
            return
        if not context.row.any_host:
            by_proxy, asked = context.scope.get(BY_PROXY, False), (context.host, context.forwarded_host)
            to_show = wants_page(context)
            if context.row.route == "GET /" and self._parts.hosts.is_probe(*asked, by_proxy=by_proxy, to_show=to_show):
                await self._reply(context, _HERE)
                return
            self._parts.hosts.check(*asked, by_proxy=by_proxy)
        if not self._owned and not context.row.unowned:
            await self._check_owned()
        if context.row.body is Body.RAW:
            await self._reply(context, await self._parts.hooks(context.scope, context.receive))
            return
        try:
            await self._admit(context, context.row)
        except GerbangError as error:
            if not context.row.is_page:
                raise
            await _keep(context, error)
        await self._answer(context, context.row)

    async def _admit(self, context: RequestContext, row: Row) -> None:
        """Who it is, whether they may and not too often, and what they send."""
        _refuse_nul(context)
        context.caller = await self._identify(context)
        context.verdict = await self._parts.rates.check(row.rate, context.caller, context.address)
        if context.verdict is not None and not context.verdict.allowed:
            raise rate_limits.refuse(context.verdict)
        _check_policy(context, row)
        if context.path.startswith(_API):
            validation.refuse_cards_in_address(context.path, context.query())
            if context.scope["query_string"] and (known := self._parts.parameters.get(row.route)) is not None:
                query_parameters.check(context.scope["query_string"], known)
        if row.key_required or (row.key_taken and b"idempotency-key" in context.headers):
            context.key = idempotency.check_form(context.headers.get(b"idempotency-key"))
        if row.body is not Body.NONE:
            await self._take_body(context, row.body)

    # ── steps ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _check_owned(self) -> None:
        """Until somebody owns this installation, it serves nothing but the way to own it (R37)."""
        if await self._parts.needs_owner():
            raise NoOwnerYet(
                hint="Open the link that `gerbang serve` printed; it is good for 30 minutes.", retry_after_s=60
            )
        self._owned = True

    async def _identify(self, context: RequestContext) -> Caller | None:
        """The caller by Authorization header, by the link of one payment, or by the session cookie of our own pages."""
        query = context.scope["query_string"]
        if query:
            refuse_credentials_in_query(query.decode("latin-1"))
        header = context.headers.get(b"authorization")
        if header is not None:
            try:
                return await self._parts.identity.caller_of(header.decode("latin-1"))
            except Unauthenticated:
                if context.row is None or not context.row.ran_out:
                    raise
                return None
        if context.row is not None and context.row.own and (payer := await self._parts.payer(context)) is not None:
            return payer
        token = session_token(context)
        if token is None or context.row is None or context.row.rate is Rate.FREE:
            return None
        return await self._by_session(context, context.row, token)

    async def _by_session(self, context: RequestContext, row: Row, token: str) -> Caller | None:
        """The caller by our own pages' cookie; an old one, or one that another site made use of, is nobody where anybody may come."""
        try:
            if context.method not in _SAFE:
                check_same_origin(context)
            return await self._parts.identity.caller_of(f"Bearer {token}")
        except (Unauthenticated, CrossSite):
            if row.who is Who.ANYONE:
                return None
            raise

    async def _take_body(self, context: RequestContext, kind: Body) -> None:
        if context.headers.get(b"content-encoding", b"identity") != b"identity":
            raise UnsupportedMedia("Send the body without compression.")
        most = context.row.most_bytes if context.row else None
        context.body = await read_body(context, min(most or self._parts.body_limit_bytes, self._parts.body_limit_bytes))
        if kind is not Body.JSON:
            return
        bodiless = context.row is not None and context.row.route in self._parts.bodiless
        if not context.body:
            context.body = b"" if bodiless else b"{}"  # so that what is missing is told field by field
            return
        media = context.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if media != b"application/json" and not media.endswith(b"+json"):
            raise UnsupportedMedia("Send the body as application/json.")
        if len(context.body) > _LARGE_BYTES:  # milliseconds, in which nobody else may wait
            context.value = await asyncio.to_thread(validation.read_json, context.body)
        else:
            context.value = validation.read_json(context.body)
        if bodiless:
            validation.refuse_members(context.value)

    async def _answer(self, context: RequestContext, row: Row) -> None:
        direct = self._parts.direct.get(row.route)
        if direct is not None:
            await self._reply(context, await direct(context))
            return
        await self._inside(context, {"method": "GET"} if context.method == "HEAD" else {})
        if context.error is not None:
            await self._audited(context, context.error)

    async def _inside(self, context: RequestContext, changed: Mapping[str, Any]) -> None:
        """Through the framework, with some of the request `changed`."""
        state = context.scope["state"]
        state["exchange"], state["caller"], state["request_id"] = context, context.caller, context.request_id
        state["services"], state["cursors"] = self._parts.services, self._parts.cursors
        await self._parts.inner({**context.scope, **changed}, body_again(context), self._dressing(context))

    # ── the way back ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _reply(self, context: RequestContext, reply: Reply) -> None:
        """An answer made without the framework: by one write where the server offers it and nothing is out of the ordinary."""
        whole = context.scope.get("extensions", {}).get(WHOLE_RESPONSE)
        is_plain = not reply.content_type.startswith(b"text/html") and (b"connection", b"close") not in reply.headers
        if whole is not None and is_plain and context.scope["scheme"] == "http":
            context.status = reply.status
            if whole(reply.status, _plain_head(context, reply), reply.body):
                return
        await self._send(context, reply.status, [(b"content-type", reply.content_type), *reply.headers], reply.body)

    async def _send(self, context: RequestContext, status: int, headers: list[Header], body: bytes) -> None:
        context.status = status
        head = [*headers, (b"content-length", b"%d" % len(body)), *self._common(context, headers)]
        await context.send({"type": "http.response.start", "status": status, "headers": head})
        await context.send({"type": "http.response.body", "body": body, "more_body": False})

    def _dressing(self, context: RequestContext) -> Callable[[Any], Awaitable[None]]:
        """The framework's `send`, with our headers added where the route did not set them itself."""

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                context.status = message["status"]
                own = list(message["headers"])
                message = {**message, "headers": own + self._common(context, own)}
            await context.send(message)

        return send

    def _common(self, context: RequestContext, present: Sequence[Header]) -> list[Header]:
        """What every answer carries."""
        is_page = any(name == b"content-type" and value.startswith(b"text/html") for name, value in present)
        headers: list[Header] = [(b"x-request-id", context.request_id.encode())]
        set_already = {name for name, _ in present} if len(present) > 1 else ()
        headers += [pair for pair in (_PAGE_HEADERS if is_page else _API_HEADERS) if pair[0] not in set_already]
        if context.scope["scheme"] == "https":
            headers.append(_HSTS)
        if context.verdict is not None:
            headers += rate_limits.headers_of(context.verdict)
        own_s, upstream_s = context.times()
        headers.append((b"server-timing", b"app;dur=%.2f, upstream;dur=%.2f" % (own_s * 1000, upstream_s * 1000)))
        return headers

    async def _audited(self, context: RequestContext, error: GerbangError) -> GerbangError:
        """Note the refusals that somebody may want to look into; the error to answer with, another one when they cannot be noted."""
        if not isinstance(error, _AUDITED):
            return error
        try:
            await self._parts.audit(context, error)
        except GerbangError as unavailable:
            return unavailable
        return error

    async def _refuse(self, context: RequestContext, error: GerbangError) -> None:
        if context.status:  # the answer had begun: all that is left is to break it off
            log.warning("request.broken_off", route=_route(context), code=error.code, request_id=context.request_id)
            raise error
        if wants_page(context):
            context.refused = error  # told by the handler of errors of a page that is always there
            await self._inside(context, {"method": "GET", "path": "/", "raw_path": b"/"})
            return
        status, headers, body = describe(error, instance=masked(context.path), request_id=context.request_id)
        if isinstance(error, BodyTooLarge | UnsupportedMedia):
            headers.append((b"connection", b"close"))
        await self._send(context, status, headers, body)

    def _tell(self, context: RequestContext) -> None:
        own_s, upstream_s = context.times()
        route = _route(context)
        caller = context.caller.label if context.caller else "-"
        self._parts.metrics.record(route, context.status, own_s)
        self._parts.access_log.add(route, context.status, own_s, own_s + upstream_s, caller, context.request_id)


def _plain_head(context: RequestContext, reply: Reply) -> bytes:
    """The same header lines as `_common` makes, for what is no page, over plain HTTP."""
    own_s, upstream_s = context.times()
    pairs = reply.headers if context.verdict is None else (*reply.headers, *rate_limits.headers_of(context.verdict))
    more = b"".join([b"%b: %b\r\n" % pair for pair in pairs])
    return (
        b"content-type: %b\r\n%bcontent-length: %d\r\nx-request-id: %b\r\nserver-timing: app;dur=%.2f, upstream;dur=%.2f\r\n%b"
        % (
            reply.content_type,
            _API_LINES,
            len(reply.body),
            context.request_id.encode(),
            own_s * 1000,
            upstream_s * 1000,
            more,
        )
    )


def _refuse_nul(context: RequestContext) -> None:
    """U+0000 can be in no id, name or filter, and the database would refuse it late (R41)."""
    if "\x00" in context.path or b"%00" in context.scope["query_string"]:
        raise Invalid("The address holds the character U+0000.")


def _check_policy(context: RequestContext, row: Row) -> None:
    if row.who is Who.ANYONE:
        return
    caller = context.known_caller()
    if row.who is Who.PERMITTED and caller.permissions.isdisjoint(row.permissions):
        raise Forbidden(f"This needs the permission {' or '.join(row.permissions)}.")


async def _keep(context: RequestContext, error: GerbangError) -> None:
    """A page's request that is refused: the page tells it, with what was typed, as far as that is no more than a form holds."""
    context.refused = error
    row = context.row
    if row is None or row.body is not Body.FORM or context.body or isinstance(error, BodyTooLarge | UnsupportedMedia):
        return
    try:
        context.body = await read_body(context, row.most_bytes or _LARGE_BYTES)
    except GerbangError:
        context.body = b""


def _route(context: RequestContext) -> str:
    return context.row.route if context.row else "unmatched"
