"""Putting the edge together: the framework with its routes inside, the gateway around it. The only place that knows both."""

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import structlog
from litestar import Litestar, Request, Response
from litestar._openapi.plugin import OpenAPIPlugin
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.types import Scope

import gerbang
from gerbang.base.card_numbers import masked
from gerbang.base.errors import GerbangError
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity.model import Caller
from gerbang.core.payments.permissions import payer_caller
from gerbang.web import openapi, pages, policy, policy_rows
from gerbang.web.api import (
    approvals,
    audit,
    auth,
    connections,
    customers,
    data_requests,
    deliveries,
    devices,
    endpoints,
    event_log,
    event_types,
    events,
    ledger,
    listings,
    message_templates,
    message_texts,
    notification_preferences,
    notifications,
    operations,
    order_claims,
    order_operations,
    orders,
    payments,
    products,
    refunds,
    secrets,
    settlements,
    waves,
    webhook_events,
)
from gerbang.web.checkout import login, owner_link, push, shop, unsubscribe
from gerbang.web.checkout import pages as checkout
from gerbang.web.checkout import refunds as refund_pages
from gerbang.web.console import pages as console_pages
from gerbang.web.cursors import Cursors, part_of
from gerbang.web.event_catalogue import CatalogueEntry
from gerbang.web.gateway import query_parameters
from gerbang.web.gateway.access_log import AccessLog
from gerbang.web.gateway.framework_errors import as_our_error
from gerbang.web.gateway.gateway import ASGIApp, Gateway, GatewayParts
from gerbang.web.gateway.hosts import hosts_of
from gerbang.web.gateway.metrics import RequestMetrics
from gerbang.web.gateway.rate_limits import Rates
from gerbang.web.gateway.readiness import Readiness
from gerbang.web.gateway.request_context import RequestContext, context_of
from gerbang.web.input.validation import read_as
from gerbang.web.ownership import payment_id
from gerbang.web.problems import CardDataRefused, describe
from gerbang.web.reference import pages as reference
from gerbang.web.reference.pages import Reference
from gerbang.web.services import Services
from gerbang.web.transport.hooks import Hooks
from gerbang.web.transport.webhook_refusals import Refusals

log = structlog.get_logger()
_SCHEMA_PATH: Final = "/schema"  # the framework's own pages; no row of the policy leads there
_FLUSH_S: Final = 0.5
_PRUNE_S: Final = 3_600.0
_API: Final = (
    payments,
    devices,
    refunds,
    webhook_events,
    events,
    event_log,
    event_types,
    notification_preferences,
    notifications,
    message_templates,
    message_texts,
    ledger,
    listings,
    approvals,
    audit,
    connections,
    customers,
    orders,
    order_operations,
    waves,
    order_claims,
    data_requests,
    products,
    deliveries,
    endpoints,
    settlements,
    secrets,
    auth,
    operations,
)
_PAGES: Final = (pages, login, owner_link, shop, checkout, push, unsubscribe, refund_pages, console_pages, reference)


class StrictRequest(Request[Any, Any, Any]):
    """The framework's request, whose JSON body is read by our rules straight into the handler's type."""

    async def json(self) -> Any:
        """The body as the handler's `data` type; raises Invalid with a pointer."""
        field = self.route_handler.parsed_data_field
        assert field is not None, f"{self.route_handler} reads a body that it does not declare"
        return read_as(context_of(self).body, field.annotation)


def assemble(services: Services) -> Gateway:
    """The ASGI application, with the routes of nouns and their rows. Raises ValueError when a route has no row in the policy table."""
    known = services.settings
    metrics, access_log = RequestMetrics(services.gauges), AccessLog(enabled=known.log_level in ("debug", "info"))
    refusals = Refusals()
    table = (*policy.POLICY, *services.policy)
    inner, schema = _framework(services.routes, table, services.event_catalogue)
    busy, readiness, health = payments.DirectRoutes(services), Readiness(services), operations.Health(services)
    parts = GatewayParts(
        inner=inner,
        lifespan=_lifespan(services, (access_log.flush, refusals.flush)),
        services=services,
        cursors=Cursors(services.secrets),
        hooks=Hooks(services.connections, services.inbox, services.settings.hook_body_limit_bytes, refusals).reply,
        table=table,
        direct={
            "GET /v1/payments/{payment}": busy.read,
            "POST /v1/payments": busy.create,
            **dict.fromkeys(("GET /healthz", "OPTIONS /healthz"), health.reply),
            **dict.fromkeys(("GET /readyz", "OPTIONS /readyz"), readiness.reply),
            "OPTIONS /": readiness.options,
            "GET /metrics": operations.metrics_of(metrics),
            "GET /openapi.json": operations.openapi_of(schema),
        },
        identity=services.identity,
        rates=Rates(services.limits, sandbox=services.settings.sandbox),
        payer=_payer(services),
        audit=_audit(services),
        metrics=metrics,
        access_log=access_log,
        hosts=hosts_of(known.host, known.public_url, known.base_url, known.allowed_hosts),
        parameters=query_parameters.known_parameters(schema, table),
        bodiless=openapi.without_body(schema, table),
        body_limit_bytes=services.settings.body_limit_bytes,
        needs_owner=_never if services.settings.sandbox else services.identity.accounts.needs_owner,
    )
    return Gateway(parts)


def document(
    of_nouns: Sequence[Any], rows: Sequence[policy_rows.Row], catalogue: Sequence[CatalogueEntry]
) -> Mapping[str, Any]:
    """The OpenAPI document without a server, for who makes clients of it."""
    return _framework(tuple(of_nouns), (*policy.POLICY, *rows), tuple(catalogue))[1]


async def _never() -> bool:
    """The sandbox makes its demo users a moment after it starts."""
    return False


