"""Money is a whole number of minor units in a known currency, and nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.base.money import FIAT_LIMIT, BadMoney, Money, fiat


@given(st.integers(1, FIAT_LIMIT - 1), st.integers(0, FIAT_LIMIT - 1))
def test_what_is_added_can_be_taken_away(amount: int, more: int) -> None:
    assert Money(amount, "IDR") + Money(more, "IDR") - Money(more, "IDR") == Money(amount, "IDR")


@pytest.mark.parametrize("amount", [0, -1, 1.0, 1e3, True, FIAT_LIMIT, 2**63, "100", None])
def test_an_amount_that_is_no_count_is_refused(amount: Any) -> None:
    """R9."""
    with pytest.raises(BadMoney):
        fiat(amount, "IDR")


@pytest.mark.parametrize("currency", ["", "idr", "XTS", "USDC", "IDR "])
def test_a_currency_that_is_not_known_is_refused(currency: str) -> None:
    """R9."""
    with pytest.raises(BadMoney):
        fiat(1, currency)


def test_two_currencies_do_not_add_up_and_money_is_never_negative() -> None:
    with pytest.raises(AssertionError):
        Money(1, "IDR") + Money(1, "USD")
    with pytest.raises(AssertionError):
        Money(1, "IDR") - Money(2, "IDR")
