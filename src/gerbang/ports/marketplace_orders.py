"""What a marketplace says of orders: their units, parcels, buyers' claims. Values only.

Money is exact in minor units, times are aware, a marketplace's own word stands beside ours (`said`). Ids are texts, unique inside one shop only.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from gerbang.base.money import Money


class ItemStatus(StrEnum):
    """Where one unit of an order stands."""

    UNPAID = "unpaid"
    PENDING = "pending"
    PACKED = "packed"
    REPACKED = "repacked"
    READY_TO_SHIP = "ready_to_ship"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNING = "returning"
    RETURNED = "returned"
    FAILED = "failed"
    LOST = "lost"
    DAMAGED = "damaged"
    SCRAPPED = "scrapped"
    UNKNOWN = "unknown"  # a word that we do not know: `said` has it


class Fulfilment(StrEnum):
    """Who brings a unit to its buyer. Only what a carrier or a fleet of the seller's brings is packed here."""

    CARRIER = "carrier"  # the seller packs, the marketplace's carrier fetches
    OWN_FLEET = "own_fleet"  # the seller packs and delivers
    MARKETPLACE = "marketplace"  # out of the marketplace's own warehouse: nothing to do
    DIGITAL = "digital"
    PICKUP = "pickup"  # fetched at the seller's store


class Address(msgspec.Struct, frozen=True):
    """A person and a place; every field may be empty, or masked by the marketplace (`61****7`)."""

    name: str = ""
    phone: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    post_code: str = ""
    country: str = ""


class Buyer(msgspec.Struct, frozen=True):
    """Who buys. `id` is the marketplace's, where it tells one."""

    id: str = ""
    name: str = ""
    billing: Address = Address()
    shipping: Address = Address()
    tax_number: str = ""
    note: str = ""


class CancelRequest(msgspec.Struct, frozen=True):
    """A buyer wants to cancel a unit and the seller is asked: without an answer by `decide_by` it is cancelled."""

    claim: str
    decide_by: datetime | None


class MarketplaceItem(msgspec.Struct, frozen=True, kw_only=True):
    """One unit that was sold: two of a SKU are two of these.

    `price` is the list price, `paid` what the buyer pays for it after vouchers and before shipping; `seller_voucher` is the seller's own gift, `platform_voucher` is
    paid by the marketplace and owed to the seller. `ship_by` is when it must be ready, `version` when the marketplace changed it last.
    `product` and `variant` are the marketplace's ids of what was sold, `sku` the seller's word for it, which need not be unique.
    """

    id: str
    status: ItemStatus
    said: str
    sku: str
    product: str
    variant: str
    name: str
    version: datetime
    created_at: datetime
    price: Money
    paid: Money
    variation: str = ""
    image: str = ""
    shipping: Money | None = None
    tax: Money | None = None
    seller_voucher: Money | None = None
    platform_voucher: Money | None = None
    package: str = ""
    tracking: str = ""
    carrier: str = ""
    warehouse: str = ""
    fulfilment: Fulfilment = Fulfilment.CARRIER
    is_preorder: bool = False
    is_semi_managed: bool = False
    ship_by: datetime | None = None
    paid_at: datetime | None = None
    invoice_number: str = ""
    reason: str = ""
    is_cancel_pending: bool = False
    cancel_request: CancelRequest | None = None


class OrderHead(msgspec.Struct, frozen=True, kw_only=True):
    """An order without its units, as a list has it. `version` is when the marketplace changed it last, to the second: two changes of one second have the
    same version, so what was read later under the same version counts. `price` is of all units before voucher and shipping.
    """

    id: str
    number: str
    version: datetime
    created_at: datetime
    price: Money
    total: Money
    shipping_fee: Money
    seller_voucher: Money
    platform_voucher: Money
    payment_method: str
    is_cod: bool
    warehouse: str
    buyer: Buyer
    statuses: tuple[str, ...] = ()


class MarketplaceOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order with all its units. `version` is the newest of its own and theirs."""

    head: OrderHead
    items: tuple[MarketplaceItem, ...]

    @property
    def version(self) -> datetime:
        return max([self.head.version, *(item.version for item in self.items)])


class OrderCursor(msgspec.Struct, frozen=True):
    """Where a walk over changed orders goes on; core keeps it as it is. `seen` are the orders already read of the second `after`."""

    after: datetime
    seen: tuple[str, ...] = ()
    offset: int = -1
    of: int = 0


class Unreadable(msgspec.Struct, frozen=True):
    """An order that holds what cannot be (an amount with a fraction of a minor unit, no time): it alone stands still, and a person is told why."""

    order: str
    why: str


class ChangedOrders(msgspec.Struct, frozen=True):
    """One page of orders, oldest change first. `next` is None when this was the last: the next walk begins at `through`, less an overlap."""

    heads: tuple[OrderHead, ...]
    next: OrderCursor | None
    through: datetime
    unreadable: tuple[Unreadable, ...] = ()


class Packing(msgspec.Struct, frozen=True):
    """Units of one order for one parcel. `carrier` only where `Carriers.choose` asks for one."""

    order: str
    items: tuple[str, ...]
    carrier: str = ""


class Carriers(msgspec.Struct, frozen=True):
    """Whether a carrier is to be chosen (else the marketplace does, and none may be named), and which: code and name."""

    choose: bool
    options: tuple[tuple[str, str], ...] = ()


class Packed(msgspec.Struct, frozen=True):
    """A unit that is packed now."""

    order: str
    item: str
    package: str
    tracking: str
    carrier: str


class NotDone(msgspec.Struct, frozen=True):
    """A unit or a parcel that the marketplace would not take: its code and words, and whether the same may be asked again."""

    code: str
    reason: str
    retry: bool
    order: str = ""
    item: str = ""
    package: str = ""


class NotTold(msgspec.Struct, frozen=True):
    """A unit or a parcel of which the answer says nothing: it may have been done. Look it up."""

    order: str = ""
    item: str = ""
    package: str = ""


class Shipped(msgspec.Struct, frozen=True):
    """A parcel that the marketplace took, or a unit without one."""

    package: str = ""
    item: str = ""


PackOutcome = Packed | NotDone | NotTold
ShipOutcome = Shipped | NotDone | NotTold


class Label(msgspec.Struct, frozen=True):
    """Labels of parcels in one document: its bytes, or where to get them until `until`."""

    content_type: str
    body: bytes = b""
    url: str = ""


class CancelReason(msgspec.Struct, frozen=True):
    """Valid for this order only. `empties_stock`: the marketplace sets the SKU to 0 with it."""

    id: str
    text: str
    empties_stock: bool = False


class CancelOptions(msgspec.Struct, frozen=True):
    """What cancelling would do, in the marketplace's words, and why it may be done."""

    tip: str
    reasons: tuple[CancelReason, ...]


class CancelOutcome(msgspec.Struct, frozen=True):
    """`is_taken`: the marketplace took it, which is not yet cancelled."""

    is_taken: bool
    said: str


class ClaimKind(StrEnum):
    CANCEL = "cancel"
    RETURN = "return"
    REFUND = "refund"  # money back, and the goods stay


class ClaimStatus(StrEnum):
    """Where a claim stands. Only `requested`, `received` and a cancel's request wait for the seller."""

    REQUESTED = "requested"
    COMING_BACK = "coming_back"
    RECEIVED = "received"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DONE = "done"
    UNKNOWN = "unknown"


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of a claim. `refund` is what the marketplace's document says the number means; where that is unproven `refund_otherwise` is the same
    number read the other way (a hundredfold): only what agrees with what was paid is to be believed.
    """

    id: str
    item: str
    status: ClaimStatus
    said: str
    refund: Money | None = None
    refund_otherwise: Money | None = None
    reason: str = ""
    tracking: str = ""
    decide_by: datetime | None = None
    is_dispute: bool = False


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer wants back. `to_seller`: the goods come to the seller, who decides; else to the marketplace, and nothing is asked here."""

    id: str
    order: str
    kind: ClaimKind
    to_seller: bool
    lines: tuple[ClaimLine, ...]
    version: datetime | None = None


class Claims(msgspec.Struct, frozen=True):
    """A page of claims; `next` is the number of the next page, None for none."""

    claims: tuple[Claim, ...]
    next: int | None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A seller's answer to a claim. `receive` says that the goods are back. A refusal needs a reason's id and a comment; `images` are addresses."""

    claim: str
    kind: ClaimKind
    status: ClaimStatus
    answer: Literal["accept", "refuse", "receive"]
    lines: tuple[str, ...] = ()
    reason: str = ""
    comment: str = ""
    images: tuple[str, ...] = ()
