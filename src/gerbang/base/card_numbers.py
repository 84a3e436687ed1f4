"""Finding payment card numbers in what people and programs write, and masking them (R14). What a refusal looks like is the edge's matter.

Text is folded first: digits of every script become ASCII, character by character. Digits with at most three separators, or eight blanks, between
them are one run, made of groups. A number begins and ends at the edges of groups; inside a group only where an expiry or security code goes
on from it, or noughts go before it. What then has an issuer's prefix and length and passes Luhn's check is a card number, unless its
own form or the name of its field says that it is something else (`number_kinds`). The time is linear in the length of the text.
"""

import html
import re
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Final, NamedTuple
from urllib.parse import unquote

from gerbang.base import number_kinds

LONGEST: Final = 19
SHORTEST: Final = 12
_LEAST_PADDED: Final = 15  # with noughts before it: shorter ones are numbers of accounts and parcels
MOST_DIGITS: Final = 15_000  # in one body: looking through more of them would take longer than anybody may wait for it
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
_SEPARATOR: Final = r"[^0-9A-Za-z*#]"  # signs that mask digits separate nothing: a masked number is none
_RUN: Final = re.compile(rf"[0-9](?<![0-9].)(?:{_SEPARATOR}{{0,3}}+\s{{0,5}}+[0-9]){{11,}}+", re.DOTALL)
_GROUP: Final = re.compile(r"[0-9]+")
_BEHIND: Final = re.compile(
    r"(?:(?:0[1-9]|1[0-2])(?:20)?(?:2[3-9]|3[0-9]|4[0-5])|(?:20)?(?:2[3-9]|3[0-9]|4[0-5])(?:0[1-9]|1[0-2]))(?:[0-9]{3,4})?"
)
_EXPIRY_NEXT: Final = re.compile(
    rf"{_SEPARATOR}{{1,3}}(?:(?:0?[1-9]|1[0-2])[/.\- ](?:20)?(?:2[3-9]|3[0-9]|4[0-5])(?![0-9])|(?:cvv|cvc|cid|exp)\b)",
    re.IGNORECASE,
)
_SECURITY_CODE: Final = re.compile(
    r"(?<![A-Za-z])(?:cvv2?|cvc2?|cav2|cvn|csc|(?:card\s)?(?:security|verification)\s?(?:code|number|value)|kode\s?keamanan)(?![A-Za-z0-9])\W{0,3}"
    r"(?:(?:is|code|kode|no|nomor|number|value|my|saya|anda|kartu|kartunya|nya|adalah|of|card)\b\W{0,3}){0,3}[0-9]{3,4}(?![0-9])",
    re.IGNORECASE,
)
_CODE_FIELD: Final = re.compile(
    r"(?:c[vs]c2?|cvv2?|cav2|cvn|card[_\- ]?(?:code|cid|pin)|security[_\- ]?code|verification[_\- ]?(?:code|value)|kode[_\- ]?keamanan)"
    r"(?![A-Za-z0-9])[\"']?\s{0,2}[=:]?\s{0,2}[\"']?([0-9]{3,4})(?![0-9])",
    re.IGNORECASE,
)
_PLAIN: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_HIDDEN: Final = re.compile(r"(?<=[0-9])[0-9]|(?<![0-9])[0-9](?![0-9])")  # a number of JSON must keep its first digit
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,100}>")
_ENTITY: Final = re.compile(r"&(?:#|[A-Za-z]{2,8};)")
_NAME_BEFORE: Final = re.compile(r"""["']?([A-Za-z][\w.\-]{0,40})["']?\s{0,2}[=:]\s{0,2}["']?$""")


_MOST_EXAMINED: Final = 4_000  # characters in runs of digits, of a text that is masked
_AROUND: Final = 64  # characters that may say what a number is
_MOST_EXPLAINED: Final = 64
_MOST_LOOKED: Final = 16  # groups before and behind a number, so that long rows are not gone through for each of them


_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")  # letters and marks that nobody sees
_LONE_BULLET: Final = re.compile(
    r"(?<=[0-9])(\s?)\*(?=\s?[0-9])"
)  # one sign between groups separates them, several hide digits


