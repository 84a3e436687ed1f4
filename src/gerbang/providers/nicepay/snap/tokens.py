"""Access tokens, kept as long as they are good: one renewal at a time, a token that was refused is forgotten. Knows no wire."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

_EARLY_S: Final = 60.0  # renewed so long before its end, so that none ends on its way
_SHORTEST_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Granted:
    """A token and the seconds for which it is good."""

    value: str = field(repr=False)
    seconds: float


@dataclass(frozen=True, slots=True)
class _Kept:
    value: str = field(repr=False)
    until: float


class Tokens:
    """Tokens by owner. An owner is whatever tells one set of credentials at one address from another."""

    def __init__(self) -> None:
        self._kept: dict[bytes, _Kept] = {}
        self._renewing: defaultdict[bytes, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, owner: bytes, fetch: Callable[[], Awaitable[Granted]]) -> str:
        """The owner's token, fetched when there is none that is good; whoever comes meanwhile waits for the same one."""
        kept = self._good(owner)
        if kept is None:
            async with self._renewing[owner]:
                kept = self._good(owner)
                if kept is None:
                    granted = await fetch()
                    kept = _Kept(granted.value, time.monotonic() + max(granted.seconds - _EARLY_S, _SHORTEST_S))
                    self._kept[owner] = kept
        return kept.value

    def drop(self, owner: bytes, value: str) -> None:
        """Forget a token that was refused, unless another took its place meanwhile."""
        kept = self._kept.get(owner)
        if kept is not None and kept.value == value:
            del self._kept[owner]

    def _good(self, owner: bytes) -> _Kept | None:
        kept = self._kept.get(owner)
        return kept if kept is not None and time.monotonic() < kept.until else None
