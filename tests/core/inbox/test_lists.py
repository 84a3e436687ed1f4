"""The list of events under every set of filters, page by page, beside the same list made the slow way."""

import random
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.inbox import store
from gerbang.core.inbox.model import Event, EventFilters

START = datetime(2026, 1, 1, tzinfo=UTC)
Row = tuple[UUID, datetime, str, str, str]


async def _some(db: Database, count: int) -> list[Row]:
    """Events of every kind, newest first; each came three times."""
    dice, made = random.Random(46), list[Row]()
    async with db.transaction() as tx:
        for number in range(count):
            at = START + timedelta(minutes=30 * number)
            id_ = UUID(int=ids.first_of(at).int | dice.getrandbits(70))
            row = (
                id_,
                at,
                dice.choice(["jakarta", "bandung"]),
                dice.choice(["paid", "closed"]),
                dice.choice(["done", "parked"]),
            )
            await tx.execute(
                "INSERT INTO inbox (id, received_at, connection, type, status, key, subject, shard, headers, body)"
                " VALUES ($1, $2, $3, $4, $5, $6, '', 0, '{}', '')",
                *row,
                str(number),
            )
            await tx.execute(
                "INSERT INTO inbox_seen (connection, key, id, times) VALUES ($1, $2, $3, 3)", row[2], str(number), id_
            )
            made.append(row)
    return made[::-1]


async def test_every_set_of_filters_shows_the_events_that_fit_newest_first_and_each_once(db: Database) -> None:
    made = await _some(db, 40)
    for source, type_, status, since in product(
        (None, "jakarta", "nowhere"), (None, "closed"), (None, "parked"), (None, START + timedelta(hours=5))
    ):
        found = list[Event]()
        async with db.reading() as tx:
            filters = EventFilters(source, type_, status, since)
            while part := await store.page(tx, filters, (found[-1].received_at, found[-1].id) if found else None, 6):
                found += part
        assert [one.id for one in found] == [
            id_
            for id_, at, *kind in made
            if all(asked in (None, is_) for asked, is_ in zip((source, type_, status), kind, strict=True))
            and (since is None or at >= since)
        ], filters
        assert all(one.times_seen == 3 for one in found)
