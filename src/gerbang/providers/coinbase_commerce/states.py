"""What Commerce's words mean: statuses with their contexts, event types, and error types. The only place that knows them. Pure.

Both generations share one table: no word means two things. A word that is absent here is unknown, which is never success nor failure.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from gerbang.providers.coinbase_commerce import wire


class State(StrEnum):
    """OPEN: nothing came. SEEN: money came and may yet be taken back by the chain. PAID: money is in. PERSON: money came, and somebody
    must look at it.
    """

    OPEN = "open"
    SEEN = "seen"
    PAID = "paid"
    PERSON = "person"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"


# UNRESOLVED money is worth what it is: too little is a part, too much a surplus, late is late. Only what Commerce itself cannot name
# needs a person.
STATES: Final[Mapping[str, State]] = {
    "NEW": State.OPEN,
    "SIGNED": State.OPEN,
    "PENDING": State.SEEN,
    "COMPLETED": State.PAID,
    "RESOLVED": State.PAID,
    "EXPIRED": State.EXPIRED,
    "FAILED": State.FAILED,
    "CANCELED": State.CANCELLED,
    "UNRESOLVED UNDERPAID": State.PAID,
    "UNRESOLVED OVERPAID": State.PAID,
    "UNRESOLVED DELAYED": State.PAID,
    "UNRESOLVED MULTIPLE": State.PAID,
    "UNRESOLVED MANUAL": State.PERSON,
    "UNRESOLVED OTHER": State.PERSON,
}

EVENTS: Final = frozenset(
    {"charge:created", "charge:pending", "charge:confirmed", "charge:failed", "charge:delayed", "charge:resolved"}
)

# Error types that say no to the call itself, and what to do about it.
REFUSALS: Final[Mapping[str, str]] = {
    "authentication_error": "Check the API key.",
    "not_found": "Check that the connection still has the key of the account that made the charge.",
    "param_required": "Report this with the request id: it is a fault of Gerbang's.",
    "validation_error": "Check that the account takes this amount and currency.",
    "invalid_request": "Report this with the request id: it is a fault of Gerbang's.",
}


def word(charge: wire.Charge) -> str:
    """The state in their words: the last entry of the timeline, with its context where that matters; empty without a timeline."""
    if not charge.timeline:
        return ""
    last = charge.timeline[-1]
    status = wire.text(last.status).upper()
    return f"{status} {wire.text(last.context).upper()}".strip() if status == "UNRESOLVED" else status


def state(charge: wire.Charge) -> State | None:
    """What the charge's last word means; None for one that is in no table of ours."""
    return STATES.get(word(charge))
