"""Which workers there are, as they say themselves and as the API tells who asks (R57)."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Mapping
from uuid import uuid4

from gerbang.base.db import Database
from gerbang.core.queue.processes import Heartbeat, Workers

from .tables import until


class Clock:
    """A clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@contextlib.asynccontextmanager
async def beating(db: Database, stuck: Mapping[str, float]) -> AsyncIterator[None]:
    stop, before = asyncio.Event(), await _ours(db)
    task = asyncio.create_task(Heartbeat(db, "work", lambda: stuck).run(stop))
    await until(lambda: _more(db, before))
    yield
    stop.set()
    await asyncio.wait_for(task, 5)


async def cause(db: Database) -> str | None:
    """What an API process says that has been there for a while."""
    clock = Clock()
    workers = Workers(db, monotonic=clock)
    clock.now = 30
    await workers.look()
    return await workers.cause()


async def test_a_worker_that_works_is_no_cause_and_one_that_has_left_is_forgotten(db: Database) -> None:
    async with beating(db, {}):
        assert await cause(db) is None
    assert await cause(db) == "No worker is running."


async def test_an_api_that_has_just_started_gives_its_worker_time(db: Database) -> None:
    workers = Workers(db)
    await workers.look()
    assert await workers.cause() is None


async def test_a_worker_whose_lane_stands_still_is_named_with_its_lane(db: Database) -> None:
    async with beating(db, {"queue": 23.4}):
        assert await cause(db) == f"Worker {socket.gethostname()}/{os.getpid()} stands still: queue for 23 s."


async def test_another_worker_that_works_is_enough_and_the_stuck_one_is_counted(db: Database) -> None:
    async with beating(db, {"queue": 23.4}), beating(db, {}):
        workers = Workers(db)
        await workers.look()
        assert workers.counts() == {"working": 1, "stuck": 1, "silent": 0}
        assert await workers.notice() == f"Worker {socket.gethostname()}/{os.getpid()} stands still: queue for 23 s."
        assert await cause(db) is None


async def test_the_api_hears_which_connections_a_worker_does_not_ask_now(db: Database) -> None:
    stop, workers = asyncio.Event(), Workers(db)
    task = asyncio.create_task(Heartbeat(db, "work", dict, open_breakers=lambda: {"mail"}).run(stop))

    async def heard() -> bool:
        await workers.look()
        return set(workers.open_breakers()) == {"mail"}

    await until(heard)
    stop.set()
    await asyncio.wait_for(task, 5)
    await workers.look()
    assert set(workers.open_breakers()) == set(), "one that has ended says nothing any more"


async def test_a_worker_that_is_not_heard_of_any_more_is_told(db: Database) -> None:
    await _add(db, "elsewhere", 1, silent_s=25)
    assert await cause(db) == "No worker has been heard of for 25 s."


async def test_who_starts_on_a_machine_forgets_those_that_died_there(db: Database) -> None:
    gone = 2**22 + 1  # above what Linux gives
    await _add(db, socket.gethostname(), gone, silent_s=1)
    await _add(db, "elsewhere", gone, silent_s=1)
    async with beating(db, {}):
        assert await _pids(db) == {os.getpid(): socket.gethostname(), gone: "elsewhere"}


async def test_the_table_keeps_nobody_who_was_silent_for_ten_minutes(db: Database) -> None:
    await _add(db, "elsewhere", 1, silent_s=601)
    async with beating(db, {}):
        assert list(await _pids(db)) == [os.getpid()]


async def _add(db: Database, host: str, pid: int, silent_s: float) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO processes (id, kind, host, pid, seen_at) VALUES ($1, 'work', $2, $3, clock_timestamp() - make_interval(secs => $4))",
            uuid4(),
            host,
            pid,
            silent_s,
        )


async def _pids(db: Database) -> Mapping[int, str]:
    async with db.reading() as tx:
        return {row["pid"]: row["host"] for row in await tx.fetch("SELECT pid, host FROM processes ORDER BY host DESC")}


async def _ours(db: Database) -> int:
    async with db.reading() as tx:
        return int(await tx.fetchval("SELECT count(*) FROM processes WHERE pid = $1", os.getpid()))


async def _more(db: Database, before: int) -> bool:
    return await _ours(db) > before
