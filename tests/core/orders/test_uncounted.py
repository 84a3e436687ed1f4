"""Orders that came before their product was here, as on each shop's first day: kept once it is, each item once, and nothing too much is offered meanwhile."""

import asyncio

import pytest

from gerbang.base import ids
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.catalogue.listings import pushing
from gerbang.core.catalogue.listings.model import ListingFilters
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.catalogue.model import NewProduct
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.orders.stock import Stock
from gerbang.core.orders.uncounted import Uncounted
from gerbang.core.queue import store as queue_store
from gerbang.core.queue.model import Job
from gerbang.ports.marketplace_orders import ItemStatus
from tests.core.orders.world import ID, OPERATOR, SG, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
COFFEE, LATER, OTHER = "KOPI-250", "TEH-100", "SEMI"


async def counts(world: World, sku: str) -> tuple[int, int]:
    """What stands here, and what of it is kept."""
    one = await world.core.service(Catalogue).get(sku)
    return sum(place.quantity for place in one.own_stock), sum(place.reserved for place in one.own_stock)


async def stands(world: World, sku: str, quantity: int, reserved: int) -> None:
    found = None
    for _ in range(300):
        found = await counts(world, sku)
        if found == (quantity, reserved):
            return
        await asyncio.sleep(0.02)
    assert found == (quantity, reserved)


async def imported(world: World, shop: str, *, makes_products: bool) -> None:
    listings = world.core.service(Listings)
    begun, _ = await listings.begin_import(OPERATOR, shop, world.key(), makes_products=makes_products)
    world.core.wake()
    async with asyncio.timeout(10):
        while (await listings.get_import(begun.id)).finished_at is None:
            await asyncio.sleep(0.02)


async def test_a_product_that_is_made_is_kept_for_what_open_orders_of_every_shop_call_so(
    world: World,
) -> None:
    for shop in (ID, ID, SG):
        await world.bought(shop, sku=LATER)
    await world.stop_worker()
    catalogue, stop = world.core.service(Catalogue), asyncio.Event()
    consumer = AnnouncementConsumer(world.core.db, pushing.CONSUMER, pushing.take, types=pushing.TYPES, data=False)
    await consumer.prepare()
    running = asyncio.create_task(consumer.run(stop))
    await catalogue.create(OPERATOR, NewProduct(id=ids.new(), sku=LATER, name="Teh"), world.key())
    await catalogue.set_stock(OPERATOR, LATER, 5)
    found: list[Job] = []
    async with asyncio.timeout(10):
        while not found:
            await asyncio.sleep(0.02)
            async with world.core.db.transaction() as tx:
                found = [Job(**row) for row in await queue_store.claim(tx, [pushing.MAPPED], 10, 60)]
    stop.set()
    await running
    stock = Stock(world.core.db, world.core.service(Reservations), world.core.service(Listings))
    await Uncounted(world.core.db, world.core.connections, stock, page=1).run(found[0])
    assert await counts(world, LATER) == (5, 3)
    await world.start_worker()


async def test_an_import_counts_what_open_orders_hold_and_keeps_it_for_them(world: World) -> None:
    here, there = await world.bought(ID, sku=COFFEE, quantity=2), await world.bought(SG, sku=COFFEE)
    gone = await world.bought(ID, sku=COFFEE)
    await world.market.control("cancel", shop="toko-id", order=gone.order.external_id, kind="now")
    await world.until(gone.order.external_id, ID, status=ItemStatus.CANCELLED)
    await imported(world, ID, makes_products=True)
    await stands(world, COFFEE, 10_000, 3)  # the other shop calls it the same
    await imported(world, SG, makes_products=False)
    await stands(world, COFFEE, 10_000, 3)
    listings = world.core.service(Listings)
    mapped = await listings.page(ListingFilters(connection=SG), None, 50)
    sent = 0
    for _ in range(300):
        one = await listings.get(next(one.id for one in mapped if one.seller_sku == COFFEE))
        sent = (one.stock.sent or {}).get("dropshipping", 0) if one.stock else 0
        if sent:
            break
        await asyncio.sleep(0.02)
    assert sent == 9_997
    assert {here.order.status, there.order.status} == {ItemStatus.PENDING}


async def test_items_that_are_mapped_later_than_others_of_their_order_are_kept_too_by_two_workers_once(
    world: World,
) -> None:
    catalogue, listings = world.core.service(Catalogue), world.core.service(Listings)
    mapped = await listings.page(ListingFilters(connection=ID), None, 50)
    unmapped = next(one for one in mapped if one.seller_sku == OTHER)
    await listings.map_to(OPERATOR, unmapped.id, None)
    number = await world.market.control(
        "order", shop="toko-id", items=[{"sku": COFFEE, "quantity": 1}, {"sku": OTHER, "quantity": 2}]
    )
    order = await world.until(number["order_id"], ID)
    await stands(world, COFFEE, 10_000, 4)
    await world.stop_worker()
    other = NewProduct(id=ids.new(), sku="MADU-HUTAN", name="Madu hutan")
    await catalogue.create(OPERATOR, other, world.key())
    await catalogue.set_stock(OPERATOR, other.sku, 1)
    await listings.map_to(OPERATOR, unmapped.id, other.sku)
    stock = Stock(world.core.db, world.core.service(Reservations), listings)
    await asyncio.gather(*(stock.count(order.order.id) for _ in range(2)))
    assert (await counts(world, other.sku), await counts(world, COFFEE)) == ((1, 1), (10_000, 4))
    assert dict((await world.orders.get(order.order.id)).missing) == {other.sku: 1}
    await world.start_worker()
    await world.market.control("cancel", shop="toko-id", order=order.order.external_id, kind="now")
    await stands(world, other.sku, 1, 0)
    await stands(world, COFFEE, 10_000, 3)
