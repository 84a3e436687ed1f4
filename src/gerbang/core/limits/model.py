"""Rate limits as values, and the token bucket. Pure: the time is given."""

from dataclasses import dataclass

from gerbang.base.errors import TooMany, Unavailable


class RateLimited(TooMany):
    """The caller asked more often than the route's class allows."""

    code = "rate_limited"
    title = "Too many requests"


class NotCounted(Unavailable):
    """The shared counter cannot be written."""

    code = "limit_not_counted"
    title = "Requests cannot be counted"


class NotWritten(Unavailable):
    """The database answers and takes no writes: its disk is full, or it is a standby."""

    code = "database_not_writable"
    title = "The database cannot be written"


@dataclass(frozen=True, slots=True)
class Limit:
    """`quota` requests in `window_s` seconds. `shared`: counted over all processes and restarts, closed when it cannot be counted."""

    name: str
    quota: int
    window_s: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one request: how many remain, and in how many seconds the quota is whole again (or, if refused, to come back)."""

    limit: Limit
    allowed: bool
    remaining: int
    reset_s: int


class Bucket:
    """A token bucket: `quota` tokens at most, refilled evenly over `window_s`. One per caller and limit; small on purpose."""

    __slots__ = ("at", "tokens")

    def __init__(self, tokens: float, at: float) -> None:
        self.tokens = tokens
        self.at = at

    def take(self, limit: Limit, now: float) -> Verdict:
        """Take one token at `now` (monotonic seconds)."""
        rate = limit.quota / limit.window_s
        self.tokens = min(limit.quota, self.tokens + (now - self.at) * rate)
        self.at = now
        if self.tokens < 1:
            return Verdict(limit, allowed=False, remaining=0, reset_s=max(1, round((1 - self.tokens) / rate)))
        self.tokens -= 1
        return Verdict(
            limit, allowed=True, remaining=int(self.tokens), reset_s=round((limit.quota - self.tokens) / rate)
        )
