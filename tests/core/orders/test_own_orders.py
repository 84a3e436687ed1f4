"""The shop's own orders: made with their stock, paid by a payment or at the door, packed and cancelled here."""

import asyncio
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from gerbang.base import ids
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.catalogue.model import NewProduct, OutOfStock, UnknownSku
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.ledger.model import BANK, SALES
from gerbang.core.orders.model import (
    BadOrder,
    Cod,
    CodNotNow,
    NewOwnOrder,
    NotOurOrder,
    OrderDetails,
    OrderExists,
    OwnLine,
)
from gerbang.core.orders.operation_model import (
    DocumentNotThere,
    ItemsNotAllowed,
    OperationKind,
    OperationStatus,
    PaymentAfter,
)
from gerbang.core.orders.operations import Wanted
from gerbang.core.orders.own_orders import OwnOrders
from gerbang.core.payments.model import PAYMENT, NewPayment, PaymentStatus
from gerbang.ports.marketplace_orders import ItemStatus
from gerbang.ports.payment import Payer
from tests.core.orders.world import OPERATOR, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
_S = ItemStatus


def sku() -> str:
    return f"OWN-{ids.new().hex[-10:]}"


async def stocked(world: World, count: int, where: str | None = None) -> str:
    catalogue, name = world.core.service(Catalogue), sku()
    await catalogue.create(OPERATOR, NewProduct(id=ids.new(), sku=name, name="Madu"), world.key())
    await catalogue.set_stock(OPERATOR, name, count, where)
    return name


async def left(world: World, name: str) -> tuple[int, int]:
    one = await world.core.service(Catalogue).get(name)
    return sum(place.quantity for place in one.stock), sum(place.free for place in one.stock)


async def made(world: World, name: str, quantity: int = 1, key: str = "", **more: Any) -> OrderDetails:
    new = NewOwnOrder(ids.new(), "IDR", (OwnLine(name, quantity, 50_000),), **more)
    return (await world.core.service(OwnOrders).create(OPERATOR, new, world.key(key)))[0]


async def done(world: World, one: OrderDetails, kind: OperationKind, **more: Any) -> OrderDetails:
    begun = await world.orders.operations.ask(OPERATOR, one.order.id, Wanted(kind, **more), world.key())
    assert begun.operation.status is OperationStatus.DONE
    return begun.order


async def becomes(world: World, name: str, there: int, free: int) -> None:
    for _ in range(500):
        if await left(world, name) == (there, free):
            return
        await asyncio.sleep(0.02)
    assert await left(world, name) == (there, free)


async def bill(world: World, amount: int = 50_000) -> UUID:
    new = NewPayment(amount, "IDR", "Madu", "LBG-9", payer=Payer("Sari", "sari@lumbung.example", "", ""))
    return (await world.core.payments.create(OPERATOR, new, world.key())).details.payment.id


async def heard(world: World, payment: UUID, status: str) -> None:
    """The payment has come to this, and orders are told of it as the consumer tells them."""
    async with world.core.db.transaction() as tx:
        await tx.execute("UPDATE payments SET status = $2 WHERE id = $1", payment, status)
        told = Announcement(f"payment.{status}", ObjectRef(PAYMENT, payment), {}, world.core.clock.now())
        await world.core.service(OwnOrders).take(tx, [told, told])


async def test_an_order_of_our_own_is_packed_shipped_and_its_stock_is_gone(world: World) -> None:
    name = await stocked(world, 5, "bantul")
    one = await made(world, name, 2, external_id=f"LBG-{name}")
    assert (one.order.channel, one.order.connection, one.order.status) == ("own", None, _S.PENDING)
    assert (one.order.total, one.items[0].quantity, await left(world, name)) == (100_000, 2, (5, 3))
    packed = await done(world, one, OperationKind.PACK)
    assert [item.status for item in packed.items] == [_S.PACKED]
    assert len(packed.packages) == 1
    with pytest.raises(ItemsNotAllowed):
        await done(world, one, OperationKind.PACK)
    with pytest.raises(DocumentNotThere):
        await world.orders.documents.label(OPERATOR, one.order.id, None)
    bill_ = await world.orders.documents.invoice(OPERATOR, one.order.id)
    (page,) = PdfReader(BytesIO(bill_.body)).pages
    printed = page.extract_text().replace("\xa0", " ")
    for words in ("Toko Lumbung", f"LBG-{name}", "Rp 50.000", "Rp 100.000", "Lunas", "UJI COBA"):
        assert words in printed, words
    assert await world.orders.documents.invoice(OPERATOR, one.order.id) == bill_
    assert (await done(world, one, OperationKind.SHIP)).order.status is _S.SHIPPED
    await becomes(world, name, 3, 3)
    told = [type_ for type_, _ in await world.told(one)]
    assert told == ["order.created", "order.packed", "order.shipped"]


