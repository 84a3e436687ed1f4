"""/v1/payouts and /v1/settlements: what marketplaces pay out, and line by line of what."""

from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter

from gerbang.core.connections.service import Connections
from gerbang.core.settlements.model import (
    LineFilters,
    LineStatus,
    PayoutFilters,
    PayoutNotFound,
    amount_to_book,
    read_line_id,
    read_payout_id,
)
from gerbang.core.settlements.overview import Overview
from gerbang.core.settlements.service import Settlements
from gerbang.core.settlements.unit_of_work import line_name
from gerbang.ports.marketplace_catalogue import FeeKind
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.query_parameters import A_TIME, read_id, read_known, read_span
from gerbang.web.gateway.request_context import caller_of
from gerbang.web.input.cleaning import cleaned
from gerbang.web.problems import invalid_field
from gerbang.web.services import Services
from gerbang.web.views.settlements import (
    OrderSettlementView,
    PayoutView,
    SettlementLineView,
    line_view,
    order_view,
    payout_view,
)

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["payouts"]
_PAYOUTS: Final = "payouts"
_LINES: Final = "settlements"
Paid = Annotated[bool | None, Parameter(query="paid", description="Whether the marketplace says that it is paid.")]
Shop = Annotated[str | None, Parameter(query="connection", description="A shop: the connection below an app.")]
OfPayout = Annotated[str | None, Parameter(query="payout", description="The lines that a payout pays.")]
OfOrder = Annotated[
    str | None, Parameter(query="order", max_length=64, description="The marketplace's number of an order.")
]
Kind = Annotated[FeeKind | None, Parameter(query="kind")]
Status = Annotated[LineStatus | None, Parameter(query="status")]
AfterLine = Annotated[str | None, Parameter(query="after", description="The line after which to go on.")]
After = Annotated[str | None, Parameter(query="created_after", schema_extra=A_TIME)]
Before = Annotated[str | None, Parameter(query="created_before", schema_extra=A_TIME)]
MOST_AMOUNT: Final = 10**15


class DecideLineBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`book` puts the line into the ledger with `amount`, minor units with the sign of the line; as it was told without one. `set_aside` says that it moves no money."""

    decision: Literal["book", "set_aside"]
    amount: Annotated[int, msgspec.Meta(ge=-MOST_AMOUNT, le=MOST_AMOUNT)] | None = None


@get("/v1/payouts", summary="Payouts of marketplaces, newest first", tags=_TAGS)
async def list_payouts(
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    paid: Paid = None,
    connection: Shop = None,
    created_after: After = None,
    created_before: Before = None,
) -> Page[PayoutView]:
    """Each with the sums of the lines that explain it, and what is left with its name. A page may be short and go on where `paid` is asked for."""
    filters = PayoutFilters(
        await _shop(services.connections, connection), paid, *read_span(created_after, created_before)
    )
    place = await cursors.read(_PAYOUTS, cursor)
    rows, onward = await _overview(services).payouts(filters, place, capped(limit))
    return await cursors.onward(_PAYOUTS, [payout_view(one) for one in rows], onward)


@get("/v1/payouts/{payout:str}", summary="One payout", tags=_TAGS)
async def read_payout(services: Services, payout: str) -> PayoutView:
    """What explains it by kind; its lines are at `/v1/settlements?payout=`."""
    return payout_view(await _overview(services).payout(read_payout_id(payout)))


@get("/v1/payouts/{payout:str}/csv", summary="The lines of a payout as CSV", tags=_TAGS, media_type="text/csv")
async def export_payout(services: Services, payout: str, after: AfterLine = None) -> Response[bytes]:
    """For a spreadsheet: amounts are decimals. At most 10,000 lines; `Link` leads to those that follow."""
    id_ = read_payout_id(payout)
    body, last = await _overview(services).file(id_, read_id("after", "stl", after))
    headers = {"content-disposition": f'attachment; filename="{payout}.csv"'}
    if last is not None:
        headers["link"] = f'</v1/payouts/{payout}/csv?after={line_name(last)}>; rel="next"'
    return Response(body, media_type="text/csv", headers=headers)


@get("/v1/settlements", summary="Lines of statements, newest first", tags=_TAGS)
async def list_settlements(
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    payout: OfPayout = None,
    order: OfOrder = None,
    connection: Shop = None,
    kind: Kind = None,
    status: Status = None,
) -> Page[SettlementLineView]:
    """Of a payout, of an order, or those that are held. A page may be short and go on where more than one filter is given."""
    filters = LineFilters(
        payout=read_id("payout", "pyo", payout),
        order=cleaned("order", order) if order else None,
        connection=await _shop(services.connections, connection),
        kind=kind,
        status=status,
    )
    place = await cursors.read(_LINES, cursor)
    try:
        found = await _overview(services).lines(filters, place, capped(limit))
    except PayoutNotFound as error:
        raise invalid_field("/payout", "There is no such payout.") from error
    return await cursors.onward(_LINES, [line_view(one) for one in found.lines], found.onward)


@get("/v1/settlements/{line:str}", summary="One line of a statement", tags=_TAGS)
async def read_settlement(services: Services, line: str) -> SettlementLineView:
    """As it is now."""
    return line_view(await _overview(services).line(read_line_id(line)))


@post("/v1/settlements/{line:str}/decide", summary="Decide about a line that is held", tags=_TAGS, status_code=200)
async def decide_settlement(
    request: AnyRequest, services: Services, line: str, data: DecideLineBody
) -> SettlementLineView:
    """Compare it in the marketplace's seller centre first: what is booked stands. 409 for a line that is not held."""
    known = await _overview(services).line(read_line_id(line))
    amount = amount_to_book(data.decision, data.amount, known.line.amount)
    return line_view(await _overview(services).decide(caller_of(request), known.line.id, amount))


@get("/v1/settlements/orders/{shop:str}/{number:str}", summary="How far an order is settled", tags=_TAGS)
async def read_order_settlement(services: Services, shop: str, number: str) -> OrderSettlementView:
    """By the marketplace's number of the order in its shop: whether its lines add up to what was paid, and are paid out; at most 500 lines are shown."""
    known = await services.connections.get(shop)
    found = await _overview(services).order(known.id, cleaned("number", number))
    return order_view(known.id, number, *found)


def _overview(services: Services) -> Overview:
    """Where payouts and lines are read and decided about."""
    return services.service(Settlements).overview


async def _shop(connections: Connections, connection: str | None) -> str | None:
    """Raises Invalid with a pointer for what is no shop."""
    return read_known("connection", connection, {one.id for one in await connections.all() if one.parent is not None})


HANDLERS: Final = [
    list_payouts,
    read_payout,
    export_payout,
    list_settlements,
    read_settlement,
    decide_settlement,
    read_order_settlement,
]
