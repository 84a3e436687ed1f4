"""How money, dates, durations and masked names look; what a person reads must lead back to the same value."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.base import formats
from gerbang.base.formats import Locale
from gerbang.base.money import ASSETS, EXPONENTS

LOCALES = st.sampled_from(("id", "en"))
A_MOMENT = datetime(2026, 11, 23, 7, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (150_000, "IDR", "id", "Rp\u00a0150.000"),
        (150_000, "IDR", "en", "Rp\u00a0150.000"),
        (-20_000, "IDR", "id", "\u2212Rp\u00a020.000"),
        (0, "IDR", "id", "Rp\u00a00"),
        (4_850, "USD", "id", "USD\u00a048,50"),
        (4_850, "USD", "en", "USD\u00a048.50"),
        (123_456_789, "USD", "en", "USD\u00a01,234,567.89"),
        (123_456_789, "USD", "id", "USD\u00a01.234.567,89"),
        (1_500, "JPY", "en", "JPY\u00a01,500"),
        (48_509_700, "USDC", "id", "48.509700\u00a0USDC"),
        (1, "ETH", "en", "0.000000000000000001\u00a0ETH"),
    ],
)
def test_money_is_written_as_the_visual_language_says(amount: int, currency: str, locale: Locale, text: str) -> None:
    assert formats.money(amount, currency, locale) == text


def test_a_day_without_a_time_is_written_as_other_days_are() -> None:
    assert [formats.calendar_day(date(2026, 12, 1), one) for one in ("id", "en")] == ["1\u00a0Des", "1\u00a0Dec"]


@given(st.integers(-(10**30), 10**30), st.sampled_from(sorted(EXPONENTS)), LOCALES)
def test_written_money_leads_back_to_the_same_amount(amount: int, currency: str, locale: Locale) -> None:
    text = formats.money(amount, currency, locale)
    digits = int(re.sub(r"\D", "", text))
    assert (-digits if formats.MINUS in text else digits) == amount
    assert " " not in text, "money must not break over two lines"
    if EXPONENTS[currency]:
        mark = "." if currency in ASSETS or locale == "en" else ","
        assert re.search(re.escape(mark) + rf"\d{{{EXPONENTS[currency]}}}(\u00a0|$)", text)


@pytest.mark.parametrize(
    ("locale", "zone", "text"),
    [
        ("id", "WIB", "23 Nov 2026 14.05 WIB"),
        ("en", "WIB", "23 Nov 2026 14:05 WIB"),
        ("id", "WITA", "23 Nov 2026 15.05 WITA"),
        ("en", "WIT", "23 Nov 2026 16:05 WIT"),
    ],
)
def test_a_time_names_its_zone(locale: Locale, zone: formats.Zone, text: str) -> None:
    assert formats.moment(A_MOMENT, locale, zone).replace(formats.NBSP, " ") == text


def test_every_month_has_three_letters_of_its_own_in_both_languages() -> None:
    starts = [datetime(2026, month, 5, tzinfo=UTC) for month in range(1, 13)]
    indonesian = [formats.day(at, "id").split(formats.NBSP)[1] for at in starts]
    english = [formats.day(at, "en").split(formats.NBSP)[1] for at in starts]
    assert indonesian == ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]
    assert english == ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@given(st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)), LOCALES, st.sampled_from(("WIB", "WITA", "WIT")))  # noqa: DTZ001  hypothesis wants bounds without a zone
def test_a_written_moment_leads_back_to_the_same_minute(naive: datetime, locale: Locale, zone: formats.Zone) -> None:
    at = naive.replace(tzinfo=UTC)
    text = formats.moment(at, locale, zone).replace(formats.NBSP, " ")
    found = re.fullmatch(r"(\d{1,2}) (\w{3}) (\d{4}) (\d\d)[.:](\d\d) (\w+)", text)
    assert found is not None
    hours = {"WIB": 7, "WITA": 8, "WIT": 9}[found[6]]
    months = [
        formats.day(datetime(2026, month, 5, tzinfo=UTC), locale).split(formats.NBSP)[1] for month in range(1, 13)
    ]
    local = datetime(int(found[3]), months.index(found[2]) + 1, int(found[1]), int(found[4]), int(found[5]), tzinfo=UTC)
    assert local - timedelta(hours=hours) == at.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("milliseconds", "locale", "text"),
    [
        (412, "id", "412 md"),
        (412, "en", "412 ms"),
        (875_000, "id", "14 mnt 35 dtk"),
        (875_000, "en", "14 min 35 s"),
        (7_200_000, "id", "2 jam"),
        (7_260_000, "en", "2 h 1 min"),
        (7_201_000, "en", "2 h"),
        (273_600_000, "id", "3 hr 4 jam"),
        (0, "id", "0 md"),
    ],
)
def test_durations_keep_their_two_largest_units(milliseconds: int, locale: Locale, text: str) -> None:
    assert formats.duration(milliseconds, locale).replace(formats.NBSP, " ") == text


@given(st.integers(1000, 10**12))
def test_a_written_duration_is_never_longer_than_the_real_one_nor_off_by_more_than_its_last_unit(
    milliseconds: int,
) -> None:
    sizes = {"d": 86_400_000, "h": 3_600_000, "min": 60_000, "s": 1000}
    parts = re.findall(rf"(\d+){formats.NBSP}(\w+)", formats.duration(milliseconds, "en"))
    total = sum(int(count) * sizes[unit] for count, unit in parts)
    next_smaller = {"d": 3_600_000, "h": 60_000, "min": 1000, "s": 1000}[parts[0][1]]
    assert 0 <= milliseconds - total < next_smaller


@given(st.emails())
def test_a_masked_address_shows_the_host_and_one_letter_at_most(address: str) -> None:
    name, _, host = address.rpartition("@")
    assert formats.mask_email(address) == f"{name[0]}•••@{host}"


@given(st.text())
def test_masks_take_any_text_and_give_away_little(text: str) -> None:
    assert sum(char.isdigit() for char in formats.mask_number(text)) in (0, 3)
    assert all(len(word) == 4 for word in formats.mask_name(text).split())
    assert "•••" in formats.mask_email(text)


def test_masks_read_as_the_visual_language_shows_them() -> None:
    assert formats.mask_email("sari@example.com") == "s•••@example.com"
    assert formats.mask_number("0123 4567 882") == "•••882"
    assert formats.mask_number("882") == "•••"
    assert formats.mask_name("Sari Wulandari") == "S••• W•••"


@given(st.text())
def test_one_line_never_ends_a_header(text: str) -> None:
    line = formats.one_line(text)
    assert line.replace(formats.NBSP, "").isprintable()
    assert "  " not in line
    assert formats.one_line(line) == line


@given(st.text(alphabet="0123456789", max_size=30))
def test_a_number_in_fours_is_copied_whole_without_its_spaces(number: str) -> None:
    shown = formats.fours(number)
    assert shown.replace(" ", "") == number
    assert all(len(group) == 4 for group in shown.split()[:-1])


@pytest.mark.parametrize(
    ("wanted", "locale"), [("en", "en"), ("en-GB", "en"), ("EN_us", "en"), ("id", "id"), ("fr", "id"), ("", "id")]
)
def test_the_language_is_indonesian_unless_english_is_asked_for(wanted: str, locale: Locale) -> None:
    assert formats.locale_of(wanted) == locale


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("in-ID", "id"),
        ("in-ID,en;q=0.9", "id"),
        ("en;q=0.1,id;q=0.9", "id"),
        ("id;q=0.1, en ;q=0.9", "en"),
        ("en_GB", "en"),
        ("de,en;q=0.8", "en"),
        ("en;q=0", "id"),
        ("id;q=0", "en"),
        ("id;q=0,en;q=0", "id"),
        ("en;q=nonsense,id;q=0.1", "id"),
        ("", "id"),
        ("*", "id"),
        ("index,english", "id"),
    ],
)
def test_the_language_of_the_largest_weight_is_spoken(header: str, locale: str) -> None:
    assert formats.accepted(header) == locale
