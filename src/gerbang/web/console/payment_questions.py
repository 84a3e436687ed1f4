"""What is asked before something is done with a payment or a refund, and the fields of those questions. Pure: reads values, decides no status."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.payments import amount_due
from gerbang.core.payments.machine import is_reversed_after_refund
from gerbang.core.payments.model import AttemptStatus, CryptoAmount, Payment, PaymentDetail, PaymentStatus, Refund
from gerbang.core.payments.refunds.model import NamedDestination
from gerbang.web import texts
from gerbang.web.checkout import checkout_state as scenes
from gerbang.web.console import refund_view
from gerbang.web.console.actors import Names
from gerbang.web.console.confirmation import Input, Question
from gerbang.web.console.objects import Crumb
from gerbang.web.console.payment_view import refundable, telling

_MONEY_MOST: Final = 40


def crumbs_of(payment: str, locale: Locale) -> tuple[Crumb, ...]:
    """The way to a payment's page."""
    return (
        Crumb(texts.words(locale)("nav.payments"), "/console/payments"),
        Crumb(payment, f"/console/payments/{payment}"),
    )


def cancelling(details: PaymentDetail, locale: Locale) -> Question:
    """Is it meant?"""
    payment, say = details.payment, texts.words(locale)
    got = formats.money(amount_due.received(payment), payment.currency, locale)
    is_part = payment.status is PaymentStatus.PART_PAID
    return _about(
        payment.id,
        "cancel",
        locale,
        say("cancel.title", amount=formats.money(payment.amount, payment.currency, locale)),
        say("cancel.part", got=got) if is_part else say("cancel.lead"),
        button=say("cancel.button"),
        danger=True,
    )


def refunding(details: PaymentDetail, locale: Locale) -> Question:
    """How much, and why?"""
    payment, say = details.payment, texts.words(locale)
    return _about(
        payment.id,
        "refund",
        locale,
        say("refunding.title", who=details.payer.name or say("actor.payer")),
        say("refunding.lead", most=formats.money(refundable(details), payment.currency, locale)),
        note=say("refunding.transfer") if _by_transfer(details) else "",
        button=say("refunding.button"),
        inputs=(
            Input("amount", say("refunding.amount"), hint=say("link.amount.hint"), most=_MONEY_MOST, mode="decimal"),
            _reason(locale),
        ),
        danger=True,
    )


def resolving(details: PaymentDetail, locale: Locale) -> Question:
    """What is true about the held money, or about money that is in and whose order may be no more?"""
    payment, say, attempt = details.payment, texts.words(locale), telling(details)
    if not any(one.status is AttemptStatus.HELD for one in details.attempts):
        return _about(
            payment.id,
            "resolve",
            locale,
            say("resolving.title.late", amount=_money(payment, amount_due.received(payment), locale)),
            say("resolving.lead.late"),
            button=say("resolving.button"),
            inputs=_decision("resolving.late.", ("accept", "refund"), locale),
        )
    reference = (attempt.provider_reference if attempt else None) or "–"
    taken = any(is_reversed_after_refund(one) for one in details.attempts)
    return _about(
        payment.id,
        "resolve",
        locale,
        say("resolving.title", amount=_money(payment, payment.amount, locale)),
        say("resolving.lead.taken" if taken else "resolving.lead", reference=reference),
        button=say("resolving.button"),
        inputs=_decision("resolving.", ("accept", "refund", "release"), locale),
    )


def deciding(details: PaymentDetail, refund: Refund, locale: Locale) -> Question:
    """What became of a refund in doubt?"""
    say = texts.words(locale)
    attempt = next(one for one in details.attempts if one.id == refund.attempt_id)
    return _of_refund(
        refund,
        "resolve",
        locale,
        say("deciding.title", amount=formats.money(refund.amount, refund.currency, locale)),
        say("deciding.lead", reference=attempt.provider_reference or "–"),
        button=say("resolving.button"),
        inputs=_decision("deciding.", ("returned", "failed"), locale),
    )


