"""What the operators' templates are told about payments. Pure: reads values, decides no status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.customers.model import PREFIX
from gerbang.core.identity.model import Caller
from gerbang.core.payments import amount_due
from gerbang.core.payments.machine import is_reversed_after_refund, is_stopped
from gerbang.core.payments.model import (
    Attempt,
    Payment,
    PaymentDetail,
    PaymentStatus,
    RefundStatus,
    TimelineEntry,
    in_doubt,
    takes_money,
)
from gerbang.ports.next_action import DisplayCrypto
from gerbang.web import texts
from gerbang.web.checkout import checkout_state as scenes
from gerbang.web.console import timeline
from gerbang.web.console.actors import NOBODY, Names
from gerbang.web.console.listing import Cell, Column, Row
from gerbang.web.console.objects import Action, Crumb, Fact, Facts, ObjectPage
from gerbang.web.console.page_frame import stamp
from gerbang.web.views import attempt_failures

P = PaymentStatus
_CANCELLABLE: Final = frozenset({P.CREATED, P.PENDING, P.PART_PAID, P.FAILED, P.EXPIRED})


COLUMNS: Final = (
    Column("status", "pays.status", "a1"),
    Column("amount", "pays.amount", "a2", "num", is_money=True),
    Column("method", "pays.method", "b2"),
    Column("payer", "pays.payer", "b1", "wrap"),
    Column("order", "pays.order", "off lg", "mono small wrap"),
    Column("connection", "pays.connection", "off lg", "mono small dim"),
    Column("note", "pays.note", "k1", "dim wrap rest"),
    Column("time", "pays.time", "k2", "num", newest_first=True),
)
ATTEMPTS: Final = (
    Column("number", "pay.number", "off lg"),
    Column("status", "pays.status", "a1"),
    Column("method", "pay.method", "b1", "wrap"),
    Column("reference", "pay.transaction", "c1", "mono wrap"),
    Column("captured", "pay.captured", "a2", "num"),
    Column("note", "pays.note", "d1", "dim wrap"),
)


@dataclass(frozen=True, slots=True)
class History:
    """What is shown of what happened to a payment, oldest first; what brought the money, if anything did; and whether more happened before."""

    entries: Sequence[TimelineEntry]
    capture: TimelineEntry | None = None
    goes_on: bool = False


def row_of(details: PaymentDetail, now: datetime, locale: Locale) -> Row:
    """A payment as one line of the list."""
    payment, say = details.payment, texts.words(locale)
    attempt, id_ = telling(details), ids.show("pay", payment.id)
    mark = scenes.mark_of(payment.status, late=payment.late)
    cells = {
        "status": Cell(say(f"status.{mark}"), mark=mark),
        "amount": Cell(formats.money(payment.amount, payment.currency, locale), href=f"/console/payments/{id_}"),
        "method": Cell(_short_method(attempt, locale)),
        "payer": Cell(details.payer.name),
        "order": Cell(payment.order_reference or ""),
        "connection": Cell(attempt.connection if attempt else "–"),
        "note": Cell(_note(details, attempt, now, locale)),
        "time": Cell(stamp(payment.created_at, locale), at=payment.created_at),
    }
    return Row(id_, cells)


def page_of(
    details: PaymentDetail,
    history: History,
    caller: Caller,
    now: datetime,
    locale: Locale,
    names: Names = NOBODY,
    payer_page: str = "",
) -> ObjectPage:
    """A payment's own page, without what needs more questions (ledger, refunds)."""
    payment, say = details.payment, texts.words(locale)
    id_, mark = ids.show("pay", payment.id), scenes.mark_of(payment.status, late=payment.late)
    return ObjectPage(
        name="payments",
        id=id_,
        crumb=Crumb(say("nav.payments"), "/console/payments"),
        heading=_money(payment, payment.amount, locale),
        mark=mark,
        word=say(f"status.{mark}"),
        why=_why(details, telling(details), history.capture, locale),
        is_test=not payment.livemode,
        actions=_buttons(id_, actions_of(details, caller, now), locale),
        facts=(_sums(details, locale), _references(details, locale, payer_page)),
        steps=timeline.steps_of(history.entries, payment, locale, names),
        watch="payment",
        about=id_,
        template="payment.html",
    )


def attempts_of(details: PaymentDetail, locale: Locale) -> list[Row]:
    """The attempts of a payment, the first above."""
    return [_attempt_row(one, locale) for one in sorted(details.attempts, key=lambda a: a.number)]


