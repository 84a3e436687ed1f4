"""What is done to an order, one row each, and why it cannot be: packing, shipping, bringing it, cancelling, invoice numbers. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from gerbang.base.errors import Conflict, Invalid
from gerbang.core.orders.model import Cod, Item, Order
from gerbang.ports.marketplace_orders import Fulfilment, ItemStatus

OPERATION: Final = "order_operation"
OPERATION_PREFIX: Final = "oop"


class OperationKind(StrEnum):
    PACK = "pack"
    SHIP = "ship"
    CANCEL = "cancel"
    INVOICE_NUMBER = "invoice_number"
    REPACK = "repack"  # the parcel is undone: its items can be packed anew
    DELIVERED = "delivered"  # whoever the seller sent has brought it
    FAILED_DELIVERY = "failed_delivery"  # could not bring it
    DIGITAL_DELIVERED = "digital_delivered"
    RETURNED = "returned"  # it is back; of our own orders only


class OperationStatus(StrEnum):
    """Where an operation stands. Only the first two are open: an order has one open operation at most."""

    REQUESTED = "requested"  # not sent, for certain
    SENDING = "sending"  # it may have left: it is looked up, and never sent again
    DONE = "done"  # of all items
    PARTLY_DONE = "partly_done"
    NOT_DONE = "not_done"


OPEN: Final = frozenset({OperationStatus.REQUESTED, OperationStatus.SENDING})


class OrderBusy(Conflict):
    """Something else is being done to it, whose end is not known yet."""

    code = "order_busy"
    title = "Something else is being done to this order"


class UnknownItems(Invalid):
    code = "unknown_items"
    title = "The order has no such items"


class ItemsNotAllowed(Conflict):
    """Where an item stands does not allow it; nothing was sent."""

    code = "items_not_allowed"
    title = "The items do not stand where this can be done"


class MarketplaceRefused(Conflict):
    """The marketplace did none of it."""

    code = "marketplace_refused"
    title = "The marketplace did not do it"


class DocumentNotThere(Conflict):
    code = "document_not_there"
    title = "There is no such document of this order"


class ItemOutcome(msgspec.Struct, frozen=True):
    """What became of one item, by our id of it in text. Of one that was not done: the marketplace's code and words, or ours."""

    item: str
    is_done: bool
    code: str = ""
    reason: str = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked: items by the marketplace's ids, parcels, a carrier where one is chosen, the reason's id of a cancel, or an invoice's number. `empties_stock`: the marketplace sets
    what is cancelled for this reason to 0.
    """

    items: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    carrier: str = ""
    reason: str = ""
    number: str = ""
    empties_stock: bool = False


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. `sent_at` says that it may have left; `looks` counts how often it was looked up since."""

    id: UUID
    order_id: UUID
    kind: OperationKind
    status: OperationStatus
    asked: Asked
    outcomes: tuple[ItemOutcome, ...]
    actor: str
    claim: int
    sent_at: datetime | None
    looks: int
    created_at: datetime
    updated_at: datetime


def status_of(outcomes: Sequence[ItemOutcome]) -> OperationStatus:
    """How an operation ended."""
    done = sum(one.is_done for one in outcomes)
    if done == len(outcomes):
        return OperationStatus.DONE
    return OperationStatus.PARTLY_DONE if done else OperationStatus.NOT_DONE


# From which status an item can come by each, and which says that it was done.
FIT: Final[Mapping[OperationKind, frozenset[ItemStatus]]] = {
    OperationKind.PACK: frozenset({ItemStatus.PENDING, ItemStatus.REPACKED}),
    OperationKind.SHIP: frozenset({ItemStatus.PACKED}),
    OperationKind.CANCEL: frozenset(
        {ItemStatus.PENDING, ItemStatus.REPACKED, ItemStatus.PACKED, ItemStatus.READY_TO_SHIP}
    ),
    OperationKind.INVOICE_NUMBER: frozenset(
        {ItemStatus.PACKED, ItemStatus.READY_TO_SHIP, ItemStatus.SHIPPED, ItemStatus.DELIVERED}
    ),
    OperationKind.REPACK: frozenset({ItemStatus.PACKED, ItemStatus.READY_TO_SHIP}),
    OperationKind.DELIVERED: frozenset({ItemStatus.READY_TO_SHIP, ItemStatus.SHIPPED}),
    OperationKind.FAILED_DELIVERY: frozenset({ItemStatus.READY_TO_SHIP, ItemStatus.SHIPPED}),
    OperationKind.DIGITAL_DELIVERED: frozenset({ItemStatus.PENDING}),
    OperationKind.RETURNED: frozenset({ItemStatus.DELIVERED, ItemStatus.FAILED, ItemStatus.RETURNING}),
}
# What is asked of a marketplace by parcels; the rest by units.
BY_PARCEL: Final = frozenset(
    {OperationKind.SHIP, OperationKind.REPACK, OperationKind.DELIVERED, OperationKind.FAILED_DELIVERY}
)
_CAME_BACK: Final = frozenset({ItemStatus.RETURNED, ItemStatus.LOST, ItemStatus.DAMAGED, ItemStatus.SCRAPPED})
_LEAVES: Final = frozenset({OperationKind.PACK, OperationKind.SHIP})
_BROUGHT: Final = frozenset({OperationKind.DELIVERED, OperationKind.FAILED_DELIVERY})
_PACKED_HERE: Final = frozenset({Fulfilment.CARRIER, Fulfilment.OWN_FLEET})


