"""The types of announcements, as a noun lists those that it makes: whoever announces another fails tests/tidy/test_event_types.py."""

from typing import NamedTuple


class EventType(NamedTuple):
    """One type: its name (`payment.paid`), the type of object that it is about (None: of none in particular), and what has happened then."""

    name: str
    object: str | None
    means: str
