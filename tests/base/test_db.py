"""The pool: what a connection must not ask for twice, and when it is not used again. Real PostgreSQL."""

from typing import Any

import pytest

from gerbang.base.db import Database, ReadOnly
from gerbang.base.errors import DatabaseUnavailable

ARRAYS = "SELECT $1::uuid[], $2::jsonb[], $3::numeric[], $4::timestamptz[], $5::bytea[], '{\"a\": 1}'::jsonb"


async def test_a_second_connection_knows_the_built_in_types_that_the_first_one_asked_for(database_url: str) -> None:
    db = Database(database_url)
    await db.open()
    asked: list[str] = []

    def note(query: Any) -> None:
        asked.append(query.query)

    try:
        async with db.reading() as first, db.reading() as second:
            assert first is not second
            await first.fetch(ARRAYS, [], [], [], [], [])
            driver: Any = second
            driver.add_query_logger(note)
            row = await second.fetchrow(ARRAYS, [], [{"b": 2}], [7], [], [b"x"])
            driver.remove_query_logger(note)
    finally:
        await db.close()
    assert row is not None
    assert tuple(row) == ([], [{"b": 2}], [7], [], [b"x"], {"a": 1})
    assert asked == [ARRAYS]


async def test_a_server_that_takes_no_writes_is_away_and_its_connection_is_not_used_again(db: Database) -> None:
    """After a failover it is the old primary; the next connection leads to the new one."""

    async def write_to_a_standby() -> None:
        async with db.transaction() as tx:
            await tx.execute("SET TRANSACTION READ ONLY")
            await tx.execute("SET default_transaction_read_only = on")
            await tx.execute("INSERT INTO changes (kind, subject) VALUES ('x', 'y')")

    with pytest.raises(DatabaseUnavailable):
        await write_to_a_standby()
    async with db.transaction() as tx:
        await tx.execute("INSERT INTO changes (kind, subject) VALUES ('x', 'y')")


async def test_when_one_takes_no_writes_none_is_used_again_in_whatever_words_that_was_told(database_url: str) -> None:
    """The server was read-only while all of them were made; the audit, for one, tells it as an error of its own."""
    db = Database(database_url)
    await db.open()

    async def write_and_tell_it_otherwise() -> None:
        async with db.transaction() as tx:
            try:
                await tx.execute("INSERT INTO changes (kind, subject) VALUES ('x', 'y')")
            except ReadOnly as error:
                raise RuntimeError from error

    try:
        async with db.reading() as first, db.reading() as second:
            for one in (first, second):
                await one.execute("SET default_transaction_read_only = on")
        with pytest.raises(RuntimeError):
            await write_and_tell_it_otherwise()
        async with db.reading() as first, db.reading() as second:
            kept = [await one.fetchval("SHOW default_transaction_read_only") for one in (first, second)]
    finally:
        await db.close()
    assert kept == ["off", "off"]
