"""Orders of the simulated NICEPAY, what can happen to them, and the book that finds them. No wire format in here.

Every change is an effect, and `Book.apply` is the only place that changes anything, so replaying the effects rebuilds the book.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from itertools import islice
from typing import Any, Final

import msgspec
from msgspec.structs import replace

JAKARTA: Final = timezone(timedelta(hours=7), "WIB")
CARD: Final = "01"
VIRTUAL_ACCOUNT: Final = "02"
CONVENIENCE_STORE: Final = "03"
DIRECT_DEBIT: Final = "04"
EWALLET: Final = "05"
PAYLOAN: Final = "06"
QRIS: Final = "08"
ANY_METHOD: Final = "00"
IN_AN_APP: Final = frozenset({DIRECT_DEBIT, EWALLET, PAYLOAN})  # the payer agrees on a page or in an app of the partner
_UNTIL: Final = frozenset({VIRTUAL_ACCOUNT, CONVENIENCE_STORE})  # closed while unpaid, never given back


class State(StrEnum):
    OPEN = "open"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    VOIDED = "voided"
    REFUNDED = "refunded"
    REVERSED = "reversed"


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """One transaction. Amounts are rupiah; times are UTC; `method` is NICEPAY's payMethod, `partner` its mitraCd.

    `number` is what the payer pays to: a virtual account, a code for the counter, or what a QR holds. `snap` tells which dialect it was
    made in, and is told in; `refund_due_at` when a refund that takes its time is done. `customer` is who always pays to the same account,
    `service` the part of such a number before the customer's, where the merchant named both.
    """

    txid: str = msgspec.field(name="tXid")
    imid: str = msgspec.field(name="iMid")
    method: str
    reference: str
    amount: int
    currency: str
    goods: str
    buyer: str
    description: str
    notify_url: str
    registered_at: datetime
    return_url: str = ""
    bank: str = ""
    number: str = ""
    partner: str = ""
    phone: str = ""
    valid_until: datetime | None = None
    state: State = State.OPEN
    started_at: datetime | None = None
    paid_at: datetime | None = None
    paid_amount: int = 0
    refunded_amount: int = 0
    refunds: int = 0
    last_refund: int = 0
    card: str = ""
    card_expiry: str = ""
    ended_at: datetime | None = None
    decline_code: str = ""
    snap: bool = False
    refund_number: str = ""
    refund_due_at: datetime | None = None
    refund_fails: bool = False
    customer: str = ""
    service: str = ""

    @property
    def is_card(self) -> bool:
        return self.method in {CARD, ANY_METHOD}

    @property
    def gives_back(self) -> bool:
        """Whether NICEPAY's cancel gives paid money back; where it does not, it closes what is unpaid."""
        return self.method not in _UNTIL


