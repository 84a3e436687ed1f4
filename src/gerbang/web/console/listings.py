"""Operators and listings: what shops sell, which product of ours each is, by hand or by a file, and the import of a shop's list."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import GerbangError, NotFound
from gerbang.core.catalogue.listings.model import (
    IMPORT_PREFIX,
    LISTING_PREFIX,
    Listing,
    ListingFilters,
    ListingNotFound,
    MappingReport,
)
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.catalogue.model import READ, WRITE, UnknownSku
from gerbang.web import texts
from gerbang.web.console import listing, stock_view
from gerbang.web.console.confirmation import REFUSED, Input, Question, ask_first
from gerbang.web.console.listing import Filter, ListPage
from gerbang.web.console.objects import Action, Crumb, allowed, said_of
from gerbang.web.console.page_frame import form_key, operator, shared
from gerbang.web.forms import read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

AnyRequest = Request[Any, Any, Any]
_LIST: Final = "/console/listings"
_IMPORT: Final = f"{_LIST}/import"
_FILE: Final = f"{_LIST}/file"
MOST_CSV: Final = 4_000
_SAID: Final = frozenset({"mapped", "file", "sent", "checked", "rules", "refused"})
_PAGE: Final = ListPage(
    name="listings",
    path=_LIST,
    title="nav.listings",
    lead="lst.lead",
    caption="lst.caption",
    columns=stock_view.LISTINGS,
    filters=(
        Filter("status", "lst.status", "tabs", ("unmapped", "different", "pending"), "lst.status."),
        Filter("connection", "lst.shop", "choice"),
    ),
    empty="lst.empty",
    how="lst.empty.how",
    watch="listings",
)


@get(_LIST)
async def all_listings(request: AnyRequest) -> Response[bytes]:
    """Newest first, with how each stands."""
    caller, locale = operator(request, READ), locale_of(request)
    say, core = texts.words(locale), core_of(request)
    page = replace(_PAGE, columns=stock_view.listing_columns(caller))
    asked = await listing.read(request, page, {"connection": [one.id for one in await core.shops()]})
    filters = ListingFilters(asked.word("connection"), asked.word("status"))
    found: Sequence[Listing] = []
    if not asked.wrong:
        found = await shared(request, asked.key, lambda: core.page(filters, asked.place, listing.ROWS + 1))
    shown, onward = listing.part_of(found, lambda one: (one.created_at, one.id))
    return await listing.show_list(
        request,
        asked,
        [stock_view.listing_row(one, locale, may_write=caller.may(WRITE)) for one in shown],
        onward,
        actions=allowed(
            caller,
            (WRITE, Action(say("lst.file"), _FILE)),
            (WRITE, Action(say("lst.check"), press=f"{_LIST}/check")),
            (WRITE, Action(say("lst.import"), _IMPORT, look="main")),
        ),
        said=said_of(request, "lst.said", _SAID)[0],
    )


@get("/console/listings/{listing_id:str}/map")
async def ask_mapping(request: AnyRequest, listing_id: FromPath[str]) -> Response[bytes]:
    """Which product is it?"""
    operator(request, WRITE)
    known = await _known(request, listing_id)
    return await _map_form(request, known, {"sku": known.sku or known.seller_sku})


@post("/console/listings/{listing_id:str}/map", status_code=303)
async def map_listing(request: AnyRequest, listing_id: FromPath[str]) -> Page:
    """Save which it is; nothing typed: none of ours."""
    caller, say = operator(request, WRITE), texts.words(locale_of(request))
    form, known = await read_form(request, "key", "sku"), await _known(request, listing_id)
    wrong = form.card_complaints(say)
    if wrong or only_shown(request):
        return await _map_form(request, known, form, wrong)
    try:
        await core_of(request).map_to(caller, known.id, form["sku"].strip() or None)
    except UnknownSku:
        return await _map_form(request, known, form, {"sku": say("stock.wrong.sku.none")})
    return see_other(f"{_LIST}?done=mapped")


@post("/console/listings/{listing_id:str}/push", status_code=303)
async def push(request: AnyRequest, listing_id: FromPath[str]) -> Response[None]:
    """Send it again, whatever the marketplace said before."""
    caller = operator(request, WRITE)
    await core_of(request).push(caller, _id(listing_id))
    return see_other(f"{_LIST}?done=sent")


@post("/console/listings/check", status_code=303)
async def check(request: AnyRequest) -> Response[None]:
    """Have the lists of all shops read now."""
    caller, core = operator(request, WRITE), core_of(request)
    for shop in await core.shops():
        await core.look(caller, shop.id)
    return see_other(f"{_LIST}?done=checked")


@get(_IMPORT)
async def ask_import(request: AnyRequest) -> Response[bytes]:
    """Of which shop? One that was begun is shown with how far it is."""
    operator(request, WRITE)
    return await _import_form(request, {"makes": "no"})


@post(_IMPORT, status_code=303)
async def begin_import(request: AnyRequest) -> Page:
    """Begin it; the same form sent twice begins one."""
    caller, say = operator(request, WRITE), texts.words(locale_of(request))
    form = await read_form(request, "key", "shop", "makes")
    wrong: dict[str, Markup] = {}
    if form["makes"] not in ("yes", "no"):
        wrong["makes"] = say("lst.wrong.choice")
    if form["shop"] not in [one.id for one in await core_of(request).shops()]:
        wrong["shop"] = say("lst.wrong.shop")
    if wrong or only_shown(request):
        return await _import_form(request, form, wrong)
    key = form_key(caller.label, form["key"], "import", form["shop"], form["makes"])
    begun, _ = await core_of(request).begin_import(caller, form["shop"], key, makes_products=form["makes"] == "yes")
    return see_other(f"{_IMPORT}?{urlencode({'import': ids.show(IMPORT_PREFIX, begun.id)})}")


@get(_FILE)
async def ask_file(request: AnyRequest) -> Response[bytes]:
    """Which file, of which shop?"""
    operator(request, WRITE)
    return await _file_form(request, {"how": "try"})


@post(_FILE, status_code=303)
async def map_file(request: AnyRequest) -> Page:
    """Try it, or map all of it; what is wrong with a line is told, and then nothing is done."""
    caller, say = operator(request, WRITE), texts.words(locale_of(request))
    form = await read_form(request, "key", "shop", "csv", "how")
    wrong = form.card_complaints(say)
    if not form["csv"].strip():
        wrong.setdefault("csv", say("lst.wrong.csv"))
    if len(form["csv"]) > MOST_CSV:
        wrong["csv"] = say("lst.wrong.long")
    if form["how"] not in ("try", "do"):
        wrong["how"] = say("lst.wrong.choice")
    if form["shop"] not in [one.id for one in await core_of(request).shops()]:
        wrong["shop"] = say("lst.wrong.shop")
    if wrong or only_shown(request):
        return await _file_form(request, form, wrong)
    try:
        report = await core_of(request).map_csv(caller, form["shop"], form["csv"], dry_run=form["how"] == "try")
    except REFUSED as error:
        return see_other(_refused(error))
    if report.applied:
        return see_other(f"{_LIST}?done=file")
    return await _file_form(request, form, report=report)


def core_of(request: AnyRequest) -> Listings:
    """The use cases of listings."""
    return services_of(request).service(Listings)


def _refused(error: GerbangError) -> str:
    return f"{_LIST}?{urlencode({'done': 'refused', 'why': error.code})}"


def _id(shown: str) -> Any:
    try:
        return ids.read(LISTING_PREFIX, shown)
    except NotFound as error:
        raise ListingNotFound from error


async def _known(request: AnyRequest, shown: str) -> Listing:
    return await core_of(request).get(_id(shown))


async def _map_form(
    request: AnyRequest, known: Listing, given: Mapping[str, str], wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say, shown = texts.words(locale_of(request)), ids.show(LISTING_PREFIX, known.id)
    question = Question(
        say("lst.map"),
        say("lst.map.lead", theirs=known.seller_sku or known.variant, shop=known.connection, name=known.name),
        f"{_LIST}/{shown}/map",
        _LIST,
        (Crumb(say("nav.listings"), _LIST), Crumb(shown, f"{_LIST}/{shown}/map")),
        say("lst.map.do"),
        inputs=(Input("sku", say("lst.ours"), most=64, required=False, hint=say("lst.map.hint"), focus=True),),
    )
    return await ask_first(request, "listings", question, given, wrong)


async def _import_form(
    request: AnyRequest, given: Mapping[str, str], wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say, shops = texts.words(locale_of(request)), await core_of(request).shops()
    inputs = (
        _shop(say, [one.id for one in shops]),
        Input(
            "makes",
            say("lst.import.makes"),
            "radio",
            tuple((one, say(f"lst.import.makes.{one}")) for one in ("no", "yes")),
        ),
    )
    question = Question(
        say("lst.import.heading"),
        say("lst.import.lead" if shops else "lst.import.none"),
        _IMPORT,
        _LIST,
        (Crumb(say("nav.listings"), _LIST),),
        say("lst.import.do") if shops else "",
        note=await _progress(request, say),
        inputs=inputs if shops else (),
    )
    return await ask_first(request, "listings", question, given, wrong)


async def _progress(request: AnyRequest, say: texts.Words) -> Markup | str:
    """How far the import is that the address names."""
    shown = request.query_params.get("import", "")
    if not shown:
        return ""
    try:
        one = await core_of(request).get_import(ids.read(IMPORT_PREFIX, shown))
    except NotFound:
        return ""
    counts = {"variants": one.variants, "added": one.added, "mapped": one.mapped, "made": one.made}
    return say(f"lst.import.{one.status.value}", **counts, unreadable=one.unreadable, why=one.said)


async def _file_form(
    request: AnyRequest,
    given: Mapping[str, str],
    wrong: Mapping[str, Markup] | None = None,
    report: MappingReport | None = None,
) -> Response[bytes]:
    say, shops = texts.words(locale_of(request)), await core_of(request).shops()
    question = Question(
        say("lst.file.heading"),
        say("lst.file.lead" if shops else "lst.import.none"),
        _FILE,
        _LIST,
        (Crumb(say("nav.listings"), _LIST),),
        say("lst.file.do") if shops else "",
        note=_outcome(report, say),
        inputs=(_shop(say, [one.id for one in shops]),) if shops else (),
        earlier=tuple(say("lst.file.fault", line=one.line, detail=one.detail) for one in report.faults)
        if report
        else (),
    )
    how = Input("how", say("lst.file.how"), "radio", tuple((one, say(f"lst.file.how.{one}")) for one in ("try", "do")))
    filled = {"csv": "", "how": "", **given}
    return await ask_first(
        request, "listings", question, filled, wrong, "listing_file.html", how=how, most=MOST_CSV, shops=shops
    )


def _outcome(report: MappingReport | None, say: texts.Words) -> Markup | str:
    if report is None:
        return ""
    if report.faults:
        return say("lst.file.faults")
    return say("lst.file.tried", changed=report.changed, lines=report.lines, unchanged=report.unchanged)


def _shop(say: texts.Words, shops: Sequence[str]) -> Input:
    return Input("shop", say("lst.shop"), options=tuple((one, one) for one in shops))


HANDLERS: Final = [
    all_listings,
    ask_import,
    begin_import,
    ask_file,
    map_file,
    check,
    ask_mapping,
    map_listing,
    push,
]
