"""/v1/orders/{id}/…: what is done to an order at its marketplace, and its papers."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.openapi import ResponseSpec
from litestar.params import Parameter

from gerbang.core.orders.operation_model import OPEN, OperationKind, OperationStatus
from gerbang.core.orders.operations import Wanted
from gerbang.core.orders.service import Orders
from gerbang.web.cursors import Page, Part
from gerbang.web.gateway.query_parameters import read_known
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.orders import (
    CancelItemsBody,
    InvoiceNumberBody,
    ItemsBody,
    PackBody,
    ParcelsBody,
    ShipBody,
    order_id,
    read_items,
)
from gerbang.web.services import Services
from gerbang.web.views.marketplace_refusals import refused
from gerbang.web.views.order_operations import (
    CancelOptionsView,
    OperationView,
    OrderAfterView,
    cancel_options_view,
    operation_view,
    order_after_view,
    refusals,
)
from gerbang.web.views.orders import OrderView, order_view

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["orders"]
ItemIds = Annotated[
    str | None,
    Parameter(query="items", max_length=6_000, description="Our ids of items, by commas; without it all that can be."),
]
_DOCUMENTS: Final = ("label", "invoice")
Type = Annotated[str, Parameter(query="type", schema_extra={"enum": list(_DOCUMENTS)})]
Package = Annotated[
    str | None, Parameter(query="package", max_length=64, description="One parcel; without it all of the order.")
]

# Where the marketplace has not answered yet.
_MAY_WAIT: Final = {202: ResponseSpec(OrderAfterView, generate_examples=False)}


@post(
    "/v1/orders/{order:str}/pack", summary="Pack items into a parcel", tags=_TAGS, status_code=200, responses=_MAY_WAIT
)
async def pack_order(request: AnyRequest, services: Services, order: str, data: PackBody) -> Response[OrderAfterView]:
    """The marketplace gives the parcel its number and tracking. 202 where its answer is not here yet: it is looked up, never sent twice; `operation` says what became of
    each item. 409 where none was packed.
    """
    return await _done(request, services, order, data.read(), data.items)


@post(
    "/v1/orders/{order:str}/ship",
    summary="Say that parcels are ready for the carrier",
    tags=_TAGS,
    status_code=200,
    responses=_MAY_WAIT,
)
async def ship_order(request: AnyRequest, services: Services, order: str, data: ShipBody) -> Response[OrderAfterView]:
    """From then on the carrier may fetch them. Answered as `pack` is."""
    return await _done(request, services, order, data.read(), None)


@post("/v1/orders/{order:str}/cancel", summary="Cancel items", tags=_TAGS, status_code=200, responses=_MAY_WAIT)
async def cancel_order(
    request: AnyRequest, services: Services, order: str, data: CancelItemsBody
) -> Response[OrderAfterView]:
    """Ask `cancel-options` first: one packed item takes its parcel along, and some reasons set the SKU to 0. Answered as `pack` is; the marketplace may take a moment to carry it out."""
    return await _done(request, services, order, data.read(), data.items)


@post(
    "/v1/orders/{order:str}/invoice-number",
    summary="Tell the invoice's number",
    tags=_TAGS,
    status_code=200,
    responses=_MAY_WAIT,
)
async def set_invoice_number(
    request: AnyRequest, services: Services, order: str, data: InvoiceNumberBody
) -> Response[OrderAfterView]:
    """Of every item that is packed. Answered as `pack` is."""
    return await _done(request, services, order, data.read(), None)


@post("/v1/orders/{order:str}/repack", summary="Undo a parcel", tags=_TAGS, status_code=200, responses=_MAY_WAIT)
async def repack_order(
    request: AnyRequest, services: Services, order: str, data: ParcelsBody
) -> Response[OrderAfterView]:
    """Its items are `repacked`, and can be packed anew: so one of them can be cancelled without the others. Answered as `pack` is."""
    return await _done(request, services, order, data.read(OperationKind.REPACK), None)


@post(
    "/v1/orders/{order:str}/delivered",
    summary="Say that parcels have arrived",
    tags=_TAGS,
    status_code=200,
    responses=_MAY_WAIT,
)
async def deliver_order(
    request: AnyRequest, services: Services, order: str, data: ParcelsBody
) -> Response[OrderAfterView]:
    """Of an order of your own, and of a marketplace's parcels that your own fleet brings. Where cash is owed at the door, `cod` says it. Answered as `pack` is."""
    return await _done(request, services, order, data.read(OperationKind.DELIVERED), None)


