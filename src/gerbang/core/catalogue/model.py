"""Products, stock, reservations and their errors, as frozen values. Pure.

Stock that is ours is one pool: `quantity` units stand in a warehouse, `reserved` of them are kept for orders, the rest can be sold anywhere.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from gerbang.base.errors import Conflict, Invalid, NotFound
from gerbang.base.money import Money

SKU_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}$"
WAREHOUSE_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"
_SKU: Final = re.compile(SKU_PATTERN)
_WAREHOUSE: Final = re.compile(WAREHOUSE_PATTERN)
PRODUCT: Final = "product"
PREFIX: Final = "prd"
READ: Final = "products:read"
WRITE: Final = "products:write"
MAIN_WAREHOUSE: Final = "main"  # where nobody names one, and the product stands nowhere yet
MOST_UNITS: Final = 1_000_000_000


class ProductNotFound(NotFound):
    code = "product_not_found"
    title = "There is no such product"


class SkuTaken(Conflict):
    code = "sku_taken"
    title = "Another product has this SKU"


class UnknownSku(Invalid):
    """A line or a component names a SKU that there is not; `errors` point to each."""

    code = "unknown_sku"
    title = "There is no product of this SKU"


class OutOfStock(Conflict):
    """Not so many units are free; nothing was reserved. `errors` point to each line."""

    code = "out_of_stock"
    title = "There is not enough stock"


class BundleHasNoStock(Conflict):
    code = "bundle_has_no_stock"
    title = "A bundle has no stock of its own"


class StockReadOnly(Conflict):
    code = "stock_read_only"
    title = "A marketplace keeps this stock"


class WarehouseNeeded(Invalid):
    """It stands in several warehouses, and nobody said which is meant."""

    code = "warehouse_needed"
    title = "Name the warehouse"


class BadBundle(Conflict):
    """What it is to consist of cannot be: a bundle in a bundle, or something that has stock of its own."""

    code = "bad_bundle"
    title = "This cannot be a bundle"


class ReservationNotFound(NotFound):
    code = "reservation_not_found"
    title = "Nothing was reserved for this"


class ReservationReleased(Conflict):
    """It was given up by somebody, for good: what is sold now is another order."""

    code = "reservation_released"
    title = "What was reserved was given up"


class Stock(msgspec.Struct, frozen=True):
    """Units of a product in a warehouse. `fulfilled_by` names the shop whose marketplace keeps them, and is empty where they are ours."""

    warehouse: str
    quantity: int
    reserved: int = 0
    fulfilled_by: str = ""

    @property
    def free(self) -> int:
        """How many can still be sold; none where more are kept for orders than there are."""
        return max(0, self.quantity - self.reserved)


class Component(msgspec.Struct, frozen=True):
    """So many units of a product in each unit of a bundle; `stock` is the component's."""

    product_id: UUID
    sku: str
    quantity: int
    stock: tuple[Stock, ...] = ()


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is sold. A bundle has components and no stock of its own. `sequence` grows with every announcement."""

    id: UUID
    sku: str
    name: str
    price: Money | None
    sequence: int
    created_at: datetime
    updated_at: datetime
    stock: tuple[Stock, ...] = ()
    components: tuple[Component, ...] = ()

    @property
    def own_stock(self) -> tuple[Stock, ...]:
        """What stands in warehouses of ours."""
        return tuple(one for one in self.stock if not one.fulfilled_by)


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product as it is made, validated at the edge. `components`: by SKU, how many."""

    id: UUID
    sku: str
    name: str
    price: Money | None = None
    components: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ProductFilters:
    """Which products a list shows; None means any."""

    sku: str | None = None


class Line(msgspec.Struct, frozen=True):
    """So many units of a SKU, from a warehouse or (None) from wherever they are."""

    sku: str
    quantity: int
    warehouse: str | None = None


class Shortage(msgspec.Struct, frozen=True):
    """Of line number `line`, `missing` units are not there."""

    line: int
    sku: str
    missing: int


class ReservationStatus(StrEnum):
    """`held` ends by itself at its time; `confirmed` by shipping or release only; `expired` may be confirmed late, `released` never again."""

    HELD = "held"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    RELEASED = "released"


class Reservation(msgspec.Struct, frozen=True):
    """What is kept for `owner`, an order or a payment by its outer id."""

    id: UUID
    owner: str
    status: ReservationStatus
    until: datetime | None


class Movement(StrEnum):
    """Why stock moved."""

    SET = "set"
    RESERVED = "reserved"
    RELEASED = "released"
    EXPIRED = "expired"
    SHIPPED = "shipped"


class StockMovement(msgspec.Struct, frozen=True):
    """One change of stock: by how much `quantity` changed (set, shipped) or what can be sold (reserved, released, expired), and both counts after it."""

    id: UUID
    warehouse: str
    kind: Movement
    change: int
    quantity: int
    reserved: int
    owner: str
    actor: str
    made_at: datetime


class LateMoney(StrEnum):
    """What becomes of money for something whose reservation has ended."""

    SELL = "sell"
    HOLD_AND_GIVE_BACK = "hold_and_give_back"


def late_money(shortages: Sequence[Shortage]) -> LateMoney:
    """The decision on money that came after its reservation ended: where all of it could be reserved again it is a sale, else it is held for a person and given back.
    A part is never sold unasked: who paid for three and is sent two has bought something else.
    """
    return LateMoney.HOLD_AND_GIVE_BACK if shortages else LateMoney.SELL


def is_sku(text: str) -> bool:
    """Whether a product may be called so."""
    return _SKU.fullmatch(text) is not None


def is_warehouse(text: str) -> bool:
    """Whether a warehouse may be called so."""
    return _WAREHOUSE.fullmatch(text) is not None
