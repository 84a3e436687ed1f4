"""Every type of event that notifications announce."""

from typing import Final

from gerbang.core.announcements.event_types import EventType

EVENT_TYPES: Final = (
    EventType(
        "message_template.paused",
        None,
        "A message template is not used any more: its provider rejected or recategorised it.",
    ),
)
