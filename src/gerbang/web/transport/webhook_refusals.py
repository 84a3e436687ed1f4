"""Webhooks that were refused: how many one sender may have before it costs us nothing more, and how few lines and rows they leave.

Counted in each process by itself: a flood must not write anywhere to be counted.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from gerbang.core.limits.model import Bucket, Limit

log = structlog.get_logger()
_OF_SOURCE: Final = Limit("hook_refusals", 120, 60)
# A sender that has used this up may share its address with an honest one, where nobody told us whom to believe: a few are looked at still.
_STILL_LOOKED_AT: Final = Limit("hook_looks", 1_200, 60)
_SAMPLES: Final = Limit("hook_samples", 60, 3_600)  # of each connection: sixty at once, then one a minute
_MOST_SOURCES: Final = 10_000
_LOG_EVERY_S: Final = 10.0


class Refusals:
    """What one process knows of refused webhooks. `monotonic` is a clock in seconds that only moves forward."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._sources: OrderedDict[str, Bucket] = OrderedDict()
        self._closed_until: OrderedDict[str, float] = OrderedDict()
        self._looks = Bucket(_STILL_LOOKED_AT.quota, monotonic())
        self._samples: dict[str, Bucket] = {}
        self._unsampled: dict[str, int] = {}
        self._lines: dict[tuple[str, str], tuple[float, int]] = {}

    def closed_for_s(self, source: str) -> int:
        """Seconds for which nothing from this source is looked at; 0: look at it."""
        now = self._monotonic()
        rest_s = self._closed_until.get(source, now) - now
        if rest_s <= 0 or self._looks.take(_STILL_LOOKED_AT, now).allowed:
            return 0
        return max(1, round(rest_s))

    def note(self, source: str, connection: str, reason: str) -> int:
        """One was refused. How many of this connection a sample kept now stands for; 0: keep none."""
        now = self._monotonic()
        self._count(source, now)
        self._say(connection, reason, now)
        bucket = self._samples.setdefault(connection, Bucket(_SAMPLES.quota, now))
        times = self._unsampled.get(connection, 0) + 1
        if bucket.take(_SAMPLES, now).allowed:
            self._unsampled[connection] = 0
            return times
        self._unsampled[connection] = times
        return 0

    def turned_away(self, source: str, connection: str, reason: str) -> None:
        """One was refused of which nothing is kept: no such connection, too large, or not even looked at."""
        now = self._monotonic()
        self._count(source, now)
        self._say(connection, reason, now)

    def flush(self) -> None:
        """Say how many came since the last line, for what has been quiet or waiting for long enough."""
        now = self._monotonic()
        for key, (said_at, more) in list(self._lines.items()):
            if now - said_at < _LOG_EVERY_S:
                continue
            del self._lines[key]
            if more:
                log.warning("webhook.rejected", **_named(key), times=more)

    def _count(self, source: str, now: float) -> None:
        bucket = self._sources.setdefault(source, Bucket(_OF_SOURCE.quota, now))
        self._sources.move_to_end(source)
        verdict = bucket.take(_OF_SOURCE, now)
        if not verdict.allowed:
            self._closed_until[source] = now + verdict.reset_s
            self._closed_until.move_to_end(source)
        for known in (self._sources, self._closed_until):
            if len(known) > _MOST_SOURCES:
                known.popitem(last=False)

    def _say(self, connection: str, reason: str, now: float) -> None:
        """The first of its kind at once, the rest together."""
        said = self._lines.get((connection, reason))
        if said is None:
            log.warning("webhook.rejected", connection=connection, reason=reason, times=1)
            self._lines[connection, reason] = (now, 0)
        else:
            self._lines[connection, reason] = (said[0], said[1] + 1)


def _named(key: tuple[str, str]) -> Mapping[str, Any]:
    return {"connection": key[0], "reason": key[1]}
