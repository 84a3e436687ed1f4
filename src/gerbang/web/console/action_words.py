"""What an entry of the audit trail says, as a sentence in the reader's language: the timelines and the audit page read it from here. Pure."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from gerbang.base import formats
from gerbang.base.formats import Locale
from gerbang.base.money import EXPONENTS
from gerbang.web import texts
from gerbang.web.texts.actions import Sentences


def sentence(
    known: Sentences, action: str, detail: Mapping[str, Any], actor: Markup, locale: Locale, currency: str = ""
) -> Markup:
    """`Ratih Kusuma (Finance) asked for a refund of Rp 40.000`; an action that has no words is shown as it is written. `currency` is that of
    amounts whose entry names none.
    """
    if action not in known:
        return texts.words(locale)("tl.other", actor=actor, kind=action)
    return texts.marked(known[action][locale == "en"]).format(
        actor=actor,
        amount=_amount(detail, currency, locale),
        method=_known(f"method.{detail.get('method')}", detail.get("method"), locale),
        decision=_known(f"decision.{detail.get('decision')}", detail.get("decision"), locale),
        before=_known(f"attempt.{detail.get('from')}", detail.get("from"), locale),
        after=_known(f"attempt.{detail.get('to')}", detail.get("to"), locale),
        was=_word(detail.get("was")),
        to=_word(detail.get("to")),
    )


def _amount(detail: Mapping[str, Any], currency: str, locale: Locale) -> str:
    amount, currency = str(detail.get("amount", "")), str(detail.get("currency", currency))
    if not amount.isdigit():
        return "?"
    return formats.money(int(amount), currency, locale) if currency in EXPONENTS else amount


def _known(key: str, value: object, locale: Locale) -> Markup:
    """The word for a value; the value itself where there is none."""
    return texts.words(locale)(key) if texts.knows(key) else _word(value)


def _word(value: object) -> Markup:
    return Markup("{}").format("?" if value is None else value)
