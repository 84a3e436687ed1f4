"""Writing stock and prices (notes 8.3): XML or JSON in `payload`, all SKUs that can be are done, and 501 names the others.

`Quantity` is the total, the sellable calls mean what is free; the total never falls below what is held, occupied or promised to a campaign.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from gerbang.providers.lazada.simulator import push
from gerbang.providers.lazada.simulator.access import Call, number
from gerbang.providers.lazada.simulator.model import Sku, Stock
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn

MOST: Final = 50
_PRICE: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_Row = Mapping[str, Any]
_Change = Callable[[Sku, _Row], Sku]


class Wrong(Exception):
    """One SKU is not changed, with this code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def price_quantity(call: Call, turn: Turn) -> Any:
    """/product/price_quantity/update: prices, and the total."""

    def change(sku: Sku, row: _Row) -> Sku:
        counts = _counts(sku, row, "Quantity")
        if sku.semi_managed and counts:
            raise Wrong("4225", "This item is semi-managed: use the sellable stock API")
        for one in counts:
            sku = _with_total(sku, one, _whole(counts[one]))
        return _with_prices(sku, row)

    return _of_all(call, turn, change)


def update_sellable(call: Call, turn: Turn) -> Any:
    """/product/stock/sellable/update: what is free from now on."""

    def change(sku: Sku, row: _Row) -> Sku:
        for name, text in _counts(sku, row, "SellableQuantity", needed=True).items():
            old = _stock(sku, name)
            sku = _with_total(sku, name, _whole(text) + old.withhold + old.occupy)
        return sku

    return _of_all(call, turn, change)


def adjust_sellable(call: Call, turn: Turn) -> Any:
    """/product/stock/sellable/adjust: so many more, or fewer."""

    def change(sku: Sku, row: _Row) -> Sku:
        for name, text in _counts(sku, row, "SellableQuantity", needed=True).items():
            old = _stock(sku, name)
            by = _whole(text, signed=True)
            if old.sellable + by < 0:
                raise Wrong("212", "The quantity after the adjustment is below zero")
            sku = _with_total(sku, name, old.total + by)
        return sku

    return _of_all(call, turn, change)


def _of_all(call: Call, turn: Turn, change: _Change) -> Any:
    rows = _rows(call.values.get("payload", ""))
    if len(rows) > MOST:
        raise Refused("204")
    wrong: list[Mapping[str, Any]] = []
    for row in rows:
        try:
            sku = change(_sku(call, turn, row), row)
        except Wrong as error:
            named = {"seller_sku": str(row.get("SellerSku", "")), "sku_id": str(row.get("SkuId", ""))}
            wrong.append({"code": error.code, "message": str(error), "field": "", **named})
        else:
            push.keep_sku(turn, replace(sku, updated_at=turn.world.stamp(turn.now)))
    if wrong:
        raise Refused("501", detail=wrong)
    return {}


def _sku(call: Call, turn: Turn, row: _Row) -> Sku:
    item_id, sku_id = str(row.get("ItemId") or ""), str(row.get("SkuId") or "")
    if not item_id or not sku_id:
        raise Wrong("4193", "SellerSku is no key any more: ItemId and SkuId are needed")
    sku = turn.world.book.skus.get((call.shop.seller_id, number(sku_id)))
    if sku is None or str(sku.item_id) != item_id:
        raise Wrong("208", "The SKU does not exist in this shop")
    if sku.sort == "by_lazada":
        raise Wrong("4225", "The stock of this item is kept by Lazada")
    return sku


def _counts(sku: Sku, row: _Row, field: str, *, needed: bool = False) -> dict[str, str]:
    """By warehouse, what the row says of it; raises Wrong."""
    many = (row.get("MultiWarehouseInventories") or {}).get("MultiWarehouseInventory")
    if many is not None:
        entries: Sequence[Any] = many if isinstance(many, list) else [many]
        return {str(one.get("WarehouseCode", "")): str(one.get(field, one.get("Quantity", ""))) for one in entries}
    text = row.get(field)
    if text is None or str(text) == "":
        if needed:
            raise Wrong("5", f"{field} is missing")
        return {}
    return {sku.stock[0].warehouse: str(text)}


def _stock(sku: Sku, warehouse: str) -> Stock:
    found = next((one for one in sku.stock if one.warehouse == warehouse), None)
    if found is None:
        raise Wrong("5", f"There is no warehouse {warehouse}")
    return found


def _with_total(sku: Sku, warehouse: str, total: int) -> Sku:
    old = _stock(sku, warehouse)
    held = old.withhold + old.occupy
    if total < held:
        raise Wrong("212", "The total is below what is held and occupied")
    if sku.locked and total < old.total and total - held < sku.locked:
        raise Wrong("4170", "The stock is locked by a campaign and cannot be lowered")
    stock = tuple(replace(one, total=total) if one is old else one for one in sku.stock)
    return replace(sku, stock=stock)


def _with_prices(sku: Sku, row: _Row) -> Sku:
    price, sale = row.get("Price"), row.get("SalePrice")
    if price not in (None, ""):
        sku = replace(sku, price=_hundredths(str(price)))
    if sale not in (None, ""):
        special = _hundredths(str(sale))
        if special >= sku.price:
            raise Wrong("4119", "The special price is out of range")
        sku = replace(sku, special_price=special)
    return sku


def _hundredths(text: str) -> int:
    if not _PRICE.fullmatch(text):
        raise Wrong("4104", "The price has too many decimals, or is no number")
    whole, _, rest = text.partition(".")
    value = int(whole) * 100 + int(rest.ljust(2, "0") or 0)
    if value == 0:
        raise Wrong("4118", "The price is zero")
    return value


def _whole(text: str, *, signed: bool = False) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}" if signed else r"[0-9]{1,9}", text):
        raise Wrong("5", f"{text!r} is no quantity")
    return int(text)


def _rows(payload: str) -> list[_Row]:
    """The SKUs of `Request.Product.Skus.Sku`, from XML or JSON; raises Refused 30 or 5."""
    text = payload.strip()
    if not text:
        raise Refused("30")
    try:
        document = msgspec.json.decode(text) if text.startswith("{") else _xml(text)
        found = document["Request"]["Product"]["Skus"]["Sku"]
    except (msgspec.DecodeError, ET.ParseError, LookupError, TypeError, RecursionError) as error:
        raise Refused("5") from error
    if text.startswith("{") and not isinstance(found, list):
        raise Refused("5")
    rows = found if isinstance(found, list) else [found]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise Refused("5")
    return rows


def _xml(text: str) -> dict[str, Any]:
    """As the same object in JSON. A document that brings its own definitions is none of Lazada's."""
    if "<!" in text:
        raise ET.ParseError("definitions are not taken")
    root = ET.fromstring(text)  # noqa: S314  nothing with a definition gets here, and there is no other danger
    return {root.tag: _element(root)}


def _element(element: ET.Element) -> Any:
    if len(element) == 0:
        return (element.text or "").strip()
    found: dict[str, Any] = {}
    for child in element:
        value = _element(child)
        if child.tag in found:
            before = found[child.tag]
            found[child.tag] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[child.tag] = value
    return found
