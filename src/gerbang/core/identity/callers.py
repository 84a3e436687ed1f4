"""The callers that this process has verified, by the very header that named them. Bounded, and dropped when one of them ends."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gerbang.core.identity.model import Caller

_REMEMBER_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Verified:
    """A caller, until when its credential holds (Unix time), and what would end it: its session, user or key."""

    caller: Caller
    expires_at: float
    subjects: tuple[str, ...]


class Callers:
    """Least recently used leave first. A lookup is two dictionary steps and no I/O."""

    def __init__(self, *, most: int = 10_000, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._monotonic = monotonic
        self._known: OrderedDict[str, Verified] = OrderedDict()
        self._headers: dict[str, set[str]] = {}
        self._ended: dict[str, float] = {}
        self._cleared_at = float("-inf")

    def __len__(self) -> int:
        return len(self._known)

    def find(self, header: str, now_s: float) -> Caller | None:
        """The caller that this header names, if it was verified before and its credential still holds at `now_s`."""
        verified = self._known.get(header)
        if verified is None:
            return None
        if verified.expires_at <= now_s:
            self._forget(header)
            return None
        self._known.move_to_end(header)
        return verified.caller

    def asked_at(self) -> float:
        """The moment to hand to `keep`: take it before the database is asked."""
        return self._monotonic()

    def keep(self, header: str, verified: Verified, asked_at: float) -> bool:
        """Remember a caller; no, when one of its subjects has ended since the database was asked."""
        if self._cleared_at >= asked_at or any(
            self._ended.get(subject, float("-inf")) >= asked_at for subject in verified.subjects
        ):
            return False
        self._forget(header)
        self._known[header] = verified
        for subject in verified.subjects:
            self._headers.setdefault(subject, set()).add(header)
        while len(self._known) > self._most:
            self._forget(next(iter(self._known)))
        return True

    def end(self, subject: str) -> None:
        """A session, user or key has ended or changed: whoever comes with it is verified anew."""
        now = self._monotonic()
        self._ended = {known: at for known, at in self._ended.items() if now - at < _REMEMBER_S}
        self._ended[subject] = now
        for header in list(self._headers.get(subject, ())):
            self._forget(header)

    def clear(self) -> None:
        """Forget everybody: a signing key has changed."""
        self._cleared_at = self._monotonic()
        self._known.clear()
        self._headers.clear()

    def _forget(self, header: str) -> None:
        verified = self._known.pop(header, None)
        if verified is None:
            return
        for subject in verified.subjects:
            headers = self._headers[subject]
            headers.discard(header)
            if not headers:
                del self._headers[subject]
