"""Reads that are shared within a moment: one for all who ask together, and never older than that moment."""

import asyncio

import pytest

from gerbang.base.recent_reads import RecentReads


async def test_whoever_asks_within_the_moment_shares_a_read_and_whoever_asks_later_reads_anew() -> None:
    reads, asked = RecentReads(for_s=0.05), 0

    async def read() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return asked

    assert await asyncio.gather(*(reads.get("k", read) for _ in range(20))) == [1] * 20
    await asyncio.sleep(0.06)
    assert (await reads.get("k", read), await reads.get("other", read)) == (2, 3)


async def test_no_more_is_remembered_than_is_allowed_and_an_error_reaches_everybody() -> None:
    reads = RecentReads(for_s=60, most=2)

    async def fail() -> int:
        raise ValueError("no")

    for key in range(5):
        with pytest.raises(ValueError, match="no"):
            await reads.get(key, fail)
    assert len(reads._reads) == 2
