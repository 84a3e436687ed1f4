"""Operators and orders: the list, and one order with its items, parcels and buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base.errors import GerbangError
from gerbang.core.audit.model import Recorded
from gerbang.core.orders.claims import Claimed, Claims
from gerbang.core.orders.documents import Document
from gerbang.core.orders.model import OWN, READ, WRITE, OrderDetails, OrderFilters
from gerbang.core.orders.operation_model import OPEN, OperationKind, OperationStatus
from gerbang.core.orders.operations import Wanted
from gerbang.core.orders.service import Orders
from gerbang.ports.marketplace_orders import ItemStatus
from gerbang.web import texts
from gerbang.web.console import claim_view, listing, order_view
from gerbang.web.console.confirmation import REFUSED
from gerbang.web.console.listing import Filter, ListPage
from gerbang.web.console.objects import Action, allowed, said_of, show_object
from gerbang.web.console.page_frame import form_key, names_of, operator, shared
from gerbang.web.input.orders import order_id
from gerbang.web.pages import Page, locale_of, see_other, services_of
from gerbang.web.views.marketplace_refusals import refusal_code

AnyRequest = Request[Any, Any, Any]
_LIST: Final = "/console/orders"
_ENTRIES: Final = 100
_SAID: Final = frozenset(
    {
        "packed",
        "shipped",
        "partly",
        "waits",
        "refused",
        "no_label",
        "cancelled",
        "noted",
        "released",
        "made",
        "no_invoice",
    }
)
_TABS: Final = ("pending", "packed", "ready_to_ship", "shipped", "returning", "unknown")
_PAGE: Final = ListPage(
    name="orders",
    path=_LIST,
    title="nav.orders",
    lead="ords.lead",
    caption="ords.caption",
    columns=order_view.COLUMNS,
    filters=(
        Filter("status", "ords.status", "tabs", tuple(ItemStatus), words="ord.status.", shown=_TABS),
        Filter("shop", "ords.shop", "choice"),
        Filter("external_id", "ords.number", most=100),
        Filter("after", "pays.after", "day", most=40),
        Filter("before", "pays.before", "day", after=True, most=40),
    ),
    empty="ords.empty",
    how="ords.empty.how",
    watch="orders",
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the page of one order shows."""

    order: OrderDetails
    history: Sequence[Recorded]
    claims: Sequence[Claimed]


@get(_LIST)
async def orders(request: AnyRequest) -> Response[bytes]:
    """Newest first, of all shops."""
    caller = operator(request, READ)
    services, locale = services_of(request), locale_of(request)
    shops = [one.id for one in await services.connections.all() if one.parent is not None]
    known = {OWN: str(texts.words(locale)("ords.own")), **{one: one for one in shops}}
    asked = await listing.read(request, _PAGE, {"shop": known})
    found: Sequence[OrderDetails] = []
    if not asked.wrong:
        shop = asked.word("shop")
        filters = OrderFilters(
            status=asked.word("status"),
            connections=None if shop is None else (None if shop == OWN else shop,),
            external_id=asked.word("external_id"),
            created_after=asked.day("after"),
            created_before=asked.day("before"),
        )
        core = services.service(Orders)
        found = await shared(request, asked.key, lambda: core.page(filters, asked.place, listing.ROWS + 1))
    shown, onward = listing.part_of(found, lambda one: (one.order.created_at, one.order.id))
    now = services.payments.context.clock.now()
    rows = [order_view.row_of(one, now, locale) for one in shown]
    actions = allowed(caller, (WRITE, Action(texts.words(locale)("ord.new.do"), f"{_LIST}/new", look="main")))
    return await listing.show_list(request, asked, rows, onward, actions=actions)


@get("/console/orders/{order:str}")
async def order(request: AnyRequest, order: FromPath[str]) -> Response[bytes]:
    """Its items, its parcels, the money, and what happened."""
    caller, services, locale = operator(request, READ), services_of(request), locale_of(request)
    id_ = order_id(order)
    core = services.service(Orders)

    async def told() -> _Told:
        claims = await services.service(Claims).of_order(id_)
        return _Told(await core.get(id_), await core.timeline(id_, _ENTRIES), claims)

    found = await shared(request, ("order", id_), told)
    names = await names_of(request, [entry.actor for entry in found.history])
    known = {action: words for of in services.actions.values() for action, words in of.items()}
    said, doubtful = said_of(request, "ord.said", _SAID)
    return await show_object(
        request,
        order_view.page_of(found.order, found.history, known, caller, locale, names),
        said=said,
        doubtful=doubtful,
        items=[order_view.item_row(item, found.order.order.currency, locale) for item in found.order.items],
        item_columns=order_view.ITEMS,
        claims=[claim_view.row_of(one, services.payments.context.clock.now(), locale) for one in found.claims],
        claim_columns=claim_view.COLUMNS,
    )


@post("/console/orders/{order:str}/pack", status_code=303)
async def pack(request: AnyRequest, order: FromPath[str]) -> Page:
    """All that is to be packed, into one parcel."""
    return await _done(request, order, OperationKind.PACK, "packed")


@post("/console/orders/{order:str}/ship", status_code=303)
async def ship(request: AnyRequest, order: FromPath[str]) -> Page:
    """All parcels that are packed."""
    return await _done(request, order, OperationKind.SHIP, "shipped")


@get("/console/orders/{order:str}/label")
async def label(request: AnyRequest, order: FromPath[str]) -> Response[Any]:
    """The labels, to be printed; asked of the marketplace once."""
    caller = operator(request, WRITE)
    try:
        made = await services_of(request).service(Orders).documents.label(caller, order_id(order), None)
    except REFUSED as error:
        return _back(order, "no_label", error)
    return _paper(made, f"{order}-label.pdf")


@get("/console/orders/{order:str}/invoice")
async def invoice(request: AnyRequest, order: FromPath[str]) -> Response[Any]:
    """The invoice, to be printed."""
    caller = operator(request, WRITE)
    try:
        made = await services_of(request).service(Orders).documents.invoice(caller, order_id(order))
    except REFUSED as error:
        return _back(order, "no_invoice", error)
    return _paper(made, f"{order}-invoice.pdf")


def _paper(made: Document, name: str) -> Response[bytes]:
    headers = {"content-disposition": f'inline; filename="{name}"'}
    return Response(made.body, media_type=made.content_type, headers=headers)


async def _done(request: AnyRequest, order: str, kind: OperationKind, word: str) -> Page:
    """Pressed twice while the order stands as it stood, it is asked for once."""
    caller, core, id_ = operator(request, WRITE), services_of(request).service(Orders), order_id(order)
    stands = (await core.get(id_)).order.sequence
    key = form_key(caller.label, f"{order}-{kind.value}-{stands}")
    try:
        begun = await core.operations.ask(caller, id_, Wanted(kind), key)
    except REFUSED as error:
        return _back(order, "refused", error)
    status = begun.operation.status
    if status in OPEN:
        return _back(order, "waits")
    if status is OperationStatus.NOT_DONE:
        return see_other(f"{_LIST}/{order}?done=refused&why={refusal_code(begun.operation.outcomes)}")
    return _back(order, word if status is OperationStatus.DONE else "partly")


def _back(order: str, done: str, error: GerbangError | None = None) -> Response[Any]:
    return see_other(f"{_LIST}/{order}?done={done}" + (f"&why={error.code}" if error else ""))


HANDLERS: Final = [orders, order, pack, ship, label, invoice]
