"""Moments as operators write them into a filter, or copy them out of the API and the log: WIB where no zone is named. Pure."""

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from gerbang.base.clock import real_now
from gerbang.base.errors import Invalid
from gerbang.web.console.page_frame import read_day

_WIB: Final = timedelta(hours=7)
_WRITTEN: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(?: ?(Z|WIB|[+-]\d\d:?\d\d)| (\d\d:\d\d))?)?",
    re.ASCII | re.IGNORECASE,
)


class Moment(NamedTuple):
    """A moment, and how a field shows it: `2026-11-23T14:20`, WIB."""

    at: datetime
    shown: str


def read_past(text: str) -> datetime | None:
    """When something was said: now where nobody says, None for nonsense and for a time to come."""
    now = real_now()
    try:
        found = read_moment(text)
    except Invalid:
        return None
    return now if found is None else found.at if found.at <= now else None


def read_moment(text: str, *, after: bool = False) -> Moment | None:
    """A minute, a second or a day: its beginning, or with `after` its end. None for nothing, Invalid for nonsense. The plus of a zone is a blank
    where somebody wrote it into an address.
    """
    if not text:
        return None
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise Invalid("A time is written like 2026-11-23T14:20.")
    day, minute, second, zone, bare = found.groups()
    begin = read_day(day, after=after and minute is None)
    assert begin is not None, "a day was written"
    if minute is None:
        return Moment(begin, f"{day}T{'23:59' if after else '00:00'}")
    try:
        clock = datetime.strptime(f"{minute}:{second or '00'} {_offset(zone, bare)}", "%H:%M:%S %z")
    except ValueError as error:
        raise Invalid("A time is written like 2026-11-23T14:20.") from error
    at = begin + timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
    at += _WIB - (clock.utcoffset() or timedelta())
    unit = timedelta(seconds=1) if at.second else timedelta(minutes=1)
    shown = f"{at + _WIB:%Y-%m-%dT%H:%M}" + (f":{at:%S}" if at.second else "")
    return Moment(at + (unit if after else timedelta()), shown)


def _offset(zone: str | None, bare: str | None) -> str:
    if bare is not None:
        return f"+{bare}"
    return "+0700" if zone is None or zone.upper() == "WIB" else zone.upper()
