"""Payouts and lines of statements as an operator reads them: rows of their lists, and what explains a payout. Pure."""

from typing import Final

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.settlements.explaining import Difference
from gerbang.core.settlements.model import LineStatus
from gerbang.core.settlements.overview import ExplainedPayout, ShownLine
from gerbang.web import texts
from gerbang.web.console.listing import Cell, Column, Row
from gerbang.web.console.objects import Fact, Facts
from gerbang.web.console.page_frame import stamp

DECIDE: Final = "payouts:decide"
PAYOUTS: Final = (
    Column("status", "pays.status", "a1"),
    Column("amount", "pays.amount", "a2", "num", is_money=True),
    Column("statement", "settle.statement", "b1", "mono wrap"),
    Column("why", "settle.explained", "c1", "wrap"),
    Column("time", "pays.time", "b2", "num", newest_first=True),
)
LINES: Final = (
    Column("kind", "settle.kind", "a1", "wrap"),
    Column("amount", "pays.amount", "a2", "num", is_money=True),
    Column("order", "settle.order", "b1", "mono wrap"),
    Column("status", "pays.status", "c1"),
    Column("day", "settle.day", "b2", "num", newest_first=True),
)
SUMS: Final = (
    Column("what", "settle.sum.what", "a1", "wrap"),
    Column("lines", "settle.sum.lines", "off", "num"),
    Column("amount", "pays.amount", "a2", "num", is_money=True),
)
_MARKS: Final = {LineStatus.BOOKED: "paid", LineStatus.HELD: "held", LineStatus.NOTED: "cancelled"}


def signed(amount: int, currency: str, locale: Locale) -> str:
    """An amount with a minus where it is taken of us."""
    return f"{'−' if amount < 0 else ''}{formats.money(abs(amount), currency, locale)}"


def payout_row(one: ExplainedPayout, locale: Locale) -> Row:
    """One line of the list of payouts."""
    say, payout, shown = texts.words(locale), one.payout, ids.show("pyo", one.payout.id)
    cells = {
        "status": Cell(
            say("settle.paid" if payout.is_paid else "settle.unpaid"), mark="paid" if payout.is_paid else "pending"
        ),
        "amount": Cell(signed(payout.amount, payout.currency, locale), href=f"/console/payouts/{shown}"),
        "statement": Cell(payout.statement, below=(payout.connection,)),
        "why": Cell(why(one, locale)),
        "time": Cell(stamp(payout.heard_at, locale), at=payout.heard_at),
    }
    return Row(shown, cells)


def why(one: ExplainedPayout, locale: Locale) -> Markup | str:
    """Whether its lines explain it, and if not, what is left and its name."""
    say, explanation = texts.words(locale), one.explanation
    if explanation.why is Difference.NONE:
        return say("settle.explained.yes")
    amount = signed(explanation.difference, one.payout.currency, locale)
    return say(f"settle.why.{explanation.why.value}", amount=amount)


def line_row(one: ShownLine, locale: Locale, *, may_decide: bool) -> Row:
    """One line of a list of lines; one that is held leads to its decision."""
    say, line, shown = texts.words(locale), one.line, ids.show("stl", one.line.id)
    is_held = line.status is LineStatus.HELD
    below = (say(f"settle.held.{line.why.value}") if is_held else "", _changed(one, locale))
    cells = {
        "kind": Cell(say(f"settle.kind.{line.kind.value}"), below=(line.said,)),
        "amount": Cell(
            signed(line.amount, line.currency, locale),
            href=f"/console/settlements/{shown}" if is_held and may_decide else "",
        ),
        "order": Cell(line.order, below=(line.item, line.connection)),
        "status": Cell(say(f"settle.status.{line.status.value}"), mark=_MARKS[line.status], below=below),
        "day": Cell(formats.calendar_day(line.day, locale)),
    }
    return Row(shown, cells)


def sums(one: ExplainedPayout, locale: Locale) -> list[Row]:
    """What the payout is made of, in the order in which it adds up."""
    say, explanation, currency = texts.words(locale), one.explanation, one.payout.currency
    rows = [_sum(say("settle.sum.opening"), "", explanation.opening, currency, locale)] if explanation.opening else []
    rows += [
        _sum(say(f"settle.kind.{of.kind.value}"), str(of.lines), of.amount, currency, locale) for of in explanation.sums
    ]
    if explanation.why is not Difference.NONE:
        rows.append(_sum(why(one, locale), "", explanation.difference, currency, locale))
    if explanation.kept_back:
        word = "settle.sum.kept_back" if explanation.kept_back > 0 else "settle.sum.carried_over"
        rows.append(_sum(say(word), "", -explanation.kept_back, currency, locale))
    return [*rows, _sum(say("settle.sum.payout"), "", one.payout.amount, currency, locale)]


def facts(one: ExplainedPayout, locale: Locale) -> Facts:
    """What is known of a payout beside its sums."""
    say, payout = texts.words(locale), one.payout
    known = [
        Fact(say("settle.shop"), payout.connection, href=f"/console/connections/{payout.connection}"),
        Fact(say("settle.statement"), payout.statement, "mono", copy="statement"),
        Fact(say("settle.made_on"), f"{payout.made_on:%Y-%m-%d}" if payout.made_on else say("settle.unknown")),
        Fact(say("settle.heard_at"), stamp(payout.heard_at, locale)),
    ]
    if payout.paid_at is not None:
        known.append(Fact(say("settle.paid_at"), stamp(payout.paid_at, locale)))
    if one.explanation.held:
        known.append(Fact(say("settle.held_sum"), signed(one.explanation.held, payout.currency, locale), "num"))
    return Facts(say("settle.facts"), tuple(known))


def _sum(what: Markup | str, lines: str, amount: int, currency: str, locale: Locale) -> Row:
    return Row("", {"what": Cell(what), "lines": Cell(lines), "amount": Cell(signed(amount, currency, locale))})


def _changed(one: ShownLine, locale: Locale) -> Markup | str:
    return texts.words(locale)("settle.changed") if one.line.told_differently_at is not None else ""
