"""Every type of event about what marketplaces pay out."""

from typing import Final

from gerbang.core.announcements.event_types import EventType

EVENT_TYPES: Final = (
    EventType(
        "settlement.kind_unknown",
        None,
        "A marketplace charged or paid something that is not known by kind; told once for each name.",
    ),
    EventType(
        "settlement.held", None, "A line of a statement is not booked: it takes back an amount whose unit is in doubt."
    ),
    EventType(
        "settlement.changed",
        None,
        "A marketplace told a line or a payout again with another amount; what was booked stands.",
    ),
)
PAYOUT_EVENT_TYPES: Final = (EventType("payout.received", "payout", "A marketplace paid out."),)
