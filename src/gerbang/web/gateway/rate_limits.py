"""How many requests of each class a caller has. The buckets and counters are core/limits' matter."""

from collections.abc import Mapping
from typing import Final

from gerbang.base.errors import Unavailable
from gerbang.core.identity.model import Caller, Role
from gerbang.core.limits.model import Limit, RateLimited, Verdict
from gerbang.core.limits.service import Limiter
from gerbang.web.policy_rows import Rate
from gerbang.web.problems import Header, LimiterUnavailable

_MINUTE_S: Final = 60
# The public: customers, payers, strangers. The business: its API keys and its people.
_PUBLIC: Final[Mapping[Rate, int]] = {
    Rate.PAGE: 1_200,
    Rate.READ: 12_000,
    Rate.WRITE: 600,
    Rate.MONEY: 300,
    Rate.LOGIN: 600,
}
_BUSINESS: Final[Mapping[Rate, int]] = {
    Rate.PAGE: 6_000,
    Rate.READ: 600_000,
    Rate.WRITE: 60_000,
    Rate.MONEY: 60_000,
    Rate.LOGIN: 600,
}
_SHARED: Final = frozenset({Rate.MONEY, Rate.LOGIN})
_SANDBOX_FACTOR: Final = 100  # load tests and demos come from one machine and one customer; login stays as it is


class Rates:
    """The limits of every route class, for the public and for the business."""

    def __init__(self, limiter: Limiter, *, sandbox: bool) -> None:
        self._limiter = limiter
        factor = _SANDBOX_FACTOR if sandbox else 1
        self._public = {rate: _limit(rate, quota, factor) for rate, quota in _PUBLIC.items()}
        self._business = {rate: _limit(rate, quota, factor) for rate, quota in _BUSINESS.items()}

    async def check(self, rate: Rate, caller: Caller | None, address: str) -> Verdict | None:
        """Take one permit. Raises RateLimited, or LimiterUnavailable where an uncounted request must not pass (R48)."""
        if rate is Rate.FREE:
            return None
        business = caller is not None and (caller.kind == "api_key" or caller.role not in (None, Role.CUSTOMER))
        limit = (self._business if business else self._public)[rate]
        who = caller.label if caller is not None and rate is not Rate.LOGIN else f"address:{address}"
        if not limit.shared:
            verdict = self._limiter.take_here(limit, who)
        else:
            try:
                verdict = await self._limiter.take(limit, who)
            except Unavailable as error:
                raise LimiterUnavailable("Requests to this address cannot be counted now.", retry_after_s=2) from error
        return verdict


def refuse(verdict: Verdict) -> RateLimited:
    """The error for a verdict that says no."""
    return RateLimited(
        f"At most {verdict.limit.quota} such requests in {verdict.limit.window_s} s.", retry_after_s=verdict.reset_s
    )


def headers_of(verdict: Verdict) -> list[Header]:
    """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10)."""
    limit = verdict.limit
    return [
        (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (limit.name.encode(), limit.quota, limit.window_s)),
        (b"ratelimit", b'"%b";r=%d;t=%d' % (limit.name.encode(), verdict.remaining, verdict.reset_s)),
    ]


def _limit(rate: Rate, quota: int, factor: int) -> Limit:
    return Limit(rate.value, quota if rate is Rate.LOGIN else quota * factor, _MINUTE_S, shared=rate in _SHARED)
