"""The pack station: an order, a parcel or a tracking number is scanned, then each of its items, then one Enter packs it and says that it is ready.

What was counted stands in the address: a page that is loaded again, or by somebody else, shows the same, and it works without script. Counting changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base import ids
from gerbang.base.errors import Conflict
from gerbang.base.formats import one_line
from gerbang.core.orders.model import PREFIX, WRITE, OrderDetails, OrderNotFound
from gerbang.core.orders.operation_model import OPEN, OperationKind, OperationStatus, why_not
from gerbang.core.orders.operations import Wanted
from gerbang.core.orders.scanning import MOST_SCANNED, PackLine, Scan, is_over, lines_of, scan_item
from gerbang.core.orders.service import Orders
from gerbang.core.orders.waves_csv import as_csv
from gerbang.core.orders.waves_model import MOST_ORDERS, WAVE_PREFIX, NewWave, NothingToPack
from gerbang.ports.marketplace_orders import ItemStatus
from gerbang.web import texts
from gerbang.web.console import pack_view
from gerbang.web.console.confirmation import REFUSED
from gerbang.web.console.pack_view import STATION
from gerbang.web.console.page_frame import form_key, operator, show
from gerbang.web.forms import read_form
from gerbang.web.input.orders import order_id
from gerbang.web.input.waves import wave_id
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of
from gerbang.web.views.marketplace_refusals import refusal_code

AnyRequest = Request[Any, Any, Any]
_WAVES: Final = 10
_MOST_CARRIER: Final = 64
_MOST_COUNTED: Final = 200
Counted = Mapping[str, int]


@get(STATION)
async def station(request: AnyRequest) -> Page:
    """The scan box, with the order that is being packed. A scan leads to the address that has it counted."""
    caller = operator(request, WRITE)
    core, locale = services_of(request).service(Orders), locale_of(request)
    scanned = one_line(request.query_params.get("scan", ""))[:MOST_SCANNED]
    shown, counted = request.query_params.get("order", ""), _counted(request)
    order = await core.get(order_id(shown)) if shown else None
    if "scan" in request.query_params and (scanned or order is not None):
        return await _scanned(core, order, counted, scanned, caller.label)
    waves = [] if order else [pack_view.wave_row(one, locale) for one in await core.waves.page(None, _WAVES)]
    state = pack_view.state_of(order, lines_of(order, counted) if order else (), request.query_params, locale)
    shops = [] if order else await _shops(request)
    return await show(
        request, "pack.html", "pack", state=state, waves=waves, shops=shops, most=MOST_ORDERS, key=ids.new().hex
    )


@post("/console/pack/{order:str}", status_code=303)
async def pack(request: AnyRequest, order: FromPath[str]) -> Page:
    """Pack what was counted whole, and say that it is ready. A scan that came instead of the bare Enter is taken as one."""
    caller, core, id_ = operator(request, WRITE), services_of(request).service(Orders), order_id(order)
    form = await read_form(request, "scan")
    details, counted = await core.get(id_), _counted(request)
    scanned = one_line(form["scan"])[:MOST_SCANNED]
    if scanned or form.cards or only_shown(request):
        return await _scanned(core, details, counted, scanned, caller.label)
    lines = lines_of(details, counted)
    if is_over(lines, counted):
        return _to(order, lines, done=await _meanwhile(core, details, lines, caller.label))
    if any(not one.is_complete for one in lines):
        return _to(order, lines, done="incomplete")
    try:
        for kind in (OperationKind.PACK, OperationKind.SHIP):
            now = await core.get(id_)
            if all(why_not(kind, item) for item in now.items):
                continue
            key = form_key(caller.label, f"{order}-{kind.value}-{now.order.sequence}")
            begun = await core.operations.ask(caller, id_, Wanted(kind), key)
            status = begun.operation.status
            if status in OPEN:
                return _to(order, lines, done="waits")
            if status is OperationStatus.NOT_DONE:
                return _to(order, lines, done="refused", why=refusal_code(begun.operation.outcomes))
    except REFUSED as error:
        return _to(order, lines, done="refused", why=error.code)
    return _to(order, (), done="packed")


@post("/console/pack/waves", status_code=303)
async def make_wave(request: AnyRequest) -> Page:
    """A wave of what waits, the nearest deadline first."""
    caller, core = operator(request, WRITE), services_of(request).service(Orders)
    form = await read_form(request, "key", "limit", "shop", "carrier")
    limit = int(form["limit"]) if form["limit"].isascii() and form["limit"].isdigit() else 0
    if not 1 <= limit <= MOST_ORDERS or form.cards or only_shown(request):
        return see_other(f"{STATION}?done=bad_limit")
    try:
        made, _ = await core.waves.make(
            caller,
            NewWave(limit=limit, shop=form["shop"] or None, carrier=one_line(form["carrier"])[:_MOST_CARRIER]),
            form_key(caller.label, form["key"], "wave", form["limit"], form["shop"], form["carrier"]),
        )
    except NothingToPack:
        return see_other(f"{STATION}?done=nothing")
    except Conflict as error:
        return see_other(f"{STATION}?done=refused&why={error.code}")
    return see_other(f"{STATION}/waves/{ids.show(WAVE_PREFIX, made.id)}")


@get("/console/pack/waves/{wave:str}")
async def wave(request: AnyRequest, wave: FromPath[str]) -> Response[bytes]:
    """How far it is, what fell out, and what to fetch: to be printed."""
    operator(request, WRITE)
    core, locale, id_ = services_of(request).service(Orders), locale_of(request), wave_id(wave)
    found, failed = await core.waves.get(id_)
    failures = [pack_view.failure_row(one, str(texts.words(locale)("ords.own"))) for one in failed]
    lines = await core.waves.pick_list(id_)
    return await show(
        request,
        "wave.html",
        "pack",
        wave=pack_view.wave_row(found, locale),
        failures=failures,
        lines=lines,
        said=pack_view.said_of(request.query_params, locale),
        key=ids.new().hex,
    )


@post("/console/pack/waves/{wave:str}/ship", status_code=303)
async def ship_wave(request: AnyRequest, wave: FromPath[str]) -> Page:
    """All its parcels leave; pressed again, what did not."""
    caller, core, id_ = operator(request, WRITE), services_of(request).service(Orders), wave_id(wave)
    form = await read_form(request, "key")
    if form.cards or only_shown(request):
        return see_other(f"{STATION}/waves/{wave}")
    try:
        await core.waves.ship(caller, id_, form_key(caller.label, form["key"], "ship", wave))
    except REFUSED as error:
        return see_other(f"{STATION}/waves/{wave}?done=refused&why={error.code}")
    return see_other(f"{STATION}/waves/{wave}")


@get("/console/pack/waves/{wave:str}/pick-list")
async def pick_list(request: AnyRequest, wave: FromPath[str]) -> Response[bytes]:
    """What to fetch, for a spreadsheet."""
    operator(request, WRITE)
    body = as_csv(await services_of(request).service(Orders).waves.pick_list(wave_id(wave)))
    headers = {"content-disposition": f'attachment; filename="{wave}-pick-list.csv"'}
    return Response(body, media_type="text/csv", headers=headers)


@get("/console/pack/waves/{wave:str}/labels")
async def wave_labels(request: AnyRequest, wave: FromPath[str]) -> Response[Any]:
    """All its labels, to be printed; what is kept is printed again."""
    caller = operator(request, WRITE)
    try:
        made = await services_of(request).service(Orders).waves.labels.print(caller, wave_id(wave))
    except REFUSED as error:
        return see_other(f"{STATION}/waves/{wave}?done=refused&why={error.code}")
    headers = {"content-disposition": f'inline; filename="{wave}-labels.pdf"'}
    return Response(made.body, media_type=made.content_type, headers=headers)


async def _shops(request: AnyRequest) -> Sequence[str]:
    known = await services_of(request).connections.all()
    return sorted(one.id for one in known if one.parent is not None)


async def _meanwhile(core: Orders, details: OrderDetails, lines: Sequence[PackLine], label: str) -> str:
    """What happened to an order while somebody counted it. One's own second press finds it packed, which is what was wanted."""
    if lines:
        return "changed"
    if details.order.status is ItemStatus.CANCELLED:
        return "cancelled"
    asked = await core.operations.of_order(details.order.id)
    packed = next((one for one in asked if one.kind is OperationKind.PACK), None)
    return "packed" if packed is not None and packed.actor == label else "already"


