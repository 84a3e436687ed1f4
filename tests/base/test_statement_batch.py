"""Writes that are sent as one, on a real database: all of them or none, and no row twice."""

import pytest

from gerbang.base.db import Database, IntegrityError
from gerbang.base.statement_batch import StatementBatch

_NAME = "INSERT INTO cursors (name) SELECT unnest($1::text[])"
_TELL = "INSERT INTO changes (kind, subject) SELECT $1, unnest($2::text[])"
_MOVE = "UPDATE cursors SET xid = $1::text::xid8 WHERE name = $2"


async def _counts(db: Database) -> tuple[int, int]:
    async with db.reading() as tx:
        names = await tx.fetchval("SELECT count(*) FROM cursors WHERE name IN ('a', 'b')")
        told = await tx.fetchval("SELECT count(*) FROM changes WHERE kind = 'writes'")
    return names, told


async def test_statements_that_are_sent_as_one_each_get_their_own_parameters(db: Database) -> None:
    writes = StatementBatch()
    await writes.execute(_NAME, ["a", "b"])
    await writes.execute(_TELL, "writes", ["x", "y", "z"])
    assert await _counts(db) == (0, 0)
    async with db.transaction() as tx:
        await writes.send(tx)
    assert await _counts(db) == (2, 3)
    async with db.reading() as tx:
        told = await tx.fetch("SELECT subject FROM changes WHERE kind = 'writes' ORDER BY subject")
    assert [row["subject"] for row in told] == ["x", "y", "z"]


async def test_the_rows_of_the_last_statement_come_back(db: Database) -> None:
    writes = StatementBatch()
    await writes.execute(_NAME, ["a"])
    await writes.execute(_TELL + " RETURNING subject", "writes", ["x", "y"])
    async with db.transaction() as tx:
        assert [row["subject"] for row in await writes.fetch(tx)] == ["x", "y"]
    assert await _counts(db) == (1, 2)


async def test_when_one_of_them_is_refused_none_is_done(db: Database) -> None:
    writes = StatementBatch()
    await writes.execute(_TELL, "writes", ["x"])
    await writes.execute(_NAME, ["a", "a"])
    with pytest.raises(IntegrityError):
        async with db.transaction() as tx:
            await writes.send(tx)
    assert await _counts(db) == (0, 0)


async def test_two_changes_of_one_table_are_a_bug_because_one_would_be_lost(db: Database) -> None:
    writes = StatementBatch()
    await writes.execute(_MOVE, "7", "a")
    await writes.execute(_MOVE, "8", "a")
    with pytest.raises(AssertionError, match="twice"):
        async with db.transaction() as tx:
            await writes.send(tx)


async def test_nothing_to_write_is_nothing_to_send(db: Database) -> None:
    async with db.transaction() as tx:
        await StatementBatch().send(tx)
    assert await _counts(db) == (0, 0)
