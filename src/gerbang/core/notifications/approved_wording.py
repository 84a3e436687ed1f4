"""The messages that WhatsApp must approve before they are sent: as the provider is shown them, with numbered places, and filled in for one message. Pure but
for reading the templates once.

Their sentences are fixed: what is said beyond them is behind the button. A sentence that changes is another template, so its version stands in its name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from gerbang.base.formats import Locale, fours, locale_of
from gerbang.base.text_segments import plain_text
from gerbang.core.notifications.model import Template
from gerbang.core.notifications.rendering import Letterhead, phone_context
from gerbang.ports.messenger import Wording

_FOLDER: Final = Path(__file__).parent / "templates"
_PLACE: Final = re.compile(r"\{\{ (\w+) \}\}")
_VERSION: Final = 1
_LANGUAGES: Final[tuple[Locale, ...]] = ("id", "en")
_BANK, _STORE = "payment_instructions_bank", "payment_instructions_store"
STEMS: Final[Mapping[str, Template]] = {
    "payment_link": Template.PAYMENT_LINK,
    _BANK: Template.PAYMENT_INSTRUCTIONS,
    _STORE: Template.PAYMENT_INSTRUCTIONS,
    "payment_reminder": Template.PAYMENT_REMINDER,
    "payment_paid": Template.PAYMENT_PAID,
}
_EXAMPLES: Final[Mapping[str, str]] = {
    "business": "Toko Lumbung",
    "amount": "Rp 150.000",
    "what": "Kopi Gayo 1 kg",
    "until": "24 Nov 2026 14.05 WIB",
    "bank": "BCA",
    "number": "8808 1234 5678 9012",
    "store": "Alfamart",
    "code": "1234 5678 9012",
}


@dataclass(frozen=True, slots=True)
class Approvable:
    """One template as it is handed to the provider: `body` with {{1}}, {{2}} …, and an example for each place."""

    name: str
    language: Locale
    body: str
    examples: Sequence[str]


def approvable() -> Sequence[Approvable]:
    """Every template that must be approved, in both languages."""
    return [_approvable(stem, language) for stem in STEMS for language in _LANGUAGES]


def wordings(
    template: Template, locale: str, data: Mapping[str, Any], *, link: str, letterhead: Letterhead
) -> tuple[Wording, ...]:
    """The message in the person's language first, then in the other: a template may be approved in one of them only."""
    first = locale_of(locale)
    languages = (first, *(one for one in _LANGUAGES if one != first))
    stem = _stem(template, data)
    return tuple(_wording(stem, one, _values(template, one, data, letterhead), link) for one in languages)


def _stem(template: Template, data: Mapping[str, Any]) -> str:
    if template is Template.PAYMENT_INSTRUCTIONS:
        return _BANK if "number" in data else _STORE
    return template.value


def _values(template: Template, locale: Locale, data: Mapping[str, Any], letterhead: Letterhead) -> Mapping[str, str]:
    """What the places hold: on one line and never empty, for the provider takes nothing else. A test says so with the name of the business."""
    context = phone_context(template, locale, data, letterhead)
    context |= {name: fours(context[name]) for name in ("number", "code") if context.get(name)}
    context["business"] = context["test_mark"] + context["business"]
    return {name: plain_text(value) or "-" for name, value in context.items() if isinstance(value, str)}


def _wording(stem: str, language: Locale, values: Mapping[str, str], link: str) -> Wording:
    sentence = _sentence(stem, language)
    said = _PLACE.sub(lambda found: values[found[1]], sentence)
    return Wording(
        language, _name(stem), tuple(values[one] for one in _places(sentence)), f"{said} {link}" if link else said
    )


def _approvable(stem: str, language: Locale) -> Approvable:
    sentence = _sentence(stem, language)
    places = _places(sentence)
    body = _PLACE.sub(lambda found: "{{" + str(places.index(found[1]) + 1) + "}}", sentence)
    return Approvable(_name(stem), language, body, [_EXAMPLES[one] for one in places])


def _name(stem: str) -> str:
    return f"gerbang_{stem}_{_VERSION}"


def _places(sentence: str) -> Sequence[str]:
    """The names of its places in the order of their numbers."""
    return list(dict.fromkeys(_PLACE.findall(sentence)))


@cache
def _sentence(stem: str, language: Locale) -> str:
    return (_FOLDER / language / f"{stem}.whatsapp.txt").read_text().strip()
