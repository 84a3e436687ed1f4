"""The sandbox's clock: business time, which may be moved forward. Whoever starts the sandbox may own the offset; else it is ours."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from gerbang.base.clock import MOST_OFFSET_S

Advance = Callable[[int], Awaitable[int]]
"""Move business time by so many seconds (0: only ask); answers the whole offset in seconds."""


class SandboxClock:
    """Machine time plus an offset in whole seconds. With `advance` given, the offset is its answer."""

    def __init__(self, advance: Advance | None = None) -> None:
        self._advance = advance
        self.offset_s = 0
        self._moved = asyncio.Event()

    @property
    def is_ours(self) -> bool:
        """Whether nobody else keeps the offset, so that the journal has to."""
        return self._advance is None

    def now(self) -> datetime:
        """Business time; an owner may put it before real time as well, and what no date can bear counts as the nearest that can."""
        return datetime.now(UTC) + timedelta(seconds=max(-MOST_OFFSET_S, min(self.offset_s, MOST_OFFSET_S)))

    async def advance(self, seconds: int) -> int:
        """Move on; returns the new offset."""
        before = self.offset_s
        self.offset_s = before + seconds if self._advance is None else await self._advance(seconds)
        if self.offset_s != before:
            self._moved.set()
            self._moved = asyncio.Event()
        return self.offset_s

    async def sleep(self, seconds: float) -> None:
        """Until so much business time is over: at once when the clock is moved past it."""
        until = self.now() + timedelta(seconds=seconds)
        while (left_s := (until - self.now()).total_seconds()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), left_s)
