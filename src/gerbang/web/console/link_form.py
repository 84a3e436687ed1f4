"""The form of a new payment link: from what was typed to a new payment, or to what is wrong beside each field. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from markupsafe import Markup

from gerbang.base import email_address, formats, ids, phone
from gerbang.base.card_numbers import holds_card_number
from gerbang.base.formats import Locale
from gerbang.base.money import ASSETS, EXPONENTS
from gerbang.core.customers.consent_model import Agreement
from gerbang.core.customers.model import PREFIX, Customer
from gerbang.core.payments.model import NewPayment, Offer, PaymentDetail
from gerbang.ports.messenger import Channel
from gerbang.ports.payment import Payer
from gerbang.web import texts
from gerbang.web.console.confirmation import Input
from gerbang.web.input.bodies import Code, Line, Purpose
from gerbang.web.input.typed_money import Unreadable, read_amount


@dataclass(frozen=True, slots=True)
class Told:
    """A payer's agreement to messages to their phone as an operator writes it down: on which channels, when, where it was said, in which words."""

    channels: Collection[Channel]
    at: datetime
    where: str
    text: str


EXPIRIES: Final[Mapping[str, int]] = {"1h": 3_600, "1d": 86_400, "3d": 259_200, "7d": 604_800, "30d": 2_592_000}
CURRENCIES: Final = tuple(code for code in EXPONENTS if code not in ASSETS)
EMPTY: Final[Mapping[str, str]] = {
    "amount": "",
    "currency": "IDR",
    "description": "",
    "order": "",
    "expires": "3d",
    "name": "",
    "email": "",
    "phone": "",
    "language": "id",
    "customer": "",
    "agreed": "",
}
_MOST: Final[Mapping[str, int]] = {"amount": 40, "description": 500, "order": 64, "email": 254, "phone": 64}
# The API's own rules, so that a person can write nothing that a program could not.
_RULES: Final[Mapping[str, Any]] = {
    "description": Purpose,
    "order": Code,
    "name": Line,
}
_CHOICES: Final[Mapping[str, Sequence[str]]] = {"expires": tuple(EXPIRIES), "language": ("id", "en")}


def read(
    given: Mapping[str, str], locale: Locale, region: str, told: Told
) -> tuple[NewPayment | None, dict[str, Markup]]:
    """The payment that the form asks for, or None and what is wrong with each field. A telephone without a country code is of the region; `told` is
    what a payer's agreement would be.
    """
    say = texts.words(locale)
    written = {name: rule for name, rule in _RULES.items() if given[name] or name == "description"}
    wrong = {name: say(f"link.wrong.{name}") for name, rule in written.items() if not _fits(given[name], rule)}
    wrong |= {name: say(f"link.wrong.{name}") for name, known in _CHOICES.items() if given[name] not in known}
    if not _is_writable(given["email"]):
        wrong["email"] = say("link.wrong.email")
    if why := _wrong_phone(given["phone"], region):
        wrong["phone"] = say(f"phone.wrong.{why}")
    elif given["agreed"] and not given["phone"].strip():
        wrong["phone"] = say("link.wrong.agreed")
    amount = 0
    if given["currency"] not in CURRENCIES:
        wrong["amount"] = say("link.wrong.currency", currency=given["currency"][:8])
    else:
        try:
            amount = read_amount(given["amount"], given["currency"])
        except Unreadable as error:
            wrong["amount"] = _unreadable(error.why, given["currency"], locale)
    wrong |= {name: say("link.wrong.card") for name in with_card_numbers(given)}
    return (None if wrong else _payment(given, amount, region, told)), wrong


def inputs_of(locale: Locale, focus: str) -> Mapping[str, Input]:
    """The fields of the form by name, the cursor in `focus`."""
    say = texts.words(locale)
    hints = {name: say(f"link.{name}.hint") for name in ("amount", "description", "email")}
    choices = {
        "currency": tuple((code, code) for code in CURRENCIES),
        "expires": tuple((one, say(f"link.expires.{one}")) for one in EXPIRIES),
        "language": tuple((one, say(f"link.language.{one}")) for one in ("id", "en")),
    }
    return {
        name: Input(
            name=name,
            label=say(f"link.{name}"),
            kind={"email": "email", "phone": "tel"}.get(name, "text"),
            options=choices.get(name, ()),
            hint=hints.get(name, ""),
            most=_MOST.get(name, 200),
            mode="decimal" if name == "amount" else "",
            required=name in ("amount", "description"),
            focus=name == focus,
        )
        for name in EMPTY
        if name not in ("customer", "agreed")
    }


def with_card_numbers(given: Mapping[str, str]) -> Sequence[str]:
    """The fields that must not be shown again."""
    return [name for name, value in given.items() if holds_card_number(value, name)]


def unpayable(new: NewPayment, offers: Sequence[Offer], locale: Locale) -> Markup | None:
    """Why nobody could pay this amount by any connection; None when somebody can."""
    say = texts.words(locale)
    if any(offer.available for offer in offers):
        return None
    if not offers:
        return say("link.wrong.currency", currency=new.currency)
    least, most = min(offer.least for offer in offers), max(offer.most for offer in offers)
    shown = {"least": least, "most": most}
    return say(
        "link.wrong.amount.limits",
        **{name: formats.money(value, new.currency, locale) for name, value in shown.items()},
    )


def like(details: PaymentDetail, locale: Locale) -> dict[str, str]:
    """The form filled in as it was for another payment."""
    payment, payer = details.payment, details.payer
    return {
        **EMPTY,
        "amount": formats.money(payment.amount, payment.currency, locale).replace(formats.NBSP, " "),
        "currency": payment.currency,
        "description": payment.description,
        "order": payment.order_reference or "",
        "name": payer.name,
        "email": payer.email,
        "phone": phone.shown(payer.phone),
        "language": formats.locale_of(payer.language),
    }


def for_customer(one: Customer) -> dict[str, str]:
    """The form filled in for a customer, whose payment it will be."""
    return {
        **EMPTY,
        "name": one.name,
        "email": one.email,
        "phone": phone.shown(one.phone),
        "language": one.locale or EMPTY["language"],
        "customer": ids.show(PREFIX, one.id),
    }


def _wrong_phone(typed: str, region: str) -> str:
    try:
        phone.read(typed, region)
    except phone.BadPhone as error:
        return error.why
    return ""


def _is_writable(email: str) -> bool:
    try:
        email_address.read(email)
    except email_address.BadEmail:
        return False
    return True


def _fits(value: str, rule: Any) -> bool:
    try:
        msgspec.convert(value, rule)
    except msgspec.ValidationError:
        return False
    return True


def _unreadable(why: str, currency: str, locale: Locale) -> Markup:
    say = texts.words(locale)
    example = formats.money(150_000 if EXPONENTS[currency] == 0 else 125_000, currency, locale)
    return say("link.wrong.amount" if why == "form" else f"link.wrong.amount.{why}", example=example)


def _payment(given: Mapping[str, str], amount: int, region: str, told: Told) -> NewPayment:
    number = phone.read(given["phone"], region)
    payer = Payer(given["name"], email_address.read(given["email"]), number, given["language"])
    channels = told.channels if given["agreed"] else ()
    return NewPayment(
        amount,
        given["currency"],
        given["description"],
        given["order"] or None,
        payer=payer,
        agreed=tuple(Agreement(one, told.at, told.where, told.text) for one in sorted(channels)),
        expires_in_s=EXPIRIES[given["expires"]],
    )
