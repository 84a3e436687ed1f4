"""Reading Lazada's JSON tolerantly: numbers and booleans come as themselves or as texts, keys in several spellings, lists as JSON inside a text. Pure.

Its reference shows every scalar as a text, its guides show the real types, and live answers mix both. Decimal numbers are kept as the text they were.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from gerbang.base.money import EXPONENTS, Money

Row = Mapping[str, Any]
decode: Final = msgspec.json.Decoder(float_hook=str).decode
_TRUE: Final = frozenset({"true", "1", "yes"})
_LEAST_MS: Final = 100_000_000_000  # as seconds that is the year 5138, as milliseconds 1973
_MOST_TEXT: Final = 40


class UnreadableValue(ValueError):
    """A value that cannot be what its place says; the message never repeats it."""


def text(row: Row, *names: str) -> str:
    """The first of these that is there, as text; null and absent are empty, numbers lose nothing."""
    for name in names:
        value = row.get(name)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int) and (said := str(value).strip()):
            return said
    return ""


def number(row: Row, *names: str) -> int | None:
    """A whole number; None where there is none."""
    said = text(row, *names)
    return int(said) if said.lstrip("-").isdecimal() and said.isascii() and len(said) <= _MOST_TEXT else None


def flag(row: Row, *names: str) -> bool:
    """True, "true", 1, "1"."""
    return text(row, *names).lower() in _TRUE


def row(value: Any) -> Row:
    """An object, also one that is written inside a text; empty for anything else."""
    opened = _opened(value)
    return opened if isinstance(opened, Mapping) else {}


def rows(value: Any) -> list[Row]:
    """The objects of a list, also of one that is written inside a text, or of a single one without a list around it."""
    opened = _opened(value)
    listed = opened if isinstance(opened, list) else [opened]
    return [one for one in listed if isinstance(one, Mapping)]


def texts(value: Any) -> tuple[str, ...]:
    """The scalars of a list as texts."""
    opened = _opened(value)
    return tuple(str(one) for one in opened if isinstance(one, str | int)) if isinstance(opened, list) else ()


def moment(row: Row, name: str, ahead_h: int = 8) -> datetime | None:
    """A time in any of Lazada's forms: ISO, with a space, with or without a colon in its offset, seconds, milliseconds. Without an offset it is local: `ahead_h`.

    None where there is none; raises UnreadableValue for what is no time.
    """
    said = text(row, name)
    if not said or said == "0":
        return None
    try:
        if said.isdecimal():
            count = int(said)
            return datetime.fromtimestamp(count / 1000 if count >= _LEAST_MS else count, UTC)
        at = datetime.fromisoformat(said.replace(" +", "+").replace(" -", "-"))
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableValue(f"{name} is no time") from error
    return at.replace(tzinfo=timezone(timedelta(hours=ahead_h))) if at.tzinfo is None else at


def needed_moment(row: Row, name: str, ahead_h: int) -> datetime:
    """The same of a time that must be there."""
    at = moment(row, name, ahead_h)
    if at is None:
        raise UnreadableValue(f"{name} is missing")
    return at


def minor(said: str, currency: str, name: str = "amount") -> int:
    """Decimal text as minor units, exactly: raises UnreadableValue for a fraction of one, for another currency's sake, and for what is no number."""
    if currency not in EXPONENTS:
        raise UnreadableValue(f"{name} is in a currency that is not known here")
    if len(said) > _MOST_TEXT:
        raise UnreadableValue(f"{name} is too long")
    try:
        value = Decimal(_ungrouped(said)).scaleb(EXPONENTS[currency])
    except InvalidOperation as error:
        raise UnreadableValue(f"{name} is no number") from error
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
        raise UnreadableValue(f"{name} is no amount")
    if value != value.to_integral_value():
        raise UnreadableValue(f"{name} has a fraction of the smallest unit of {currency}")
    return int(value)


def money(row: Row, name: str, currency: str) -> Money | None:
    """An amount that is not below zero; None where there is none."""
    said = text(row, name)
    if not said:
        return None
    value = minor(said, currency, name)
    if value < 0:
        raise UnreadableValue(f"{name} is below zero")
    return Money(value, currency)


def needed_money(row: Row, name: str, currency: str) -> Money:
    """The same of an amount that must be there."""
    found = money(row, name, currency)
    if found is None:
        raise UnreadableValue(f"{name} is missing")
    return found


def major(amount: Money) -> str:
    """As Lazada takes a price: 99000, 1099.00."""
    places = EXPONENTS[amount.currency]
    return f"{Decimal(amount.amount).scaleb(-places):.{places}f}"


def ids(values: tuple[str, ...] | list[str]) -> list[int | str]:
    """Ids as their JSON has them: numbers, where they are."""
    return [int(one) if one.isascii() and one.isdecimal() else one for one in values]


def json(value: Any) -> str:
    """JSON text without a space: what is signed is what is sent."""
    return msgspec.json.encode(value).decode()


def printable(said: str, most: int = 200) -> str:
    """Lazada's words as they may be shown."""
    return "".join([char for char in said if char.isprintable()])[:most]


def _ungrouped(said: str) -> str:
    """Without commas, where they stand between thousands."""
    head, dot, tail = said.partition(".")
    groups = head.lstrip("-").split(",")
    if len(groups) > 1 and all(len(one) == 3 for one in groups[1:]) and 1 <= len(groups[0]) <= 3:
        return head.replace(",", "") + dot + tail
    return said


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return decode(value)
        except (msgspec.DecodeError, RecursionError):
            return value
    return value
