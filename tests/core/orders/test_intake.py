"""Orders come in by push and by poll, from two shops under one app, and both ways end in one writer."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gerbang.core.connections.model import ConnectionInUse
from gerbang.core.inbox.model import EventFilters
from gerbang.core.orders import store
from gerbang.core.orders.gathering import MANY, ask_for
from gerbang.core.orders.intake import take_reads
from gerbang.core.orders.jobs import FETCH
from gerbang.core.orders.machine import order_status
from gerbang.core.orders.model import OrderFilters
from gerbang.core.orders.reading import note_unreadable
from gerbang.core.queue.service import waiting
from gerbang.core.settlements.service import Settlements
from gerbang.ports.marketplace_orders import ItemStatus, MarketplaceOrder, Unreadable
from tests.core.orders.world import APP, ID, SG, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
_S = ItemStatus


async def test_an_order_is_here_within_two_seconds_of_being_bought_and_goes_its_way_by_pushes(world: World) -> None:
    began = time.monotonic()
    number = await world.market.order(shop="toko-id", quantity=2)
    one = await world.until(number, seconds=2)
    assert time.monotonic() - began < 2
    assert (one.order.channel, one.order.connection, one.order.status) == ("lazada", ID, _S.PENDING)
    assert (one.order.currency, one.order.price, len(one.items)) == ("IDR", sum(i.price for i in one.items), 2)
    assert one.buyer.told.name
    assert one.order.ship_by is not None
    done = await world.market.pack(number)
    packed = await world.until(number, status=_S.PACKED)
    assert {item.package for item in packed.items} == {part["package_id"] for part in done}
    await world.market.ready(*{part["package_id"] for part in done})
    await world.until(number, status=_S.READY_TO_SHIP)
    await world.market.control("scan", shop="toko-id", order=number, kind="shipped")
    await world.market.control("scan", shop="toko-id", order=number, kind="delivered")
    last = await world.until(number, status=_S.DELIVERED)
    told = await world.told(last)
    assert told[0] == ("order.created", 1)
    assert [sequence for _, sequence in told] == list(range(1, len(told) + 1))
    assert told[-1][0] == "order.delivered"
    steps = [step.action for step in await world.orders.timeline(last.order.id, 50)]
    assert steps == [type_ for type_, _ in told]


async def test_a_basket_over_two_shops_is_an_order_in_each_and_neither_hears_of_the_other(world: World) -> None:
    lines = [
        {"sku": "KOPI-250", "quantity": 1, "shop": "toko-id"},
        {"sku": "KOPI-250", "quantity": 2, "shop": "toko-sg"},
    ]
    number = str((await world.market.control("order", items=lines))["order_id"])
    here, there = await world.until(number, ID), await world.until(number, SG)
    assert (here.order.currency, there.order.currency) == ("IDR", "SGD")
    assert (len(here.items), len(there.items)) == (1, 2)
    await world.market.control("cancel", shop="toko-sg", order=number, kind="now")
    await world.until(number, SG, status=_S.CANCELLED)
    assert (await world.until(number, ID)).order.status is _S.PENDING
    settlements = world.core.service(Settlements).overview
    states = [(await settlements.order(shop, number))[0].state.value for shop in (ID, SG)]
    assert states == ["open", "settled"], "of what was cancelled no sale is waited for"
    both = await world.orders.page(OrderFilters(external_id=number), None, 10)
    assert {one.order.connection for one in both} == {ID, SG}
    assert await world.orders.sources(connection=APP) == (ID, SG)


async def test_the_poll_finds_what_no_push_told_in_both_shops(world: World) -> None:
    known = await world.bought()
    await world.push(on=False)
    here, there = [await world.market.order(shop=shop) for shop in ("toko-id", "toko-sg")]
    await world.market.pack(known.order.external_id)
    await world.poll()
    await world.until(here, ID)
    await world.until(there, SG)
    await world.until(known.order.external_id, status=_S.PACKED)
    entry = (await world.orders.timeline((await world.until(here, ID)).order.id, 1))[0]
    assert entry.detail["source"] == "poll"


async def test_a_poll_that_finds_nothing_new_asks_for_one_page_and_tells_nothing(world: World) -> None:
    one = await world.bought()
    async with world.core.db.transaction() as tx:  # read well after its second: its version is known for certain
        await tx.execute("UPDATE orders SET read_at = version + interval '1 minute'")
    before = await world.told(one)
    await world.poll(ID)
    await _walked(world, ID)
    pages, orders = await world.sent("/orders/get"), await world.sent("/orders/items/get")
    await world.poll(ID)
    await _walked(world, ID)
    assert await world.sent("/orders/get") == pages + 1
    assert await world.sent("/orders/items/get") == orders
    assert await world.told(one) == before


async def test_a_walk_that_breaks_off_goes_on_where_it_was_and_leaves_no_order_out(world: World) -> None:
    await world.push(on=False)
    numbers = [await world.market.order(shop="toko-id") for _ in range(5)]
    await world.market.http.put(
        "/control/lazada/faults", json={"kind": "998", "count": 1, "route": "/orders/items/get"}
    )
    await world.poll(ID)
    async with world.core.db.reading() as tx:
        await _eventually(lambda: tx.fetchval("SELECT failures > 0 FROM order_polls WHERE connection = $1", ID))
    await world.poll(ID)
    for number in numbers:
        await world.until(number)


async def test_a_walk_that_failed_once_is_tried_again_in_seconds_and_not_with_the_next_one(world: World) -> None:
    await world.push(on=False)
    number = await world.market.order(shop="toko-id")
    await world.market.http.put("/control/lazada/faults", json={"kind": "http_500", "count": 1, "route": "/orders/get"})
    await world.poll(ID)
    query = "SELECT next_at < business_now() + interval '11 s' FROM order_polls WHERE connection = $1 AND failures = 1"
    async with world.core.db.reading() as tx:
        await _eventually(lambda: tx.fetchval(query, ID))
    await world.poll(ID)
    await world.until(number)


async def test_a_push_of_a_seller_whom_nobody_knows_waits_and_is_about_no_order(world: World) -> None:
    number = await world.market.order(shop="toko-vn")

    async def waits() -> bool:
        events = await world.core.inbox.page(EventFilters(source=APP, status="waiting"), None, 50)
        bodies = [(await world.core.inbox.get(one.id)).body for one in events]
        return any(number.encode() in body for body in bodies)

    await _eventually(waits)
    assert await world.orders.page(OrderFilters(external_id=number), None, 1) == []


async def test_reads_in_any_order_and_twice_end_the_same_and_tell_each_change_once(world: World) -> None:
    await world.push(on=False)
    number = await world.market.order(shop="toko-id", quantity=2)
    shop = await world.shop()
    first = (await world.orders.reading.order(shop, number)).value()
    later = _changed(first, status=_S.PACKED, said="packed", later=timedelta(seconds=2))
    reads = [first, replace(later, items=(later.items[0], first.items[1]))]
    for read in (reads[1], reads[0], reads[1], reads[0]):
        async with world.core.db.transaction() as tx:
            await take_reads(tx, shop, [read], read_at=world.core.clock.now(), source="push")
    one = await world.until(number)
    assert [item.status for item in one.items].count(_S.PACKED) == 1
    assert one.order.status is order_status(one.items) is _S.PENDING
    assert await world.told(one) == [("order.created", 1)]


async def test_two_writers_at_once_make_one_order_of_one_read(world: World) -> None:
    await world.push(on=False)
    number = await world.market.order(shop="toko-id")
    shop = await world.shop()
    read = (await world.orders.reading.order(shop, number)).value()

    async def write() -> None:
        async with world.core.db.transaction() as tx:
            await take_reads(tx, shop, [read], read_at=world.core.clock.now(), source="push")

    await asyncio.gather(*(write() for _ in range(8)))
    one = await world.until(number)
    assert await world.told(one) == [("order.created", 1)]
    assert len(one.items) == 1


async def test_a_status_that_nobody_knows_pends_and_a_person_is_told(world: World) -> None:
    await world.push(on=False)
    number = await world.market.order(shop="toko-id")
    shop = await world.shop()
    read = (await world.orders.reading.order(shop, number)).value()
    odd = _changed(read, status=_S.UNKNOWN, said="teleported", later=timedelta(seconds=5))
    back = _changed(read, status=_S.PACKED, said="packed", later=timedelta(seconds=9))
    for one in (read, odd):
        async with world.core.db.transaction() as tx:
            await take_reads(tx, shop, [one], read_at=world.core.clock.now(), source="push")
    here = await world.until(number, status=_S.UNKNOWN)
    assert (here.items[0].said, here.items[0].reached) == ("teleported", _S.PENDING)
    assert "1 orders stand" in (await world.orders.notice() or "")
    async with world.core.db.transaction() as tx:
        await take_reads(tx, shop, [back], read_at=world.core.clock.now(), source="push")
    assert await world.told(here) == [("order.created", 1), ("order.unknown", 2), ("order.packed", 3)]
    assert await world.orders.notice() is None


async def test_what_the_marketplace_says_against_its_own_order_stays_out_and_stands_in_the_timeline(
    world: World,
) -> None:
    await world.push(on=False)
    number = await world.market.order(shop="toko-id")
    shop = await world.shop()
    read = (await world.orders.reading.order(shop, number)).value()
    said = [
        _changed(read, status=_S.CANCELLED, said="canceled", later=timedelta(seconds=5)),
        _changed(read, status=_S.SHIPPED, said="shipped", later=timedelta(seconds=9)),
    ]
    for one in (read, *said, said[-1]):
        async with world.core.db.transaction() as tx:
            await take_reads(tx, shop, [one], read_at=world.core.clock.now(), source="push")
    here = await world.until(number, status=_S.CANCELLED)
    actions = [step.action for step in await world.orders.timeline(here.order.id, 20)]
    assert actions == ["order.created", "order.cancelled", "order.contradicted"]


async def test_an_order_that_holds_what_cannot_be_stands_still_alone_and_is_told(world: World) -> None:
    await world.push(on=False)
    number = await world.market.order(shop="toko-id")
    shop = await world.shop()
    async with world.core.db.transaction() as tx:
        await note_unreadable(
            tx, shop, [Unreadable(number, "item_price has a fraction of a minor unit")], world.core.clock.now()
        )
    assert number in (await world.orders.notice() or "")
    await world.poll(ID)
    await world.until(number)
    assert await world.orders.notice() is None


async def test_what_a_worker_left_undone_is_done_by_the_next(world: World) -> None:
    await world.stop_worker()
    numbers = [await world.market.order(shop=shop) for shop in ("toko-id", "toko-sg")]
    assert await world.found(numbers[0]) is None
    await world.start_worker()
    for number, shop in zip(numbers, (ID, SG), strict=True):
        await world.until(number, shop)
    async with world.core.db.reading() as tx:
        assert len(await store.of_ids(tx, [(await world.until(numbers[0])).order.id])) == 1


async def test_a_rush_of_pushes_is_read_by_pages_and_what_is_asked_for_anew_is_read_anew(world: World) -> None:
    await world.push(on=False)
    numbers = [await world.market.order(shop="toko-id") for _ in range(MANY + 2)]
    one_by_one, in_pages = await world.sent("/order/get"), await world.sent("/orders/items/get")
    async with world.core.db.transaction() as tx:
        await ask_for(tx, [(ID, number) for number in numbers], world.core.clock.now())
    world.core.wake()
    orders = [(await world.until(number)).order for number in numbers]
    assert await world.sent("/order/get") == one_by_one
    assert await world.sent("/orders/items/get") == in_pages + 1
    assert (await world.orders.timeline(orders[0].id, 1))[0].detail["source"] == "push"
    async with world.core.db.reading() as tx:
        assert await waiting(tx, FETCH, 10) == {}
    await world.market.pack(numbers[0])
    async with world.core.db.transaction() as tx:
        await ask_for(tx, [(ID, numbers[0])], world.core.clock.now())
    await world.until(numbers[0], status=_S.PACKED)


async def test_a_shop_with_orders_is_not_deleted(world: World) -> None:
    await world.bought(SG)
    shop = await world.shop(SG)
    await world.core.connections.switch("test", SG, enabled=False)
    try:
        with pytest.raises(ConnectionInUse, match="Orders were bought"):
            await world.core.connections.delete("test", shop.id)
    finally:
        await world.core.connections.switch("test", SG, enabled=True)


def _changed(read: MarketplaceOrder, *, status: ItemStatus, said: str, later: timedelta) -> MarketplaceOrder:
    """The same order as the marketplace would tell it some time later."""
    version = read.version + later
    items = tuple(replace(item, status=status, said=said, version=version) for item in read.items)
    return replace(read, head=replace(read.head, version=version), items=items)


async def _walked(world: World, shop: str) -> None:
    """The walk that was begun is over."""
    async with world.core.db.reading() as tx:
        await _eventually(
            lambda: tx.fetchval("SELECT NOT EXISTS (SELECT FROM jobs WHERE kind = 'order.poll' AND key = $1)", shop)
        )


async def _eventually(check: Any, seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < ends, "it never came true"
        await asyncio.sleep(0.02)
