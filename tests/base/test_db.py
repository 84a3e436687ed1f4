"""The pool: what a connection must not ask for twice. Real PostgreSQL."""

from typing import Any

from gerbang.base.db import Database

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
