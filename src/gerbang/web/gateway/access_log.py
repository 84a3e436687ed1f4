"""One line for each request, written in lots. Route, status, time and caller; never an address's query, a header or a body."""

import sys
import time
from collections import Counter
from collections.abc import Callable

import msgspec

_FLUSH_AT = 200
_OWN_LINES = 10
_NOBODY = "-"
_ENCODER = msgspec.json.Encoder()


class AccessLog:
    """Lines gather here and go out together, at the latest when `flush` is called (twice a second)."""

    def __init__(self, *, enabled: bool = True, write: Callable[[str], object] | None = None) -> None:
        self._enabled = enabled
        self._write = write or sys.stderr.write
        self._lines: list[bytes] = []
        self._refused: Counter[tuple[str, int]] = Counter()

    def add(self, route: str, status: int, own_s: float, total_s: float, caller: str, request_id: str) -> None:
        """One answered request; durations in seconds. Of strangers who are refused in numbers, only the first have lines of their own."""
        if not self._enabled:
            return
        if caller == _NOBODY and 400 <= status < 500:
            self._refused[route, status] += 1
            if self._refused[route, status] > _OWN_LINES:
                return
        line = {
            "event": "request.answered",
            "route": route,
            "status": status,
            "own_ms": round(own_s * 1000, 2),
            "total_ms": round(total_s * 1000, 2),
            "caller": caller,
            "request_id": request_id,
            "at": round(time.time(), 3),
        }
        self._lines.append(_ENCODER.encode(line))
        if len(self._lines) >= _FLUSH_AT:
            self._write_lines()

    def flush(self) -> None:
        """Write what has gathered, and how many refused strangers had no line of their own."""
        for (route, status), count in self._refused.items():
            if count > _OWN_LINES:
                more = {"event": "request.refused_more", "route": route, "status": status, "times": count - _OWN_LINES}
                self._lines.append(_ENCODER.encode(more))
        self._refused.clear()
        self._write_lines()

    def _write_lines(self) -> None:
        if self._lines:
            self._write(b"\n".join(self._lines).decode() + "\n")
            self._lines.clear()
