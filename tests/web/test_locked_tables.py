"""Ready is who could make a payment: whatever table somebody has locked, /readyz says what a create meets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import asyncpg
import pytest

from .conftest import Edge

TABLES: Final = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname"
OF_WAYS: Final = {"attempts", "jobs"}  # a payment that names a way to pay needs them, and none can be paid without


@contextlib.asynccontextmanager
async def locked(edge: Edge, table: str, mode: str = "ACCESS EXCLUSIVE") -> AsyncIterator[int]:
    """Somebody's forgotten lock; the process id of his session."""
    session = await asyncpg.connect(edge.database.owner_dsn)
    try:
        await session.execute(f"BEGIN; LOCK TABLE {table} IN {mode} MODE")
        yield session.get_server_pid()
    finally:
        await session.close()


async def met(edge: Edge) -> tuple[bool, bool]:
    """Whether we call ourselves ready, and whether a payment can be made; by whoever has made one before."""
    edge.services.connections.forget()  # as in a process that has just started
    ready = await edge.client.get("/readyz")
    return ready.status_code == 200, (await edge.create()).status_code == 201


@pytest.mark.parametrize("mode", ["ACCESS EXCLUSIVE", "SHARE"])
async def test_it_is_not_ready_while_the_payments_are_locked_and_says_by_whom(edge: Edge, mode: str) -> None:
    async with locked(edge, "payments", mode) as pid:
        ready = await edge.client.get("/readyz")
    assert (ready.status_code, ready.json()["causes"]) == (
        503,
        {"tables": f"The table payments is locked by session {pid}"},
    )


@pytest.mark.parametrize("table", ["announcements", "rate_counters"])
async def test_it_is_ready_while_a_table_is_locked_that_no_payment_needs(edge: Edge, table: str) -> None:
    assert (await edge.create()).status_code == 201  # who has permits left for more
    async with locked(edge, table):
        assert await met(edge) == (True, True)


async def test_it_is_not_ready_once_somebody_was_refused_because_nothing_can_be_counted(edge: Edge) -> None:
    async with locked(edge, "rate_counters"):
        assert (await edge.create()).status_code == 503
        ready = await edge.client.get("/readyz")
    assert (ready.status_code, ready.json()["causes"]) == (503, {"database": "Requests cannot be counted"})


async def test_a_lock_that_lets_others_write_keeps_nobody_from_being_ready(edge: Edge) -> None:
    async with locked(edge, "payments", "SHARE UPDATE EXCLUSIVE"), locked(edge, "connections", "SHARE"):
        assert await met(edge) == (True, True)


@pytest.mark.full
async def test_whatever_table_is_locked_it_is_ready_exactly_when_a_payment_can_be_made(edge: Edge) -> None:
    async with edge.services.db.reading() as tx:
        tables = {row["relname"] for row in await tx.fetch(TABLES)} - OF_WAYS
    wrong = {}
    assert (await edge.create()).status_code == 201  # who has permits left for more
    for table in sorted(tables):
        await asyncio.sleep(1.1)  # what was asked is kept for a second
        async with locked(edge, table):
            ready, made = await met(edge)
        if ready != made:
            wrong[table] = (ready, made)
    assert wrong == {}
