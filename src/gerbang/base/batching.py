"""Group commit and coalesced reads: whoever waits at the same moment shares one round trip and one COMMIT.

Nothing waits on purpose: a lane that is free starts at once, and what arrives meanwhile forms the next batch. One lane makes the
largest batches, and measured the highest rates.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from gerbang.base.db import Database, RowRefused, Tx

T = TypeVar("T")
R = TypeVar("R")
K = TypeVar("K", bound=Hashable)


class _Lanes(ABC, Generic[T, R]):
    """At most `lanes` batches in flight, each of at most `most` items, in order of arrival."""

    def __init__(self, *, most: int, lanes: int) -> None:
        self._most = most
        self._free = lanes
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, item: T) -> R:
        """The result for this item once its batch is done; raises what its batch or its own row raised."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._work(), context=Context())  # a batch belongs to no one request
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                await self._settle(batch)
        finally:
            self._free += 1

    async def _settle(self, batch: list[tuple[T, "asyncio.Future[R]"]]) -> None:
        try:
            results = await self._run([item for item, _ in batch])
            assert len(results) == len(batch), (
                f"{len(results)} results for {len(batch)} items: somebody would wait for ever"
            )
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        except Exception as error:  # noqa: BLE001  every waiter of the batch gets the very error
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

    @abstractmethod
    async def _run(self, items: Sequence[T]) -> Sequence[R | Exception]:
        """Results (or exceptions) of one batch, in order."""


class GroupCommit(_Lanes[T, R]):
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
        super().__init__(most=most, lanes=lanes)
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


class GroupRead(_Lanes[K, R | None]):
    """Lookups by key that share one query: `load(tx, keys)` returns what exists; a missing key is None."""

    def __init__(
        self,
        db: Database,
        load: Callable[[Tx, Sequence[K]], Awaitable[Mapping[K, R]]],
        *,
        most: int = 200,
        lanes: int = 1,
    ) -> None:
        super().__init__(most=most, lanes=lanes)
        self._db = db
        self._load = load

    async def _run(self, items: Sequence[K]) -> Sequence[R | Exception | None]:
        async with self._db.reading() as tx:
            found = await self._load(tx, list(dict.fromkeys(items)))
        return [found.get(item) for item in items]
