"""Amounts in words: what is written must be readable back as the same number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.base.amount_in_words import LIMIT, amount_in_words, number_in_words
from gerbang.base.formats import Locale

ENGLISH = {
    word: value
    for value, word in enumerate(
        [
            "zero",
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
        ]
    )
} | {
    word: 10 * value
    for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
INDONESIAN = {
    word: value
    for value, word in enumerate(
        ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"]
    )
}


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "words"),
    [
        (150_000, "IDR", "id", "seratus lima puluh ribu rupiah"),
        (150_000, "IDR", "en", "one hundred fifty thousand rupiah"),
        (1_011, "IDR", "id", "seribu sebelas rupiah"),
        (1_000_000, "IDR", "id", "satu juta rupiah"),
        (21_112_019, "IDR", "id", "dua puluh satu juta seratus dua belas ribu sembilan belas rupiah"),
        (101_000, "IDR", "id", "seratus satu ribu rupiah"),
        (4_850, "USD", "en", "forty-eight and 50/100 US Dollar"),
        (4_850, "USD", "id", "empat puluh delapan dan 50/100 Dolar Amerika Serikat"),
    ],
)
def test_amounts_read_as_on_a_receipt(amount: int, currency: str, locale: Locale, words: str) -> None:
    assert amount_in_words(amount, currency, locale) == words


@given(st.integers(0, LIMIT - 1))
def test_english_words_read_back_as_the_same_number(number: int) -> None:
    total = group = 0
    for word in number_in_words(number, "en").replace("-", " ").split():
        match word:
            case "hundred":
                group *= 100
            case "thousand" | "million" | "billion" | "trillion":
                total += group * 1000 ** (1 + ("thousand", "million", "billion", "trillion").index(word))
                group = 0
            case _:
                group += ENGLISH[word]
    assert total + group == number


@given(st.integers(0, LIMIT - 1))
def test_indonesian_words_read_back_as_the_same_number(number: int) -> None:
    total = group = last = 0
    for word in number_in_words(number, "id").split():
        match word:
            case "belas":
                group, last = group + 10 + last, 0
            case "puluh":
                group, last = group + 10 * last, 0
            case "ratus":
                group, last = group + 100 * last, 0
            case "seratus":
                group += 100
            case "seribu":
                total += 1000
            case "ribu" | "juta" | "miliar" | "triliun":
                total += (group + last) * 1000 ** (1 + ("ribu", "juta", "miliar", "triliun").index(word))
                group = last = 0
            case _:
                last = INDONESIAN[word]
    assert total + group + last == number
