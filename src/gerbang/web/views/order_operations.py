"""The outer shape of what is done to an order at its marketplace. Pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from gerbang.base import ids
from gerbang.base.errors import FieldError
from gerbang.core.orders.model import ITEM_PREFIX, Item, OrderDetails
from gerbang.core.orders.operation_calls import CARRIER_NEEDED, CARRIER_NOT_CHOSEN, UNKNOWN_REASON
from gerbang.core.orders.operation_model import (
    OPERATION_PREFIX,
    Operation,
    OperationKind,
    OperationStatus,
    PaymentAfter,
)
from gerbang.ports.marketplace_orders import CancelOptions
from gerbang.web.views.orders import OrderView, order_view

_POINTERS = {
    CARRIER_NEEDED: "/shipment_provider",
    CARRIER_NOT_CHOSEN: "/shipment_provider",
    UNKNOWN_REASON: "/reason",
}


class ItemOutcomeView(msgspec.Struct, frozen=True):
    """What became of one item. Where it was not done: the marketplace's code and words, or ours."""

    item: str
    done: bool
    code: str | None
    reason: str | None


class OperationView(msgspec.Struct, frozen=True):
    """What was asked. While it is `requested` or `sending` its end is not known: it is looked up, never sent twice."""

    id: str
    kind: OperationKind
    status: OperationStatus
    items: Sequence[ItemOutcomeView]
    created_at: datetime
    updated_at: datetime


class OrderAfterView(OrderView, frozen=True, kw_only=True):
    """The order as it is afterwards, with what was asked."""

    operation: OperationView


class CancelReasonView(msgspec.Struct, frozen=True):
    """Valid for this order only. `empties_stock`: the marketplace sets the SKU to 0 with it."""

    id: str
    text: str
    empties_stock: bool


class CancelOptionsView(msgspec.Struct, frozen=True):
    """What cancelling would do. `items` are all that go, more than were named where a parcel goes with one of them; `tip` are the marketplace's words.
    `payment` is what becomes of the payment of an order of your own: `cancelled` with it, or `kept`, where you give money back by a refund.
    """

    items: Sequence[str]
    payment: PaymentAfter
    tip: str
    reasons: Sequence[CancelReasonView]


def operation_view(one: Operation) -> OperationView:
    """An operation as the API shows it."""
    return OperationView(
        ids.show(OPERATION_PREFIX, one.id),
        one.kind,
        one.status,
        [ItemOutcomeView(item.item, item.is_done, item.code or None, item.reason or None) for item in one.outcomes],
        one.created_at,
        one.updated_at,
    )


def order_after_view(order: OrderDetails, operation: Operation) -> OrderAfterView:
    """An order with what was asked of it."""
    shown = order_view(order)
    return OrderAfterView(
        **{name: getattr(shown, name) for name in shown.__struct_fields__}, operation=operation_view(operation)
    )


def cancel_options_view(items: Sequence[Item], options: CancelOptions, payment: PaymentAfter) -> CancelOptionsView:
    """What cancelling would do."""
    reasons = [CancelReasonView(one.id, one.text, one.empties_stock) for one in options.reasons]
    return CancelOptionsView([ids.show(ITEM_PREFIX, item.id) for item in items], payment, options.tip, reasons)


def refusals(operation: Operation, named: Sequence[str] | None) -> Sequence[FieldError]:
    """What the marketplace would not do, each beside what was sent: the item that was named, its reason or carrier."""
    faults: dict[tuple[str, str], None] = {}
    for one in operation.outcomes:
        place = f"/items/{named.index(one.item)}" if named and one.item in named else "/items"
        faults[_POINTERS.get(one.code, place), f"{one.reason} ({one.code})" if one.code else one.reason] = None
    return [FieldError(pointer, detail) for pointer, detail in faults]
