"""An open transaction anywhere on the server: of another database it holds nobody up, of ours it does, loses nothing, and is told with its cure."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
from structlog.testing import capture_logs

from gerbang.base.db import Database
from gerbang.core.announcements import lag, store
from gerbang.core.announcements.broadcast import Broadcaster, Received
from gerbang.core.announcements.horizon import WAIT_S, Horizon
from gerbang.core.announcements.lag import MOST_S, STREAMS, Lag
from gerbang.core.ledger import balance_keeper
from tests.conftest import FreshDatabase

from .test_restore import EVERYTHING, Taker, say


@contextlib.asynccontextmanager
async def open_transaction(dsn: str, *statements: str) -> AsyncIterator[asyncpg.Connection]:
    """A session that has taken its transaction id and does nothing more, as a forgotten psql."""
    session = await asyncpg.connect(dsn, server_settings={"application_name": "a forgotten psql"})
    try:
        for statement in ("BEGIN", "SELECT pg_current_xact_id()", *statements):
            await session.execute(statement)
        yield session
    finally:
        await session.close()


def elsewhere(database: FreshDatabase) -> str:
    return database.admin_dsn.replace(f"/{database.name}?", "/postgres?")


@pytest.fixture
async def taker(db: Database) -> Taker:
    made = Taker(db)
    await made.feed.prepare()
    return made


async def test_a_transaction_of_another_database_holds_up_no_feed_no_stream_and_no_balance(
    db: Database, database: FreshDatabase, taker: Taker
) -> None:
    broadcaster = Broadcaster(db, {})
    async with open_transaction(elsewhere(database)):
        await say(db, "one")
        assert await taker.new() == ["one"]
        assert await balance_keeper.run_once(db)
        stream = broadcaster.listen(EVERYTHING)
        async with asyncio.timeout(5):
            await anext(stream)
            await say(db, "two")
            heard = await anext(stream)
        assert isinstance(heard, Received)
        assert heard.announcement.type == "two"
        await stream.aclose()
    await broadcaster.close()


async def test_nothing_is_skipped_when_one_of_ours_began_early_and_commits_last_beside_one_of_another_database(
    db: Database, database: FreshDatabase, taker: Taker
) -> None:
    async with open_transaction(elsewhere(database)), open_transaction(database.owner_dsn) as slow:
        await say(db, "late.begun")
        assert await taker.new() == []
        await slow.execute(
            "INSERT INTO announcements (id, type, sequence, data, made_at) VALUES (gen_random_uuid(), 'early.begun', 1, '{}', now())"
        )
        assert await taker.new() == []
        await slow.execute("COMMIT")
        assert await taker.new() == ["early.begun", "late.begun"]


async def test_a_reader_that_writes_reads_nothing_beyond_its_own_transaction(
    db: Database, database: FreshDatabase, taker: Taker
) -> None:
    """Its own transaction is in no list of its snapshot, and announcements of it come after what it took."""
    async with open_transaction(elsewhere(database)), db.transaction() as tx:
        await tx.execute("SELECT pg_current_xact_id()")
        await say(db, "of.a.later.transaction")
        taken = await store.after(tx, "0", None, 10, exact=True)
    assert taken == []


async def test_many_writers_beside_open_transactions_and_every_announcement_is_taken_once(
    db: Database, database: FreshDatabase, taker: Taker
) -> None:
    took: list[str] = []
    wanted = [f"w{writer}.{number}" for writer in range(4) for number in range(25)]

    async def write(writer: int) -> None:
        for number in range(25):
            async with db.transaction() as tx:
                await tx.execute("SELECT pg_current_xact_id()")
                await asyncio.sleep(0.001 * ((writer * 7 + number) % 5))
                await tx.execute(
                    "INSERT INTO announcements (id, type, sequence, data, made_at) VALUES (gen_random_uuid(), $1, 1, '{}', now())",
                    f"w{writer}.{number}",
                )

    async def disturb() -> None:
        for _ in range(15):
            async with open_transaction(elsewhere(database)):
                await asyncio.sleep(0.005)

    async with open_transaction(elsewhere(database)):
        working = asyncio.gather(disturb(), *(write(writer) for writer in range(4)))
        while not working.done():
            took += list(await taker.new())
            await asyncio.sleep(0)
        await working
        took += list(await taker.new())
    assert sorted(took) == sorted(wanted)


def test_the_sessions_are_looked_at_only_when_nothing_came_for_a_second() -> None:
    now = 100.0
    horizon = Horizon(lambda: now)
    assert horizon.exact()
    horizon.read([{"passed": False}])  # type: ignore[list-item]  # as a row is asked
    assert not horizon.exact()
    now += WAIT_S + 0.1
    assert horizon.exact()
    horizon.read([{"passed": True}])  # type: ignore[list-item]  # as a row is asked
    assert horizon.exact()


# ── what operators are told ─────────────────────────────────────────────────────────────────────────────────────────


async def say_long_ago(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO announcements (id, type, sequence, data, made_at) VALUES ('01900000-0000-7000-8000-000000000000', 'old', 1, '{}', now())"
        )


async def test_who_holds_everything_back_is_told_with_its_cure_and_logged_once(
    db: Database, database: FreshDatabase, taker: Taker
) -> None:
    watching = Lag(db)
    async with open_transaction(database.owner_dsn) as slow:
        pid = slow.get_server_pid()
        await say_long_ago(db)
        with capture_logs() as logged:
            await watching.look()
            await watching.look()
        notice = await watching.notice()
        assert notice is not None
        assert f"session {pid}" in notice
        assert f"SELECT pg_terminate_backend({pid})" in notice
        assert [line["event"] for line in logged] == ["events.held_back"]
        assert f"session {pid}, role gerbang_owner, application 'a forgotten psql'" in logged[0]["by"]
        assert watching.seconds()["test"] > MOST_S
        assert watching.seconds()[STREAMS] > MOST_S
    while await taker.new():
        pass
    await watching.look()
    assert (await watching.notice(), watching.seconds()) == (None, {"test": 0.0, STREAMS: 0.0})


async def test_who_does_not_listen_is_seen_by_what_waits_for_it_though_nobody_holds_it_back(
    db: Database, taker: Taker
) -> None:
    await say(db, "one")
    seen = await lag.look(db, now_s=lambda: time.time() + 100)
    assert seen.waited_s["test"] >= 100
    assert (seen.waited_s[STREAMS], seen.holder) == (0.0, None)
