"""Statement lines and payouts in our words. Pure.

No list of Lazada's kinds of fees was found: what is not in the table is `other`, shown with Lazada's word.
"""

import re
from datetime import datetime
from typing import Final

from gerbang.base.money import EXPONENTS
from gerbang.ports.marketplace_catalogue import FeeKind, FinanceLine, FinanceLines, Payout
from gerbang.ports.marketplace_orders import Unreadable
from gerbang.providers.lazada import wire
from gerbang.providers.lazada.account import SITES
from gerbang.providers.lazada.wire import Row, UnreadableValue

PAGE: Final = 500
_PAYOUT: Final = re.compile(r"(-?[0-9.,]+)\s*([A-Z]{3})?")
# The first words that are found in a name say its kind. Of these names "Payment Fee" stands in Lazada's documents, the others are what sellers see: unverified.
_WORDS: Final = (
    ("reversal item price", FeeKind.REFUND),
    ("refund", FeeKind.REFUND),
    ("item price", FeeKind.SALE),
    ("commission", FeeKind.COMMISSION),
    ("payment fee", FeeKind.PAYMENT_FEE),
    ("failed delivery", FeeKind.FAILED_DELIVERY),
    ("return shipping", FeeKind.FAILED_DELIVERY),
    ("cash on delivery", FeeKind.CASH_ON_DELIVERY),
    ("cod fee", FeeKind.CASH_ON_DELIVERY),
    ("shipping fee (paid by customer)", FeeKind.SHIPPING_PAID_BY_BUYER),
    ("shipping fee voucher", FeeKind.SHIPPING_SUBSIDY),
    ("shipping fee subsidy", FeeKind.SHIPPING_SUBSIDY),
    ("shipping", FeeKind.SHIPPING_CHARGED),
    ("promotional charges", FeeKind.SELLER_VOUCHER),
    ("seller voucher", FeeKind.SELLER_VOUCHER),
    ("voucher (by lazada)", FeeKind.PLATFORM_VOUCHER),
    ("lazada voucher", FeeKind.PLATFORM_VOUCHER),
    ("platform voucher", FeeKind.PLATFORM_VOUCHER),
    ("payout", FeeKind.PAYOUT),
    ("adjustment", FeeKind.ADJUSTMENT),
)
_PAID: Final = {"paid": True, "yes": True, "1": True, "not paid": False, "no": False, "0": False}


def lines(data: object, site: str, offset: int) -> FinanceLines:
    """A page of statement lines; one that cannot be read stands apart."""
    listed = wire.rows(data)
    read: list[FinanceLine] = []
    unreadable: list[Unreadable] = []
    for one in listed:
        try:
            read.append(_line(one, site))
        except UnreadableValue as error:
            unreadable.append(Unreadable(wire.text(one, "order_no"), str(error)))
    # A page that came short may be half of one: only an empty one is the end.
    return FinanceLines(tuple(read), offset + len(listed) if listed else None, tuple(unreadable))


def payout(row: Row, site: str) -> Payout:
    """One statement. Raises UnreadableValue."""
    told = _PAYOUT.fullmatch(wire.text(row, "payout"))
    if told is None:
        raise UnreadableValue("payout is no amount")
    currency = told[2] or SITES[site].currency
    return Payout(
        statement=wire.text(row, "statement_number"),
        amount=wire.minor(told[1], currency, "payout"),
        currency=currency,
        is_paid=wire.flag(row, "paid"),
        created_at=wire.text(row, "created_at"),
        opening=_optional(row, "opening_balance", currency),
        closing=_optional(row, "closing_balance", currency),
    )


def kind_of(said: str) -> FeeKind:
    """What a line is for, by the words of its name."""
    lowered = said.lower()
    return next((kind for word, kind in _WORDS if word in lowered), FeeKind.OTHER)


def _line(row: Row, site: str) -> FinanceLine:
    currency = SITES[site].currency
    said = wire.text(row, "fee_name", "transaction_type")
    item = wire.text(row, "orderItem_no", "reference")
    number, fee = wire.text(row, "transaction_number"), wire.text(row, "fee_type")
    if not number:
        raise UnreadableValue("transaction_number is missing")
    return FinanceLine(
        id=f"{number}:{fee}:{item}",
        on=_day(wire.text(row, "transaction_date")),
        kind=kind_of(said),
        said=wire.printable(said),
        amount=wire.minor(wire.text(row, "amount"), currency),
        currency=currency,
        order=wire.text(row, "order_no"),
        item=item,
        statement=(statement := wire.text(row, "statement")),
        until=_last_day(statement),
        is_paid=_PAID.get(wire.text(row, "paid_status").lower()),
    )


def _day(said: str) -> str:
    """17 May 2016, or 2016-05-17."""
    for form in ("%d %b %Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(said, form).date().isoformat()  # noqa: DTZ007  a day, without a time
        except ValueError:
            continue
    raise UnreadableValue("transaction_date is no day")


def _last_day(statement: str) -> str:
    """The end of a period such as 11 May 2016 - 17 May 2016; empty for any other name of a statement."""
    first, dash, last = statement.partition(" - ")
    try:
        return _day(last.strip()) if dash and _day(first.strip()) else ""
    except UnreadableValue:
        return ""


def _optional(row: Row, name: str, currency: str) -> int | None:
    """A balance that is told; EXPONENTS knows the payout's currency by now."""
    assert currency in EXPONENTS, f"it was read above: {currency}"
    said = wire.text(row, name)
    return wire.minor(said, currency, name) if said else None
