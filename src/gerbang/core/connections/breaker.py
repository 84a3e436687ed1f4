"""A circuit breaker for one connection: while its provider does not answer, calls are not sent at all for a moment. Pure; time is handed in.

Each rule here answers a fault that well-known breakers had:

- only silence counts (no connection, no answer, a 5xx), never a refusal: an answer of any sort proves that somebody is there;
- calls about one and the same thing count once: a single payment that the provider cannot bear keeps nobody else from paying;
- an open breaker lets one call through each pause, whatever became of the one before: nothing that is cancelled or hangs can keep the turn;
- what was sent before it opened may close it, and does not make the pause longer;
- time is monotonic: a clock that is set neither opens nor holds it.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """Opens when calls about `failures` different things had no answer within `window_s` and none had one in between. The first pause is
    `pause_s`; each trial that fails doubles it, up to `longest_pause_s`. One that could be tried for `forget_s` and was not is called open no more.
    """

    failures: int = 5
    window_s: float = 60.0
    pause_s: float = 5.0
    longest_pause_s: float = 30.0
    forget_s: float = 600.0


STANDARD: Final = BreakerRules()


class Breaker:
    """The breaker of one connection. `now` is a monotonic clock's time in seconds."""

    __slots__ = ("_failed", "_opened_at", "_pause_s", "_rules", "_trial_at")

    def __init__(self, rules: BreakerRules = STANDARD) -> None:
        self._rules = rules
        self._failed: dict[Hashable, float] = {}
        self._opened_at: float | None = None
        self._pause_s = rules.pause_s
        self._trial_at = 0.0

    def is_open(self, now: float) -> bool:
        """Whether calls are held back, but for trials. Where nobody has asked for long, nothing is known any more."""
        return self._opened_at is not None and now <= self._trial_at + self._rules.forget_s

    def wait_s(self, now: float) -> float:
        """How long until a call may be sent; 0 when one may be now."""
        return 0.0 if self._opened_at is None else max(0.0, self._trial_at - now)

    def untried_s(self, now: float) -> float:
        """For how long a call might have been sent through the open breaker, and none was; -1 while that is no question."""
        return now - self._trial_at if self.is_open(now) and now >= self._trial_at else -1.0

    def enter(self, now: float) -> None:
        """A call is sent now. Through an open breaker it is the trial, and the next may follow a pause later."""
        if self._opened_at is not None:
            self._trial_at = now + self._pause_s

    def note_answer(self) -> bool:
        """Somebody is there. Whether that closed the breaker."""
        if self._failed:
            self._failed.clear()
        if self._opened_at is None:
            return False
        self._opened_at, self._pause_s = None, self._rules.pause_s
        return True

    def note_silence(self, about: Hashable, began: float, now: float) -> bool:
        """A call that was sent at `began` had no answer. Whether that opened the breaker."""
        if self._opened_at is not None:
            if began >= self._opened_at:
                self._pause_s = min(self._pause_s * 2, self._rules.longest_pause_s)
                self._trial_at = now + self._pause_s
            return False
        self._failed = {one: at for one, at in self._failed.items() if now - at <= self._rules.window_s}
        self._failed[about] = now
        if len(self._failed) < self._rules.failures:
            return False
        self._failed.clear()
        self._opened_at, self._trial_at = now, now + self._pause_s
        return True
