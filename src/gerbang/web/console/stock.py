"""Operators and stock: the list of products, one product, and what they do with it: made, counted, priced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import Conflict, Invalid
from gerbang.base.formats import one_line
from gerbang.base.money import ASSETS, EXPONENTS, Money
from gerbang.core.audit.model import Recorded
from gerbang.core.catalogue.listings.model import Listing
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.catalogue.model import (
    MOST_UNITS,
    READ,
    WRITE,
    NewProduct,
    Product,
    ProductFilters,
    StockMovement,
    is_sku,
    is_warehouse,
)
from gerbang.core.catalogue.service import Catalogue
from gerbang.web import texts
from gerbang.web.console import listing, stock_view
from gerbang.web.console.confirmation import Input, Question, ask_first
from gerbang.web.console.listing import Filter, ListPage
from gerbang.web.console.objects import Action, Crumb, allowed, said_of, show_object
from gerbang.web.console.page_frame import form_key, names_of, operator, shared
from gerbang.web.forms import Form, read_form
from gerbang.web.input.typed_money import Unreadable, read_amount
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

AnyRequest = Request[Any, Any, Any]
_LIST: Final = "/console/stock"
_MOVES: Final = 20
_ENTRIES: Final = 30
_SAID: Final = frozenset({"made", "counted", "priced", "refused"})
_FIATS: Final = sorted(EXPONENTS.keys() - ASSETS, key=lambda one: (one != "IDR", one))
_NEW: Final = ("sku", "name", "amount", "currency")
_PAGE: Final = ListPage(
    name="stock",
    path=_LIST,
    title="nav.stock",
    lead="stock.lead",
    caption="stock.caption",
    columns=stock_view.COLUMNS,
    filters=(Filter("sku", "stock.sku", most=64),),
    empty="stock.empty",
    how="stock.empty.how",
    watch="stock",
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the page of one product shows."""

    product: Product
    listings: Sequence[Listing]
    moves: Sequence[StockMovement]
    history: Sequence[Recorded]


@get(_LIST)
async def products(request: AnyRequest) -> Response[bytes]:
    """Newest first, with what each shop shows of them."""
    caller, locale = operator(request, READ), locale_of(request)
    say, asked = texts.words(locale), await listing.read(request, _PAGE)
    filters = ProductFilters(asked.word("sku"))
    found = await shared(request, asked.key, lambda: core_of(request).page(filters, asked.place, listing.ROWS + 1))
    shown, onward = listing.part_of(found, lambda one: (one.created_at, one.id))
    by_product = await _listings_of(request, shown)
    return await listing.show_list(
        request,
        asked,
        [stock_view.row_of(one, by_product.get(one.sku, ()), locale) for one in shown],
        onward,
        actions=allowed(
            caller,
            (WRITE, Action(say("lst.import"), "/console/listings/import")),
            (WRITE, Action(say("stock.new"), f"{_LIST}/new", look="main")),
        ),
    )


@get("/console/stock/{sku:str}")
async def product(request: AnyRequest, sku: FromPath[str]) -> Response[bytes]:
    """Where it stands, in which shops, what moved, and what was done."""
    caller, locale = operator(request, READ), locale_of(request)
    told = await shared(request, ("product", sku), lambda: _told(request, sku))
    names = await names_of(request, [entry.actor for entry in told.history])
    known = {action: words for of in services_of(request).actions.values() for action, words in of.items()}
    said, doubtful = said_of(request, "stock.said", _SAID)
    return await show_object(
        request,
        stock_view.page_of(told.product, told.listings, told.history, known, caller, locale, names),
        said=said,
        doubtful=doubtful,
        levels=stock_view.levels_of(told.product, locale),
        level_columns=stock_view.LEVELS,
        listings=[stock_view.listing_row(one, locale, may_write=caller.may(WRITE)) for one in told.listings],
        listing_columns=stock_view.listing_columns(caller),
        moves=[stock_view.move_of(one, locale) for one in told.moves],
        move_columns=stock_view.MOVES,
    )


@get("/console/stock/new")
async def new(request: AnyRequest) -> Response[bytes]:
    """The empty form."""
    operator(request, WRITE)
    return await _new_form(request, {"currency": _FIATS[0]})


@post("/console/stock/new", status_code=303)
async def make(request: AnyRequest) -> Page:
    """Make it; the same form sent twice makes one."""
    caller, say = operator(request, WRITE), texts.words(locale_of(request))
    form = await read_form(request, "key", *_NEW)
    wrong = form.card_complaints(say)
    if not is_sku(form["sku"]):
        wrong.setdefault("sku", say("stock.wrong.sku"))
    if not 0 < len(one_line(form["name"])) <= 200:
        wrong.setdefault("name", say("stock.wrong.name"))
    price = _price(form, wrong, say) if form["amount"] else None
    if wrong or only_shown(request):
        return await _new_form(request, form, wrong)
    key = form_key(caller.label, form["key"], "product", *(form[name] for name in _NEW))
    try:
        made, _ = await core_of(request).create(
            caller, NewProduct(ids.new(), form["sku"], one_line(form["name"]), price), key
        )
    except Conflict as error:
        return await _new_form(request, form, {"sku": say(f"refusal.{error.code}")})
    return see_other(f"{stock_view.place_of(made)}?done=made")


@get("/console/stock/{sku:str}/count")
async def ask_count(request: AnyRequest, sku: FromPath[str]) -> Response[bytes]:
    """How many are there?"""
    operator(request, WRITE)
    known = await core_of(request).get(sku)
    own = known.own_stock
    given = {"warehouse": own[0].warehouse, "quantity": str(own[0].quantity)} if len(own) == 1 else {}
    return await _count_form(request, known, given)


