"""The facts a payment provider answers with, and its webhooks say. Frozen values; no I/O."""

from datetime import datetime

import msgspec

from gerbang.ports.next_action import NextAction


class Accepted(msgspec.Struct, frozen=True, tag=True):
    """Registered at the provider: its reference, what the payer must do, and until when."""

    reference: str
    next_action: NextAction | None = None
    expires_at: datetime | None = None


class ActionRequired(msgspec.Struct, frozen=True, tag=True):
    """The payer must go to `url` before anything else happens."""

    url: str


class Approved(msgspec.Struct, frozen=True, tag=True):
    """The payer has agreed at the provider, and nothing moved: the money comes by our own call (PaymentConfirmer)."""


class Captured(msgspec.Struct, frozen=True, tag=True):
    """Money is in: `total` minor units of `currency` so far; `at` is the provider's time of it. A crypto attempt is captured in base
    units of its quote's asset; `by_person`: in the price's currency, for nobody counted what came.
    """

    total: int
    currency: str
    at: datetime | None = None
    by_person: bool = False


class Claimed(msgspec.Struct, frozen=True, tag=True):
    """A processor says that crypto came in, and our own node must see it before it counts.

    `total` base units of `currency` are what the payer is credited with; the node must see `onchain` of them (less than `total` where
    the processor keeps a fee) reach `recipient` in the transaction `transaction` on `network`. Amounts as text where JSON is near.
    """

    total: int
    currency: str
    network: str
    transaction: str
    recipient: str
    onchain: int
    at: datetime | None = None


class Declined(msgspec.Struct, frozen=True, tag=True):
    """The attempt, or a refund, was refused: a stable `code` of ours (of an attempt: declines.py), the provider's own words and its code."""

    code: str
    reason: str
    provider_code: str = ""


class Expired(msgspec.Struct, frozen=True, tag=True):
    """The provider no longer takes money for it."""


class Cancelled(msgspec.Struct, frozen=True, tag=True):
    """Closed before any money moved."""


class RefundSettled(msgspec.Struct, frozen=True, tag=True):
    """Money went back: `total` minor units so far over all refunds of this transaction."""

    total: int
    currency: str
    reference: str | None = None


class Disputed(msgspec.Struct, frozen=True, tag=True):
    """The payer's bank took the money back for now."""


class DisputeClosed(msgspec.Struct, frozen=True, tag=True):
    won: bool


class Reversed(msgspec.Struct, frozen=True, tag=True):
    """A reorg or a bank's reversal took the capture back."""

    reason: str


class Mismatched(msgspec.Struct, frozen=True, tag=True):
    """A right signature over a wrong amount, currency, token, chain or recipient."""

    why: str


class AnswerLost(msgspec.Struct, frozen=True, tag=True):
    """Our own note: the call left and no clear answer came back."""

    why: str


Fact = (
    Accepted
    | ActionRequired
    | Approved
    | Captured
    | Claimed
    | Declined
    | Expired
    | Cancelled
    | RefundSettled
    | Disputed
    | DisputeClosed
    | Reversed
    | Mismatched
    | AnswerLost
)
