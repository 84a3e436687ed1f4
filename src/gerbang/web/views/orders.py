"""The outer shape of an order, in the API and in what outgoing webhooks say. Pure but for the reading of what is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.audit.model import Recorded
from gerbang.core.customers.model import PREFIX as CUSTOMER_PREFIX
from gerbang.core.endpoints.queueing import Payload
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import ITEM_PREFIX, PREFIX, Cod, Item, OrderBuyer, OrderDetails
from gerbang.ports.marketplace_orders import Address, Fulfilment, ItemStatus

MOST_ITEMS: Final = 100


class CancelRequestView(msgspec.Struct, frozen=True):
    """The buyer wants to cancel the item: without an answer by `decide_by` it is cancelled."""

    claim: str
    decide_by: datetime | None


class OrderItemView(msgspec.Struct, frozen=True, kw_only=True):
    """An item: one unit where a marketplace counts so. `price` is the list price of one, `paid` what the buyer pays for it after vouchers.
    `said` is the marketplace's own word for where it stands, `ship_by` when it must be ready.
    """

    id: str
    external_id: str
    sku: str
    name: str
    variation: str
    quantity: int
    price: int
    paid: int
    currency: str
    status: ItemStatus
    said: str
    package: str | None
    tracking: str | None
    carrier: str | None
    warehouse: str
    fulfilment: Fulfilment
    preorder: bool
    ship_by: datetime | None
    invoice_number: str | None
    reason: str | None
    cancel_request: CancelRequestView | None


class PackageView(msgspec.Struct, frozen=True):
    """A parcel: the marketplace's id of it, and which items are in it."""

    id: str
    tracking: str | None
    carrier: str | None
    items: Sequence[str]


class AddressView(msgspec.Struct, frozen=True):
    """A person and a place; the marketplace may have masked any of it."""

    name: str
    phone: str
    lines: Sequence[str]
    city: str
    post_code: str
    country: str


class BuyerView(msgspec.Struct, frozen=True):
    """Who buys, and where it goes. Of one who was erased all is empty but the customer's id."""

    id: str
    customer: str | None
    name: str
    email: str
    phone: str
    billing: AddressView
    shipping: AddressView
    tax_number: str
    note: str


class MissingView(msgspec.Struct, frozen=True):
    """So many units of one of your products."""

    sku: str
    quantity: int


class HoldView(msgspec.Struct, frozen=True):
    """Why nothing of an order is packed: a marketplace sold what is not in stock. It ends when the stock comes, by cancelling what is missing, or by `release`."""

    reason: Literal["oversold"]
    missing: Sequence[MissingView]


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order. Amounts in minor units of `currency`: `price` of all items, `total` what the buyer pays, with `shipping_fee` and after both vouchers, of which
    the marketplace pays `platform_voucher`. `connection` is the shop, null for our own; `created_at` when it was bought.
    Of our own: `total` is of what is not cancelled, which is what is owed at the door; the `payment` that pays it, and `cod_status`, what
    became of that cash. `hold` says why it is not packed now.
    """

    id: str
    channel: str
    connection: str | None
    livemode: bool
    external_id: str
    number: str
    status: ItemStatus
    items: Sequence[OrderItemView]
    packages: Sequence[PackageView]
    buyer: BuyerView
    total: int
    price: int
    shipping_fee: int
    seller_voucher: int
    platform_voucher: int
    currency: str
    payment_method: str
    cod: bool
    cod_status: Cod | None
    payment: str | None
    hold: HoldView | None
    ship_by: datetime | None
    created_at: datetime
    updated_at: datetime


class OrderTold(msgspec.Struct, frozen=True, kw_only=True):
    """An order as endpoints hear of it: who buys, only those with `"include": ["personal"]`. `truncated`: there are more items than these, all of them at `url`."""

    object: Literal["order"]
    url: str
    truncated: bool
    id: str
    channel: str
    connection: str | None
    livemode: bool
    external_id: str
    number: str
    status: ItemStatus
    items: Sequence[OrderItemView]
    packages: Sequence[PackageView]
    total: int
    price: int
    shipping_fee: int
    seller_voucher: int
    platform_voucher: int
    currency: str
    payment_method: str
    cod: bool
    cod_status: Cod | None
    payment: str | None
    ship_by: datetime | None
    created_at: datetime
    updated_at: datetime
    buyer: BuyerView | UnsetType = UNSET


class OrderMomentView(msgspec.Struct, frozen=True):
    """One line of an order's timeline."""

    id: str
    at: datetime
    kind: str
    actor: str
    detail: Mapping[str, Any]
    request_id: str | None


