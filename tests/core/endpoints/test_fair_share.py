"""Who is sent what first: over many endpoints, over several workers, and where one has a long queue. Real database."""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from gerbang.core.endpoints import delivery_store, store
from gerbang.core.endpoints.claiming import Claims
from gerbang.core.endpoints.model import (
    DeliveryExpired,
    DeliveryOutcome,
    DisabledReason,
    Due,
    Endpoint,
    Signing,
    Tried,
)
from gerbang.core.endpoints.outcomes import Ended, settle
from tests.core.endpoints.receiver import OK, Receiver, status
from tests.core.endpoints.world import BY, World

LEASE_S = 60.0


async def queued(
    world: World, endpoint: Endpoint, count: int, *, objects: int = 0, due_in_s: float = 0.0
) -> list[UUID]:
    """So many deliveries, each of an object of its own or of `objects` ones, in order."""
    async with world.owner.transaction() as tx:
        rows = await tx.fetch(
            """
            WITH made AS (
                INSERT INTO outgoing_messages (event_id, body) SELECT gen_random_uuid(), '{}' FROM generate_series(1, $2) RETURNING event_id),
            numbered AS (SELECT event_id, row_number() OVER () AS n FROM made)
            INSERT INTO deliveries (id, endpoint_id, event_id, type, object_type, object_id, sequence, next_attempt_at)
            SELECT gen_random_uuid(), $1, event_id, 'parcel.sent', 'parcel',
                CASE WHEN $3 = 0 THEN gen_random_uuid() ELSE lpad(to_hex(n % $3), 32, '0')::uuid END, n,
                business_now() + make_interval(secs => $4) + make_interval(secs => n / 1e6)
            FROM numbered RETURNING id
            """,
            endpoint.id,
            count,
            objects,
            due_in_s,
        )
    async with world.owner.autocommit() as tx:
        await tx.execute("ANALYZE deliveries")
    return [row["id"] for row in rows]


async def claimed(
    world: World, limit: int = 256, room: int = 4, busy: Mapping[UUID, tuple[int, int]] | None = None
) -> list[Due]:
    due = await Claims(world.db, LEASE_S).take(busy or {}, room, limit)
    async with world.db.autocommit() as tx:  # on the connection that is free again: what was read counts at once
        await tx.execute("SELECT pg_stat_force_next_flush()")
    return due


async def test_of_more_endpoints_than_are_served_at_once_none_is_left_out(world: World, shop: Receiver) -> None:
    made = [(await world.endpoint(shop.url))[0] for _ in range(12)]
    for endpoint in made:
        await queued(world, endpoint, 40)
    busy: dict[UUID, tuple[int, int]] = {}
    for _ in range(12):
        for one in await claimed(world, limit=4, busy={id_: (4, n) for id_, (_, n) in busy.items()}):
            busy[one.endpoint_id] = (4, busy.get(one.endpoint_id, (4, 0))[1] + 1)
    assert set(busy) == {one.id for one in made}


