"""Every type of event that shops of a marketplace announce of themselves; of what they sell, orders tell."""

from typing import Final

from gerbang.core.announcements.event_types import EventType

EVENT_TYPES: Final = (
    EventType(
        "shop.authorisation_ending", None, "A seller must let the app in again soon: what it was let in with ends."
    ),
    EventType(
        "shop.authorisation_ended", None, "A seller must let the app in again now: the shop is not asked any more."
    ),
    EventType(
        "shop.refresh_failing",
        None,
        "A shop's tokens could not be refreshed twice in a row, or new ones were refused at once; it is tried on.",
    ),
    EventType("shop.closed", None, "The marketplace has closed a shop."),
    EventType("shop.opened", None, "The marketplace has opened a shop again."),
)
