"""Where a refund goes and who has said so, as frozen values, and the refusals about it. No database, no clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from gerbang.base.errors import Conflict, Forbidden
from gerbang.core.payments.model import Destination, Refund


@dataclass(frozen=True, slots=True)
class NamedDestination:
    """One version of where a refund goes. `named_by` is a label as the audit has it: `payer:ref_…`, `user:usr_…`, `key:key_…`."""

    version: int
    to: Destination
    named_by: str
    named_at: datetime
    link_issued_by: str = ""


@dataclass(frozen=True, slots=True)
class RefundFilters:
    """Which refunds a list shows; None means any. Times are creation times."""

    status: str | None = None
    payment_id: UUID | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundOutcome:
    """What asking for a refund came to; `replayed` when the key was used before for the same request. `others`: the further refunds of
    the same request, where the money had come over several attempts.
    """

    refund: Refund
    replayed: bool
    others: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundRules:
    """`second_person`: whether whoever asked for a refund may pay it out: `auto` only where nobody else can, `never` needed, `always` needed."""

    second_person: Literal["auto", "never", "always"] = "auto"


@dataclass(frozen=True, slots=True)
class RefundLink:
    """A link to a refund's page that was found valid. `issued_by` is the operator or key that made it; empty for the one that was mailed."""

    issued_by: str = ""


STANDARD_RULES: Final = RefundRules()


class DestinationChanged(Conflict):
    """The money would go elsewhere than the person saw."""

    code = "destination_changed"
    title = "Where the refund goes was changed meanwhile"


class AskedForItThemselves(Forbidden):
    """Whoever asked for a refund does not pay it out, where somebody else can."""

    code = "refund_asked_for_by_same_person"
    title = "Somebody else must pay out the refund"


class RefundLinkJustSent(Conflict):
    code = "refund_link_just_sent"
    title = "The link was sent a moment ago"


def masked(to: Destination) -> str:
    """`BNI •••882`, of an address `0x1234…cdef`: enough to know it again, too little to use."""
    if not to.bank:
        return f"{to.account[:6]}…{to.account[-4:]}"
    return f"{to.bank} •••{to.account[-3:]}"
