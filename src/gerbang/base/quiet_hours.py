"""Hours of the night in which nobody's phone is to ring, and when they end, by the clock of a zone. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

NONE: Final = "none"  # no hour is quiet
HOME: Final = "Asia/Jakarta"
SAID: Final = "must be two different times of day, as 21:00-07:00, or none"
SAID_OF_ZONE: Final = "must be a time zone of the IANA list, as Asia/Jakarta or Europe/Berlin"
_FORM: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
# Indonesia keeps no summer time: a machine without a list of zones still knows these.
_KNOWN: Final = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until just before `end`, by a clock on the wall; over midnight where `start` is the later one."""

    start: time
    end: time

    def ends_at(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When the hours end in which `now` is, UTC; None where it is in none.

        Where the clock is put back in them they end when the hand passes their end for the last time; where it is put forward over their end, as long
        after midnight as in other nights.
        """
        local = now.astimezone(zone)
        wall = local.time()
        is_over_midnight = self.start > self.end
        before_end, after_start = wall < self.end, wall >= self.start
        if not (before_end or after_start if is_over_midnight else before_end and after_start):
            return None
        day = local.date() + timedelta(days=is_over_midnight and after_start)
        both = (datetime.combine(day, self.end, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return max(both)


def read(text: str) -> QuietHours | None:
    """The hours that are written as `21:00-07:00`; None for `none`. Raises ValueError."""
    if text == NONE:
        return None
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(SAID)
    start, end = (time(int(found[at]), int(found[at + 1])) for at in (1, 3))
    if start == end:
        raise ValueError(SAID)
    return QuietHours(start, end)


@lru_cache(maxsize=600)
def read_zone(name: str) -> tzinfo:
    """The zone of a name of the IANA list. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:  # KeyError: no such zone; the others: no name of a file
        if name in _KNOWN:
            return timezone(timedelta(hours=_KNOWN[name]), name)
        raise ValueError(SAID_OF_ZONE) from error


def at_oclock(day: date, hour: int, zone: tzinfo) -> datetime:
    """When the clock of a zone shows this full hour on a day, UTC: the first time where it does so twice, and where it is put forward over it as long
    after midnight as on other days.
    """
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
