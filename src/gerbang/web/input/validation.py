"""What a JSON body must be before anybody looks at its meaning: one reading only, no surprises, and never a card number (R9, R14, R40–R42)."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar, cast

import msgspec

from gerbang.base import number_kinds
from gerbang.base.card_numbers import MOST_DIGITS, digits_in, fold, holds_card_number
from gerbang.base.errors import FieldError, Invalid
from gerbang.web.input.body_errors import faults, pointer_to, refusal
from gerbang.web.input.cleaning import cleaned_body, may_be_unclean
from gerbang.web.problems import CardDataRefused, Malformed, invalid_field

T = TypeVar("T")
_NEVER_IN_ONE_TEXT: Final = "\n/ / / / / /\n"  # more signs than stand between the digits of one number
_BIG_FLOAT: Final = 10.0**20
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
    """The body as a Struct of ours, after read_json; raises Invalid (422) with a JSON Pointer for each fault."""
    body = body or b"{}"
    if not may_be_unclean(body):
        try:
            result: T = _decoder(cast("Any", shape)).decode(body)
        except msgspec.ValidationError:
            pass  # it may be right once it is cleaned: an account number in groups
        else:
            return result
    value = cleaned_body(_READER.decode(body), shape)
    try:
        return msgspec.convert(value, shape, strict=True)
    except msgspec.ValidationError as error:
        raise refusal(faults(value, shape)) from error


def refuse_members(value: Any) -> None:
    """The body of a route that is told nothing by it: an empty object at most. Raises Invalid with a pointer to each member."""
    if value == {}:
        return
    said = "This address takes nothing in its body: leave it out."
    names = value if isinstance(value, dict) else [""]
    raise Invalid(said, errors=[FieldError(pointer_to([name] if name else []), said) for name in names])


def refuse_no_change(**members: Any) -> None:
    """The body of a change that changes nothing: each member by its name, None where it was left out. Raises Invalid."""
    if all(value is None for value in members.values()):
        raise invalid_field("", f"There is nothing to change: give {', '.join(members)}, or some of them.")


# ── card data ───────────────────────────────────────────────────────────────────────────────────────────────────────


# Base units of an asset may look like a card; whatever is no amount is refused there and not kept.
_MOST_PIECES: Final = 24
_LONGEST_PIECE: Final = 8
_BOXES: Final = 4  # and as many digits in each
_UNITS_AT: Final = "/amount"
_TRIGGERS: Final = re.compile(
    rb"[0-9](?<![0-9].)(?:[^0-9A-Za-z]{0,40}+[0-9]){11,}+|\[(?:\s{0,40}+[0-9]{1,4}\s{0,40}+[,\]]){4}|[\\%&<\x80-\xff]|[cC][aAvV][vVcC]|[cC][sS][cC]|[cC][vV][nN]"
    rb"|(?i:card|kode|verification|security|track|mag(?:netic)?.?stripe|pin.?block)",
    re.DOTALL,
)
_SECURITY_CODE: Final = frozenset(
    f"{before}{name}{after}"
    for name in (
        "cvv",
        "cvv2",
        "cvc",
        "cvc2",
        "cav2",
        "cvn",
        "csc",
        "cid",
        "securitycode",
        "verificationcode",
        "verificationvalue",
    )
    for before in ("", "card")
    for after in ("", "code", "number", "no", "value")
    if (before, name) not in (("", "cid"), ("", "verificationcode"))  # of customers, and of mails
) | {"cardcode", "cardpin", "kodekeamanan", "kodecvv", "kodecvc", "nomorcvv", "nocvv"}
_TRACK: Final = frozenset(
    {"track1", "track2", "track1data", "track2data", "trackdata", "magstripe", "magneticstripe", "pinblock"}
)


class _Text(NamedTuple):
    """One text of a body: where it stands, the name of its field, whether it is a name itself."""

    pointer: str
    field: str
    text: str
    is_name: bool = False


def refuse_card_data(body: bytes, value: Any) -> None:
    """Raise CardDataRefused when a text, a number or a name in the value holds a card number, a security code or track data.

    Most bodies hold nothing that could be one, which one look at their bytes tells, or one at all their texts together.
    """
    if not _TRIGGERS.search(body):
        return
    texts = list(_texts(value))
    for text in texts:
        if not text.is_name and _is_secret_of_a_card(text):
            raise card_refused(text.pointer)
    together = fold(_NEVER_IN_ONE_TEXT.join([text.text for text in texts]))  # once: what is ASCII is not folded again
    if digits_in(together) > MOST_DIGITS:
        raise invalid_field(
            "", f"The body holds more than {MOST_DIGITS:,} digits: keep long lists of numbers in a system of yours."
        )
    if not holds_card_number(together):
        return
    for text in texts:
        if text.pointer != _UNITS_AT and holds_card_number(text.text, "" if text.is_name else text.field):
            raise card_refused(text.pointer)


def refuse_cards_in_address(path: str, query: Mapping[str, str]) -> None:
    """No card number may stand in an address of the API: proxies write addresses down (R14).

    Addresses of pages are let through: providers send payers back to them with numbers of their own, of which nothing is kept.
    """
    if holds_card_number(path):
        raise card_refused("/path")
    for name, value in query.items():
        if holds_card_number(value, name) or holds_card_number(name):
            raise card_refused(f"/{name}")


def _is_secret_of_a_card(text: _Text) -> bool:
    """A security code or track data, by the name of the field."""
    names = number_kinds.names_of(text.field)
    if not _TRACK.isdisjoint(names):
        return bool(text.text)
    if _SECURITY_CODE.isdisjoint(names):
        return False
    digits = fold(text.text).strip()
    return digits.isdigit() and 3 <= len(digits) <= 4


def card_refused(pointer: str) -> CardDataRefused:
    """The refusal, with what is safe to say about where."""
    safe = "/".join("…" if holds_card_number(part) else part for part in pointer.split("/"))
    return CardDataRefused(
        "Card numbers, security codes and track data must never be sent here; nothing of it was kept.",
        hint="Card payments are made on the provider's page that next_action leads to. If it is another number: an order's is taken in groups"
        " that no card has, or with a letter in it (order-4506911-796163953); others in a field of their name (nik, account, va_number, ean,"
        " phone, resi, token).",
        errors=[FieldError(safe, "Looks like card data.")],
    )


def _texts(value: Any) -> Iterator[_Text]:
    """Every text, number and name of a body, in order. A list is also read as one text, as numbers are typed into four boxes."""
    waiting: list[tuple[str, str, Any]] = [("", "", value)]
    while waiting:
        pointer, field, one = waiting.pop()
        match one:
            case str():
                yield _Text(pointer, field, one)
            case bool():
                pass
            case int():
                yield _Text(pointer, field, str(one))
            case float():
                yield _Text(pointer, field, f"{one} {one:.0f}" if abs(one) < _BIG_FLOAT else str(one))
            case dict():
                for name in one:
                    yield _Text(f"{pointer}/{name}", name, name, is_name=True)
                waiting += [(f"{pointer}/{name}", name, inner) for name, inner in reversed(one.items())]
            case list():
                for together in _as_one(one):
                    yield _Text(pointer, field, together)
                waiting += [(f"{pointer}/{number}", field, one[number]) for number in reversed(range(len(one)))]
            case _:
                pass  # null holds no digits


def _as_one(items: list[Any]) -> Iterator[str]:
    """The short texts and numbers of a list, and of lists in it, as one text; four numbers also with the noughts that they have lost."""
    pieces = list(islice(_pieces(items), _MOST_PIECES + 1))
    if not 1 < len(pieces) <= _MOST_PIECES or any(len(piece) > _LONGEST_PIECE for piece in pieces):
        return
    yield " ".join(pieces)
    if len(pieces) == _BOXES and any(len(piece) < _BOXES for piece in pieces):
        yield " ".join([piece.zfill(_BOXES) for piece in pieces])


def _pieces(items: list[Any]) -> Iterator[str]:
    waiting = [*reversed(items)]
    while waiting:
        match waiting.pop():
            case list() as inner:
                waiting += reversed(inner)
            case str() | int() as one if not isinstance(one, bool):
                yield str(one)
            case float() as one:
                yield f"{one:.0f}" if abs(one) < _BIG_FLOAT else str(one)
            case _:
                pass  # an object has names of its own


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
    for found in _texts(value):
        if "\x00" in found.text:
            raise invalid_field(found.pointer.replace("\x00", ""), "The character U+0000 cannot be stored.")