class _Effect(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    txid: str = msgspec.field(name="tXid")
    reference: str
    amount: int


class Registered(_Effect, frozen=True, tag="registered"):
    order: Order


class Started(_Effect, frozen=True, tag="started"):
    """The payer is at it: the app was asked, the page was opened, the clerk found the code."""

    at: datetime


class Numbered(_Effect, frozen=True, tag="numbered"):
    """The payer chose a bank on the hosted page, and the order got a number there."""

    bank: str
    number: str


class Paid(_Effect, frozen=True, tag="paid"):
    at: datetime
    method: str
    card: str = ""
    card_expiry: str = ""


class Declined(_Effect, frozen=True, tag="declined"):
    at: datetime
    code: str
    card: str = ""
    card_expiry: str = ""


class Expired(_Effect, frozen=True, tag="expired"):
    at: datetime


class Cancelled(_Effect, frozen=True, tag="cancelled"):
    """An unpaid order was closed; no money moved."""

    at: datetime


class Refunded(_Effect, frozen=True, tag="refunded"):
    """`amount` went back; `how` is VOIDED (same day), REFUNDED (later) or REVERSED (by the bank)."""

    at: datetime
    how: State
    number: str = ""


class RefundBegun(_Effect, frozen=True, tag="refund_begun"):
    """A refund that is done, or has failed, at `due`."""

    due: datetime
    number: str
    fails: bool = False


class RefundFailed(_Effect, frozen=True, tag="refund_failed"):
    at: datetime


Change = Registered | Started | Numbered | Paid | Declined | Expired | Cancelled | Refunded | RefundBegun | RefundFailed


class Book:
    """All orders of all merchants, found by tXid, reference, number or description."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._by_reference: dict[tuple[str, str], str] = {}
        self._of_reference: dict[str, str] = {}
        self._by_number: dict[str, str] = {}
        self._by_description: defaultdict[str, list[str]] = defaultdict(list)
        self._ends: list[tuple[datetime, str]] = []
        self._returns: list[tuple[datetime, str]] = []

    def get(self, txid: str) -> Order | None:
        return self._orders.get(txid)

    def of_merchant(self, imid: str, reference: str) -> Order | None:
        txid = self._by_reference.get((imid, reference))
        return self._orders[txid] if txid else None

    def of_reference(self, reference: str) -> Order | None:
        """By the merchant's reference or by tXid, whichever merchant it is of."""
        return self._orders.get(self._of_reference.get(reference, reference))

    def of_number(self, number: str) -> Order | None:
        """The newest order with this virtual account number."""
        txid = self._by_number.get(number)
        return self._orders[txid] if txid else None

    def of_description(self, description: str) -> Order | None:
        """The newest order with this description, an open one before any other."""
        found = [self._orders[txid] for txid in reversed(self._by_description.get(description, []))]
        return next((order for order in found if order.state is State.OPEN), found[0] if found else None)

    def number_is_taken(self, number: str) -> bool:
        order = self.of_number(number)
        return order is not None and order.state is State.OPEN

    def newest(self, limit: int) -> Iterator[Order]:
        return islice(reversed(self._orders.values()), limit)

    def due(self, now: datetime) -> Iterator[Order]:
        """Open orders whose validity is over; each is yielded once, so the caller must expire it."""
        while self._ends and self._ends[0][0] <= now:
            order = self._orders[heapq.heappop(self._ends)[1]]
            if order.state is State.OPEN:
                yield order

    def returning(self, now: datetime) -> Iterator[Order]:
        """Orders whose refund is to end by now; each is yielded once, so the caller must end it."""
        while self._returns and self._returns[0][0] <= now:
            order = self._orders[heapq.heappop(self._returns)[1]]
            if order.refund_due_at is not None:
                yield order

    def apply(self, change: Change) -> Order:
        """The order after `change`."""
        if isinstance(change, Registered):
            self._enter(change.order)
            return change.order
        order = replace(self._orders[change.txid], **_after(self._orders[change.txid], change))
        self._orders[order.txid] = order
        if isinstance(change, Numbered):
            self._by_number[order.number] = order.txid
        if isinstance(change, RefundBegun):
            heapq.heappush(self._returns, (change.due, order.txid))
        return order

    def _enter(self, order: Order) -> None:
        self._orders[order.txid] = order
        self._by_reference[order.imid, order.reference] = order.txid
        self._of_reference[order.reference] = order.txid
        if order.number:
            self._by_number[order.number] = order.txid
        if order.description:
            self._by_description[order.description].append(order.txid)
        if order.valid_until:
            heapq.heappush(self._ends, (order.valid_until, order.txid))


def _after(
    order: Order,
    change: Started | Numbered | Paid | Declined | Expired | Cancelled | Refunded | RefundBegun | RefundFailed,
) -> dict[str, Any]:
    match change:
        case Started():
            return {"started_at": order.started_at or change.at}
        case Numbered():
            return {"bank": change.bank, "number": change.number}
        case Paid():
            method = change.method
            card = {"card": change.card, "card_expiry": change.card_expiry}
            return {"state": State.PAID, "paid_at": change.at, "paid_amount": change.amount, "method": method, **card}
        case Declined():
            card = {"card": change.card, "card_expiry": change.card_expiry}
            return {"state": State.DECLINED, "ended_at": change.at, "decline_code": change.code, **card}
        case Expired():
            return {"state": State.EXPIRED, "ended_at": change.at}
        case Cancelled():
            return {"state": State.CANCELLED, "ended_at": change.at}
        case Refunded():
            total = order.refunded_amount + change.amount
            whole = {"state": change.how, "ended_at": change.at} if total >= order.paid_amount else {}
            named = {"refund_number": change.number} if change.number else {}
            counts = {"refunded_amount": total, "refunds": order.refunds + 1, "last_refund": change.amount}
            return {**counts, **named, **whole, "refund_due_at": None}
        case RefundBegun():
            return {"refund_number": change.number, "refund_due_at": change.due, "refund_fails": change.fails}
        case RefundFailed():
            return {"refund_due_at": None}
