"""An example of each event about an order, rendered by the code that renders the real ones."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gerbang.core.orders.machine import order_status
from gerbang.core.orders.model import Detail, Item, Order, OrderBuyer, OrderDetails
from gerbang.ports.marketplace_orders import ItemStatus
from gerbang.web.event_catalogue import AT, EventData, told
from gerbang.web.views.orders import OrderTold, order_payload

_NOW: Final = datetime.fromisoformat(AT).astimezone(UTC)
_ORDER, _ITEM = (UUID(f"019ad3e5-3a10-7c3b-8f21-6d0e4b7a9d0{n}") for n in range(2))
_HERE: Final = frozenset({ItemStatus.UNPAID, ItemStatus.PENDING, ItemStatus.CANCELLED, ItemStatus.UNKNOWN})


def _example(type_: str) -> Mapping[str, Any]:
    word = type_.partition(".")[2]
    status = ItemStatus(word) if word in list(ItemStatus) else ItemStatus.PENDING
    parcel = "" if status in _HERE else "FP260422900198363"
    item = Item(
        id=_ITEM,
        order_id=_ORDER,
        external_id="260422900298363",
        status=status,
        reached=ItemStatus.PENDING,
        said=status.value,
        version=_NOW,
        sku="KOPI-250",
        name="Kopi Gayo 250 g",
        quantity=1,
        price=149_000,
        paid=139_000,
        package=parcel,
        warehouse="dropshipping",
        ship_by=_NOW + timedelta(days=1),
        detail=Detail(
            tracking="LXRP260422900198363" if parcel else "",
            carrier="LEX ID" if parcel else "",
            seller_voucher=10_000,
        ),
    )
    order = Order(
        id=_ORDER,
        channel="lazada",
        connection="lazada-1",
        livemode=False,
        external_id="260422900198363",
        number="260422900198363",
        status=order_status([item]),
        currency="IDR",
        total=148_000,
        price=149_000,
        shipping_fee=9_000,
        seller_voucher=10_000,
        platform_voucher=0,
        payment_method="BCA_VA",
        is_cod=False,
        ship_by=item.ship_by,
        version=_NOW,
        read_at=_NOW,
        sequence=4,
        created_at=_NOW - timedelta(hours=2),
        updated_at=_NOW,
    )
    return order_payload(OrderDetails(order, (item,), OrderBuyer(order_id=_ORDER)))


ORDER_DATA: Final[EventData] = told(OrderTold, _example, by_webhook=True)