def order_view(one: OrderDetails) -> OrderView:
    """An order as the API shows it."""
    return OrderView(
        **_shared(one),
        items=_items(one, one.items),
        packages=_packages(one, one.items),
        buyer=_buyer(one.buyer),
        hold=_hold(one),
    )


def order_payload(one: OrderDetails, *, personal: bool = False) -> Mapping[str, Any]:
    """An order as endpoints hear of it."""
    some = one.items[:MOST_ITEMS]
    told = OrderTold(
        object="order",
        url=f"/v1/orders/{ids.show(PREFIX, one.order.id)}",
        truncated=len(some) < len(one.items),
        items=_items(one, some),
        packages=_packages(one, some),
        **_shared(one),
    )
    if personal:
        told = msgspec.structs.replace(told, buyer=_buyer(one.buyer))
    plain: Mapping[str, Any] = msgspec.to_builtins(told)
    return plain


async def order_payloads(tx: Tx, wanted: Sequence[UUID]) -> Mapping[UUID, Payload]:
    """Orders by id."""
    return {
        one.order.id: Payload(order_payload(one), partial(order_payload, one, personal=True))
        for one in await load_orders(tx, wanted)
    }


def order_moment_view(one: Recorded) -> OrderMomentView:
    """A line of the timeline."""
    return OrderMomentView(ids.show("aud", one.id), one.happened_at, one.action, one.actor, one.detail, one.request_id)


def _shared(one: OrderDetails) -> dict[str, Any]:
    order = one.order
    return {
        "id": ids.show(PREFIX, order.id),
        "channel": order.channel,
        "connection": order.connection,
        "livemode": order.livemode,
        "external_id": order.external_id,
        "number": order.number,
        "status": order.status,
        "total": order.total,
        "price": order.price,
        "shipping_fee": order.shipping_fee,
        "seller_voucher": order.seller_voucher,
        "platform_voucher": order.platform_voucher,
        "currency": order.currency,
        "payment_method": order.payment_method,
        "cod": order.is_cod,
        "cod_status": Cod(order.cod) if order.cod else None,
        "payment": ids.show("pay", order.payment_id) if order.payment_id else None,
        "ship_by": order.ship_by,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
    }


def _hold(one: OrderDetails) -> HoldView | None:
    if not one.is_held:
        return None
    return HoldView("oversold", [MissingView(sku, count) for sku, count in one.missing.items()])


def _items(one: OrderDetails, some: Sequence[Item]) -> Sequence[OrderItemView]:
    return [_item(item, one.order.currency) for item in some]


def _item(item: Item, currency: str) -> OrderItemView:
    detail = item.detail
    wish = CancelRequestView(detail.cancel_claim, detail.cancel_by) if detail.cancel_claim else None
    return OrderItemView(
        id=ids.show(ITEM_PREFIX, item.id),
        external_id=item.external_id,
        sku=item.sku,
        name=item.name,
        variation=detail.variation,
        quantity=item.quantity,
        price=item.price,
        paid=item.paid,
        currency=currency,
        status=item.status,
        said=item.said,
        package=item.package or None,
        tracking=detail.tracking or None,
        carrier=detail.carrier or None,
        warehouse=item.warehouse,
        fulfilment=item.fulfilment,
        preorder=detail.is_preorder,
        ship_by=item.ship_by,
        invoice_number=detail.invoice_number or None,
        reason=detail.reason or None,
        cancel_request=wish,
    )


def _packages(one: OrderDetails, some: Sequence[Item]) -> Sequence[PackageView]:
    shown = {item.id for item in some}
    return [
        PackageView(
            package,
            inside[0].detail.tracking or None,
            inside[0].detail.carrier or None,
            [ids.show(ITEM_PREFIX, item.id) for item in inside if item.id in shown],
        )
        for package, inside in one.packages.items()
        if any(item.id in shown for item in inside)
    ]


def _buyer(one: OrderBuyer) -> BuyerView:
    told = one.told
    return BuyerView(
        id=told.id,
        customer=ids.show(CUSTOMER_PREFIX, one.customer_id) if one.customer_id else None,
        name=told.name,
        email=one.email,
        phone=one.phone or told.shipping.phone,
        billing=_address(told.billing),
        shipping=_address(told.shipping),
        tax_number=told.tax_number,
        note=told.note,
    )


def _address(one: Address) -> AddressView:
    return AddressView(one.name, one.phone, one.lines, one.city, one.post_code, one.country)
