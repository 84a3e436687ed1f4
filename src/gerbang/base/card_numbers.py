"""Finding payment card numbers in what people and programs write, and masking them (R14). What a refusal looks like is the edge's matter.

Text is folded first: digits of every script become ASCII, character by character. Digits with at most eight separators between them are one
run, made of groups. A number begins and ends at the edges of groups; inside a group only where an expiry or security code goes
on from it, or noughts go before it. What then has an issuer's prefix and length and passes Luhn's check is a card number, unless its
own form or the name of its field says that it is something else (`number_kinds`). The time is linear in the length of the text.
"""

import html
import re
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple
from urllib.parse import unquote

from gerbang.base import number_kinds
from gerbang.base.card_issuers import LONGEST, SHORTEST, fits_luhn, is_card_number, lengths_by_prefix, luhn_sums

_LEAST_PADDED: Final = 15  # with noughts before it: shorter ones are numbers of accounts and parcels
MOST_DIGITS: Final = 15_000  # in one body: looking through more of them would take longer than anybody may wait for it
_SEPARATOR: Final = r"[^0-9A-Za-z]"
_RUN: Final = re.compile(rf"[0-9](?<![0-9].)(?:{_SEPARATOR}{{0,8}}+[0-9]){{11,}}+", re.DOTALL)
# So many hide digits, unless the same stands between all groups.
_MASK: Final = re.compile(r"[*#](?:[^0-9A-Za-z]{0,2}[*#]){3}")
_GROUP: Final = re.compile(r"[0-9]+")
_BEHIND: Final = re.compile(
    r"(?:(?:0[1-9]|1[0-2])(?:20)?(?:2[3-9]|3[0-9]|4[0-5])|(?:20)?(?:2[3-9]|3[0-9]|4[0-5])(?:0[1-9]|1[0-2]))(?:[0-9]{3,4})?"
)
_EXPIRY_NEXT: Final = re.compile(
    rf"{_SEPARATOR}{{1,3}}(?:(?:0?[1-9]|1[0-2])[/.\- ](?:20)?(?:2[3-9]|3[0-9]|4[0-5])(?![0-9])|(?:cvv|cvc|cid|exp)\b)",
    re.IGNORECASE,
)
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_YEAR: Final = r"(?:20)?(?:2[3-9]|3[0-9]|4[0-5])"
_MONTH_OF_YEAR: Final = rf"(?:{_MONTH}\s?[/|\-]\s?{_YEAR}|{_YEAR}\s?[/|\-]\s?{_MONTH})(?![0-9]|\s?[/\-][0-9])"
_GLUED_EXPIRY: Final = re.compile(_MONTH_OF_YEAR)
_CARD_GOES_ON: Final = re.compile(
    rf"{_SEPARATOR}{{0,4}}(?:(?:exp\w*|valid\w*|good|thru|until|till|masa|berlaku|sampai|hingga|s/d)[\W_]{{1,3}}){{0,3}}{_MONTH_OF_YEAR}"
    rf"|{_SEPARATOR}{{0,4}}(?:cvv2?|cvc2?|cid|csc|cvn)\b",
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
_HIDDEN: Final = re.compile(r"(?<=[0-9])[0-9]|(?<![0-9])[0-9](?![0-9])")  # a number of JSON must keep its first digit
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,100}>")
_ENTITY: Final = re.compile(r"&(?:#|[A-Za-z]{2,8};)")
_NAME_BEFORE: Final = re.compile(r"""["']?([A-Za-z][\w.\-]{0,40})["']?\s{0,2}[=:]\s{0,2}["']?$""")


_DIGEST: Final = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9]{0,39}[A-Fa-f])(?:[0-9a-f]{40,128}|[0-9A-F]{40,128})(?![0-9A-Za-z])"
)
_HEX_LETTER: Final = re.compile(r"[A-Fa-f]")
_LONGEST_DIGEST: Final = 130
_MOST_EXAMINED: Final = 4_000  # characters in runs of digits, of a text that is masked
_AROUND: Final = 64  # characters that may say what a number is
_MOST_EXPLAINED: Final = 64
_MOST_LOOKED: Final = 16  # groups before and behind a number, so that long rows are not gone through for each of them


_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")  # letters and marks that nobody sees
_DIGITS: Final = frozenset(range(10))
# Lengthened vowels, fractions: letters and numbers for Unicode, mere signs for who reads a number.
_MARKS: Final = frozenset({"Lm", "No"})
_ORNAMENT: Final = re.compile(r"[²³¹⁰⁴-⁹₀-₉①-⑨]")  # digits that also stand between others


