"""/v1/orders: what was sold in the shops of marketplaces and by ourselves."""

from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.params import Parameter

from gerbang.base import ids
from gerbang.core.connections.service import Connections
from gerbang.core.orders.model import OWN, OrderFilters
from gerbang.core.orders.own_orders import OwnOrders
from gerbang.core.orders.service import Orders
from gerbang.ports.marketplace_orders import ItemStatus
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, Part, capped
from gerbang.web.gateway.query_parameters import A_TIME, read_known, read_span
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.cleaning import cleaned
from gerbang.web.input.orders import order_id
from gerbang.web.input.own_orders import CodBody, OrderBody
from gerbang.web.services import Services
from gerbang.web.views.orders import OrderMomentView, OrderView, order_moment_view, order_view

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["orders"]
_LIST: Final = "orders"
TIMELINE: Final = 500
Channel = Annotated[
    str | None,
    Parameter(query="channel", description=f"A marketplace, or `{OWN}` for our own.", schema_extra={"examples": [OWN]}),
]
Connection = Annotated[
    str | None, Parameter(query="connection", description="A shop, or an app of a marketplace with all its shops.")
]
Shop = Annotated[str | None, Parameter(query="shop", description="One shop: the connection below an app.")]
ExternalId = Annotated[
    str | None, Parameter(query="external_id", max_length=100, description="The marketplace's id, or your own.")
]
Status = Annotated[ItemStatus | None, Parameter(query="status")]
After = Annotated[str | None, Parameter(query="created_after", schema_extra=A_TIME)]
Before = Annotated[str | None, Parameter(query="created_before", schema_extra=A_TIME)]


@post("/v1/orders", summary="Make an order of your own", tags=_TAGS, status_code=201)
async def create_order(request: AnyRequest, services: Services, data: OrderBody) -> Response[OrderView]:
    """Its stock is kept with it, all of it or nothing: 409 beside the line where it is not there. `pack`, `ship` and `cancel` are as for a marketplace's, and done at once."""
    new = data.read(ids.new(), services.settings.business_country)
    key = context_of(request).idempotency_key()
    made, replayed = await services.service(OwnOrders).create(caller_of(request), new, key)
    return Response(order_view(made), status_code=201, headers={"idempotent-replayed": "true"} if replayed else {})


@post("/v1/orders/{order:str}/cod", summary="Say what became of the cash", tags=_TAGS, status_code=200)
async def set_order_cod(request: AnyRequest, services: Services, order: str, data: CodBody) -> OrderView:
    """Of an order of your own that is paid at the door and shipped: collected it is delivered and revenue; remitted the money is in your bank; refused it comes back. Said twice it changes nothing."""
    return order_view(await services.service(OwnOrders).set_cod(caller_of(request), order_id(order), data.status))


@get("/v1/orders", summary="Orders, newest first", tags=_TAGS)
async def list_orders(
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    status: Status = None,
    channel: Channel = None,
    connection: Connection = None,
    shop: Shop = None,
    external_id: ExternalId = None,
    created_after: After = None,
    created_before: Before = None,
) -> Page[OrderView]:
    """By when they were bought. One marketplace's id may be that of several orders: a basket over two shops is an order in each."""
    orders = services.service(Orders)
    await check_places(services.connections, channel=channel, connection=connection, shop=shop)
    after, before = read_span(created_after, created_before)
    filters = OrderFilters(
        status=status.value if status else None,
        connections=await orders.sources(channel=channel, connection=connection, shop=shop),
        external_id=cleaned("external_id", external_id) if external_id else None,
        created_after=after,
        created_before=before,
    )
    most, place = capped(limit), await cursors.read(_LIST, cursor)
    rows = await orders.page(filters, place, most + 1)
    return await cursors.page(_LIST, rows, most, lambda one: (one.order.created_at, one.order.id), order_view)


@get("/v1/orders/{order:str}", summary="One order", tags=_TAGS)
async def read_order(services: Services, order: str) -> OrderView:
    """With its items, its parcels and who buys."""
    return order_view(await services.service(Orders).get(order_id(order)))


@get("/v1/orders/{order:str}/timeline", summary="What happened to an order", tags=_TAGS)
async def read_order_timeline(services: Services, cursors: Cursors, part: Part, order: str) -> Page[OrderMomentView]:
    """Oldest first: what was heard of it, what was done. Without `limit` the first 500."""
    id_ = order_id(order)
    name, most = f"order-timeline-{id_}", part.most(TIMELINE)
    place = await part.place(name)
    moments = await services.service(Orders).timeline(id_, most + 1, place[1] if place else None)
    return await cursors.page(name, moments, most, lambda m: (m.happened_at, m.id), order_moment_view)


async def check_places(
    connections: Connections, *, channel: str | None, connection: str | None, shop: str | None
) -> None:
    """Raises Invalid with a pointer for a channel, connection or shop that is not here."""
    known = await connections.all()
    shops = [one for one in known if one.parent is not None]
    read_known("channel", channel, {OWN, *(one.provider for one in shops)})
    read_known("connection", connection, {one for shop in shops for one in (shop.id, shop.parent) if one})
    read_known("shop", shop, {one.id for one in shops})


HANDLERS: Final = [create_order, set_order_cod, list_orders, read_order, read_order_timeline]