def why_not(kind: OperationKind, item: Item) -> str:
    """Why it cannot be done to an item now; empty where it can."""
    if kind is not OperationKind.CANCEL and item.detail.is_cancel_pending:
        return "It is being cancelled."
    if kind in _LEAVES and item.detail.cancel_claim:
        return "Its buyer asks to cancel it: accept or refuse that first."
    if kind is OperationKind.PACK and item.status is ItemStatus.PACKED:
        return f"It is packed already, in {item.package or 'a parcel'}."
    if kind is OperationKind.SHIP and item.status in FIT[OperationKind.PACK]:
        return "It is not packed yet: pack it first."
    if item.status not in FIT[kind]:
        return f"It is {item.status.value}."
    if kind is OperationKind.PACK and item.fulfilment not in _PACKED_HERE:
        return f"It is not packed here: its fulfilment is {item.fulfilment.value}."
    if kind in _BROUGHT and item.fulfilment is not Fulfilment.OWN_FLEET:
        return f"It is not brought by you: its fulfilment is {item.fulfilment.value}."
    if kind is OperationKind.DIGITAL_DELIVERED and item.fulfilment is not Fulfilment.DIGITAL:
        return "It is nothing digital: pack and ship it."
    return ""


def why_not_of(kind: OperationKind, order: Order, item: Item) -> str:
    """The same, with what the order says. Only our own can be cancelled before it is paid, and told returned; where cash is owed at the door it says what became of the order."""
    if kind is OperationKind.RETURNED and order.connection is not None:
        return "The marketplace says what comes back."
    if kind is OperationKind.CANCEL and order.connection is None and item.status is ItemStatus.UNPAID:
        return ""
    if kind in _BROUGHT and order.cod == Cod.OWED and item.status in FIT[kind]:
        return "Its cash is owed: say by `cod` what became of it."
    return why_not(kind, item)


class PaymentAfter(StrEnum):
    """What becomes of the payment of an order of ours when items are cancelled."""

    NONE = "none"  # it has none
    CANCELLED = "cancelled"  # it is not paid: it is cancelled too
    KEPT = "kept"  # it is paid: whoever cancels gives money back by a refund


TIPS: Final[Mapping[PaymentAfter, str]] = {
    PaymentAfter.NONE: "",
    PaymentAfter.CANCELLED: "It is not paid: its payment is cancelled too, and what is in of it goes back.",
    PaymentAfter.KEPT: "It is paid: cancelling gives no money back. Refund its payment afterwards.",
}


def payment_after(order: Order, chosen: Sequence[Item]) -> PaymentAfter:
    """What becomes of an order's payment when these items are cancelled."""
    if order.payment_id is None:
        return PaymentAfter.NONE
    is_unpaid = any(item.status is ItemStatus.UNPAID for item in chosen)
    return PaymentAfter.CANCELLED if is_unpaid else PaymentAfter.KEPT


def was_done(kind: OperationKind, asked: Asked, item: Item) -> bool:
    """Whether an item, as it was read after an answer was lost, shows that it was done (`Call.look_up` of the port)."""
    match kind:
        case OperationKind.PACK:
            return bool(item.package)
        case OperationKind.SHIP:
            return item.status not in {
                *FIT[OperationKind.PACK],
                ItemStatus.PACKED,
                ItemStatus.UNPAID,
                ItemStatus.CANCELLED,
            }
        case OperationKind.CANCEL:
            return item.status is ItemStatus.CANCELLED or item.detail.is_cancel_pending
        case OperationKind.INVOICE_NUMBER:
            return item.detail.invoice_number == asked.number
        case OperationKind.REPACK:
            return item.package not in asked.packages and item.status in {*FIT[OperationKind.PACK], ItemStatus.PACKED}
        case OperationKind.DELIVERED | OperationKind.DIGITAL_DELIVERED:
            return item.status in {ItemStatus.DELIVERED, ItemStatus.RETURNING, ItemStatus.RETURNED}
        case OperationKind.FAILED_DELIVERY:
            return item.status in {*_CAME_BACK, ItemStatus.FAILED, ItemStatus.RETURNING}
        case OperationKind.RETURNED:
            return item.status is ItemStatus.RETURNED
