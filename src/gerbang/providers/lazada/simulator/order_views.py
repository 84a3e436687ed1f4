"""An order and its items as Lazada writes them (notes 5.1 to 5.3): numbers and booleans as the schema has them, the rest text."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from gerbang.providers.lazada.simulator.access import Call
from gerbang.providers.lazada.simulator.countries import Country, iso, money, spaced
from gerbang.providers.lazada.simulator.model import Buyer, Item, ShopOrder
from gerbang.providers.lazada.simulator.quirks import Quirks

# What an item has, and what is the same in this world for every one.
_ALWAYS: Final[Mapping[str, Any]] = {
    "variation": "",
    "product_main_image": "",
    "product_detail_url": "",
    "fulfillment_sla": "2",
    "priority_fulfillment_tag": "",
    "order_flag": "NORMAL",
    "stage_pay_status": "",
    "is_reroute": "0",
    "purchase_order_id": "",
    "purchase_order_number": "",
    "gift_wrapping": "",
    "personalization": "",
    "pick_up_store_info": {},
    "digital_delivery_info": "",
    "extra_attributes": "",
    "supply_price": "",
    "supply_price_currency": "",
    "mp3_order": False,
    "semi_managed": False,
    "biz_group": 70_100,
    "can_escalate_pickup": False,
}
_PROVIDER_TYPES: Final = {"digital": "DIGITAL", "own_fleet": "SELLER_OWN_FLEET"}


def as_listed(order: ShopOrder, call: Call, quirks: Quirks) -> dict[str, Any]:
    """In /orders/get: ids are texts, times ISO, and one name is spelt wrongly."""
    district = "addressDsitrict" if quirks.district == "as_documented" else "addressDistrict"
    told = _order(order, call, district)
    times = {"created_at": order.created_at, "updated_at": order.updated_at, "address_updated_at": order.created_at}
    return told | {
        "order_id": str(order.id),
        "order_number": str(order.id),
        **{name: iso(at, call.country) for name, at in times.items()},
        "gift_option": "0",
    }


def alone(order: ShopOrder, call: Call) -> dict[str, Any]:
    """In /order/get: ids are numbers, and times look otherwise."""
    told = _order(order, call, "addressDistrict")
    times = {"created_at": order.created_at, "updated_at": order.updated_at, "address_updated_at": order.created_at}
    return told | {
        "order_id": order.id,
        "order_number": order.id,
        **{name: spaced(at, call.country) for name, at in times.items()},
        "gift_option": False,
    }


def item(one: Item, order: ShopOrder, call: Call) -> dict[str, Any]:
    """In /order/items/get. `sku` is the seller's."""
    country = call.country
    return {
        "order_item_id": one.id,
        "order_id": str(order.id),
        "status": one.status.value,
        "name": one.name,
        "sku": one.seller_sku,
        "shop_sku": f"{one.item_id}_{country.code.upper()}-{one.sku_id}",
        "sku_id": str(one.sku_id),
        "product_id": str(one.item_id),
        "shop_id": call.shop.name,
        "buyer_id": str(order.buyer.id),
        "created_at": spaced(order.created_at, country),
        "updated_at": spaced(one.updated_at, country),
        "payment_time": int(order.paid_at.timestamp() * 1000) if order.paid_at else 0,
        **_item_money(one, country),
        **_shipping(one, order, country),
        **_ending(one),
        **_ALWAYS,
    }


def _shipping(one: Item, order: ShopOrder, country: Country) -> Mapping[str, Any]:
    promised = order.created_at + timedelta(days=2)
    return {
        "package_id": one.package,
        "tracking_code": one.tracking,
        "tracking_code_pre": "",
        "shipment_provider": one.carrier,
        "shipping_type": "Warehouse" if one.sort == "by_lazada" else "Dropshipping",
        "shipping_provider_type": _PROVIDER_TYPES.get(one.sort, "STANDARD"),
        "shipping_service_cost": 0,
        "warehouse_code": one.warehouse,
        "promised_shipping_time": spaced(promised, country),
        "sla_time_stamp": iso(promised, country),
        "order_type": "PreSale" if one.sort == "preorder" else "Normal",
        "is_digital": int(one.sort == "digital"),
        "delivery_option_sof": "1" if one.sort == "own_fleet" else "0",
        "is_fbl": "1" if one.sort == "by_lazada" else "0",
        "invoice_number": one.invoice,
    }


