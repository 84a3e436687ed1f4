"""The trail by action, object, actor and time, each and together, page by page, beside the same list made the slow way."""

import random
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import NamedTuple
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.audit.model import AuditFilters
from gerbang.core.audit.service import Audit, recent, timeline

ACTORS = ("user:usr_1", "key:key_1", "system:gerbang")
BEGIN = datetime(2026, 11, 23, 7, tzinfo=UTC)


class Row(NamedTuple):
    id: UUID
    actor: str
    action: str
    object: str


async def _some(db: Database, count: int) -> list[Row]:
    """One a minute, by chance by whom, what and about what; newest first."""
    dice = random.Random(46)
    made = [
        Row(
            UUID(int=ids.first_of(BEGIN + timedelta(minutes=n)).int | dice.getrandbits(64)),
            dice.choice(ACTORS),
            dice.choice("abc"),
            dice.choice("xy"),
        )
        for n in range(count)
    ]
    async with db.transaction() as tx:
        await tx.executemany("INSERT INTO audit (id, actor, action, object) VALUES ($1, $2, $3, $4)", made)
    return made[::-1]


async def _read(trail: Audit, wanted: AuditFilters) -> list[UUID]:
    """All of it, seven at a time."""
    found, place = await trail.page(None, 7, wanted)
    seen = [one.id for one in found]
    while place is not None:
        found, place = await trail.page(place, 7, wanted)
        assert len(found) <= 7
        seen += [one.id for one in found]
    return seen


async def test_the_trail_shows_what_was_asked_for_newest_first_and_each_entry_once(db: Database) -> None:
    made, trail = await _some(db, 60), Audit(db)
    for actions, object_, actor in product(
        ((), ("a",), ("a", "c"), ("no.such",)), (None, "x", "nothing"), (None, "user:usr_1", "key:key_1", "user:usr_2")
    ):
        expected = [
            one.id
            for one in made
            if (not actions or one.action in actions) and object_ in (None, one.object) and actor in (None, one.actor)
        ]
        assert await _read(trail, AuditFilters(actions, object_, actor)) == expected, (actions, object_, actor)


async def test_the_trail_between_two_moments_has_what_was_written_from_the_first_until_before_the_second(
    db: Database,
) -> None:
    made, trail = await _some(db, 60), Audit(db)
    after, before = BEGIN + timedelta(minutes=20), BEGIN + timedelta(minutes=40)
    for actions, object_, actor in (((), None, None), (("a",), None, None), ((), "x", None), ((), None, "key:key_1")):
        expected = [
            one.id
            for one in made[20:40]
            if (not actions or one.action in actions) and object_ in (None, one.object) and actor in (None, one.actor)
        ]
        found = await _read(trail, AuditFilters(actions, object_, actor, after, before))
        assert found == expected, (actions, object_, actor)
        assert len(found) > 2


async def test_what_one_actor_did_to_an_object_of_many_entries_is_found_behind_all_that_others_did(
    db: Database,
) -> None:
    """A page of it may be empty; the place says that the list goes on."""
    made = [
        Row(ids.new(), "user:usr_1", "a", "x"),
        *(Row(id_, "system:gerbang", "a", "x") for id_ in ids.several(1200)),
    ]
    async with db.transaction() as tx:
        await tx.executemany("INSERT INTO audit (id, actor, action, object) VALUES ($1, $2, $3, $4)", made)
    trail, wanted = Audit(db), AuditFilters(object="x", actor="user:usr_1")
    first, place = await trail.page(None, 7, wanted)
    assert (first, place is not None) == ([], True)
    assert await _read(trail, wanted) == [made[0].id]


async def test_what_was_done_to_one_object_is_told_from_the_beginning(db: Database) -> None:
    made = await _some(db, 30)
    async with db.reading() as tx:
        found: list[UUID] = []
        while part := await timeline(tx, "x", 4, found[-1] if found else None):
            assert len(part) <= 4
            found += [one.id for one in part]
    assert found == [one.id for one in made[::-1] if one.object == "x"]


async def test_the_last_of_what_was_done_to_an_object_is_read_without_the_rest(db: Database) -> None:
    made = await _some(db, 30)
    async with db.reading() as tx:
        last = await recent(tx, "x", 1, actions=("b",))
        before = await recent(tx, "x", 3, before=last[0].id)
    assert [one.id for one in last] == [next(one.id for one in made if (one.action, one.object) == ("b", "x"))]
    assert [one.id for one in before] == [one.id for one in made if one.object == "x" and one.id < last[0].id][:3]
