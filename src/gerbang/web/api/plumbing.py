"""/healthz, /readyz, /metrics, /openapi.json and /docs: what operators, machines and readers need to know about the service itself."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import get

from gerbang.web import manual
from gerbang.web.exchange import Exchange, Reply
from gerbang.web.metrics import RequestMetrics
from gerbang.web.policy import Row
from gerbang.web.readiness import ReadyView

_TAGS: Final = ["plumbing"]
_HEALTHY: Final = Reply(200, b'{"status":"ok"}')
_HTML: Final = b"text/html; charset=utf-8"


async def health(_exchange: Exchange) -> Reply:
    """Alive, whatever else is broken."""
    return _HEALTHY


def metrics_of(metrics: RequestMetrics) -> Any:
    """The handler of /metrics."""

    async def text(_exchange: Exchange) -> Reply:
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


class Documents:
    """/openapi.json and the pages made of it, rendered once."""

    def __init__(self, schema: dict[str, Any], table: Sequence[Row]) -> None:
        complete = manual.completed(schema, table)
        self._openapi = msgspec.json.encode(complete)
        self._docs = manual.reference_page(complete).encode()
        self._errors = manual.errors_page().encode()

    async def openapi(self, _exchange: Exchange) -> Reply:
        """OpenAPI 3.1."""
        return Reply(200, self._openapi)

    async def docs(self, _exchange: Exchange) -> Reply:
        """Every route, for people."""
        return Reply(200, self._docs, _HTML)

    async def errors(self, _exchange: Exchange) -> Reply:
        """Every error code, for people: where `type` of a problem leads."""
        return Reply(200, self._errors, _HTML)

    async def style(self, _exchange: Exchange) -> Reply:
        """The style sheet of both pages."""
        return Reply(200, manual.STYLE.encode(), b"text/css; charset=utf-8")


HANDLERS: Final = [healthz, readyz, metrics]
