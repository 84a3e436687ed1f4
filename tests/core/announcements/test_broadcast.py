"""Live listeners: nothing missed, nothing doubled, nothing of others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.core.announcements import broadcast
from gerbang.core.announcements.broadcast import (
    BadPlace,
    Broadcaster,
    Missed,
    ObjectKind,
    Place,
    Received,
    Scope,
    TooManyListeners,
    read_place,
)
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
MINE, THEIRS = ids.new(), ids.new()
SARI, BUDI = ids.new(), ids.new()
EVERYTHING = Scope("user:operator")


async def owners(tx: Tx, payments: Sequence[UUID]) -> Mapping[UUID, UUID | None]:
    return {id_: {MINE: SARI, THEIRS: BUDI}.get(id_) for id_ in payments}


KINDS = {"payment": ObjectKind("pay", "payments:read", owners), "user": ObjectKind("usr", "users:manage")}


@pytest.fixture
async def broadcaster(db: Database) -> AsyncIterator[Broadcaster]:
    made = Broadcaster(db, KINDS)
    yield made
    await made.close()


async def say(db: Database, payment: UUID | None, *types: str) -> None:
    async with db.transaction() as tx:
        await announce(
            tx, [Announcement(type_, ObjectRef("payment", payment) if payment else None, {}, AT, 1) for type_ in types]
        )


@contextlib.asynccontextmanager
async def listening(
    broadcaster: Broadcaster, scope: Scope, after: Place | None = None, *, heartbeat_s: float = 15.0
) -> AsyncIterator["asyncio.Queue[Received | Missed | None]"]:
    """A listener in a task of its own; the queue gets what it hears."""
    heard: asyncio.Queue[Received | Missed | None] = asyncio.Queue()
    live = asyncio.Event()

    async def follow() -> None:
        async for item in broadcaster.listen(scope, after, heartbeat_s=heartbeat_s):
            if isinstance(item, Place):
                live.set()
            else:
                heard.put_nowait(item)

    task = asyncio.create_task(follow())
    try:
        async with asyncio.timeout(5):
            await live.wait()
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def types(heard: "asyncio.Queue[Received | Missed | None]", count: int) -> list[str]:
    got = [await asyncio.wait_for(heard.get(), 5) for _ in range(count)]
    return [item.announcement.type if isinstance(item, Received) else str(item) for item in got]


async def nothing_more(heard: "asyncio.Queue[Received | Missed | None]") -> bool:
    await asyncio.sleep(broadcast.POLL_S * 3)
    return heard.empty()


async def test_a_listener_hears_what_happens_from_now_on_within_a_second(
    db: Database, broadcaster: Broadcaster
) -> None:
    await say(db, MINE, "payment.created")
    async with listening(broadcaster, EVERYTHING) as heard:
        began = asyncio.get_running_loop().time()
        await say(db, MINE, "payment.pending", "payment.paid")
        assert await types(heard, 2) == ["payment.pending", "payment.paid"]
        assert asyncio.get_running_loop().time() - began < 1
        assert await nothing_more(heard)


async def test_each_hears_only_what_is_theirs(db: Database, broadcaster: Broadcaster) -> None:
    payer, customer = Scope("payer:1", object=ObjectRef("payment", MINE)), Scope("user:budi", owner=BUDI)
    async with (
        listening(broadcaster, payer) as mine,
        listening(broadcaster, customer) as budis,
        listening(broadcaster, EVERYTHING) as all_,
    ):
        await say(db, MINE, "mine.paid")
        await say(db, THEIRS, "theirs.paid")
        await say(db, None, "security.token_reuse")
        await say(db, ids.new(), "nobodys.paid")
        assert await types(all_, 4) == ["mine.paid", "theirs.paid", "security.token_reuse", "nobodys.paid"]
        assert await types(mine, 1) == ["mine.paid"]
        assert await types(budis, 1) == ["theirs.paid"]
        assert await nothing_more(mine)
        assert await nothing_more(budis)


async def test_an_order_with_a_payments_id_is_not_that_payment(db: Database, broadcaster: Broadcaster) -> None:
    payer, customer = Scope("payer:1", ObjectRef("payment", MINE)), Scope("user:sari", owner=SARI)
    async with listening(broadcaster, payer) as mine, listening(broadcaster, customer) as saris:
        async with db.transaction() as tx:
            await announce(tx, [Announcement("order.created", ObjectRef("order", MINE), {}, AT)])
        await say(db, MINE, "payment.paid")
        assert await types(mine, 1) == ["payment.paid"]
        assert await types(saris, 1) == ["payment.paid"]


async def test_staff_hear_of_the_objects_that_they_may_see_and_of_what_is_about_none(
    db: Database, broadcaster: Broadcaster
) -> None:
    async with listening(broadcaster, Scope("user:support", types=frozenset({"payment"}))) as heard:
        async with db.transaction() as tx:
            await announce(tx, [Announcement("security.token_reuse", ObjectRef("user", SARI), {}, AT)])
            await announce(tx, [Announcement("order.created", ObjectRef("order", ids.new()), {}, AT)])
        await say(db, None, "work.waiting")
        await say(db, MINE, "payment.paid")
        assert await types(heard, 2) == ["work.waiting", "payment.paid"]


async def test_whoever_was_away_goes_on_after_the_last_place(db: Database, broadcaster: Broadcaster) -> None:
    async with listening(broadcaster, EVERYTHING) as heard:
        await say(db, MINE, "one", "two")
        first = await asyncio.wait_for(heard.get(), 5)
    assert isinstance(first, Received)
    await say(db, MINE, "three")
    place = read_place(str(first.place))
    async with listening(broadcaster, Scope("payer:1", object=ObjectRef("payment", MINE)), place) as again:
        await say(db, MINE, "four")
        assert await types(again, 3) == ["two", "three", "four"]
        assert await nothing_more(again)


async def test_a_listener_is_told_from_where_on_it_hears_everything(db: Database, broadcaster: Broadcaster) -> None:
    stream = broadcaster.listen(EVERYTHING)
    place = await anext(stream)
    assert isinstance(place, Place)
    await stream.aclose()
    await say(db, MINE, "after.the.place")
    async with listening(broadcaster, EVERYTHING, place) as heard:
        assert await types(heard, 1) == ["after.the.place"]


async def test_a_resume_hears_only_its_own_history(db: Database, broadcaster: Broadcaster) -> None:
    await say(db, THEIRS, "theirs.paid")
    await say(db, MINE, "mine.paid")
    beginning = Place(0, UUID(int=0))
    async with listening(broadcaster, Scope("user:sari", owner=SARI), beginning) as heard:
        assert await types(heard, 1) == ["mine.paid"]
        assert await nothing_more(heard)


async def test_a_late_commit_is_heard_live_too(db: Database, broadcaster: Broadcaster) -> None:
    async with listening(broadcaster, EVERYTHING) as heard:
        async with db.transaction() as slow:
            await announce(slow, [Announcement("early.begun", ObjectRef("payment", MINE), {}, AT, 1)])
            await say(db, MINE, "committed.first")
            assert await nothing_more(heard)
        assert await types(heard, 2) == ["early.begun", "committed.first"]


async def test_joining_and_leaving_amid_traffic_neither_misses_nor_doubles(
    db: Database, broadcaster: Broadcaster
) -> None:
    async def talk() -> None:
        for number in range(60):
            await say(db, MINE, f"{number:03}")
            await asyncio.sleep(0.01)

    seen: list[str] = []
    place = Place(0, UUID(int=0))
    talking = asyncio.create_task(talk())
    while len(seen) < 60:
        async with listening(broadcaster, EVERYTHING, place) as heard:
            for _ in range(7):
                item = await asyncio.wait_for(heard.get(), 5)
                assert isinstance(item, Received)
                seen.append(item.announcement.type)
                place = item.place
                if len(seen) == 60:
                    break
    await talking
    assert seen == [f"{number:03}" for number in range(60)]


async def test_silence_gives_heartbeats(db: Database, broadcaster: Broadcaster) -> None:
    async with listening(broadcaster, EVERYTHING, heartbeat_s=0.05) as heard:
        assert await asyncio.wait_for(heard.get(), 2) is None
        assert await asyncio.wait_for(heard.get(), 2) is None


async def test_a_listener_that_is_too_slow_is_ended_and_can_resume_without_a_gap(
    db: Database, broadcaster: Broadcaster
) -> None:
    stream = broadcaster.listen(EVERYTHING)
    place = await anext(stream)
    assert isinstance(place, Place)
    many = [f"{number:03}" for number in range(broadcast.QUEUE + 50)]
    await say(db, MINE, *many)
    await asyncio.sleep(broadcast.POLL_S * 4)
    got = []
    async for item in stream:
        assert isinstance(item, Received)
        got.append(item.announcement.type)
        place = item.place
    assert len(got) == broadcast.QUEUE
    async with listening(broadcaster, EVERYTHING, place) as heard:
        got += await types(heard, len(many) - len(got))
    assert got == many


async def test_a_place_too_far_back_says_so_and_goes_on_from_now(db: Database, broadcaster: Broadcaster) -> None:
    for _ in range(broadcast.HISTORY // 1000 + 1):
        await say(db, MINE, *["old"] * 1000)
    async with listening(
        broadcaster, Scope("payer:1", object=ObjectRef("payment", THEIRS)), Place(0, UUID(int=0))
    ) as heard:
        assert isinstance(await asyncio.wait_for(heard.get(), 10), Missed)
        await say(db, THEIRS, "new")
        assert await types(heard, 1) == ["new"]


async def test_streams_are_capped_per_caller_and_freed_when_they_end(db: Database) -> None:
    broadcaster = Broadcaster(db, KINDS, per_caller=2)
    scope = Scope("payer:1", object=ObjectRef("payment", MINE))
    async with listening(broadcaster, scope), listening(broadcaster, scope):
        with pytest.raises(TooManyListeners):
            broadcaster.check_room("payer:1")
        broadcaster.check_room("payer:2")
        with pytest.raises(TooManyListeners):
            await anext(broadcaster.listen(scope))
    broadcaster.check_room("payer:1")
    assert broadcaster.listeners == 0
    await broadcaster.close()


async def test_closing_ends_every_stream(db: Database) -> None:
    broadcaster = Broadcaster(db, KINDS)
    ended = asyncio.Event()

    async def follow() -> None:
        async for _ in broadcaster.listen(EVERYTHING):
            pass
        ended.set()

    task = asyncio.create_task(follow())
    while not broadcaster.listeners:
        await asyncio.sleep(0.005)
    await broadcaster.close()
    await asyncio.wait_for(ended.wait(), 2)
    await task


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1",
        "-",
        "1-zz",
        "-1-" + "0" * 32,
        "1-" + "0" * 31,
        "1-" + "g" * 32,
        "9" * 19 + "-" + "0" * 32,
        "١-" + "0" * 32,
        "1-0" + " " * 31,
    ],
)
def test_a_place_that_we_never_gave_out_is_refused(text: str) -> None:
    with pytest.raises(BadPlace):
        read_place(text)


def test_a_place_reads_back_as_itself() -> None:
    place = Place(12_345_678_901, ids.new())
    assert read_place(str(place)) == place
