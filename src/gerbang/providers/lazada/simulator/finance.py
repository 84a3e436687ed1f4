"""The seller's account at Lazada (notes 8.4): lines for what was sold, charged and taken back, and the statements that pay them out.

No list of fee types was found: the numbers here are ours but for 13. A platform voucher is Lazada's own cost and lessens no line.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from msgspec.structs import replace

from gerbang.providers.lazada.simulator.access import Call, number
from gerbang.providers.lazada.simulator.countries import Country, money, spaced
from gerbang.providers.lazada.simulator.model import Fee, Item, Package, Payout, ShopOrder, Status
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn

_COMMISSION: Final = 5
_PAYMENT_FEE: Final = 2
_CARRIAGE: Final = 100
_MOST_DAYS: Final = 180
_MOST: Final = 500
_NAMES: Final = {
    "13": "Payment Fee",
    "14": "Item Price Credit",
    "16": "Commission",
    "8": "Shipping Fee (Paid By Customer)",
    "7": "Shipping Fee Voucher (by Lazada)",
    "3": "Promotional Charges Vouchers",
    "15": "Reversal Item Price",
    "28": "Reversal Commission",
    "29": "Reversal Shipping Fee",
    "32": "Failed Delivery Fee",
    "33": "Return Shipping Fee",
    "10298": "Free Parcel Insurance Charge",
}


def sold(turn: Turn, order: ShopOrder, items: Iterable[Item]) -> None:
    """A parcel has been delivered: sale, vouchers of the seller, commission, payment fee, carriage. COD is revenue only now, as all else."""
    country = turn.world.country(order.seller)
    for item in items:
        base = item.price - item.voucher_seller
        lines = {
            "14": item.price,
            "3": -item.voucher_seller,
            "16": -country.share(base, _COMMISSION),
            "13": -country.share(base, _PAYMENT_FEE),
            "8": item.shipping,
            "7": -item.shipping,
        }
        if turn.world.quirks.fees == "one_unknown":
            lines["10298"] = -_CARRIAGE
        for fee_type, amount in lines.items():
            _line(turn, order, item, fee_type, amount)


def refunded(turn: Turn, order: ShopOrder, item: Item, amount: int) -> None:
    """The buyer has money back: the sale and its commission are reversed."""
    _line(turn, order, item, "15", -amount)
    _line(turn, order, item, "28", turn.world.country(order.seller).share(amount, _COMMISSION))


def brought_back(turn: Turn, order: ShopOrder, package: Package, to: Status) -> None:
    """A parcel that nobody took costs its way there, and its way back."""
    first = order.of_package(package.id)[0]
    _line(turn, order, first, "32" if to is Status.FAILED_DELIVERY else "33", -_CARRIAGE * 10)


def pay_out(turn: Turn, seller: str) -> Payout:
    """A statement of every line that is in none yet."""
    book = turn.world.book
    open_ = [fee for fee in book.fees_of(seller) if not fee.statement]
    before = [payout for payout in book.payouts.values() if payout.seller == seller]
    country = turn.world.country(seller)
    statement = f"{country.code.upper()}{seller}-{turn.now:%Y}-{book.number('payout'):04d}"
    total = sum(fee.amount for fee in open_)
    opening = min(0, sum(payout.opening + payout.revenue for payout in before[-1:]))
    owed = opening + total
    payout = Payout(
        number=statement,
        seller=seller,
        created_at=turn.now,
        opening=opening,
        revenue=total,
        amount=max(owed, 0),
        lines=tuple(fee.number for fee in open_),
    )
    for fee in open_:
        turn.keep(replace(fee, statement=statement))
    turn.keep(payout)
    return payout


def transactions(call: Call, turn: Turn) -> Any:
    """/finance/transaction/details/get."""
    start, end = _day(call, "start_time"), _day(call, "end_time")
    if (end - start).days >= _MOST_DAYS:
        raise Refused("1000012")
    offset, limit = number(call.values.get("offset", "0")), number(call.values.get("limit", str(_MOST)))
    if offset < 0 or not 1 <= limit <= _MOST or end < start:
        raise Refused("1000014")
    zone, kind = call.country.zone, call.values.get("trans_type", "-1")
    order, item = call.values.get("trade_order_id", ""), call.values.get("trade_order_line_id", "")
    found = [
        fee
        for fee in turn.world.book.fees_of(call.shop.seller_id)
        if start <= fee.at.astimezone(zone).date() <= end
        and kind in {"-1", "", fee.fee_type}
        and order in {"", str(fee.order)}
        and item in {"", str(fee.order_item)}
    ]
    return [_fee(fee, call, turn) for fee in found[offset : offset + limit]]


def payouts(call: Call, turn: Turn) -> Any:
    """/finance/payout/status/get: amounts are texts with their currency."""
    after = _day(call, "created_after")
    country = call.country
    return [
        {
            "statement_number": one.number,
            "created_at": spaced(one.created_at, country),
            "updated_at": spaced(one.created_at, country),
            "opening_balance": money(one.opening),
            "item_revenue": money(one.revenue),
            "closing_balance": money(one.opening + one.revenue),
            "guarantee_deposit": money(0),
            "payout": _with_currency(one.amount, country),
            "paid": 1 if one.amount else 0,
        }
        for one in turn.world.book.payouts.values()
        if one.seller == call.shop.seller_id and one.created_at.astimezone(country.zone).date() >= after
    ]


def _with_currency(amount: int, country: Country) -> str:
    return f"{money(amount)} {country.currency}"


def _line(turn: Turn, order: ShopOrder, item: Item, fee_type: str, amount: int) -> None:
    if amount:
        turn.keep(
            Fee(
                turn.world.book.number("fee"),
                order.seller,
                order.id,
                item.id,
                turn.now,
                fee_type,
                _NAMES[fee_type],
                amount,
            )
        )


def _fee(fee: Fee, call: Call, turn: Turn) -> dict[str, Any]:
    words = ("Paid", "Not paid") if turn.world.quirks.paid_status == "words" else ("Yes", "No")
    order = turn.world.book.order(fee.seller, fee.order)
    item = order.item(fee.order_item) if order else None
    return {
        "transaction_number": str(fee.number),
        "transaction_date": f"{fee.at.astimezone(call.country.zone):%d %b %Y}",
        "transaction_type": fee.name,
        "fee_type": fee.fee_type,
        "fee_name": fee.name,
        "amount": money(fee.amount),
        "VAT_in_amount": money(0),
        "WHT_amount": money(0),
        "WHT_included_in_amount": "No",
        "paid_status": words[0] if fee.statement else words[1],
        "statement": fee.statement,
        "order_no": str(fee.order),
        "orderItem_no": str(fee.order_item),
        "orderItem_status": item.status.value if item else "",
        "reference": str(fee.order_item),
        "seller_sku": item.seller_sku if item else "",
        "lazada_sku": "",
        "details": item.name if item else "",
        "shipping_provider": item.carrier if item else "",
        "shipping_speed": "",
        "shipment_type": "",
        "payment_ref_id": "",
        "comment": "",
    }


def _day(call: Call, name: str) -> date:
    try:
        return datetime.fromisoformat(call.needed(name)).date()
    except ValueError as error:
        raise Refused("1000014") from error
