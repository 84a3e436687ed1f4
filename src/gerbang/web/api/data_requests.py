"""/v1/data-requests: what customers ask of their data, with the day by which it is due."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from gerbang.base import ids
from gerbang.base.clock import real_now
from gerbang.base.errors import NotFound
from gerbang.base.formats import one_line
from gerbang.core.customers.data_requests import DataRequests
from gerbang.core.customers.model import (
    PREFIX,
    REQUEST_PREFIX,
    CustomerNotFound,
    DataRequest,
    DataRequestFilters,
    DataRequestKind,
    DataRequestNotFound,
    DataRequestStatus,
)
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.query_parameters import read_id
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.bodies import Text
from gerbang.web.problems import invalid_field
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["customers"]
_LIST: Final = "data-requests"
Reason = Annotated[str, msgspec.Meta(min_length=3, max_length=500)]


class NewDataRequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kind`: to see what is kept (`access`), to correct it (`rectification`), to be written to no more (`objection`), to be forgotten (`erasure`). `note` is
    what they said; `received_at` when, now unless it is given.
    """

    kind: DataRequestKind
    note: Text = ""
    received_at: datetime | None = None


class CompleteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What they were answered."""

    answer: Text = ""


class RefuseDataRequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is not done."""

    reason: Reason


class DataRequestView(msgspec.Struct, frozen=True):
    """`closed_by` says who did or refused it. What was said is erased with the person."""

    id: str
    customer: str
    kind: DataRequestKind
    status: DataRequestStatus
    note: str
    answer: str
    received_at: datetime
    due_at: datetime
    created_by: str
    created_at: datetime
    closed_by: str | None
    closed_at: datetime | None


@post("/v1/customers/{customer:str}/data-requests", summary="Note what a customer asks", tags=_TAGS, status_code=201)
async def create_data_request(
    request: AnyRequest, services: Services, customer: str, data: NewDataRequestBody
) -> Response[DataRequestView]:
    """Of their data: it is due in `GERBANG_DATA_REQUEST_DUE_DAYS` days, and stands in the work list until then."""
    try:
        customer_id = ids.read(PREFIX, customer)
    except NotFound as error:
        raise CustomerNotFound from error
    made, replayed = await services.service(DataRequests).open(
        caller_of(request),
        customer_id,
        data.kind,
        one_line(data.note),
        context_of(request).idempotency_key(),
        _received(data.received_at),
    )
    headers = {"idempotent-replayed": "true"} if replayed else {}
    return Response(_view(made), status_code=201, headers=headers)


@get("/v1/data-requests", summary="What customers ask of their data, newest first", tags=_TAGS)
async def list_data_requests(
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    status: DataRequestStatus | None = None,
    kind: DataRequestKind | None = None,
    customer: str | None = None,
) -> Page[DataRequestView]:
    """`status=open` are those that wait."""
    filters = DataRequestFilters(status, kind, read_id("customer", PREFIX, customer))
    most, place = capped(limit), await cursors.read(_LIST, cursor)
    rows = await services.service(DataRequests).page(filters, place, most + 1)
    return await cursors.page(_LIST, rows, most, lambda one: (one.created_at, one.id), _view)


@get("/v1/data-requests/{data_request:str}", summary="One data request", tags=_TAGS)
async def read_data_request(services: Services, data_request: str) -> DataRequestView:
    """With what became of it."""
    return _view(await services.service(DataRequests).get(_request_id(data_request)))


@post("/v1/data-requests/{data_request:str}/complete", summary="Do what was asked", tags=_TAGS, status_code=200)
async def complete_data_request(
    request: AnyRequest, services: Services, data_request: str, data: CompleteBody
) -> DataRequestView:
    """An `objection` stops all messages, an `erasure` erases the person; for `access` send the export first, for a `rectification` change the customer first."""
    known = services.service(DataRequests)
    return _view(await known.complete(caller_of(request), _request_id(data_request), one_line(data.answer)))


@post("/v1/data-requests/{data_request:str}/refuse", summary="Refuse what was asked", tags=_TAGS, status_code=200)
async def refuse_data_request(
    request: AnyRequest, services: Services, data_request: str, data: RefuseDataRequestBody
) -> DataRequestView:
    """With the reason that the person is told."""
    known = services.service(DataRequests)
    return _view(await known.refuse(caller_of(request), _request_id(data_request), one_line(data.reason)))


def _received(at: datetime | None) -> datetime | None:
    """When: a time with its zone, not to come. Raises Invalid with a pointer."""
    if at is not None and (at.tzinfo is None or at > real_now() + timedelta(minutes=5)):
        raise invalid_field("/received_at", "A time with its zone that is not to come.")
    return at


def _request_id(shown: str) -> UUID:
    try:
        return ids.read(REQUEST_PREFIX, shown)
    except NotFound as error:
        raise DataRequestNotFound from error


def _view(one: DataRequest) -> DataRequestView:
    return DataRequestView(
        id=ids.show(REQUEST_PREFIX, one.id),
        customer=ids.show(PREFIX, one.customer_id),
        kind=one.kind,
        status=one.status,
        note=one.note,
        answer=one.answer,
        received_at=one.received_at,
        due_at=one.due_at,
        created_by=one.created_by,
        created_at=one.created_at,
        closed_by=one.closed_by,
        closed_at=one.closed_at,
    )


HANDLERS: Final = [
    create_data_request,
    list_data_requests,
    read_data_request,
    complete_data_request,
    refuse_data_request,
]
