"""Orders, their items and who buys, as frozen values, and their errors. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from gerbang.base.errors import Conflict, Invalid, NotFound
from gerbang.ports.marketplace_orders import Address, Buyer, Fulfilment, ItemStatus

ORDER: Final = "order"
PREFIX: Final = "ord"
ITEM_PREFIX: Final = "itm"
OWN: Final = "own"
READ: Final = "orders:read"
WRITE: Final = "orders:write"
# Whose deadline counts: what is here still, and not announced to the carrier.
TO_BE_READIED: Final = frozenset({ItemStatus.PENDING, ItemStatus.REPACKED, ItemStatus.PACKED})


class Cod(StrEnum):
    """Cash at the door, of an order of our own."""

    OWED = "owed"
    COLLECTED = "collected"  # whoever brings it has the money
    REMITTED = "remitted"  # it is in our bank
    REFUSED = "refused"  # the buyer did not take the order


# What may follow.
COD_STEPS: Final[Mapping[Cod, frozenset[Cod]]] = {
    Cod.OWED: frozenset({Cod.COLLECTED, Cod.REFUSED}),
    Cod.COLLECTED: frozenset({Cod.REMITTED}),
    Cod.REMITTED: frozenset(),
    Cod.REFUSED: frozenset(),
}


class OrderExists(Conflict):
    """Your own id, or the payment, is another order's."""

    code = "order_exists"
    title = "There is such an order already"


class BadOrder(Invalid):
    code = "invalid_order"
    title = "The order is not valid"


class CodNotNow(Conflict):
    code = "cod_not_now"
    title = "This cannot have become of the cash"


class NotOurOrder(Conflict):
    """It is a marketplace's: what becomes of it is said there."""

    code = "not_our_order"
    title = "The order is a marketplace's"


class OrderOversold(Conflict):
    """Not all of it is there: nothing of it is packed before there is stock, it is cancelled, or somebody releases it."""

    code = "order_oversold"
    title = "The order is held: not all of it is in stock"


class OrderNotHeld(Conflict):
    code = "order_not_held"
    title = "The order is not held"


class OrderNotFound(NotFound):
    code = "order_not_found"
    title = "There is no such order"


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of an item and decides nothing. Amounts in minor units of the order's currency; None where it is not told. `cancel_claim` is a buyer's wish
    to cancel that the seller is asked about until `cancel_by`.
    """

    product: str = ""
    variant: str = ""
    variation: str = ""
    image: str = ""
    tracking: str = ""
    carrier: str = ""
    invoice_number: str = ""
    reason: str = ""
    shipping: int | None = None
    tax: int | None = None
    seller_voucher: int | None = None
    platform_voucher: int | None = None
    paid_at: datetime | None = None
    is_preorder: bool = False
    is_semi_managed: bool = False
    is_cancel_pending: bool = False
    cancel_claim: str = ""
    cancel_by: datetime | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item of an order: one unit where a marketplace counts so. `price` is the list price of one, `paid` what the buyer pays for it.

    `status` is where it stands, `said` the marketplace's own word for that; `reached` is the last status that we know, where `status` is unknown.
    `version` is when the marketplace changed it last.
    """

    id: UUID
    order_id: UUID
    external_id: str
    status: ItemStatus
    reached: ItemStatus
    said: str
    version: datetime
    sku: str
    name: str
    quantity: int
    price: int
    paid: int
    package: str = ""
    warehouse: str = ""
    fulfilment: Fulfilment = Fulfilment.CARRIER
    ship_by: datetime | None = None
    detail: Detail = Detail()


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order. `connection` is the shop it was bought in, None for our own; `channel` the marketplace, or `own`. Amounts in minor units of `currency`:
    `price` of all items, `total` what the buyer pays for all, with shipping and after vouchers; of our own, both of what is not
    cancelled. `created_at` is when it was bought.

    `payment_id` is the payment that pays an order of our own, and `cod` what became of the cash of one that is paid at the door (`Cod`).
    `version` is when the marketplace changed it last, its items too, and `read_at` when that was read. `sequence` counts what was announced of it.
    `is_released`: somebody has it packed although not all of it was in stock.
    """

    id: UUID
    channel: str
    connection: str | None
    livemode: bool
    external_id: str
    number: str
    status: ItemStatus
    currency: str
    total: int
    price: int
    shipping_fee: int
    seller_voucher: int
    platform_voucher: int
    payment_method: str
    is_cod: bool
    ship_by: datetime | None
    version: datetime | None
    read_at: datetime | None
    sequence: int
    created_at: datetime
    updated_at: datetime
    payment_id: UUID | None = None
    cod: str | None = None
    is_released: bool = False


class OrderBuyer(msgspec.Struct, frozen=True, kw_only=True):
    """Who buys, and where it goes; every field may be empty, or masked by the marketplace."""

    order_id: UUID
    customer_id: UUID | None = None
    email: str = ""
    phone: str = ""
    told: Buyer = Buyer()
    erased_at: datetime | None = None


class OrderDetails(msgspec.Struct, frozen=True):
    """An order with everything that it consists of. `missing` is what was sold of it and is not in stock, units by SKU of ours, while something of it is to be packed."""

    order: Order
    items: tuple[Item, ...]
    buyer: OrderBuyer
    missing: Mapping[str, int] = {}

    @property
    def is_held(self) -> bool:
        """Whether nothing of it is packed now, because it was oversold and nobody has released it."""
        return bool(self.missing) and not self.order.is_released

    @property
    def packages(self) -> Mapping[str, tuple[Item, ...]]:
        """Items by the parcel that they are in, in the order in which they stand."""
        found: dict[str, tuple[Item, ...]] = {}
        for item in self.items:
            if item.package:
                found[item.package] = (*found.get(item.package, ()), item)
        return found


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """Which orders a list shows; None means any. `connections` are shops; None among them are our own."""

    status: str | None = None
    connections: tuple[str | None, ...] | None = None
    external_id: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


NOWHERE: Final = Address()
EVERY_ORDER: Final = OrderFilters()


@dataclass(frozen=True, slots=True)
class Poll:
    """How far a shop's poll has read. `through` is the newest change that was seen, `cursor` where a walk goes on, as it was stored."""

    connection: str
    through: datetime
    cursor: Mapping[str, object] | None = field(default=None)
    failures: int = 0


@dataclass(frozen=True, slots=True)
class OwnLine:
    """So many units of one of our products at a price each, from a warehouse or (None) from wherever they are."""

    sku: str
    quantity: int
    price: int
    warehouse: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class NewOwnOrder:
    """An order of our own, validated at the edge. Who buys is a customer, or is told; `payment` is what pays it."""

    id: UUID
    currency: str
    lines: tuple[OwnLine, ...]
    external_id: str | None = None
    customer: UUID | None = None
    email: str = ""
    phone: str = ""
    buyer: Buyer = field(default_factory=Buyer)
    payment: UUID | None = None
    is_cod: bool = False

    @property
    def total(self) -> int:
        return sum(line.quantity * line.price for line in self.lines)
