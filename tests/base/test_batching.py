"""Group commit and coalesced reads on a real database: shared, ordered, and one bad row fails alone."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from gerbang.base.batching import GroupCommit, GroupRead
from gerbang.base.db import Database, IntegrityError, Tx


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
