"""Operators and buyers' claims: the list of what waits, one claim with its deadline, and the answers, each asked about first."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base.errors import NotFound
from gerbang.core.orders.claim_model import Answer, read_claim_id
from gerbang.core.orders.claims import Claimed, ClaimInList, Claims, WantedAnswer
from gerbang.core.orders.model import READ, WRITE
from gerbang.core.orders.operation_model import OPEN, OperationStatus
from gerbang.core.orders.service import Orders
from gerbang.ports.marketplace_orders import CancelReason
from gerbang.web import texts
from gerbang.web.console import claim_view, listing
from gerbang.web.console.confirmation import REFUSED, ask_first
from gerbang.web.console.listing import Filter, ListPage
from gerbang.web.console.objects import said_of, show_object
from gerbang.web.console.page_frame import form_key, operator, shared
from gerbang.web.forms import Form, read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of
from gerbang.web.views.marketplace_refusals import refusal_code

AnyRequest = Request[Any, Any, Any]
_SAID: Final = frozenset({"accept", "refuse", "receive", "partly", "waits", "refused"})
_PAGE: Final = ListPage(
    name="claims",
    path=claim_view.LIST,
    title="nav.claims",
    lead="claims.lead",
    caption="claims.caption",
    columns=claim_view.COLUMNS,
    filters=(
        Filter("status", "ords.status", "tabs", ("waiting",), "claims.", most=10),
        Filter("shop", "ords.shop", "choice", most=40),
    ),
    empty="claims.empty",
    how="claims.empty.how",
    watch="claims",
)


@get(claim_view.LIST)
async def claims(request: AnyRequest) -> Response[bytes]:
    """Of all shops: what waits by its deadline, soonest first, and what is over last."""
    operator(request, READ)
    services, locale = services_of(request), locale_of(request)
    shops = {one.id: one.id for one in await services.connections.all() if one.parent is not None}
    asked = await listing.read(request, _PAGE, {"shop": shops})
    found: Sequence[ClaimInList] = []
    if not asked.wrong:
        shop, waiting = asked.word("shop"), asked.word("status") == "waiting"
        core = services.service(Claims)
        found = await shared(
            request, asked.key, lambda: core.page(shop, asked.place, listing.ROWS + 1, waiting=waiting)
        )
    shown, onward = listing.part_of(found, lambda one: one.place)
    now = services.payments.context.clock.now()
    return await listing.show_list(request, asked, [claim_view.row_of(each.one, now, locale) for each in shown], onward)


@get(claim_view.LIST + "/{claim:str}")
async def claim(request: AnyRequest, claim: FromPath[str]) -> Response[bytes]:
    """Its lines, its deadline, and what may be answered."""
    caller, services, locale = operator(request, READ), services_of(request), locale_of(request)
    id_ = read_claim_id(claim)
    one = await shared(request, ("claim", id_), lambda: services.service(Claims).get(id_))
    of = await services.service(Orders).get(one.claim.order_id)
    goods = {item.id: item for item in of.items}
    now = services.payments.context.clock.now()
    said, doubtful = said_of(request, "claims.said", _SAID)
    return await show_object(
        request,
        claim_view.page_of(one, of.order.number, now, caller, locale),
        said=said,
        doubtful=doubtful,
        lines=[
            claim_view.line_row(line, goods.get(line.item) if line.item else None, one.currency, locale)
            for line in one.claim.lines
        ],
        line_columns=claim_view.LINES,
    )


@get(claim_view.LIST + "/{claim:str}/{answer:str}")
async def ask(request: AnyRequest, claim: FromPath[str], answer: FromPath[str]) -> Response[bytes]:
    """What becomes of it, and what has to be said."""
    operator(request, WRITE)
    return await _asking(request, await services_of(request).service(Claims).get(read_claim_id(claim)), _known(answer))


@post(claim_view.LIST + "/{claim:str}/{answer:str}", status_code=303)
async def answer_claim(request: AnyRequest, claim: FromPath[str], answer: FromPath[str]) -> Page:
    """Pressed twice, it is answered once."""
    caller, say, given = operator(request, WRITE), texts.words(locale_of(request)), _known(answer)
    core, id_ = services_of(request).service(Claims), read_claim_id(claim)
    one = await core.get(id_)
    form = await read_form(request, "key", "reason", "comment", "image", "restock", "confirm")
    wrong = form.card_complaints(say) | _wrong(one, given, form, say)
    if wrong or only_shown(request):
        return await _asking(request, one, given, form, wrong)
    wanted = WantedAnswer(
        given,
        reason=form["reason"],
        comment=form["comment"],
        images=(form["image"],) if form["image"] else (),
        restock=given == "receive" and form["restock"] == "yes",
        confirmed=form["confirm"] == "yes",
    )
    try:
        done = await core.answer(caller, id_, wanted, form_key(caller.label, form["key"], claim, answer))
    except REFUSED as error:
        return _back(claim, done="refused", why=error.code)
    if done.decision.status is OperationStatus.NOT_DONE:
        return _back(claim, done="refused", why=refusal_code(done.decision.outcomes))
    word = "partly" if done.decision.status is OperationStatus.PARTLY_DONE else given
    return _back(claim, done="waits" if done.decision.status in OPEN else word)


async def _asking(
    request: AnyRequest,
    one: Claimed,
    answer: Answer,
    given: Form | None = None,
    wrong: Mapping[str, Markup] | None = None,
) -> Response[bytes]:
    reasons: Sequence[CancelReason] = ()
    if answer == "refuse":
        reasons = await services_of(request).service(Claims).refusal_reasons(one.claim.id)
    return await ask_first(
        request, "claims", claim_view.question_of(one, answer, reasons, locale_of(request)), given, wrong
    )


def _wrong(one: Claimed, answer: Answer, form: Form, say: texts.Words) -> dict[str, Markup]:
    """What was not chosen or typed, each beside its field."""
    wanted = {each.name: each for each in claim_view.question_of(one, answer, (), "en").inputs}
    missing = {name: say("claims.wrong." + name) for name in wanted if not form[name].strip()}
    if "image" in wanted and form["image"] and not form["image"].startswith("https://"):
        missing["image"] = say("claims.wrong.image")
    if "confirm" in wanted and form["confirm"] != "yes":
        missing["confirm"] = say("claims.wrong.confirm")
    return missing


def _known(answer: str) -> Answer:
    for one in claim_view.ANSWERS:
        if one == answer:
            return one
    raise NotFound("There is no such answer.")


def _back(claim: str, **said: str) -> Response[None]:
    return see_other(f"{claim_view.LIST}/{claim}?{urlencode(said)}")


HANDLERS: Final = [claims, claim, ask, answer_claim]
