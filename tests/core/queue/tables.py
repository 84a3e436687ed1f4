"""The table `jobs` as tests look at it, and waiting for what must become so."""

import asyncio
from collections.abc import Awaitable, Callable

from gerbang.base.db import Database, Row
from gerbang.core.queue.model import NewJob
from gerbang.core.queue.service import enqueue


async def put(db: Database, *jobs: NewJob) -> None:
    async with db.transaction() as tx:
        await enqueue(tx, jobs)


async def row(db: Database, key: str = "a") -> Row | None:
    async with db.reading() as tx:
        return await tx.fetchrow("SELECT * FROM jobs WHERE kind = 'test' AND key = $1", key)


async def the_lease_runs_out(db: Database) -> None:
    async with db.autocommit() as tx:
        await tx.execute(
            "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_until IS NOT NULL"
        )


async def until(condition: Callable[[], Awaitable[bool]], timeout_s: float = 30) -> None:
    async with asyncio.timeout(timeout_s):
        while not await condition():
            await asyncio.sleep(0.02)


async def is_so(value: bool) -> bool:
    return value
