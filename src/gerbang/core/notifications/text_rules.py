"""What a shop's own text of a message may name, must say, and may not hold: names, mandatory parts, links, digits. Pure."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from gerbang.core.notifications.audiences import TO_PAYERS, told_on
from gerbang.core.notifications.model import Template
from gerbang.core.notifications.text_model import TextKey
from gerbang.ports.messenger import Channel

MOST_CHARACTERS: Final[Mapping[str, int]] = {"subject": 150, "body": 4_000}
MOST_SMS_PARTS: Final = 4
_MOST_DIGITS: Final = 7  # more of them, wherever they stand, may be an account number

_COMMON: Final = (
    "business",
    "amount",
    "captured",
    "description",
    "order_reference",
    "method",
    "until",
    "at",
    "payment",
)
_REFUND: Final = ("refund_amount", "refund")
_HOW: Final = ("bank", "number", "store", "code", "coins")
_NAMES: Final[Mapping[Template, tuple[str, ...]]] = {
    Template.PAYMENT_LINK: ("missing",),
    Template.PAYMENT_INSTRUCTIONS: _HOW,
    Template.PAYMENT_REMINDER: (*_HOW, "missing"),
    Template.PAYMENT_PAID: ("on_chain",),
    Template.PAYMENT_PAID_LATE: ("called_off", "on_chain"),
    Template.PAYMENT_PART_PAID: (*_HOW, "missing", "held", "on_chain"),
    Template.PAYMENT_OVERPAID: ("excess", "twice", "held", "on_chain"),
    Template.PAYMENT_EXPIRED: ("again_until", "on_chain", "missing"),
    Template.PAYMENT_RETRACTED: ("held", "on_chain"),
    Template.REFUND_REQUESTED: _REFUND,
    Template.REFUND_AWAITING_TRANSFER: _REFUND,
    Template.REFUND_DESTINATION: (*_REFUND, "destination", "was", "by_payer"),
    Template.REFUND_SUCCEEDED: _REFUND,
    Template.REFUND_FAILED: _REFUND,
}
# Without these a message fails its purpose. Of a name that is empty in one message nothing is asked there: a bill has a number or a code.
_MANDATORY: Final[Mapping[Template, tuple[str, ...]]] = {
    Template.PAYMENT_LINK: ("link",),
    Template.PAYMENT_INSTRUCTIONS: ("amount", "number", "code"),
    Template.PAYMENT_REMINDER: ("link",),
    Template.PAYMENT_PART_PAID: ("missing",),
    Template.REFUND_AWAITING_TRANSFER: ("link",),
    Template.REFUND_DESTINATION: ("destination",),
}
ITEMS: Final = "items"
_DOTS: Final = str.maketrans({"。": ".", "․": ".", "\ufe0f": ""})
# Each of these looks at a place once: a text may be 64 kB without a space.
_ADDRESS: Final = re.compile(r":[/\\]{2}")
_TOP: Final = re.compile(r"(?<=[^\s.])\.[^\W\d_]{2,}(?::[0-9]+)?")  # another port of our own host is another place
_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"  # "1.000.000.000" is an amount
_QUAD: Final = re.compile(rf"(?<![\d.]){_OCTET}(?:\.{_OCTET}){{3}}(?!\.?\d)")
_MOST_SHOWN: Final = 80
# Beside a link these are no part of it, for whoever makes links of addresses in plain text.
_BEFORE_LINK: Final = "([<{\"'“‘«"
_AFTER_LINK: Final = ".,;:!?)]>}\"'”’»"
_SCHEME: Final = re.compile(
    r"\b(?:javascript|vbscript|data|mailto|tel|sms|smsto|intent|whatsapp|file|blob|market|tg|callto)\s*:\s*\S",
    re.IGNORECASE,
)


def may_be_changed(key: TextKey) -> bool:
    """Whether a shop writes this text itself: what payers are told by mail or SMS. What guards accounts, and what operators are told, is ours."""
    return (
        key.template in TO_PAYERS
        and key.channel in (Channel.EMAIL, Channel.SMS)
        and key.template in told_on(key.channel)
    )


def texts() -> Sequence[TextKey]:
    """Every text that a shop may write."""
    every = (
        TextKey(one, language, channel)
        for one in Template
        for language in ("id", "en")
        for channel in (Channel.EMAIL, Channel.SMS)
    )
    return [key for key in every if may_be_changed(key)]


def parts_of(channel: Channel) -> tuple[str, ...]:
    """What is written for a channel."""
    return ("subject", "body") if channel is Channel.EMAIL else ("body",)


def names_of(key: TextKey) -> tuple[str, ...]:
    """The dictionary of a text. A text to a phone greets nobody, and says in a few words what the bill is for."""
    return (*(("name",) if key.channel is Channel.EMAIL else ("what",)), *_COMMON, *_NAMES[key.template], "link")


def mandatory(key: TextKey) -> tuple[str, ...]:
    """What the body must say, wherever it is not empty."""
    return _MANDATORY.get(key.template, ())


def missing(key: TextKey, body: str, values: Mapping[str, str]) -> list[str]:
    """The mandatory names whose values do not stand in a rendered body."""
    return [name for name in mandatory(key) if values[name] and values[name] not in body]


def foreign_links(text: str, origin: str) -> list[str]:
    """Whatever a mail program or a phone may make a link of, or a reader type, that does not lead to our own origin. Also what only looks like our host."""
    plain = unicodedata.normalize("NFKC", text).translate(_DOTS)
    found = [one[0] for one in _SCHEME.finditer(plain)]
    found += [one[:_MOST_SHOWN] for word in plain.split() if (one := _leads_to(word, origin))]
    # A mark that sits on another letter changes how a host reads and not how it is found.
    found += [one for one in plain if unicodedata.category(one) in ("Mn", "Me", "Cf", "Co")]
    return list(dict.fromkeys(found))


def glued_links(text: str, link: str) -> list[str]:
    """Where our link stands in a rendered text with something before or after it that a phone or a mail program takes for a part of it: such a link is dead."""
    found = []
    start = text.find(link) if link else -1
    while start >= 0:
        end = start + len(link)
        before, after = text[:start][-1:], text[end:].split(None, 1)[0] if text[end : end + 1].strip() else ""
        if (before.strip() and before not in _BEFORE_LINK) or after.strip(_AFTER_LINK):
            found.append(f"{before}{{{{ link }}}}{after[:_MOST_SHOWN]}")
        start = text.find(link, end)
    return list(dict.fromkeys(found))


def _leads_to(word: str, origin: str) -> str:
    """Where a word without spaces leads, if that is not ours; empty where it leads nowhere or to us."""
    word = word.lstrip("(<[\"'")
    if found := _ADDRESS.search(word):
        start = max(word.rfind(mark, 0, found.start()) for mark in ":/?#") + 1
        return word[start:] if start or not _is_ours(word, origin) else ""
    if quad := _QUAD.search(word):
        return word[quad.start() :]
    host = urlsplit(origin).netloc
    return next((word[: one.end()] for one in _TOP.finditer(word) if word[: one.end()] != host), "")


def _is_ours(address: str, origin: str) -> bool:
    if "\\" in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return f"{parts.scheme}://{parts.netloc}" == origin


def is_like_an_account(fixed: Collection[str]) -> bool:
    """Whether the fixed text holds as many digits as an account number, however they are written, grouped or spread over branches."""
    return sum(unicodedata.digit(char, None) is not None for char in "".join(fixed)) > _MOST_DIGITS


def needs_second_person(key: TextKey, fixed: Collection[str]) -> list[str]:
    """Why somebody else must agree to a text; empty where nobody need."""
    why = ["instructions"] if key.template is Template.PAYMENT_INSTRUCTIONS else []
    return [*why, "digits"] if is_like_an_account(fixed) else why
