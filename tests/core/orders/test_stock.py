"""Marketplaces' orders and the one stock of all shops: kept, given back, gone, each once, and told where it is not there."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

import msgspec
import pytest

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.catalogue.model import Line, Movement, NewProduct, Product, Shortage
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.orders.intake import take_reads
from gerbang.core.orders.model import OrderDetails, OrderNotHeld, OrderOversold
from gerbang.core.orders.operation_model import OperationKind, OperationStatus
from gerbang.core.orders.operations import Wanted
from gerbang.core.orders.stock import STOCK, Stock, counting
from gerbang.core.queue import store as queue_store
from gerbang.core.queue.model import Job, LeaseLost
from gerbang.core.queue.service import enqueue
from gerbang.ports.marketplace_orders import ItemStatus
from tests.core.orders.world import ID, OPERATOR, SG, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
SKU = "KOPI-250"


async def product(world: World, sku: str = SKU) -> Product:
    return await world.core.service(Catalogue).get(sku)


async def free(world: World, sku: str = SKU) -> tuple[int, int]:
    """What is there, and what of it is free."""
    one = await product(world, sku)
    return sum(place.quantity for place in one.stock), sum(place.free for place in one.stock)


async def stands(world: World, there: int, is_free: int, sku: str = SKU) -> None:
    for _ in range(500):
        if await free(world, sku) == (there, is_free):
            return
        await asyncio.sleep(0.02)
    assert await free(world, sku) == (there, is_free)


async def test_what_two_shops_sell_is_kept_once_given_back_and_gone(world: World) -> None:
    catalogue = world.core.service(Catalogue)
    await catalogue.create(OPERATOR, NewProduct(id=ids.new(), sku=SKU, name="Kopi Gayo"), world.key())
    await catalogue.set_stock(OPERATOR, SKU, 10)
    here, there = await world.bought(ID, quantity=2), await world.bought(SG, quantity=1)
    await stands(world, 10, 7)
    for _ in range(3):  # heard again, it is counted once
        async with world.core.db.transaction() as tx:
            await enqueue(tx, counting([here.order.id]))
        world.core.wake()
    await world.market.control("cancel", shop="toko-sg", order=there.order.external_id, kind="now")
    await world.until(there.order.external_id, SG, status=ItemStatus.CANCELLED)
    await stands(world, 10, 8)
    for kind in (OperationKind.PACK, OperationKind.SHIP):
        await world.orders.operations.ask(OPERATOR, here.order.id, Wanted(kind), world.key())
    await stands(world, 10, 8)
    await world.market.control("scan", shop="toko-id", order=here.order.external_id, kind="shipped")
    await stands(world, 8, 8)
    over = await world.bought(ID, quantity=9)
    await stands(world, 8, 0)
    actions = [step.action for step in await world.orders.timeline(over.order.id, 20)]
    assert "order.oversold" in actions
    strange = await world.bought(ID, sku="TEH-100")
    assert strange.order.status is ItemStatus.PENDING
    await stands(world, 8, 0)


async def test_what_is_cancelled_because_there_is_none_is_not_for_sale_again_until_it_is_counted(world: World) -> None:
    """The marketplace sets it to 0; we sent what the cancelled order gave back, to both shops."""
    catalogue = world.core.service(Catalogue)
    await catalogue.create(OPERATOR, NewProduct(id=ids.new(), sku="LAST-1", name="Yang terakhir"), world.key())
    await catalogue.set_stock(OPERATOR, "LAST-1", 6)
    kept, gone = await world.bought(SG, sku="LAST-1", quantity=2), await world.bought(ID, sku="LAST-1")
    await stands(world, 6, 3, "LAST-1")
    shop = await world.core.connections.get(ID)
    options = await world.orders.operating.cancel_options(shop, gone.order.external_id, [gone.items[0].external_id])
    reason = next(one.id for one in options.reasons if one.empties_stock)
    await world.orders.operations.ask(OPERATOR, gone.order.id, Wanted(OperationKind.CANCEL, reason=reason), world.key())
    await world.until(gone.order.external_id, status=ItemStatus.CANCELLED)
    await stands(world, 2, 0, "LAST-1")  # what the other shop has sold is still there
    assert "order.stock_emptied" in await _actions(world, gone.order.external_id)
    await catalogue.set_stock(OPERATOR, "LAST-1", 5)
    await stands(world, 5, 3, "LAST-1")
    assert kept.order.status is ItemStatus.PENDING


async def test_a_batch_of_orders_is_counted_by_one_job_and_by_two_workers_once(world: World) -> None:
    sku, numbers = "GULA-500", [await _unheard(world, "GULA-500") for _ in range(3)]
    catalogue = world.core.service(Catalogue)
    await catalogue.create(OPERATOR, NewProduct(id=ids.new(), sku=sku, name="Gula aren"), world.key())
    await catalogue.set_stock(OPERATOR, sku, 2)
    (job,) = await _read(world, numbers)
    did = await asyncio.gather(_stock(world).run(job), _stock(world).run(job), return_exceptions=True)
    assert [type(one) for one in did if one is not None] == [LeaseLost]
    one = await catalogue.get(sku)
    assert sum(place.reserved for place in one.stock) == 2
    moved = await catalogue.movements(sku, None, 10)
    assert sorted((m.change, m.reserved) for m in moved if m.kind is Movement.RESERVED) == [(-1, 1), (-1, 2)]
    short = [await _actions(world, number) for number in numbers]
    assert sorted("order.oversold" in actions for actions in short) == [False, False, True]
    await world.start_worker()


async def test_a_batch_that_cannot_be_done_is_taken_apart_and_one_order_holds_up_no_other(world: World) -> None:
    numbers = [await _unheard(world, SKU) for _ in range(3)]
    await world.core.service(Catalogue).set_stock(OPERATOR, SKU, 20)
    (job,) = await _read(world, numbers)
    wanted = msgspec.convert(job.payload["orders"], list[str])
    bad = wanted[1]
    there, is_free = await free(world)
    broken = Stock(world.core.db, _Stumbling(world.core.db, world.core.clock, bad), world.core.service(Listings))
    await broken.run(job)
    alone = await _claimed(world)
    assert sorted(one.key for one in alone) == sorted(wanted)
    for one in alone:
        with pytest.raises(ZeroDivisionError) if one.key == bad else contextlib.nullcontext():
            await broken.run(one)
    assert await free(world) == (there, is_free - 2)
    await world.start_worker()


class _Stumbling(Reservations):
    """Cannot keep anything for one owner."""

    def __init__(self, db: Database, clock: BusinessClock, owner: str) -> None:
        super().__init__(db, clock)
        self._owner = owner

    async def record_sales(self, tx: Tx, sales: Mapping[str, Sequence[Line]]) -> Mapping[str, Sequence[Shortage]]:
        found = await super().record_sales(tx, sales)
        if self._owner in sales:
            raise ZeroDivisionError
        return found


def _stock(world: World) -> Stock:
    return Stock(world.core.db, world.core.service(Reservations), world.core.service(Listings))


async def _unheard(world: World, sku: str) -> str:
    """Bought while nothing runs here, and no push is sent."""
    await world.stop_worker()
    await world.push(on=False)
    return await world.market.order(shop="toko-id", sku=sku)


async def _read(world: World, numbers: Sequence[str]) -> list[Job]:
    """Read these as the poll does; the jobs that follow, claimed."""
    shop, now = await world.shop(), world.core.clock.now()
    reads = [(await world.orders.reading.order(shop, number)).value() for number in numbers]
    async with world.core.db.transaction() as tx:
        await take_reads(tx, shop, reads, read_at=now, source="poll")
    return await _claimed(world)


async def _claimed(world: World) -> list[Job]:
    async with world.core.db.transaction() as tx:
        return [Job(**row) for row in await queue_store.claim(tx, [STOCK], 10, 60)]


async def _actions(world: World, number: str) -> list[str]:
    found = await world.until(number)
    return [step.action for step in await world.orders.timeline(found.order.id, 20)]


async def test_an_oversold_order_is_held_until_there_is_stock_or_somebody_releases_it(world: World) -> None:
    sku, catalogue = "TEH-100", world.core.service(Catalogue)
    await world.push(on=True)
    await catalogue.create(OPERATOR, NewProduct(id=ids.new(), sku=sku, name="Teh"), world.key())
    await catalogue.set_stock(OPERATOR, sku, 1)
    over, other = await world.bought(ID, sku=sku, quantity=2), await world.bought(SG, sku=sku)
    for one, missing in ((over, 1), (other, 1)):
        with pytest.raises(OrderOversold, match=f"{missing} of {sku}"):  # though the job that counts may not have run
            await _packed(world, one)
    assert await world.told(other) == [("order.created", 1), ("order.oversold", 2)]
    now = await world.orders.get(over.order.id)
    assert (now.is_held, dict(now.missing)) == (True, {sku: 1})
    await world.orders.release(OPERATOR, over.order.id)
    released = await world.orders.release(OPERATOR, over.order.id)
    assert (released.is_held, dict(released.missing)) == (False, {sku: 1})
    assert await _packed(world, over) is OperationStatus.DONE
    await catalogue.set_stock(OPERATOR, sku, 4)
    assert (await world.orders.get(other.order.id)).is_held is False
    with pytest.raises(OrderNotHeld):
        await world.orders.release(OPERATOR, other.order.id)
    assert await _packed(world, other) is OperationStatus.DONE


async def _packed(world: World, one: OrderDetails) -> OperationStatus:
    wanted = Wanted(OperationKind.PACK)
    return (await world.orders.operations.ask(OPERATOR, one.order.id, wanted, world.key())).operation.status
