"""What a marketplace says of products, their stock and price, and of the money that it owes. Values only; `ports/marketplace.py` says how they are asked for."""

from enum import StrEnum

import msgspec

from gerbang.base.money import Money
from gerbang.ports.marketplace_orders import Unreadable


class Stock(msgspec.Struct, frozen=True):
    """Units of a variant in a warehouse. `withheld` wait for a payment, `occupied` for their parcel, `campaign` is locked out of `sellable`; total = sellable + withheld +
    occupied. `read_only`: the marketplace fulfils it.
    """

    warehouse: str
    sellable: int
    withheld: int = 0
    occupied: int = 0
    campaign: int = 0
    read_only: bool = False


class ProductSku(msgspec.Struct, frozen=True, kw_only=True):
    """One variant that can be sold."""

    product: str
    variant: str
    sku: str
    name: str
    is_active: bool
    price: Money
    special_price: Money | None = None
    stock: tuple[Stock, ...] = ()
    image: str = ""


class Products(msgspec.Struct, frozen=True):
    """A page of products by their variants; `next` is where the list goes on, empty at its end. `is_cut`: it goes on, and the marketplace tells no more."""

    skus: tuple[ProductSku, ...]
    next: str
    unreadable: tuple[Unreadable, ...] = ()
    is_cut: bool = False


class StockWish(msgspec.Struct, frozen=True):
    """So many free units of a variant are to be sold from a warehouse (empty: the shop's only one)."""

    product: str
    variant: str
    sellable: int
    warehouse: str = ""


class PriceWish(msgspec.Struct, frozen=True):
    """What a variant is to cost."""

    product: str
    variant: str
    price: Money


class StockVerdict(StrEnum):
    """What became of a wish."""

    DONE = "done"
    LOCKED = "locked"  # a campaign forbids it: it pends
    NOT_MINE = "not_mine"  # semi-managed or fulfilled by the marketplace
    BUSY = "busy"  # the same may be asked again
    REFUSED = "refused"
    UNCLEAR = "unclear"  # the batch failed without saying which: read the product back


class StockOutcome(msgspec.Struct, frozen=True):
    """What became of one wish of a batch."""

    product: str
    variant: str
    verdict: StockVerdict
    code: str = ""
    said: str = ""
    warehouse: str = ""


class FeeKind(StrEnum):
    """What a line of a statement is for; what takes one back is the same kind with the other sign. What we cannot tell is `other`, shown and alerted."""

    SALE = "sale"
    COMMISSION = "commission"
    PAYMENT_FEE = "payment_fee"
    SHIPPING_PAID_BY_BUYER = "shipping_paid_by_buyer"
    SHIPPING_CHARGED = "shipping_charged"  # what the marketplace takes of the seller for carriage
    SHIPPING_SUBSIDY = "shipping_subsidy"  # what the marketplace bears of it, or takes back
    PLATFORM_VOUCHER = "platform_voucher"  # the buyer paid less, and the marketplace owes the rest
    SELLER_VOUCHER = "seller_voucher"  # the buyer paid less, and so the sale is less
    REFUND = "refund"
    CASH_ON_DELIVERY = "cash_on_delivery"  # what a carrier collected, above 0, or its fee for that
    FAILED_DELIVERY = "failed_delivery"  # the fee for it, or for its way back
    PAYOUT = "payout"  # money that left for the bank: the payout itself is what counts
    ADJUSTMENT = "adjustment"
    OTHER = "other"


class FinanceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a shop's statement: `amount` minor units of `currency`, above 0 for what the marketplace owes us. `on` is a day there, ISO. `statement` is the
    name of its payout, or of the period that the payout is for: then `until` is the last day of it, ISO.
    """

    id: str
    on: str
    kind: FeeKind
    said: str
    amount: int
    currency: str
    order: str = ""
    item: str = ""
    statement: str = ""
    until: str = ""
    is_paid: bool | None = None


class FinanceLines(msgspec.Struct, frozen=True):
    """A page; `next` is the offset of the next, None after the last: a page that came short may be half of one, and goes on. `unreadable` names the orders of lines that hold what cannot be."""

    lines: tuple[FinanceLine, ...]
    next: int | None
    unreadable: tuple[Unreadable, ...] = ()


class Payout(msgspec.Struct, frozen=True, kw_only=True):
    """One statement and what is paid of it, signed minor units."""

    statement: str
    amount: int
    currency: str
    is_paid: bool
    created_at: str
    opening: int | None = None
    closing: int | None = None
