"""Phone numbers as people write them, read into the one form that is kept: E.164, `+6281234567890`. Pure.

A number without a country code is of the region that the caller names. What could be read two ways is refused, never guessed: a request to
pay that goes to another number is worse than a question.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from gerbang.base.text import plain

Why = Literal["form", "several", "extension", "country", "hidden", "spreadsheet"]
HOME: Final = "ID"
_MOST_CHARACTERS: Final = 200
_LABEL: Final = re.compile(
    r"\b(?:tel(?:p|pon|epon|ephone)?|phone|mobile|cell|hp|ponsel|handphone|wa|whatsapp|no(?:mor)?|number)\b[.:]*",
    re.IGNORECASE,
)
_PARAMETER: Final = re.compile(r";(?!ext=)[a-z-]+=[^;]*", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"(?:;ext=|\bext(?:ensi(?:on)?)?\b|x(?=\s?\d)|#)", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[/|,;&\n\u3001]|\b(?:atau|or|dan|and)\b", re.IGNORECASE)
_WRITTEN: Final = re.compile(r"[0-9+()/.\s'~-]+", re.ASCII)
# What people put between digits and Unicode does not count among the dashes, and the signs that they put around a number.
_DASHES: Final = str.maketrans(dict.fromkeys("_\u30fc\uff70\u2022\u00b7\u2027\u22c5\u2219\u2043\u2053\u223c", "-"))
_AROUND: Final = str.maketrans(dict.fromkeys('"“”„‟«»‹›「」『』‘’‚`', " "))
_HIDDEN: Final = re.compile(
    r"[xX*\u2022\u25cf\u2217\u00d7?#]{2,}|(?<=\d)\*(?=\s?\d)|(?<=\d)\s?[-._\u2026]{3,}\s?(?=\d)|(?<=\d)\s?\u2026\s?(?=\d)"
)
# A number that a spreadsheet took for one to calculate with: 8.1E+10 has lost digits, 81234567890.0 and 81234567890,00 none.
_ROUNDED: Final = re.compile(r"[0-9]\s?[eE]\s?[+-]?\s?[0-9]")
_CALCULATED: Final = re.compile(r"(?:(?<=[0-9]{9})[.,]0{1,2}(?![0-9])|\A([^.,]*[0-9]{2})[.,]0\Z)")
_DECIMALS: Final = re.compile(r"[.,]0{1,2}\Z")
_CODE_APART: Final = re.compile(r"(\+[0-9]{1,3}|\A\(?62\)?)\s?[/|,;&]\s?(?=[0-9(])")
# A field that begins with a country code, in which the whole number was typed once more: +62 0062 812…, 62 +62 812…
_CODE_TWICE: Final = re.compile(r"[+(]*(?:62|0|\+|\(|\))+(8[0-9]{8,11})", re.ASCII)
# What no text reaches: lines of houses and offices, free and dear numbers, answering machines.
_NO_TEXTS: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_MOBILE_KINDS: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


class BadPhone(Exception):
    """`why`: `form` (no phone number), `several` (more than one), `extension` (of a switchboard), `country` (no known country code),
    `hidden` (some digits are covered), `spreadsheet` (digits are lost, as in 8.1E+10).
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


def read(text: str, region: str = HOME) -> str:
    """The number in E.164, or empty text for none; raises BadPhone."""
    typed = text[:_MOST_CHARACTERS]
    bare = _PARAMETER.sub("", plain(typed.translate(_AROUND).translate(_DASHES).replace("\n", ";")))
    written = _CODE_APART.sub(r"\1 ", _LABEL.sub(" ", "".join(map(_spoken, bare))).strip(" :;,=*"))
    if not written:
        if bare:
            raise BadPhone("form")
        return ""
    if why := _is_damaged(typed, written):
        raise BadPhone(why)
    written = _CALCULATED.sub(r"\1", written)
    if _DECIMALS.search(written):
        raise BadPhone("form")  # 0812.3456.789.0 is a number with one digit apart, or another one that was calculated
    pieces = [piece for piece in _BETWEEN.split(written) if any(char.isdigit() for char in piece)]
    parts = [found for piece in pieces if (found := _number(piece, region))]
    if extension := _EXTENSION.search(written):
        is_sign = extension[0] in "xX" and not _number(written[: extension.start()], region)
        raise BadPhone("hidden" if is_sign else "extension")
    if len(set(parts)) > 1 or 0 < len(parts) < len(pieces):
        raise BadPhone("several")  # also 021 555 1234/35, where the rest is a piece of a second one
    whole = parts[0] if parts else _number(written, region)
    if not whole:
        raise BadPhone(_why_not(written, region))
    return whole


