"""Log lines that come again and again: a loop that fails the same way says so when it begins, then ever more rarely with how often.

A line is the same when every field is. What has not come for a while is new when it comes again: it had gone well in between.
"""

import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from typing import Any, Final

import structlog

_LEVELS: Final = frozenset({"warning", "error", "critical"})
_NOT_COMPARED: Final = frozenset({"timestamp", "exc_info", "stack_info"})
_FIRST_S: Final = 60.0
_LONGEST_S: Final = 3_600.0
_GONE_S: Final = 150.0
_MOST_KEPT: Final = 1_000


class _Known:
    """One line: when it came last, when it is said again, and how often it was not."""

    __slots__ = ("at", "next_at", "times", "wait_s")

    def __init__(self, now: float) -> None:
        self.at, self.wait_s, self.times = now, _FIRST_S, 0
        self.next_at = now + _FIRST_S


class LogRepeats:
    """A processor of structlog that drops warnings and errors that were just said; `repeated` counts those that a line stands for.

    `monotonic` is a clock in seconds that only moves forward.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: OrderedDict[tuple[str, ...], _Known] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, _logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Raises DropEvent for what need not be said again yet."""
        if event.get("level", method) not in _LEVELS:
            return event
        with self._lock:
            before = self._is_due(_line(event))
        if before is None:
            raise structlog.DropEvent
        if before:
            event["repeated"] = before
        return event

    def _is_due(self, line: tuple[str, ...]) -> int | None:
        """How many lines this one stands for beside itself; None: it is not to be said now."""
        now, known = self._monotonic(), self._known.get(line)
        if known is None or now - known.at > _GONE_S:
            self._known[line] = _Known(now)
            self._known.move_to_end(line)
            if len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)
            return 0
        known.at = now
        if now < known.next_at:
            known.times += 1
            return None
        times, known.times = known.times, 0
        known.wait_s = min(2 * known.wait_s, _LONGEST_S)
        known.next_at = now + known.wait_s
        return times


def _line(event: MutableMapping[str, Any]) -> tuple[str, ...]:
    fields = [f"{name}={value}" for name, value in sorted(event.items()) if name not in _NOT_COMPARED]
    told = event.get("exc_info")
    error = told[1] if isinstance(told, tuple) else told if isinstance(told, BaseException) else None
    shown = sys.exc_info()[1] if error is None and told else error
    return (*fields, f"{type(shown).__name__}: {shown}")