def _buttons(id_: str, possible: frozenset[str], locale: Locale) -> tuple[Action, ...]:
    say, here = texts.words(locale), f"/console/payments/{id_}"
    known = {
        "link": Action(say("do.link"), f"{here}/link"),
        "ask": Action(say("do.ask"), press=f"{here}/ask"),
        "resolve": Action(say("do.resolve"), f"{here}/resolve", look="main"),
        "refund": Action(say("do.refund"), f"{here}/refund", look="bad"),
        "cancel": Action(say("do.cancel"), f"{here}/cancel", look="bad"),
    }
    return tuple(action for name, action in known.items() if name in possible)


def _sums(details: PaymentDetail, locale: Locale) -> Facts:
    """What was asked, what came, what went back."""
    payment, say, owed = details.payment, texts.words(locale), amount_due.owed(details.payment)
    shown = (
        ("pay.asked", payment.amount, True, ""),
        ("pay.captured", payment.amount_captured, True, ""),
        ("pay.due", owed, bool(owed and payment.amount_captured), _due_coins(details, locale)),
        ("pay.refunded", payment.amount_refunded, True, ""),
        ("pay.excess", payment.amount_excess, bool(payment.amount_excess), ""),
    )
    return Facts(
        say("pay.money"),
        tuple(
            Fact(say(key), _money(payment, amount, locale), look="num", small=small)
            for key, amount, is_shown, small in shown
            if is_shown
        ),
        money=True,
    )


def _references(details: PaymentDetail, locale: Locale, payer_page: str) -> Facts:
    """By what else the payment is known, and how it is paid."""
    payment, attempt, say = details.payment, telling(details), texts.words(locale)
    shown = (
        Fact(say("pay.order"), payment.order_reference or ""),
        Fact(say("pay.payer"), details.payer.name, href=_customer_page(payment)),
        Fact(say("pay.email"), formats.mask_email(details.payer.email) if details.payer.email else ""),
        Fact(say("pay.method"), _method(attempt, locale)),
        Fact(say("pay.connection"), attempt.connection if attempt else "", "mono"),
        Fact(say("pay.transaction"), (attempt.provider_reference if attempt else "") or "", "long", copy="ptx"),
        Fact(say("pay.expires"), formats.moment(payment.expires_at, locale)),
        Fact(say("pay.page"), say("pay.open_page") if payer_page else "", href=payer_page),
    )
    return Facts(say("pay.reference"), tuple(one for one in shown if one.value))


def _customer_page(payment: Payment) -> str:
    return f"/console/customers/{ids.show(PREFIX, payment.customer_id)}" if payment.customer_id else ""


def actions_of(details: PaymentDetail, caller: Caller, now: datetime) -> frozenset[str]:
    """Which buttons the page has: what the payment's state allows and the person may do."""
    status = details.payment.status
    possible = {
        "link": takes_money(details.payment, now) and caller.may("payments:create"),
        "ask": bool(details.attempts) and caller.may("payments:refresh"),
        "cancel": status in _CANCELLABLE
        and caller.may("payments:cancel")
        and (status is not P.PART_PAID or caller.may("refunds:create")),
        "refund": refundable(details) > 0
        and not is_stopped(details.payment, details.attempts)
        and caller.may("refunds:create"),
        "resolve": status is P.HELD and caller.may("payments:resolve"),
    }
    return frozenset(name for name, yes in possible.items() if yes)


def refundable(details: PaymentDetail) -> int:
    """Minor units that are left to be given back, over every attempt that brought money."""
    return sum(a.captured - a.refunded - a.refund_reserved for a in details.attempts)


def telling(details: PaymentDetail) -> Attempt | None:
    """The attempt that a line is about: the one that brought money, else the newest."""
    return scenes.winner(details.attempts) or scenes.latest(details.attempts)


def _due_coins(details: PaymentDetail, locale: Locale) -> str:
    """What the payer's page asks for now, where that is crypto."""
    attempt = amount_due.payable(details)
    action = amount_due.instructions(attempt, amount_due.owed(details.payment)) if attempt else None
    return formats.money(int(action.amount), action.asset, locale) if isinstance(action, DisplayCrypto) else ""


def _method(attempt: Attempt | None, locale: Locale) -> Markup:
    say = texts.words(locale)
    if attempt is None:
        return say("method.none")
    option = scenes.option_of(attempt)
    return (
        Markup("{} {}").format(say(f"method.{attempt.method.value}"), option)
        if option
        else say(f"method.{attempt.method.value}")
    )


def _short_method(attempt: Attempt | None, locale: Locale) -> Markup:
    """The method as a row of many names it: `VA BCA`, `OVO`, `Alfamart`."""
    say, option = texts.words(locale), scenes.option_of(attempt) if attempt else ""
    if attempt is None or not texts.knows(key := f"method.short.{attempt.method.value}"):
        return Markup("{}").format(option) if option else _method(attempt, locale)
    return say(key, option=option)


