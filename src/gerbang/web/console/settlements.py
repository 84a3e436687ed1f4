"""Operators and what marketplaces pay out: payouts, one with what explains it, lines of statements, and the decision about one that is held."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import Conflict, Invalid
from gerbang.core.settlements.model import (
    LineFilters,
    LineStatus,
    PayoutFilters,
    PayoutNotFound,
    amount_to_book,
    read_line_id,
    read_payout_id,
)
from gerbang.core.settlements.overview import ExplainedPayout, Listed, Overview, ShownLine
from gerbang.core.settlements.service import Settlements
from gerbang.ports.marketplace_catalogue import FeeKind
from gerbang.web import texts
from gerbang.web.console import listing, settlement_view
from gerbang.web.console.confirmation import Input, Question, ask_first
from gerbang.web.console.listing import Filter, ListPage
from gerbang.web.console.objects import Action, Crumb, ObjectPage, said_of, show_object
from gerbang.web.console.page_frame import operator, shared
from gerbang.web.console.settlement_view import DECIDE
from gerbang.web.cursors import Place
from gerbang.web.forms import Form, read_form
from gerbang.web.input.typed_money import Unreadable, read_amount
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

AnyRequest = Request[Any, Any, Any]
READ: Final = "payouts:read"
_LIST: Final = "/console/payouts"
_LINES: Final = "/console/settlements"
_ON_PAGE: Final = 50
_PAYOUTS: Final = ListPage(
    name="payouts",
    path=_LIST,
    title="nav.payouts",
    lead="settle.lead",
    caption="settle.caption",
    columns=settlement_view.PAYOUTS,
    filters=(
        Filter("paid", "pays.status", "tabs", ("paid", "unpaid"), "settle.", most=10),
        Filter("connection", "settle.shop", "choice", most=40),
        Filter("after", "pays.after", "day", most=40),
        Filter("before", "pays.before", "day", after=True, most=40),
    ),
    empty="settle.empty",
    how="settle.empty.how",
    watch="payouts",
)
_OF_LINES: Final = ListPage(
    name="settlements",
    path=_LINES,
    title="settle.lines",
    lead="settle.lines.lead",
    caption="settle.lines.caption",
    columns=settlement_view.LINES,
    filters=(
        Filter("status", "pays.status", "tabs", tuple(LineStatus), "settle.status.", most=10),
        Filter("kind", "settle.kind", "choice", tuple(FeeKind), "settle.kind.", most=40),
        Filter("payout", "settle.payout", "id", of="pyo", most=40),
        Filter("order", "settle.order", most=64),
        Filter("connection", "settle.shop", "choice", most=40),
    ),
    empty="settle.lines.empty",
    how="settle.empty.how",
    watch="settlements",
)


@get(_LIST)
async def payouts(request: AnyRequest) -> Response[bytes]:
    """What marketplaces paid or will pay, newest first."""
    operator(request, READ)
    locale = locale_of(request)
    asked = await listing.read(request, _PAYOUTS, {"connection": await _shops(request)})
    paid = {"paid": True, "unpaid": False}.get(asked.word("paid") or "")
    filters = PayoutFilters(asked.word("connection"), paid, asked.day("after"), asked.day("before"))
    found: tuple[list[ExplainedPayout], Place | None] = ([], None)
    if not asked.wrong:
        found = await shared(request, asked.key, lambda: _overview(request).payouts(filters, asked.place, listing.ROWS))
    rows = [settlement_view.payout_row(one, locale) for one in found[0]]
    return await listing.show_list(request, asked, rows, found[1])


@get(_LIST + "/{payout:str}")
async def payout(request: AnyRequest, payout: FromPath[str]) -> Response[bytes]:
    """One payout, what it is made of, and its newest lines."""
    caller = operator(request, READ)
    locale, say = locale_of(request), texts.words(locale_of(request))
    id_ = read_payout_id(payout)
    one = await shared(request, ("payout", id_), lambda: _overview(request).payout(id_))
    lines = await shared(
        request, ("payout lines", id_), lambda: _overview(request).lines(LineFilters(payout=id_), None, _ON_PAGE)
    )
    is_paid = one.payout.is_paid
    page = ObjectPage(
        name="payouts",
        id=payout,
        crumb=Crumb(say("nav.payouts"), _LIST),
        heading=settlement_view.signed(one.payout.amount, one.payout.currency, locale),
        mark="paid" if is_paid else "pending",
        word=say("settle.paid" if is_paid else "settle.unpaid"),
        lead=settlement_view.why(one, locale),
        facts=(settlement_view.facts(one, locale),),
        actions=(Action(say("settle.csv"), f"{_LIST}/{payout}/csv"),) if lines.lines else (),
        watch="payout",
        about=payout,
        template="payout.html",
    )
    may = caller.may(DECIDE)
    return await show_object(
        request,
        page,
        sums=settlement_view.sums(one, locale),
        sum_columns=settlement_view.SUMS,
        lines=[settlement_view.line_row(of, locale, may_decide=may) for of in lines.lines],
        line_columns=settlement_view.LINES,
        all_lines=f"{_LINES}?{urlencode({'payout': payout})}",
    )


@get(_LIST + "/{payout:str}/csv")
async def export(request: AnyRequest, payout: FromPath[str]) -> Response[bytes]:
    """The lines of a payout for a spreadsheet, the newest ten thousand."""
    operator(request, READ)
    body, _ = await _overview(request).file(read_payout_id(payout), None)
    headers = {"content-disposition": f'attachment; filename="{payout}.csv"'}
    return Response(body, media_type="text/csv", headers=headers)


@get(_LINES)
async def settlements(request: AnyRequest) -> Response[bytes]:
    """Lines of statements, newest first."""
    caller = operator(request, READ)
    locale = locale_of(request)
    asked = await listing.read(request, _OF_LINES, {"connection": await _shops(request)})
    kind, status = asked.word("kind"), asked.word("status")
    filters = LineFilters(
        payout=asked.id("payout"),
        order=asked.word("order"),
        connection=asked.word("connection"),
        kind=FeeKind(kind) if kind else None,
        status=LineStatus(status) if status else None,
    )
    found = Listed((), None)
    if not asked.wrong:
        try:
            found = await shared(
                request, asked.key, lambda: _overview(request).lines(filters, asked.place, listing.ROWS)
            )
        except PayoutNotFound:
            asked.wrong["payout"] = texts.words(locale)("settle.wrong.payout")
    rows = [settlement_view.line_row(one, locale, may_decide=caller.may(DECIDE)) for one in found.lines]
    said, _ = said_of(request, "settle.done", ("booked", "refused"))
    return await listing.show_list(request, asked, rows, found.onward, said=said)


@get(_LINES + "/{line:str}")
async def ask(request: AnyRequest, line: FromPath[str]) -> Response[bytes]:
    """What becomes of a line that is held?"""
    operator(request, DECIDE)
    return await _asking(request, await _overview(request).line(read_line_id(line)))


@post(_LINES + "/{line:str}", status_code=303)
async def decide(request: AnyRequest, line: FromPath[str]) -> Page:
    """Book it, with another amount if need be, or set it aside."""
    caller, say = operator(request, DECIDE), texts.words(locale_of(request))
    known = await _overview(request).line(read_line_id(line))
    form = await read_form(request, "decision", "amount")
    wrong = form.card_complaints(say)
    amount: int | None = None
    if form["decision"] not in ("book", "set_aside"):
        wrong["decision"] = say("settle.wrong.decision")
    elif "amount" not in wrong:
        try:
            typed = _typed(form["amount"], known) if form["amount"] and form["decision"] == "book" else None
            amount = amount_to_book(form["decision"], typed, known.line.amount)
        except (Invalid, Unreadable):
            wrong["amount"] = say("settle.wrong.amount")
    if wrong or only_shown(request):
        return await _asking(request, known, form, wrong)
    try:
        await _overview(request).decide(caller, known.line.id, amount)
    except Conflict as error:
        return see_other(f"{_LINES}?{urlencode({'done': 'refused', 'why': error.code})}")
    return see_other(f"{_LINES}?{urlencode({'status': 'held', 'done': 'booked'})}")


async def _asking(
    request: AnyRequest, known: ShownLine, given: Form | None = None, wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    locale, say, line = locale_of(request), texts.words(locale_of(request)), known.line
    amount = settlement_view.signed(line.amount, line.currency, locale)
    is_held = line.status is LineStatus.HELD
    options = (("book", say("settle.decide.book")), ("set_aside", say("settle.decide.set_aside")))
    question = Question(
        heading=say("settle.decide.title", amount=amount),
        lead=say(f"settle.held.{line.why.value}") if is_held else say("settle.decide.over"),
        action=f"{_LINES}/{ids.show('stl', line.id)}",
        back=f"{_LINES}?status=held",
        crumbs=(Crumb(say("nav.payouts"), _LIST), Crumb(say("settle.lines"), f"{_LINES}?status=held")),
        button=say("settle.decide.button") if is_held else "",
        note=say("settle.decide.about", order=line.order, item=line.item, shop=line.connection, said=line.said),
        inputs=(
            Input("decision", say("settle.decide.what"), "radio", options),
            Input(
                "amount",
                say("settle.decide.amount", currency=line.currency),
                hint=say("settle.decide.amount.hint", amount=amount),
                most=30,
                mode="decimal",
                required=False,
            ),
        )
        if is_held
        else (),
    )
    return await ask_first(request, "payouts", question, given, wrong)


def _typed(text: str, known: ShownLine) -> int:
    """An amount as people type it, with the sign of the line. Raises Unreadable."""
    amount = read_amount(text.strip().lstrip("-−"), known.line.currency)
    return -amount if known.line.amount < 0 else amount


def _overview(request: AnyRequest) -> Overview:
    return services_of(request).service(Settlements).overview


async def _shops(request: AnyRequest) -> Mapping[str, str]:
    """The shops of marketplaces, by their names."""
    return {one.id: one.id for one in await services_of(request).connections.all() if one.parent is not None}


HANDLERS: Final = [payouts, payout, export, settlements, ask, decide]
