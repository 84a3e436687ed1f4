"""Reading what a shop sells, and the shop itself (notes 8.1, 8.2, 8.4). Keys are of mixed case, as Lazada's are."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gerbang.providers.lazada.simulator import push
from gerbang.providers.lazada.simulator.access import Call, number
from gerbang.providers.lazada.simulator.model import Sku
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn

_FILTERS: Final = frozenset({"all", "live", "inactive", "deleted", "pending", "rejected", "sold-out", "image-missing"})
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d")
_MOST: Final = 50
_MOST_OFFSET: Final = 10_000
_MOST_SKUS: Final = 100


def listed(call: Call, turn: Turn) -> Any:
    """/products/get: `total_products` counts items and not SKUs; here each item has one."""
    wanted = call.values.get("filter", "") or "all"
    if wanted not in _FILTERS:
        raise Refused("36")
    offset, limit = call.values.get("offset", "0"), call.values.get("limit", "20")
    if not 0 <= number(offset) <= _MOST_OFFSET:
        raise Refused("14", offset)
    if not 1 <= number(limit) <= _MOST:
        raise Refused("19", limit)
    after, before = _time(call, "update_after"), _time(call, "update_before")
    named = _named(call)
    found = [
        sku
        for sku in turn.world.book.skus_of(call.shop.seller_id)
        if (wanted in {"all", "live"} or (wanted == "sold-out" and sku.sellable <= 0))
        and (after is None or sku.updated_at >= after)
        and (before is None or sku.updated_at <= before)
        and (named is None or sku.seller_sku in named)
    ]
    page = found[int(offset) : int(offset) + int(limit)]
    return {"total_products": len(found), "products": [_product(sku, turn) for sku in page]}


def one(call: Call, turn: Turn) -> Any:
    """/product/item/get."""
    id_ = call.needed("item_id")
    found = next((sku for sku in turn.world.book.skus_of(call.shop.seller_id) if str(sku.item_id) == id_), None)
    if found is None:
        raise Refused("208")
    return {**_product(found, turn), "variation": {}}


def seller(call: Call, turn: Turn) -> Any:
    """/seller/get."""
    shop = call.shop
    return {
        "seller_id": int(shop.seller_id),
        "name": shop.name,
        "name_company": shop.name,
        "short_code": shop.short_code or f"{shop.country.upper()}{shop.seller_id}",
        "email": shop.email,
        "logo_url": "",
        "location": call.country.city,
        "cb": shop.cross_border,
        "status": turn.world.book.states.get(shop.seller_id, "ACTIVE"),
        "verified": True,
        "marketplaceEaseMode": False,
    }


def warehouses(call: Call, turn: Turn) -> Any:
    """/seller/warehouse/get."""
    found = {one.warehouse for sku in turn.world.book.skus_of(call.shop.seller_id) for one in sku.stock}
    names = sorted({"dropshipping", *found})
    return [
        {"code": name, "name": name.capitalize(), "address": call.country.city, "default": name == "dropshipping"}
        for name in names
    ]


def _named(call: Call) -> set[str] | None:
    text = call.values.get("sku_seller_list", "")
    if not text:
        return None
    try:
        names = msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError as error:
        raise Refused("70") from error
    if len(names) > _MOST_SKUS:
        raise Refused("70")
    return set(names)


def _time(call: Call, name: str) -> datetime | None:
    text = call.values.get(name, "")
    if text and not _TIME.fullmatch(text):
        raise Refused("17", text)
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused("17", text) from error


def _product(sku: Sku, turn: Turn) -> dict[str, Any]:
    changed = str(int(sku.updated_at.timestamp() * 1000))
    return {
        "item_id": sku.item_id,
        "primary_category": 10_000_333,
        "attributes": {"name": sku.name, "brand": "No Brand", "description": sku.name},
        "status": "Active",
        "subStatus": "Lock" if sku.locked else "",
        "created_time": changed,
        "updated_time": changed,
        "images": "[]",
        "marketImages": "[]",
        "suspendedSkus": [],
        "rejectReason": [],
        "hiddenReason": "",
        "trialProduct": False,
        "skus": [_sku(sku, turn)],
    }


def _sku(sku: Sku, turn: Turn) -> dict[str, Any]:
    lazadas = sku.sort == "by_lazada"
    return {
        "SkuId": sku.sku_id,
        "SellerSku": sku.seller_sku,
        "ShopSku": push.shop_sku(turn.world, sku),
        "Status": "active",
        "quantity": sum(one.total for one in sku.stock),
        "Available": sku.sellable,
        "price": sku.price / 100,
        "special_price": sku.special_price / 100,
        "package_weight": "0.25",
        "package_length": "10",
        "package_width": "10",
        "package_height": "5",
        "Images": [],
        "Url": "",
        "semiManaged": sku.semi_managed,
        "multiWarehouseInventories": [] if lazadas else _inventories(sku),
        "channelInventories": [{"channel": "campaign", "quantity": sku.locked}] if sku.locked else [],
        "fblWarehouseInventories": _inventories(sku) if lazadas else [],
    }


def _inventories(sku: Sku) -> Sequence[dict[str, Any]]:
    return [
        {
            "warehouseCode": one.warehouse,
            "quantity": one.total,
            "totalQuantity": one.total,
            "sellableQuantity": one.sellable,
            "withholdQuantity": one.withhold,
            "occupyQuantity": one.occupy,
        }
        for one in sku.stock
    ]