async def test_of_fifty_who_buy_the_last_piece_one_gets_it_and_the_others_are_told_which_line(world: World) -> None:
    name = await stocked(world, 1)
    found = await asyncio.gather(*(made(world, name) for _ in range(50)), return_exceptions=True)
    refused = [one for one in found if isinstance(one, OutOfStock)]
    assert (len(refused), len(found) - len(refused)) == (49, 1)
    assert [one.pointer for one in refused[0].errors] == ["/lines/0/quantity"]
    with pytest.raises(UnknownSku) as unknown:
        await made(world, sku())
    assert [one.pointer for one in unknown.value.errors] == ["/lines/0/sku"]


async def test_the_same_key_makes_one_order_and_the_same_external_id_no_second(world: World) -> None:
    name, key = await stocked(world, 5), ids.new().hex
    first = await made(world, name, key=key, external_id=f"A-{name}")
    assert (await made(world, name, key=key, external_id=f"A-{name}")).order.id == first.order.id
    with pytest.raises(OrderExists):
        await made(world, name, external_id=f"A-{name}")
    assert await left(world, name) == (5, 4)


async def test_a_cancelled_item_gives_its_stock_back(world: World) -> None:
    name = await stocked(world, 5, "sleman")
    one = await made(world, name, 3)
    gone = await done(world, one, OperationKind.CANCEL, reason="dipesan dua kali")
    assert (gone.order.status, gone.items[0].detail.reason) == (_S.CANCELLED, "dipesan dua kali")
    await becomes(world, name, 5, 5)


async def test_what_is_owed_at_the_door_follows_what_is_cancelled(world: World) -> None:
    name = await stocked(world, 5)
    lines = (OwnLine(name, 2, 50_000), OwnLine(name, 1, 7_000))
    new = NewOwnOrder(ids.new(), "IDR", lines, is_cod=True)
    one, _ = await world.core.service(OwnOrders).create(OPERATOR, new, world.key())
    assert one.order.total == 107_000
    (line,) = [item.id for item in one.items if item.price == 7_000]
    less = await done(world, one, OperationKind.CANCEL, items=[line], reason="habis")
    assert (less.order.total, less.order.price) == (100_000, 100_000)
    gone = await done(world, less, OperationKind.CANCEL, reason="batal")
    assert (gone.order.status, gone.order.total) == (_S.CANCELLED, 100_000), "as it was before the last of it went"


async def test_an_order_waits_for_its_payment_and_ends_with_it(world: World) -> None:
    name = await stocked(world, 2)
    paid, gone = await bill(world), await bill(world)
    one, other = await made(world, name, payment=paid), await made(world, name, payment=gone)
    assert (one.order.status, await left(world, name)) == (_S.UNPAID, (2, 0))
    with pytest.raises(ItemsNotAllowed):
        await done(world, one, OperationKind.PACK)
    await heard(world, paid, "paid")
    await heard(world, gone, "cancelled")
    assert (await world.orders.get(one.order.id)).order.status is _S.PENDING
    assert (await world.orders.get(other.order.id)).order.status is _S.CANCELLED
    await becomes(world, name, 2, 1)
    assert [type_ for type_, _ in await world.told(one)] == ["order.created", "order.updated"]


async def test_late_money_has_its_order_where_the_stock_is_there_and_else_a_person_is_told(world: World) -> None:
    name = await stocked(world, 1)
    late = await bill(world)
    one = await made(world, name, payment=late)
    async with world.core.db.transaction() as tx:  # its time is over: the stock is free again
        await tx.execute(
            "UPDATE reservations SET until = business_now() WHERE owner = $1", ids.show("ord", one.order.id)
        )
    await world.core.service(Reservations).end_due()
    other = await made(world, name)
    await heard(world, late, "paid")
    assert (await world.orders.get(one.order.id)).order.status is _S.UNPAID
    assert "order.paid_without_stock" in [s.action for s in await world.orders.timeline(one.order.id, 9)]
    await done(world, other, OperationKind.CANCEL, reason="x")
    await becomes(world, name, 1, 1)
    await heard(world, late, "paid")
    assert (await world.orders.get(one.order.id)).order.status is _S.PENDING
    assert await left(world, name) == (1, 0)


async def test_a_payment_that_does_not_fit_is_refused_beside_it(world: World) -> None:
    name = await stocked(world, 1)
    wrong, nobodys, over = await bill(world, 49_999), ids.new(), await bill(world)
    await heard(world, over, "cancelled")
    for payment in (wrong, nobodys, over):
        with pytest.raises(BadOrder) as refused:
            await made(world, name, payment=payment)
        assert [one.pointer for one in refused.value.errors] == ["/payment"]
    with pytest.raises(BadOrder) as stranger:
        await made(world, name, customer=ids.new())
    assert [one.pointer for one in stranger.value.errors] == ["/customer/id"]
    assert await left(world, name) == (1, 1)


