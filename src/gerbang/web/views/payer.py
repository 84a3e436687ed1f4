"""What a payer or customer sees of a payment, its refunds and its events by the API: only what is named here. Pure.

The business's own view stands in payments.py; a field that is added there is not seen here until somebody decides so.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gerbang.base import formats, ids
from gerbang.base.money import as_json
from gerbang.core.payments import amount_due
from gerbang.core.payments.model import Attempt, AttemptStatus, PaymentDetail, PaymentStatus, Refund, RefundStatus
from gerbang.core.payments.refunds.model import NOT_PROMISED
from gerbang.ports.payment import Method
from gerbang.web.views.attempt_failures import code_for_payer, to_payer
from gerbang.web.views.payments import (
    MethodOptions,
    NextStep,
    PaymentCustomerView,
    Steps,
    attempt_action,
    counting_attempt,
    customer_view,
    payment_action,
)


class PayerFailureView(msgspec.Struct, frozen=True):
    """Why a try did not work, by its stable code and in the payer's language; the provider's own words are not the payer's."""

    code: str
    message: str


class PayerAttemptView(msgspec.Struct, frozen=True):
    id: str
    status: AttemptStatus
    method: Method
    method_options: MethodOptions
    amount: int | str
    currency: str
    provider_reference: str | None
    next_action: NextStep | None
    failure: PayerFailureView | None
    created_at: datetime
    expires_at: datetime


class PayerRefundView(msgspec.Struct, frozen=True):
    id: str
    payment: str
    amount: int | str
    currency: str
    status: RefundStatus
    created_at: datetime
    updated_at: datetime


class PayerPaymentView(msgspec.Struct, frozen=True):
    """A payment as its payer sees it: without metadata, connections, the provider's words, and reasons that are the shop's."""

    id: str
    status: PaymentStatus
    late: bool
    late_reason: str | None
    livemode: bool
    amount: int | str
    currency: str
    amount_captured: int | str
    amount_refunded: int | str
    amount_excess: int | str
    method: Method | None
    provider_reference: str | None
    order_reference: str | None
    description: str
    customer: PaymentCustomerView
    items: Sequence[Mapping[str, Any]]
    attempts: Sequence[PayerAttemptView]
    refunds: Sequence[PayerRefundView]
    next_action: NextStep | None
    checkout_url: str | None
    return_url: str | None
    failure: PayerFailureView | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    paid_at: datetime | None


EVENT_FIELDS: Final = frozenset(
    {
        "payment",
        "status",
        "late",
        "amount",
        "currency",
        "amount_captured",
        "amount_excess",
        "amount_refunded",
        "attempt",
        "method",
        "refund",
        "network",
        "confirmations",
        "required",
    }
)
EVENT_TYPES: Final = (
    "payment.",
    "refund.requested",
    "refund.awaiting_transfer",
    "refund.succeeded",
    "refund.failed",
    "refund.destination_named",
    "refund.destination_changed",
)


def payer_payment_view(details: PaymentDetail, *, checkout_url: str | None, steps: Steps) -> PayerPaymentView:
    """A payment as its payer sees it."""
    payment, locale, counts = details.payment, details.payer.locale, counting_attempt(details.attempts)
    return PayerPaymentView(
        id=ids.show("pay", payment.id),
        status=payment.status,
        late=payment.late,
        late_reason=amount_due.late_reason(payment),
        livemode=payment.livemode,
        amount=as_json(payment.amount, payment.currency),
        currency=payment.currency,
        amount_captured=as_json(payment.amount_captured, payment.currency),
        amount_refunded=as_json(payment.amount_refunded, payment.currency),
        amount_excess=as_json(payment.amount_excess, payment.currency),
        method=counts.method if counts else None,
        provider_reference=counts.provider_reference if counts else None,
        order_reference=payment.order_reference,
        description=payment.description,
        customer=customer_view(details),
        items=payment.items,
        attempts=payer_attempt_views(details, steps),
        refunds=[payer_refund_view(refund) for refund in details.refunds if refund.approval not in NOT_PROMISED],
        next_action=payment_action(details, locale, steps),
        checkout_url=checkout_url,
        return_url=payment.return_url,
        failure=_failure(counts, details.payer.language),
        created_at=payment.created_at,
        updated_at=payment.updated_at,
        expires_at=payment.expires_at,
        paid_at=payment.paid_at,
    )


def payer_attempt_views(details: PaymentDetail, steps: Steps) -> list[PayerAttemptView]:
    """Every attempt, oldest first."""
    return [_attempt(one, details, steps) for one in sorted(details.attempts, key=lambda a: a.number)]


def payer_refund_view(refund: Refund) -> PayerRefundView:
    """A refund as its payer sees it."""
    return PayerRefundView(
        id=ids.show("ref", refund.id),
        payment=ids.show("pay", refund.payment_id),
        amount=as_json(refund.amount, refund.currency),
        currency=refund.currency,
        status=refund.status,
        created_at=refund.created_at,
        updated_at=refund.updated_at,
    )


def payer_event(type_: str, data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a payer hears of an announcement; None for one that is the business's alone."""
    if not type_.startswith(EVENT_TYPES) or data.get("approval") in NOT_PROMISED:
        return None
    return {name: value for name, value in data.items() if name in EVENT_FIELDS}


def _attempt(attempt: Attempt, details: PaymentDetail, steps: Steps) -> PayerAttemptView:
    return PayerAttemptView(
        id=ids.show("att", attempt.id),
        status=attempt.status,
        method=attempt.method,
        method_options=attempt.options,
        amount=as_json(attempt.amount, attempt.currency),
        currency=attempt.currency,
        provider_reference=attempt.provider_reference,
        next_action=attempt_action(attempt, details.payment, details.payer.locale, steps),
        failure=_failure(attempt, details.payer.language),
        created_at=attempt.created_at,
        expires_at=attempt.expires_at,
    )


def _failure(attempt: Attempt | None, language: str) -> PayerFailureView | None:
    if attempt is None or attempt.failure is None:
        return None
    failure = attempt.failure
    return PayerFailureView(code_for_payer(failure), to_payer(failure, formats.locale_of(language)))
