"""What core asks of a marketplace, and what one says of its shops and by its webhook; its words about orders and about products stand in `marketplace_orders.py` and `marketplace_catalogue.py`. Values and protocols; no I/O.

All money is exact in minor units of our own exponents (`Money`; a signed count beside a currency where it may be owed): a text with a fraction of a minor unit is
refused, never rounded. All times are aware. A marketplace's own word stands beside ours (`said`), for people and for what we do not know yet. Ids are texts: they are
unique inside one shop only, so core keys everything by shop and id.

The account of a shop holds the settings and secrets of its app beside its own. Every method raises what `base/http.py` names, and of it what stands below:
`Refused` is a clear no, `TurnedAway` (`RateLimited`, `SwitchedOff`) was surely not carried out, `OutcomeUnknown` (`TooMuchData`) may have been.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from gerbang.base.errors import FieldError
from gerbang.base.http import OutcomeUnknown, ProviderRefused, TurnedAway
from gerbang.ports.marketplace_catalogue import FinanceLines, Payout, PriceWish, Products, StockOutcome, StockWish
from gerbang.ports.marketplace_orders import (
    CancelOptions,
    CancelOutcome,
    CancelReason,
    Carriers,
    ChangedOrders,
    Claims,
    Decision,
    Label,
    MarketplaceOrder,
    OrderCursor,
    OrderHead,
    Packing,
    PackOutcome,
    ShipOutcome,
    Unreadable,
)
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored


class Call(msgspec.Struct, frozen=True):
    """One thing that is asked: `most` in one call; whether asking twice does no harm, and where not, how a lost answer is looked up."""

    name: str
    repeatable: bool = True
    most: int = 1
    look_up: str = ""


CHANGED: Final = Call("changed_orders", most=100)
ORDERS: Final = Call("orders", most=50)
ORDER: Final = Call("order")
CARRIERS: Final = Call("carriers")
LABELS: Final = Call("labels", most=20)
INVOICES: Final = Call("invoices", most=100)
CANCEL_OPTIONS: Final = Call("cancel_options")
CLAIMS: Final = Call("claims", most=100)
PRODUCTS: Final = Call("products", most=50)
FINANCE: Final = Call("finance_lines", most=500)
PAYOUTS: Final = Call("payouts")
SHOP: Final = Call("shop")
INVOICE: Final = Call("set_invoice_number")  # the same number again is the same number
STOCK: Final = Call("set_sellable", most=20)  # a total, not a difference
PRICE: Final = Call("set_price", most=20)
PACK: Final = Call("pack", repeatable=False, most=20, look_up="`order`: a unit with a package was packed")
SHIP: Final = Call("ship", repeatable=False, most=20, look_up="`order`: its units say ready_to_ship or later")
REPACK: Final = Call(
    "repack", repeatable=False, most=20, look_up="`order`: its units say repacked, and have no package"
)
CANCEL: Final = Call("cancel", repeatable=False, look_up="`order`: its units say cancelled, or is_cancel_pending")
DELIVERED: Final = Call("delivered", repeatable=False, most=20, look_up="`order`: its units say delivered")
FAILED_DELIVERY: Final = Call("failed_delivery", repeatable=False, most=20, look_up="`order`: its units say failed")
DIGITAL_DELIVERED: Final = Call("digital_delivered", repeatable=False, look_up="`order`: its units say delivered")
REFUSAL_REASONS: Final = Call("refusal_reasons")
DECIDE: Final = Call("decide", repeatable=False, look_up="`claims`: its status moved on")


class ShopProfile(msgspec.Struct, frozen=True):
    """What the marketplace says of a shop. `seller` is its id there, `site` the country's two letters in lower case."""

    seller: str
    site: str
    name: str
    is_active: bool
    said: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an authorisation brought, for `sellers`: by site, the seller's id there. Lives in seconds from when it was asked for; a refresh life of 0: it cannot be refreshed."""

    access: bytes = field(repr=False)
    refresh: bytes = field(repr=False)
    access_s: int
    refresh_s: int
    site: str
    account: str
    sellers: Mapping[str, str]


class OrderHint(msgspec.Struct, frozen=True):
    """Something happened to an order of a seller: ask for it."""

    seller: str
    site: str
    order: str


class ClaimHint(msgspec.Struct, frozen=True):
    """Something happened to a buyer's claim."""

    seller: str
    site: str
    order: str
    claim: str


class PackageHint(msgspec.Struct, frozen=True):
    """A carrier scanned a parcel."""

    seller: str
    site: str
    order: str
    package: str


class ProductHint(msgspec.Struct, frozen=True):
    """A product changed, or its stock is low."""

    seller: str
    site: str
    product: str
    what: str


class TokenExpiring(msgspec.Struct, frozen=True):
    """The authorisation of a seller ends at `at`."""

    seller: str
    site: str
    at: datetime | None


class SellerStatus(msgspec.Struct, frozen=True):
    """A shop was opened or closed by the marketplace."""

    seller: str
    site: str
    is_active: bool
    said: str


MarketplaceMessage = OrderHint | PackageHint | ClaimHint | ProductHint | TokenExpiring | SellerStatus | Ignored


class Why(StrEnum):
    """Why a marketplace will not do something: a clear no, which another try does not change."""

    TOKEN_EXPIRED = "token_expired"  # noqa: S105  a reason, no secret: refresh it
    AUTHORISE_AGAIN = "authorise_again"  # the refresh token is over, or it cannot be refreshed
    CODE_USED = "code_used"  # the code of an authorisation is wrong, used, or older than half an hour
    BAD_KEY = "bad_key"  # the app's key or secret
    CLOCK_SKEW = "clock_skew"  # this machine's clock is too far off
    NOT_PERMITTED = "not_permitted"  # the app, or the seller, may not ask this
    SELLER_INACTIVE = "seller_inactive"
    NOT_FOUND = "not_found"  # no such thing in this shop
    NOT_ALLOWED_NOW = "not_allowed_now"  # its status forbids it
    UNREADABLE = "unreadable"  # it was told, and holds what cannot be
    BAD_REQUEST = "bad_request"  # a fault of ours


