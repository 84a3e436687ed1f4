"""What a shop is offered of the pool: how much is kept back from it, and which of its warehouses shows which of ours."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.core.catalogue.listings.model import StockRules
from gerbang.core.catalogue.model import MOST_UNITS, WRITE, is_warehouse
from gerbang.web import texts
from gerbang.web.console.confirmation import Input, Question, ask_first
from gerbang.web.console.listings import core_of
from gerbang.web.console.objects import Crumb
from gerbang.web.console.page_frame import operator
from gerbang.web.console.shown_fields import FIELD, touched, with_shown
from gerbang.web.forms import read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other

AnyRequest = Request[Any, Any, Any]
_LIST: Final = "/console/listings"
_FIELDS: Final = ("buffer", "warehouses")
_MOST_PAIRS: Final = 20
_LONGEST: Final = 1_000


@get("/console/stock-rules/{connection:str}")
async def ask_rules(request: AnyRequest, connection: FromPath[str]) -> Response[bytes]:
    """As they are."""
    operator(request, WRITE)
    known = await core_of(request).rules(connection)
    pairs = ", ".join(f"{theirs}={ours}" for theirs, ours in sorted(known.warehouses.items()))
    return await _form(request, known, with_shown({"buffer": str(known.buffer), "warehouses": pairs}, _FIELDS))


@post("/console/stock-rules/{connection:str}", status_code=303)
async def set_rules(request: AnyRequest, connection: FromPath[str]) -> Page:
    """Save them; all of the shop's listings are sent anew where they differ."""
    caller, say = operator(request, WRITE), texts.words(locale_of(request))
    known = await core_of(request).rules(connection)
    form = await read_form(request, "key", FIELD, *_FIELDS)
    wrong = form.card_complaints(say)
    if not (form["buffer"].isascii() and form["buffer"].isdigit() and int(form["buffer"]) <= MOST_UNITS):
        wrong.setdefault("buffer", say("stock.wrong.quantity"))
    warehouses = read_pairs(form["warehouses"])
    if warehouses is None:
        wrong.setdefault("warehouses", say("lst.wrong.warehouses"))
    if wrong or warehouses is None or only_shown(request):
        return await _form(request, known, form, wrong)
    ours = touched(form, _FIELDS)
    buffer = int(form["buffer"]) if "buffer" in ours else known.buffer
    shown = warehouses if "warehouses" in ours else known.warehouses
    await core_of(request).set_rules(caller, StockRules(connection, buffer, shown))
    return see_other(f"{_LIST}?done=rules")


def read_pairs(text: str) -> dict[str, str] | None:
    """`dropshipping=bantul, surabaya=surabaya` as a mapping; None for what is none. Pure."""
    found: dict[str, str] = {}
    for pair in (part for part in text.replace(";", ",").split(",") if part.strip()):
        theirs, sign, ours = (part.strip() for part in pair.partition("="))
        if not sign or not 0 < len(theirs) <= 64 or theirs in found or not is_warehouse(ours):
            return None
        found[theirs] = ours
    return found if len(found) <= _MOST_PAIRS else None


async def _form(
    request: AnyRequest, known: StockRules, given: Mapping[str, str], wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say, here = texts.words(locale_of(request)), f"/console/stock-rules/{known.connection}"
    inputs = (
        Input(
            "buffer", say("lst.rules.buffer"), most=10, mode="numeric", hint=say("lst.rules.buffer.hint"), focus=True
        ),
        Input(
            "warehouses",
            say("lst.rules.warehouses"),
            most=_LONGEST,
            required=False,
            hint=say("lst.rules.warehouses.hint"),
        ),
    )
    crumbs = (Crumb(say("nav.listings"), _LIST), Crumb(known.connection, here))
    lead = say("lst.rules.lead", shop=known.connection)
    question = Question(say("lst.rules"), lead, here, _LIST, crumbs, say("lst.map.do"), inputs=inputs)
    return await ask_first(request, "listings", question, given, wrong)


HANDLERS: Final = [ask_rules, set_rules]
