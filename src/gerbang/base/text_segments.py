"""How a text travels by SMS: in which alphabet, and in how many parts, each of which is paid for. Pure.

GSM 03.38 has 160 characters in one part and 153 in each of several; those of its extension count as two. One character outside of it makes the whole text
UCS-2: 70 UTF-16 units, or 67 in each of several. Neither an extended character nor a pair of surrogates is split between parts.
"""

from dataclasses import dataclass
from typing import Final, Literal

Alphabet = Literal["GSM-7", "UCS-2"]
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
# What typesetting put in the place of a plain character, and what it is worth on a phone: one of them would halve what a part holds.
_PLAIN: Final = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "•": "*",
        "·": "-",
        "×": "x",
        "\t": " ",
    }
)
_ROOM: Final[dict[Alphabet, tuple[int, int]]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text takes: `units` are septets, or UTF-16 units."""

    alphabet: Alphabet
    units: int
    parts: int


def plain_text(text: str) -> str:
    """The same words without typesetting."""
    return text.translate(_PLAIN)


def segments(text: str) -> Segments:
    """Alphabet, units and parts of a text as it is; an empty one takes one part."""
    alphabet: Alphabet = "GSM-7" if all(char in _BASIC or char in _EXTENDED for char in text) else "UCS-2"
    sizes = [_size(char, alphabet) for char in text]
    alone, each = _ROOM[alphabet]
    if sum(sizes) <= alone:
        return Segments(alphabet, sum(sizes), 1)
    parts, used = 1, 0
    for size in sizes:
        if used + size > each:
            parts, used = parts + 1, 0
        used += size
    return Segments(alphabet, sum(sizes), parts)


def _size(char: str, alphabet: Alphabet) -> int:
    if alphabet == "GSM-7":
        return 2 if char in _EXTENDED else 1
    return 2 if ord(char) > 0xFFFF else 1