class _Folding(dict[int, str]):
    """Every character beyond ASCII as one of ASCII that means the same here; filled as texts ask for it."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        value = unicodedata.digit(char, None)
        if value is not None:
            folded = str(value)
        elif char in _BLANK:
            folded = " "
        elif char in "•●×∗＊⁎＃":
            folded = "*"
        else:
            folded = "x" if char.isalnum() else " "
        self[point] = folded
        return folded


_FOLDING: Final = _Folding({point: chr(point) for point in range(128)})


class Found(NamedTuple):
    """Where a card number stands in a text."""

    start: int
    end: int


def holds_card_number(text: str, field: str = "") -> bool:
    """Whether a card number, or a security code that is called one, stands in the text; `field` is the name of what the text is the value of."""
    for written in _readings(text):
        folded = fold(written)
        if next(_unexplained(folded, field), None) is not None or _SECURITY_CODE.search(folded):
            return True
    return False


def masked(text: str, sign: str = "*") -> str:
    """The text with all but the first six and last four digits of card numbers, and all of security codes that are called so, as `sign`; a
    name just before a number says what it is.
    """
    folded = fold(text)
    characters: list[str] = []
    near, far = _by_patience(folded)
    for found in _unexplained(folded[:near], None):
        characters = characters or list(text)
        digits = [at for at in range(found.start, found.end) if folded[at].isdigit()]
        for at in digits[6:-4]:
            characters[at] = sign
    for run in far:
        characters = characters or list(text)
        inner = slice(run.start + 6, run.end - 4)
        hidden = _HIDDEN.sub(sign, folded[inner])
        characters[inner] = [
            new if new != old else char for new, old, char in zip(hidden, folded[inner], text[inner], strict=True)
        ]
    for code in _CODE_FIELD.finditer(folded):
        characters = characters or list(text)
        characters[code.start(1) : code.end(1)] = sign * (code.end(1) - code.start(1))
    return "".join(characters) if characters else text


def _by_patience(folded: str) -> tuple[int, Sequence[Found]]:
    """Up to where numbers are looked at one by one, and the runs of digits behind it, each taken for card numbers as it stands: nobody sends
    so many, and whoever does may not hold up everybody else.
    """
    seen, near, far = 0, len(folded), list[Found]()
    for run in _RUN.finditer(folded):
        seen += run.end() - run.start()
        if seen > _MOST_EXAMINED:
            near = min(near, run.start())
            far.append(Found(*run.span()))
    return near, far


def digits_in(text: str) -> int:
    """How many digits of any script stand in the text."""
    folded = fold(text)
    return sum(map(folded.count, "0123456789"))


def is_card_number(digits: str) -> bool:
    """Whether these ASCII digits are one: Luhn (ISO/IEC 7812-1 annex B), an issuer's prefix and length."""
    return len(digits) in _lengths()[int(digits[:4])] and fits_luhn(digits)


def fits_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    plain = digits.encode()
    return (sum(plain[-1::-2].translate(_PLAIN)) + sum(plain[-2::-2].translate(_DOUBLED))) % 10 == 0


def fold(text: str) -> str:
    """The text in ASCII, as long as it was: digits of every script as digits, other letters as `x`, other signs as spaces."""
    if text.isascii():
        return text
    folded = text.translate(_FOLDING)
    return _LONE_BULLET.sub(r"\1 ", folded) if "*" in folded else folded


def _readings(text: str) -> Iterator[str]:
    """The text, and the text that it is a web encoding of."""
    yield text
    if "%" in text and _PERCENT.search(text):
        text = unquote(text)
        yield text
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
        yield text
    if "<" in text and _TAG.search(text):
        yield _TAG.sub(" ", text)


def _unexplained(folded: str, field: str | None) -> Iterator[Found]:
    """The card numbers of a text, without what its form, a word before it or its field explains; the name just before it where `field` is None.

    Where very many are explained, nobody looks at the others any more: so much looks like card numbers.
    """
    for explained, found in enumerate(_candidates(folded)):
        begin = max(0, found.start - _AROUND)
        name = field if field is not None else _name_before(folded[begin : found.start])
        inside = slice(found.start - begin, found.end - begin)
        around = folded[begin : found.end + _AROUND]
        if explained >= _MOST_EXPLAINED or not (
            number_kinds.is_kind_of(name, around[inside], folded if field is not None else "")
            or number_kinds.explains(around, inside.start, inside.stop)
        ):
            yield found


def _name_before(text: str) -> str:
    found = _NAME_BEFORE.search(text)
    return found[1] if found else ""


# ── runs of digits ──────────────────────────────────────────────────────────────────────────────────────────────────


def _candidates(folded: str) -> Iterator[Found]:
    """Every place that may be a card number by its digits alone; places may overlap."""
    lengths = _lengths()
    for run in _RUN.finditer(folded):
        written = run[0]
        if len(written) > LONGEST or not written.isdigit():
            yield from _in_run(folded, run.start(), written)
        elif known := lengths[int(written[:4])]:
            if len(written) in known and fits_luhn(written) and not _is_something_else(folded, run.start(), written):
                yield Found(*run.span())
            if len(written) > known[0]:
                yield from _at_its_begin(folded, run.start(), written)
        elif written[0] == "0":
            yield from _at_its_begin(folded, run.start(), written)


def _is_of_longer(run: str, spans: Sequence[tuple[int, int]], begin: int, stop: int) -> bool:
    """Whether four groups of four are a part of more of them between the same signs, as tokens of electricity and parcels are written: neither
    one of several cards, nor with a year before it or an expiry behind it.
    """
    if stop - begin != 4 or any(end - start != 4 for start, end in spans[begin:stop]):
        return False
    sign = run[spans[begin][1] : spans[begin + 1][0]]

    def is_next(one: int) -> bool:
        """Whether the group behind this one belongs to the same row."""
        return spans[one + 1][1] - spans[one + 1][0] == 4 and run[spans[one][1] : spans[one + 1][0]] == sign

    if not all(is_next(one) for one in range(begin, stop - 1)):
        return False
    first, last = begin, stop - 1
    while (
        first > max(0, begin - _MOST_LOOKED) and spans[first - 1][1] - spans[first - 1][0] == 4 and is_next(first - 1)
    ):
        first -= 1
    while last + 1 < min(len(spans), stop + _MOST_LOOKED) and is_next(last):
        last += 1
    count = last + 1 - first
    if count == 4 or (count % 4 == 0 and (begin - first) % 4 == 0):
        return False
    if begin == first + 1 and run[slice(*spans[first])].startswith("20"):
        return False
    return last < stop or _BEHIND.fullmatch(run, *spans[stop]) is None


