"""Reads that are shared by all who ask for the same within a moment, so that many open pages cost the database no more than one."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Final

FOR_S: Final = 0.5
_MOST: Final = 512


@dataclass(frozen=True, slots=True)
class _Read:
    began: float
    task: "asyncio.Task[Any]"


class RecentReads:
    """What was read within the last `for_s` seconds, counted from the beginning of the read: whoever asks later than that after a change
    sees the change. An error is shared as a result is; at most `most` reads are remembered.
    """

    def __init__(self, *, for_s: float = FOR_S, most: int = _MOST) -> None:
        self._for_s = for_s
        self._most = most
        self._reads: dict[Hashable, _Read] = {}

    async def get(self, key: Hashable, read: Callable[[], Coroutine[Any, Any, Any] | Awaitable[Any]]) -> Any:
        """What `read` returns or raises: this caller's own, or that of whoever asked for the same key a moment before."""
        now = asyncio.get_running_loop().time()
        known = self._reads.get(key)
        if known is None or now - known.began >= self._for_s:
            self._forget(now)
            known = self._reads[key] = _Read(now, asyncio.create_task(_awaited(read), context=Context()))
            known.task.add_done_callback(_seen)
        return await asyncio.shield(known.task)

    def _forget(self, now: float) -> None:
        """Whatever is too old to be given to anybody, and the oldest where there are too many."""
        for key in [key for key, one in self._reads.items() if now - one.began >= self._for_s]:
            del self._reads[key]
        while len(self._reads) >= self._most:
            del self._reads[next(iter(self._reads))]


async def _awaited(read: Callable[[], Awaitable[Any]]) -> Any:
    return await read()


def _seen(task: "asyncio.Task[Any]") -> None:
    """Whoever waited has its error; nobody may have."""
    if not task.cancelled():
        task.exception()
