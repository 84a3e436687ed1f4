"""A dump put back into another server, whose transactions begin again at low numbers: nothing is passed over, and nothing is told twice."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gerbang.base import ids, migrations
from gerbang.base.database_safety import UnsafeDatabase, refuse_unsafe
from gerbang.base.db import Database, Tx
from gerbang.core.announcements.broadcast import Broadcaster, Missed, Place, Received, Scope
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import AnnouncementConsumer, announce
from gerbang.core.ledger import balance_keeper
from gerbang.core.ledger.model import Line, Posting
from gerbang.core.ledger.service import Ledger, post

AT = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)
EVERYTHING = Scope("user:operator")
FURTHER = 1_000_000  # by how many transactions the server of the dump had come further than this one


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[Database]:
    opened = Database(owner_url, size=3, statement_timeout_ms=0)
    await opened.open()
    yield opened
    await opened.close()


async def say(db: Database, *types: str) -> None:
    async with db.transaction() as tx:
        await announce(tx, [Announcement(type_, None, {}, AT) for type_ in types])
        await post(tx, [Posting("capture", (Line("clearing:jakarta", "sales", 5, "IDR"),))])


async def restored(owner: Database) -> None:
    """What `pg_restore` leaves in a new server: places far above its transactions."""
    async with owner.transaction() as tx:
        for table, column in (
            ("announcements", "xid"),
            ("cursors", "xid"),
            ("ledger_lines", "xid"),
            ("ledger_balanced", "upto"),
        ):
            await tx.execute(f"UPDATE {table} SET {column} = ({column}::text::bigint + {FURTHER})::text::xid8")  # noqa: S608  names of this file


class Taker:
    """A durable consumer and what it took."""

    def __init__(self, db: Database) -> None:
        self.took: list[str] = []
        self.feed = AnnouncementConsumer(db, "test", self._take)

    async def _take(self, _tx: Tx, announcements: Sequence[Announcement]) -> None:
        self.took += [one.type for one in announcements]

    async def new(self) -> list[str]:
        """What is taken now, in the order in which it was said."""
        self.took.clear()
        while await self.feed.run_once():
            pass
        return self.took


async def heard_after(db: Database, after: Place, count: int) -> list[str]:
    broadcaster = Broadcaster(db, {})
    found: list[str] = []
    async with asyncio.timeout(5):
        async for one in broadcaster.listen(EVERYTHING, after):
            if isinstance(one, Received | Missed):
                found.append(one.announcement.type if isinstance(one, Received) else "missed")
            if len(found) == count:
                break
    await broadcaster.close()
    return found


async def last_place(db: Database) -> Place:
    async with db.reading() as tx:
        row = await tx.fetchrow("SELECT xid::text AS place, id FROM announcements ORDER BY xid DESC, id DESC LIMIT 1")
    assert row is not None
    return Place(int(row["place"]), row["id"])


async def test_consumers_go_on_where_they_were_in_the_order_of_what_happened(db: Database, owner: Database) -> None:
    taker = Taker(db)
    await taker.feed.prepare()
    await say(db, "one", "two")
    assert await taker.new() == ["one", "two"]
    await say(db, "three")
    await restored(owner)
    await migrations.apply(owner)
    await say(db, "four")
    await say(db, "five")
    assert await taker.new() == ["three", "four", "five"]


async def test_a_listener_hears_what_came_after_its_place(db: Database, owner: Database) -> None:
    await say(db, "one")
    await restored(owner)
    await migrations.apply(owner)
    place = await last_place(db)
    await say(db, "two")
    assert await heard_after(db, place, 1) == ["two"]


async def test_a_place_of_another_history_is_told_to_load_the_present_state(db: Database) -> None:
    """An older copy of a data folder took the place of the one that gave the place out."""
    await say(db, "one")
    place = await last_place(db)
    assert await heard_after(db, Place(place.xid + FURTHER, ids.new()), 1) == ["missed"]


async def test_balances_go_on_where_they_were(db: Database, owner: Database) -> None:
    await say(db, "one")
    assert await balance_keeper.run_once(db)
    await restored(owner)
    await migrations.apply(owner)
    await say(db, "two")
    assert await balance_keeper.run_once(db)
    assert [balance.debit for balance in await Ledger(db).accounts()] == [10, 0]
    assert await balance_keeper.differences(db) == []


async def test_nothing_starts_on_it_before_its_places_go_on(db: Database, owner: Database) -> None:
    await refuse_unsafe(db)
    await say(db, "one")
    await restored(owner)
    with pytest.raises(UnsafeDatabase) as refused:
        await refuse_unsafe(db)
    assert "another server" in refused.value.detail
    assert refused.value.hint == "gerbang migrate"
    await migrations.apply(owner)
    await refuse_unsafe(db)


async def test_it_is_done_once_and_again_after_the_next_restore(db: Database, owner: Database) -> None:
    await say(db, "one")
    for _ in range(2):
        await restored(owner)
        await migrations.apply(owner)
        continued = await last_place(db)
        await migrations.apply(owner)
        await say(db, "more")
        assert continued.xid < (await last_place(db)).xid < continued.xid + 2_000_000_000


def test_every_place_is_one_of_the_order_that_goes_on() -> None:
    """A table whose rows are put in order by transaction takes part in it, or a restore would break that order again."""
    schema = "\n".join(
        path.read_text() for path in sorted(Path(migrations.__file__).parent.parent.glob("migrations/*.sql"))
    )
    later = schema.partition("-- Places in the order of what happened")[2]
    assert later.count("pg_current_xact_id()") == 1
    assert later.count("position_of(pg_snapshot_xmin") == 1
