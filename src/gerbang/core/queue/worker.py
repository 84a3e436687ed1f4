"""The worker's loop: claims due jobs, runs their handlers side by side, postpones or parks what fails.

A handler ends its job itself, by `service.finish` in the transaction of its effect: an effect and its acknowledgement are one
commit. A job whose handler returns without is simply run again when its lease ends.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from gerbang.base.db import Database
from gerbang.base.errors import GerbangError
from gerbang.core.queue import store
from gerbang.core.queue.model import Job, LeaseLost, Park, Retry, backoff

log = structlog.get_logger()
Handler = Callable[[Job], Awaitable[None]]
LEASE_S: Final = 60.0
IDLE_S: Final = 0.1


class Worker:
    """Runs jobs of the kinds it has handlers for, at most `concurrency` at once."""

    def __init__(self, db: Database, handlers: Mapping[str, Handler], *, concurrency: int = 32) -> None:
        self._db = db
        self._handlers = handlers
        self._concurrency = concurrency
        self._running: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look at once: somebody in this process has just committed a job."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let what runs end."""
        while not stop.is_set():
            taken = 0
            room = self._concurrency - len(self._running)
            if room > 0:
                taken = await self._take(room)
            if room == 0:
                await asyncio.wait(self._running, timeout=IDLE_S, return_when=asyncio.FIRST_COMPLETED)
            elif taken < room:
                await self._rest()
        if self._running:
            await asyncio.wait(self._running, timeout=LEASE_S / 2)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), IDLE_S)
        except TimeoutError:
            return
        self._woken.clear()

    async def _take(self, room: int) -> int:
        try:
            async with self._db.transaction() as tx:
                rows = await store.claim(tx, list(self._handlers), room, LEASE_S)
        except GerbangError as error:
            log.warning("queue.claim_failed", code=error.code)
            return 0
        for row in rows:
            task = asyncio.create_task(self._run(Job(**row)))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(rows)

    async def _run(self, job: Job) -> None:
        try:
            if job.tries > job.most_tries:  # every try ended in a crash, or it would have been parked before
                await self._settle(job, Park(f"gave up after {job.most_tries} tries"), park=True)
            else:
                await self._handlers[job.kind](job)
        except LeaseLost:
            log.warning("queue.lease_lost", kind=job.kind, key=job.key)
        except Park as error:
            await self._settle(job, error, park=True)
        except Exception as error:  # noqa: BLE001  whatever a handler raises, the job is kept and tried again
            await self._settle(job, error, park=job.tries >= job.most_tries)

    async def _settle(self, job: Job, error: Exception, *, park: bool) -> None:
        why = f"{type(error).__name__}: {error}"[:500]
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