def _at_its_begin(folded: str, start: int, group: str) -> Iterator[Found]:
    """Numbers with which one group of digits begins, where an expiry or a security code goes on from them, or noughts go before."""
    size = len(group)
    expiry_next = _EXPIRY_NEXT.match(folded, start + size) is not None
    for length in _lengths()[int(group[:4])]:
        if length < size and fits_luhn(group[:length]):
            goes_on = _BEHIND.fullmatch(group, length) or (length == 16 and size == 19)
            if goes_on or expiry_next:
                yield Found(start, start + length)
    bare = group.lstrip("0")
    if (
        _LEAST_PADDED <= len(bare) < size
        and len(bare) <= LONGEST
        and is_card_number(bare)
        and not number_kinds.looks_made(bare)
    ):
        yield Found(start + size - len(bare), start + size)


def _in_run(folded: str, offset: int, run: str) -> Iterator[Found]:
    """Numbers in several groups, or in one that is longer than any card number."""
    spans = [group.span() for group in _GROUP.finditer(run)]
    digits = "".join([run[start:end] for start, end in spans])
    firsts = list(accumulate([end - start for start, end in spans], initial=0))
    edges, total, lengths, sums = set(firsts), len(digits), _lengths(), _sums(digits)

    def place(at: int) -> int:
        group = bisect(firsts, at) - 1
        return offset + spans[group][0] + at - firsts[group]

    for number, first in enumerate(firsts[:-1]):
        for length in lengths[int(digits[first : first + 4])]:
            last = first + length
            if last > total:
                break
            if (sums[last % 2][last] - sums[last % 2][first]) % 10:
                continue
            end = bisect(firsts, last - 1)
            groups = [digits[begin:stop] for begin, stop in pairwise(firsts[number : end + 1])]
            if number_kinds.holds_moment(groups) or _is_of_longer(run, spans, number, end):
                continue
            if (last in edges or _goes_on(digits, last, firsts)) and not _is_something_else(
                folded, place(first), digits[first:last]
            ):
                yield Found(place(first), place(last - 1) + 1)
        size = firsts[number + 1] - first
        if size > SHORTEST:
            group = digits[first : first + size]
            yield from _at_its_begin(folded, place(first), group)
            yield from _within(folded, place(first), group)


def _within(folded: str, start: int, group: str) -> Iterator[Found]:
    """Numbers at the end of one group of digits, behind which an expiry or a security code is written. Without one, longer digits are a number
    that a machine made: a token, a parcel, a branch of a taxpayer.
    """
    size, lengths = len(group), _lengths()
    if _EXPIRY_NEXT.match(folded, start + size) is None:
        return
    for length in range(SHORTEST, min(LONGEST, size - 1) + 1):
        tail = group[-length:]
        if length in lengths[int(tail[:4])] and fits_luhn(tail):
            yield Found(start + size - length, start + size)


def _goes_on(digits: str, last: int, firsts: Sequence[int]) -> bool:
    """Whether an expiry, or an expiry and a security code, is written on to the group's end without anything between."""
    return _BEHIND.fullmatch(digits, last, firsts[bisect(firsts, last)]) is not None


def _is_something_else(folded: str, start: int, digits: str) -> bool:
    """Forms that a card number has by chance less than once in a hundred times, or of cards that are no longer made."""
    if start and folded[start - 1] == "+" and not folded[max(0, start - 2)].isalnum():
        return len(digits) != 16 or digits[0] not in "45"  # a telephone number with its country
    return number_kinds.looks_made(digits)


# ── issuers and check digits ────────────────────────────────────────────────────────────────────────────────────────


@cache
def _lengths() -> Sequence[Sequence[int]]:
    """The lengths of card numbers by their first four digits."""
    table: list[set[int]] = [set() for _ in range(10_000)]
    for _, low, high, lengths in ISSUERS:
        for prefix in range(low, high + 1):
            table[prefix].update(lengths)
    return [tuple(sorted(lengths)) for lengths in table]


def _sums(digits: str) -> tuple[Sequence[int], Sequence[int]]:
    """Luhn's sums up to every place of a long run, for numbers that end at even and at odd places: a part of it is then one subtraction."""
    plain, both = digits.encode(), []
    for first in (0, 1):  # of a number that ends before an even place the digits at even places are doubled
        weights = bytearray(plain.translate(_PLAIN))
        weights[first::2] = plain[first::2].translate(_DOUBLED)
        both.append(list(accumulate(weights, initial=0)))
    return both[0], both[1]
