"""Messages that wait for the end of somebody's quiet hours: which, until when, and which are left out. Pure.

The hours are the customer's, else the shop's; the zone likewise. What waits looks again before it is sent, for its state may have passed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gerbang.base import quiet_hours
from gerbang.core.notifications.audiences import InQuietHours, Told, in_quiet_hours
from gerbang.core.notifications.model import LEAST_LEFT, Contact, Template
from gerbang.ports.messenger import Channel

# What rings or lights up beside a bed. Mail waits in its mailbox.
QUIET_CHANNELS: Final = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.PUSH, Channel.CHAT})


def is_quieted(told: Told) -> bool:
    """Whether it goes to a phone or a screen at all."""
    return any(channel in QUIET_CHANNELS for way in told.ways for channel in way)


@dataclass(frozen=True, slots=True)
class Hold:
    """A message is not sent before `until`; `is_too_late`: nor then, for its deadline is before."""

    until: datetime
    is_too_late: bool = False


@dataclass(frozen=True, slots=True)
class ShopHours:
    """The shop's own, for whoever named none: hours as `21:00-07:00` or `none`, and a zone."""

    hours: str = quiet_hours.NONE
    zone: str = quiet_hours.HOME

    def hold(
        self, template: Template, channel: Channel, contact: Contact, now: datetime, data: Mapping[str, Any]
    ) -> Hold | None:
        """How long this message waits; None: not at all. `data` is the notification's."""
        rule = in_quiet_hours(template)
        if channel not in QUIET_CHANNELS or rule is InQuietHours.SENT:
            return None
        hours = quiet_hours.read(contact.quiet_hours or self.hours)
        until = hours.ends_at(now, quiet_hours.read_zone(contact.time_zone or self.zone)) if hours else None
        if until is None:
            return None
        ends = datetime.fromisoformat(str(data["expires_at"])) if rule is InQuietHours.HELD_IN_TIME else None
        return Hold(until, is_too_late=ends is not None and until + LEAST_LEFT >= ends)
