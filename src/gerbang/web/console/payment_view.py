"""What the operators' templates are told about payments. Pure: reads values, decides no status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.identity.model import Caller
from gerbang.core.payments import amount_due
from gerbang.core.payments.machine import is_stopped, is_taken_back
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    Moment,
    Payment,
    PaymentDetail,
    PaymentStatus,
    RefundStatus,
    in_doubt,
    takes_money,
)
from gerbang.ports.payment import DisplayCrypto
from gerbang.web import texts
from gerbang.web.checkout import checkout_state as scenes
from gerbang.web.console import timeline
from gerbang.web.console.actors import NOBODY, Names
from gerbang.web.console.page_frame import stamp
from gerbang.web.views import attempt_failures

P = PaymentStatus
_CANCELLABLE: Final = frozenset({P.CREATED, P.PENDING, P.PART_PAID, P.FAILED, P.EXPIRED})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, ready to be shown."""

    id: str
    mark: str
    amount: str
    method: str
    payer: str
    order: str
    connection: str
    note: str
    at: datetime
    time: str


def row_of(details: PaymentDetail, now: datetime, locale: Locale) -> Row:
    """A payment as one line."""
    payment = details.payment
    attempt = _telling(details)
    return Row(
        id=ids.show("pay", payment.id),
        mark=scenes.mark_of(payment.status, late=payment.late),
        amount=formats.money(payment.amount, payment.currency, locale),
        method=_short_method(attempt, locale),
        payer=details.payer.name,
        order=payment.order_reference or "",
        connection=attempt.connection if attempt else "–",
        note=_note(details, attempt, now, locale),
        at=payment.created_at,
        time=stamp(payment.created_at, locale),
    )


def page_of(details: PaymentDetail, moments: Sequence[Moment], locale: Locale, names: Names = NOBODY) -> dict[str, Any]:
    """A payment's own page, without what needs more questions (ledger, refunds, links)."""
    payment, attempt = details.payment, _telling(details)
    return {
        "payment": payment,
        "payer": details.payer,
        "id": ids.show("pay", payment.id),
        "mark": scenes.mark_of(payment.status, late=payment.late),
        "why": _why(details, attempt, moments, locale),
        "steps": timeline.steps_of(moments, payment, locale, names),
        "attempts": [_attempt_row(one, locale) for one in sorted(details.attempts, key=lambda a: a.number)],
        "method": _method(attempt, locale),
        "connection": attempt.connection if attempt else "",
        "transaction": attempt.provider_reference if attempt else "",
        "due": amount_due.owed(payment),
        "due_coins": _due_coins(details, locale),
    }


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


def question_of(details: PaymentDetail, act: str, locale: Locale) -> dict[str, Any]:
    """The page that asks before an act: `cancel`, `refund` or `resolve`."""
    payment, say = details.payment, texts.words(locale)
    id_ = ids.show("pay", payment.id)
    amount = formats.money(payment.amount, payment.currency, locale)
    common = {"id": id_, "back": f"/console/payments/{id_}", "action": f"/console/payments/{id_}/{act}", "note": ""}
    match act:
        case "cancel":
            heading, lead, button, fields = (
                say("cancel.title", amount=amount),
                say("cancel.part", got=formats.money(amount_due.received(payment), payment.currency, locale))
                if payment.status is P.PART_PAID
                else say("cancel.lead"),
                say("cancel.button"),
                (),
            )
            return {**common, "heading": heading, "lead": lead, "button": button, "fields": fields, "danger": True}
        case "refund":
            return {
                **common,
                "heading": say("refunding.title", who=details.payer.name or say("actor.payer")),
                "lead": say("refunding.lead", most=formats.money(refundable(details), payment.currency, locale)),
                "note": say("refunding.transfer") if _by_transfer(details) else "",
                "button": say("refunding.button"),
                "fields": ("amount", "reason"),
                "danger": True,
            }
        case _:
            attempt = _telling(details)
            reference = (attempt.provider_reference if attempt else None) or "–"
            taken = any(is_taken_back(one) for one in details.attempts)
            if not any(one.status is AttemptStatus.HELD for one in details.attempts):
                return {**common, **_deciding(details, locale)}
            return {
                **common,
                "heading": say("resolving.title", amount=amount),
                "lead": say("resolving.lead.taken" if taken else "resolving.lead", reference=reference),
                "button": say("resolving.button"),
                "fields": ("decision", "reason"),
                "options": [(name, say(f"resolving.{name}")) for name in ("accept", "refund", "release")],
                "danger": False,
            }


def _deciding(details: PaymentDetail, locale: Locale) -> dict[str, Any]:
    """The question about money that is in, and whose order may be no more."""
    say = texts.words(locale)
    return {
        "heading": say(
            "resolving.title.late", amount=_money(details.payment, amount_due.received(details.payment), locale)
        ),
        "lead": say("resolving.lead.late"),
        "button": say("resolving.button"),
        "fields": ("decision", "reason"),
        "options": [(name, say(f"resolving.late.{name}")) for name in ("accept", "refund")],
        "danger": False,
    }


def _telling(details: PaymentDetail) -> Attempt | None:
    """The attempt that a line is about: the one that brought money, else the newest."""
    return scenes.winner(details.attempts) or scenes.latest(details.attempts)


def _due_coins(details: PaymentDetail, locale: Locale) -> str:
    """What the payer's page asks for now, where that is crypto."""
    attempt = amount_due.payable(details)
    action = amount_due.instructions(attempt, amount_due.owed(details.payment)) if attempt else None
    return formats.money(int(action.amount), action.asset, locale) if isinstance(action, DisplayCrypto) else ""


def _by_transfer(details: PaymentDetail) -> bool:
    attempt = scenes.winner(details.attempts)
    return attempt is not None and attempt.method.value == "virtual_account"


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


def _attempt_row(attempt: Attempt, locale: Locale) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "status": attempt.status.value,
        "mark": timeline.ATTEMPT_MARKS[attempt.status.value],
        "method": _method(attempt, locale),
        "reference": attempt.provider_reference or "–",
        "captured": formats.money(attempt.captured, attempt.currency, locale),
        "note": f"{attempt.failure.code}: {attempt.failure.detail}" if attempt.failure else "",
    }


def _note(details: PaymentDetail, attempt: Attempt | None, now: datetime, locale: Locale) -> str:
    """What one wants to know beside the status, in a few words."""
    payment, say = details.payment, texts.words(locale)
    if any(is_taken_back(one) for one in details.attempts):
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


def _why(details: PaymentDetail, attempt: Attempt | None, moments: Sequence[Moment], locale: Locale) -> Markup:
    """One sentence that says why the payment is as it is, with the numbers that made it so."""
    payment, say = details.payment, texts.words(locale)
    failure = attempt.failure if attempt else None
    capture = timeline.last_capture(moments)
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
