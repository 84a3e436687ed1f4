"""The trail by action, by object, by both and by neither, page by page, beside the same list made the slow way."""

import random
from datetime import UTC, datetime
from uuid import UUID

from gerbang.base.db import Database
from gerbang.core.audit.service import Audit, recent, timeline

Row = tuple[UUID, str, str]


async def _some(db: Database, count: int) -> list[Row]:
    dice = random.Random(46)
    made = [(UUID(int=dice.getrandbits(128)), dice.choice("abc"), dice.choice("xy")) for _ in range(count)]
    async with db.transaction() as tx:
        await tx.executemany("INSERT INTO audit (id, actor, action, object) VALUES ($1, 'test', $2, $3)", made)
    return sorted(made, reverse=True)


async def test_the_trail_shows_what_was_asked_for_newest_first_and_each_entry_once(db: Database) -> None:
    made, trail, now = await _some(db, 60), Audit(db), datetime.now(UTC)
    for action, object_ in ((None, None), ("a", None), (None, "x"), ("b", "y"), ("no.such", None), (None, "nothing")):
        found: list[UUID] = []
        while part := await trail.page((now, found[-1]) if found else None, 7, action=action, object_=object_):
            found += [one.id for one in part]
        assert found == [id_ for id_, did, to in made if action in (None, did) and object_ in (None, to)]


async def test_what_was_done_to_one_object_is_told_from_the_beginning(db: Database) -> None:
    made = await _some(db, 30)
    async with db.reading() as tx:
        found: list[UUID] = []
        while part := await timeline(tx, "x", 4, found[-1] if found else None):
            assert len(part) <= 4
            found += [one.id for one in part]
    assert found == [id_ for id_, _, to in made[::-1] if to == "x"]


async def test_the_last_of_what_was_done_to_an_object_is_read_without_the_rest(db: Database) -> None:
    made = await _some(db, 30)
    async with db.reading() as tx:
        last = await recent(tx, "x", 1, action="b")
    assert [one.id for one in last] == [next(id_ for id_, did, to in made if (did, to) == ("b", "x"))]
