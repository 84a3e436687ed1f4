"""The tables of settlements, without a database."""

from datetime import date
from uuid import UUID

import pytest

from gerbang.core.settlements import posting_rules
from gerbang.core.settlements.model import LineStatus, Why, judge, statement_of, window
from gerbang.ports.marketplace_catalogue import FeeKind

ID = UUID(int=1)


@pytest.mark.parametrize("kind", [kind for kind in FeeKind if kind is not FeeKind.PAYOUT])
def test_a_line_and_the_one_that_takes_it_back_leave_nothing(kind: FeeKind) -> None:
    if kind is FeeKind.CASH_ON_DELIVERY:
        return
    (there,) = posting_rules.line(ID, "toko", kind, 500, "IDR").lines
    (back,) = posting_rules.line(ID, "toko", kind, -500, "IDR").lines
    assert (there.debit, there.amount) == ("clearing:toko", 500)
    assert (there.debit, there.credit, there.amount) == (back.credit, back.debit, back.amount)


@pytest.mark.parametrize(
    ("kind", "amount", "account"),
    [
        (FeeKind.SALE, 1, "sales"),
        (FeeKind.SELLER_VOUCHER, -1, "sales"),
        (FeeKind.PLATFORM_VOUCHER, 1, "sales"),
        (FeeKind.COMMISSION, -1, "fees"),
        (FeeKind.PAYMENT_FEE, -1, "fees"),
        (FeeKind.FAILED_DELIVERY, -1, "fees"),
        (FeeKind.CASH_ON_DELIVERY, 1, "sales"),
        (FeeKind.CASH_ON_DELIVERY, -1, "fees"),
        (FeeKind.SHIPPING_PAID_BY_BUYER, 1, "shipping"),
        (FeeKind.SHIPPING_CHARGED, -1, "shipping"),
        (FeeKind.SHIPPING_SUBSIDY, 1, "shipping"),
        (FeeKind.REFUND, -1, "refunds"),
        (FeeKind.ADJUSTMENT, -1, "adjustments"),
        (FeeKind.OTHER, -1, "unclassified"),
    ],
)
def test_each_kind_stands_against_its_account(kind: FeeKind, amount: int, account: str) -> None:
    (line,) = posting_rules.line(ID, "toko", kind, amount, "IDR").lines
    assert {line.debit, line.credit} == {"clearing:toko", account}
    assert (line.credit == account) == (amount > 0)


@pytest.mark.parametrize(
    ("told", "paid", "status"),
    [
        (-100, 100, LineStatus.BOOKED),
        (-40, 100, LineStatus.BOOKED),
        (-200, 100, LineStatus.BOOKED),  # with what stands beside the price
        (-10_000, 100, LineStatus.HELD),
        (-300, 100, LineStatus.HELD),  # three hundredths of the price, in hundredths
        (-1, 100, LineStatus.HELD),
        (-850, 85_049, LineStatus.HELD),  # a hundredth, rounded
        (10_000, 100, LineStatus.HELD),
    ],
)
def test_what_is_taken_back_in_another_unit_is_held(told: int, paid: int, status: LineStatus) -> None:
    assert judge(FeeKind.REFUND, told, "IDR", paid).status is status
    assert judge(FeeKind.SALE, told, "IDR", paid).status is LineStatus.BOOKED


def test_nothing_to_compare_with_holds_only_where_the_unit_is_unproven() -> None:
    assert judge(FeeKind.REFUND, -100, "IDR", None).why is Why.NOTHING_KNOWN
    assert judge(FeeKind.REFUND, -100, "SGD", None).status is LineStatus.BOOKED
    assert judge(FeeKind.PAYOUT, -100, "SGD", None).why is Why.BY_ITS_PAYOUT
    assert judge(FeeKind.SALE, 0, "SGD", None).why is Why.NO_AMOUNT


def test_a_period_belongs_to_the_first_payout_after_its_end() -> None:
    end = date(2016, 5, 17)
    payouts = {"A": date(2016, 5, 16), "C": date(2016, 5, 19), "B": date(2016, 5, 18), "D": None}
    assert statement_of("11 May 2016 - 17 May 2016", end, payouts) == "B"
    assert statement_of("11 May 2016 - 17 May 2016", end, {"Z": date(2016, 6, 1)}) == ""
    assert statement_of("S1", None, payouts) == "S1"


def test_days_are_read_up_to_the_last_one() -> None:
    assert window(date(2026, 1, 1), date(2026, 2, 1), 7) == (date(2026, 1, 1), date(2026, 1, 7))
    assert window(date(2026, 1, 30), date(2026, 2, 1), 7) == (date(2026, 1, 30), date(2026, 2, 1))
