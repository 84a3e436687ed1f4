"""A new delivery that this process has room for is begun with its row: no claim is waited for, and nothing is lost if the process dies then."""

from typing import Any

import pytest

from gerbang.base import ids
from gerbang.core.announcements.model import Announcement, ObjectRef
from tests.core.endpoints.receiver import Receiver
from tests.core.endpoints.world import PARCEL, World


async def take_one_more(world: World, shop: Receiver, **chosen: Any) -> tuple[int, bool]:
    """Commit one announcement's delivery for an endpoint that has taken one before; its tries, and whether somebody holds it."""
    endpoint, _ = await world.endpoint(shop.url, **chosen)
    world.start()
    await world.say("parcel.sent")
    await world.until_tried(endpoint, 1)
    told = Announcement("parcel.sent", ObjectRef(PARCEL, ids.new()), {}, world.clock.now(), 1, ids.new())
    async with world.db.transaction() as tx:
        await world.endpoints.queueing.take(tx, [told])
        (row,) = await tx.fetch(
            "SELECT tries, lease_until IS NOT NULL AS held FROM deliveries WHERE event_id = $1", told.id
        )
    return row["tries"], row["held"]


async def came(shop: Receiver, count: int) -> bool:
    return len(shop.came) == count


async def test_the_first_try_is_counted_in_the_transaction_that_makes_the_delivery_and_made_once_it_is_committed(
    world: World, shop: Receiver
) -> None:
    assert await take_one_more(world, shop) == (1, True)
    assert await came(shop, 1)
    world.endpoints.queueing.taken()
    await world.until(lambda: came(shop, 2))


async def test_one_whose_process_died_before_it_was_sent_is_sent_when_its_lease_ends(
    world: World, shop: Receiver
) -> None:
    await take_one_more(world, shop)  # and nobody says that it was taken
    async with world.owner.transaction() as tx:
        await tx.execute("UPDATE deliveries SET lease_until = clock_timestamp() - interval '1 s' WHERE tries = 1")
    world.sender.wake()
    await world.until(lambda: came(shop, 2))
    assert len({one.id for one in shop.came}) == 2


@pytest.mark.parametrize("chosen", [{"ordered": True}, {"rate_per_s": 50}], ids=["in order", "no faster than it says"])
async def test_one_of_an_endpoint_with_an_order_or_a_rate_waits_to_be_claimed(
    world: World, shop: Receiver, chosen: dict[str, Any]
) -> None:
    assert await take_one_more(world, shop, **chosen) == (0, False)
