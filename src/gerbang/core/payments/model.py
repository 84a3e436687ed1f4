"""Payments, attempts, refunds and their errors, as frozen values. No database, no clock, no provider's words.

What is loaded and changed by the thousand is a msgspec Struct: made and replaced in C.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.errors import Conflict, Invalid, NotFound
from gerbang.core.customers.consent_model import Agreement
from gerbang.core.customers.model import NewCustomer
from gerbang.ports.next_action import NextAction
from gerbang.ports.payment import Lookup, Method, MethodOption, Payer, Quote, SubmissionEffect


class PaymentStatus(StrEnum):
    CREATED = "created"
    PENDING = "pending"
    PART_PAID = "part_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    HELD = "held"
    DISPUTED = "disputed"


class AttemptStatus(StrEnum):
    CREATED = "created"
    SUBMITTING = "submitting"
    PENDING = "pending"
    CAPTURED = "captured"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    UNKNOWN = "unknown"
    HELD = "held"


class RefundStatus(StrEnum):
    REQUESTED = "requested"
    SUBMITTED = "submitted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    AWAITING_TRANSFER = "awaiting_transfer"


class DisputeState(StrEnum):
    NONE = "none"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


PAYMENT: Final = "payment"  # the type of these objects, in announcements, messages and keys
ATTEMPT: Final = "attempt"  # of what a webhook is about
MOVED: Final = "payment.moved"  # what moved an attempt or brought money, in the audit trail and the timeline
LINK_SENT: Final = "payment.link_sent"  # what the audit trail, and so the timeline, calls it
LINK_OPENED: Final = "payment.link_opened"
NEW_DEPOSIT: Final = -1  # a deposit address is wanted; its number is given when it is about to be shown


class Failure(msgspec.Struct, frozen=True):
    """Why an attempt did not work: a stable `code` of ours (ports/declines.py), the provider's words, and its own code, if it gave one."""

    code: str
    detail: str
    provider_code: str = ""


class Attempt(msgspec.Struct, frozen=True):
    """One try to collect through one connection and method. Amounts are minor units of `currency`.

    `captured`, `refunded` are totals as the provider tells them; `refund_reserved` is what refunds under way may still take.
    `unsent` says that the registration certainly did not leave, so it may be sent again. `look_at` is when somebody must look at it
    again: to take over a submission, or to ask the provider. A crypto attempt has the `quote` that it froze, `received` base units of
    the quote's asset, and where it is paid into a wallet of ours, the number of its `deposit` address. `dialect` is the provider's way of
    speaking that it was made in, and goes on in. `arriving` is what our node saw come to that address and does not count yet: known where
    the payment is read to be shown, and never stored.
    """

    id: UUID
    payment_id: UUID
    number: int
    status: AttemptStatus
    method: Method
    options: Mapping[str, str]
    connection: str
    effect: SubmissionEffect
    lookup: Lookup
    amount: int
    currency: str
    captured: int
    refunded: int
    refund_reserved: int
    dispute: DisputeState
    provider_reference: str | None
    next_action: NextAction | None
    failure: Failure | None
    asked_at: datetime | None
    unsent: bool
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    look_at: datetime | None = None
    quote: Quote | None = None
    received: int = 0
    deposit: int | None = None
    dialect: str = ""
    arriving: int = 0

    @property
    def askable(self) -> bool:
        """Whether the provider can be asked about it: by its own reference, or by ours where it is found so."""
        return self.provider_reference is not None or self.lookup is Lookup.BY_OUR_REFERENCE


class Refund(msgspec.Struct, frozen=True):
    """Money going back for an attempt. `credit_amount`: the part that is a surplus standing to the payer's credit, not the sale.

    `provider_reference` of one under way says that the provider has taken it; `failure` why it failed, or what is in doubt. `request_id`
    is the first refund of the request, where it made several. `approval`: whether a second person must agree first, or has;
    `needs_attention`: it failed, and nobody has dealt with that yet.
    """

    id: UUID
    payment_id: UUID
    attempt_id: UUID
    status: RefundStatus
    amount: int
    currency: str
    credit_amount: int
    reason: str
    provider_reference: str | None
    failure: str | None
    requested_by: str
    created_at: datetime
    updated_at: datetime
    request_id: UUID | None = None
    approval: str = "not_needed"
    needs_attention: bool = False


def in_doubt(refund: Refund) -> bool:
    """Whether a person must say what became of it: it is never sent again, and only looked for."""
    return refund.status is RefundStatus.UNKNOWN and refund.failure is not None


class Payment(msgspec.Struct, frozen=True):
    """What a customer owes for one purpose. `amount_captured` counts all money that came in, `amount_excess` the part of it above
    `amount`, `amount_refunded` what went back of either, `excess_owed` the surplus that no refund promises back yet. `sequence` grows with
    every announcement. `owner_id` is the user whose payment it is, `customer_id` the customer of the shop. `returned_parts` is what goes back of parts that came before the whole was in: read off the refunds, never stored.
    """

    id: UUID
    status: PaymentStatus
    late: bool
    livemode: bool
    amount: int
    currency: str
    amount_captured: int
    amount_refunded: int
    amount_excess: int
    description: str
    order_reference: str | None
    owner_id: UUID | None
    metadata: Mapping[str, Any]
    items: tuple[Mapping[str, Any], ...]
    return_url: str | None
    sequence: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    cancelled_at: datetime | None
    look_at: datetime | None = None
    excess_owed: int = 0
    customer_id: UUID | None = None
    returned_parts: int = 0


