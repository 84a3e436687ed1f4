"""Every type of event that endpoints announce."""

from typing import Final

from gerbang.core.announcements.event_types import EventType
from gerbang.core.endpoints.model import ENDPOINT, OWNER_LINK, TEST

# Sent to the one endpoint that is tried out, and announced to nobody.
TEST_EVENT_TYPES: Final = (EventType(TEST, ENDPOINT, "Somebody tries the endpoint out: nothing has happened."),)
EVENT_TYPES: Final = (
    EventType("endpoint.created", ENDPOINT, "Somebody made an endpoint: its host hears of payments from now on."),
    EventType("endpoint.changed", ENDPOINT, "Somebody changed an endpoint."),
    EventType("endpoint.deleted", ENDPOINT, "Somebody deleted an endpoint."),
    EventType("endpoint.secret_rotated", ENDPOINT, "Somebody replaced the secret of an endpoint."),
    EventType("endpoint.failing", ENDPOINT, "An endpoint has taken nothing for a day: it is disabled after five."),
    EventType(
        "endpoint.disabled", ENDPOINT, "An endpoint was disabled: it answered 410, or took nothing for five days."
    ),
)
# Not sent by webhook: they make the mails to an owner's mailbox.
OWNER_EVENT_TYPES: Final = (
    EventType("endpoint.owner_link_sent", OWNER_LINK, "Somebody had a link to an endpoint's page mailed to its owner."),
    EventType("endpoint.owner_code_sent", OWNER_LINK, "The owner of an endpoint asked for a code."),
)
