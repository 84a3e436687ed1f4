"""Three counts of one sum: nothing is lost between decimal text, base units and the price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.providers.coinbase_checkouts import amounts
from tests.providers.coinbase_checkouts.orders import quote


@pytest.mark.parametrize(
    ("text", "units"),
    [("48.50", 48_500_000), ("100", 100_000_000), ("0.000001", 1), ("100000000.00", 10**14), ("48.5", 48_500_000)],
)
def test_their_text_is_exact(text: str, units: int) -> None:
    assert amounts.units(text) == units


@pytest.mark.parametrize("text", ["", "-1", "1e3", "0.0000001", "1.2.3", "NaN", "1,00", ".", "١", "9" * 50, " 1", "+1"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amounts.units(text) is None


@given(cents=st.integers(0, 10**12))
def test_cents_make_the_round(cents: int) -> None:
    text = amounts.text(cents * amounts.CENT)
    assert text is not None
    assert amounts.units(text) == cents * amounts.CENT
    assert Decimal(text).as_tuple().exponent == -2


def test_what_is_finer_than_a_cent_cannot_be_asked_for() -> None:
    assert amounts.text(48_500_001) is None


@given(price=st.integers(1, 10**9), cents=st.integers(1, 10**10), part=st.integers(1, 10**9))
def test_a_part_never_costs_more_than_its_share_and_the_whole_is_all(price: int, cents: int, part: int) -> None:
    frozen = quote(cents * amounts.CENT)
    asset = amounts.to_asset(frozen, price, part)
    assert asset % amounts.CENT == 0
    assert asset <= int(frozen.amount)
    assert (asset == int(frozen.amount)) or part < price
    assert part >= price or asset * price <= part * int(frozen.amount)
    assert amounts.to_price(frozen, price, int(frozen.amount)) == price


@given(price=st.integers(1, 10**9), more=st.integers(0, 10**9), part=st.integers(1, 10**9))
def test_there_and_back_is_the_same_where_a_cent_is_worth_no_more_than_a_minor_unit(
    price: int, more: int, part: int
) -> None:
    frozen, part = quote((price + more) * amounts.CENT), min(part, price)
    assert amounts.to_price(frozen, price, amounts.to_asset(frozen, price, part)) == part