def _ours() -> list[Any]:
    """Every route of the web layer, resource by resource."""
    return [handler for module in (*_API, *_PAGES) for handler in module.HANDLERS]


@functools.cache
def _framework(
    of_nouns: tuple[Any, ...], table: tuple[policy_rows.Row, ...], catalogue: tuple[CatalogueEntry, ...]
) -> tuple[Litestar, dict[str, Any]]:
    """The framework with every route, and its schema; the reference is made of it. What it serves comes with each request: it is made once in a process."""
    inner = Litestar(
        route_handlers=[*_ours(), *of_nouns],
        request_class=StrictRequest,
        dependencies={
            "services": Provide(_services, sync_to_thread=False),
            "cursors": Provide(_cursors, sync_to_thread=False),
            "part": Provide(part_of, sync_to_thread=False),
        },
        exception_handlers={Exception: _on_error},
        before_request=_tell_refused,
        openapi_config=OpenAPIConfig(
            title="Gerbang",
            version=gerbang.__version__,
            path=_SCHEMA_PATH,
            use_handler_docstrings=True,
            operation_id_creator=_operation_id,
        ),
        on_app_init=[_quiet],
        logging_config=None,
    )
    policy.check_complete(_routes(inner), table)
    schema = openapi.completed(inner.openapi_schema.to_schema(), table, _bodies(inner), catalogue)
    inner.plugins.get(OpenAPIPlugin)._openapi = None  # noqa: SLF001  four megabytes that nobody asks for again, and it has no other way to forget
    inner.state.reference = Reference(schema, catalogue)
    return inner, schema


def _operation_id(handler: HTTPRouteHandler, _method: Any, _path: Any) -> str:
    """What a client generated from the document calls the operation: the handler's name, as `createPayment`."""
    first, *others = handler.handler_name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _services(scope: Scope) -> Services:
    found: Services = scope["state"]["services"]
    return found


def _cursors(scope: Scope) -> Cursors:
    found: Cursors = scope["state"]["cursors"]
    return found


def _quiet(config: AppConfig) -> AppConfig:
    """The gateway logs; the framework's own logging would say everything twice."""
    config.debug = False
    return config


def _tell_refused(request: Request[Any, Any, Any]) -> None:
    """What the gateway would not let through is raised where its page can tell it."""
    if (refused := context_of(request).refused) is not None:
        raise refused


def _on_error(request: Request[Any, Any, Any], error: Exception) -> pages.Page:
    context = context_of(request)
    route = context.row.route if context.row else "unmatched"
    ours = context.error = as_our_error(error, route=route, request_id=context.request_id)
    if context.row is not None and context.row.is_page:
        return pages.page_error(request, ours)
    status, headers, body = describe(ours, instance=masked(context.path), request_id=context.request_id)
    sent = {name.decode(): value.decode() for name, value in headers[1:]}
    return Response(body, status_code=status, headers=sent, media_type=headers[0][1].decode())


def _lifespan(services: Services, flushes: Sequence[Callable[[], None]]) -> ASGIApp:
    """What this process does beside answering: log lines go out twice a second, old rate counters once an hour."""

    async def flush() -> None:
        while True:
            await asyncio.sleep(_FLUSH_S)
            for one in flushes:
                one()

    async def prune() -> None:
        while True:
            await asyncio.sleep(_PRUNE_S)
            try:
                await services.limits.prune()
            except GerbangError as error:
                log.warning("limits.not_pruned", code=error.code)

    async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        tasks = [asyncio.create_task(flush()), asyncio.create_task(prune())]
        try:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        finally:
            for task in tasks:
                task.cancel()
            for one in flushes:
                one()
        await send({"type": "lifespan.shutdown.complete"})

    return lifespan


def _routes(app: Litestar) -> list[tuple[str, str]]:
    """Every method and path that the framework serves, in the policy table's spelling."""
    found = []
    for route in app.routes:
        path = getattr(route, "path_format", route.path)
        if path.startswith(_SCHEMA_PATH):
            continue
        if route.path.endswith(":path}"):
            path = path[:-1] + ":path}"
        found += [(method, path) for method in getattr(route, "methods", ()) if method != "OPTIONS"]
    return found


def _bodies(app: Litestar) -> list[type[msgspec.Struct]]:
    """The types that JSON bodies are read as."""
    fields = [handler.parsed_data_field for route in app.routes for handler in getattr(route, "route_handlers", ())]
    return sorted({one.annotation for one in fields if one is not None}, key=lambda one: one.__name__)


def _payer(services: Services) -> Callable[[RequestContext], Any]:
    """Who holds the link of the payment that the address names: by `?t=`, by header, or by the checkout's cookie."""

    async def payer(context: RequestContext) -> Caller | None:
        token = context.headers.get(b"x-payment-token", b"").decode("latin-1")
        if not token and b"t=" in context.scope["query_string"]:
            token = context.query().get("t", "")
        if not token or not context.params or not context.path.startswith("/v1/payments/"):
            return None
        id_ = payment_id(context.params[0])
        return payer_caller(id_) if await services.payments.check_link(id_, token) else None

    return payer


def _audit(services: Services) -> Callable[[RequestContext, GerbangError], Any]:
    """Note who sent card data, or another request under an old key, and where; never what it was (R2, R14)."""

    async def noted(context: RequestContext, error: GerbangError) -> None:
        route = context.row.route if context.row else "unmatched"
        actor = context.caller.label if context.caller else "anonymous"
        action = "card_data.refused" if isinstance(error, CardDataRefused) else "idempotency_key.reused"
        detail = {"pointer": error.errors[0].pointer} if error.errors else {}
        async with services.db.transaction() as tx:
            await record(tx, [Entry(actor, action, f"route:{route}", detail, request_id=context.request_id)])

    return noted
