"""/v1/deliveries, and those of one endpoint: what became of each event on its way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import Parameter

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.endpoints.model import (
    Delivery,
    DeliveryNotFound,
    DeliveryOutcome,
    DeliveryStatus,
    EndpointNotFound,
    Tried,
)
from gerbang.core.endpoints.service import Endpoints
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.query_parameters import read_id
from gerbang.web.gateway.request_context import caller_of
from gerbang.web.problems import invalid_field
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["endpoints"]


class DeliveryAttemptView(msgspec.Struct, frozen=True):
    """One try. `error` is null where the receiver has it (2xx); `timings` are null for steps that a kept connection did not need."""

    at: datetime
    status_code: int | None
    duration_ms: int
    error: str | None
    address: str
    timings: Mapping[str, int | None]


class WholeDeliveryAttemptView(DeliveryAttemptView, frozen=True):
    """With what was sent and what came back, of which at most 64 kB are kept."""

    request_headers: Mapping[str, str]
    response_headers: Mapping[str, str]
    response_body: str
    response_cut: bool


class DeliveryView(msgspec.Struct, frozen=True):
    """One event on its way to one endpoint. `event` is the `webhook-id` that the receiver sees, the same at every try."""

    id: str
    endpoint: str
    event: str
    type: str
    sequence: int
    status: DeliveryStatus
    attempts: Sequence[DeliveryAttemptView]
    next_attempt_at: Annotated[
        datetime | None,
        msgspec.Meta(description="When it is tried next; null when it is over, or a worker has it now."),
    ]
    sending_until: Annotated[
        datetime | None,
        msgspec.Meta(
            description="A worker has it now. One that died with it keeps it until then; afterwards another tries it."
        ),
    ]
    created_at: datetime


class ResendBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Events of a range of time that ended so; without `status` those that failed or were cancelled. `cursor` goes on where an answer said that there is more."""

    since: datetime
    until: datetime | None = None
    status: DeliveryStatus | None = None
    cursor: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class ResentView(msgspec.Struct, frozen=True):
    """How many were sent again. Of very many some thousands at a time: with `next_cursor` the same request sends the next."""

    resent: int
    next_cursor: str | None


@get("/v1/endpoints/{endpoint:str}/deliveries", summary="Deliveries of an endpoint, newest first", tags=_TAGS)
async def list_deliveries(
    services: Services,
    cursors: Cursors,
    endpoint: str,
    limit: Limit = 25,
    cursor: Cursor = None,
    status: DeliveryStatus | None = None,
) -> Page[DeliveryView]:
    """With their attempts, without what was sent and answered."""
    most, list_name = capped(limit), f"deliveries {endpoint}"
    place = await cursors.read(list_name, cursor)
    rows = await services.service(Endpoints).deliveries(endpoint_id(endpoint), status, place, most + 1)
    return await cursors.page(list_name, rows, most, lambda one: (one.created_at, one.id), delivery_view)


@post("/v1/endpoints/{endpoint:str}/resend", summary="Send a range of events again", tags=_TAGS, status_code=202)
async def resend_deliveries(
    request: AnyRequest, services: Services, cursors: Cursors, endpoint: str, data: ResendBody
) -> ResentView:
    """Under the same event ids: a receiver that remembers them does nothing twice. From 24 hours after the endpoint was made."""
    endpoints, id_, list_name = services.service(Endpoints), endpoint_id(endpoint), f"resend {endpoint}"
    after = await cursors.read(list_name, data.cursor)
    if data.status is DeliveryStatus.PENDING:
        raise invalid_field("/status", "What is sent again is over: succeeded, failed or cancelled.")
    outcome = DeliveryOutcome(data.status) if data.status is not None else None
    done = await endpoints.resend_range(caller_of(request), id_, data.since, data.until, outcome, after)
    return ResentView(done.count, (await cursors.onward(list_name, (), done.next)).next_cursor)


