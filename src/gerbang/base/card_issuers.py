"""Whose card a number may be: prefixes and lengths of issuers, and Luhn's check of the digits."""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Final

LONGEST: Final = 19
SHORTEST: Final = 12
_ALL: Final = range(SHORTEST, LONGEST + 1)
_UNIONPAY: Final = range(16, LONGEST + 1)
# (first four digits, from and to; lengths). Where ranges overlap, the lengths add up.
ISSUERS: Final[Sequence[tuple[str, int, int, Sequence[int]]]] = (
    ("Visa", 4000, 4999, (13, 16, 19)),
    ("Mastercard", 5100, 5599, (16,)),
    ("Mastercard", 2221, 2720, (16,)),
    ("American Express", 3400, 3499, (15,)),
    ("American Express", 3700, 3799, (15,)),
    ("Discover", 6011, 6011, (16, 19)),
    ("Discover", 6440, 6599, (16, 19)),
    ("Diners Club", 3000, 3059, (14, 16)),
    ("Diners Club", 3095, 3095, (14, 16)),
    ("Diners Club", 3600, 3699, (14, 16)),
    ("Diners Club", 3800, 3999, (14,)),
    ("JCB", 3528, 3589, (16, 19)),
    ("JCB", 1800, 1800, (15,)),
    ("JCB", 2131, 2131, (15,)),
    ("UnionPay", 6200, 6299, _UNIONPAY),
    ("UnionPay", 8100, 8171, _UNIONPAY),
    ("Maestro", 5018, 5018, _ALL),
    ("Maestro", 5020, 5020, _ALL),
    ("Maestro", 5038, 5038, _ALL),
    ("Maestro", 5893, 5893, _ALL),
    ("Maestro", 6304, 6304, _ALL),
    ("Maestro", 6759, 6763, _ALL),
    ("Maestro", 6767, 6767, _ALL),
    ("GPN", 1946, 1946, (16,)),  # debit cards of Indonesian banks
    ("GPN, RuPay, Verve, Dankort", 5000, 5099, (16,)),
    ("GPN, RuPay", 6000, 6099, (16,)),
    ("Verve", 5060, 5061, (18, 19)),
    ("Verve", 5078, 5079, (18, 19)),
    ("Verve", 6500, 6500, (18, 19)),
    ("Bancontact", 6703, 6703, _UNIONPAY),
    ("NAPAS", 9704, 9704, (16, 19)),
    ("RuPay", 8172, 8201, (16,)),
    ("Elo", 6362, 6363, (16,)),
    ("Hipercard", 3841, 3841, (16,)),
    ("Mir", 2200, 2204, _UNIONPAY),
    ("Troy", 9792, 9792, (16,)),
    ("Uzcard", 8600, 8600, (16,)),
    ("Humo", 9860, 9860, (16,)),
)
_PLAIN: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


def is_card_number(digits: str) -> bool:
    """Whether these ASCII digits are one: Luhn (ISO/IEC 7812-1 annex B), an issuer's prefix and length."""
    return len(digits) in lengths_by_prefix()[int(digits[:4])] and fits_luhn(digits)


def fits_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    plain = digits.encode()
    return (sum(plain[-1::-2].translate(_PLAIN)) + sum(plain[-2::-2].translate(_DOUBLED))) % 10 == 0


@cache
def lengths_by_prefix() -> Sequence[Sequence[int]]:
    """The lengths of card numbers by their first four digits."""
    table: list[set[int]] = [set() for _ in range(10_000)]
    for _, low, high, lengths in ISSUERS:
        for prefix in range(low, high + 1):
            table[prefix].update(lengths)
    return [tuple(sorted(lengths)) for lengths in table]


def luhn_sums(digits: str) -> tuple[Sequence[int], Sequence[int]]:
    """Luhn's sums up to every place of a long run, for numbers that end at even and at odd places: a part of it is then one subtraction."""
    plain, both = digits.encode(), []
    for first in (0, 1):  # of a number that ends before an even place the digits at even places are doubled
        weights = bytearray(plain.translate(_PLAIN))
        weights[first::2] = plain[first::2].translate(_DOUBLED)
        both.append(list(accumulate(weights, initial=0)))
    return both[0], both[1]
