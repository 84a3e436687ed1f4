"""Two clocks: real time for leases, tokens and limits; business time for expiry, retries and deadlines.

Business time is the database's time plus one offset row that only the sandbox may move. Inside a transaction it is SQL's
`business_now()`; outside, this clock, whose offset is refreshed with the other changes that processes poll for.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

MOST_OFFSET_S: Final = 100 * 366 * 86_400
"""A hundred years: far more than any test wants, and far less than dates can bear."""


def sane_offset_s(offset_s: int) -> int:
    """The offset within zero and a hundred years."""
    return max(0, min(offset_s, MOST_OFFSET_S))


def real_now() -> datetime:
    """The time of this machine, UTC."""
    return datetime.now(UTC)


class BusinessClock:
    """Business time for code outside a transaction: this machine's time plus the last known offset."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def set_offset(self, offset_s: int) -> None:
        """Take over the offset row's value, in seconds; one that no date can bear counts as the nearest that can."""
        self._offset = timedelta(seconds=sane_offset_s(offset_s))

    def now(self) -> datetime:
        """Business time, UTC."""
        return real_now() + self._offset