def _attempt_row(attempt: Attempt, locale: Locale) -> Row:
    say, status = texts.words(locale), attempt.status.value
    cells = {
        "number": Cell(str(attempt.number)),
        "status": Cell(say(f"attempt.{status}"), mark=timeline.ATTEMPT_MARKS[status]),
        "method": Cell(_method(attempt, locale)),
        "reference": Cell(attempt.provider_reference or "–"),
        "captured": Cell(formats.money(attempt.captured, attempt.currency, locale)),
        "note": Cell(f"{attempt.failure.code}: {attempt.failure.detail}" if attempt.failure else ""),
    }
    return Row(f"attempt-{attempt.number}", cells)


def _note(details: PaymentDetail, attempt: Attempt | None, now: datetime, locale: Locale) -> str:
    """What one wants to know beside the status, in a few words."""
    payment, say = details.payment, texts.words(locale)
    if any(is_reversed_after_refund(one) for one in details.attempts):
        return str(say("note.taken"))
    if owed := _owed_back(details, locale):
        return owed
    match payment.status:
        case P.PENDING | P.PART_PAID | P.EXPIRED if scenes.is_reversed(attempt):
            return say("note.reversed")
        case P.PENDING if attempt and attempt.expires_at > now:
            return say("note.left", time=_span(now, attempt.expires_at, locale))
        case P.PART_PAID:
            return say("note.missing", amount=_money(payment, amount_due.owed(payment), locale))
        case P.PAID if payment.amount_excess:
            return say("note.excess", amount=_money(payment, payment.amount_excess, locale))
        case P.PAID if payment.paid_at:
            return say("note.took", time=_span(payment.created_at, payment.paid_at, locale))
        case P.PARTIALLY_REFUNDED | P.REFUNDED:
            return say("note.back", amount=_money(payment, payment.amount_refunded, locale))
        case P.CREATED:
            return say("note.link")
        case P.HELD | P.FAILED | P.UNKNOWN if attempt and attempt.failure:
            return say("note.lost") if attempt.failure.code == "answer_lost" else attempt.failure.detail[:60]
        case _:
            return ""


def _owed_back(details: PaymentDetail, locale: Locale) -> str:
    """What of it waits to be given back, before anything else that could be said of the payment; empty for nothing."""
    say, payment, refunds = texts.words(locale), details.payment, details.refunds
    waiting = (
        (
            "note.approval",
            sum(r.amount for r in refunds if r.approval == "pending" and r.status is RefundStatus.REQUESTED),
        ),
        ("note.transfer", sum(r.amount for r in refunds if r.status is RefundStatus.AWAITING_TRANSFER)),
        ("note.refund_failed", sum(r.amount for r in refunds if r.needs_attention)),
        ("note.refund_doubt", sum(r.amount for r in refunds if in_doubt(r))),
        ("note.owed", payment.excess_owed),
    )
    return next((str(say(key, amount=_money(payment, amount, locale))) for key, amount in waiting if amount), "")


def _why(details: PaymentDetail, attempt: Attempt | None, capture: TimelineEntry | None, locale: Locale) -> Markup:
    """One sentence that says why the payment is as it is, with the numbers that made it so."""
    payment, say = details.payment, texts.words(locale)
    failure = attempt.failure if attempt else None
    source = f"source.{capture.detail.get('source')}" if capture else ""
    why = say(
        f"why.{payment.status.value}",
        connection=attempt.connection if attempt else "–",
        got=_money(payment, payment.amount_captured, locale),
        back=_money(payment, payment.amount_refunded, locale),
        amount=_money(payment, payment.amount, locale),
        source=say(source) if texts.knows(source) else "–",
        at=stamp(capture.at, locale) if capture else "–",
        why=texts.marked(attempt_failures.to_operator(failure, locale)) if failure else "–",
    )
    if failure and scenes.is_reversed(attempt):
        why += " " + texts.marked(attempt_failures.to_operator(failure, locale))
    if payment.late:
        why += " " + say("why.called_off" if amount_due.late_reason(payment) == "cancelled" else "why.late")
    if payment.amount_excess:
        why += " " + say("why.excess", amount=_money(payment, payment.amount_excess, locale))
    return why


def _money(payment: Payment, amount: int, locale: Locale) -> str:
    return formats.money(amount, payment.currency, locale)


def _span(start: datetime, end: datetime, locale: Locale) -> str:
    return formats.duration(max(0, int((end - start).total_seconds() * 1000)), locale)
