"""Lazada's orders and their units in our words. Pure.

A status stands on the unit, never on the order. Money is decimal text with two places, also where the currency has none. `order_id` is unique inside one shop only.
"""

import re
from typing import Final

from gerbang.base.money import Money
from gerbang.ports.marketplace_orders import (
    Address,
    Buyer,
    CancelRequest,
    Fulfilment,
    ItemStatus,
    MarketplaceItem,
    MarketplaceOrder,
    OrderHead,
    Unreadable,
)
from gerbang.providers.lazada import wire
from gerbang.providers.lazada.account import SITES
from gerbang.providers.lazada.wire import Row, UnreadableValue

STATUSES: Final = {
    "unpaid": ItemStatus.UNPAID,
    "pending": ItemStatus.PENDING,
    "packed": ItemStatus.PACKED,
    "repacked": ItemStatus.REPACKED,
    "ready_to_ship_pending": ItemStatus.READY_TO_SHIP,
    "ready_to_ship": ItemStatus.READY_TO_SHIP,
    "shipped": ItemStatus.SHIPPED,
    "delivered": ItemStatus.DELIVERED,
    "canceled": ItemStatus.CANCELLED,
    "cancelled": ItemStatus.CANCELLED,
    "failed_delivery": ItemStatus.FAILED,
    "failed": ItemStatus.FAILED,
    "shipped_back": ItemStatus.RETURNING,
    "shipped_back_success": ItemStatus.RETURNED,
    "shipped_back_failed": ItemStatus.FAILED,
    "returned": ItemStatus.RETURNED,
    "lost_by_3pl": ItemStatus.LOST,
    "lost": ItemStatus.LOST,
    "damaged_by_3pl": ItemStatus.DAMAGED,
    "package_scrapped": ItemStatus.SCRAPPED,
}
_ADDRESS_LINES: Final = (
    "address1",
    "address2",
    "address3",
    "address4",
    "address5",
    "addressDistrict",
    "addressDsitrict",
)
_OWN_WAREHOUSE: Final = "dropshipping"
_SPACES: Final = re.compile(r"\s+")


def head(row: Row, site: str) -> OrderHead:
    """An order as a list or /order/get tells it. Raises UnreadableValue."""
    own = SITES[site]
    price = wire.needed_money(row, "price", own.currency)
    fee = wire.money(row, "shipping_fee", own.currency) or Money(0, own.currency)
    seller = wire.money(row, "voucher_seller", own.currency) or Money(0, own.currency)
    platform = wire.money(row, "voucher_platform", own.currency) or Money(0, own.currency)
    voucher = wire.money(row, "voucher", own.currency) or seller + platform
    if price.amount + fee.amount < voucher.amount:
        raise UnreadableValue("voucher is more than price and shipping_fee")
    method = wire.text(row, "payment_method")
    created = wire.needed_moment(row, "created_at", own.ahead_h)
    return OrderHead(
        id=_needed(row, "order_id"),
        number=wire.text(row, "order_number", "order_id"),
        version=wire.moment(row, "updated_at", own.ahead_h) or created,
        created_at=created,
        price=price,
        total=price + fee - voucher,
        shipping_fee=fee,
        seller_voucher=seller,
        platform_voucher=platform,
        payment_method=method,
        is_cod=method.upper() == "COD",
        warehouse=wire.text(row, "warehouse_code"),
        buyer=_buyer(row),
        statuses=wire.texts(row.get("statuses")),
    )


