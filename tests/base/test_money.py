"""Money is a whole number of minor units in a known currency, and nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.base.money import FIAT_LIMIT, BadMoney, Money, as_json, from_json


@given(st.integers(1, FIAT_LIMIT - 1), st.integers(0, FIAT_LIMIT - 1))
def test_what_is_added_can_be_taken_away(amount: int, more: int) -> None:
    assert Money(amount, "IDR") + Money(more, "IDR") - Money(more, "IDR") == Money(amount, "IDR")


@pytest.mark.parametrize("amount", [0, -1, 1.0, 1e3, True, FIAT_LIMIT, 2**63, "100", None])
def test_an_amount_that_is_no_count_is_refused(amount: Any) -> None:
    """R9."""
    with pytest.raises(BadMoney):
        from_json(amount, "IDR")


@pytest.mark.parametrize("currency", ["", "idr", "XTS", "USDC", "IDR "])
def test_a_currency_that_is_not_known_is_refused(currency: str) -> None:
    """R9."""
    with pytest.raises(BadMoney):
        from_json(1, currency)


@pytest.mark.parametrize("amount", [1, 10**18, "", "0", "01", "1.5", "-1", "+1", "1e3", "٣", "1" * 31, None])
def test_an_amount_of_an_asset_is_the_digits_of_its_base_units(amount: Any) -> None:
    with pytest.raises(BadMoney):
        from_json(amount, "ETH")
    assert from_json("1" * 30, "ETH") == Money(int("1" * 30), "ETH")


@given(st.integers(1, 10**30 - 1))
def test_an_amount_of_an_asset_comes_back_as_it_was_written(amount: int) -> None:
    assert as_json(from_json(str(amount), "USDC").amount, "USDC") == str(amount)


def test_two_currencies_do_not_add_up_and_money_is_never_negative() -> None:
    with pytest.raises(AssertionError):
        Money(1, "IDR") + Money(1, "USD")
    with pytest.raises(AssertionError):
        Money(1, "IDR") - Money(2, "IDR")
