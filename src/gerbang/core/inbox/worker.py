"""The worker of the inbox: a lane takes shards and works through them in batches, one transaction each.

The claim is committed before the work and names the batch. An event that kills its worker is therefore known: it is run alone next time,
counted, and parked with its bytes after five tries. An event that only fails is found by halving its batch.

Each kind of provider has shards and lanes of its own, and so transactions of its own: no kind waits for another's handler.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.database_notifications import NotifyChannel
from gerbang.base.db import Database, Tx, storable
from gerbang.base.errors import GerbangError, Unavailable
from gerbang.base.watchdog import beat, watched
from gerbang.core.announcements.model import NO_OBJECT
from gerbang.core.inbox import store
from gerbang.core.inbox.model import MOST_TRIES, WAITS_S, Done, Event, NotYet, Result, shards_of
from gerbang.core.inbox.routing import refuse_all
from gerbang.core.inbox.service import CHANNEL, Handler
from gerbang.ports.kinds import Kind

log = structlog.get_logger()
LEASE_S: Final = 30.0
HOLD_S: Final = 0.25
# what comes in bit by bit is let gather: a batch of ten costs a third of a batch of three hundred
GATHER_S: Final = 0.02
SMALL: Final = 100
LOOK_S: Final = 0.5  # without a notification: one may get lost
LOOK_SELDOM_S: Final = 5.0  # where nothing comes in, as a rule
REVIVE_EVERY_S: Final = 1.0
AFTER_FAILURE_S: Final = 2.0
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class ShardLease:
    """The shards that one lane holds for a moment: long enough to be quick, short enough to share with other processes."""

    owner: UUID
    shards: tuple[int, ...]
    until: float

    def goes_on(self, stop: asyncio.Event) -> bool:
        """Whether another batch may be taken."""
        return not stop.is_set() and time.monotonic() < self.until


class Worker:
    """Works on every shard that is free: of each kind by its own handler, in lanes of its own, in one process or many."""

    def __init__(self, db: Database, handlers: Mapping[Kind, Handler], *, lanes: int = 2, batch: int = BATCH) -> None:
        self._db = db
        self.channel = NotifyChannel(db, CHANNEL)
        unhandled = [kind for kind in Kind if kind not in handlers]
        self._lanes = [
            _Lane(db=db, channel=self.channel, kinds=(kind,), handler=handler, share=Share(number, lanes), batch=batch)
            for kind, handler in handlers.items()
            for number in range(lanes)
        ]
        if unhandled:
            self._lanes.append(
                _Lane(
                    db=db,
                    channel=self.channel,
                    kinds=unhandled,
                    handler=refuse_all,
                    share=Share(0, 1),
                    batch=batch,
                    look_s=LOOK_SELDOM_S,
                )
            )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; a batch under way is ended first."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.channel.listen(stop))
            group.create_task(watched("inbox revival", partial(self._reviving, stop)))
            for lane in self._lanes:
                group.create_task(watched(f"inbox lane {lane.name}", partial(lane.run, stop)))

    async def _reviving(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with self._db.transaction() as tx:
                    await store.revive(tx)
            except Unavailable as error:
                log.warning("inbox.revive_failed", code=error.code)
            except Exception:  # see the lane
                log.exception("inbox.revive_failed")
            await _pause(stop, REVIVE_EVERY_S)


@dataclass(frozen=True, slots=True)
class Share:
    """Which of `of` equal lanes this is."""

    number: int
    of: int


class _Lane:
    """Works on some of the shards of some kinds, one batch after the other. Two lanes never work on the same shard."""

    def __init__(
        self,
        db: Database,
        channel: NotifyChannel,
        kinds: Sequence[Kind],
        handler: Handler,
        share: Share,
        batch: int,
        look_s: float = LOOK_S,
    ) -> None:
        self.name = f"{kinds[0].value if len(kinds) == 1 else 'unhandled'} {share.number}"
        self._db = db
        self._channel = channel
        self._topic = kinds[0].value
        self._handler = handler
        self._shards = [shard for kind in kinds for shard in shards_of(kind)]
        self._preferred = [shard for shard in self._shards if shard % share.of == share.number]
        self._most_shards = len(self._shards) // share.of
        self._batch = batch
        self._look_s = look_s
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        self._stop = stop
        while not stop.is_set():
            beat()
            last, told = 0, self._channel.heard(self._topic)
            try:
                last = await self._work_a_while()
            except GerbangError as error:
                log.warning("inbox.interrupted", code=error.code)
                await _pause(stop, LOOK_S)
            except Exception:  # a bug over one batch must not end the lane for all others
                log.exception("inbox.lane_failed")
                await _pause(stop, AFTER_FAILURE_S)
            if not last:
                await self._channel.wait(stop, self._look_s, since=told, topic=self._topic)
            if last < SMALL:
                await _pause(stop, GATHER_S)

    async def _work_a_while(self) -> int:
        """Work until the shards are shared again; returns how many events the last batch had."""
        claim, events = await self._claim()
        last = 0
        while events:
            last = len(events)
            events = await self._work(claim, events)
        return last

    async def _claim(self) -> tuple[ShardLease, list[Event]]:
        async with self._db.transaction() as tx:
            taken = await store.take_shards(tx, self._shards, self._preferred, self._most_shards)
            claim = ShardLease(ids.new(), tuple(row["shard"] for row in taken), time.monotonic() + HOLD_S)
            suspects = [event for row in taken for event in row["batch"]]
            if suspects:
                await store.suspect(tx, suspects, MOST_TRIES)
            return claim, await self._next(tx, claim)

    async def _work(self, claim: ShardLease, events: list[Event]) -> list[Event]:
        """Work on a batch and take the next in the same commit; returns it."""
        try:
            return await self._commit(claim, events)
        except Unavailable:
            raise
        except Exception as error:
            if len(events) > 1:
                return await self._halve(claim, events)
            log.exception("inbox.event_failed", inbox_event=ids.show("evt", events[0].id))
            why = storable(f"{type(error).__name__}: {error}")[:300]
            async with self._db.transaction() as tx:
                if await store.still_held(tx, claim.shards, claim.owner):
                    await _defer(tx, events[0], why)
                    return await self._next(tx, claim)
        return []

    async def _halve(self, claim: ShardLease, events: list[Event]) -> list[Event]:
        half = len(events) // 2
        rest = await self._work(claim, events[:half])
        return rest or await self._work(claim, events[half:])

    async def _commit(self, claim: ShardLease, events: list[Event]) -> list[Event]:
        apply = await self._handler(events)
        async with self._db.transaction() as tx:
            if not await store.still_held(tx, claim.shards, claim.owner):
                return []
            results = await apply(tx)
            await _settle(tx, events, results)
            return await self._next(tx, claim, gather=len(events) < SMALL)

    async def _next(self, tx: Tx, claim: ShardLease, *, gather: bool = False) -> list[Event]:
        """The next batch, noted in the claim; without one, when time is up, or to let events gather, the shards are free again."""
        events: list[Event] = []
        if claim.shards and not gather and claim.goes_on(self._stop):
            events = await store.next_events(tx, claim.shards, self._batch)
        if events:
            await store.hold(
                tx, claim.owner, LEASE_S, {s: [e.id for e in events if e.shard == s] for s in claim.shards}
            )
        elif claim.shards:
            await store.release(tx, claim.shards)
        return events


async def _settle(tx: Tx, events: Sequence[Event], results: Sequence[Result]) -> None:
    done = [
        (e.id, e.received_at, r.outcome, *(r.object or NO_OBJECT))
        for e, r in zip(events, results, strict=True)
        if isinstance(r, Done)
    ]
    if done:
        await store.finish(tx, done)
    for event, result in zip(events, results, strict=True):
        if isinstance(result, NotYet):
            await _defer(tx, event, result.why, names_money=result.names_money)


async def _defer(tx: Tx, event: Event, why: str, *, names_money: bool = True) -> None:
    if event.tries + 1 >= MOST_TRIES:
        await store.park(tx, event.id, why, names_money)
    else:
        await store.postpone(tx, event.id, WAITS_S[min(event.tries, len(WAITS_S) - 1)], why, names_money)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
