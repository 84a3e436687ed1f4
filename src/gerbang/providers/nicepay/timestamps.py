"""Their clock: Asia/Jakarta, written as yyyyMMdd and HHmmss, in SNAP as ISO 8601. A fixed offset, so that no time zone database is needed."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

JAKARTA: Final = timezone(timedelta(hours=7), "Asia/Jakarta")  # no summer time since 1964


def stamp(moment: datetime) -> str:
    """`timeStamp`: 14 digits of Jakarta time."""
    local = moment.astimezone(JAKARTA)
    return f"{local.year:04}{local.month:02}{local.day:02}{local.hour:02}{local.minute:02}{local.second:02}"


def read(date: str, time: str) -> datetime | None:
    """The UTC moment of yyyyMMdd and HHmmss in Jakarta; None when they are not a moment (absent, zeros, a thirteenth month)."""
    digits = date + time
    if len(date) != 8 or len(time) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        local = datetime(
            int(digits[:4]),
            int(digits[4:6]),
            int(digits[6:8]),
            int(digits[8:10]),
            int(digits[10:12]),
            int(digits[12:]),
            tzinfo=JAKARTA,
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def iso(moment: datetime) -> str:
    """`X-TIMESTAMP`: 2025-01-15T09:30:00+07:00, whatever clock or zone this machine has."""
    return moment.astimezone(JAKARTA).replace(microsecond=0).isoformat()


def read_iso(said: str) -> datetime | None:
    """The UTC moment of an ISO 8601 time with its offset; None when it is no such time."""
    try:
        moment = datetime.fromisoformat(said)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