@get("/v1/deliveries", summary="Deliveries about one object, newest first", tags=_TAGS)
async def list_object_deliveries(
    services: Services,
    cursors: Cursors,
    about: Annotated[str, Parameter(query="object", schema_extra={"examples": ["pay_01KC3V9Q2M0000000000000000"]})],
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Page[DeliveryView]:
    """To every endpoint, with their attempts, without what was sent and answered. `object` is its id: of a payment, a refund, a connection."""
    most, list_name = capped(limit), f"deliveries of {about}"
    place = await cursors.read(list_name, cursor)
    rows = await services.service(Endpoints).deliveries_of(_object_id(services, about), place, most + 1)
    return await cursors.page(list_name, rows, most, lambda one: (one.created_at, one.id), delivery_view)


@get("/v1/deliveries/{delivery:str}", summary="One delivery with what was sent and answered", tags=_TAGS)
async def read_delivery(services: Services, delivery: str) -> DeliveryView:
    """Signatures are no secrets, and shown."""
    return delivery_view(await services.service(Endpoints).delivery(_delivery_id(delivery)), whole=True)


@post("/v1/deliveries/{delivery:str}/resend", summary="Send an event again", tags=_TAGS, status_code=202)
async def resend_delivery(request: AnyRequest, services: Services, delivery: str) -> DeliveryView:
    """Now, and from the beginning of its schedule, under the same event id."""
    return delivery_view(await services.service(Endpoints).resend(caller_of(request), _delivery_id(delivery)))


@post("/v1/deliveries/{delivery:str}/cancel", summary="Try a delivery no more", tags=_TAGS, status_code=200)
async def cancel_delivery(request: AnyRequest, services: Services, delivery: str) -> DeliveryView:
    """One that arrived or was given up stays as it is. A try that is under way may still arrive."""
    endpoints, id_ = services.service(Endpoints), _delivery_id(delivery)
    await endpoints.cancel(caller_of(request), id_)
    return delivery_view(await endpoints.delivery(id_))


def _object_id(services: Services, shown: str) -> UUID:
    prefixes = sorted(kind.prefix for kind in services.objects.values())
    kind = shown.partition("_")[0]
    if kind not in prefixes:
        raise invalid_field(
            "/object", f"Write the id of an object that events are about: {', '.join(prefixes)} and _…."
        )
    found = read_id("object", kind, shown)
    assert found is not None
    return found


def delivery_view(one: Delivery, *, whole: bool = False) -> DeliveryView:
    """A delivery; `whole` with the bytes of its attempts."""
    return DeliveryView(
        id=ids.show("dlv", one.id),
        endpoint=ids.show("ep", one.endpoint_id),
        event=ids.show("evt", one.event_id),
        type=one.type,
        sequence=one.sequence,
        status=one.status,
        attempts=[_whole_attempt(tried) if whole else _attempt(tried) for tried in one.attempts],
        next_attempt_at=one.next_attempt_at,
        sending_until=one.sending_until,
        created_at=one.created_at,
    )


def _attempt(tried: Tried) -> DeliveryAttemptView:
    return DeliveryAttemptView(
        at=tried.at,
        status_code=tried.status_code,
        duration_ms=tried.duration_ms,
        error=tried.error,
        address=tried.address,
        timings=tried.timings,
    )


def _whole_attempt(tried: Tried) -> WholeDeliveryAttemptView:
    return WholeDeliveryAttemptView(
        **msgspec.structs.asdict(_attempt(tried)),
        request_headers=tried.request_headers,
        response_headers=tried.response_headers,
        response_body=tried.response_body.decode(errors="replace"),
        response_cut=tried.is_cut,
    )


def _delivery_id(shown: str) -> UUID:
    try:
        return ids.read("dlv", shown)
    except NotFound as error:
        raise DeliveryNotFound from error


def endpoint_id(shown: str) -> UUID:
    """An endpoint by its shown id. Raises EndpointNotFound."""
    try:
        return ids.read("ep", shown)
    except NotFound as error:
        raise EndpointNotFound from error


HANDLERS: Final = [
    list_deliveries,
    resend_deliveries,
    list_object_deliveries,
    read_delivery,
    cancel_delivery,
    resend_delivery,
]