async def test_the_oldest_that_is_due_comes_first(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    later = await queued(world, endpoint, 3)
    first = await queued(world, endpoint, 3, due_in_s=-60)
    assert {one.id for one in await claimed(world, room=3)} == set(first)
    assert {one.id for one in await claimed(world, room=3)} == set(later)


async def test_a_rate_holds_over_all_workers_and_over_restarts(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url, rate_per_s=20)
    await queued(world, endpoint, 200)
    began, taken = time.monotonic(), 0
    while time.monotonic() - began < 1.0:  # each claim is a worker that knows nothing of the others
        taken += sum(len(one) for one in await asyncio.gather(claimed(world, room=64), claimed(world, room=64)))
        await asyncio.sleep(0.01)
    assert 15 <= taken <= 20 * (time.monotonic() - began + 0.1) + 1


async def test_a_slow_rate_lets_one_through_and_then_waits(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url, rate_per_s=1)
    await queued(world, endpoint, 5)
    assert len(await claimed(world, room=64)) == 1
    assert await claimed(world, room=64) == []
    await asyncio.sleep(1.05)
    assert len(await claimed(world, room=64)) == 1


async def test_a_long_queue_of_an_endpoint_that_is_not_asked_costs_a_claim_nothing(
    world: World, shop: Receiver
) -> None:
    dead, _ = await world.endpoint(shop.url)
    alive, _ = await world.endpoint(shop.url)
    await queued(world, dead, 20_000)
    (wanted,) = await queued(world, alive, 1)
    before = await _blocks(world)
    (due,) = await claimed(world, busy={dead.id: (0, 4)})
    assert due.id == wanted
    assert await _blocks(world) - before < 200


async def test_a_claim_of_a_few_of_very_many_reads_a_few(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    await queued(world, endpoint, 20_000)
    before = await _blocks(world)
    assert len(await claimed(world)) == 4
    assert await _blocks(world) - before < 200


async def test_what_waits_for_its_objects_earlier_message_is_not_read_again_and_again(
    world: World, shop: Receiver
) -> None:
    endpoint, _ = await world.endpoint(shop.url, ordered=True)
    await queued(world, endpoint, 3_000, objects=1)
    async with world.db.transaction() as tx:  # its first has failed, and waits an hour
        await tx.execute(
            "UPDATE deliveries SET next_attempt_at = business_now() + interval '1 hour' WHERE sequence = 1 AND endpoint_id = $1",
            endpoint.id,
        )
    for _ in range(4):
        assert await claimed(world) == []
    before = await _blocks(world)
    assert await claimed(world) == []
    assert await _blocks(world) - before < 200


async def test_what_waited_is_sent_as_soon_as_the_earlier_one_is_there(world: World, shop: Receiver) -> None:
    shop.answer = lambda receiver: status(500)(receiver) if len(receiver.came) == 1 else OK
    await world.endpoint(shop.url, ordered=True)
    await world.say("parcel.packed", "parcel.sent", "parcel.arrived")
    world.start()
    await world.until(lambda: _count(shop, 1))
    await asyncio.sleep(0.5)  # the later ones are put behind it meanwhile
    await world.advance(7)
    began = time.monotonic()
    await world.until(lambda: _count(shop, 4))
    assert time.monotonic() - began < 3
    assert [came.sequence for came in shop.came] == [1, 1, 2, 3]


async def test_many_are_cancelled_in_lots_and_none_of_them_is_sent_when_it_is_switched_on_again(
    world: World, shop: Receiver
) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    await queued(world, endpoint, 2_500)
    await world.endpoints.change(BY, endpoint.id, {"disabled": DisabledReason.BY_HAND})
    assert await _pending(world) == 1_500
    await world.endpoints.retention.look()
    assert await _pending(world) == 500
    await world.endpoints.change(BY, endpoint.id, {"disabled": None})
    assert await _pending(world) == 0


async def test_many_are_sent_again_in_lots_with_a_place_to_go_on_from(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    await queued(world, endpoint, 10_500)
    async with world.db.transaction() as tx:
        await tx.execute("UPDATE deliveries SET status = 'failed', next_attempt_at = NULL")
    since = world.clock.now() - timedelta(hours=1)
    await world.advance(86_401)
    first = await world.endpoints.resend_range(BY, endpoint.id, since, None, None)
    assert (first.count, await _pending(world)) == (10_000, 10_000)
    last = await world.endpoints.resend_range(BY, endpoint.id, since, None, None, first.next)
    assert (last.count, last.next, await _pending(world)) == (500, None, 10_500)


async def test_bodies_end_after_a_while_but_for_what_is_still_on_its_way(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    world.start()
    await world.say("parcel.sent")
    done = await world.until_tried(endpoint, 1)
    (waiting,) = await queued(world, endpoint, 1, due_in_s=86_400 * 60)
    await world.advance(86_400 * 31)
    assert await world.endpoints.retention.forget() == 2
    kept = await world.endpoints.delivery(done.id)
    (tried,) = kept.attempts
    assert (kept.status, tried.status_code, tried.response_body, tried.request_headers) == (done.status, 200, b"", {})
    with pytest.raises(DeliveryExpired):
        await world.endpoints.resend(BY, done.id)
    again = await world.endpoints.resend_range(BY, endpoint.id, done.created_at, None, DeliveryOutcome.SUCCEEDED)
    assert again.count == 0
    await world.endpoints.resend(BY, waiting)


async def test_a_deleted_endpoints_keys_are_gone(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url, signing=Signing.BOTH)
    await world.endpoints.delete(BY, endpoint.id)
    assert await world.secrets.names() == []


async def test_who_switches_an_endpoint_off_and_who_notes_a_failure_of_it_do_not_wait_for_each_other(
    world: World, shop: Receiver
) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    await queued(world, endpoint, 1)
    (due,) = await claimed(world)
    failed = Ended(due, Tried(world.clock.now(), 500, 3, "http_500"), timedelta(seconds=5), is_gone=False)

    async def noted() -> None:
        async with world.db.transaction() as tx:
            await settle(tx, [failed])

    async with world.db.transaction() as tx:
        await store.lock(tx, endpoint.id)
        noting = asyncio.create_task(noted())
        await asyncio.sleep(0.3)  # it waits for the endpoint by now
        assert await delivery_store.cancel_pending(tx, [endpoint.id], 10) == 1
    await noting


async def _blocks(world: World) -> int:
    """How many blocks of deliveries and of their indexes were read until now."""
    async with world.db.reading() as tx:
        await tx.execute("SELECT pg_stat_clear_snapshot()")
        found: int = await tx.fetchval(
            """
            SELECT heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit FROM pg_statio_user_tables WHERE relname = 'deliveries'
            """
        )
    return found


async def _pending(world: World) -> int:
    (row,) = await world.rows("SELECT count(*) AS n FROM deliveries WHERE status = 'pending'")
    count: int = row["n"]
    return count


async def _count(shop: Receiver, count: int) -> bool:
    return len(shop.came) >= count
