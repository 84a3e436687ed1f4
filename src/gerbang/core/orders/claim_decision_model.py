"""A seller's answer to a claim, one row each, and how it ends. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from gerbang.base.errors import Conflict
from gerbang.core.orders.claim_model import Answer
from gerbang.core.orders.operation_model import OperationStatus
from gerbang.ports.marketplace_orders import ClaimStatus

DECISION: Final = "claim_decision"
DECISION_PREFIX: Final = "cld"


class ClaimBusy(Conflict):
    """An answer was given whose end is not known yet."""

    code = "claim_busy"
    title = "An answer to this claim is on its way"


class LineOutcome(msgspec.Struct, frozen=True):
    """What became of one line. Of one that was not done: the marketplace's code and words, or ours."""

    line: str
    is_done: bool
    code: str = ""
    reason: str = ""


class AskedOfClaim(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered of which lines, which stood as `status` says; `restock`: what comes back goes to stock, into `warehouse` or the only one."""

    lines: tuple[str, ...]
    status: ClaimStatus
    reason: str = ""
    comment: str = ""
    images: tuple[str, ...] = ()
    restock: bool = False
    warehouse: str = ""


class ClaimDecision(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. `sent_at` says that it may have left; `looks` counts how often it was looked up since."""

    id: UUID
    claim_id: UUID
    answer: Answer
    status: OperationStatus
    asked: AskedOfClaim
    outcomes: tuple[LineOutcome, ...]
    actor: str
    claim: int
    sent_at: datetime | None
    looks: int
    created_at: datetime
    updated_at: datetime


def ended(outcomes: Sequence[LineOutcome]) -> OperationStatus:
    """How an answer ended."""
    done = sum(one.is_done for one in outcomes)
    if done == len(outcomes):
        return OperationStatus.DONE
    return OperationStatus.PARTLY_DONE if done else OperationStatus.NOT_DONE
