"""Between our data and a shop's own text: the closed dictionary filled in, and our text in the shop's language to begin from. Pure but for reading our templates."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gerbang.base.formats import fours, locale_of
from gerbang.base.text_segments import plain_text
from gerbang.core.notifications.rendering import Letterhead, mail_context, phone_context
from gerbang.core.notifications.text_model import TextKey
from gerbang.core.notifications.text_renderer import Values
from gerbang.core.notifications.text_rules import ITEMS, names_of
from gerbang.ports.messenger import Channel

_FOLDER: Final = Path(__file__).parent / "templates"
_GROUPED: Final = ("number", "code")
_FRAME: Final = re.compile(r"{% (?:extends \S+|block \w+|endblock) %}\n?")


def values_of(key: TextKey, data: Mapping[str, Any], *, name: str, link: str, letterhead: Letterhead) -> Values:
    """The dictionary of one message: strings only. What is true is `yes`, what is not is empty; numbers to copy stand in fours."""
    locale = locale_of(key.locale)
    if key.channel is Channel.EMAIL:
        context = mail_context(key.template, locale, data, name=name, link=link, letterhead=letterhead)
    else:
        context = phone_context(key.template, locale, data, letterhead) | {"link": link}
    context["by_payer"] = context["by"] == "payer"
    strings = {one: _string(context[one]) for one in names_of(key)}
    strings |= {one: fours(strings[one]) for one in _GROUPED if one in strings}
    if key.channel is Channel.SMS:
        return Values({one: plain_text(said) for one, said in strings.items()}, {})
    items = [(str(item), str(price)) for item, price in context["lines"][: len(data.get("items", ()))]]
    return Values(strings, {ITEMS: items})


def our_text(key: TextKey) -> dict[str, str]:
    """What we say, as the shop would write it."""
    stem = f"{key.locale}/{key.template.value}"
    if key.channel is Channel.SMS:
        return {"body": _as_own(f"{stem}.sms.txt")}
    return {"subject": _as_own(f"{stem}.subject.txt"), "body": _as_own(f"{stem}.txt")}


def _as_own(path: str) -> str:
    text = _FRAME.sub("", (_FOLDER / path).read_text())
    return text.replace(" | fours", "").replace('by == "payer"', "by_payer").replace(" +%}", " %}\n").strip()


def _string(value: object) -> str:
    return ("yes" if value else "") if isinstance(value, bool) else str(value)