def item(row: Row, site: str) -> MarketplaceItem:
    """One unit. Raises UnreadableValue."""
    own = SITES[site]
    currency = wire.text(row, "currency") or own.currency
    said, created = wire.text(row, "status"), wire.needed_moment(row, "created_at", own.ahead_h)
    price = wire.needed_money(row, "item_price", currency)
    return MarketplaceItem(
        id=_needed(row, "order_item_id"),
        status=STATUSES.get(said.lower(), ItemStatus.UNKNOWN),
        said=wire.printable(said, 60),
        sku=wire.text(row, "sku"),
        product=wire.text(row, "product_id"),
        variant=wire.text(row, "sku_id"),
        name=wire.text(row, "name"),
        version=wire.moment(row, "updated_at", own.ahead_h) or created,
        created_at=created,
        price=price,
        paid=wire.money(row, "paid_price", currency) or price,
        variation=wire.text(row, "variation"),
        image=wire.text(row, "product_main_image"),
        shipping=wire.money(row, "shipping_amount", currency),
        tax=wire.money(row, "tax_amount", currency),
        seller_voucher=wire.money(row, "voucher_seller", currency),
        platform_voucher=wire.money(row, "voucher_platform", currency),
        package=wire.text(row, "package_id"),
        tracking=wire.text(row, "tracking_code"),
        carrier=wire.text(row, "shipment_provider"),
        warehouse=wire.text(row, "warehouse_code") or _OWN_WAREHOUSE,
        fulfilment=_fulfilment(row),
        is_preorder=wire.text(row, "order_type").lower() == "presale",
        is_semi_managed=wire.flag(row, "semi_managed"),
        ship_by=wire.moment(row, "sla_time_stamp", own.ahead_h),
        paid_at=wire.moment(row, "payment_time", own.ahead_h),
        invoice_number=wire.text(row, "invoice_number"),
        reason=wire.text(row, "reason_detail", "reason"),
        is_cancel_pending=wire.flag(row, "is_cancel_pending"),
        cancel_request=_cancel_request(row, own.ahead_h),
    )


def whole(known: OrderHead, rows: list[Row], site: str) -> MarketplaceOrder | Unreadable:
    """An order with its units; Unreadable where one of them is, or none was told, for a part of an order is none."""
    try:
        items = tuple(item(one, site) for one in rows)
    except UnreadableValue as error:
        return Unreadable(known.id, str(error))
    return MarketplaceOrder(head=known, items=items) if items else Unreadable(known.id, "no unit of it was told")


def items_by_order(data: object) -> dict[str, list[Row]]:
    """What /orders/items/get tells, by order."""
    return {
        wire.text(one, "order_id", "order_number"): wire.rows(one["order_items"])
        for one in wire.rows(data)
        if one.get("order_items")
    }


def _needed(row: Row, name: str) -> str:
    found = wire.text(row, name)
    if not found:
        raise UnreadableValue(f"{name} is missing")
    return found


def _fulfilment(row: Row) -> Fulfilment:
    provider = wire.text(row, "shipping_provider_type").upper()
    if wire.flag(row, "is_digital") or provider == "DIGITAL":
        return Fulfilment.DIGITAL
    if wire.flag(row, "is_fbl") or wire.text(row, "shipping_type").lower() == "warehouse":
        return Fulfilment.MARKETPLACE
    if wire.flag(row, "delivery_option_sof") or provider == "SELLER_OWN_FLEET":
        return Fulfilment.OWN_FLEET
    return Fulfilment.PICKUP if provider == "PICKUP_IN_STORE" else Fulfilment.CARRIER


def _cancel_request(row: Row, ahead_h: int) -> CancelRequest | None:
    if not wire.flag(row, "need_cancel_confirm"):
        return None
    return CancelRequest(wire.text(row, "reverse_order_id"), wire.moment(row, "cancel_trigger_time", ahead_h))


def _buyer(row: Row) -> Buyer:
    return Buyer(
        id=wire.text(row, "buyer_id"),
        name=_name(row, "customer_first_name", "customer_last_name"),
        billing=_address(wire.row(row.get("address_billing"))),
        shipping=_address(wire.row(row.get("address_shipping"))),
        tax_number=wire.text(row, "tax_code", "national_registration_number"),
        note=wire.text(row, "buyer_note", "remarks"),
    )


def _address(row: Row) -> Address:
    lines = dict.fromkeys(wire.text(row, name) for name in _ADDRESS_LINES)
    return Address(
        name=_name(row, "first_name", "last_name"),
        phone=wire.text(row, "phone", "phone2"),
        lines=tuple(line for line in lines if line),
        city=wire.text(row, "city", "address4"),
        post_code=wire.text(row, "post_code"),
        country=wire.text(row, "country"),
    )


def _name(row: Row, first: str, last: str) -> str:
    return _SPACES.sub(" ", f"{wire.text(row, first)} {wire.text(row, last)}").strip()