def known(text: str) -> str:
    """A stored number in E.164, or empty text where it is none: what was kept before there was one form is read once more."""
    try:
        return read(text)
    except BadPhone:
        return ""


def is_mobile(number: str, region: str) -> bool:
    """Whether an E.164 number is that of a mobile in this country."""
    parsed = _parsed(number, region)
    if parsed is None or parsed.country_code != phonenumbers.country_code_for_region(region):
        return False
    return phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in _MOBILE_KINDS


def takes_no_texts(number: str) -> bool:
    """Whether an E.164 number is known to be of a line that takes no texts: a house, a free or a dear number."""
    parsed = _parsed(number, HOME)
    return parsed is not None and phonenumbers.number_type(parsed) in _NO_TEXTS


def national(number: str) -> str:
    """An E.164 number as it is dialled in its country, digits only: `081234567890`."""
    parsed = _parsed(number, HOME)
    if parsed is None:
        return ""
    return re.sub(r"[^0-9]", "", phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))


def shown(number: str) -> str:
    """An E.164 number as people read it: `+62 812-3456-7890`; anything else as it is."""
    parsed = _parsed(number, HOME)
    return number if parsed is None else phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)


def _spoken(char: str) -> str:
    """A character without pictures, which say nothing about the number that they stand beside."""
    return " " if unicodedata.category(char) in ("So", "Sk") else char


def _is_damaged(typed: str, written: str) -> Why | None:
    """Why digits are missing here, or None."""
    if _ROUNDED.search(written):
        return "spreadsheet"
    return "hidden" if _HIDDEN.search(typed) else None


def _number(written: str, region: str) -> str:
    """The one number that is written here, in E.164; empty when it is none."""
    if not _WRITTEN.fullmatch(written):
        return ""
    for reading in _readings(written, region):
        parsed = _parsed(reading, region)
        if parsed is not None and _is_right(parsed):
            return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return ""


def _readings(written: str, region: str) -> Iterator[str]:
    """The number as it stands; with the 00 of an international call as a plus; with a plus too many; with the country's code once."""
    compact = re.sub(r"[^0-9+()]", "", written)
    digits = re.sub(r"[^0-9]", "", compact)
    if "+" in compact or region != HOME or digits.startswith(("0", "8")):
        yield written
    elif digits.startswith("62"):
        yield "+" + digits  # anything else, like 65 9123 4567, is of Singapore, or of nowhere
    if digits.startswith("00"):
        yield "+" + digits.lstrip("0")
    if compact.lstrip("(").startswith("+0"):
        yield digits
    if found := _CODE_TWICE.fullmatch(compact):
        yield "+62" + found[1]


def _is_right(parsed: PhoneNumber) -> bool:
    """At home a number that exists; elsewhere one that is as long as numbers there are, since new ranges come without asking us."""
    if parsed.country_code == phonenumbers.country_code_for_region(HOME):
        return phonenumbers.is_valid_number(parsed)
    return phonenumbers.is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE


def _why_not(written: str, region: str) -> Why:
    matches = phonenumbers.PhoneNumberMatcher(written, region)
    if len({phonenumbers.format_number(one.number, PhoneNumberFormat.E164) for one in matches}) > 1:
        return "several"
    digits = re.sub(r"[^0-9]", "", written)
    is_foreign = _WRITTEN.fullmatch(written) and 9 <= len(digits) <= 15 and not digits.startswith(("0", "62", "8"))
    return "country" if is_foreign else "form"


def _parsed(written: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except NumberParseException:
        return None
