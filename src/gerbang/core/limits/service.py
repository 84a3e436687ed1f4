"""Taking a permit. Shared limits are counted in PostgreSQL, in lots, so that a busy caller costs a fraction of a statement a request."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gerbang.base.batching import GroupCommit
from gerbang.base.db import Database, Tx
from gerbang.base.errors import Unavailable
from gerbang.core.limits import store
from gerbang.core.limits.model import Bucket, Limit, Verdict

_MOST_BUCKETS: Final = 50_000
_REFUSED_S: Final = 5.0
_AT_ONCE: Final = 2_000  # counters that are forgotten in one transaction
_LOTS: Final = 50  # a process takes at most a fiftieth of a quota at once, so a restart wastes no more


@dataclass(slots=True)
class _Lot:
    """Permits that this process has taken from the shared counter and not given out yet."""

    left: int
    remaining: int
    until: float


class Limiter:
    """The limits of one process. `monotonic` is a clock in seconds that only moves forward."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._monotonic = monotonic
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()
        self._lots: OrderedDict[tuple[str, str], _Lot] = OrderedDict()
        self._fetching: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._refused_at = float("-inf")
        self._commits: GroupCommit[tuple[str, int, int], tuple[int, float]] = GroupCommit(db, _count, lanes=1)

    async def take(self, limit: Limit, who: str) -> Verdict:
        """Take one permit for `who`. A shared limit raises Unavailable of some kind when it cannot be counted."""
        return await self._take_shared(limit, who) if limit.shared else self.take_here(limit, who)

    def take_here(self, limit: Limit, who: str) -> Verdict:
        """Take one permit from this process's own bucket; no I/O."""
        now = self._monotonic()
        key = (limit.name, who)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(limit.quota, now)
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket.take(limit, now)

    async def _take_shared(self, limit: Limit, who: str) -> Verdict:
        key = (limit.name, who)
        while (lot := self._lots.get(key)) is None or self._is_used_up(lot):
            await self._fetch_once(key, limit)
        reset_s = max(1, round(lot.until - self._monotonic()))
        if lot.left < 1:
            return Verdict(limit, allowed=False, remaining=0, reset_s=reset_s)
        lot.left -= 1
        return Verdict(limit, allowed=True, remaining=lot.left + lot.remaining, reset_s=reset_s)

    def _is_used_up(self, lot: _Lot) -> bool:
        """Whether another lot may be had: an exhausted quota is refused without asking again, until its window ends."""
        return lot.until <= self._monotonic() or (lot.left < 1 and lot.remaining > 0)

    async def _fetch_once(self, key: tuple[str, str], limit: Limit) -> None:
        """Fetch a lot, or wait for the one that is being fetched: a burst must not take a lot for each of its requests."""
        task = self._fetching.get(key)
        if task is None or task.done():  # one that is done gives nothing more, and waiting for it lets nobody else run
            task = self._fetching[key] = asyncio.create_task(self._fetch(key, limit))
            task.add_done_callback(lambda done: self._forget(key, done))
        await asyncio.shield(task)

    def _forget(self, key: tuple[str, str], done: "asyncio.Task[None]") -> None:
        if self._fetching.get(key) is done:
            del self._fetching[key]

    async def _fetch(self, key: tuple[str, str], limit: Limit) -> None:
        size = max(1, limit.quota // _LOTS)
        try:
            used, lasts_s = await self._commits.submit((f"{limit.name}:{key[1]}", limit.window_s, size))
        except Unavailable:
            self._refused_at = self._monotonic()
            raise
        granted = max(0, min(size, limit.quota - (used - size)))
        self._lots[key] = _Lot(granted, max(0, limit.quota - used), self._monotonic() + lasts_s)
        self._lots.move_to_end(key)
        if len(self._lots) > _MOST_BUCKETS:
            self._lots.popitem(last=False)

    def refuses(self) -> bool:
        """Whether somebody was refused a moment ago because nothing could be counted."""
        return self._monotonic() - self._refused_at < _REFUSED_S

    async def try_to_write(self) -> None:
        """Do for a moment what every counted request does; raises Unavailable of some kind when nothing can be written."""
        async with self._db.autocommit() as tx:
            await store.try_to_write(tx)

    async def prune(self) -> None:
        """Forget windows that are long over."""
        gone = _AT_ONCE
        while gone == _AT_ONCE:
            async with self._db.transaction() as tx:
                gone = await store.prune(tx, _AT_ONCE)


async def _count(tx: Tx, wanted: Sequence[tuple[str, int, int]]) -> Sequence[tuple[int, float]]:
    """One statement for all that wait; a process asks for a bucket once at a time."""
    used = await store.add(tx, wanted)
    return [used[bucket] for bucket, _, _ in wanted]
