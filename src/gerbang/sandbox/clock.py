"""The sandbox's clock: business time, which may be moved forward. Whoever starts the sandbox may own the offset; else it is ours."""

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

    @property
    def is_ours(self) -> bool:
        """Whether nobody else keeps the offset, so that the journal has to."""
        return self._advance is None

    def now(self) -> datetime:
        """Business time; an owner may put it before real time as well, and what no date can bear counts as the nearest that can."""
        return datetime.now(UTC) + timedelta(seconds=max(-MOST_OFFSET_S, min(self.offset_s, MOST_OFFSET_S)))

    async def advance(self, seconds: int) -> int:
        """Move on; returns the new offset."""
        self.offset_s = self.offset_s + seconds if self._advance is None else await self._advance(seconds)
        return self.offset_s
