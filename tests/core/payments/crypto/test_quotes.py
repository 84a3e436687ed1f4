"""Quotes: what is asked is never too little, and what came is never worth too much."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.base.money import Money
from gerbang.core.payments.crypto.quotes import freeze, share, worth
from gerbang.core.payments.crypto.rates import read_fixed
from gerbang.ports.payment import AssetTerms, Quote
from gerbang.ports.rates import Rate

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
USDC = AssetTerms(asset="USDC", network="base", title="USDC · Base", decimals=6, least=1, most=10**30, fee_hint="low")
CENTS = AssetTerms(
    asset="USDC", network="base", title="USDC · Base", decimals=6, least=1, most=10**30, fee_hint="low", places=2
)
ETH = AssetTerms(asset="ETH", network="base", title="ETH · Base", decimals=18, least=1, most=10**30, fee_hint="low")


def quoted(price: Money, asset: AssetTerms, rate: str, *, spread_bp: int = 0, tolerance_bp: int = 0) -> Quote:
    told = Rate(asset.asset, price.currency, Decimal(rate), "settings", NOW)
    return freeze(
        price,
        asset,
        told,
        holder="wallet:base:X",
        now=NOW,
        lasts=timedelta(minutes=15),
        spread_bp=spread_bp,
        tolerance_bp=tolerance_bp,
    )


@pytest.mark.parametrize(
    ("price", "asset", "rate", "spread", "amount"),
    [
        (Money(4_850, "USD"), USDC, "0.9998", 0, "48509702"),  # 48.509701940…, rounded up
        (Money(4_850, "USD"), CENTS, "0.9998", 0, "48510000"),  # of a processor that takes cents only
        (Money(4_850, "USD"), USDC, "1", 0, "48500000"),
        (Money(4_850, "USD"), USDC, "1", 100, "48985000"),
        (Money(150_000, "IDR"), USDC, "16250", 0, "9230770"),  # the rupiah has no minor unit here
        (Money(4_850, "USD"), ETH, "3000", 0, "16166670000000000"),  # at the eighth decimal: people may have to type it
        (Money(5_000_000, "USDC"), USDC, "1", 250, "5000000"),  # priced in the asset: nothing is exchanged
    ],
)
def test_what_is_asked_is_exact_and_rounded_up(
    price: Money, asset: AssetTerms, rate: str, spread: int, amount: str
) -> None:
    assert quoted(price, asset, rate, spread_bp=spread).amount == amount


@given(
    cents=st.integers(1, 10**11),
    rate=st.decimals("0.00001", "100000", places=5),
    asset=st.sampled_from([USDC, ETH]),
    spread=st.integers(0, 1_000),
    tolerance=st.integers(0, 500),
    came=st.integers(0, 10**40),
    more=st.integers(0, 10**30),
)
def test_the_whole_is_worth_the_price_a_part_less_and_more_never_less(
    cents: int, rate: Decimal, asset: AssetTerms, spread: int, tolerance: int, came: int, more: int
) -> None:
    quote = quoted(Money(cents, "USD"), asset, str(rate), spread_bp=spread, tolerance_bp=tolerance)
    whole, missing = int(quote.amount), int(quote.tolerance)
    assert worth(quote, cents, whole) == worth(quote, cents, whole - missing) == cents
    assert worth(quote, cents, 0) == (cents if missing >= whole else 0)
    if whole - missing > 0:
        assert worth(quote, cents, whole - missing - 1) < cents or whole - missing - 1 >= whole - missing
    assert worth(quote, cents, came + more) >= worth(quote, cents, came)
    assert worth(quote, cents, came) <= max(cents, came * cents // whole)


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=5), st.integers(1, 10**20), st.integers(0, 10**20))
def test_the_shares_of_all_parts_are_the_whole_and_never_more_than_came(
    parts: list[int], amount: int, missing: int
) -> None:
    """A payer who was let off what was missing is not given it back either."""
    price, received = sum(parts), max(amount - missing, 0)
    quote = Quote(
        asset="ETH",
        network="base",
        decimals=18,
        amount=str(amount),
        rate="1",
        source="fixed",
        spread_bp=0,
        tolerance="0",
        holder="wallet:base:ETH",
        locked_at=NOW,
        expires_at=NOW,
    )
    shares = [share(quote, price, received, sum(parts[:n]), part) for n, part in enumerate(parts)]
    assert sum(shares) == received
    assert all(one >= 0 for one in shares)


def test_fixed_rates_are_read_exactly_or_refused() -> None:
    assert read_fixed("USDC/USD=0.99980000000000001 ETH/USD=3000") == {
        ("USDC", "USD"): Decimal("0.99980000000000001"),
        ("ETH", "USD"): Decimal(3000),
    }
    for wrong in ("DOGE/USD=1", "USDC/USD=0", "USDC/USD=", "USDC=1", "USDC/USD=1e"):
        with pytest.raises(ValueError, match=r"."):
            read_fixed(wrong)
