"""The form of a refund: from what was typed to minor units, or to what is wrong beside each field. How much is left is core's to say. Pure."""

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from gerbang.base import formats
from gerbang.base.formats import Locale
from gerbang.core.payments.model import PaymentDetail
from gerbang.web import texts
from gerbang.web.console.link_form import with_card_numbers
from gerbang.web.console.payment_view import refundable
from gerbang.web.input.typed_money import Unreadable, read_amount

FIELDS: Final = ("amount", "reason")


def read(given: Mapping[str, str], details: PaymentDetail, locale: Locale) -> tuple[int, dict[str, Markup]]:
    """The amount, and what is wrong with each field."""
    say, amount = texts.words(locale), 0
    wrong = {} if 3 <= len(given["reason"]) <= 200 else {"reason": say("reason.wrong")}
    try:
        amount = read_amount(given["amount"], details.payment.currency)
    except Unreadable as error:
        wrong["amount"] = _unreadable(error.why, details, locale)
    return amount, wrong | {name: say("link.wrong.card") for name in with_card_numbers(given)}


def too_much(details: PaymentDetail, locale: Locale) -> Markup:
    """What is said of an amount that is not there to be given back."""
    return texts.words(locale)("refunding.wrong", most=_most(details, locale))


def _unreadable(why: str, details: PaymentDetail, locale: Locale) -> Markup:
    say = texts.words(locale)
    match why:
        case "range":
            return too_much(details, locale)
        case "currency":
            return say("refunding.wrong.currency", currency=details.payment.currency)
        case "unclear":
            return say("link.wrong.amount.unclear", example=_most(details, locale))
        case _:
            return say("link.wrong.amount", example=_most(details, locale))


def _most(details: PaymentDetail, locale: Locale) -> str:
    return formats.money(refundable(details), details.payment.currency, locale)
