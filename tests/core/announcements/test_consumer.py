"""The durable feed: taken exactly once, in an order that a late commit cannot slip through."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import BATCH, AnnouncementConsumer, announce

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def announcement(type_: str, payment: UUID | None = None, sequence: int = 1) -> Announcement:
    return Announcement(
        type_, ObjectRef("payment", payment) if payment else None, {"status": "paid", "amount": 150_000}, AT, sequence
    )


async def say(db: Database, *types: str) -> None:
    async with db.transaction() as tx:
        await announce(tx, [announcement(type_) for type_ in types])


class Taker:
    """Remembers what it took."""

    def __init__(self, db: Database) -> None:
        self.types: list[str] = []
        self.feed = AnnouncementConsumer(db, "test", self.take)

    async def take(self, _tx: Tx, announcements: Sequence[Announcement]) -> None:
        self.types += [a.type for a in announcements]


async def drain(taker: Taker) -> list[str]:
    taker.types.clear()
    while await taker.feed.run_once():
        pass
    return list(taker.types)


async def test_announcements_are_taken_once_in_order_with_what_they_said(db: Database) -> None:
    taken: list[Announcement] = []

    async def take(tx: Tx, announcements: Sequence[Announcement]) -> None:
        taken.extend(announcements)

    consumer = AnnouncementConsumer(db, "test", take)
    await consumer.prepare()
    await consumer.prepare()  # a second process starts
    async with db.transaction() as tx:
        await announce(tx, [announcement("payment.pending", UUID(int=7)), announcement("payment.paid", UUID(int=7), 2)])
    assert await consumer.run_once() == 2
    assert await consumer.run_once() == 0
    assert [(a.type, a.object, a.sequence, a.data["amount"], a.made_at) for a in taken] == [
        ("payment.pending", ("payment", UUID(int=7)), 1, 150_000, AT),
        ("payment.paid", ("payment", UUID(int=7)), 2, 150_000, AT),
    ]
    assert all(a.id is not None for a in taken)


async def test_a_transaction_that_commits_late_is_not_skipped(db: Database) -> None:
    taker = Taker(db)
    await taker.feed.prepare()
    async with db.transaction() as slow:
        await announce(slow, [announcement("early.begun")])
        await say(db, "late.begun.early.committed")
        # its transaction id is above one that is still open, so it is not yet certain to be next
        assert await drain(taker) == []
    assert await drain(taker) == ["early.begun", "late.begun.early.committed"]


async def test_a_transaction_that_began_early_and_writes_last_is_not_skipped_either(db: Database) -> None:
    taker = Taker(db)
    await taker.feed.prepare()
    async with db.transaction() as slow:
        await slow.execute("INSERT INTO changes (kind, subject) VALUES ('x', 'y')")  # takes its transaction id now
        await say(db, "first.committed")
        assert await drain(taker) == []
        await announce(slow, [announcement("last.written")])
    assert await drain(taker) == ["last.written", "first.committed"]


async def test_a_rolled_back_announcement_was_never_made(db: Database) -> None:
    taker = Taker(db)
    await taker.feed.prepare()

    async def fail_after_announcing() -> None:
        async with db.transaction() as tx:
            await announce(tx, [announcement("payment.paid")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_announcing()
    assert await drain(taker) == []


async def test_what_a_failed_take_saw_comes_again(db: Database) -> None:
    broken = True
    taken: list[str] = []

    async def take(tx: Tx, announcements: Sequence[Announcement]) -> None:
        await tx.execute("INSERT INTO changes (kind, subject) VALUES ('taken', $1)", announcements[0].type)
        if broken:
            raise RuntimeError
        taken.extend(a.type for a in announcements)

    consumer = AnnouncementConsumer(db, "test", take)
    await consumer.prepare()
    await say(db, "payment.paid")
    with pytest.raises(RuntimeError):
        await consumer.run_once()
    broken = False
    await consumer.run_once()
    assert taken == ["payment.paid"]
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM changes WHERE kind = 'taken'") == 1


async def test_two_processes_share_one_cursor_and_take_nothing_twice(db: Database) -> None:
    taker = Taker(db)
    await taker.feed.prepare()
    for number in range(20):
        await say(db, *[f"n{number}.{i}" for i in range(BATCH // 10)])
    while sum(await asyncio.gather(*(taker.feed.run_once() for _ in range(4)))):
        pass
    assert len(taker.types) == len(set(taker.types)) == 20 * (BATCH // 10)


async def test_what_was_read_before_another_moved_the_cursor_is_not_taken_again(db: Database) -> None:
    async def take(tx: Tx, announcements: Sequence[Announcement]) -> None:
        await tx.execute("INSERT INTO changes (kind, subject) VALUES ('taken', $1)", announcements[0].type)
        async with db.transaction() as another:
            await another.execute("UPDATE cursors SET xid = next_position() WHERE name = 'test'")

    consumer = AnnouncementConsumer(db, "test", take)
    await consumer.prepare()
    await say(db, "payment.paid")
    assert await consumer.run_once() == 0
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM changes WHERE kind = 'taken'") == 0


async def test_who_reads_and_makes_something_of_it_holds_back_no_other_reader(db: Database) -> None:
    held: list[bool] = []

    async def take(tx: Tx, _announcements: Sequence[Announcement]) -> None:
        held.append(await tx.fetchval("SELECT pg_current_xact_id_if_assigned() IS NOT NULL"))

    consumer = AnnouncementConsumer(db, "test", take)
    await consumer.prepare()
    await say(db, "payment.paid")
    await consumer.run_once()
    assert held == [False]


async def test_each_feed_has_its_own_place(db: Database) -> None:
    first, second = Taker(db), Taker(db)
    second.feed = AnnouncementConsumer(db, "other", second.take)
    await first.feed.prepare()
    await second.feed.prepare()
    await say(db, "a", "b")
    assert await drain(first) == ["a", "b"]
    assert await drain(second) == ["a", "b"]


async def test_transactions_are_in_the_order_of_numbers_so_nothing_is_skipped_where_they_grow_a_digit(
    db: Database,
) -> None:
    """As text 100 comes before 99: a cursor that went by the text would leave what lies between behind."""
    taker = Taker(db)
    await taker.feed.prepare()
    numbers = range(90, 90 + BATCH + 20)
    async with db.transaction() as tx:
        await tx.executemany(
            "INSERT INTO announcements (id, xid, type, data, made_at) VALUES ($1, $2::text::xid8, $3, '{}', now())",
            [(ids.new(), str(number), f"made.{number}") for number in numbers],
        )
    assert await drain(taker) == [f"made.{number}" for number in numbers]


async def test_an_announcement_that_cannot_be_taken_is_left_behind_and_all_others_are_taken(db: Database) -> None:
    """R58."""
    taken: list[str] = []

    async def take(_tx: Tx, announcements: Sequence[Announcement]) -> None:
        assert all(one.type != "bad" for one in announcements)
        taken.extend(one.type for one in announcements)

    consumer = AnnouncementConsumer(db, "test", take)
    await consumer.prepare()
    await say(db, "a", "b", "bad", "c", "d")
    stop = asyncio.Event()
    running = asyncio.create_task(consumer.run(stop))
    async with asyncio.timeout(10):
        while "d" not in taken:
            await asyncio.sleep(0.02)
    stop.set()
    await running
    assert taken == ["a", "b", "c", "d"]


async def test_a_consumer_is_given_what_it_wants_and_its_place_moves_over_the_rest(db: Database) -> None:
    taker = Taker(db)
    taker.feed = AnnouncementConsumer(db, "test", taker.take, types=("payment.paid", "refund.*"))
    await taker.feed.prepare()
    await say(db, "payment.paid", "payment.paid_late", "refund.failed", "refund.succeeded", "order.refunded")
    assert await taker.feed.run_once() == 5
    assert taker.types == ["payment.paid", "refund.failed", "refund.succeeded"]
    assert await taker.feed.run_once() == 0


async def test_a_batch_of_which_nothing_is_wanted_is_read_once(db: Database) -> None:
    taker = Taker(db)
    taker.feed = AnnouncementConsumer(db, "test", taker.take, types=("refund.*",))
    await taker.feed.prepare()
    await say(db, *["payment.instructions"] * 3, "refund.failed")
    assert [await taker.feed.run_once(most=3) for _ in range(3)] == [3, 1, 0]
    assert taker.types == ["refund.failed"]


async def test_who_looks_only_at_the_objects_is_not_sent_what_was_said_of_them(db: Database) -> None:
    taken: list[Announcement] = []

    async def take(_tx: Tx, announcements: Sequence[Announcement]) -> None:
        taken.extend(announcements)

    consumer = AnnouncementConsumer(db, "test", take, data=False)
    await consumer.prepare()
    async with db.transaction() as tx:
        await announce(tx, [announcement("payment.paid", UUID(int=7))])
    await consumer.run_once()
    assert [(one.id_of("payment"), one.id_of("order"), one.data) for one in taken] == [(UUID(int=7), None, {})]


async def test_announcements_of_an_object_that_counts_none_itself_are_numbered_whoever_announces(db: Database) -> None:
    user, order = ObjectRef("user", UUID(int=1)), ObjectRef("order", UUID(int=1))

    async def tell(*objects: ObjectRef) -> None:
        async with db.transaction() as tx:
            await announce(tx, [Announcement("x", one, {"of": one.type}, AT) for one in objects])

    await asyncio.gather(*(tell(user, order, user) for _ in range(8)), *(tell(order, user) for _ in range(8)))
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT object_type, sequence, data FROM announcements ORDER BY object_type, sequence")
    assert [row["sequence"] for row in rows if row["object_type"] == "user"] == list(range(1, 25))
    assert [row["sequence"] for row in rows if row["object_type"] == "order"] == list(range(1, 17))
    assert all(row["data"] == {"of": row["object_type"]} for row in rows)


async def test_what_one_transaction_announces_of_an_object_is_numbered_as_it_is_taken(db: Database) -> None:
    taken: list[tuple[str, int | None]] = []

    async def take(_tx: Tx, announcements: Sequence[Announcement]) -> None:
        taken.extend((one.type, one.sequence) for one in announcements)

    consumer = AnnouncementConsumer(db, "test", take)
    await consumer.prepare()
    last, first = ObjectRef("user", UUID(int=9)), ObjectRef("user", UUID(int=1))
    async with db.transaction() as tx:
        said = [
            Announcement(type_, one, {}, AT) for type_, one in (("a", last), ("b", first), ("c", last), ("d", first))
        ]
        await announce(tx, said)
    await consumer.run_once()
    assert taken == [("a", 1), ("b", 1), ("c", 2), ("d", 2)]


async def test_one_that_is_told_of_a_commit_takes_it_at_once_and_one_that_is_not_told_a_little_later(
    db: Database,
) -> None:
    taker, stop = Taker(db), asyncio.Event()
    await taker.feed.prepare()
    running = asyncio.create_task(taker.feed.run(stop))
    await say(db, "before.it.was.told")
    await until_taken(taker, 1)
    db.tell = lambda _topic: taker.feed.wake()
    await say(db, "told")
    await until_taken(taker, 2)
    db.tell = lambda _topic: None
    await say(db, "untold")
    await until_taken(taker, 3)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert taker.types == ["before.it.was.told", "told", "untold"]


async def until_taken(taker: Taker, count: int) -> None:
    async with asyncio.timeout(20):
        while len(taker.types) < count:
            await asyncio.sleep(0.01)


class Looks(AnnouncementConsumer):
    """Counts how often it looks, and finds what it is given."""

    def __init__(self, found: int, *, idle_s: float) -> None:
        super().__init__(Database(""), "looks", Taker(Database("")).take, idle_s=lambda: idle_s)
        self.looks, self.found = 0, found

    async def run_once(self, most: int = BATCH) -> int:
        self.looks += 1
        return min(self.found, most)

    async def woken_all_the_time(self, seconds: float) -> int:
        """How often it looks in that time, while commits are told of without end."""
        stop, self.looks = asyncio.Event(), 0
        running = asyncio.create_task(self.run(stop))
        until = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < until:
            self.wake()
            await asyncio.sleep(0.001)
        stop.set()
        await running
        return self.looks


async def test_beside_another_process_that_takes_everything_it_looks_seldom_however_often_it_is_told() -> None:
    assert await Looks(0, idle_s=0.002).woken_all_the_time(0.4) <= 9  # after 4, 8, 16, 32, 64, 128 ms: not 200 times
    assert await Looks(0, idle_s=0.1).woken_all_the_time(0.4) <= 5


async def test_each_is_woken_by_what_it_wants_alone(db: Database) -> None:
    def consumer(*types: str) -> AnnouncementConsumer:
        return AnnouncementConsumer(db, "some", Taker(db).take, types=types)

    told: list[str] = []
    db.tell = told.append
    await say(db, "refund.failed", "payment.paid")
    woken = [
        bool(consumer(*types).topics & set(told))
        for types in (("*",), ("refund.*",), ("payment.paid", "order.*"), ("payment.created",), ("order.*",))
    ]
    assert woken == [True, True, True, False, False]


async def test_what_comes_bit_by_bit_gathers_and_whole_batches_are_taken_without_a_pause() -> None:
    assert await Looks(1, idle_s=0.1).woken_all_the_time(0.25) <= 4
    assert await Looks(BATCH, idle_s=0.1).woken_all_the_time(0.25) > 10
