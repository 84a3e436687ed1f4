"""What is asked before items of a marketplace's order are cancelled: what it will do stands there first."""

from datetime import UTC, datetime
from html import unescape
from typing import Final

from markupsafe import escape
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.core.orders.model import Item, Order, OrderBuyer, OrderDetails
from gerbang.core.orders.operation_model import PaymentAfter
from gerbang.core.orders.service import CancelPreview
from gerbang.ports.marketplace_orders import CancelOptions, CancelReason, ItemStatus
from gerbang.web.console.order_questions import acts_of, cancel_question

_NOW: Final = datetime(2026, 11, 11, 3, tzinfo=UTC)
_ORDER: Final = Order(
    id=ids.new(), channel="lazada", connection="pasar-1", livemode=True, external_id="1", number="1", status=ItemStatus.PACKED, currency="IDR",
    total=149_000, price=149_000, shipping_fee=0, seller_voucher=0, platform_voucher=0, payment_method="COD", is_cod=True, ship_by=None,
    version=_NOW, read_at=_NOW, sequence=1, created_at=_NOW, updated_at=_NOW,
)  # fmt: skip
_ITEM: Final = Item(
    id=ids.new(), order_id=_ORDER.id, external_id="1-1", status=ItemStatus.PACKED, reached=ItemStatus.PACKED, said="packed", version=_NOW,
    sku="KOPI-250", name="Kopi Gayo", quantity=1, price=149_000, paid=149_000, package="FP1",
)  # fmt: skip
_OPTIONS: Final = CancelOptions(
    "The buyer's rating falls.", (CancelReason("10", "Out of stock", True), CancelReason("15", "Wrong price"))
)


def test_it_says_that_the_parcel_goes_what_the_marketplace_says_and_which_reason_empties_the_stock() -> None:
    one = OrderDetails(_ORDER, (_ITEM,), OrderBuyer(order_id=_ORDER.id))
    asked = cancel_question(one, CancelPreview([_ITEM], _OPTIONS, PaymentAfter.NONE), "en")
    said = "One item that is packed cancels its whole parcel. The marketplace says: The buyer's rating falls."
    assert unescape(escape(asked.note)) == said, "once"
    (reason,) = asked.inputs
    assert [(id_, unescape(escape(words))) for id_, words in reason.options] == [
        ("10", "Out of stock: the marketplace sets the SKU's stock to 0"),
        ("15", "Wrong price"),
    ]
    assert asked.earlier == ("1 × Kopi Gayo · KOPI-250 · Rp\u00a0149.000 · FP1",)
    pending = replace(_ITEM, status=ItemStatus.PENDING, package="")
    plain = cancel_question(one, CancelPreview([pending], CancelOptions("", ()), PaymentAfter.NONE), "en")
    assert (plain.note, plain.button) == ("", ""), "without a reason there is nothing to press"


def test_what_a_carrier_of_the_marketplaces_brings_is_noted_by_nobody_here() -> None:
    shipped = replace(_ITEM, status=ItemStatus.SHIPPED)
    assert acts_of(OrderDetails(_ORDER, (shipped,), OrderBuyer(order_id=_ORDER.id))) == []
    assert acts_of(OrderDetails(_ORDER, (_ITEM,), OrderBuyer(order_id=_ORDER.id))) == ["repack"]
