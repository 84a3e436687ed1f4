"""What Twilio's error codes mean for a message. Data.

Only codes whose meaning several independent sources agree on: lists that go around give other meanings to 30003 to 30006.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gerbang.ports.messenger import Why


@dataclass(frozen=True, slots=True)
class Meaning:
    """Why, in a few words; `gone`: nothing else reaches this number either."""

    why: Why
    words: str
    gone: bool = False


_C, _P, _T = Why.CONFIGURATION, Why.PERMANENT, Why.TRANSIENT
CODES: Final[Mapping[int, Meaning]] = {
    20003: Meaning(_C, "the credentials are wrong"),
    20429: Meaning(Why.THROTTLE, "too many requests"),
    21211: Meaning(_P, "this is no number", gone=True),
    21212: Meaning(_C, "the sender is no number of the account"),
    21408: Meaning(_C, "the account may not write to this country"),
    21602: Meaning(_C, "the text is missing"),
    21606: Meaning(_C, "the sender cannot send texts"),
    21608: Meaning(_C, "a trial account writes to verified numbers only"),
    21610: Meaning(Why.STOPPED, "the person asked to be left alone (STOP)", gone=True),
    21612: Meaning(_P, "this sender does not reach this number"),
    21614: Meaning(_P, "this is no mobile number", gone=True),
    21617: Meaning(_C, "the text is longer than 1600 characters"),
    30001: Meaning(_T, "the queue is full"),
    30002: Meaning(Why.BALANCE, "the account is suspended"),
    30003: Meaning(_T, "the handset cannot be reached now"),
    30004: Meaning(_P, "the person or the carrier blocks the sender"),
    30005: Meaning(_P, "nobody has this number", gone=True),
    30006: Meaning(_P, "a landline, or a carrier that cannot be reached"),
    30007: Meaning(_P, "the carrier filtered the text"),
    30008: Meaning(_T, "the carrier does not say why"),
    30034: Meaning(_C, "the sender is not registered for the United States"),
    63016: Meaning(_P, "outside of WhatsApp's window"),
    63018: Meaning(Why.THROTTLE, "too many messages on this channel"),
    63024: Meaning(_P, "nobody has this number at WhatsApp"),
}
UNKNOWN: Final = Meaning(_P, "a code that is not known here")