_OPEN_TO_PAYERS: Final = frozenset(
    {PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.PART_PAID, PaymentStatus.FAILED}
)


def takes_money(payment: Payment, now: datetime) -> bool:
    """Whether a payer who opens the payment's link can pay by it."""
    return payment.status in _OPEN_TO_PAYERS and now < payment.expires_at


class PaymentDetail(msgspec.Struct, frozen=True):
    """A payment with everything that decides its status, and its payer where that was loaded."""

    payment: Payment
    attempts: tuple[Attempt, ...]
    refunds: tuple[Refund, ...]
    payer: Payer = Payer()


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """How one attempt is to be made; `connection` None lets Gerbang pick the first enabled one that offers the method."""

    method: Method
    options: Mapping[str, str]
    connection: str | None = None


@dataclass(frozen=True, slots=True)
class NewPayment:
    """An order to be paid, validated at the edge: `amount` in minor units. Its customer is known (`customer_id`), or made with it (`customer`)."""

    amount: int
    currency: str
    description: str
    order_reference: str | None = None
    owner_id: UUID | None = None
    customer_id: UUID | None = None
    customer: NewCustomer | None = None
    payer: Payer = field(default_factory=Payer)
    agreed: tuple[Agreement, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[Mapping[str, Any], ...] = ()
    return_url: str | None = None
    expires_in_s: int = 86_400
    choice: MethodChoice | None = None


@dataclass(frozen=True, slots=True)
class PayerUpdate:
    """What a request for an attempt told of the payer: a phone number in E.164, and from where it came. Empty is not told."""

    phone: str = ""
    ip: str = ""


@dataclass(frozen=True, slots=True)
class OfferedAsset:
    """One asset on one network that a payer may choose; `amount` is what it would cost now, in base units."""

    asset: str
    network: str
    title: str
    fee_hint: str
    amount: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A method that a payer may choose. `least` and `most` in minor units; `reason` is `below_minimum` or `above_maximum` when not
    available; `option` names the field of `method_options` that must be one of `options`.
    """

    method: Method
    connection: str
    option: str | None
    options: tuple[MethodOption, ...]
    least: int
    most: int
    available: bool
    reason: str
    assets: tuple[OfferedAsset, ...] = ()


@dataclass(frozen=True, slots=True)
class CreationResult:
    """What creating came to; `replayed` when the key was used before for the same request."""

    details: PaymentDetail
    replayed: bool


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a payment's timeline. `direction`: `in` and `out` happened outside, `decision` is ours."""

    id: UUID
    at: datetime
    direction: str
    kind: str
    actor: str
    detail: Mapping[str, Any]
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which payments a list shows; None means any. Times are creation times."""

    status: str | None = None
    method: str | None = None
    connection: str | None = None
    order_reference: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    owner_id: UUID | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a transfer back goes: a bank account, or for crypto only `account`, an address on the network that it came on. Personal data."""

    bank: str
    account: str
    name: str


@dataclass(frozen=True, slots=True)
class CryptoAmount:
    """What a refund of crypto is worth: base units of an asset on a network."""

    network: str
    asset: str
    amount: int


class PaymentNotFound(NotFound):
    code = "payment_not_found"
    title = "There is no such payment"


class RefundNotFound(NotFound):
    code = "refund_not_found"
    title = "There is no such refund"


class MethodUnavailable(Invalid):
    code = "method_unavailable"
    title = "This payment method cannot be used here"


class PaymentClosed(Conflict):
    code = "payment_closed"
    title = "The payment no longer takes attempts"


class PayerStopped(Conflict):
    """The customer wants no messages, and no link either."""

    code = "payer_stopped"
    title = "The payer wants no messages"


class AttemptInFlight(Conflict):
    """An earlier attempt may still charge the payer: a second one could charge twice."""

    code = "attempt_in_flight"
    title = "An earlier attempt is not settled yet"


class NotRefundable(Conflict):
    code = "not_refundable"
    title = "There is not so much to give back"


class BadDestination(Invalid):
    """A bank account for crypto, an address for rupiah, or no address at all."""

    code = "bad_destination"
    title = "The money cannot be sent there"


class NotHeld(Conflict):
    code = "not_held"
    title = "Only a held payment can be resolved"


class NotCancellable(Conflict):
    code = "not_cancellable"
    title = "The payment can no longer be cancelled"


class RefundNotInDoubt(Conflict):
    code = "refund_not_in_doubt"
    title = "The refund waits for nobody's decision"


class RefundNotAwaitingTransfer(Conflict):
    code = "refund_not_awaiting_transfer"
    title = "The refund is not waiting for a transfer"
