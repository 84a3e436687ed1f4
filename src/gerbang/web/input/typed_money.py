"""Amounts as people type them: `150.000`, `Rp 150.000,-`, `48.50`. One meaning or none: what could be read two ways is refused. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from gerbang.base.money import EXPONENTS, BadMoney, as_json, from_json
from gerbang.base.text import plain

# A bare `$` or `¥` stands for whichever of its currencies was chosen; every other sign must be the chosen currency's own.
_SIGNS: Final[Mapping[str, tuple[str, ...]]] = {
    "IDR": ("rp.", "rp"),
    "USD": ("us$", "$"),
    "SGD": ("s$", "$"),
    "AUD": ("a$", "$"),
    "HKD": ("hk$", "$"),
    "EUR": ("€",),
    "GBP": ("£",),
    "JPY": ("¥",),
    "CNY": ("¥",),
    "KRW": ("₩",),
    "VND": ("₫",),
    "THB": ("฿",),
    "PHP": ("₱",),
    "MYR": ("rm",),
}
_PLAINLY_WHOLE: Final = 4  # digits that no mark has grouped
_NO_CENTS: Final = re.compile(r"[.,]\s?[-–—]+$")
_NUMBER: Final = re.compile(r"\d+(?:[.,'’ ]\d+)*", re.ASCII)


class Unreadable(Exception):
    """`why`: `form` (no amount), `currency` (of another one), `unclear` (it could mean two amounts), `range` (not money that we take)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_amount(text: str, currency: str) -> int:
    """Minor units of the currency; raises Unreadable."""
    bare = _NO_CENTS.sub("", _without_sign(" ".join(plain(text).lower().split()), currency))
    if not _NUMBER.fullmatch(bare):
        raise Unreadable("form")
    whole, part = _parts(re.split(r"[.,'’ ]", bare), re.sub(r"\d", "", bare), EXPONENTS[currency])
    try:
        return from_json(as_json(int(whole + part), currency), currency).amount
    except BadMoney as error:
        raise Unreadable("range") from error


def _without_sign(text: str, currency: str) -> str:
    for sign in (currency.lower(), *_SIGNS.get(currency, ())):
        for rest in (text.removeprefix(sign), text.removesuffix(sign)):
            if rest != text:
                return rest.strip()
    others = {code.lower() for code in EXPONENTS} | {sign for signs in _SIGNS.values() for sign in signs}
    if any(sign in text for sign in others):
        raise Unreadable("currency")
    return text


def _parts(groups: Sequence[str], marks: str, exponent: int) -> tuple[str, str]:
    """The digits before and after the decimal mark, the latter as many as the currency has."""
    *before, last = groups
    if not marks:
        return last, "0" * exponent
    if len(set(marks)) == 1 and _is_grouped(groups):
        if len(marks) == 1 and exponent and marks in ".,":
            raise Unreadable("unclear")  # 1.234 is a thousand to one reader, and a mistyped 1.23 to the next
        return "".join(groups), "0" * exponent
    decimal = marks[-1] in ".," and marks[-1] not in marks[:-1] and len(set(marks[:-1])) <= 1
    if not decimal or not (len(before) == 1 or _is_grouped(before)):
        raise Unreadable("form")
    if not exponent:  # 150.000,00 and 150000.00 are what programs write; 150.00 is a slip
        if last != "00" or (len(before) == 1 and len(before[0]) < _PLAINLY_WHOLE):
            raise Unreadable("form")
        return "".join(before), ""
    if len(last) > exponent:
        raise Unreadable("form")
    return "".join(before), last.ljust(exponent, "0")


def _is_grouped(groups: Sequence[str]) -> bool:
    first, *rest = groups
    return 1 <= len(first) <= 3 and first[0] != "0" and all(len(group) == 3 for group in rest)
