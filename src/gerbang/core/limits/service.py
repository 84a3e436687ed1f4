"""Taking a permit. Shared limits are counted in PostgreSQL, in lots, so that a busy caller costs a fraction of a statement a request."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gerbang.base.batching import GroupCommit
from gerbang.base.db import Database, Tx
from gerbang.core.limits import store
from gerbang.core.limits.model import Bucket, Limit, Verdict

_MOST_BUCKETS: Final = 50_000
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
        lot = self._lots.get(key)
        # an exhausted quota is refused without asking again
        if lot is None or lot.until <= self._monotonic() or (not lot.left and lot.remaining):
            lot = await self._fetch(limit, who)
            self._lots[key] = lot
            self._lots.move_to_end(key)
            if len(self._lots) > _MOST_BUCKETS:
                self._lots.popitem(last=False)
        reset_s = max(1, round(lot.until - self._monotonic()))
        if lot.left < 1:
            return Verdict(limit, allowed=False, remaining=0, reset_s=reset_s)
        lot.left -= 1
        return Verdict(limit, allowed=True, remaining=lot.left + lot.remaining, reset_s=reset_s)

    async def _fetch(self, limit: Limit, who: str) -> _Lot:
        """A fresh lot; what concurrent requests fetched meanwhile is added to it, not lost."""
        size = max(1, limit.quota // _LOTS)
        used, lasts_s = await self._commits.submit((f"{limit.name}:{who}", limit.window_s, size))
        granted = max(0, min(size, limit.quota - (used - size)))
        until = self._monotonic() + lasts_s
        earlier = self._lots.get((limit.name, who))
        kept = earlier.left if earlier and earlier.until > self._monotonic() and abs(earlier.until - until) < 1 else 0
        return _Lot(granted + kept, max(0, limit.quota - used), until)

    async def prune(self) -> None:
        """Forget windows that are long over."""
        async with self._db.transaction() as tx:
            await store.prune(tx)


async def _count(tx: Tx, wanted: Sequence[tuple[str, int, int]]) -> Sequence[tuple[int, float]]:
    """One statement for all that wait; those who ask for the same bucket are counted one after another."""
    totals: dict[str, tuple[str, int, int]] = {}
    for bucket, window_s, n in wanted:
        totals[bucket] = (bucket, window_s, n + (totals[bucket][2] if bucket in totals else 0))
    used: Mapping[str, tuple[int, float]] = await store.add(tx, list(totals.values()))
    running = {bucket: used[bucket][0] - total for bucket, (_, _, total) in totals.items()}
    results = []
    for bucket, _, n in wanted:
        running[bucket] += n
        results.append((running[bucket], used[bucket][1]))
    return results
