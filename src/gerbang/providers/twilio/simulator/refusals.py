"""Twilio's errors as it answers them, and the numbers of its own that always get one."""

from collections.abc import Mapping
from typing import Final

import msgspec

from gerbang.ports.simulator import Answer

_MORE: Final = "https://www.twilio.com/docs/errors/"
WORDS: Final[Mapping[int, tuple[int, str]]] = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    21211: (400, "Invalid 'To' Phone Number"),
    21212: (400, "Invalid From Number"),
    21408: (400, "Permission to send an SMS has not been enabled for the region"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided is not a valid message-capable Twilio phone number."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21612: (400, "Message cannot be sent with the current combination of 'To' and/or 'From' parameters"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
}
# Twilio's own numbers for tests of what goes wrong.
TO: Final[Mapping[str, int]] = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
FROM: Final[Mapping[str, int]] = {"+15005550001": 21212, "+15005550007": 21606}


class Refused(Exception):
    """This request gets an error of this code and nothing happens."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def refusal(code: int) -> Answer:
    """The error's answer."""
    status, message = WORDS[code]
    body = {"code": code, "message": message, "more_info": f"{_MORE}{code}", "status": status}
    return Answer(status, msgspec.json.encode(body), (("content-type", "application/json"),))
