"""What the Cloud API's error codes mean for a message. Data. The HTTP status says nothing: sources disagree on it, and Meta says to read the code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gerbang.ports.messenger import Why


@dataclass(frozen=True, slots=True)
class Meaning:
    """Why, in a few words; `gone`: nothing else reaches this number either; `wait_s`: not before so many seconds."""

    why: Why
    words: str
    gone: bool = False
    wait_s: int = 30


_C, _P, _T, _B = Why.CONFIGURATION, Why.PERMANENT, Why.TRANSIENT, Why.BALANCE
WINDOW: Final = 131047
# What a template's state says: that it may be used, or nothing yet of whether it may.
USABLE: Final = frozenset({"APPROVED", "REINSTATED", "UNARCHIVED"})
NEITHER: Final = frozenset({"PENDING", "IN_APPEAL", "FLAGGED"})
NO_TEMPLATE: Final = 132001
PAUSED: Final = frozenset({132015, 132016})
CODES: Final[Mapping[int, Meaning]] = {
    0: Meaning(_C, "the access token is not valid"),
    190: Meaning(_C, "the access token has expired"),
    3: Meaning(_C, "the app may not do this"),
    10: Meaning(_C, "the app may not do this"),
    131005: Meaning(_C, "the token may not do this"),
    4: Meaning(Why.THROTTLE, "the app calls too often"),
    80007: Meaning(Why.THROTTLE, "the account calls too often"),
    130429: Meaning(Why.THROTTLE, "the number sends too fast"),
    131056: Meaning(Why.THROTTLE, "too many messages to this person", wait_s=6),
    131048: Meaning(_P, "the number may send no more for now: too many were reported"),
    131064: Meaning(_P, "the number may send no more for now"),
    131049: Meaning(_P, "WhatsApp keeps this message from this person for a day"),
    131050: Meaning(_P, "the person stopped these messages"),
    130472: Meaning(_P, "the person is part of an experiment of WhatsApp's"),
    131026: Meaning(_P, "the number is not at WhatsApp, or its app is too old"),
    131047: Meaning(_P, "the person did not write within 24 hours"),
    131051: Meaning(_C, "this kind of message is not known there"),
    131008: Meaning(_C, "something is missing in the message"),
    131009: Meaning(_C, "something in the message is not right"),
    100: Meaning(_C, "something in the message is not right"),
    33: Meaning(_C, "the number's id is not known"),
    131021: Meaning(_P, "the number is our own"),
    131030: Meaning(_C, "a test number writes to listed numbers only"),
    131031: Meaning(_C, "the account is locked"),
    368: Meaning(_C, "the account is blocked for breaking rules"),
    130497: Meaning(_C, "the account may not write to this country"),
    131042: Meaning(_B, "the account cannot pay"),
    131044: Meaning(_B, "the account cannot pay"),
    131000: Meaning(_T, "WhatsApp failed"),
    131016: Meaning(_T, "WhatsApp is not available"),
    131057: Meaning(_T, "the account is under maintenance"),
    132000: Meaning(_C, "the template has another number of places"),
    132001: Meaning(_C, "the template is not approved in this language"),
    132005: Meaning(_C, "the text is too long once it is filled in"),
    132007: Meaning(_C, "the template breaks a rule"),
    132008: Meaning(_C, "a place of the template is of another form"),
    132012: Meaning(_C, "a place of the template is of another form"),
    132015: Meaning(_C, "the template is paused"),
    132016: Meaning(_C, "the template is disabled"),
    131063: Meaning(_C, "the template is for marketing, and not sent by this API"),
    133010: Meaning(_C, "the number is not registered"),
    133016: Meaning(_C, "the number was registered too often"),
}
UNKNOWN: Final = Meaning(_P, "a code that is not known here")


def meaning_of(code: int) -> Meaning:
    """What a code means; those from 200 to 299 are all about permissions."""
    return CODES.get(code) or (Meaning(_C, "the token may not do this") if 200 <= code <= 299 else UNKNOWN)
