"""The worker's loop: claims due jobs, runs their handlers side by side, postpones or parks what fails.

A handler ends its job itself, by `service.finish` in the transaction of its effect: an effect and its acknowledgement are one
commit. A job whose handler returns without is simply run again when its lease ends.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Final

import structlog

from gerbang.base.db import Database, Row, Tx, storable
from gerbang.base.errors import GerbangError
from gerbang.base.watchdog import beat, watched
from gerbang.core.queue import store
from gerbang.core.queue.model import Job, LeaseLost, Park, Retry, backoff

log = structlog.get_logger()
Handler = Callable[[Job], Awaitable[None]]
Claim = Callable[[Tx, Sequence[str], int, float, Collection[str]], Awaitable[Sequence[Row]]]
LEASE_S: Final = 60.0
LONGEST_S: Final = 300.0  # far above what any handler needs: every call that one makes has a limit of its own
IDLE_S: Final = 0.1
AFTER_FAILURE_S: Final = 1.0
SLOW_S: Final = 5.0  # longer than a provider takes that is merely slow, and shorter than any time-out


@dataclass(frozen=True, slots=True)
class _Running:
    """A job under way, and since when, on a monotonic clock."""

    job: Job
    since: float


class Worker:
    """Runs jobs of the kinds it has handlers for, at most `concurrency` at once, whatever `claim` returns.

    A quarter of the slots is a reserve: from it each concurrency key gets one job, and only while it has none under way. So several connections
    that hang at the same moment leave room for the others, one for each of them. A key gets no more at all once a quarter of the slots is with
    jobs of its that run for long.

    The lease of a handler that takes long is renewed, so that nobody else begins the same job; after `longest_s` it is broken off, and the
    job tried again.
    """

    def __init__(
        self,
        db: Database,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int = 32,
        lease_s: float = LEASE_S,
        longest_s: float = LONGEST_S,
        drain_s: float = LEASE_S / 2,
        claim: Claim = store.claim,
    ) -> None:
        assert concurrency > 0, f"a worker that may run nothing: {concurrency}"
        self._db = db
        self._handlers = handlers
        self._concurrency = concurrency
        self._lease_s = lease_s
        self._longest_s = longest_s
        self._drain_s = drain_s
        self._claim = claim
        self._running: dict[asyncio.Task[None], _Running] = {}
        self._has_moved = False
        self._in_common = max(1, concurrency - concurrency // 4)
        self._most_slow = max(1, concurrency // 4)
        self._worth_it = max(1, concurrency // 8)  # a claim costs as much as a short job: so many are taken together
        self._no_others_at = float("-inf")
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look at once: somebody in this process has just committed a job."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let what runs end, and give back what does not."""
        aside = [
            asyncio.create_task(self._renewing()),
            asyncio.create_task(watched("jobs", self._moving, fatal=False)),
        ]
        try:
            while not stop.is_set():
                beat()
                if len(self._running) >= self._concurrency:
                    await asyncio.wait(self._running, timeout=IDLE_S, return_when=asyncio.FIRST_COMPLETED)
                elif not await self._take():
                    await self._rest()
            await self._drain()
        finally:
            for task in aside:
                task.cancel()
            await asyncio.gather(*aside, return_exceptions=True)

    async def _drain(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=self._drain_s)
        broken_off = list(self._running)
        for task in broken_off:
            task.cancel()
        await asyncio.gather(*broken_off, return_exceptions=True)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), IDLE_S)
        except TimeoutError:
            return
        self._woken.clear()

    def _held(self) -> Counter[str]:
        """How many jobs of each concurrency key are under way."""
        return Counter(one.job.concurrency_key for one in self._running.values())

    def _hanging(self) -> set[str]:
        """The keys of which so many jobs run for long that they get no more."""
        long_before = time.monotonic() - SLOW_S
        slow = Counter(one.job.concurrency_key for one in self._running.values() if one.since < long_before)
        return {key for key, count in slow.items() if count >= self._most_slow}

    async def _take(self) -> bool:
        """Begin what is due; whether to look again at once."""
        if (room := self._in_common - len(self._running)) > 0:
            return await self._begin(self._claim, room, self._hanging()) >= room
        if time.monotonic() - self._no_others_at < IDLE_S:
            return False
        found = await self._begin(store.claim_one_each, self._concurrency - len(self._running), set(self._held()))
        if not found:
            self._no_others_at = time.monotonic()
        return found > 0

    async def _begin(self, claim: Claim, room: int, without: Collection[str]) -> int:
        """Claim and begin what there is `room` for; how many there were."""
        try:
            async with self._db.transaction() as tx:
                rows = await claim(tx, list(self._handlers), room, self._lease_s, without)
                surplus = [row["id"] for row in rows[room:]]
                if surplus:
                    await store.give_back(tx, surplus)
        except GerbangError as error:
            log.warning("queue.claim_failed", code=error.code)
            return 0
        except Exception:  # a bug or a bad row over one claim must not end the process: the next may be better
            log.exception("queue.claim_failed")
            await asyncio.sleep(AFTER_FAILURE_S)
            return 0
        if surplus:
            log.error("queue.claimed_too_many", asked=room, returned=len(rows))
        for row in rows[:room]:
            self._start(Job(**row))
        return len(rows)

    def _start(self, job: Job) -> None:
        task = asyncio.create_task(self._run(job), context=Context())  # what a handler does says nothing of the loop
        self._running[task] = _Running(job, time.monotonic())
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        ended = self._running.pop(task, None)
        self._has_moved = True
        if ended is None or len(self._running) >= self._concurrency:
            return
        is_idle = all(one.job.concurrency_key != ended.job.concurrency_key for one in self._running.values())
        if is_idle:
            self._no_others_at = float("-inf")  # it may have its next from the reserve now
        if is_idle or self._in_common - len(self._running) >= self._worth_it:
            self.wake()

    async def _moving(self) -> None:
        """As long as there is room, or now and then a job ends, others get their turn; where all hang, that is seen."""
        while True:
            if self._has_moved or len(self._running) < self._concurrency:
                self._has_moved = False
                beat()
            await asyncio.sleep(1)

    async def _renewing(self) -> None:
        """Keep the leases of handlers that take long. Several times a lease, for one may be missed."""
        every_s = self._lease_s / 4
        while True:
            await asyncio.sleep(every_s)
            now = time.monotonic()
            long = [one.job for one in self._running.values() if every_s <= now - one.since < self._longest_s]
            if not long:
                continue
            try:
                async with self._db.transaction() as tx:
                    await store.renew(tx, [job.id for job in long], [job.tries for job in long], self._lease_s)
            except GerbangError as error:  # whoever takes one over holds a later try, and ours commits nothing
                log.warning("queue.not_renewed", code=error.code)
            except Exception:  # without renewals long handlers would be begun twice
                log.exception("queue.not_renewed")

    async def _run(self, job: Job) -> None:
        limit = asyncio.timeout(self._longest_s)
        try:
            if job.tries > job.most_tries:  # every try ended in a crash, or it would have been parked before
                await self._settle(job, Park(f"gave up after {job.most_tries} tries"), park=True)
            else:
                async with limit:
                    await self._handlers[job.kind](job)
        except LeaseLost:
            log.warning("queue.lease_lost", kind=job.kind, key=job.key)
        except Park as error:
            await self._settle(job, error, park=True)
        except asyncio.CancelledError:
            await self._settle(job, Retry("broken off: its worker was stopped", in_s=0), park=False)
            raise
        except TimeoutError as error:
            stuck = TimeoutError(f"broken off after {self._longest_s:.0f} s") if limit.expired() else error
            await self._settle(job, stuck, park=job.tries >= job.most_tries)
        except Exception as error:  # noqa: BLE001  whatever a handler raises, the job is kept and tried again
            await self._settle(job, error, park=job.tries >= job.most_tries)

    async def _settle(self, job: Job, error: Exception, *, park: bool) -> None:
        why = storable(f"{type(error).__name__}: {error}")[:500]
        log.warning("queue.parked" if park else "queue.postponed", kind=job.kind, key=job.key, tries=job.tries, why=why)
        wait = backoff(job.tries, random.random())  # noqa: S311  spreads load, guards nothing
        if isinstance(error, Retry) and error.in_s is not None:
            wait = wait.__class__(seconds=error.in_s)
        try:
            async with self._db.transaction() as tx:
                if park:
                    await store.park(tx, job.id, job.tries, why)
                else:
                    await store.postpone(tx, job.id, job.tries, wait, why)
        except GerbangError as failed:
            log.warning("queue.settle_failed", kind=job.kind, key=job.key, code=failed.code)  # its lease runs out
