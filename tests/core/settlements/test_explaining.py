"""A payout and an order are explained by their lines, and what is left has a name."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gerbang.core.settlements.explaining import (
    Difference,
    OrderDifference,
    OrderLine,
    OrderState,
    Payout,
    explain,
    settle,
)
from gerbang.core.settlements.model import BadDecision, LineStatus, Total, amount_to_book
from gerbang.ports.marketplace_catalogue import FeeKind

NOW = datetime(2026, 11, 30, tzinfo=UTC)
PAID = Payout(
    id=UUID(int=1), connection="toko", statement="S1", amount=84_000, currency="IDR", opening=0, closing=84_000, is_paid=True,
    made_on=None, told_differently_at=None, heard_at=NOW, paid_at=NOW,
)  # fmt: skip


def total(
    amount: int, kind: FeeKind = FeeKind.SALE, status: LineStatus = LineStatus.BOOKED, currency: str = "IDR"
) -> Total:
    return Total(kind, status, currency, amount, 1)


@pytest.mark.parametrize(
    ("totals", "difference", "why"),
    [
        ([total(90_000), total(-6_000, FeeKind.COMMISSION)], 0, Difference.NONE),
        ([], 84_000, Difference.NO_LINES),
        ([total(85_000)], -1_000, Difference.LINES_DIFFER),
        ([total(94_000), total(-10_000, FeeKind.REFUND, LineStatus.HELD)], -10_000, Difference.HELD_LINES),
        ([total(84_000, currency="SGD")], 84_000, Difference.OTHER_CURRENCY),
        ([total(84_000), total(-84_000, FeeKind.PAYOUT, LineStatus.NOTED)], 0, Difference.NONE),
    ],
)
def test_what_is_left_of_a_payout_has_a_name(totals: list[Total], difference: int, why: Difference) -> None:
    found = explain(PAID, totals)
    assert (found.difference, found.why) == (difference, why)


def test_what_is_owed_to_the_marketplace_is_carried_over_and_opens_the_next_statement() -> None:
    first = explain(replace(PAID, amount=0, closing=-1_000), [total(-1_000, FeeKind.FAILED_DELIVERY)])
    assert (first.why, first.kept_back) == (Difference.NONE, -1_000)
    second = explain(replace(PAID, opening=-1_000, amount=83_000, closing=83_000), [total(84_000)])
    assert (second.why, second.opening, second.kept_back) == (Difference.NONE, -1_000, 0)


@given(
    amount=st.integers(-(10**9), 10**9),
    opening=st.none() | st.integers(-(10**9), 10**9),
    closing=st.none() | st.integers(-(10**9), 10**9),
    parts=st.lists(
        st.builds(
            total,
            st.integers(-(10**9), 10**9),
            st.sampled_from(FeeKind),
            st.sampled_from(LineStatus),
            st.sampled_from(["IDR", "SGD"]),
        )
    ),
)
def test_whatever_is_told_the_parts_come_to_the_payout(
    amount: int, opening: int | None, closing: int | None, parts: list[Total]
) -> None:
    found = explain(replace(PAID, amount=amount, opening=opening, closing=closing), parts)
    assert amount == found.opening + sum(one.amount for one in found.sums) + found.difference - found.kept_back
    assert (found.difference == 0) == (found.why is Difference.NONE)


def line(item: str, amount: int, kind: FeeKind = FeeKind.SALE, *, paid: bool = True, held: bool = False) -> OrderLine:
    return OrderLine(item, kind, amount, LineStatus.HELD if held else LineStatus.BOOKED, paid)


SOLD = [line("1", 100), line("1", -10, FeeKind.SELLER_VOUCHER), line("1", -5, FeeKind.COMMISSION)]


@pytest.mark.parametrize(
    ("lines", "prices", "state", "difference", "why"),
    [
        ([], {"1": 90}, OrderState.OPEN, 0, OrderDifference.NONE),
        (SOLD, {"1": 90}, OrderState.SETTLED, 0, OrderDifference.NONE),
        ([*SOLD, line("1", -1, FeeKind.OTHER, paid=False)], {"1": 90}, OrderState.UNPAID, 0, OrderDifference.NONE),
        (SOLD, {"1": 100}, OrderState.DIFFERS, -10, OrderDifference.SALE_IS_NOT_PRICE),
        (SOLD, {"1": 90, "2": 50}, OrderState.DIFFERS, -50, OrderDifference.ITEM_WITHOUT_SALE),
        (SOLD, {}, OrderState.UNKNOWN, 0, OrderDifference.PRICE_NOT_TOLD),
        ([*SOLD, line("2", 7)], {"1": 90}, OrderState.DIFFERS, 7, OrderDifference.PRICE_NOT_TOLD),
        (
            [*SOLD, line("1", -9_000, FeeKind.REFUND, held=True)],
            {"1": 90},
            OrderState.DIFFERS,
            0,
            OrderDifference.HELD_LINES,
        ),
    ],
)
def test_an_order_is_settled_when_its_lines_add_up_and_are_paid_out(
    lines: list[OrderLine], prices: dict[str, int], state: OrderState, difference: int, why: OrderDifference
) -> None:
    found = settle(lines, prices)
    assert (found.state, found.difference, found.why) == (state, difference, why)


@pytest.mark.parametrize(
    ("lines", "prices", "state", "expected"),
    [
        ([], {"2": 50}, OrderState.SETTLED, 0),
        ([line("2", -7, FeeKind.OTHER)], {"2": 50}, OrderState.SETTLED, 0),
        (SOLD, {"1": 90, "2": 50}, OrderState.SETTLED, 90),
        ([*SOLD, line("2", 50), line("2", -50, FeeKind.REFUND)], {"1": 90, "2": 50}, OrderState.SETTLED, 140),
    ],
)
def test_no_sale_is_waited_for_of_what_was_cancelled_or_not_delivered(
    lines: list[OrderLine], prices: dict[str, int], state: OrderState, expected: int
) -> None:
    found = settle(lines, prices, {"2"})
    assert (found.state, found.expected, found.why) == (state, expected, OrderDifference.NONE)


def test_a_decision_books_an_amount_of_the_lines_own_sign_or_nothing() -> None:
    assert amount_to_book("book", None, -8_500_000) == -8_500_000
    assert amount_to_book("book", -85_000, -8_500_000) == -85_000
    assert amount_to_book("set_aside", None, -8_500_000) is None
    for decision, amount in (("book", 0), ("book", 85_000), ("set_aside", -1)):
        with pytest.raises(BadDecision):
            amount_to_book(decision, amount, -8_500_000)
