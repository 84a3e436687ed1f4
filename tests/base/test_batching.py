"""Group commit and coalesced reads on a real database: shared, ordered, and one bad row fails alone."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from gerbang.base.batching import GroupCommit, GroupRead, Shared
from gerbang.base.db import Database, IntegrityError, Tx
from gerbang.base.errors import CommitUnknown, DatabaseUnavailable
from gerbang.base.wait_limits import WAITS, Waits


async def _insert(tx: Tx, keys: Sequence[str]) -> Sequence[str]:
    await tx.execute("INSERT INTO cursors (name) SELECT unnest($1::text[])", list(keys))
    return [key.upper() for key in keys]


async def test_whoever_waits_at_the_same_moment_shares_a_commit(db: Database) -> None:
    batches: list[int] = []

    async def write(tx: Tx, keys: Sequence[str]) -> Sequence[str]:
        batches.append(len(keys))
        return await _insert(tx, keys)

    commits: GroupCommit[str, str] = GroupCommit(db, write)
    answers = await asyncio.gather(*(commits.submit(f"k{n}") for n in range(100)))
    assert answers == [f"K{n}" for n in range(100)]
    assert len(batches) <= 3
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM cursors WHERE name LIKE 'k%'") == 100


async def test_one_bad_row_fails_alone(db: Database) -> None:
    commits: GroupCommit[str, str] = GroupCommit(db, _insert)
    await commits.submit("taken")
    answers = await asyncio.gather(*(commits.submit(k) for k in ("a", "b", "taken", "c")), return_exceptions=True)
    assert [isinstance(answer, IntegrityError) for answer in answers] == [False, False, True, False]
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM cursors WHERE name IN ('a', 'b', 'c')") == 3


class _Standing:
    """Work that stands still until it is let go on, as a frozen server does."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.written: list[str] = []

    async def write(self, _tx: Tx, keys: Sequence[str]) -> Sequence[str]:
        await self.go_on.wait()
        self.written += keys
        return keys


async def test_nobody_waits_for_a_batch_longer_than_the_database_may_take(database_url: str) -> None:
    """R53: neither who is in the batch that stands still, nor who waits behind it; and the lane is free again by itself."""
    db = Database(database_url, wait_s=0.3)
    await db.open()
    standing = _Standing()
    commits: GroupCommit[str, str] = GroupCommit(db, standing.write)
    started = asyncio.get_running_loop().time()
    first = asyncio.create_task(commits.submit("first"))
    await asyncio.sleep(0.1)
    behind = [asyncio.create_task(commits.submit(f"behind {n}")) for n in range(3)]
    answers = await asyncio.gather(first, *behind, return_exceptions=True)
    assert asyncio.get_running_loop().time() - started < 1.5
    assert {type(answer) for answer in answers} <= {DatabaseUnavailable, CommitUnknown}
    standing.go_on.set()
    assert await commits.submit("after") == "after"
    asked = ("first", "behind 0", "behind 1", "behind 2")
    undone = {key for key, answer in zip(asked, answers, strict=True) if isinstance(answer, DatabaseUnavailable)}
    assert not undone & set(standing.written)
    await db.close()


async def test_a_wait_in_vain_makes_the_next_ones_of_the_same_request_short(database_url: str) -> None:
    """R53: five statements in a row must not wait five times."""
    db = Database(database_url, wait_s=0.5)
    await db.open()
    WAITS.set(Waits())
    started = asyncio.get_running_loop().time()
    for _ in range(4):
        with pytest.raises(DatabaseUnavailable):
            async with db.reading():
                await asyncio.sleep(5)
    assert asyncio.get_running_loop().time() - started < 0.6 + 3 * 0.3 + 0.4
    await db.close()


async def test_a_statement_that_was_given_up_leaves_no_connection_behind(database_url: str, db: Database) -> None:
    """The pool has one; it is there again at once, and the server stops working for nobody."""
    limited = Database(database_url, size=1, wait_s=0.4, name="limited")
    await limited.open()
    for _ in range(3):
        with pytest.raises(DatabaseUnavailable):
            async with limited.transaction() as tx:
                await tx.fetchval("SELECT pg_sleep(30)")
        with pytest.raises(DatabaseUnavailable):
            async with limited.transaction():
                await asyncio.sleep(5)
    async with limited.reading() as tx:
        assert await tx.fetchval("SELECT 1") == 1
    async with db.reading() as tx, asyncio.timeout(5):
        while (await tx.fetchval("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'limited'")) > 1:
            await asyncio.sleep(0.05)
    await limited.close()


async def test_who_asks_for_the_same_at_the_same_moment_shares_one_answer_and_one_failure() -> None:
    shared: Shared[str, int] = Shared()
    runs = 0

    async def work() -> int:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0.05)
        if runs == 1:
            raise DatabaseUnavailable
        return runs

    failed = await asyncio.gather(*(shared.run("a", work) for _ in range(5)), return_exceptions=True)
    assert {type(one) for one in failed} == {DatabaseUnavailable}
    assert await asyncio.gather(*(shared.run("a", work) for _ in range(5))) == [2] * 5


async def test_a_failed_statement_that_was_swallowed_is_not_taken_for_a_commit(db: Database) -> None:
    async def swallow() -> None:
        async with db.transaction() as tx:
            await asyncio.gather(tx.execute("SELECT 1/0"), return_exceptions=True)

    with pytest.raises(AssertionError, match="swallowed"):
        await swallow()


async def test_reads_at_the_same_moment_share_a_statement_and_a_missing_key_is_none(db: Database) -> None:
    asked: list[int] = []

    async def load(_tx: Tx, keys: Sequence[int]) -> Mapping[int, int]:
        asked.append(len(keys))
        return {key: key * 2 for key in keys if key != 7}

    reads: GroupRead[int, int] = GroupRead(db, load)
    answers = await asyncio.gather(*(reads.submit(n % 10) for n in range(50)))
    assert answers == [None if n % 10 == 7 else n % 10 * 2 for n in range(50)]
    assert max(asked) <= 10


async def test_a_write_that_returns_too_little_leaves_nobody_waiting(db: Database) -> None:
    """R57."""

    async def write(_tx: Tx, keys: Sequence[str]) -> Sequence[str]:
        return keys[1:]

    commits: GroupCommit[str, str] = GroupCommit(db, write)
    answers = await asyncio.wait_for(
        asyncio.gather(*(commits.submit(key) for key in ("a", "b", "c")), return_exceptions=True), 5
    )
    assert [type(answer) for answer in answers] == [AssertionError] * 3
