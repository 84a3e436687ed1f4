"""One line for each request, written in lots. Route, status, time and caller; never an address's query, a header or a body."""

import sys
import time
from collections.abc import Callable

import msgspec

_FLUSH_AT = 200
_ENCODER = msgspec.json.Encoder()


class AccessLog:
    """Lines gather here and go out together, at the latest when `flush` is called (twice a second)."""

    def __init__(self, *, enabled: bool = True, write: Callable[[str], object] | None = None) -> None:
        self._enabled = enabled
        self._write = write or sys.stderr.write
        self._lines: list[bytes] = []

    def add(self, route: str, status: int, own_s: float, total_s: float, caller: str, request_id: str) -> None:
        """One answered request; durations in seconds."""
        if not self._enabled:
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
            self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        if self._lines:
            self._write(b"\n".join(self._lines).decode() + "\n")
            self._lines.clear()
