"""Phone numbers as people write them: one stored form, or a reason; never a number that was not meant."""

import pytest

from gerbang.base import phone

MINE, WRITTEN = "+6281234567890", [
    "0812 3456 7890", "+62 812-3456-7890", "6281234567890", "81234567890", "+62 0812 3456 7890", "+62 (0)812 3456 7890", "62081234567890",
    "0062 812 3456 7890", "0062 0812 3456 7890", "(+62) 812 3456 7890", "(0812) 3456.7890", "0812/3456/7890", "+62812 3456 7890.",
    "0812–3456—7890", "0812‑3456‑7890", "0812−3456−7890", "０８１２ ３４５６ ７８９０", "＋62 812 3456 7890", "٠٨١٢٣٤٥٦٧٨٩٠", "০৮১২৩৪৫৬৭৮৯০",
    "\u202a+62 812‑3456‑7890\u202c", "\u20680812 3456 7890\u2069", "0812\u00a03456\u202f7890", "\ufeff081234567890\u200b",
    "tel:+62-812-3456-7890", "tel:0812-3456-7890;phone-context=+62", "HP: 0812 3456 7890", "WA 0812 3456 7890", "0812 3456 7890 (WA)",
    "+62 62 812 3456 7890", "+62 +62 812 3456 7890", "+62 0062 812 3456 7890", "+0812 3456 7890", "008 62 812 3456 7890", "'081234567890",
    "0812 3456 7890 / +62 812 3456 7890",
    "81234567890.0", "6281234567890.0", "+6281234567890.00", "0812 3456 7890.0", "081234567890,0", "81234567890.0, 6281234567890.0", '="081234567890"',
    "+62|812 3456 7890", "62/81234567890", "+62,0812-3456-7890", "☎️ 0812 3456 7890", "📱+62 812 3456 7890 🇮🇩", '"0812 3456 7890"', "“0812 3456 7890”",
    "*0812 3456 7890*", "0812_3456_7890", "0812ー3456ー7890", "0812ｰ3456ｰ7890", "0812•3456•7890", "0812·3456·7890", "HP_0812_3456_7890",
]  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_one_number_has_one_form_however_it_was_written(written: str) -> None:
    assert phone.read(written) == MINE


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+65 9123 4567", "+6591234567"),
        ("0065 9123 4567", "+6591234567"),
        ("+1 202 555 0143", "+12025550143"),
        ("+44 (0)7911 123456", "+447911123456"),
        ("021 555 1234", "+62215551234"),
        ("62812345678", "+62812345678"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_other_countries_and_landlines_have_phones_too(written: str, kept: str) -> None:
    assert phone.read(written) == kept


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("0812 3456 7890 atau 0813 9876 5432", "several"),
        ("0812 3456 7890/0813 9876 5432", "several"),
        ("081234567890, 081398765432", "several"),
        ("081234567890 081398765432", "several"),
        ("081234567890\n081398765432", "several"),
        ("021 5551234/35", "several"),
        ("021 555 1234 ext 12", "extension"),
        ("0812 3456 7890 x12", "extension"),
        ("tel:+62-21-555-1234;ext=12", "extension"),
        ("0812 3456 7890\u30010813 9876 5432", "several"),
        ("81234567890.0, 81398765432.0", "several"),
        ("0812 XXXX 7890", "hidden"),
        ("0812 345x 7890", "hidden"),
        ("0812****7890", "hidden"),
        ("0812 3••• 78901", "hidden"),
        ("0812…78901", "hidden"),
        ("0812...78901", "hidden"),
        ("8.1234567890E+10", "spreadsheet"),
        ("8,12E+10", "spreadsheet"),
        ("6.281e12", "spreadsheet"),
        ("0812.3456.789.0", "form"),
        ("0812 3456 78.00", "form"),
        ("6591234567", "country"),
        ("60123456789", "country"),
        ("telepon saja", "form"),
        ("0812", "form"),
        ("0812 3456 7890 1234", "form"),
        ("081234567890 Budi", "form"),
        ("0800 FLOWERS", "form"),
        ("O812 3456 7890", "form"),
        ("112", "form"),
        ("---", "form"),
        ("1" * 16, "form"),
        ("0" * 12, "form"),
    ],
)
def test_what_could_be_another_number_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(phone.BadPhone) as refused:
        phone.read(written)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("number", "is_mobile"),
    [(MINE, True), ("+6289999999999", True), ("+62215551234", False), ("+6591234567", False), ("", False)],
)
def test_a_mobile_of_indonesia_is_told_from_other_numbers(number: str, is_mobile: bool) -> None:
    assert phone.is_mobile(number, "ID") is is_mobile


def test_a_number_is_dialled_at_home_as_people_there_write_it() -> None:
    assert phone.national(MINE) == "081234567890"


def test_what_was_kept_before_there_was_one_form_is_read_once_more() -> None:
    assert (phone.known("0812-3456-7890"), phone.known("no digits")) == (MINE, "")


def test_a_number_is_shown_as_people_write_it_and_reads_back_as_the_same() -> None:
    assert phone.shown("+6281234567890") == "+62 812-3456-7890"
    assert phone.read(phone.shown("+6281234567890")) == "+6281234567890"
    assert phone.shown("") == ""


@pytest.mark.parametrize(
    ("number", "takes_none"), [("+62800123456", True), ("+62215550100", True), ("+6281234567890", False)]
)
def test_a_free_number_takes_no_texts_as_little_as_a_landline(number: str, takes_none: bool) -> None:
    assert phone.takes_no_texts(number) is takes_none
