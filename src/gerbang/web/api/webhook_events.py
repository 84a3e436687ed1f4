"""/v1/webhook-events: what came in, byte for byte, what became of it, and replay. Taking events in is web/transport/hooks.py's matter."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get, post
from litestar.params import Parameter

from gerbang.base import ids
from gerbang.base.card_numbers import masked
from gerbang.base.errors import NotFound
from gerbang.core.inbox.model import Event, EventFilters, EventNotFound, EventStatus
from gerbang.core.payments.model import ATTEMPT
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.query_parameters import A_TIME, read_known, read_time
from gerbang.web.gateway.request_context import caller_of
from gerbang.web.input.masking import without_card_numbers
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["webhook events"]


class WebhookEventView(msgspec.Struct, frozen=True):
    """A stored event. `times_seen` counts identical deliveries; everything here was verified, refused messages are listed apart."""

    id: str
    source: str
    type: str
    subject: str
    status: EventStatus
    verified: bool
    outcome: str | None
    tries: int
    times_seen: int
    attempt: str | None
    received_at: datetime
    done_at: datetime | None


class WholeWebhookEventView(WebhookEventView, frozen=True):
    """With headers and the raw body: `body` as text where it is UTF-8, `body_base64` always."""

    headers: Mapping[str, str]
    body: str | None
    body_base64: str


class ReplayBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`dry_run` only says what would change."""

    dry_run: bool = False


class ReplayView(msgspec.Struct, frozen=True):
    event: str
    dry_run: bool
    outcome: str
    changes: Sequence[Mapping[str, str]]


class WebhookRejectionView(msgspec.Struct, frozen=True):
    """A message that was refused: never its content."""

    source: str
    reason: str
    address: str
    body_size: int
    body_sha256: str
    rejected_at: datetime


@get("/v1/webhook-events", summary="Webhook events, newest first", tags=_TAGS)
async def list_webhook_events(
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    source: str | None = None,
    event_type: Annotated[str | None, Parameter(query="type")] = None,
    status: EventStatus | None = None,
    verified: bool | None = None,
    received_after: Annotated[str | None, Parameter(query="received_after", schema_extra=A_TIME)] = None,
) -> Page[WebhookEventView]:
    """Only verified messages become events; `verified=false` is an empty list, and /v1/webhook-rejections holds the others."""
    most = capped(limit)
    if verified is False:
        return Page([])
    known = [one.id for one in await services.connections.all()] if source else ()
    filters = EventFilters(
        read_known("source", source, known), event_type, status, read_time("received_after", received_after)
    )
    rows = await services.inbox.page(filters, await cursors.read("webhook-events", cursor), most + 1)
    return await cursors.page("webhook-events", rows, most, lambda e: (e.received_at, e.id), _view)


@get("/v1/webhook-events/{event:str}", summary="One webhook event", tags=_TAGS)
async def read_webhook_event(services: Services, event: str) -> WholeWebhookEventView:
    """With headers and raw body."""
    found = await services.inbox.get(_event_id(event))
    body = without_card_numbers(found.body)
    try:
        text: str | None = body.decode()
    except UnicodeDecodeError:
        text = None
    seen = msgspec.structs.asdict(_view(found))
    return WholeWebhookEventView(
        **seen,
        headers={name: masked(value) for name, value in found.headers.items()},
        body=text,
        body_base64=base64.b64encode(body).decode(),
    )


@post("/v1/webhook-events/{event:str}/replay", summary="Run an event again", tags=_TAGS, status_code=200)
async def replay_webhook_event(request: AnyRequest, services: Services, event: str, data: ReplayBody) -> ReplayView:
    """Harmless: facts carry totals, so what was applied before changes nothing."""
    replay = await services.inbox.replay(caller_of(request).label, _event_id(event), dry_run=data.dry_run)
    return ReplayView(ids.show("evt", replay.event), replay.dry_run, replay.outcome, replay.changes)


@get("/v1/webhook-rejections", summary="Refused webhook messages", tags=_TAGS)
async def list_webhook_rejections(services: Services, limit: Limit = 25) -> Page[WebhookRejectionView]:
    """Newest first; a sample of at most sixty a minute is kept."""
    found = await services.inbox.rejections(capped(limit))
    return Page(
        [
            WebhookRejectionView(
                source=r.connection,
                reason=r.reason,
                address=r.source,
                body_size=r.body_size,
                body_sha256=r.body_digest.hex(),
                rejected_at=r.rejected_at,
            )
            for r in found
        ]
    )


def _view(event: Event) -> WebhookEventView:
    return WebhookEventView(
        id=ids.show("evt", event.id),
        source=event.connection,
        type=event.type,
        subject=event.subject,
        status=event.status,
        verified=True,
        outcome=event.outcome,
        tries=event.tries,
        times_seen=event.times_seen,
        attempt=ids.show("att", event.object.id) if event.object and event.object.type == ATTEMPT else None,
        received_at=event.received_at,
        done_at=event.done_at,
    )


def _event_id(shown: str) -> Any:
    try:
        return ids.read("evt", shown)
    except NotFound as error:
        raise EventNotFound from error


HANDLERS: Final = [list_webhook_events, read_webhook_event, replay_webhook_event, list_webhook_rejections]