@post("/console/stock/{sku:str}/count", status_code=303)
async def count(request: AnyRequest, sku: FromPath[str]) -> Page:
    """Save what was counted."""
    caller, say = operator(request, WRITE), texts.words(locale_of(request))
    form, known = await read_form(request, "key", "warehouse", "quantity"), await core_of(request).get(sku)
    wrong = form.card_complaints(say)
    if not (form["quantity"].isascii() and form["quantity"].isdigit() and int(form["quantity"]) <= MOST_UNITS):
        wrong.setdefault("quantity", say("stock.wrong.quantity"))
    if form["warehouse"] and not is_warehouse(form["warehouse"]):
        wrong.setdefault("warehouse", say("stock.wrong.warehouse"))
    if wrong or only_shown(request):
        return await _count_form(request, known, form, wrong)
    try:
        await core_of(request).set_stock(caller, sku, int(form["quantity"]), form["warehouse"] or None)
    except (Conflict, Invalid) as error:
        return await _count_form(request, known, form, {"warehouse": say(f"refusal.{error.code}")})
    return see_other(f"{stock_view.place_of(known)}?done=counted")


@get("/console/stock/{sku:str}/price")
async def ask_price(request: AnyRequest, sku: FromPath[str]) -> Response[bytes]:
    """What does it cost?"""
    operator(request, WRITE)
    known = await core_of(request).get(sku)
    return await _price_form(request, known, {"currency": known.price.currency if known.price else _FIATS[0]})


@post("/console/stock/{sku:str}/price", status_code=303)
async def set_price(request: AnyRequest, sku: FromPath[str]) -> Page:
    """Save the price."""
    caller, say = operator(request, WRITE), texts.words(locale_of(request))
    form, known = await read_form(request, "key", "amount", "currency"), await core_of(request).get(sku)
    wrong = form.card_complaints(say)
    price = _price(form, wrong, say)
    if price is None or wrong or only_shown(request):
        return await _price_form(request, known, form, wrong)
    await core_of(request).set_price(caller, sku, price)
    return see_other(f"{stock_view.place_of(known)}?done=priced")


def core_of(request: AnyRequest) -> Catalogue:
    """The use cases of products."""
    return services_of(request).service(Catalogue)


async def _listings_of(request: AnyRequest, shown: Sequence[Product]) -> Mapping[str, Sequence[Listing]]:
    found: dict[str, list[Listing]] = {}
    for one in await services_of(request).service(Listings).of_products(shown):
        found.setdefault(one.sku or "", []).append(one)
    return found


async def _told(request: AnyRequest, sku: str) -> _Told:
    core = core_of(request)
    one = await core.get(sku)
    listings = await services_of(request).service(Listings).of_products([one])
    return _Told(one, listings, await core.movements(sku, None, _MOVES), await core.history(one.id, _ENTRIES))


def _price(form: Form, wrong: dict[str, Markup], say: texts.Words) -> Money | None:
    """The price that was typed; what is wrong with it stands in `wrong`."""
    if form["currency"] not in _FIATS:
        wrong["currency"] = say("stock.wrong.currency")
        return None
    try:
        return Money(read_amount(form["amount"], form["currency"]), form["currency"])
    except Unreadable as error:
        why = "" if error.why == "form" else f".{error.why}"
        wrong.setdefault("amount", say(f"link.wrong.amount{why}"))
        return None


def _currency(say: texts.Words) -> Input:
    return Input("currency", say("stock.currency"), options=tuple((one, one) for one in _FIATS))


def _amount(say: texts.Words, *, required: bool, focus: bool = False) -> Input:
    return Input("amount", say("stock.price"), most=40, mode="decimal", required=required, focus=focus)


async def _new_form(
    request: AnyRequest, given: Mapping[str, str], wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say = texts.words(locale_of(request))
    inputs = (
        Input("sku", say("stock.sku"), most=64, focus=True),
        Input("name", say("stock.name"), most=200),
        _amount(say, required=False),
        _currency(say),
    )
    question = Question(
        say("stock.new"),
        say("stock.new.lead"),
        f"{_LIST}/new",
        _LIST,
        (Crumb(say("nav.stock"), _LIST),),
        say("stock.new.do"),
        inputs=inputs,
    )
    return await ask_first(request, "stock", question, given, wrong)


async def _count_form(
    request: AnyRequest, known: Product, given: Mapping[str, str], wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say = texts.words(locale_of(request))
    inputs = (
        Input("quantity", say("stock.quantity"), most=10, mode="numeric", focus=True),
        Input("warehouse", say("stock.where"), most=40, required=False, hint=say("stock.warehouse.hint")),
    )
    lead = say("stock.count.lead", reserved=sum(level.reserved for level in known.own_stock))
    return await ask_first(request, "stock", _question(say, known, "count", lead, inputs), given, wrong)


async def _price_form(
    request: AnyRequest, known: Product, given: Mapping[str, str], wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say = texts.words(locale_of(request))
    inputs = (_amount(say, required=True, focus=True), _currency(say))
    question = _question(say, known, "price", say("stock.price.lead"), inputs)
    return await ask_first(request, "stock", question, given, wrong)


def _question(say: texts.Words, known: Product, act: str, lead: Markup, inputs: tuple[Input, ...]) -> Question:
    here = stock_view.place_of(known)
    title = say("stock.count" if act == "count" else "stock.price.set")
    crumbs = (Crumb(say("nav.stock"), _LIST), Crumb(known.sku, here))
    return Question(title, lead, f"{here}/{act}", here, crumbs, say(f"stock.{act}.do"), inputs=inputs)


HANDLERS: Final = [products, new, make, product, ask_count, count, ask_price, set_price]
