"""The things of the simulated Lazada. Each is kept whole, and its newest form is what the journal holds; money is in hundredths."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec


class Status(StrEnum):
    """Of an item (notes 5.5)."""

    UNPAID = "unpaid"
    PENDING = "pending"
    REPACKED = "repacked"
    PACKED = "packed"
    READY_TO_SHIP_PENDING = "ready_to_ship_pending"
    READY_TO_SHIP = "ready_to_ship"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    FAILED_DELIVERY = "failed_delivery"
    LOST_BY_3PL = "lost_by_3pl"
    DAMAGED_BY_3PL = "damaged_by_3pl"
    RETURNED = "returned"
    CANCELED = "canceled"
    SHIPPED_BACK = "shipped_back"
    SHIPPED_BACK_SUCCESS = "shipped_back_success"
    SHIPPED_BACK_FAILED = "shipped_back_failed"
    PACKAGE_SCRAPPED = "package_scrapped"


TO_PACK: Final = frozenset({Status.PENDING, Status.REPACKED})
TO_SHIP: Final = frozenset({Status.PACKED, Status.READY_TO_SHIP_PENDING})
READY: Final = frozenset({Status.READY_TO_SHIP_PENDING, Status.READY_TO_SHIP})
CANCELLABLE: Final = TO_PACK | TO_SHIP | READY


class Stock(msgspec.Struct, frozen=True):
    """A SKU in one warehouse: what is there, what unpaid orders hold, what paid ones hold until they leave (notes 8.2)."""

    warehouse: str
    total: int
    withhold: int = 0
    occupy: int = 0

    @property
    def sellable(self) -> int:
        return self.total - self.withhold - self.occupy


class Sku(msgspec.Struct, frozen=True, tag_field="kind", tag="lazada_sku"):
    seller: str
    item_id: int
    sku_id: int
    seller_sku: str
    name: str
    price: int
    special_price: int
    sort: str
    stock: tuple[Stock, ...]
    locked: int
    semi_managed: bool
    updated_at: datetime

    @property
    def sellable(self) -> int:
        return sum(one.sellable for one in self.stock)

    @property
    def buyers_price(self) -> int:
        return self.special_price or self.price


class Item(msgspec.Struct, frozen=True):
    """One unit sold. `sort` is the article's; `reverse` the newest reverse order about it."""

    id: int
    sku_id: int
    item_id: int
    seller_sku: str
    name: str
    price: int
    warehouse: str
    sort: str
    status: Status
    updated_at: datetime
    voucher_seller: int = 0
    voucher_platform: int = 0
    shipping: int = 0
    package: str = ""
    tracking: str = ""
    carrier: str = ""
    invoice: str = ""
    reason: str = ""
    initiator: str = ""
    return_status: str = ""
    reverse: int = 0
    need_cancel_confirm: bool = False
    is_cancel_pending: bool = False
    cancel_at: datetime | None = None

    @property
    def paid_price(self) -> int:
        return self.price - self.voucher_seller - self.voucher_platform


class Package(msgspec.Struct, frozen=True):
    """`status` is as the push of packages says it, upper case; `history` each with its time."""

    id: str
    carrier: str
    tracking: str
    status: str
    history: tuple[tuple[str, datetime], ...]
    moves_at: datetime | None = None


class Buyer(msgspec.Struct, frozen=True):
    id: int
    name: str
    phone: str
    street: str


class ShopOrder(msgspec.Struct, frozen=True, tag_field="kind", tag="lazada_order"):
    """What one shop has of a basket: its id is unique inside the shop only."""

    seller: str
    id: int
    created_at: datetime
    updated_at: datetime
    buyer: Buyer
    payment_method: str
    items: tuple[Item, ...]
    packages: tuple[Package, ...] = ()
    pay_until: datetime | None = None
    paid_at: datetime | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, int]:
        return self.seller, self.id

    @property
    def price(self) -> int:
        return sum(item.price for item in self.items)

    @property
    def shipping(self) -> int:
        return sum(item.shipping for item in self.items)

    def item(self, id_: int) -> Item | None:
        return next((item for item in self.items if item.id == id_), None)

    def package(self, id_: str) -> Package | None:
        return next((package for package in self.packages if package.id == id_), None)

    def of_package(self, id_: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.package == id_)


class ReverseLine(msgspec.Struct, frozen=True):
    """One item that is cancelled, comes back or is refunded; `refund` in hundredths."""

    id: int
    order_item: int
    seller_sku: str
    status: str
    ofc_status: str
    refund: int
    reason_code: int
    reason: str


class Reverse(msgspec.Struct, frozen=True, tag_field="kind", tag="lazada_reverse"):
    """`sort` is CANCEL, RTM, RTW or ONLY_REFUND; `decide_by` when Lazada decides in the seller's place."""

    id: int
    seller: str
    order: int
    sort: str
    lines: tuple[ReverseLine, ...]
    created_at: datetime
    updated_at: datetime
    decide_by: datetime | None = None


class Fee(msgspec.Struct, frozen=True, tag_field="kind", tag="lazada_fee"):
    """One line of the seller's account; `statement` is empty until it is paid out."""

    number: int
    seller: str
    order: int
    order_item: int
    at: datetime
    fee_type: str
    name: str
    amount: int
    statement: str = ""


class Payout(msgspec.Struct, frozen=True, tag_field="kind", tag="lazada_payout"):
    seller: str
    number: str
    created_at: datetime
    opening: int
    revenue: int
    amount: int
    lines: tuple[int, ...]


class Grant(msgspec.Struct, frozen=True, tag_field="kind", tag="lazada_grant"):
    """Two tokens of one seller for one app. Times are seconds since 1970, real ones; 0: it does not age."""

    app_key: str
    seller: str
    access_token: str
    refresh_token: str
    access_until: float
    refresh_until: float
    access_dead: bool = False
    refresh_dead: bool = False
    told_on: str = ""


class Code(msgspec.Struct, frozen=True, tag_field="kind", tag="lazada_code"):
    """What the browser carried back: works once, and 30 minutes."""

    code: str
    app_key: str
    seller: str
    until: float
    used: bool = False


class SellerState(msgspec.Struct, frozen=True, tag_field="kind", tag="lazada_seller"):
    seller: str
    status: str


class PushState(msgspec.Struct, frozen=True, tag_field="kind", tag="lazada_push"):
    """Pushing to this app's address has stopped, or goes on again."""

    app_key: str
    stopped: bool
