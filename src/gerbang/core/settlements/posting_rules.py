"""A line of a statement, or a payout, turned into ledger lines on the shop's own clearing account. Pure."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from gerbang.core.ledger.model import (
    ADJUSTMENTS,
    BANK,
    FEES,
    REFUNDS,
    SALES,
    SHIPPING,
    UNCLASSIFIED,
    Line,
    Posting,
    clearing,
)
from gerbang.ports.marketplace_catalogue import FeeKind

# Against which account each kind stands; of `payout` nothing is posted, for the payout itself is.
ACCOUNTS: Final[Mapping[FeeKind, str]] = {
    FeeKind.SALE: SALES,
    FeeKind.COMMISSION: FEES,
    FeeKind.PAYMENT_FEE: FEES,
    FeeKind.SHIPPING_PAID_BY_BUYER: SHIPPING,
    FeeKind.SHIPPING_CHARGED: SHIPPING,
    FeeKind.SHIPPING_SUBSIDY: SHIPPING,
    FeeKind.PLATFORM_VOUCHER: SALES,  # a part of the price that the marketplace owes in the buyer's place
    FeeKind.SELLER_VOUCHER: SALES,  # lessens the sale
    FeeKind.REFUND: REFUNDS,
    FeeKind.FAILED_DELIVERY: FEES,
    FeeKind.ADJUSTMENT: ADJUSTMENTS,
    FeeKind.OTHER: UNCLASSIFIED,
}
SETTLEMENT: Final = "settlement"
PAYOUT: Final = "payout"


def line(id_: UUID, connection: str, kind: FeeKind, amount: int, currency: str) -> Posting:
    """What one line moves, `amount` above 0 towards us; one that takes another back moves the same the other way."""
    return Posting(SETTLEMENT, _moved(clearing(connection), account(kind, amount), amount, currency), id=id_)


def payout(id_: UUID, connection: str, amount: int, currency: str) -> Posting:
    """Money that left the marketplace for our bank; below 0: that we owed it."""
    return Posting(PAYOUT, _moved(BANK, clearing(connection), amount, currency), id=id_)


def account(kind: FeeKind, amount: int) -> str:
    """Cash on delivery is the sale where it comes in, and a fee where it costs."""
    if kind is FeeKind.CASH_ON_DELIVERY:
        return SALES if amount > 0 else FEES
    return ACCOUNTS[kind]


def _moved(debit: str, credit: str, amount: int, currency: str) -> tuple[Line, ...]:
    assert amount != 0, "what moves nothing is not posted"
    return (Line(debit, credit, amount, currency),) if amount > 0 else (Line(credit, debit, -amount, currency),)
