"""Amounts in words, for receipts: `seratus lima puluh ribu rupiah`, `one hundred fifty thousand rupiah`. Whole numbers and fiat only."""

from typing import Final

from babel.numbers import get_currency_name

from gerbang.base.formats import Locale
from gerbang.base.money import ASSETS, EXPONENTS

LIMIT: Final = 10**15
_SATUAN: Final = (
    "",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
    "sepuluh",
    "sebelas",
)
_SKALA: Final = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"))
_SMALL: Final = (
    "",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES: Final = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))


def amount_in_words(amount: int, currency: str, locale: Locale) -> str:
    """An amount of minor units below 10^15, as one writes it on a receipt; the parts of a dollar as a cheque has them (`50/100`)."""
    assert currency not in ASSETS, f"{currency} is counted in figures only"
    whole, part = divmod(amount, 10 ** EXPONENTS[currency])
    name = "rupiah" if currency == "IDR" else get_currency_name(currency, locale=locale)
    if EXPONENTS[currency] == 0:
        return f"{number_in_words(whole, locale)} {name}"
    joint = "dan" if locale == "id" else "and"
    return f"{number_in_words(whole, locale)} {joint} {part:02d}/100 {name}"


def number_in_words(number: int, locale: Locale) -> str:
    """A whole number from 0 to below 10^15."""
    assert 0 <= number < LIMIT, f"out of the range that has words: {number}"
    if number == 0:
        return "nol" if locale == "id" else "zero"
    return _indonesian(number) if locale == "id" else _english(number)


def _indonesian(number: int) -> str:
    for size, name in _SKALA:
        if number >= size:
            return _joined(f"{_indonesian(number // size)} {name}", number % size)
    if number >= 2000:
        return _joined(f"{_indonesian(number // 1000)} ribu", number % 1000)
    if number >= 1000:
        return _joined("seribu", number - 1000)
    if number >= 200:
        return _joined(f"{_SATUAN[number // 100]} ratus", number % 100)
    if number >= 100:
        return _joined("seratus", number - 100)
    if number >= 20:
        return _joined(f"{_SATUAN[number // 10]} puluh", number % 10)
    return f"{_SATUAN[number - 10]} belas" if number >= 12 else _SATUAN[number]


def _joined(head: str, rest: int) -> str:
    return f"{head} {_indonesian(rest)}" if rest else head


def _english(number: int) -> str:
    for size, name in _SCALES:
        if number >= size:
            head, rest = divmod(number, size)
            return f"{_english(head)} {name}" + (f" {_english(rest)}" if rest else "")
    if number >= 100:
        head, rest = divmod(number, 100)
        return f"{_SMALL[head]} hundred" + (f" {_english(rest)}" if rest else "")
    if number >= 20:
        head, rest = divmod(number, 10)
        return _TENS[head] + (f"-{_SMALL[rest]}" if rest else "")
    return _SMALL[number]
