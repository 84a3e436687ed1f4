"""Waves: many orders packed in few calls, each once, in order of their deadline, with their labels in one document, whatever is lost on the way."""

import asyncio
import time
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from gerbang.base import ids
from gerbang.core.orders import waves_store
from gerbang.core.orders.model import OrderDetails
from gerbang.core.orders.operation_calls import OPERATE
from gerbang.core.orders.operation_model import OPERATION_PREFIX, OperationKind
from gerbang.core.orders.operations import Wanted
from gerbang.core.orders.waves import WAVE_JOB
from gerbang.core.orders.waves_model import (
    WAVE_PREFIX,
    LabelsNotThere,
    NewWave,
    NothingToPack,
    NothingToShip,
    OrdersNotForWave,
    Wave,
    WaveNotFound,
    WaveNotPacked,
    WaveOrderStatus,
    WaveStatus,
)
from gerbang.ports.marketplace_orders import ItemStatus
from tests.core.orders.test_operations import PACK_PATH, SHIP_PATH, fault, faults, statuses
from tests.core.orders.test_own_orders import made as bought_of_us
from tests.core.orders.test_own_orders import stocked
from tests.core.orders.world import ID, OPERATOR, SG, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
LABEL_PATH = "/order/package/document/get"


async def made(world: World, orders: Sequence[OrderDetails], key: str = "") -> Wave:
    wave, _ = await world.orders.waves.make(OPERATOR, NewWave(orders=[one.order.id for one in orders]), world.key(key))
    world.core.wake()
    return wave


async def done(world: World, wave: Wave, seconds: float = 20, status: WaveStatus = WaveStatus.DONE) -> Wave:
    ends = time.monotonic() + seconds
    while True:
        now, _ = await world.orders.waves.get(wave.id)
        if now.status is status:
            return now
        assert time.monotonic() < ends, now
        await hurried(world, WAVE_JOB, ids.show(WAVE_PREFIX, wave.id))
        await asyncio.sleep(0.1)


async def shipped(world: World, wave: Wave, seconds: float = 20) -> Wave:
    """All that is packed is said to be ready, and it is over."""
    asked, _ = await world.orders.waves.ship(OPERATOR, wave.id, world.key())
    assert asked.status is WaveStatus.SHIPPING
    world.core.wake()
    return await done(world, wave, seconds, WaveStatus.SHIPPED)


async def hurried(world: World, kind: str, key: str) -> None:
    """A job that waits is due now."""
    async with world.core.db.transaction() as tx:
        await tx.execute(
            "UPDATE jobs SET run_at = business_now() WHERE kind = $1 AND key = $2 AND lease_until IS NULL", kind, key
        )
    world.core.wake()


def pages(document: bytes) -> Sequence[Any]:
    return PdfReader(BytesIO(document)).pages


