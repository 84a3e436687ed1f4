"""How the lines of a statement explain a payout, and those of an order its settlement: sums, and a name for what is left. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from gerbang.core.settlements.model import LineStatus, Total
from gerbang.ports.marketplace_catalogue import FeeKind


class Difference(StrEnum):
    """Why a payout is not what its lines add up to."""

    NONE = "none"
    NO_LINES = "no_lines"  # the marketplace has told none that it pays
    HELD_LINES = "held_lines"  # it is what the lines come to that wait for a decision
    OTHER_CURRENCY = "other_currency"  # its lines are in another currency
    LINES_DIFFER = "lines_differ"  # lines are missing, could not be read, or are too many


class Payout(msgspec.Struct, frozen=True, kw_only=True):
    """A payout as it is kept. `opening` was carried over from the statement before; `closing` is what this statement came to."""

    id: UUID
    connection: str
    statement: str
    amount: int
    currency: str
    opening: int | None
    closing: int | None
    is_paid: bool
    made_on: date | None
    told_differently_at: datetime | None
    heard_at: datetime
    paid_at: datetime | None


class KindSum(msgspec.Struct, frozen=True):
    """What the lines of one kind come to."""

    kind: FeeKind
    amount: int
    lines: int


class Explanation(msgspec.Struct, frozen=True):
    """amount = opening + every sum + difference - kept back. `held` is what waits for a decision: not booked, and in no sum. `kept_back` is what the marketplace
    did not pay out of the statement; below 0: what it carries over to the next.
    """

    opening: int
    sums: tuple[KindSum, ...]
    held: int
    difference: int
    why: Difference
    kept_back: int


_COUNTED: Final = frozenset({LineStatus.BOOKED})


def explain(payout: Payout, totals: Sequence[Total]) -> Explanation:
    """How its lines explain a payout."""
    own = [one for one in totals if one.currency == payout.currency]
    counted = [one for one in own if one.status in _COUNTED]
    sums: dict[FeeKind, tuple[int, int]] = {}
    for one in counted:
        amount, lines = sums.get(one.kind, (0, 0))
        sums[one.kind] = (amount + one.amount, lines + one.lines)
    held = sum(one.amount for one in own if one.status is LineStatus.HELD)
    opening = payout.opening or 0
    closing = payout.amount if payout.closing is None else payout.closing
    difference = closing - opening - sum(amount for amount, _ in sums.values())
    shown = tuple(KindSum(kind, *sums[kind]) for kind in FeeKind if kind in sums)
    why = _why(difference, held, totals, is_counted=bool(counted))
    return Explanation(opening, shown, held, difference, why, closing - payout.amount)


def _why(difference: int, held: int, totals: Sequence[Total], *, is_counted: bool) -> Difference:
    if difference == 0:
        return Difference.NONE
    if held == difference:
        return Difference.HELD_LINES
    if is_counted or held:
        return Difference.LINES_DIFFER
    return Difference.OTHER_CURRENCY if totals else Difference.NO_LINES


class OrderState(StrEnum):
    """How far an order is settled."""

    OPEN = "open"  # nothing was told of it yet
    UNKNOWN = "unknown"  # it has lines, and nothing here says what was paid for any of its items
    UNPAID = "unpaid"  # its lines agree, and are not all paid out
    SETTLED = "settled"  # its lines agree, and are paid out
    DIFFERS = "differs"


class OrderDifference(StrEnum):
    """What is wrong with the lines of an order."""

    NONE = "none"
    PRICE_NOT_TOLD = "price_not_told"  # nothing here says what was paid for an item
    ITEM_WITHOUT_SALE = "item_without_sale"  # an item that was paid for has no line of its sale
    SALE_IS_NOT_PRICE = "sale_is_not_price"  # the sale less the seller's vouchers is not what was paid
    HELD_LINES = "held_lines"


class OrderSettlement(msgspec.Struct, frozen=True):
    """What a marketplace owes for an order, in all. `expected` is what was paid for its items, by the buyer and by the marketplace's voucher, None where nothing says so; `sold` what the lines say was sold."""

    state: OrderState
    difference: int
    why: OrderDifference
    expected: int | None
    sold: int
    net: int
    paid_out: int


class OrderLine(msgspec.Struct, frozen=True):
    """What matters of a line here; `is_paid_out`: its statement was paid."""

    item: str
    kind: FeeKind
    amount: int
    status: LineStatus
    is_paid_out: bool


_SOLD: Final = frozenset({FeeKind.SALE, FeeKind.PLATFORM_VOUCHER, FeeKind.SELLER_VOUCHER})


def settle(lines: Sequence[OrderLine], prices: Mapping[str, int], void: Collection[str] = ()) -> OrderSettlement:
    """Whether the lines of an order add up to `prices`, what was paid for each of its items with the marketplace's voucher; of one currency. Items of `void` ended before
    they were sold, cancelled or not delivered: no sale of them is waited for.
    """
    booked = [one for one in lines if one.status is LineStatus.BOOKED]
    sold: dict[str, int] = {}
    for one in booked:
        if one.kind in _SOLD:
            sold[one.item] = sold.get(one.item, 0) + one.amount
    net = sum(one.amount for one in booked)
    paid_out = sum(one.amount for one in booked if one.is_paid_out)
    due = {item: price for item, price in prices.items() if item not in void or item in sold}
    expected = sum(due.values()) if prices else None
    difference = sum(sold.values()) - expected if expected is not None else 0
    why = _order_why(lines, sold, due)
    if not lines:
        state = OrderState.SETTLED if prices and not due else OrderState.OPEN
        return OrderSettlement(state, 0, OrderDifference.NONE, expected, 0, 0, 0)
    if why is not OrderDifference.NONE:
        is_unknown = why is OrderDifference.PRICE_NOT_TOLD and not prices
        state = OrderState.UNKNOWN if is_unknown else OrderState.DIFFERS
        return OrderSettlement(state, difference, why, expected, sum(sold.values()), net, paid_out)
    is_settled = all(one.is_paid_out for one in booked)
    state = OrderState.SETTLED if is_settled else OrderState.UNPAID
    return OrderSettlement(state, 0, why, expected, sum(sold.values()), net, paid_out)


def _order_why(lines: Sequence[OrderLine], sold: Mapping[str, int], prices: Mapping[str, int]) -> OrderDifference:
    if any(one.status is LineStatus.HELD for one in lines):
        return OrderDifference.HELD_LINES
    if prices.keys() - sold.keys():
        return OrderDifference.ITEM_WITHOUT_SALE
    if sold.keys() - prices.keys():
        return OrderDifference.PRICE_NOT_TOLD
    return OrderDifference.NONE if dict(sold) == dict(prices) else OrderDifference.SALE_IS_NOT_PRICE
