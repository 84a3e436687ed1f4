"""The words for a phone: both languages, one line, few parts; snapshots under snapshots/ (UPDATE=1 rewrites them)."""

import os
import re

import pytest

from gerbang.base.text_segments import segments
from gerbang.core.notifications.audiences import told_on
from gerbang.core.notifications.model import Template
from gerbang.core.notifications.rendering import render_text
from gerbang.ports.messenger import Channel
from tests.core.notifications.test_rendering import LUMBUNG, SNAPSHOTS, data_for

TEXTS = sorted(told_on(Channel.SMS))
LINK = f"https://toko-lumbung.example/pay/pay_{'0' * 26}?t={'x' * 43}"  # as long as they are


def text_of(template: Template, locale: str, **more: str) -> str:
    return render_text(template, locale, data_for(template, **more), link=LINK, letterhead=LUMBUNG)


@pytest.mark.parametrize("locale", ["id", "en"])
def test_the_words_for_a_phone_are_those_that_were_agreed(locale: str) -> None:
    told = "".join(
        f"{one.value} ({(size := segments(text := text_of(one, locale))).alphabet}, {size.parts})\n{text}\n\n"
        for one in TEXTS
    )
    told = re.sub(r"\b(pay|ref)_[0-9A-Z]{26}", r"\1_…", told)
    path = SNAPSHOTS / f"texts.{locale}.txt"
    if os.environ.get("UPDATE"):
        path.write_text(told)
    assert told == path.read_text()


@pytest.mark.parametrize("template", TEXTS)
@pytest.mark.parametrize("locale", ["id", "en"])
def test_a_text_is_one_line_of_the_small_alphabet_in_at_most_two_parts(template: Template, locale: str) -> None:
    text = text_of(template, locale)
    assert "\n" not in text
    assert "  " not in text
    size = segments(text)
    assert (size.alphabet, size.parts <= 2) == ("GSM-7", True), text


def test_what_a_bill_is_for_is_cut_and_cannot_begin_a_line() -> None:
    text = text_of(Template.PAYMENT_PAID, "en", description="Kopi\nGayo " * 20)
    assert "Kopi Gayo Kopi Gayo Kopi Gayo Kopi Ga..." in text
