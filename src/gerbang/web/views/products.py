"""The outer shape of a product, in the API and in what outgoing webhooks say. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from gerbang.base import ids
from gerbang.core.catalogue.allocation import available, free_in
from gerbang.core.catalogue.model import PREFIX, PRODUCT, Product, StockMovement


class StockView(msgspec.Struct, frozen=True):
    """What stands in one warehouse: `quantity` with what is `reserved` for orders, and how many are still `available`. `fulfilled_by` names the shop whose marketplace keeps it, which
    is only read; null: it is ours. Of a bundle only `available` is counted.
    """

    warehouse: str
    quantity: int | None
    reserved: int | None
    available: int
    fulfilled_by: str | None


class ComponentView(msgspec.Struct, frozen=True):
    """How many of a product are in one unit of a bundle."""

    sku: str
    quantity: int


class ProductView(msgspec.Struct, frozen=True):
    """A product. `available` is what can still be sold from all warehouses of ours, in every shop together."""

    id: str
    sku: str
    name: str
    amount: int | None
    currency: str | None
    available: int
    stock: Sequence[StockView]
    components: Sequence[ComponentView]
    created_at: datetime
    updated_at: datetime


class ProductTold(ProductView, frozen=True, kw_only=True):
    """A product as endpoints hear of it."""

    object: Literal["product"]
    url: str


class MovementView(msgspec.Struct, frozen=True):
    """One movement of stock. `change`: by how much `quantity` changed (`set`, `shipped`), or what can be sold (`reserved`, `released`, `expired`); `quantity` and `reserved` are
    counted after it. `owner` is the order or payment that it was for.
    """

    id: str
    warehouse: str
    kind: Literal["set", "reserved", "released", "expired", "shipped"]
    change: int
    quantity: int
    reserved: int
    owner: str | None
    actor: str
    created_at: datetime


def product_view(one: Product) -> ProductView:
    """A product as the API shows it."""
    return ProductView(
        id=ids.show(PREFIX, one.id),
        sku=one.sku,
        name=one.name,
        amount=one.price.amount if one.price else None,
        currency=one.price.currency if one.price else None,
        available=available(one),
        stock=_stock(one),
        components=[ComponentView(part.sku, part.quantity) for part in one.components],
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def product_payload(one: Product) -> Mapping[str, Any]:
    """A product as endpoints hear of it."""
    shown: Mapping[str, Any] = msgspec.to_builtins(product_view(one))
    return {"object": PRODUCT, "url": f"/v1/products/{one.sku}", **shown}


def movement_view(one: StockMovement) -> MovementView:
    """A movement as the API shows it."""
    return MovementView(
        id=ids.show("stm", one.id),
        warehouse=one.warehouse,
        kind=one.kind.value,
        change=one.change,
        quantity=one.quantity,
        reserved=one.reserved,
        owner=one.owner or None,
        actor=one.actor,
        created_at=one.made_at,
    )


def _stock(one: Product) -> list[StockView]:
    if one.components:
        return [StockView(place, None, None, count, None) for place, count in free_in(one).items()]
    return [
        StockView(level.warehouse, level.quantity, level.reserved, level.free, level.fulfilled_by or None)
        for level in one.stock
    ]
