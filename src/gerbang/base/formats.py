"""How values look to people, in Indonesian and English: money, dates, durations, masks. Parses nothing; sentences stand elsewhere.

The forms are those of the visual language: Rupiah is written one way in both languages, `Rp 150.000`; a time always names its zone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final, Literal

from babel.dates import get_month_names

from gerbang.base.money import ASSETS, EXPONENTS

Locale = Literal["id", "en"]
Zone = Literal["WIB", "WITA", "WIT"]
NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"
DOTS: Final = "•••"
# Indonesia keeps no summer time, so a fixed offset is the whole truth and no time zone database is needed.
_ZONES: Final[dict[str, timezone]] = {
    name: timezone(timedelta(hours=hours), name) for name, hours in (("WIB", 7), ("WITA", 8), ("WIT", 9))
}
_UNITS: Final[dict[Locale, tuple[str, str, str, str, str]]] = {
    "id": ("hr", "jam", "mnt", "dtk", "md"),
    "en": ("d", "h", "min", "s", "ms"),
}


_TONGUES: Final[Mapping[str, Locale]] = {"id": "id", "in": "id", "en": "en"}
_QUALITY: Final = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", re.ASCII)


def locale_of(wanted: str) -> Locale:
    """The language to speak to someone who asked for `wanted` (`en-GB`, `id_ID`, anything): Indonesian unless it is English."""
    return "en" if wanted.strip().lower().replace("_", "-").partition("-")[0] == "en" else "id"


def tongue(wanted: str) -> Locale | None:
    """The language that a tag names, however it is written: `id-ID`, `en_US.UTF-8`, `EN`, the old `in`; None for any other."""
    return _TONGUES.get(re.split(r"[-_.@]", wanted.strip().lower())[0])


def accepted(header: str) -> Locale:
    """The language that an Accept-Language header (RFC 9110, section 12.5.4) asks for before the other, by its weights; Indonesian where it names
    neither, unless it refuses that with `q=0`. `in` is the old code of Indonesian, which Java and older Androids still send.
    """
    weights: dict[Locale, float] = {}
    for part in header.lower().split(","):
        tag, *parameters = (piece.strip() for piece in part.split(";"))
        locale = _TONGUES.get(tag.replace("_", "-").partition("-")[0])
        if locale is not None:
            weights[locale] = max(weights.get(locale, 0.0), _weight(parameters))
    wanted = [locale for locale, weight in weights.items() if weight > 0]
    if wanted:
        return max(wanted, key=lambda locale: weights[locale])
    return "en" if weights.get("id") == 0 and "en" not in weights else "id"


def _weight(parameters: Sequence[str]) -> float:
    """The `q` of one language: 1 where there is none, 0 for what is no number of this kind."""
    told = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    return float(told) if _QUALITY.fullmatch(told) else 0.0


def money(amount: int, currency: str, locale: Locale) -> str:
    """Minor units for people, on one line: `Rp 150.000`, `USD 48,50` (en `USD 48.50`), `48.509700 USDC`, `−Rp 20.000`."""
    sign = MINUS if amount < 0 else ""
    exponent = EXPONENTS[currency]
    whole, part = divmod(abs(amount), 10**exponent)
    if currency in ASSETS:  # exact and the same in both languages, because it is compared with what a wallet shows
        return f"{sign}{whole}.{part:0{exponent}d}{NBSP}{currency}"
    if currency == "IDR":
        return f"{sign}Rp{NBSP}{grouped(whole, 'id')}"
    digits = f"{_decimal_mark(locale)}{part:0{exponent}d}" if exponent else ""
    return f"{sign}{currency}{NBSP}{grouped(whole, locale)}{digits}"


def grouped(number: int, locale: Locale) -> str:
    """A count with its thousands apart: `12.500` id, `12,500` en."""
    text = f"{number:,}"
    return text.replace(",", ".") if locale == "id" else text


def moment(at: datetime, locale: Locale, zone: Zone = "WIB") -> str:
    """`23 Nov 2026 14.05 WIB` in Indonesian, `23 Nov 2026 14:05 WIB` in English; `at` carries a time zone."""
    local = at.astimezone(_ZONES[zone])
    return f"{_day(local, locale)}{NBSP}{local.year} {clock(at, locale, zone)}{NBSP}{zone}"


def day(at: datetime, locale: Locale, zone: Zone = "WIB") -> str:
    """`24 Nov`, where the year goes without saying."""
    return _day(at.astimezone(_ZONES[zone]), locale)


def calendar_day(day: date, locale: Locale) -> str:
    """The same of a day that has no time and no zone, as a statement names it."""
    return _day(day, locale)


def wall_clock(at: datetime, locale: Locale, zone: tzinfo) -> str:
    """`24 Nov 14.05`: the day, and the time by the clock on the reader's wall."""
    local = at.astimezone(zone)
    return f"{_day(local, locale)} {local:%H}{'.' if locale == 'id' else ':'}{local:%M}"


def clock(at: datetime, locale: Locale, zone: Zone = "WIB") -> str:
    """`14.05` in Indonesian, `14:05` in English."""
    local = at.astimezone(_ZONES[zone])
    return f"{local:%H}{'.' if locale == 'id' else ':'}{local:%M}"


def duration(milliseconds: int, locale: Locale) -> str:
    """The two largest units that matter: `412 md`, `14 mnt 35 dtk`, `2 jam`, `3 hr 4 jam`; English `14 min 35 s`."""
    assert milliseconds >= 0, f"a duration does not run backwards: {milliseconds}"
    if milliseconds < 1000:
        return f"{milliseconds}{NBSP}{_UNITS[locale][4]}"
    parts = [(count, unit) for count, unit in zip(_split(milliseconds // 1000), _UNITS[locale], strict=False)]
    first = next(index for index, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count}{NBSP}{unit}" for count, unit in parts[first : first + 2] if count)


def fours(number: str) -> str:
    """A virtual account number in fours, as banks print it; copied without the spaces."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def mask_email(address: str) -> str:
    """`s•••@example.com`: enough to recognise one's own, too little to write to."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}{DOTS}@{host}" if at else DOTS


def mask_number(number: str) -> str:
    """`•••882` for a phone or an account number; a number so short that three digits would tell it shows none."""
    digits = "".join(char for char in number if char.isdigit())
    return f"{DOTS}{digits[-3:]}" if len(digits) > 5 else DOTS


def mask_name(name: str) -> str:
    """`S••• W•••`."""
    return " ".join(f"{word[0]}{DOTS}" for word in name.split())


def one_line(text: str) -> str:
    """The text with every run of white space, control and direction characters as one space: fit for a mail header or a log.
    The no-break space of an amount stays.
    """
    printable = "".join(char if char.isprintable() or char == NBSP else " " for char in text)
    return " ".join(word for word in printable.split(" ") if word)


@lru_cache(maxsize=4)
def _months(locale: Locale) -> dict[int, str]:
    return {number: name.rstrip(".")[:3] for number, name in get_month_names("abbreviated", locale=locale).items()}


def _day(local: date, locale: Locale) -> str:
    return f"{local.day}{NBSP}{_months(locale)[local.month]}"


def _decimal_mark(locale: Locale) -> str:
    return "," if locale == "id" else "."


def _split(seconds: int) -> Iterator[int]:
    for size in (86_400, 3_600, 60, 1):
        count, seconds = divmod(seconds, size)
        yield count


def spreadsheet_text(said: str) -> str:
    """Text in a cell of a CSV: what a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{said}" if said.startswith(("=", "+", "-", "@", "\t", "\r")) else said
