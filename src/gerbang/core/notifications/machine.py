"""How far a message is: one order of states, in which none is taken back. Pure.

A sender's news comes late, twice, or in another order. A failure is behind `sent` and before `delivered`: what arrived after all has arrived, and what
arrived did not fail. Each fact keeps its own time beside the state, so none of them is lost.
"""

from collections.abc import Mapping
from typing import Final

from gerbang.core.notifications.model import Status
from gerbang.ports.messenger import Progress

_ORDER: Final = (Status.QUEUED, Status.ACCEPTED, Status.SENT, Status.FAILED, Status.DELIVERED, Status.READ)
_RANK: Final[Mapping[Status, int]] = {status: rank for rank, status in enumerate(_ORDER)}


def advance(status: Status, fact: Progress) -> Status:
    """The state after a fact: the further of the two."""
    told = Status(fact.value)
    return told if _RANK[told] > _RANK[status] else status