async def test_orders_of_two_shops_are_packed_by_one_call_each_and_printed_on_a6(world: World) -> None:
    many = [*await asyncio.gather(*(world.bought(ID, quantity=1 + n % 2) for n in range(4)))]
    many += await asyncio.gather(*(world.bought(SG) for _ in range(2)))
    before = await world.sent(PACK_PATH)
    wave = await done(world, await made(world, many, key := ids.new().hex))
    assert (wave.total, wave.packed, wave.failed, wave.printed) == (6, 6, 0, 6)
    assert await world.sent(PACK_PATH) == before + 2, "one call for each shop"
    for one in many:
        now = await world.orders.get(one.order.id)
        assert set(statuses(now)) == {"packed"}
        told = [type_ for type_, _ in await world.told(one)]
        assert told.count("order.packed") == 1
    asked = await world.sent(LABEL_PATH)
    document = await world.orders.waves.labels.print(OPERATOR, wave.id)
    found = pages(document.body)
    assert len(found) == 6
    assert {(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in found} == {(298, 420)}
    assert (await world.orders.waves.labels.print(OPERATOR, wave.id)).content_type == "application/pdf"
    assert (await world.sent(LABEL_PATH), await world.sent(PACK_PATH)) == (asked, before + 2), "printed from here"
    lines = {(one.sku, one.warehouse): one.quantity for one in await world.orders.waves.pick_list(wave.id)}
    assert sum(lines.values()) == sum(len(one.items) for one in many)
    again, is_replayed = await world.orders.waves.make(
        OPERATOR, NewWave(orders=[one.order.id for one in many]), world.key(key)
    )
    assert (again.id, is_replayed) == (wave.id, True)


async def test_what_waits_is_taken_by_deadline_and_by_one_wave_only(world: World) -> None:
    many = await asyncio.gather(*(world.bought() for _ in range(3)))
    async with world.core.db.transaction() as tx:
        for hours, one in zip((5, 3, 4), many, strict=True):
            await tx.execute(
                "UPDATE orders SET ship_by = business_now() + make_interval(hours => $2) WHERE id = $1",
                one.order.id,
                hours,
            )
    await world.stop_worker()
    first, _ = await world.orders.waves.make(OPERATOR, NewWave(shop=ID, limit=2), world.key())
    async with world.core.db.reading() as tx:
        chosen = [one.order_id for one in await waves_store.orders_of(tx, first.id)]
    assert chosen == [many[1].order.id, many[2].order.id]
    second, _ = await world.orders.waves.make(OPERATOR, NewWave(shop=ID), world.key())
    assert second.total == 1
    with pytest.raises(NothingToPack):
        await world.orders.waves.make(OPERATOR, NewWave(shop=ID), world.key())
    with pytest.raises(OrdersNotForWave) as taken:
        await world.orders.waves.make(OPERATOR, NewWave(orders=[ids.new(), many[0].order.id]), world.key())
    assert faults(taken.value) == ["/orders/0", "/orders/1"]
    with pytest.raises(LabelsNotThere):
        await world.orders.waves.labels.print(OPERATOR, first.id)
    with pytest.raises(WaveNotFound):
        await world.orders.waves.get(ids.new())
    await world.start_worker()
    for wave in (first, second):
        assert (await done(world, wave)).packed == wave.total


async def test_what_cannot_be_packed_falls_out_with_its_reason_and_holds_up_nothing(world: World) -> None:
    good, gone, packed, half = [await world.bought(quantity=n) for n in (1, 1, 1, 2)]
    await world.orders.operations.ask(OPERATOR, packed.order.id, Wanted(OperationKind.PACK), world.key())
    await world.stop_worker()
    wave = await made(world, [good, gone, packed, half])
    await world.push(on=False)
    await world.market.control("cancel", shop="toko-id", order=gone.order.external_id, kind="now")
    before = await world.sent(PACK_PATH)
    await fault(world, "item_busy", PACK_PATH)
    await world.start_worker()
    ended = await done(world, wave)
    assert (ended.packed, ended.failed, ended.printed) == (3, 1, 3)
    assert await world.sent(PACK_PATH) == before + 1
    _, (fell_out, in_part) = await world.orders.waves.get(wave.id)
    assert fell_out.order_id == gone.order.id
    assert fell_out.code
    assert (in_part.order_id, in_part.status, in_part.code) == (half.order.id, WaveOrderStatus.PACKED, "700024")
    assert fell_out.reason
    assert len(pages((await world.orders.waves.labels.print(OPERATOR, wave.id)).body)) == 3


async def test_what_was_refused_lately_takes_no_place_in_the_next_wave_but_by_its_name(world: World) -> None:
    one = await world.bought()

    async def waits() -> bool:
        async with world.core.db.reading() as tx:
            return one.order.id in [id_ for id_, *_ in await waves_store.to_pack(tx, ID, None, 500)]

    assert await waits()
    await fault(world, "item_busy", PACK_PATH)
    assert (await done(world, await made(world, [one]))).failed == 1
    assert not await waits()
    async with world.core.db.transaction() as tx:
        await tx.execute(
            "UPDATE order_operations SET updated_at = updated_at - interval '13 hours' WHERE order_id = $1",
            one.order.id,
        )
    assert await waits()
    assert (await done(world, await made(world, [one]))).packed == 1


async def test_a_lost_answer_is_looked_up_and_no_order_is_packed_twice(world: World) -> None:
    many = await asyncio.gather(*(world.bought() for _ in range(2)))
    before = await world.sent(PACK_PATH)
    await fault(world, "reset_after_effect", PACK_PATH)
    wave = await made(world, many)
    await _asked(world, wave)
    for one in many:
        (operation,) = await world.orders.operations.of_order(one.order.id)
        await hurried(world, OPERATE, ids.show(OPERATION_PREFIX, operation.id))
        await world.until(one.order.external_id, status=ItemStatus.PACKED)
    ended = await done(world, wave)
    assert (ended.packed, ended.printed) == (2, 2)
    assert await world.sent(PACK_PATH) == before + 1


async def test_a_parcel_that_is_not_read_yet_is_waited_for_and_its_label_printed(world: World) -> None:
    """The orders were packed, and the marketplace asked for a pause before they could be read: a wave ended with all of them told as cancelled."""
    many = await asyncio.gather(*(world.bought() for _ in range(3)))
    await world.push(on=False)
    await fault(world, "ApiCallLimit", "items/get", 3)
    wave = await done(world, await made(world, many))
    assert (wave.packed, wave.printed, wave.failed) == (3, 3, 0), (await world.orders.waves.get(wave.id))[1]
    await world.push(on=True)


async def test_who_dies_between_two_batches_is_gone_on_for(world: World) -> None:
    """The rows are as a kill leaves them: operations are written and nothing was sent, or all is packed and nothing printed."""
    many = await asyncio.gather(*(world.bought() for _ in range(2)))
    await world.stop_worker()
    wave = await made(world, many)
    async with world.core.db.transaction() as tx:
        known = await waves_store.lock(tx, wave.id)
        assert known is not None
        batch = await waves_store.orders_of(tx, wave.id, WaveOrderStatus.WAITING)
        asked = await world.orders.waves._begin(tx, known, batch)
    before = await world.sent(PACK_PATH)
    await world.start_worker()
    for id_ in asked:
        await hurried(world, OPERATE, ids.show(OPERATION_PREFIX, id_))
    await fault(world, "http_500", LABEL_PATH)
    for one in many:
        await world.until(one.order.external_id, status=ItemStatus.PACKED)
    ended = await done(world, wave)
    assert (ended.packed, ended.printed) == (2, 2)
    assert await world.sent(PACK_PATH) == before + 2


async def test_a_wave_ends_at_shipped_each_parcel_once_and_what_did_not_leave_is_told_and_tried_again(
    world: World,
) -> None:
    ours = await bought_of_us(world, await stocked(world, 1))
    many = [*await asyncio.gather(*(world.bought() for _ in range(3))), await world.bought(SG), ours]
    await world.stop_worker()
    wave = await made(world, many)
    with pytest.raises(WaveNotPacked):
        await world.orders.waves.ship(OPERATOR, wave.id, world.key())
    await world.start_worker()
    ended = await done(world, wave)
    assert (ended.packed, ended.printed, ended.shipped) == (5, 4, 0), "one of our own has no label of a marketplace"
    before = await world.sent(SHIP_PATH)
    await fault(world, "item_busy", SHIP_PATH)
    ended = await shipped(world, wave)
    assert (ended.packed, ended.shipped) == (5, 4)
    assert await world.sent(SHIP_PATH) == before + 2, "one call for each shop"
    _, (left,) = await world.orders.waves.get(wave.id)
    assert (left.status, left.code) == (WaveOrderStatus.PACKED, "700024")
    assert left.reason
    ended = await shipped(world, wave)
    assert (ended.shipped, await world.sent(SHIP_PATH)) == (5, before + 3)
    assert not (await world.orders.waves.get(wave.id))[1]
    assert statuses(await world.orders.get(ours.order.id)) == ["shipped"]
    for one in many[:-1]:
        told = [type_ for type_, _ in await world.told(one)]
        assert told.count("order.ready_to_ship") == 1
    with pytest.raises(NothingToShip):
        await world.orders.waves.ship(OPERATOR, wave.id, world.key())
    assert len(pages((await world.orders.waves.labels.print(OPERATOR, wave.id)).body)) == 4, "printed again"


async def test_a_lost_answer_to_shipping_is_looked_up_and_a_cancelled_order_does_not_leave(world: World) -> None:
    many = await asyncio.gather(*(world.bought() for _ in range(3)))
    wave = await done(world, await made(world, many))
    await world.push(on=False)
    await world.market.control("cancel", shop="toko-id", order=many[2].order.external_id, kind="now")
    await world.push(on=True)
    async with world.core.db.transaction() as tx:
        await tx.execute("UPDATE order_items SET status = 'cancelled' WHERE order_id = $1", many[2].order.id)
    before = await world.sent(SHIP_PATH)
    await fault(world, "reset_after_effect", SHIP_PATH)
    asked, _ = await world.orders.waves.ship(OPERATOR, wave.id, key := world.key())
    world.core.wake()
    await _asked(world, wave, WaveOrderStatus.SHIPPING)
    for one in many[:2]:
        operation = (await world.orders.operations.of_order(one.order.id))[0]
        await hurried(world, OPERATE, ids.show(OPERATION_PREFIX, operation.id))
    ended = await done(world, wave, status=WaveStatus.SHIPPED)
    assert (ended.packed, ended.shipped, await world.sent(SHIP_PATH)) == (3, 2, before + 1)
    assert [one.order_id for one in (await world.orders.waves.get(wave.id))[1]] == [many[2].order.id]
    assert (await world.orders.waves.ship(OPERATOR, wave.id, key))[1], "the same key ships nothing again"
    assert asked.shipper == OPERATOR.label


async def test_an_erased_buyer_takes_the_document_along_and_the_others_are_fetched_anew(world: World) -> None:
    one, other = await world.bought(), await world.bought()
    wave = await done(world, await made(world, [one, other]))
    async with world.core.db.transaction() as tx:
        assert [id_ for id_, _ in await waves_store.labels_of_orders(tx, [one.order.id])] == [one.order.id]
        assert await waves_store.erase_labels(tx, [one.order.id]) == 1
        await tx.execute("UPDATE order_buyers SET erased_at = business_now() WHERE order_id = $1", one.order.id)
    assert len(pages((await world.orders.waves.labels.print(OPERATOR, wave.id)).body)) == 1


@pytest.mark.full
async def test_500_labels_in_one_wave(world: World) -> None:
    numbers = [await world.market.order() for _ in range(500)]
    many = [await world.until(number, seconds=120) for number in numbers]
    await world.push(on=False)
    before, asked = await world.sent(PACK_PATH), await world.sent(LABEL_PATH)
    wave = await done(world, await made(world, many), seconds=240)
    assert (wave.packed, wave.failed, wave.printed) == (500, 0, 500)
    assert (await world.sent(PACK_PATH) - before, await world.sent(LABEL_PATH) - asked) == (25, 25)
    document = await world.orders.waves.labels.print(OPERATOR, wave.id)
    texts = [page.extract_text() for page in pages(document.body)]
    assert len(texts) == len(set(texts)) == 500


async def _asked(world: World, wave: Wave, status: WaveOrderStatus = WaveOrderStatus.PACKING) -> None:
    """Until the wave has asked for its orders, and its answer is lost."""
    for _ in range(400):
        async with world.core.db.reading() as tx:
            orders = await waves_store.orders_of(tx, wave.id, status)
            rows = await tx.fetch(
                "SELECT claimed_until, sent_at FROM order_operations WHERE id = ANY($1)",
                [one.operation_id for one in orders],
            )
        if rows and all(row["sent_at"] and row["claimed_until"] is None for row in rows):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing was asked")
