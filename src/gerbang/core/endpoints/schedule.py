"""When a message is tried again, and when an endpoint has failed for too long. Pure: chance and time come in."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from gerbang.base.retry_after import MOST_RETRY_AFTER_S
from gerbang.core.endpoints.model import Profile

_HOUR: Final = 3_600.0
# The waits between attempts, in seconds: the first is made at once, ten in all over some three days (Standard Webhooks).
_WAITS: Final[Sequence[float]] = (
    5.0,
    300.0,
    1_800.0,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
_LONG: Final = 30 * 24 * _HOUR
_DAILY: Final = 24 * _HOUR
_MOST_JITTER: Final = 0.1
FAILING_MOST: Final = timedelta(days=5)
FAILING_WARN: Final = timedelta(days=1)


def waits(profile: Profile) -> Sequence[float]:
    """The waits after each failed attempt, in seconds, without chance. The long profile goes on daily until thirty days have passed."""
    if profile is Profile.STANDARD:
        return _WAITS
    more = int((_LONG - sum(_WAITS)) // _DAILY)
    return (*_WAITS, *([_DAILY] * more))


def most_tries(profile: Profile) -> int:
    """How often a message is tried at most."""
    return len(waits(profile)) + 1


def next_wait(profile: Profile, tries: int, chance: float, retry_after_s: float = 0.0) -> timedelta | None:
    """How long to wait after the `tries`-th attempt failed; None: it was the last. Longer than said by up to a tenth (`chance` in [0, 1)), so that
    what failed together does not come back together, and never shorter than what the receiver asked for, up to a day.
    """
    planned = waits(profile)
    if tries > len(planned):
        return None
    spread = planned[tries - 1] * (1 + _MOST_JITTER * chance)
    return timedelta(seconds=max(spread, min(retry_after_s, MOST_RETRY_AFTER_S)))