class Refused(ProviderRefused):
    """A clear no, with the marketplace's code as `said`."""

    def __init__(self, detail: str, why: Why, said: str = "", *, hint: str | None = None) -> None:
        super().__init__(detail, hint=hint)
        self.why = why
        self.said = said

    @property
    def reason(self) -> str:
        """The code that is kept of it: the marketplace's, or ours where it says none."""
        return self.said or self.why.value

    @property
    def words(self) -> str:
        """What it says, and what cures it."""
        return f"{self.detail} {self.hint}" if self.hint else self.detail


class ConnectionUnauthorized(Refused):
    """The shop's token is refused, and no newer one is here: nothing of it is done until the seller lets the app in again, or the token is refreshed."""

    code = "connection_unauthorized"
    title = "The marketplace refuses the shop's authorisation"

    def __init__(
        self,
        detail: str = "",
        why: Why = Why.TOKEN_EXPIRED,
        said: str = "",
        *,
        hint: str | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(detail, why, said, hint=hint)
        self.errors = tuple(errors)

    @property
    def reason(self) -> str:
        """Ours: whoever called sees at once that it is no matter of this order."""
        return self.code


class RateLimited(TurnedAway):
    """Too many calls: not carried out; `retry_after_s` says when to come back."""


class SwitchedOff(TurnedAway):
    """The marketplace has switched this off for now, as it does on its great days: not carried out."""


class TooMuchData(OutcomeUnknown):
    """It gave up because too much was asked at once: a read may be asked again in smaller parts."""


class Marketplace(Protocol):
    """The wire of one marketplace. `account` is of a shop. Batches are at most `Call.most` long; what is not repeatable leaves once, and an unknown outcome
    is looked up as `Call.look_up` says.

    `changed_orders` walks over what changed (or was `created`) since a time or a cursor, oldest first: no order is left out or told twice in one walk, where they
    move under it too. `with_items` brings the units of heads, `order` one order whole; raises Refused
    (not_found, unreadable). What `pack` is given at once goes with one carrier.
    `carriers` is asked before packing where the app does not know. `label` makes one document of many parcels, `invoice` one of units of one order. `cancel_options` says what cancelling does
    before it is done. `set_sellable` answers for every wish.
    """

    async def changed_orders(
        self, account: Account, since: datetime | OrderCursor, *, created: bool = False
    ) -> ChangedOrders: ...
    async def with_items(
        self, account: Account, heads: Sequence[OrderHead]
    ) -> Sequence[MarketplaceOrder | Unreadable]: ...
    async def order(self, account: Account, order: str) -> MarketplaceOrder: ...
    async def carriers(self, account: Account, packing: Packing) -> Carriers: ...
    async def pack(self, account: Account, packings: Sequence[Packing]) -> Sequence[PackOutcome]: ...
    async def ship(self, account: Account, packages: Sequence[str]) -> Sequence[ShipOutcome]: ...
    async def repack(self, account: Account, packages: Sequence[str]) -> Sequence[ShipOutcome]: ...
    async def delivered(self, account: Account, packages: Sequence[str]) -> Sequence[ShipOutcome]: ...
    async def failed_delivery(self, account: Account, packages: Sequence[str]) -> Sequence[ShipOutcome]: ...
    async def digital_delivered(self, account: Account, order: str, items: Sequence[str]) -> Sequence[ShipOutcome]: ...
    async def label(self, account: Account, packages: Sequence[str]) -> Label: ...
    async def invoice(self, account: Account, items: Sequence[str]) -> Label: ...
    async def set_invoice_number(self, account: Account, item: str, number: str) -> None: ...
    async def cancel_options(self, account: Account, order: str, items: Sequence[str]) -> CancelOptions: ...
    async def cancel(self, account: Account, order: str, items: Sequence[str], reason: str) -> CancelOutcome: ...
    async def claims(self, account: Account, since: datetime | None, page: int = 1, *, order: str = "") -> Claims: ...
    async def refusal_reasons(self, account: Account, line: str) -> Sequence[CancelReason]: ...
    async def decide(self, account: Account, decision: Decision) -> None: ...
    async def products(self, account: Account, since: datetime | None, after: str = "") -> Products: ...
    async def set_sellable(self, account: Account, wishes: Sequence[StockWish]) -> Sequence[StockOutcome]: ...
    async def set_price(self, account: Account, wishes: Sequence[PriceWish]) -> Sequence[StockOutcome]: ...
    async def finance_lines(self, account: Account, first: date, last: date, offset: int = 0) -> FinanceLines: ...
    async def payouts(self, account: Account, since: date) -> Sequence[Payout]: ...
    async def shop(self, account: Account) -> ShopProfile: ...


class ShopAuthorisation(Protocol):
    """How a seller lets an app into a shop. `account` is of the app.

    `address` is where a browser goes, and comes back from to `callback` with `state` and a code. `create` turns a code into tokens, once: an answer that is lost is
    lost, and the seller authorises again. `refresh` brings both tokens anew; the life of the refresh token goes on as it was.
    """

    def address(self, account: Account, callback: str, state: str) -> str: ...
    async def create(self, account: Account, code: str) -> Tokens: ...
    async def refresh(self, account: Account, refresh_token: bytes) -> Tokens: ...