def _ending(one: Item) -> Mapping[str, Any]:
    """What was cancelled or comes back; the reverse order and the automatic end are absent without one."""
    return {
        "reason": one.reason,
        "reason_detail": one.reason,
        "return_status": one.return_status,
        "cancel_return_initiator": one.initiator,
        "need_cancel_confirm": one.need_cancel_confirm,
        "is_cancel_pending": one.is_cancel_pending,
        **({"cancel_trigger_time": int(one.cancel_at.timestamp() * 1000)} if one.cancel_at else {}),
        **({"reverse_order_id": one.reverse} if one.reverse else {}),
    }


def _item_money(one: Item, country: Country) -> Mapping[str, str]:
    amounts = {
        "item_price": one.price,
        "paid_price": one.paid_price,
        "tax_amount": 0,
        "shipping_amount": one.shipping,
        "shipping_fee_original": one.shipping,
        "shipping_fee_discount_seller": 0,
        "shipping_fee_discount_platform": 0,
        "voucher_amount": one.voucher_seller + one.voucher_platform,
        "voucher_seller": one.voucher_seller,
        "voucher_platform": one.voucher_platform,
        "voucher_seller_lpi": 0,
        "voucher_platform_lpi": 0,
        "wallet_credits": 0,
    }
    codes = {"voucher_code": "", "voucher_code_seller": "", "voucher_code_platform": ""}
    return {**{name: money(value) for name, value in amounts.items()}, "currency": country.currency, **codes}


def _order(order: ShopOrder, call: Call, district: str) -> dict[str, Any]:
    vouchers = [sum(i.voucher_seller for i in order.items), sum(i.voucher_platform for i in order.items)]
    name = order.buyer.name if call.app.sees_buyers else _masked(order.buyer.name)
    address = _address(order.buyer, call, district)
    return {
        "statuses": list(dict.fromkeys(one.status.value for one in order.items)),
        "price": money(order.price),
        "shipping_fee": money(order.shipping),
        "shipping_fee_original": money(order.shipping),
        "shipping_fee_discount_seller": money(0),
        "shipping_fee_discount_platform": money(0),
        "voucher": money(sum(vouchers)),
        "voucher_seller": money(vouchers[0]),
        "voucher_platform": money(vouchers[1]),
        "voucher_code": "",
        "payment_method": order.payment_method,
        "items_count": len(order.items),
        "customer_first_name": name,
        "customer_last_name": "",
        "gift_message": "",
        "remarks": "",
        "buyer_note": order.note,
        "delivery_info": "",
        "promised_shipping_times": "",
        "warehouse_code": order.items[0].warehouse,
        "tax_code": "",
        "branch_number": "",
        "national_registration_number": "",
        "extra_attributes": "",
        "need_cancel_confirm": any(one.need_cancel_confirm for one in order.items),
        "is_cancel_pending": any(one.is_cancel_pending for one in order.items),
        "address_billing": address,
        "address_shipping": address,
    }


def _address(buyer: Buyer, call: Call, district: str) -> dict[str, str]:
    country, shown = call.country, (str if call.app.sees_buyers else _masked)
    return {
        "first_name": shown(buyer.name),
        "last_name": "",
        "phone": shown(buyer.phone),
        "phone2": "",
        "address1": shown(buyer.street),
        "address2": "",
        "address3": country.city,
        "address4": country.city,
        "address5": country.post_code,
        "city": country.city,
        "post_code": country.post_code,
        "country": country.name,
        district: country.city,
    }


def _masked(text: str) -> str:
    return f"{text[:2]}{'*' * max(len(text) - 3, 1)}{text[-1:]}"
