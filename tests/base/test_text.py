"""What cannot be seen and means nothing goes from text; what means something stays."""

import pytest

from gerbang.base.text import clean, latin, plain

MARKS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NOTHING = "\ufeff\u200b\u2060\u00ad\u180e\u034f\u3164\u115f\x00\x07\x7f\x9b\ufffe"


@pytest.mark.parametrize("mark", [*MARKS, *NOTHING, "\u200d", "\u200c", "\ufe0f", "\U000e0041", "\U000e0001"])
def test_a_mark_that_means_nothing_in_latin_text_goes(mark: str) -> None:
    assert clean(f"{mark}INV{mark}-1{mark}") == "INV-1"


@pytest.mark.parametrize("space", "\u00a0\u202f\u2007\u2009\u3000\u2002")
def test_a_space_of_any_width_is_a_space(space: str) -> None:
    assert clean(f"{space}Rp{space}150.000") == "Rp 150.000"


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",
        "क्\u200dष",
        "👨\u200d👩\u200d👧",
        "🏳\ufe0f\u200d🌈",
        "❤\ufe0f",
        "1\ufe0f\u20e3",
        "葛\U000e0100城",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "Łukasz Ørsted",
        "Nguyễn Thị Ánh",
        "two\nlines",
        "a\tb",
    ],
)
def test_a_mark_that_means_something_stays(text: str) -> None:
    assert clean(text) == text


def test_a_letter_and_its_accent_are_one_letter() -> None:
    assert clean("Sa\u0301nchez") == "Sánchez"


def test_lines_end_in_one_way_or_not_at_all() -> None:
    assert (clean("a\r\nb\u2028c\x0bd"), clean("a\r\nb\tc", lines=False)) == ("a\nb\nc\nd", "a b c")


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("１５０．０００", "150.000"),
        ("٠١٢", "012"),
        ("\u202a0x52908400098527886E0F7030069857D2E4169EE7\u202c", "0x52908400098527886E0F7030069857D2E4169EE7"),
        ("12–34", "12-34"),
        ("Ａ１", "A1"),
        ("pay_1\u200d2", "pay_12"),
    ],
)
def test_what_a_machine_reads_is_plain(pasted: str, read: str) -> None:
    assert plain(pasted) == read


@pytest.mark.parametrize(
    ("name", "ascii_name"),
    [
        ("Łukasz Ørsted", "Lukasz Orsted"),
        ("Đặng Thị Ánh", "Dang Thi Anh"),
        ("Größe Æsir İı", "Grosse Aesir Ii"),
        ("Москва", "Moskva"),
        ("愛", "Ai"),
        ("☕👍🏽", ""),
    ],
)
def test_letters_of_every_script_have_latin_ones(name: str, ascii_name: str) -> None:
    assert latin(name) == ascii_name
