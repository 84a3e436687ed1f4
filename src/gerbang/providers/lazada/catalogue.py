"""Products with their stock and price: what is read, and what is written. Pure.

Total stock is sellable + withheld + occupied. Only the sellable calls set what is free; /product/price_quantity/update would set the total, and is used for prices alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from gerbang.base.money import Money
from gerbang.ports.marketplace_catalogue import (
    PriceWish,
    Products,
    ProductSku,
    Stock,
    StockOutcome,
    StockVerdict,
    StockWish,
)
from gerbang.ports.marketplace_orders import Unreadable
from gerbang.providers.lazada import wire
from gerbang.providers.lazada.account import SITES
from gerbang.providers.lazada.codes import Family, Verdict, meaning_of
from gerbang.providers.lazada.wire import Row, UnreadableValue

PAGE: Final = 50
LAST_OFFSET: Final = 10_000
_OWN_WAREHOUSE: Final = "dropshipping"
_VERDICTS: Final = {"4170": StockVerdict.LOCKED, "4225": StockVerdict.NOT_MINE}


def list_parameters(since: datetime | None, after: str) -> dict[str, str]:
    """What /products/get is asked. Its times have no colon in their offset."""
    changed = since.strftime("%Y-%m-%dT%H:%M:%S%z") if since is not None else ""
    return {"filter": "all", "limit": str(PAGE), "offset": after or "0", "update_after": changed}


def products(data: Row, site: str, after: str) -> Products:
    """A page of products by their variants; one that cannot be read stands apart."""
    listed, offset = wire.rows(data.get("products")), int(after or "0")
    skus: list[ProductSku] = []
    unreadable: list[Unreadable] = []
    for product in listed:
        id_ = wire.text(product, "item_id")
        for one in wire.rows(product.get("skus")):
            try:
                skus.append(_sku(product, one, site))
            except UnreadableValue as error:
                unreadable.append(Unreadable(id_, str(error)))
    total = wire.number(data, "total_products") or 0
    onward = offset + len(listed)
    goes_on = bool(listed) and onward < total and onward <= LAST_OFFSET
    return Products(
        tuple(skus), str(onward) if goes_on else "", tuple(unreadable), is_cut=not goes_on and onward < total
    )


def stock_payload(wishes: Sequence[StockWish]) -> str:
    """The XML of /product/stock/sellable/update."""
    return _request([_ids(one.product, one.variant) + _quantity(one) for one in wishes])


def price_payload(wishes: Sequence[PriceWish]) -> str:
    """The XML of /product/price_quantity/update, with prices only: a quantity there would be the total."""
    return _request([_ids(one.product, one.variant) + f"<Price>{wire.major(one.price)}</Price>" for one in wishes])


def outcomes(envelope: Row, wishes: Sequence[StockWish] | Sequence[PriceWish]) -> list[StockOutcome]:
    """What became of every wish. A batch that failed says in `detail` which; one that it does not name may have been done, or not."""
    code = wire.text(envelope, "code")
    if code == "0":
        return [_outcome(one, StockVerdict.DONE) for one in wishes]
    details = wire.rows(envelope.get("detail"))
    return [_of_details(one, details, alone=len(wishes) == 1, code=code) for one in wishes]


def _of_details(wish: StockWish | PriceWish, details: Sequence[Row], *, alone: bool, code: str) -> StockOutcome:
    own = [one for one in details if alone or _names(one, wish)]
    if not own and not alone:
        return _outcome(wish, StockVerdict.UNCLEAR)
    told = own[0] if own else {}
    said = wire.text(told, "code", "error_code", "errorCode") or code
    return _outcome(wish, _verdict(said), said, wire.printable(wire.text(told, "message", "msg", "error_msg")))


def _names(detail: Row, wish: StockWish | PriceWish) -> bool:
    """Whether a detail is about this variant: by one of its values, or by a word of its message."""
    values = {str(value) for value in detail.values() if isinstance(value, str | int)}
    words = {word.strip(".,:;()[]'\"") for value in values for word in value.replace("_", " ").split()}
    return wish.variant in values | words


def _verdict(code: str) -> StockVerdict:
    if code in _VERDICTS:
        return _VERDICTS[code]
    match meaning_of(code, Family.PRODUCTS).verdict:
        case Verdict.REFUSED:
            return StockVerdict.REFUSED
        case Verdict.UNCLEAR:
            return StockVerdict.UNCLEAR
        case _:
            return StockVerdict.BUSY


def _outcome(wish: StockWish | PriceWish, verdict: StockVerdict, code: str = "", said: str = "") -> StockOutcome:
    warehouse = wish.warehouse if isinstance(wish, StockWish) else ""
    return StockOutcome(wish.product, wish.variant, verdict, code, said, warehouse)


def _request(skus: Sequence[str]) -> str:
    listed = "".join(f"<Sku>{one}</Sku>" for one in skus)
    return f"<Request><Product><Skus>{listed}</Skus></Product></Request>"


def _ids(product: str, variant: str) -> str:
    return f"<ItemId>{escape(product)}</ItemId><SkuId>{escape(variant)}</SkuId>"


def _quantity(wish: StockWish) -> str:
    free = f"<SellableQuantity>{wish.sellable}</SellableQuantity>"
    if not wish.warehouse:
        return free
    one = f"<WarehouseCode>{escape(wish.warehouse)}</WarehouseCode>{free}"
    return f"<MultiWarehouseInventories><MultiWarehouseInventory>{one}</MultiWarehouseInventory></MultiWarehouseInventories>"


def _sku(product: Row, row: Row, site: str) -> ProductSku:
    currency = SITES[site].currency
    images = wire.texts(row.get("Images")) or wire.texts(product.get("images"))
    special = wire.money(row, "special_price", currency)
    return ProductSku(
        product=wire.text(product, "item_id"),
        variant=wire.text(row, "SkuId", "sku_id"),
        sku=wire.text(row, "SellerSku", "seller_sku"),
        name=wire.text(wire.row(product.get("attributes")), "name"),
        is_active=wire.text(row, "Status", "status").lower() == "active",
        price=wire.needed_money(row, "price", currency),
        special_price=special if special and special != Money(0, currency) else None,
        stock=_stock(row),
        image=images[0] if images else "",
    )


def _stock(row: Row) -> tuple[Stock, ...]:
    campaign = sum(
        wire.number(one, "quantity", "sellableQuantity") or 0 for one in wire.rows(row.get("channelInventories"))
    )
    own = [_warehouse(one, campaign, read_only=False) for one in wire.rows(row.get("multiWarehouseInventories"))]
    theirs = [_warehouse(one, 0, read_only=True) for one in wire.rows(row.get("fblWarehouseInventories"))]
    if own or theirs:
        return (*own, *theirs)
    total, free = wire.number(row, "quantity") or 0, wire.number(row, "Available", "available")
    sellable = total if free is None else free
    return (Stock(_OWN_WAREHOUSE, sellable, occupied=max(0, total - sellable), campaign=campaign),)


def _warehouse(row: Row, campaign: int, *, read_only: bool) -> Stock:
    total = wire.number(row, "totalQuantity", "quantity") or 0
    withheld, occupied = wire.number(row, "withholdQuantity") or 0, wire.number(row, "occupyQuantity") or 0
    sellable = wire.number(row, "sellableQuantity")
    return Stock(
        warehouse=wire.text(row, "warehouseCode") or _OWN_WAREHOUSE,
        sellable=max(0, total - withheld - occupied) if sellable is None else sellable,
        withheld=withheld,
        occupied=occupied,
        campaign=campaign,
        read_only=read_only,
    )
