"""/v1/customers: the shop's customers, how they want to be written to, and their rights to their data."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, patch, post
from litestar.params import Parameter

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.customers.model import PREFIX, Customer, CustomerFilters, CustomerNotFound
from gerbang.core.customers.service import Customers
from gerbang.core.personal_data.model import KEPT
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.query_parameters import A_TIME, read_span
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.bodies import read_email, read_phone
from gerbang.web.input.cleaning import cleaned
from gerbang.web.input.customers import MEMBERS, CustomerChangeBody, NewCustomerBody
from gerbang.web.input.validation import refuse_no_change
from gerbang.web.services import Services
from gerbang.web.views.customers import CustomerView, customer_view

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["customers"]
_LIST: Final = "customers"
ExternalId = Annotated[str | None, Parameter(query="external_id", max_length=100, description="Your own id for them.")]
Email = Annotated[
    str | None,
    Parameter(
        query="email",
        max_length=254,
        description="In large or small letters.",
        schema_extra={"examples": ["sari@example.com"]},
    ),
]
Phone = Annotated[
    str | None,
    Parameter(
        query="phone", max_length=64, description="As people write it.", schema_extra={"examples": ["081234567890"]}
    ),
]
After = Annotated[str | None, Parameter(query="created_after", schema_extra=A_TIME)]
Before = Annotated[str | None, Parameter(query="created_before", schema_extra=A_TIME)]


class ErasedPartView(msgspec.Struct, frozen=True):
    """`waiting` rows are still needed, as the account of a refund that somebody has yet to transfer: erase again once they are not."""

    rows: int
    waiting: int


class ErasureView(msgspec.Struct, frozen=True):
    """What was erased, by part; and what is `kept`, with the reason of each."""

    customer: str
    erased: Mapping[str, ErasedPartView]
    kept: Mapping[str, str]


class ExportView(msgspec.Struct, frozen=True):
    """Everything that is kept about the person behind a customer, by part."""

    customer: str
    data: Mapping[str, Sequence[Mapping[str, Any]]]
    kept: Mapping[str, str]


@post("/v1/customers", summary="Make a customer", tags=_TAGS, status_code=201)
async def create_customer(request: AnyRequest, services: Services, data: NewCustomerBody) -> Response[CustomerView]:
    """A payment may name them by `customer.id` or `customer.external_id`. 409 where another customer has the `external_id`: the answer says who."""
    new = data.read(services.settings.business_country)
    made, replayed = await services.service(Customers).create(
        caller_of(request), new, context_of(request).idempotency_key()
    )
    headers = {"idempotent-replayed": "true"} if replayed else {}
    return Response(await _view(services, made), status_code=201, headers=headers)


@get("/v1/customers", summary="Customers, newest first", tags=_TAGS)
async def list_customers(
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    external_id: ExternalId = None,
    email: Email = None,
    phone: Phone = None,
    created_after: After = None,
    created_before: Before = None,
) -> Page[CustomerView]:
    """Without those who were erased."""
    region = services.settings.business_country
    filters = CustomerFilters(
        cleaned("external_id", external_id) if external_id else None,
        read_email(email, "/email").lower() if email else None,
        read_phone(phone, region, "/phone") if phone else None,
        *read_span(created_after, created_before),
    )
    most, place = capped(limit), await cursors.read(_LIST, cursor)
    rows = await services.service(Customers).page(filters, place, most + 1)
    stopped = await services.notifications.stopped([one.phone for one in rows if one.phone])
    return await cursors.page(
        _LIST, rows, most, lambda one: (one.created_at, one.id), lambda one: customer_view(one, stopped)
    )


@get("/v1/customers/{customer:str}", summary="One customer", tags=_TAGS)
async def read_customer(services: Services, customer: str) -> CustomerView:
    """`GET /v1/payments?customer=` lists their payments."""
    return await _view(services, await services.service(Customers).get(_customer_id(customer)))


@patch("/v1/customers/{customer:str}", summary="Change a customer", tags=_TAGS)
async def change_customer(
    request: AnyRequest, services: Services, customer: str, data: CustomerChangeBody
) -> CustomerView:
    """Who pays a payment that was made before stays as it was then. Preferences count for every message from now on."""
    refuse_no_change(**{name: name if getattr(data, name) is not msgspec.UNSET else None for name in MEMBERS})
    data.check(services.settings.business_country)
    customers, id_ = services.service(Customers), _customer_id(customer)
    changes = data.read(await customers.get(id_), services.settings.business_country)
    return await _view(services, await customers.change(caller_of(request), id_, changes))


@get("/v1/customers/{customer:str}/export", summary="Everything kept about a customer", tags=_TAGS)
async def export_customer(request: AnyRequest, services: Services, customer: str) -> ExportView:
    """Of whoever has the customer's id, e-mail address or phone number: every part of Gerbang that keeps something shows it. That it was asked for stands in the audit trail."""
    found = await services.service(Customers).export(caller_of(request), _customer_id(customer))
    return ExportView(customer, found, KEPT)


@post("/v1/customers/{customer:str}/erase", summary="Erase a customer", tags=_TAGS, status_code=200)
async def erase_customer(request: AnyRequest, services: Services, customer: str) -> ErasureView:
    """Cannot be undone. Of whoever has the customer's id, e-mail address or phone number, in every part of Gerbang; payments, refunds and the ledger stay, and name nobody."""
    done = await services.service(Customers).erase(caller_of(request), _customer_id(customer))
    return ErasureView(customer, {noun: ErasedPartView(one.rows, one.kept) for noun, one in done.items()}, KEPT)


async def _view(services: Services, one: Customer) -> CustomerView:
    return customer_view(one, await services.notifications.stopped([one.phone] if one.phone else []))


def _customer_id(shown: str) -> UUID:
    try:
        return ids.read(PREFIX, shown)
    except NotFound as error:
        raise CustomerNotFound from error


HANDLERS: Final = [
    create_customer,
    list_customers,
    read_customer,
    change_customer,
    export_customer,
    erase_customer,
]
