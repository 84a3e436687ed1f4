"""/healthz, /readyz, /metrics and /openapi.json: what operators and machines need to know about the service itself."""

import asyncio
from collections.abc import Mapping
from contextvars import Context
from typing import Any, Final

import msgspec
import structlog
from litestar import get

from gerbang.base import migrations
from gerbang.web.gateway.hosts import BY_PROXY, FORWARDING_HEADER, IGNORED, INSTANCE_HEADER
from gerbang.web.gateway.metrics import RequestMetrics
from gerbang.web.gateway.readiness import ReadyView
from gerbang.web.gateway.request_context import Reply, RequestContext
from gerbang.web.services import Services

log = structlog.get_logger()
_TAGS: Final = ["plumbing"]
_HEALTHY: Final = b'{"status":"ok"}'


class Health:
    """Alive, whatever else is broken; and which installation this is, once its database has told."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._instance = ""
        self._learning: asyncio.Task[None] | None = None

    async def reply(self, context: RequestContext) -> Reply:
        """Never waits for anything."""
        if not self._instance and (self._learning is None or self._learning.done()):
            self._learning = asyncio.create_task(self._learn(), context=Context())
        scope = context.scope
        told = "ignored" if scope.get(IGNORED) else "believed" if scope.get(BY_PROXY) else "none"
        headers = ((INSTANCE_HEADER.encode(), self._instance.encode()), (FORWARDING_HEADER.encode(), told.encode()))
        return Reply(200, _HEALTHY, headers=headers)

    async def _learn(self) -> None:
        try:
            self._instance = await migrations.installation(self._services.db)
        except Exception as error:  # noqa: BLE001  the next probe asks again
            log.info("health.instance_unknown", why=type(error).__name__)


def metrics_of(metrics: RequestMetrics) -> Any:
    """The handler of /metrics."""

    async def text(_exchange: RequestContext) -> Reply:
        return Reply(200, metrics.text(), b"text/plain; version=0.0.4; charset=utf-8")

    return text


@get("/healthz", summary="Alive", tags=_TAGS)
async def healthz() -> dict[str, str]:
    """Answers 200 as long as the process runs."""
    return {"status": "ok"}


@get("/readyz", summary="Ready for work", tags=_TAGS)
async def readyz() -> ReadyView:
    """503 with the causes when the database is away or takes no writes, migrations are pending or the queue is too old."""
    return ReadyView("starting", {})


@get("/metrics", summary="Prometheus metrics", tags=_TAGS, media_type="text/plain")
async def metrics() -> str:
    """Text exposition format."""
    return ""


def openapi_of(schema: Mapping[str, Any]) -> Any:
    """The handler of /openapi.json, written once."""
    written = msgspec.json.encode(schema)

    async def document(_exchange: RequestContext) -> Reply:
        return Reply(200, written)

    return document


HANDLERS: Final = [healthz, readyz, metrics]
