"""Answers as the guides show them (numbers and booleans), and the same as the reference does (every scalar a text)."""

import copy
from typing import Any, Final

ORDER: Final[dict[str, Any]] = {
    "order_id": "560694402192001",
    "order_number": "560694402192001",
    "statuses": ["pending", "canceled"],
    "created_at": "2025-01-14T10:00:00+07:00",
    "updated_at": "2025-01-15T09:30:00+07:00",
    "price": "298000.00",
    "shipping_fee": 9000.0,
    "voucher": "50000.00",
    "voucher_seller": "20000.00",
    "voucher_platform": "30000.00",
    "payment_method": "COD",
    "items_count": 2,
    "customer_first_name": "Budi",
    "customer_last_name": "",
    "warehouse_code": "dropshipping",
    "need_cancel_confirm": False,
    "buyer_note": "",
    "address_billing": {"first_name": "B****i", "phone": "62****89", "address1": "J****1", "country": "Indonesia"},
    "address_shipping": {
        "first_name": "Budi",
        "last_name": "Santoso",
        "phone": "62****89",
        "address1": "Jl. Melati 1",
        "address2": "",
        "address3": "DKI Jakarta",
        "address4": "Kota Jakarta Selatan",
        "address5": "Tebet",
        "city": "Kota Jakarta Selatan",
        "post_code": "12810",
        "country": "Indonesia",
        "addressDsitrict": "Tebet Timur",
    },
}
ITEM: Final[dict[str, Any]] = {
    "order_item_id": 560694402292001,
    "order_id": "560694402192001",
    "status": "pending",
    "name": "Kopi Gayo 250 g",
    "sku": "KOPI-250",
    "shop_sku": "6718170187_ID-12761620980",
    "sku_id": "12761620980",
    "product_id": "6718170187",
    "variation": "",
    "product_main_image": "https://id-live.slatic.net/p/kopi.jpg",
    "item_price": 149000.00,
    "paid_price": "124000.00",
    "currency": "IDR",
    "tax_amount": "0.00",
    "shipping_amount": "4500.00",
    "voucher_seller": "10000.00",
    "voucher_platform": "15000.00",
    "package_id": "",
    "tracking_code": "",
    "shipment_provider": "",
    "shipping_type": "Dropshipping",
    "shipping_provider_type": "STANDARD",
    "warehouse_code": "dropshipping",
    "sla_time_stamp": "2025-01-16T23:59:59+07:00",
    "created_at": "2025-01-14 10:00:00 +0700",
    "updated_at": "2025-01-15 09:30:00 +0700",
    "payment_time": 1736823605000,
    "order_type": "Normal",
    "is_digital": 0,
    "delivery_option_sof": "0",
    "is_fbl": "0",
    "invoice_number": "",
    "reason": "",
    "need_cancel_confirm": True,
    "is_cancel_pending": False,
    "cancel_trigger_time": 1736995800000,
    "reverse_order_id": 658960600102006,
    "semi_managed": False,
}


def changed(row: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(row), **fields}


def as_texts(value: Any) -> Any:
    """The same with every scalar as a text, as the reference's page generator writes it."""
    match value:
        case dict():
            return {name: as_texts(one) for name, one in value.items()}
        case list():
            return [as_texts(one) for one in value]
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.2f}"
        case None:
            return None
        case _:
            return str(value)
