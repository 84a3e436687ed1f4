"""Buyers' claims as an operator reads them: rows of the list, the page of one with its deadline, and what is asked before an answer. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.identity.model import Caller
from gerbang.core.orders.claim_model import CLAIM_PREFIX, Answer, BuyerClaim, Line, answers, refund_of
from gerbang.core.orders.claims import Claimed
from gerbang.core.orders.model import PREFIX, WRITE, Item
from gerbang.core.orders.operation_model import OPEN
from gerbang.ports.marketplace_orders import CancelReason, ClaimKind, ClaimStatus
from gerbang.web import texts
from gerbang.web.console.confirmation import Input, Question
from gerbang.web.console.listing import Cell, Column, Row
from gerbang.web.console.objects import Action, Crumb, Fact, Facts, ObjectPage
from gerbang.web.console.page_frame import stamp

LIST: Final = "/console/claims"
COLUMNS: Final = (
    Column("status", "ords.status", "a1"),
    Column("decide_by", "claims.decide_by", "d1"),
    Column("kind", "claims.kind", "b1", "wrap"),
    Column("refund", "claims.refund", "b2", "num", is_money=True),
    Column("shop", "ords.shop", "k1"),
    Column("time", "claims.time", "off lg", "num", newest_first=True),
)
LINES: Final = (
    Column("line", "claims.line", "a1", "wrap"),
    Column("here", "ord.here", "a2"),
    Column("there", "ord.there", "b1", "mono"),
    Column("refund", "claims.refund", "b2", "num", is_money=True),
)
_S: Final = ClaimStatus
_MARKS: Final = {
    _S.REQUESTED: "pending",
    _S.COMING_BACK: "late",
    _S.RECEIVED: "pending",
    _S.REFUNDING: "part_paid",
    _S.REFUNDED: "refunded",
    _S.REFUSED: "failed",
    _S.WITHDRAWN: "cancelled",
    _S.DONE: "paid",
    _S.UNKNOWN: "unknown",
}
ANSWERS: Final[tuple[Answer, ...]] = ("accept", "receive", "refuse")


def place_of(claim: BuyerClaim) -> str:
    """The page of a claim."""
    return f"{LIST}/{ids.show(CLAIM_PREFIX, claim.id)}"


def row_of(one: Claimed, now: datetime, locale: Locale) -> Row:
    """A claim as one line of the list."""
    claim, say = one.claim, texts.words(locale)
    reasons = tuple(dict.fromkeys(line.reason for line in claim.lines if line.reason))[:1]
    cells = {
        "status": Cell(say(f"claims.status.{claim.status.value}"), mark=_MARKS[claim.status]),
        "decide_by": Cell(left(claim, now, locale)),
        "kind": Cell(say(f"claims.kind.{claim.kind.value}"), href=place_of(claim), below=reasons),
        "refund": Cell(amount(one, locale)),
        "shop": Cell(claim.connection),
        "time": Cell(stamp(claim.created_at, locale), at=claim.created_at),
    }
    return Row(ids.show(CLAIM_PREFIX, claim.id), cells)


def line_row(line: Line, item: Item | None, currency: str, locale: Locale) -> Row:
    """A line of a claim, by the goods that it is about, where the order has them."""
    say = texts.words(locale)
    told = " / ".join(formats.money(one, currency, locale) for one in line.readings) + " ?" if line.held else "–"
    goods = f"{item.sku} · {line.id}" if item else ""
    cells = {
        "line": Cell(
            item.name if item else line.id, below=tuple(one for one in (goods, line.reason, line.tracking) if one)
        ),
        "here": Cell(say(f"claims.status.{line.status.value}"), mark=_MARKS[line.status]),
        "there": Cell(line.said),
        "refund": Cell(told if line.refund is None else formats.money(line.refund, currency, locale)),
    }
    return Row(line.id, cells)


def left(claim: BuyerClaim, now: datetime, locale: Locale) -> Markup | str:
    """How long it still waits for an answer; empty where it waits for none."""
    if claim.decide_by is None:
        return ""
    say, rest = texts.words(locale), claim.decide_by - now
    if rest <= timedelta():
        return say("claims.over")
    hours, minutes = divmod(int(rest.total_seconds()) // 60, 60)
    return say("claims.left", hours=hours, minutes=minutes, at=stamp(claim.decide_by, locale))


def amount(one: Claimed, locale: Locale) -> Markup | str:
    """What goes back, or that it is in doubt."""
    if one.claim.held:
        return texts.words(locale)("claims.held")
    refund = refund_of(one.claim.lines)
    return "–" if refund is None else formats.money(refund, one.currency, locale)


def page_of(one: Claimed, number: str, now: datetime, caller: Caller, locale: Locale) -> ObjectPage:
    """The head, the facts and the buttons of one."""
    claim, say = one.claim, texts.words(locale)
    order = f"/console/orders/{ids.show(PREFIX, claim.order_id)}"
    facts = [
        Fact(say("ords.number"), number, "mono", href=order),
        Fact(say("ords.shop"), claim.connection, href=f"/console/connections/{claim.connection}"),
        Fact(say("claims.refund"), amount(one, locale), "num"),
        Fact(say("claims.time"), stamp(claim.created_at, locale)),
        Fact(say("claims.id"), claim.external_id, "mono", copy="claim"),
    ]
    if claim.decide_by is not None:
        facts.insert(0, Fact(say("claims.decide_by"), left(claim, now, locale)))
    return ObjectPage(
        name="claims",
        id=ids.show(CLAIM_PREFIX, claim.id),
        crumb=Crumb(say("nav.claims"), LIST),
        heading=say(f"claims.kind.{claim.kind.value}"),
        mark=_MARKS[claim.status],
        word=say(f"claims.status.{claim.status.value}"),
        lead=f"{claim.connection} · {number}",
        why=_why(one, locale),
        actions=_actions(one, now, caller, locale),
        facts=(Facts(say("claims.facts"), tuple(facts)),),
        watch="claim",
        about=ids.show(CLAIM_PREFIX, claim.id),
        template="claim.html",
    )


def question_of(one: Claimed, answer: Answer, reasons: Sequence[CancelReason], locale: Locale) -> Question:
    """What is asked before an answer is sent."""
    say, claim, here = texts.words(locale), one.claim, place_of(one.claim)
    inputs: list[Input] = []
    if answer == "accept" and claim.held:
        inputs.append(_tick("confirm", "claims.ask.confirm", locale))
    if answer == "receive":
        inputs.append(_tick("restock", "claims.ask.restock", locale))
    if answer == "refuse" and claim.kind is ClaimKind.RETURN:
        options = tuple((reason.id, reason.text) for reason in reasons)
        inputs.append(Input("reason", say("claims.ask.reason"), "radio", options))
    if answer == "refuse" and claim.kind is not ClaimKind.CANCEL:
        inputs.append(Input("comment", say("claims.ask.comment"), most=500))
    if answer == "refuse" and any(line.status is _S.RECEIVED for line in claim.lines):
        inputs.append(Input("image", say("claims.ask.image"), "url", hint=say("claims.ask.image.hint"), most=500))
    return Question(
        heading=say(f"claims.ask.{answer}"),
        lead=say(f"claims.ask.{answer}.{claim.kind.value}" if answer != "receive" else "claims.ask.receive.lead"),
        action=f"{here}/{answer}",
        back=here,
        crumbs=(Crumb(say("nav.claims"), LIST), Crumb(claim.external_id, here)),
        button=say(f"claims.do.{answer}") if can(claim, answer) else "",
        danger=answer == "refuse",
        note="" if can(claim, answer) else say("refusal.claim_not_open"),
        inputs=tuple(inputs) if can(claim, answer) else (),
    )


def can(claim: BuyerClaim, answer: Answer) -> bool:
    """Whether a line waits for this answer."""
    return any(answer in answers(claim.kind, line.status, to_seller=claim.to_seller) for line in claim.lines)


def _tick(name: str, word: str, locale: Locale) -> Input:
    say = texts.words(locale)
    return Input(name, say(word), "radio", (("yes", say(f"{word}.yes")), ("no", say(f"{word}.no"))))


def _actions(one: Claimed, now: datetime, caller: Caller, locale: Locale) -> tuple[Action, ...]:
    claim, say = one.claim, texts.words(locale)
    is_busy = one.last is not None and one.last.status in OPEN
    is_over = claim.decide_by is not None and claim.decide_by <= now
    if not caller.may(WRITE) or is_busy or is_over:
        return ()
    return tuple(
        Action(
            say(f"claims.do.{answer}"),
            href=f"{place_of(claim)}/{answer}",
            look="bad" if answer == "refuse" else "main",
        )
        for answer in ANSWERS
        if can(claim, answer)
    )


def _why(one: Claimed, locale: Locale) -> Markup | str:
    """What somebody has to know before answering."""
    claim, say = one.claim, texts.words(locale)
    if claim.kind is ClaimKind.RETURN and not claim.to_seller:
        return say("claims.why.theirs")
    if one.last is not None and one.last.status in OPEN:
        return say("claims.why.open")
    if claim.held:
        return say("claims.why.held")
    failed = [line for line in one.last.outcomes if not line.is_done] if one.last is not None else []
    return say("claims.why.not_done", said=failed[0].reason) if failed and claim.waits else ""