class _Folding(dict[int, str]):
    """Every character beyond ASCII as one of ASCII that means the same here; filled as texts ask for it."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        value = unicodedata.numeric(char, -1)
        if value in _DIGITS:
            folded = str(int(value))
        elif char in _BLANK or unicodedata.category(char) in _MARKS:
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


def fold(text: str) -> str:
    """The text in ASCII, as long as it was: digits of every script as digits, other letters as `x`, other signs as spaces."""
    if text.isascii():
        return text
    return text.translate(_FOLDING)


def _readings(text: str) -> Iterator[str]:
    """The text, and the text that it is a web encoding of."""
    yield text
    if not text.isascii() and _ORNAMENT.search(text):
        yield _ORNAMENT.sub(" ", text)
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
        if (
            explained >= _MOST_EXPLAINED
            or _CARD_GOES_ON.match(folded, found.end)
            or not (
                number_kinds.is_kind_of(name, around[inside], folded if field is not None else "")
                or number_kinds.explains(around, inside.start, inside.stop)
            )
        ):
            yield found


def _name_before(text: str) -> str:
    found = _NAME_BEFORE.search(text)
    return found[1] if found else ""


# ── runs of digits ──────────────────────────────────────────────────────────────────────────────────────────────────


def _candidates(folded: str) -> Iterator[Found]:
    """Every place that may be a card number by its digits alone; places may overlap."""
    lengths = lengths_by_prefix()
    for run in _RUN.finditer(folded):
        written = run[0]
        if _is_in_digest(folded, run.start(), run.end()):
            continue
        if len(written) > LONGEST or not written.isdigit():
            yield from _in_run(folded, run.start(), written)
        elif known := lengths[int(written[:4])]:
            if len(written) in known and fits_luhn(written) and not _is_something_else(folded, run.start(), written):
                yield Found(*run.span())
            if len(written) > known[0]:
                yield from _at_its_begin(folded, run.start(), written)
        elif written[0] == "0":
            yield from _at_its_begin(folded, run.start(), written)


def _is_in_digest(folded: str, start: int, end: int) -> bool:
    """Whether digits stand inside a digest in hexadecimal, as NICEPAY's merchantToken: one in some three thousand holds what looks like a card number, and what
    a provider signed must be kept byte for byte.
    """
    if not (_HEX_LETTER.search(folded, max(0, start - 1), start) or _HEX_LETTER.match(folded, end)):
        return False
    begin, stop = max(0, start - _LONGEST_DIGEST), min(len(folded), end + _LONGEST_DIGEST)
    return any(
        one.start() <= start - begin and end - begin <= one.end() for one in _DIGEST.finditer(folded[begin:stop])
    )


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


def _hides(run: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether signs between these groups stand for digits that are not shown: a masked number is none."""
    gaps = [run[before[1] : behind[0]] for before, behind in pairwise(spans)]
    sizes = [end - start for start, end in spans]
    if any(gap.count("*") + gap.count("#") > 1 + max(pair) for gap, pair in zip(gaps, pairwise(sizes), strict=True)):
        return True  # more than the digits beside them
    is_separated = len(gaps) > 1 and len(set(gaps)) == 1
    return not is_separated and any(_MASK.search(gap) for gap in gaps)


def _at_its_begin(folded: str, start: int, group: str) -> Iterator[Found]:
    """Numbers with which one group of digits begins, where an expiry or a security code goes on from them, or noughts go before."""
    size = len(group)
    expiry_next = _EXPIRY_NEXT.match(folded, start + size) is not None
    for length in lengths_by_prefix()[int(group[:4])]:
        if length < size and fits_luhn(group[:length]):
            goes_on = (
                _BEHIND.fullmatch(group, length)
                or (length == 16 and size == 19)
                or _GLUED_EXPIRY.match(folded, start + length)
            )
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
    edges, total, lengths, sums = set(firsts), len(digits), lengths_by_prefix(), luhn_sums(digits)

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
            if (
                number_kinds.holds_moment(groups)
                or _is_of_longer(run, spans, number, end)
                or _hides(run, spans[number:end])
            ):
                continue
            if (
                last in edges or _goes_on(digits, last, firsts) or _GLUED_EXPIRY.match(folded, place(last - 1) + 1)
            ) and not _is_something_else(folded, place(first), digits[first:last]):
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
    size, lengths = len(group), lengths_by_prefix()
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
