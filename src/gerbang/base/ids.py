"""Ids: UUIDv7 inside (RFC 9562 section 5.7), short typed text outside: `pay_` and 26 characters of Crockford's base 32.

The text sorts as the ids do. A text id of another type, another length or another spelling is not an id.
"""

import os
import time
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from gerbang.base.errors import NotFound

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = [a + b for a in _ALPHABET for b in _ALPHABET]
_NOT_OURS: Final = {chr(code): "!" for code in range(128) if chr(code) not in _ALPHABET}
_TO_BASE_32: Final = str.maketrans(_NOT_OURS | dict(zip(_ALPHABET, "0123456789abcdefghijklmnopqrstuv", strict=True)))
_LENGTH: Final = 26


def new() -> UUID:
    """Make a UUIDv7: milliseconds, then the part of the millisecond in 12 bits (method 3), then chance. Sorts by time within a process."""
    stamp, rest = divmod(time.time_ns(), 1_000_000)
    chance = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=stamp << 80 | 0x7 << 76 | (rest * 4096 // 1_000_000) << 64 | 0b10 << 62 | chance)


def several(count: int) -> list[UUID]:
    """So many ids of one moment, ascending: the kernel is asked for chance once."""
    stamp, rest = divmod(time.time_ns(), 1_000_000)
    head = stamp << 80 | 0x7 << 76 | (rest * 4096 // 1_000_000) << 64 | 0b10 << 62
    chances = sorted(memoryview(os.urandom(8 * count)).cast("Q"))
    return [UUID(int=head | chance >> 2) for chance in chances]


def first_of(at: datetime) -> UUID:
    """The least id that can be made at a moment: ids from it on were made then or later."""
    return UUID(int=max(0, int(at.timestamp() * 1000)) << 80)


def made_s(id_: UUID) -> float:
    """When an id was made, in seconds since 1970, by the clock of the machine that made it."""
    return (id_.int >> 80) / 1000


@lru_cache(maxsize=16_384)
def show(kind: str, value: UUID) -> str:
    """Write an id for the outside: `pay_01KC3V9Q2M…` for the kind `pay`, 26 characters after the underscore."""
    number = value.int
    return f"{kind}_" + "".join([_PAIRS[number >> shift & 0x3FF] for shift in range(120, -1, -10)])


def as_typed(text: str) -> str:
    """An id as people type it, in large letters or small, in the form in which show() writes it; anything else as it is."""
    head, _, tail = text.strip().partition("_")
    return f"{head.lower()}_{tail.upper()}" if len(head) == 3 and len(tail) == _LENGTH else text.strip()


def read(kind: str, text: str) -> UUID:
    """The inner form of an id of type `kind`; raises NotFound for anything that show() would not have written."""
    head, _, tail = text.partition("_")
    digits = tail.translate(_TO_BASE_32) if head == kind and len(tail) == _LENGTH and tail.isascii() else "!"
    try:
        if tail.isalnum() and tail[:1] <= "7":
            return UUID(int=int(digits, 32))
    except ValueError:
        pass
    raise NotFound(f"There is no such id: it should look like {kind}_ and {_LENGTH} characters.")
