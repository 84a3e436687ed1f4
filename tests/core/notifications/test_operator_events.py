"""What operators may choose: what must not wait is told at once or not at all, and never kept out of the bell nor from the operators' own address."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from gerbang.base import ids
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.operator_events import (
    DIGESTS,
    GROUPS,
    OPERATOR_CHANNELS,
    EventGroup,
    Frequency,
    choices_for,
    standard,
)
from gerbang.core.notifications.operators import TEAM, Operator
from gerbang.ports.messenger import Channel

MUST_NOT_WAIT = [one.group for one in GROUPS if one.must_not_wait]
SHOP = ShopHours("none", "Asia/Jakarta")


def test_money_held_a_destination_changed_an_endpoint_and_security_do_not_wait() -> None:
    assert set(MUST_NOT_WAIT) == {
        EventGroup.MONEY_HELD,
        EventGroup.REFUND_DESTINATIONS,
        EventGroup.ENDPOINT_SECURITY,
        EventGroup.SECURITY,
    }


@pytest.mark.parametrize("group", MUST_NOT_WAIT)
@pytest.mark.parametrize("channel", OPERATOR_CHANNELS)
@pytest.mark.parametrize("is_team", [True, False])
def test_what_must_not_wait_cannot_be_put_into_a_digest(group: EventGroup, channel: Channel, is_team: bool) -> None:
    assert not set(choices_for(group, channel, is_team=is_team)) & set(DIGESTS)


@pytest.mark.parametrize("group", MUST_NOT_WAIT)
def test_what_must_not_wait_reaches_every_bell_and_the_operators_address(group: EventGroup) -> None:
    assert choices_for(group, Channel.IN_APP, is_team=False) == (Frequency.AT_ONCE,)
    assert choices_for(group, Channel.EMAIL, is_team=True) == (Frequency.AT_ONCE,)


def test_an_old_choice_that_is_allowed_no_more_keeps_nothing_back() -> None:
    chosen = {(EventGroup.SECURITY, Channel.EMAIL): Frequency.DAILY}
    who = Operator(ids.new(), "ana@toko.example", "id", choices=chosen)
    assert who.frequency(EventGroup.SECURITY, Channel.EMAIL) is Frequency.AT_ONCE


@pytest.mark.parametrize("group", list(EventGroup))
@pytest.mark.parametrize("is_team", [True, False])
def test_what_nobody_chose_may_be_chosen(group: EventGroup, is_team: bool) -> None:
    for channel in OPERATOR_CHANNELS:
        allowed = choices_for(group, channel, is_team=is_team)
        assert not allowed or standard(channel, is_team=is_team) in allowed


def due(frequency: Frequency, now: str, zone: str, quiet: str = "none") -> str:
    who = Operator(TEAM, "", "id", quiet_hours=quiet, time_zone=zone)
    return who.digest_at(frequency, SHOP, datetime.fromisoformat(now)).astimezone(UTC).isoformat()


@pytest.mark.parametrize(
    ("frequency", "now", "zone", "expected"),
    [
        (Frequency.HOURLY, "2026-11-30T08:17:05+00:00", "Asia/Jakarta", "2026-11-30T09:00:00+00:00"),
        (Frequency.HOURLY, "2026-11-30T08:00:00+00:00", "Asia/Jakarta", "2026-11-30T09:00:00+00:00"),
        (Frequency.HOURLY, "2026-11-30T08:17:05+00:00", "Asia/Kolkata", "2026-11-30T08:30:00+00:00"),
        (Frequency.DAILY, "2026-11-30T00:59:59+00:00", "Asia/Jakarta", "2026-11-30T01:00:00+00:00"),
        (Frequency.DAILY, "2026-11-30T01:00:00+00:00", "Asia/Jakarta", "2026-12-01T01:00:00+00:00"),
    ],
)
def test_a_digest_is_due_at_the_full_hour_or_in_the_morning_where_its_reader_lives(
    frequency: Frequency, now: str, zone: str, expected: str
) -> None:
    assert due(frequency, now, zone) == expected


def test_the_morning_stays_the_morning_when_summer_time_begins_and_ends() -> None:
    berlin = "Europe/Berlin"
    assert due(Frequency.DAILY, "2026-03-28T12:00:00+00:00", berlin) == "2026-03-29T06:00:00+00:00"
    assert due(Frequency.DAILY, "2026-10-24T12:00:00+00:00", berlin) == "2026-10-25T07:00:00+00:00"


@pytest.mark.parametrize("changes", ["2026-03-29T00:30:00+00:00", "2026-10-25T00:30:00+00:00"])
def test_an_hour_is_an_hour_when_the_clock_changes(changes: str) -> None:
    at, seen = datetime.fromisoformat(changes), []
    for _ in range(4):
        at = datetime.fromisoformat(due(Frequency.HOURLY, at.isoformat(), "Europe/Berlin"))
        seen.append(at)
    assert [later - earlier for earlier, later in pairwise(seen)] == [timedelta(hours=1)] * 3


def test_a_digest_waits_for_the_end_of_its_readers_quiet_hours() -> None:
    assert due(Frequency.HOURLY, "2026-11-30T14:10:00+00:00", "Asia/Jakarta", "21:00-07:00") == (
        "2026-12-01T00:00:00+00:00"
    )
