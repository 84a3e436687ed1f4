"""What a JSON body must be before anybody looks at its meaning: one reading only, no surprises, and never a card number (R9, R14, R40–R42)."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, TypeVar, cast

import msgspec

from gerbang.base.errors import FieldError, Invalid
from gerbang.web.problems import CardDataRefused, Malformed, invalid_field

T = TypeVar("T")
_CARD_RAW: Final = re.compile(rb"\d(?:[ .\-]?\d){12,18}")
_CARD_TEXT: Final = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){12,18}(?!\d)", re.ASCII)
_SECURITY_CODE: Final = frozenset(
    {"cvv", "cvv2", "cvc", "cvc2", "cid", "cardcvv", "cardcvc", "securitycode", "track1", "track2", "trackdata"}
)
_SECURITY_CODE_RAW: Final = re.compile(rb"(?i)cv[vc]|cid|security|track")
_AT: Final = re.compile(r" - at `\$(.*)`$")
_NAMED: Final = re.compile(r"(?:unknown|missing required) field `(.+?)`")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
# (first digits as a range, lengths): ISO/IEC 7812 prefixes of the networks
_BRANDS: Final[tuple[tuple[int, int, frozenset[int]], ...]] = (
    (4, 4, frozenset({13, 16, 19})),
    (51, 55, frozenset({16})),
    (2221, 2720, frozenset({16})),
    (34, 34, frozenset({15})),
    (37, 37, frozenset({15})),
    (6011, 6011, frozenset({16, 19})),
    (644, 659, frozenset({16, 19})),
    (3528, 3589, frozenset({16, 17, 18, 19})),
    (300, 305, frozenset({14, 16, 19})),
    (36, 36, frozenset({14, 16, 19})),
    (38, 39, frozenset({14, 16, 19})),
    (62, 62, frozenset({16, 17, 18, 19})),
    (5018, 5018, frozenset({16, 17, 18, 19})),
    (6304, 6304, frozenset({16, 17, 18, 19})),
    (6759, 6763, frozenset({16, 17, 18, 19})),
)
_MOST_DEPTH: Final = 200
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_BRACKET: Final = re.compile(rb"[\[\]{}]")
_READER: Final = msgspec.json.Decoder()


def read_json(body: bytes) -> Any:
    """The body as plain values. Raises Malformed (400) for what is not one unambiguous JSON text, Invalid (422) for text that
    cannot be stored (NUL, lone surrogates), CardDataRefused for a card number anywhere.
    """
    _refuse_depth(body)
    try:
        value = _READER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(body) from error
    _refuse_doubled_names(body)
    if b"\\u0000" in body:
        _refuse_nul(value)
    refuse_card_data(body, value)
    return value


def _refuse_depth(body: bytes) -> None:
    """However deep the interpreter would follow; the brackets are counted one by one only where there are many."""
    if body.count(b"[") + body.count(b"{") <= _MOST_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        if depth > _MOST_DEPTH:
            raise Malformed(f"The body is nested more than {_MOST_DEPTH} deep.")


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape, strict=True)


def read_as(body: bytes, shape: type[T]) -> T:
    """The body as a Struct of ours, after read_json; raises Invalid (422) with a JSON Pointer."""
    try:
        result: T = _decoder(cast("Any", shape)).decode(body or b"{}")
    except msgspec.ValidationError as error:
        pointer, detail = pointer_of(str(error))
        raise invalid_field(pointer, detail) from error
    return result


def pointer_of(message: str) -> tuple[str, str]:
    """The words of msgspec about where, as a JSON Pointer (RFC 6901), and the rest of the message."""
    place = _AT.search(message)
    steps = [found[1] or found[2] for found in _STEP.finditer(place[1])] if place else []
    if named := _NAMED.search(message):
        steps.append(named[1])
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
    return pointer, _AT.sub("", message) + "."


# ── card data ───────────────────────────────────────────────────────────────────────────────────────────────────────


_ON_CHAIN: Final = re.compile(r"0x(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})")
_UNITS_AT: Final = (
    "/amount"  # base units of an asset may look like a card; whatever is no amount is refused there and not kept
)


def refuse_card_data(body: bytes, value: Any) -> None:
    """Raise CardDataRefused when a string, a number or a name in the value holds a card number, a security code or track data."""
    if not (_CARD_RAW.search(body) or b"\\u" in body or _SECURITY_CODE_RAW.search(body)):
        return
    for pointer, text in _texts(value, ""):
        if holds_card_number(text) and pointer != _UNITS_AT:
            raise _card_refused(pointer)
    for pointer, name, inner in _names(value, ""):
        if re.sub(r"[^a-z0-9]", "", name.lower()) in _SECURITY_CODE and isinstance(inner, str | int):
            raise _card_refused(pointer)


def holds_card_number(text: str) -> bool:
    """Whether 13 to 19 digits in it, apart or together, pass Luhn's check under a prefix that a card network uses.

    An address or a transaction of a chain holds none: among its 40 or 64 hex digits a run of such digits is chance.
    """
    return not _ON_CHAIN.fullmatch(text) and any(
        is_card_number(re.sub(r"\D", "", found[0])) for found in _CARD_TEXT.finditer(text)
    )


def is_card_number(digits: str) -> bool:
    """Luhn (ISO/IEC 7812-1 annex B) and a network's prefix and length."""
    size = len(digits)
    known = any(size in sizes and low <= int(digits[: len(str(low))]) <= high for low, high, sizes in _BRANDS)
    return known and _luhn(digits)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _card_refused(pointer: str) -> CardDataRefused:
    safe = "/".join("…" if holds_card_number(part) else part for part in pointer.split("/"))
    return CardDataRefused(
        "Card numbers, security codes and track data must never be sent here; nothing of it was kept.",
        hint="Card payments are made on the provider's page that next_action leads to.",
        errors=[FieldError(safe, "Looks like card data.")],
    )


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield pointer, value
        case int() | float():
            yield pointer, str(value)
        case dict():
            for name, inner in value.items():
                yield f"{pointer}/{name}", name
                yield from _texts(inner, f"{pointer}/{name}")
        case list():
            for number, inner in enumerate(value):
                yield from _texts(inner, f"{pointer}/{number}")
        case _:
            pass  # true, false and null hold no digits


def _names(value: Any, pointer: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{pointer}/{name}", name, inner
            yield from _names(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _names(inner, f"{pointer}/{number}")


# ── one reading only ────────────────────────────────────────────────────────────────────────────────────────────────


class _DoubledName(Exception):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DoubledName
    return members


_PAIRS: Final = json.JSONDecoder(object_pairs_hook=_unique)


def _refuse_doubled_names(body: bytes) -> None:
    """Two members of one name mean one thing to one reader and another to the next (RFC 8259 section 4)."""
    try:
        _PAIRS.decode(body.decode())
    except _DoubledName as error:
        raise Malformed("A name stands twice in one JSON object.") from error
    except (ValueError, RecursionError) as error:
        raise Malformed("The JSON is nested too deeply or holds a number that is too long.") from error


def _unreadable(body: bytes) -> Invalid:
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return invalid_field("", "A string holds half of a surrogate pair, which is no character.")
    except (ValueError, RecursionError):
        pass  # not JSON for the second reader either
    return Malformed("The body must be one JSON text in UTF-8, without byte order mark, NaN or numbers out of range.")


def _refuse_nul(value: Any) -> None:
    for pointer, text in _texts(value, ""):
        if "\x00" in text:
            raise invalid_field(pointer.replace("\x00", ""), "The character U+0000 cannot be stored.")
