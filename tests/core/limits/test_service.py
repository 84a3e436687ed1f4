"""Permits: a bucket in the process, and a counter over processes and restarts (R48)."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.base.db import Database
from gerbang.base.errors import Unavailable
from gerbang.core.limits.model import Bucket, Limit
from gerbang.core.limits.service import Limiter

LOCAL = Limit("read", 10, 60)
SHARED = Limit("money", 100, 3_600, shared=True)


class Watch:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_a_bucket_gives_its_quota_and_refills_evenly(db: Database) -> None:
    watch = Watch()
    limiter = Limiter(db, monotonic=watch)
    assert [limiter.take_here(LOCAL, "a").allowed for _ in range(12)] == [True] * 10 + [False] * 2
    assert limiter.take_here(LOCAL, "b").allowed
    refused = limiter.take_here(LOCAL, "a")
    assert (refused.remaining, refused.reset_s) == (0, 6)
    watch.now += 6
    assert limiter.take_here(LOCAL, "a").allowed
    assert not limiter.take_here(LOCAL, "a").allowed


@given(st.lists(st.floats(0, 100), max_size=60))
def test_no_window_holds_more_than_twice_the_quota(waits: list[float]) -> None:
    """A full bucket and one refill are the most that any window can see."""
    bucket, now, given_at = Bucket(LOCAL.quota, 0.0), 0.0, []
    for wait in waits:
        now += wait
        if bucket.take(LOCAL, now).allowed:
            given_at.append(now)
    for start in given_at:
        assert sum(start <= at < start + LOCAL.window_s for at in given_at) <= 2 * LOCAL.quota


async def test_processes_share_one_quota_and_a_restart_forgets_nothing(db: Database) -> None:
    """R48."""
    one, two = Limiter(db), Limiter(db)
    taken = 0
    for _ in range(70):
        taken += (await one.take(SHARED, "key:a")).allowed + (await two.take(SHARED, "key:a")).allowed
    assert taken == 100
    assert not (await Limiter(db).take(SHARED, "key:a")).allowed
    assert (await Limiter(db).take(SHARED, "key:b")).allowed


async def test_many_at_once_get_the_quota_and_not_one_more(db: Database) -> None:
    """R48."""
    limiters = [Limiter(db) for _ in range(4)]
    verdicts = await asyncio.gather(*(limiters[number % 4].take(SHARED, "key:a") for number in range(400)))
    granted = sum(verdict.allowed for verdict in verdicts)
    assert 90 <= granted <= 100  # a lot that its process has not given out yet is not lost, only held


async def test_a_burst_in_one_process_leaves_the_others_their_part(db: Database) -> None:
    one, other = Limiter(db), Limiter(db)
    burst = await asyncio.gather(*(one.take(SHARED, "key:a") for _ in range(60)))
    assert all(verdict.allowed for verdict in burst)
    assert [(await other.take(SHARED, "key:a")).allowed for _ in range(45)] == [True] * 40 + [False] * 5


async def test_a_burst_that_is_given_up_half_way_takes_nobody_else_along(db: Database) -> None:
    limiter = Limiter(db)
    hasty, patient = (asyncio.create_task(limiter.take(SHARED, "key:a")) for _ in range(2))
    await asyncio.sleep(0)
    hasty.cancel()
    assert (await patient).allowed


async def test_a_spent_quota_costs_no_more_statements(db: Database) -> None:
    limiter = Limiter(db)
    while (await limiter.take(SHARED, "key:a")).allowed:
        pass
    await db.close()
    verdict = await limiter.take(SHARED, "key:a")
    assert not verdict.allowed
    assert 0 < verdict.reset_s <= SHARED.window_s


async def test_without_its_database_a_shared_limit_gives_nothing(db: Database) -> None:
    """R48."""
    limiter = Limiter(db)
    await db.close()
    with pytest.raises(Unavailable):
        await limiter.take(SHARED, "key:a")
    assert limiter.take_here(LOCAL, "key:a").allowed


async def test_a_burst_between_two_lots_lets_others_run(db: Database) -> None:
    """R57: who found its lot empty before the fetch that filled it was cleared away waited for that fetch, and for ever."""
    hurry = asyncio.Event()

    def clock() -> float:
        hurry.set()  # whoever waits runs as soon as a lot is there, before anything else does
        return 1000.0

    async def late(limiter: Limiter) -> bool:
        await hurry.wait()
        return (await limiter.take(SHARED, "key:a")).allowed

    limiter = Limiter(db, monotonic=clock)
    waiting = [asyncio.create_task(late(limiter)) for _ in range(20)]
    await asyncio.sleep(0)
    with ends_within(5):
        first = await limiter.take(SHARED, "key:a")
        assert first.allowed
        assert all(await asyncio.gather(*waiting))


@contextlib.contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    """Raises TimeoutError inside whatever runs too long, even where it never waits."""

    def over(_number: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
