"""Where a refund goes and who has said so, as frozen values, and the refusals about it. No database, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from gerbang.base.errors import Conflict, Forbidden, NotFound
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
class Approval:
    """A refund that a second person must agree to: what exactly, since when, until when, and what they said. `destination_version` is where
    it goes, 0 where nobody has said so; `by_transfer` what follows: a person's transfer, or the provider.
    """

    id: UUID
    refund_id: UUID
    payment_id: UUID
    status: str
    amount: int
    currency: str
    reason: str
    destination_version: int
    by_transfer: bool
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who said that they take care of something that waits, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """One thing that waits for a person: an approval, a refund or a payment, since when, and until when where it lapses by itself. `kind`:
    `approval`, `transfer`, `surplus`, `held`, `disputed`, `unknown`, `doubt` (a refund of which nobody knows what became), `failed` (a refund),
    `late` (money that came after its payment was over), `duplicate` (an order that another payment had paid) or
    `foreign` (other coins, or on another network, at a paid address).
    """

    kind: str
    id: UUID
    payment_id: UUID
    since: datetime
    refund_id: UUID | None = None
    lapses_at: datetime | None = None
    claim: Assignment | None = None


@dataclass(frozen=True, slots=True)
class RefundRules:
    """`second_person`: whether whoever asked for a refund may pay it out: `auto` only where nobody else can, `never` needed, `always` needed.
    `approval_above`: minor units of a currency above which a second person must agree first; a currency without a pair has no such limit.
    """

    second_person: Literal["auto", "never", "always"] = "auto"
    approval_above: tuple[tuple[str, int], ...] = ()
    approval_for: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RefundLink:
    """A link to a refund's page that was found valid. `issued_by` is the operator or key that made it; empty for the one that was mailed."""

    issued_by: str = ""


def read_rules(second_person: Literal["auto", "never", "always"], approval_above: str) -> RefundRules:
    """The rules as the settings write them: limits as `IDR=1000000 USD=50000`."""
    pairs = (pair.partition("=") for pair in approval_above.split())
    return RefundRules(second_person, tuple((currency, int(limit)) for currency, _, limit in pairs))


NOT_PROMISED: Final = frozenset({"pending", "refused", "expired"})  # nobody has told the payer of such a refund
STANDARD_RULES: Final = RefundRules()
DECIDE_FIRST: Final = "Decide first what becomes of the payment: POST /v1/payments/{id}/resolve, or wait for the bank where it is disputed."


class RefundsStopped(Conflict):
    """The money may have been taken back already: whoever gives it back now may give it back twice."""

    code = "refunds_stopped"
    title = "Nothing goes back while the payment is held or disputed"


class RefundUnderWay(Conflict):
    """Whether the provider has given it back is not known yet, and decides what there is to release."""

    code = "refund_under_way"
    title = "A refund of this payment is under way at the provider"


class DestinationChanged(Conflict):
    """The money would go elsewhere than the person saw."""

    code = "destination_changed"
    title = "Where the refund goes was changed meanwhile"


class AskedForItThemselves(Forbidden):
    """Whoever asked for a refund does not pay it out, where somebody else can."""

    code = "refund_asked_for_by_same_person"
    title = "Somebody else must pay out the refund"


class ApprovalNotFound(NotFound):
    code = "approval_not_found"
    title = "There is no such approval"


class ApprovalNeedsAPerson(Forbidden):
    """An API key decides nothing that two people are asked for."""

    code = "approval_needs_a_person"
    title = "Only a person who is signed in can decide this"


class ApprovalDecided(Conflict):
    """Somebody else has decided meanwhile, or nobody did in time."""

    code = "approval_decided"
    title = "The approval is no longer open"


class RefundLinkJustSent(Conflict):
    code = "refund_link_just_sent"
    title = "The link was sent a moment ago"


def masked(to: Destination) -> str:
    """`BNI •••882`, of an address `0x1234…cdef`: enough to know it again, too little to use."""
    if not to.bank:
        return f"{to.account[:6]}…{to.account[-4:]}"
    return f"{to.bank} •••{to.account[-3:]}"
