"""Every type of event that log-ins and sessions announce."""

from typing import Final

from gerbang.core.announcements.event_types import EventType

SESSION_EVENT_TYPES: Final = (
    EventType(
        "security.token_reuse", "user", "A refresh token was used twice: its session was ended, one of two is a thief."
    ),
)
LOGIN_EVENT_TYPES: Final = (
    EventType("security.login_storm", None, "Somebody guesses passwords: log-ins are slowed down."),
)
