"""What pages read of endpoints: the figures of a day, what waits behind what, and what was told of one object."""

import asyncio
from collections.abc import Callable

from gerbang.base import ids
from gerbang.core.endpoints.model import DeliveryStatus
from tests.core.endpoints.receiver import Receiver, status
from tests.core.endpoints.world import BY, World


async def test_an_endpoint_shows_what_arrived_what_failed_and_what_waits_behind_it(
    world: World, shop: Receiver
) -> None:
    # given an ordered endpoint that refuses the first event of a parcel, and one that takes everything
    shop.answer = lambda receiver: status(503)(receiver) if len(receiver.came) > 1 else status(204)(receiver)
    ordered, _ = await world.endpoint(shop.url, ordered=True)
    world.start()
    await world.say("parcel.made", parcel=ids.new())
    await _until(lambda: len(shop.came) == 1)
    parcel = await world.say("parcel.packed", "parcel.sent")
    await _until(lambda: len(shop.came) == 2)
    overview = world.endpoints.overview
    async with asyncio.timeout(20):
        while (standing := (await overview.standings([ordered.id]))[ordered.id]).tried < 2:
            await asyncio.sleep(0.02)

    # then its figures count what was tried, and the later event waits for the earlier one
    assert (standing.tried, standing.arrived, standing.waiting) == (2, 1, 2)
    assert standing.hours[-1] == (2, 1)
    assert standing.p95_ms is not None
    lines = await overview.of_objects([parcel], 10)
    assert [(one.type, one.status, one.status_code) for one in lines] == [
        ("parcel.sent", DeliveryStatus.PENDING, None),
        ("parcel.packed", DeliveryStatus.PENDING, 503),
    ]
    newest = await overview.newest(2)
    assert [one.held_by for one in newest] == [lines[1].sequence, None]
    assert await overview.held_by(lines[0].id) == lines[1].sequence

    # and a page that is open hears of a change
    before = await overview.mark()
    await world.endpoints.cancel(BY, lines[1].id)
    assert await overview.mark() != before
    waiting = await overview.of_endpoint(ordered.id, DeliveryStatus.PENDING, None, 10)
    assert [one.held_by for one in waiting if one.id == lines[0].id] == [None]


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)
