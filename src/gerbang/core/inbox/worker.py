"""The worker of the inbox: takes a lane, works through it in batches, one transaction each.

The claim is committed before the work and names the batch. An event that kills its worker is therefore known: it is run alone next time,
counted, and parked with its bytes after five tries. An event that only fails is found by halving its batch.
"""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.errors import GerbangError, Unavailable
from gerbang.core.inbox import store
from gerbang.core.inbox.model import MOST_TRIES, SHARDS, WAITS_S, Done, Event, NotYet, Result
from gerbang.core.inbox.service import Handler

log = structlog.get_logger()
LEASE_S: Final = 30.0
IDLE_S: Final = 0.02
REVIVE_EVERY_S: Final = 1.0
BATCH: Final = 300


class Worker:
    """Works on every lane that is free. Several of them, in one process or many, never work on the same lane."""

    def __init__(self, db: Database, handler: Handler, *, lanes: int = 2, batch: int = BATCH) -> None:
        self._db = db
        self._handler = handler
        self._lanes = lanes
        self._batch = batch

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; a batch under way is ended first."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._reviving(stop))
            for number in range(self._lanes):
                group.create_task(self._lane(stop, number))

    async def _lane(self, stop: asyncio.Event, number: int) -> None:
        shards = [s for s in range(SHARDS) if s % self._lanes == number] + list(range(SHARDS))
        while not stop.is_set():
            try:
                worked = await self._work_once(shards)
            except GerbangError as error:
                log.warning("inbox.interrupted", code=error.code)
                worked = False
                await _pause(stop, 0.5)
            if not worked:
                await _pause(stop, IDLE_S)

    async def _reviving(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with self._db.transaction() as tx:
                    await store.revive(tx)
            except Unavailable as error:
                log.warning("inbox.revive_failed", code=error.code)
            await _pause(stop, REVIVE_EVERY_S)

    async def _work_once(self, shards: Sequence[int]) -> bool:
        owner = ids.new()
        claimed = await self._claim(shards, owner)
        if claimed is None:
            return False
        shard, events = claimed
        while events:
            events = await self._work(shard, owner, events)
        return True

    async def _claim(self, shards: Sequence[int], owner: UUID) -> tuple[int, list[Event]] | None:
        async with self._db.transaction() as tx:
            taken = await store.take_shard(tx, shards)
            if taken is None:
                return None
            shard: int = taken["shard"]
            if taken["batch"]:
                await store.suspect(tx, taken["batch"], MOST_TRIES)
            events = await store.next_events(tx, shard, self._batch)
            await store.hold(tx, shard, owner, LEASE_S, [event.id for event in events])
            return shard, events

    async def _work(self, shard: int, owner: UUID, events: list[Event]) -> list[Event]:
        """Work on a batch and take the next in the same commit; returns it."""
        try:
            return await self._commit(shard, owner, events)
        except Unavailable:
            raise
        except Exception as error:
            if len(events) > 1:
                return await self._halve(shard, owner, events)
            log.exception("inbox.event_failed", inbox_event=ids.show("evt", events[0].id))
            why = f"{type(error).__name__}: {error}"[:300]
            async with self._db.transaction() as tx:
                if await store.still_held(tx, shard, owner):
                    await _defer(tx, events[0], why)
                    return await self._take_next(tx, shard, owner)
        return []

    async def _halve(self, shard: int, owner: UUID, events: list[Event]) -> list[Event]:
        half = len(events) // 2
        rest = await self._work(shard, owner, events[:half])
        return rest or await self._work(shard, owner, events[half:])

    async def _commit(self, shard: int, owner: UUID, events: list[Event]) -> list[Event]:
        apply = await self._handler(events)
        async with self._db.transaction() as tx:
            if not await store.still_held(tx, shard, owner):
                return []
            results = await apply(tx)
            await _settle(tx, events, results)
            return await self._take_next(tx, shard, owner)

    async def _take_next(self, tx: Tx, shard: int, owner: UUID) -> list[Event]:
        events = await store.next_events(tx, shard, self._batch)
        if events:
            await store.hold(tx, shard, owner, LEASE_S, [event.id for event in events])
        else:
            await store.release(tx, shard)
        return events


async def _settle(tx: Tx, events: Sequence[Event], results: Sequence[Result]) -> None:
    done = [
        (e.id, e.received_at, r.outcome, r.attempt) for e, r in zip(events, results, strict=True) if isinstance(r, Done)
    ]
    if done:
        await store.finish(tx, done)
    for event, result in zip(events, results, strict=True):
        if isinstance(result, NotYet):
            await _defer(tx, event, result.why)


async def _defer(tx: Tx, event: Event, why: str) -> None:
    if event.tries + 1 >= MOST_TRIES:
        await store.park(tx, event.id, why)
    else:
        await store.postpone(tx, event.id, WAITS_S[min(event.tries, len(WAITS_S) - 1)], why)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
