"""What is told when something was committed: after the commit, to this process and to others, and never of what was rolled back."""

import asyncio

import pytest

from gerbang.base.database_notifications import NotifyChannel
from gerbang.base.db import Database, tell_when_committed


async def test_what_was_committed_is_told_afterwards_once_and_what_was_rolled_back_never(db: Database) -> None:
    told: list[str] = []
    db.tell = told.append
    async with db.transaction():
        tell_when_committed("parcels")
        tell_when_committed("parcels")
        assert told == []
    assert told == ["parcels"]
    with pytest.raises(RuntimeError):
        await _told_in_vain(db)
    tell_when_committed("nothing is open here")
    assert told == ["parcels"]


async def _told_in_vain(db: Database) -> None:
    async with db.transaction():
        tell_when_committed("letters")
        raise RuntimeError


async def test_a_transaction_within_another_tells_of_its_own(db: Database) -> None:
    told: list[str] = []
    db.tell = told.append
    async with db.transaction():
        tell_when_committed("outer")
        async with db.transaction():
            tell_when_committed("inner")
        assert told == ["inner"]
    assert told == ["inner", "outer"]


async def test_another_process_hears_of_a_commit_and_calls_whoever_waits_for_that_topic(db: Database) -> None:
    heard, other, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
    here, there = NotifyChannel(db, "a_test"), NotifyChannel(db, "a_test")
    there.subscribe("parcels", heard.set)
    there.subscribe("letters", other.set)
    listening = asyncio.create_task(there.listen(stop))
    while not heard.is_set():  # nobody says when it has begun to listen
        here.notify("parcels")
        await asyncio.sleep(0.05)
    assert not other.is_set()
    stop.set()
    await listening
