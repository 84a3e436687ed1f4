"""The orders' route and their pages of the console."""

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base import ids
from gerbang.web.console import listing
from gerbang.web.console.listing import Cell, Column, Filter, ListPage, Row
from gerbang.web.console.objects import Crumb, Fact, Facts, ObjectPage, Step, show_object
from gerbang.web.console.page_frame import operator, stamp
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.pages import locale_of, services_of
from gerbang.web.services import Services
from tests.toy.orders.model import Order, OrderFact, Status
from tests.toy.orders.service import Orders

PAGE: Final = ListPage(
    name="orders",
    path="/console/toy-orders",
    title="nav.orders",
    caption="nav.orders",
    columns=(
        Column("status", "pays.status", "a1"),
        Column("number", "pays.order", "a2", "mono"),
        Column("buyer", "pays.payer", "b1", "wrap"),
        Column("time", "pays.time", "b2", "num", newest_first=True),
    ),
    filters=(Filter("status", "pays.status", "tabs", tuple(Status)),),
    empty="pays.empty",
    watch="orders",
)
MARKS: Final = {Status.RECEIVED: "created", Status.PACKED: "pending", Status.SHIPPED: "paid"}


class ToyOrderBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    buyer: str
    email: str


class ToyOrderView(msgspec.Struct, frozen=True):
    id: str
    status: Status


@post("/v1/toy-orders", status_code=201)
async def create_toy_order(request: Request[Any, Any, Any], services: Services, data: ToyOrderBody) -> ToyOrderView:
    """Note an order."""
    said = OrderFact("telephone", "", Status.RECEIVED, data.buyer, data.email)
    order = await services.service(Orders).create(caller_of(request), said, context_of(request).idempotency_key())
    return ToyOrderView(ids.show("ord", order.id), order.status)


@get("/console/toy-orders")
async def orders(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Newest first."""
    operator(request, "toy:read")
    asked = await listing.read(request, PAGE)
    found = await services_of(request).service(Orders).page(asked.word("status"), asked.place, listing.ROWS + 1)
    shown, onward = listing.part_of(found, lambda one: (one.created_at, one.id))
    return await listing.show_list(
        request, asked, [_row(one, stamp(one.created_at, locale_of(request))) for one in shown], onward
    )


def _row(one: Order, time: str) -> Row:
    id_ = ids.show("ord", one.id)
    cells = {
        "status": Cell(one.status.value, mark=MARKS[one.status]),
        "number": Cell(one.number, href=f"/console/toy-orders/{id_}"),
        "buyer": Cell(one.buyer),
        "time": Cell(time, at=one.created_at),
    }
    return Row(id_, cells)


@get("/console/toy-orders/{order:str}")
async def order(request: Request[Any, Any, Any], order: FromPath[str]) -> Response[bytes]:
    """One, with what happened to it."""
    operator(request, "toy:read")
    one, happened = await services_of(request).service(Orders).get(ids.read("ord", order))
    page = ObjectPage(
        name="orders",
        id=order,
        crumb=Crumb("Orders", PAGE.path),
        heading=one.number,
        mark=MARKS[one.status],
        word=one.status.value,
        facts=(Facts("Buyer", (Fact("Name", one.buyer), Fact("Shop", one.shop))),),
        steps=tuple(Step(step.happened_at, "ins", step.action) for step in happened),
        watch="order",
        about=order,
    )
    return await show_object(request, page)
