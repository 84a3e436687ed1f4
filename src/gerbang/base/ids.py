"""Ids: UUIDv7 inside (RFC 9562 section 5.7), short typed text outside: `pay_` and 26 characters of Crockford's base 32.

The text sorts as the ids do. A text id of another type, another length or another spelling is not an id.
"""

import os
import time
from typing import Final
from uuid import UUID

from gerbang.base.errors import NotFound

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = [a + b for a in _ALPHABET for b in _ALPHABET]
_VALUES: Final = {char: value for value, char in enumerate(_ALPHABET)}
_LENGTH: Final = 26


def new(now_ms: int | None = None) -> UUID:
    """A fresh UUIDv7 of `now_ms` (Unix milliseconds; the wall clock when absent), random beyond the millisecond."""
    stamp = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    chance = int.from_bytes(os.urandom(10), "big")
    value = (stamp & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (chance >> 68 & 0xFFF) << 64
    return UUID(int=value | 0b10 << 62 | chance & 0x3FFF_FFFF_FFFF_FFFF)


def show(kind: str, value: UUID) -> str:
    """The outer form of an id: show("pay", …) is `pay_01KC3V9Q2M…`, 26 characters after the underscore."""
    number = value.int
    return f"{kind}_" + "".join([_PAIRS[number >> shift & 0x3FF] for shift in range(120, -1, -10)])


def read(kind: str, text: str) -> UUID:
    """The inner form of an id of type `kind`; raises NotFound for anything that show() would not have written."""
    head, _, tail = text.partition("_")
    if head != kind or len(tail) != _LENGTH or tail[0] > "7":
        raise NotFound(f"There is no such id: it should look like {kind}_ and {_LENGTH} characters.")
    number = 0
    for char in tail:
        value = _VALUES.get(char)
        if value is None:
            raise NotFound(f"There is no such id: it should look like {kind}_ and {_LENGTH} characters.")
        number = number << 5 | value
    return UUID(int=number)