def settling(
    refund: Refund,
    named: Sequence[NamedDestination],
    coins: CryptoAmount | None,
    locale: Locale,
    names: Names,
    *,
    stopped: bool = False,
) -> Question:
    """Which transfer was it? Carries the version of the destination that it shows, and says who named it; or that nothing may be transferred."""
    say = texts.words(locale)
    return _of_refund(
        refund,
        "settle",
        locale,
        say("settling.title", amount=formats.money(refund.amount, refund.currency, locale)),
        say("settling.stopped" if stopped else "settling.lead.coins" if coins else "settling.lead"),
        note="" if stopped else refund_view.destination_text(named, coins, locale),
        version=named[0].version if named else 0,
        earlier=refund_view.history_of(named, locale, names),
        button="" if stopped else say("settling.button"),
        inputs=() if stopped else (Input("reference", say("settling.reference"), most=120),),
    )


def naming(
    refund: Refund, named: Sequence[NamedDestination], coins: CryptoAmount | None, locale: Locale, names: Names
) -> Question:
    """Where does the payer want the money?"""
    say = texts.words(locale)
    account = (Input("account", say("naming.address"), most=80),)
    bank = tuple(Input(name, say(f"refund.{name}"), most=80) for name in ("bank", "account", "name"))
    return _of_refund(
        refund,
        "destination",
        locale,
        say("naming.title", amount=formats.money(refund.amount, refund.currency, locale)),
        say("naming.lead"),
        note=refund_view.destination_text(named, coins, locale),
        version=named[0].version if named else 0,
        earlier=refund_view.history_of(named, locale, names),
        button=say("naming.button"),
        inputs=account if coins else bank,
        danger=True,
    )


def _about(
    payment_id: UUID,
    act: str,
    locale: Locale,
    heading: Markup,
    lead: Markup,
    *,
    button: Markup,
    note: Markup | str = "",
    inputs: tuple[Input, ...] = (),
    danger: bool = False,
) -> Question:
    shown = ids.show("pay", payment_id)
    here = f"/console/payments/{shown}"
    return Question(
        heading=heading,
        lead=lead,
        action=f"{here}/{act}",
        back=here,
        crumbs=crumbs_of(shown, locale),
        button=button,
        danger=danger,
        note=note,
        inputs=inputs,
    )


def _of_refund(
    refund: Refund,
    act: str,
    locale: Locale,
    heading: Markup,
    lead: Markup,
    *,
    button: Markup | str,
    note: str = "",
    version: int | None = None,
    earlier: tuple[Markup, ...] = (),
    inputs: tuple[Input, ...] = (),
    danger: bool = False,
) -> Question:
    payment = ids.show("pay", refund.payment_id)
    return Question(
        heading=heading,
        lead=lead,
        action=f"/console/refunds/{ids.show('ref', refund.id)}/{act}",
        back=f"/console/payments/{payment}",
        crumbs=crumbs_of(payment, locale),
        button=button,
        danger=danger,
        note=note,
        inputs=inputs,
        version=version,
        earlier=earlier,
    )


def _decision(words: str, known: Collection[str], locale: Locale) -> tuple[Input, ...]:
    say = texts.words(locale)
    options = tuple((name, say(f"{words}{name}")) for name in known)
    return Input("decision", say("resolving.legend"), "radio", options), _reason(locale)


def _reason(locale: Locale) -> Input:
    say = texts.words(locale)
    return Input("reason", say("refunding.reason"), hint=say("refunding.reason.hint"))


def _by_transfer(details: PaymentDetail) -> bool:
    attempt = scenes.winner(details.attempts)
    return attempt is not None and attempt.method.value == "virtual_account"


def _money(payment: Payment, amount: int, locale: Locale) -> str:
    return formats.money(amount, payment.currency, locale)
