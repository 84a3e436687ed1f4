"""Reading everything back slice by slice, each in one picture of the database: nothing waits for it, and nothing is written. What is judged stands beside each noun."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base.db import Database, Row, Tx

SLICE: Final = 1_000
Broken = tuple[str, str, str, str]  # the invariant, the object, what it is, what it should be


@asynccontextmanager
async def picture(db: Database) -> AsyncIterator[Tx]:
    """A transaction that sees the database as it is at its first statement, and takes the time that it takes."""
    async with db.transaction() as tx:
        await tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        await tx.execute("SET LOCAL statement_timeout = 0")
        yield tx


async def slices(db: Database, statement: str, after: UUID) -> AsyncIterator[Sequence[Row]]:
    """What a statement returns of the ids above `$1`, `$2` of them at a time and in their order."""
    while True:
        async with picture(db) as tx:
            rows = await tx.fetch(statement, after, SLICE)
        if not rows:
            return
        yield rows
        after = rows[-1]["id"]


async def business_now(tx: Tx) -> datetime:
    """The time that rows are judged by."""
    now: datetime = await tx.fetchval("SELECT business_now()")
    return now
