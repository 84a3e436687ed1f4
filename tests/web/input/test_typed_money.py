"""What people type as an amount: one meaning, or a refusal that says why. No guess is ever made."""

import pytest

from gerbang.base import formats
from gerbang.base.money import ASSETS, EXPONENTS
from gerbang.web.input.typed_money import Unreadable, read_amount


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("150000", "IDR", 150_000),
        ("150000.00", "IDR", 150_000),
        ("150000,00", "IDR", 150_000),
        ("1500.00", "IDR", 1_500),
        ("150.000", "IDR", 150_000),
        ("150,000", "IDR", 150_000),
        ("150 000", "IDR", 150_000),
        ("Rp 150.000", "IDR", 150_000),
        ("Rp150.000", "IDR", 150_000),
        ("rp. 150.000,-", "IDR", 150_000),
        ("IDR 150.000,00", "IDR", 150_000),
        ("150,000.00", "IDR", 150_000),
        ("1.250.000", "IDR", 1_250_000),
        ("150.000 IDR", "IDR", 150_000),
        ("Rp\u00a0150.000", "IDR", 150_000),
        ("١٥٠٠٠٠", "IDR", 150_000),
        ("１５０．０００", "IDR", 150_000),
        ("\u202aRp\u202f150.000\u202c", "IDR", 150_000),
        ("48.50", "USD", 4_850),
        ("48,50", "USD", 4_850),
        ("48.5", "USD", 4_850),
        ("48", "USD", 4_800),
        ("$48.50", "USD", 4_850),
        ("US$ 1,250.00", "USD", 125_000),
        ("1.250,00", "USD", 125_000),
        ("1,250,000", "USD", 125_000_000),
        ("1'250.75", "USD", 125_075),
        ("0.50", "USD", 50),
        ("$5", "SGD", 500),
        ("€ 48,-", "EUR", 4_800),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, currency: str, minor: int) -> None:
    assert read_amount(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency", "why"),
    [
        ("", "IDR", "form"),
        ("seratus ribu", "IDR", "form"),
        ("150rb", "IDR", "form"),
        ("-150.000", "IDR", "form"),
        ("150.00", "IDR", "form"),
        ("150.000,50", "IDR", "form"),
        ("1500.000", "IDR", "form"),
        ("15.00.000", "IDR", "form"),
        ("1.250.00", "USD", "form"),
        ("0.150.000", "IDR", "form"),
        ("1e5", "IDR", "form"),
        ("48.505", "USD", "unclear"),
        ("1.234", "USD", "unclear"),
        ("1,234", "USD", "unclear"),
        ("48.5050", "USD", "form"),
        ("USD 48.50", "IDR", "currency"),
        ("Rp 150.000", "USD", "currency"),
        ("€5", "USD", "currency"),
        ("0", "IDR", "range"),
        ("0,00", "USD", "range"),
        ("1.000.000.000.000", "IDR", "range"),
        ("9" * 400, "IDR", "range"),
    ],
)
def test_what_is_no_amount_or_could_be_two_is_refused(typed: str, currency: str, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_amount(typed, currency)
    assert refused.value.why == why


@pytest.mark.parametrize("currency", sorted(set(EXPONENTS) - ASSETS))
@pytest.mark.parametrize("amount", [1, 99, 150_000, 999_999_999_999])
@pytest.mark.parametrize("locale", ["id", "en"])
def test_what_our_own_pages_write_is_read_back_as_the_same_amount(
    currency: str, amount: int, locale: formats.Locale
) -> None:
    assert read_amount(formats.money(amount, currency, locale), currency) == amount
