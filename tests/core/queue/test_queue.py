"""Jobs: written with their cause, tried with patience, ended with their effect; never lost, never done twice."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from gerbang.base.db import Database
from gerbang.core.queue import store
from gerbang.core.queue.model import Job, LeaseLost, NewJob, Park, Retry, backoff
from gerbang.core.queue.service import drop, enqueue, finish, notes, waiting
from gerbang.core.queue.worker import LEASE_S, Worker

from .tables import is_so, put, row, the_lease_runs_out, until


async def claim(db: Database, limit: int = 10, lease_s: float = LEASE_S) -> list[Job]:
    async with db.transaction() as tx:
        return [Job(**row) for row in await store.claim(tx, ["test"], limit, lease_s)]


async def end(db: Database, *jobs: Job) -> None:
    async with db.transaction() as tx:
        await finish(tx, jobs)


@contextlib.asynccontextmanager
async def working(db: Database, handler: Callable[[Job], Awaitable[None]]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(db, {"test": handler}).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 5)


# ── enqueueing ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_job_of_a_rolled_back_cause_does_not_exist(db: Database) -> None:
    async def fail_after_enqueueing() -> None:
        async with db.transaction() as tx:
            await enqueue(tx, [NewJob("test", "a")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_enqueueing()
    assert await claim(db) == []


async def test_workers_hear_of_a_job_once_it_can_be_seen_and_of_none_that_is_for_later(db: Database) -> None:
    heard: list[str] = []
    db.tell = heard.append
    async with db.transaction() as tx:
        await enqueue(tx, [NewJob("test", "a")])
        assert heard == []
    await put(db, NewJob("test", "b", run_at=datetime.now(UTC) + timedelta(hours=1)))
    assert heard == ["jobs"]


async def test_the_same_key_twice_is_one_job_and_the_earlier_time_wins(db: Database) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    await put(db, NewJob("test", "a", {"n": 1}, run_at=later))
    assert await claim(db) == []
    await put(db, NewJob("test", "a", {"n": 2}), NewJob("test", "a", {"n": 3}))
    jobs = await claim(db)
    assert [(job.key, job.payload, job.tries) for job in jobs] == [("a", {"n": 2}, 1)]
    await put(db, NewJob("test", "b", run_at=later))
    await put(db, NewJob("test", "b", run_at=later + timedelta(hours=1)))
    known = await row(db, "b")
    assert known is not None
    assert known["run_at"] == later


async def test_jobs_are_claimed_in_order_and_only_of_known_kinds(db: Database) -> None:
    now = datetime.now(UTC)
    await put(db, *(NewJob("test", str(n), run_at=now - timedelta(minutes=n)) for n in (1, 3, 2)), NewJob("other", "x"))
    claimed = [await claim(db, limit=1) for _ in range(4)]
    assert [[job.key for job in jobs] for jobs in claimed] == [["3"], ["2"], ["1"], []]


async def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(db: Database) -> None:
    await put(db, NewJob("test", "a"))
    (first,) = await claim(db)
    assert await claim(db) == []
    await the_lease_runs_out(db)
    (second,) = await claim(db)
    assert (first.tries, second.tries) == (1, 2)


async def test_twenty_claimers_at_once_share_without_doubling(db: Database) -> None:
    await put(db, *(NewJob("test", str(n)) for n in range(100)))
    batches = await asyncio.gather(*(claim(db, limit=7) for _ in range(20)))
    keys = [job.key for batch in batches for job in batch]
    assert len(keys) == len(set(keys)) == 100


# ── finishing, fenced ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_worker_whose_lease_was_taken_over_cannot_commit_its_effect(db: Database) -> None:
    await put(db, NewJob("test", "a"))
    (slow,) = await claim(db)
    await the_lease_runs_out(db)
    (quick,) = await claim(db)

    async def effect(job: Job, name: str) -> None:
        async with db.transaction() as tx:
            await tx.execute("INSERT INTO changes (kind, subject) VALUES ('effect', $1)", name)
            await finish(tx, [job])

    with pytest.raises(LeaseLost):
        await effect(slow, "slow")
    await effect(quick, "quick")
    async with db.reading() as tx:
        assert [r["subject"] for r in await tx.fetch("SELECT subject FROM changes")] == ["quick"]
    assert await row(db) is None
    with pytest.raises(LeaseLost):
        await end(db, quick)


async def test_finishing_many_is_all_or_nothing(db: Database) -> None:
    await put(db, NewJob("test", "a"), NewJob("test", "b"))
    a, b = await claim(db)
    await end(db, a)
    with pytest.raises(LeaseLost):
        await end(db, a, b)
    assert await row(db, b.key) is not None


async def test_a_job_asked_for_again_while_it_runs_runs_once_more(db: Database) -> None:
    await put(db, NewJob("test", "a", {"n": 1}))
    (running,) = await claim(db)
    await put(db, NewJob("test", "a", {"n": 2}))
    assert await claim(db) == [], "it is still running"
    await end(db, running)
    (again,) = await claim(db)
    assert (again.payload, again.tries) == ({"n": 2}, 1)
    await end(db, again)
    assert await row(db) is None


async def test_asked_for_again_for_later_while_it_runs_waits_until_then(db: Database) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    await put(db, NewJob("test", "a"))
    (running,) = await claim(db)
    await put(db, NewJob("test", "a", run_at=later))
    await end(db, running)
    assert await claim(db) == []
    known = await row(db)
    assert known is not None
    assert (known["run_at"], known["lease_until"]) == (later, None)


async def test_of_two_times_asked_for_while_it_runs_the_earlier_wins(db: Database) -> None:
    now = datetime.now(UTC)
    await put(db, NewJob("test", "a"))
    (running,) = await claim(db)
    await put(db, NewJob("test", "a", run_at=now))
    await put(db, NewJob("test", "a", run_at=now + timedelta(hours=1)))
    await end(db, running)
    assert len(await claim(db)) == 1


# ── failing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_failed_job_comes_back_later_with_its_reason_and_its_count(db: Database) -> None:
    async def fail(job: Job) -> None:
        raise ValueError("the bank is closed")

    await put(db, NewJob("test", "a"))

    async def postponed() -> bool:
        known = await row(db)
        return known is not None and known["error"] is not None

    async with working(db, fail):
        await until(postponed)
    known = await row(db)
    assert known is not None
    assert known["error"] == "ValueError: the bank is closed"
    assert (known["tries"], known["lease_until"], known["parked_at"]) == (1, None, None)
    assert timedelta(seconds=0.5) < known["run_at"] - datetime.now(UTC) < timedelta(seconds=3)


async def test_a_handler_may_name_the_wait(db: Database) -> None:
    async def later(job: Job) -> None:
        raise Retry("asked to wait", in_s=900)

    async def postponed() -> bool:
        known = await row(db)
        return known is not None and known["error"] is not None

    await put(db, NewJob("test", "a"))
    async with working(db, later):
        await until(postponed)
    known = await row(db)
    assert known is not None
    assert timedelta(seconds=880) < known["run_at"] - datetime.now(UTC) < timedelta(seconds=901)


async def test_a_job_that_keeps_failing_is_parked_and_asking_again_brings_it_back(db: Database) -> None:
    ran: list[int] = []

    async def fail(job: Job) -> None:
        ran.append(job.tries)
        raise Retry("not yet", in_s=0)

    async def parked() -> bool:
        known = await row(db)
        return known is not None and known["parked_at"] is not None

    await put(db, NewJob("test", "a", most_tries=3))
    async with working(db, fail):
        await until(parked)
        await asyncio.sleep(0.3)
        assert ran == [1, 2, 3]
        await put(db, NewJob("test", "a", most_tries=3))
        await until(lambda: is_so(len(ran) == 6))
        await until(parked)


async def test_a_handler_may_park_at_once(db: Database) -> None:
    async def refuse(job: Job) -> None:
        raise Park("a person must decide")

    async def parked() -> bool:
        known = await row(db)
        return known is not None and known["parked_at"] is not None

    await put(db, NewJob("test", "a"))
    async with working(db, refuse):
        await until(parked)
    known = await row(db)
    assert known is not None
    assert known["error"] == "Park: a person must decide"


async def test_a_job_asked_for_again_while_its_try_fails_is_not_made_to_wait(db: Database) -> None:
    await put(db, NewJob("test", "a"))
    (running,) = await claim(db)
    await put(db, NewJob("test", "a"))
    async with db.transaction() as tx:
        await store.postpone(tx, running.id, running.tries, timedelta(hours=1), "no answer")
    assert len(await claim(db)) == 1


async def test_one_bad_job_does_not_stop_its_neighbours(db: Database) -> None:
    done: list[str] = []

    async def mixed(job: Job) -> None:
        if job.key == "bad":
            raise ValueError("bad")
        await end(db, job)
        done.append(job.key)

    await put(db, NewJob("test", "bad"), *(NewJob("test", str(n)) for n in range(50)))
    async with working(db, mixed):
        await until(lambda: is_so(len(done) == 50))

    async def only_the_bad_one_is_left() -> bool:
        async with db.reading() as tx:
            return [r["key"] for r in await tx.fetch("SELECT key FROM jobs")] == ["bad"]

    await until(only_the_bad_one_is_left)


async def test_business_time_decides_when_a_job_is_due_and_real_time_when_its_lease_ends(
    db: Database, owner_url: str
) -> None:
    await put(db, NewJob("test", "tomorrow", run_at=datetime.now(UTC) + timedelta(days=1)), NewJob("test", "now"))
    (running,) = await claim(db)
    owner = Database(owner_url)
    await owner.open()
    async with owner.autocommit() as tx:
        await tx.execute("UPDATE business_clock SET offset_s = 2 * 86400")
    await owner.close()
    assert [job.key for job in await claim(db)] == ["tomorrow"], "a day passed for the business, no lease ended by it"
    await end(db, running)


async def test_the_oldest_due_job_shows_how_far_behind_the_queueis_so(db: Database) -> None:
    async with db.reading() as tx:
        assert await store.oldest_due_s(tx) == 0
    await put(db, NewJob("test", "a", run_at=datetime.now(UTC) - timedelta(seconds=100)))
    async with db.reading() as tx:
        assert 99 < await store.oldest_due_s(tx) < 110


async def test_a_handler_that_returns_without_ending_its_job_has_it_again_when_its_lease_ends(db: Database) -> None:
    ran: list[int] = []

    async def forgetful(job: Job) -> None:
        ran.append(job.tries)

    await put(db, NewJob("test", "a"))
    async with working(db, forgetful):
        await until(lambda: is_so(ran == [1]))
        await the_lease_runs_out(db)
        await until(lambda: is_so(ran == [1, 2]))


def test_the_wait_doubles_up_to_an_hour_and_is_spread() -> None:
    chance = random.Random(7)
    for tries in range(1, 40):
        wait = backoff(tries, chance.random()).total_seconds()
        middle = min(2.0 * 2 ** (tries - 1), 3600)
        assert 0.75 * middle <= wait <= 1.25 * middle


async def test_what_was_done_otherwise_is_dropped_but_not_what_runs_or_was_asked_for_anew(db: Database) -> None:
    await put(db, *(NewJob("test", key, {"hint": "first"}, concurrency_key="shop") for key in ("a", "b", "c")))
    async with db.transaction() as tx:
        noted = await notes(tx, "test", "shop", 10)
        await store.claim(tx, ["test"], 1, 60)
    await put(db, NewJob("test", "b", {"hint": "second"}, concurrency_key="shop"))
    async with db.transaction() as tx:
        assert await waiting(tx, "test", 10) == {"shop": 2}
        await drop(tx, "test", noted)
    assert [await row(db, key) is not None for key in ("a", "b", "c")] == [True, True, False]
