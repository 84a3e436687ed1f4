"""When quiet hours end: over midnight, in zones with and without summer time, and what is no hours at all."""

from datetime import UTC, datetime

import pytest

from gerbang.base import quiet_hours

NIGHT, NOON = "21:00-07:00", "12:30-14:00"
JAKARTA, BERLIN, NEW_YORK, LORD_HOWE = "Asia/Jakarta", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"


@pytest.mark.parametrize(
    ("hours", "zone", "now", "end"),
    [
        (NIGHT, JAKARTA, "2026-11-30T13:59:59", None),
        (NIGHT, JAKARTA, "2026-11-30T14:00:00", "2026-12-01T00:00:00"),
        (NIGHT, JAKARTA, "2026-11-30T23:59:59", "2026-12-01T00:00:00"),
        (NIGHT, JAKARTA, "2026-12-01T00:00:00", None),
        (NIGHT, "Asia/Jayapura", "2026-11-30T12:00:00", "2026-11-30T22:00:00"),
        (NOON, JAKARTA, "2026-11-30T05:30:00", "2026-11-30T07:00:00"),
        (NOON, JAKARTA, "2026-11-30T07:00:00", None),
        # The night in which Berlin's clocks go from 02:00 to 03:00 is an hour shorter, that in which they go back an hour longer.
        (NIGHT, BERLIN, "2026-03-28T20:00:00", "2026-03-29T05:00:00"),
        (NIGHT, BERLIN, "2026-10-24T19:00:00", "2026-10-25T06:00:00"),
        # Hours that end in the hour that there is not, and in the one that comes twice.
        ("22:00-02:30", NEW_YORK, "2026-03-08T05:00:00", "2026-03-08T07:30:00"),
        ("22:00-02:30", NEW_YORK, "2026-03-08T07:00:00", None),
        ("22:00-01:30", NEW_YORK, "2026-11-01T05:10:00", "2026-11-01T06:30:00"),
        ("22:00-01:30", NEW_YORK, "2026-11-01T06:10:00", "2026-11-01T06:30:00"),
        # Half an hour of summer time.
        (NIGHT, LORD_HOWE, "2026-04-04T12:00:00", "2026-04-04T20:30:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_of_their_zone(hours: str, zone: str, now: str, end: str | None) -> None:
    read = quiet_hours.read(hours)
    assert read is not None
    found = read.ends_at(datetime.fromisoformat(now).replace(tzinfo=UTC), quiet_hours.read_zone(zone))
    assert found == (None if end is None else datetime.fromisoformat(end).replace(tzinfo=UTC))


def test_none_is_no_hour() -> None:
    assert quiet_hours.read("none") is None


@pytest.mark.parametrize(
    "text", ["", "21-07", "21:00-21:00", "24:00-07:00", "9:00-10:00", "21:00–07:00", "21:00-07:00 "]
)
def test_what_is_no_hours_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="as 21:00-07:00"):
        quiet_hours.read(text)


@pytest.mark.parametrize("name", ["", "Jakarta", "Asia", "../../etc/passwd", "/etc/localtime", "Asia/Jakarta\x00"])
def test_what_is_no_zone_is_refused_with_the_form(name: str) -> None:
    with pytest.raises(ValueError, match="IANA"):
        quiet_hours.read_zone(name)
