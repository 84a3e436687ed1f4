"""Pauses that Lazada asks for: while one lasts, the same call of the same seller is not sent at all. Per process; pure but for its clock.

A ban is per API and short (a second); who asks again at once is banned again, and for breach of its policy an app is capped for good. So a ban that follows another within a minute lasts twice as long.
Stock and prices may be written fifty times a second for a seller: what would be the fifty-first is not sent.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_MEMORY_S: Final = 60.0
_LONGEST_S: Final = 60.0
_MOST_KEPT: Final = 4_096
_PER_SECOND: Final = {
    "/product/price_quantity/update": 50,
    "/product/stock/sellable/update": 50,
}


@dataclass(slots=True)
class _Calls:
    """Of one app, token and path. `sent`: when the last ones left, where there is a rate."""

    until: float = 0.0
    last_ban: float = float("-inf")
    factor: float = 1.0
    sent: deque[float] = field(default_factory=deque)


class Bans:
    """By app, token and path."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[tuple[str, str, str], _Calls] = {}

    def enter(self, app: str, token: str, path: str) -> int:
        """0, and the call counts as sent; or in how many seconds it may be."""
        known, rate, now = self._known.get((app, token, path)), _PER_SECOND.get(path), self._monotonic()
        if known is not None and known.until > now:
            return math.ceil(known.until - now)
        if rate is None:
            return 0
        sent = self._calls(app, token, path).sent
        while sent and sent[0] <= now - 1.0:
            sent.popleft()
        if len(sent) >= rate:
            return 1
        sent.append(now)
        return 0

    def note(self, app: str, token: str, path: str, seconds: float) -> None:
        """Lazada said no for so long. What was sent before the pause began says nothing more."""
        now, calls = self._monotonic(), self._calls(app, token, path)
        if now < calls.until:
            return
        calls.factor = min(calls.factor * 2, _LONGEST_S) if now - calls.last_ban < _MEMORY_S else 1.0
        calls.until = now + max(seconds, min(seconds * calls.factor, _LONGEST_S))
        calls.last_ban = now

    def _calls(self, app: str, token: str, path: str) -> _Calls:
        if len(self._known) >= _MOST_KEPT:
            now = self._monotonic()
            self._known = {key: one for key, one in self._known.items() if one.until > now}
        return self._known.setdefault((app, token, path), _Calls())
