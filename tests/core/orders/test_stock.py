"""Marketplaces' orders and the one stock of all shops: kept, given back, gone, each once, and told where it is not there."""

import asyncio

import pytest

from gerbang.base import ids
from gerbang.core.catalogue.model import NewProduct, Product
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.orders.operation_model import OperationKind
from gerbang.core.orders.operations import Wanted
from gerbang.core.orders.stock import counting
from gerbang.core.queue.service import enqueue
from gerbang.ports.marketplace_orders import ItemStatus
from tests.core.orders.world import ID, OPERATOR, SG, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
SKU = "KOPI-250"


async def product(world: World) -> Product:
    return await world.core.service(Catalogue).get(SKU)


async def free(world: World) -> tuple[int, int]:
    """What is there, and what of it is free."""
    one = await product(world)
    return sum(place.quantity for place in one.stock), sum(place.free for place in one.stock)


async def stands(world: World, there: int, is_free: int) -> None:
    for _ in range(500):
        if await free(world) == (there, is_free):
            return
        await asyncio.sleep(0.02)
    assert await free(world) == (there, is_free)


async def test_what_two_shops_sell_is_kept_once_given_back_and_gone(world: World) -> None:
    catalogue = world.core.service(Catalogue)
    await catalogue.create(OPERATOR, NewProduct(id=ids.new(), sku=SKU, name="Kopi Gayo"), world.key())
    await catalogue.set_stock(OPERATOR, SKU, 10)
    here, there = await world.bought(ID, quantity=2), await world.bought(SG, quantity=1)
    await stands(world, 10, 7)
    for _ in range(3):  # heard again, it is counted once
        async with world.core.db.transaction() as tx:
            await enqueue(tx, [counting(here.order.id)])
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
