"""Group commit and coalesced reads: whoever waits at the same moment shares one round trip and one COMMIT.

Nothing waits on purpose: a lane that is free starts at once, and what arrives meanwhile forms the next batch. One lane makes the
largest batches, and measured the highest rates.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from gerbang.base import wait_limits
from gerbang.base.db import Database, RowRefused, Tx
from gerbang.base.errors import CommitUnknown, DatabaseUnavailable, GerbangError, Unavailable

T = TypeVar("T")
R = TypeVar("R")
K = TypeVar("K", bound=Hashable)
_LATER_S: Final = 0.1  # a batch that runs out of time says more precisely what became of it than a waiter's own clock


@dataclass(slots=True, eq=False)
class _Waiter(Generic[T, R]):
    """One item and who waits for it; `taken` once its batch has begun."""

    item: T
    future: "asyncio.Future[R]"
    taken: bool = False


class _Batching(ABC, Generic[T, R]):
    """At most `lanes` batches in flight, each of at most `most` items, in order of arrival; nobody waits longer than `wait_s` for both."""

    def __init__(self, *, most: int, lanes: int, wait_s: float | None) -> None:
        self._most = most
        self._free = lanes
        self._wait_s = wait_s
        self._waiting: deque[_Waiter[T, R]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, item: T) -> R:
        """The result for this item once its batch is done; raises what its batch or its own row raised, or after `wait_s` an Unavailable.

        A batch that its waiters have left goes on, and may still do what it was asked to.
        """
        loop = asyncio.get_running_loop()
        waiter: _Waiter[T, R] = _Waiter(item, loop.create_future())
        self._waiting.append(waiter)
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._work(), context=Context())  # a batch belongs to no one request
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self._wait_s is None:
            return await waiter.future
        limit_s = wait_limits.allowed(self._wait_s) + _LATER_S
        timer = loop.call_later(limit_s, loop.call_later, wait_limits.GRACE_S, self._give_up, waiter)
        try:
            return await waiter.future
        except Unavailable:
            wait_limits.note_in_vain()
            raise
        finally:
            timer.cancel()

    def _give_up(self, waiter: _Waiter[T, R]) -> None:
        if not waiter.future.done():
            waiter.future.set_exception(self._late() if waiter.taken else DatabaseUnavailable(retry_after_s=2))

    async def _work(self) -> None:
        try:
            while batch := self._next():
                await self._settle(batch)
        finally:
            self._free += 1

    def _next(self) -> list[_Waiter[T, R]]:
        """Who is in the next batch; whoever has left is not begun either."""
        batch: list[_Waiter[T, R]] = []
        while self._waiting and len(batch) < self._most:
            waiter = self._waiting.popleft()
            if not waiter.future.done():
                waiter.taken = True
                batch.append(waiter)
        return batch

    async def _settle(self, batch: list[_Waiter[T, R]]) -> None:
        try:
            results = await self._run([waiter.item for waiter in batch])
            assert len(results) == len(batch), (
                f"{len(results)} results for {len(batch)} items: somebody would wait for ever"
            )
        except asyncio.CancelledError:
            for waiter in batch:
                waiter.future.cancel()
            raise
        except Exception as error:  # noqa: BLE001  every waiter of the batch gets the very error
            for waiter in batch:
                if not waiter.future.done():
                    waiter.future.set_exception(error)
            return
        for waiter, result in zip(batch, results, strict=True):
            if waiter.future.done():
                continue
            if isinstance(result, Exception):
                waiter.future.set_exception(result)
            else:
                waiter.future.set_result(result)

    @abstractmethod
    def _late(self) -> GerbangError:
        """What to tell who has left a batch that is under way."""

    @abstractmethod
    async def _run(self, items: Sequence[T]) -> Sequence[R | Exception]:
        """Results (or exceptions) of one batch, in order."""


class GroupCommit(_Batching[T, R]):
    """Items that must be durable before they are answered: one transaction for all that wait.

    `write(tx, items)` returns a result (or an exception) for each item, in order. When the database refuses a row, or `write` raises one of
    `alone`, the batch is halved until the bad item stands alone, so it alone fails. DatabaseUnavailable and CommitUnknown reach every waiter.
    With `one_statement` there is no BEGIN and COMMIT: for a `write` whose durable part is a single statement. `after` is called
    after each commit.
    """

    def __init__(
        self,
        db: Database,
        write: Callable[[Tx, Sequence[T]], Awaitable[Sequence[R | Exception]]],
        *,
        most: int = 500,
        lanes: int = 1,
        alone: tuple[type[Exception], ...] = (),
        one_statement: bool = False,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(most=most, lanes=lanes, wait_s=db.wait_s)
        self._begin = db.autocommit if one_statement else db.transaction
        self._write = write
        self._after = after
        self._alone: tuple[type[Exception], ...] = (*RowRefused, *alone)

    async def _run(self, items: Sequence[T]) -> Sequence[R | Exception]:
        try:
            async with self._begin() as tx:
                results = await self._write(tx, items)
        except self._alone as error:
            if len(items) == 1:
                return [error]
            half = len(items) // 2
            return [*await self._run(items[:half]), *await self._run(items[half:])]
        self._after()
        return results

    def _late(self) -> GerbangError:
        return CommitUnknown(hint="Ask again with the same Idempotency-Key to learn what happened.", retry_after_s=2)


class GroupRead(_Batching[K, R | None]):
    """Lookups by key that share one query: `load(tx, keys)` returns what exists; a missing key is None. When it raises one of `alone`, the
    batch is halved until the bad key stands alone.
    """

    def __init__(
        self,
        db: Database,
        load: Callable[[Tx, Sequence[K]], Awaitable[Mapping[K, R]]],
        *,
        most: int = 200,
        lanes: int = 1,
        alone: tuple[type[Exception], ...] = (),
    ) -> None:
        super().__init__(most=most, lanes=lanes, wait_s=db.wait_s)
        self._db = db
        self._load = load
        self._alone = alone

    async def _run(self, items: Sequence[K]) -> Sequence[R | Exception | None]:
        try:
            async with self._db.reading() as tx:
                found = await self._load(tx, list(dict.fromkeys(items)))
        except self._alone as error:
            if len(items) == 1:
                return [error]
            half = len(items) // 2
            return [*await self._run(items[:half]), *await self._run(items[half:])]
        return [found.get(item) for item in items]

    def _late(self) -> GerbangError:
        return DatabaseUnavailable(retry_after_s=2)


class Shared(Generic[K, R]):
    """Work that is done once for all who ask while it is under way: they get one result, or one error, and never queue for a turn."""

    def __init__(self) -> None:
        self._running: dict[K, asyncio.Task[R]] = {}

    async def run(self, key: K, work: Callable[[], Coroutine[Any, Any, R]]) -> R:
        """What `work` returns or raises: this caller's own, or that of whoever asked for the same key a moment before."""
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(work(), context=Context())
            task.add_done_callback(lambda done: self._ended(key, done))
        try:
            return await asyncio.shield(task)
        except Unavailable:
            wait_limits.note_in_vain()
            raise

    def _ended(self, key: K, task: "asyncio.Task[R]") -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody may have