@post(
    "/v1/orders/{order:str}/failed-delivery",
    summary="Say that parcels could not be brought",
    tags=_TAGS,
    status_code=200,
    responses=_MAY_WAIT,
)
async def fail_order_delivery(
    request: AnyRequest, services: Services, order: str, data: ParcelsBody
) -> Response[OrderAfterView]:
    """As `delivered`: its items are `failed`, and of your own `returned` once they are back. Answered as `pack` is."""
    return await _done(request, services, order, data.read(OperationKind.FAILED_DELIVERY), None)


@post(
    "/v1/orders/{order:str}/digital-delivered",
    summary="Say that digital items went out",
    tags=_TAGS,
    status_code=200,
    responses=_MAY_WAIT,
)
async def deliver_digital_items(
    request: AnyRequest, services: Services, order: str, data: ItemsBody
) -> Response[OrderAfterView]:
    """Of a marketplace's items that are nothing to pack: they are `delivered`. Answered as `pack` is."""
    return await _done(request, services, order, data.read(OperationKind.DIGITAL_DELIVERED), data.items)


@post(
    "/v1/orders/{order:str}/returned",
    summary="Say that items are back",
    tags=_TAGS,
    status_code=200,
    responses=_MAY_WAIT,
)
async def return_order(
    request: AnyRequest, services: Services, order: str, data: ItemsBody
) -> Response[OrderAfterView]:
    """Of an order of your own, after it was delivered or could not be. Stock that can be sold again is counted in by hand, money given back by a refund of the payment."""
    return await _done(request, services, order, data.read(OperationKind.RETURNED), data.items)


@post("/v1/orders/{order:str}/release", summary="Have an oversold order packed", tags=_TAGS, status_code=200)
async def release_order(request: AnyRequest, services: Services, order: str) -> OrderView:
    """An order of which not all is in stock (`hold`) is not packed. Stock that comes ends that, and so does cancelling what is missing; this has it packed as it is."""
    return order_view(await services.service(Orders).release(caller_of(request), order_id(order)))


@get("/v1/orders/{order:str}/cancel-options", summary="What cancelling would do", tags=_TAGS)
async def read_cancel_options(services: Services, order: str, items: ItemIds = None) -> CancelOptionsView:
    """Asked of the marketplace now: its warning, the reasons that hold for these items, and which items go with them."""
    id_ = order_id(order)
    named = read_items(items.split(",")) if items else None
    return cancel_options_view(*await services.service(Orders).cancel_options(id_, named))


@get("/v1/orders/{order:str}/operations", summary="What was asked of the marketplace", tags=_TAGS)
async def list_order_operations(services: Services, part: Part, order: str) -> Page[OperationView]:
    """The last twenty, newest first."""
    orders, id_ = services.service(Orders), order_id(order)
    await orders.get(id_)
    return await part.of(
        f"order-operations-{id_}", [operation_view(one) for one in await orders.operations.of_order(id_)]
    )


@get("/v1/orders/{order:str}/documents", summary="A label or invoice as PDF", tags=_TAGS, media_type="application/pdf")
async def read_order_document(
    request: AnyRequest, services: Services, order: str, document: Type = "label", package: Package = None
) -> Response[bytes]:
    """The labels of the order's parcels, made by the marketplace once and kept here: printing again asks nobody. An `invoice` is made here of an order of your own, and of a marketplace's
    is what that gives, where it gives one.
    """
    kind = read_known("type", document, _DOCUMENTS)
    papers, caller, id_ = services.service(Orders).documents, caller_of(request), order_id(order)
    if kind == "invoice":
        made = await papers.invoice(caller, id_)
    else:
        made = await papers.label(caller, id_, [package] if package else None)
    headers = {"content-disposition": f'inline; filename="{order}-{document}.pdf"'}
    return Response(made.body, media_type=made.content_type, headers=headers)


async def _done(
    request: AnyRequest, services: Services, order: str, wanted: Wanted, named: Sequence[str] | None
) -> Response[OrderAfterView]:
    """Carry it out, or answer what the same key came to. Raises MarketplaceRefused, ConnectionUnauthorized where nothing of it was done."""
    key = context_of(request).idempotency_key()
    begun = await services.service(Orders).operations.ask(caller_of(request), order_id(order), wanted, key)
    headers = {"idempotent-replayed": "true"} if begun.is_replayed else {}
    if begun.operation.status is OperationStatus.NOT_DONE:
        raise refused(begun.operation.outcomes, "None of the items was done.", refusals(begun.operation, named))
    status = 202 if begun.operation.status in OPEN else 200
    return Response(order_after_view(begun.order, begun.operation), status_code=status, headers=headers)


HANDLERS: Final = [
    pack_order,
    ship_order,
    cancel_order,
    set_invoice_number,
    repack_order,
    deliver_order,
    fail_order_delivery,
    deliver_digital_items,
    return_order,
    release_order,
    read_cancel_options,
    list_order_operations,
    read_order_document,
]