async def test_cash_at_the_door_is_revenue_once_collected_and_ours_once_remitted(world: World) -> None:
    own, name = world.core.service(OwnOrders), await stocked(world, 5)
    one = await made(world, name, 2, is_cod=True)
    assert (one.order.status, one.order.cod) == (_S.PENDING, "owed")
    for early in (Cod.COLLECTED, Cod.REMITTED):
        with pytest.raises(CodNotNow):
            await own.set_cod(OPERATOR, one.order.id, early)
    for kind in (OperationKind.PACK, OperationKind.SHIP):
        await done(world, one, kind)
    collected = await own.set_cod(OPERATOR, one.order.id, Cod.COLLECTED)
    assert (collected.order.status, collected.order.cod) == (_S.DELIVERED, "collected")
    for _ in range(2):
        await own.set_cod(OPERATOR, one.order.id, Cod.REMITTED)
    assert await booked(world) == [("clearing:cod", SALES, 100_000), (BANK, "clearing:cod", 100_000)]
    back = await made(world, name, 1, is_cod=True)
    for kind in (OperationKind.PACK, OperationKind.SHIP):
        await done(world, back, kind)
    refused = await own.set_cod(OPERATOR, back.order.id, Cod.REFUSED)
    assert (refused.order.status, refused.order.cod) == (_S.FAILED, "refused")
    assert await booked(world) == [("clearing:cod", SALES, 100_000), (BANK, "clearing:cod", 100_000)]
    theirs = await world.bought()
    with pytest.raises(NotOurOrder):
        await own.set_cod(OPERATOR, theirs.order.id, Cod.COLLECTED)


async def test_a_paid_order_is_told_delivered_or_failed_and_then_returned(world: World) -> None:
    name = await stocked(world, 5)
    one, other, cash = await made(world, name, 2), await made(world, name), await made(world, name, is_cod=True)
    for order in (one, other, cash):
        with pytest.raises(ItemsNotAllowed):
            await done(world, order, OperationKind.DELIVERED)
        for kind in (OperationKind.PACK, OperationKind.SHIP):
            await done(world, order, kind)
    with pytest.raises(ItemsNotAllowed) as owed:
        await done(world, cash, OperationKind.DELIVERED)
    assert "`cod`" in owed.value.errors[0].detail
    assert (await done(world, one, OperationKind.DELIVERED)).order.status is _S.DELIVERED
    assert (await done(world, other, OperationKind.FAILED_DELIVERY)).order.status is _S.FAILED
    for order in (one, other):
        assert (await done(world, order, OperationKind.RETURNED)).order.status is _S.RETURNED
    assert [type_ for type_, _ in await world.told(one)][-2:] == ["order.delivered", "order.returned"]


async def test_an_unpaid_order_is_cancelled_whole_and_its_payment_with_it(world: World) -> None:
    name = await stocked(world, 5)
    payment = await bill(world, 100_000)
    lines = (OwnLine(name, 1, 50_000), OwnLine(name, 1, 50_000))
    new = NewOwnOrder(ids.new(), "IDR", lines, payment=payment)
    one, _ = await world.core.service(OwnOrders).create(OPERATOR, new, world.key())
    with pytest.raises(ItemsNotAllowed) as partly:
        await done(world, one, OperationKind.CANCEL, items=[one.items[0].id], reason="x")
    assert [fault.pointer for fault in partly.value.errors] == ["/items/0"]
    told = await world.orders.cancel_options(one.order.id, None)
    assert (told.payment, len(told.items)) == (PaymentAfter.CANCELLED, 2)
    gone = await done(world, one, OperationKind.CANCEL, reason="berubah pikiran")
    assert gone.order.status is _S.CANCELLED
    with pytest.raises(DocumentNotThere):
        await world.orders.documents.invoice(OPERATOR, one.order.id)
    await becomes(world, name, 5, 5)
    for _ in range(500):
        if (await world.core.payments.get(payment)).payment.status is PaymentStatus.CANCELLED:
            break
        await asyncio.sleep(0.02)
    assert (await world.core.payments.get(payment)).payment.status is PaymentStatus.CANCELLED
    await heard(world, payment, "paid")  # its money was on its way
    assert "order.paid_after_cancel" in [s.action for s in await world.orders.timeline(one.order.id, 9)]


async def test_an_order_of_a_sandbox_is_no_real_one(world: World) -> None:
    assert (await made(world, await stocked(world, 1))).order.livemode is False
    real = OwnOrders(
        world.core.db, world.core.clock, world.core.service(Reservations), world.core.payments, is_sandbox=False
    )
    new = NewOwnOrder(ids.new(), "IDR", (OwnLine(await stocked(world, 1), 1, 50_000),))
    made_, _ = await real.create(OPERATOR, new, world.key())
    assert made_.order.livemode is True, "no connection of this business takes money in test mode"


async def booked(world: World) -> list[tuple[str, str, int]]:
    async with world.core.db.reading() as tx:
        rows = await tx.fetch(
            "SELECT debit, credit, amount FROM ledger_lines WHERE debit = 'clearing:cod' OR credit = 'clearing:cod' ORDER BY posting, line"
        )
    return [(row["debit"], row["credit"], int(row["amount"])) for row in rows]
