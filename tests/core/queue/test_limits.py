"""How much is taken and run at once: never more than was asked for, whatever the plan of a statement or the claim returns."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence

import asyncpg
import pytest

from gerbang.base.db import Database, Row, Tx
from gerbang.core.payments import sweep_store
from gerbang.core.queue import store
from gerbang.core.queue.model import Job, NewJob
from gerbang.core.queue.service import finish
from gerbang.core.queue.worker import Worker
from tests.conftest import FreshDatabase

from .tables import is_so, put, row, until

# Plans that PostgreSQL may choose by itself, as autovacuum left its numbers. In the last one the sub-select stands inside a nested loop.
PLANS = {
    "as it comes": "",
    "nested loop": "enable_hashjoin enable_mergejoin enable_hashagg enable_sort enable_material enable_indexscan enable_bitmapscan",
}


@contextlib.asynccontextmanager
async def planned(database: FreshDatabase, off: str) -> AsyncIterator[Database]:
    """A database whose tables were analysed while they were empty, and whose planner may not do everything."""
    admin = await asyncpg.connect(database.admin_dsn)
    await admin.execute("ANALYZE")
    for name in off.split():
        await admin.execute(f"ALTER ROLE gerbang_app IN DATABASE {database.name} SET {name} = off")
    await admin.close()
    db = Database(database.app_dsn)
    await db.open()
    yield db
    await db.close()


async def claimed(db: Database, limit: int) -> list[Job]:
    async with db.transaction() as tx:
        return [Job(**one) for one in await store.claim(tx, ["test"], limit, 60)]


@pytest.mark.parametrize("off", PLANS.values(), ids=PLANS)
async def test_a_claim_takes_no_more_than_its_limit_whatever_the_plan(database: FreshDatabase, off: str) -> None:
    """R57."""
    async with planned(database, off) as db:
        await put(db, *(NewJob("test", str(n)) for n in range(60)))
        assert len(await claimed(db, 16)) == 16


@pytest.mark.parametrize("off", PLANS.values(), ids=PLANS)
async def test_due_attempts_and_payments_are_taken_in_no_more_than_asked_for(database: FreshDatabase, off: str) -> None:
    """R57."""
    async with planned(database, off) as db:
        async with db.transaction() as tx:
            await tx.execute(
                "INSERT INTO payments (id, status, livemode, amount, currency, description, look_at, expires_at, created_at, updated_at)"
                " SELECT gen_random_uuid(), 'pending', false, 1, 'IDR', 'x', now(), now(), now(), now() FROM generate_series(1, 60)"
            )
            await tx.execute(
                "INSERT INTO attempts (id, payment_id, number, status, method, connection, effect, lookup, amount, currency, look_at,"
                " expires_at, created_at, updated_at)"
                " SELECT gen_random_uuid(), id, 1, 'pending', 'card', 'nicepay', 'once', 'never', 1, 'IDR', now(), now(), now(), now() FROM payments"
            )
        async with db.transaction() as tx:
            assert len(await sweep_store.due_attempts(tx, 16)) == 16
            assert len(await sweep_store.due_payments(tx, 16)) == 16


async def too_many(tx: Tx, kinds: Sequence[str], limit: int, lease_s: float, without: Collection[str]) -> list[Row]:
    """A claim that returns everything there is, as one did that trusted its plan."""
    return await store.claim(tx, kinds, 1_000 + limit, lease_s)


@contextlib.asynccontextmanager
async def working(db: Database, handler: Callable[[Job], Awaitable[None]], **options: object) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(db, {"test": handler}, **options).run(stop))  # type: ignore[arg-type]  # as the test says
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 5)


async def test_never_more_than_its_concurrency_runs_even_if_a_claim_returns_more(db: Database) -> None:
    """R57."""
    most, now, begun = 0, 0, list[str]()

    async def handle(job: Job) -> None:
        nonlocal most, now
        begun.append(job.key)
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        async with db.transaction() as tx:
            await finish(tx, [job])

    await put(db, *(NewJob("test", str(n)) for n in range(60)))
    async with working(db, handle, concurrency=4, claim=too_many):
        await until(lambda: is_so(len(begun) == 60 and now == 0))
    assert most == 3, "a quarter is a reserve for other keys"
    assert len(set(begun)) == 60


async def test_a_handler_that_takes_longer_than_its_lease_is_not_begun_a_second_time(db: Database) -> None:
    begun: list[int] = []

    async def slow(job: Job) -> None:
        begun.append(job.tries)
        await asyncio.sleep(1.2)
        async with db.transaction() as tx:
            await finish(tx, [job])

    await put(db, NewJob("test", "a"))
    async with working(db, slow, lease_s=0.4), working(db, slow, lease_s=0.4):
        await until(lambda: _gone(db))
    assert begun == [1]


async def test_a_handler_that_never_ends_is_broken_off_and_its_job_tried_again(db: Database) -> None:
    begun: list[int] = []

    async def stuck(job: Job) -> None:
        begun.append(job.tries)
        await asyncio.Event().wait()

    await put(db, NewJob("test", "a"))
    async with working(db, stuck, longest_s=0.1):
        await until(lambda: _said(db, "broken off after"))
    assert begun == [1]


async def test_a_job_that_does_not_end_while_its_worker_stops_is_given_back_at_once(db: Database) -> None:
    begun: list[int] = []

    async def stuck(job: Job) -> None:
        begun.append(job.tries)
        await asyncio.Event().wait()

    await put(db, NewJob("test", "a"))
    async with working(db, stuck, drain_s=0.1):
        await until(lambda: is_so(bool(begun)))
    assert [job.key for job in await claimed(db, 1)] == ["a"]


async def test_an_error_whose_text_cannot_be_stored_is_kept_in_words_that_can(db: Database) -> None:
    """R58."""

    async def fail(job: Job) -> None:
        raise ValueError("a \0 and a \ud800")

    await put(db, NewJob("test", "a"))
    async with working(db, fail):
        await until(lambda: _said(db, "ValueError: a  and a ?"))


async def _said(db: Database, words: str) -> bool:
    known = await row(db)
    return known is not None and words in (known["error"] or "")


async def _gone(db: Database) -> bool:
    return await row(db) is None


async def test_a_connection_whose_calls_hang_leaves_room_for_another_and_is_asked_no_more(db: Database) -> None:
    """R57. All of its jobs are due before any other's; both are due together in the end."""
    hanging, went_on = list[str](), list[float]()

    async def handle(job: Job) -> None:
        if job.concurrency_key == "hangs":
            hanging.append(job.key)
            await asyncio.Event().wait()
        went_on.append(time.monotonic())
        async with db.transaction() as tx:
            await finish(tx, [job])

    await put(db, *(NewJob("test", f"h{n}", concurrency_key="hangs") for n in range(200)))
    async with working(db, handle, concurrency=16, drain_s=0.1):
        await until(lambda: is_so(bool(hanging)))
        began = time.monotonic()
        await put(db, *(NewJob("test", f"w{n}", concurrency_key="works") for n in range(50)))
        await until(lambda: is_so(len(went_on) == 50))
    assert max(went_on) - began < 5
    assert len(hanging) == 12


async def test_connections_that_hang_in_the_same_moment_leave_room_for_another(db: Database) -> None:
    """R57. Three of them have more due, and earlier, than there are slots."""
    hanging, went_on = list[str](), list[float]()

    async def handle(job: Job) -> None:
        if job.concurrency_key != "works":
            hanging.append(job.concurrency_key)
            await asyncio.Event().wait()
        went_on.append(time.monotonic())
        async with db.transaction() as tx:
            await finish(tx, [job])

    await put(db, *(NewJob("test", f"{key}{n}", concurrency_key=key) for key in "abc" for n in range(40)))
    async with working(db, handle, concurrency=16, drain_s=0.1):
        await until(lambda: is_so(len(set(hanging)) == 3))
        began = time.monotonic()
        await put(db, *(NewJob("test", f"w{n}", concurrency_key="works") for n in range(20)))
        await until(lambda: is_so(len(went_on) == 20))
    assert max(went_on) - began < 5
    assert len(hanging) <= 15