async def _scanned(
    core: Orders, order: OrderDetails | None, counted: Counted, scanned: str, label: str
) -> Response[None]:
    """Where a scan leads: an item is counted, any other word is looked for among orders; one that is half counted is not left by it."""
    lines: Sequence[PackLine] = lines_of(order, counted) if order else ()
    shown = ids.show(PREFIX, order.order.id) if order else ""
    if order is not None and is_over(lines, counted):
        return _to(shown, lines, done=await _meanwhile(core, order, lines, label))
    if order is not None and not scanned:  # a bare Enter: where nothing is to be packed it prints the label
        if lines:
            return _to(shown, lines)
        has_label = bool(order.packages) and order.order.connection is not None
        return see_other(f"/console/orders/{shown}/label") if has_label else see_other(STATION)
    if lines:
        after, told = scan_item(lines, scanned)
        if told is not Scan.WRONG:
            return _to(shown, after, **({} if told is Scan.COUNTED else {"done": told.value, "last": scanned}))
    found = await _order(core, scanned)
    if found is None:
        return _to(shown, lines, done="wrong" if lines else "unknown", last=scanned)
    if any(one.counted for one in lines) and found != shown:
        return _to(shown, lines, done="other", last=scanned)
    return _to(found, lines if found == shown else ())


async def _order(core: Orders, scanned: str) -> str | None:
    """The order that a word means; of several the one that waits to be packed."""
    try:
        return ids.show(PREFIX, (await core.get(order_id(scanned))).order.id)
    except OrderNotFound:
        found = await core.scanned(scanned)
    waiting = [one for one in found if lines_of(one, {})]
    return ids.show(PREFIX, (waiting or found)[0].order.id) if found else None


def _counted(request: AnyRequest) -> Counted:
    """What the address says was scanned: `got=2 KOPI-250`, once for each SKU."""
    found: dict[str, int] = {}
    for one in request.query_params.getall("got", [])[:_MOST_COUNTED]:
        count, _, sku = one.partition(" ")
        if count.isascii() and count.isdigit() and len(count) < 5:
            found[sku] = int(count)
    return found


def _to(order: str, lines: Sequence[PackLine], **said: str) -> Response[None]:
    where = {"order": order} if order else {}
    query = [*where.items(), *(("got", pack_view.got_of(one)) for one in lines if one.counted), *said.items()]
    return see_other(f"{STATION}?{urlencode(query)}" if query else STATION)


HANDLERS: Final = [station, make_wave, pack, wave, ship_wave, pick_list, wave_labels]
