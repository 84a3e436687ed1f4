"""What a message needs to know about its announcement, as plain data: amounts, method, references, ids, times. Pure.

No name, no address and no link: those are read and made when the message is sent, so that nothing erasable or secret is kept here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.announcements.model import Announcement
from gerbang.core.notifications.model import LEAST_LEFT, Template
from gerbang.core.payments import amount_due
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    PaymentDetail,
    PaymentStatus,
    Refund,
    RefundStatus,
    takes_money,
)
from gerbang.ports.next_action import DisplayCode, DisplayCrypto, DisplayVirtualAccount

_REFUND_STATES: Final[Mapping[Template, frozenset[RefundStatus]]] = {
    Template.REFUND_REQUESTED: frozenset({RefundStatus.REQUESTED, RefundStatus.SUBMITTED, RefundStatus.UNKNOWN}),
    Template.REFUND_AWAITING_TRANSFER: frozenset({RefundStatus.AWAITING_TRANSFER}),
    Template.REFUND_SUCCEEDED: frozenset({RefundStatus.SUCCEEDED}),
    Template.REFUND_FAILED: frozenset({RefundStatus.FAILED}),
}
_UNPAID: Final = frozenset({PaymentStatus.PENDING, PaymentStatus.PART_PAID})
_OF_NO_PAYMENT: Final = (
    "user",
    "counts",
    "network",
    "connection",
    "livemode",
    "endpoint",
    "endpoint_name",
    "host",
    "why",
    "days",
    "owner_link",
    "number",
    "template",
    "language",
    "statement",
    "order",
    "amount",
    "was",
    "paid",
    "currency",
    "kind_said",
    "claim",
    "kind",
    "until",
)

_MOST_ITEMS: Final = 30
LINK: Final = "payment.link"  # about the payment as a whole, whatever attempts there are
EXPIRED: Final = "payment.expired"
PART_PAID: Final = "payment.part_paid"


def describe(
    announcement: Announcement, details: PaymentDetail | None, restart_for: timedelta = timedelta()
) -> dict[str, Any]:
    """Everything that templates may use; amounts in minor units, times as RFC 3339 text.

    `restart_for` is how long after its deadline a bill may be started again.
    """
    data: dict[str, Any] = {"type": announcement.type, "at": announcement.made_at.isoformat(), "livemode": True}
    if details is None:
        return data | {name: announcement.data[name] for name in _OF_NO_PAYMENT if name in announcement.data}
    payment, said = details.payment, announcement.data
    attempt, refund = attempt_of(said, details), _refund(said, details)
    asking = amount_due.payable(details) if announcement.type == PART_PAID else attempt
    attempt = asking or attempt
    ends = asking.expires_at if asking and announcement.type != LINK else payment.expires_at
    data |= {
        "livemode": payment.livemode,
        "payment": ids.show("pay", payment.id),
        "amount": payment.amount,
        "currency": payment.currency,
        "captured": _amount(said, "amount_captured", payment.amount_captured),
        "excess": _amount(said, "amount_excess", payment.amount_excess),
        "description": payment.description,
        "order_reference": payment.order_reference,
        "expires_at": ends.isoformat(),
        "items": _items(payment.items),
    }
    again_until = payment.expires_at + restart_for
    if announcement.type == EXPIRED and again_until - announcement.made_at >= LEAST_LEFT:
        data["again_until"] = again_until.isoformat()
    if amount_due.late_reason(payment) == "cancelled":
        data["called_off"] = True
    if said.get("held"):
        data["held"] = True
    if attempt is not None:
        data |= {
            "attempt": ids.show("att", attempt.id),
            "method": attempt.method.value,
            "options": dict(attempt.options),
        }
    if asking is not None:
        data |= _instructions(asking) | (_coins(asking, details) if announcement.type == PART_PAID else {})
    if refund is not None:
        data |= {"refund": ids.show("ref", refund.id), "refund_amount": refund.amount}
        data |= {name: said[name] for name in ("to", "was", "by") if name in said}
    return data


def _items(lines: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """The lines of the bill as name and amount; none of a bill so long that its page tells it better."""
    if len(lines) > _MOST_ITEMS:
        return []
    return [(_counted(one), int(one["amount"])) for one in lines if "name" in one and type(one.get("amount")) is int]


def _counted(line: Mapping[str, Any]) -> str:
    return f"{line['quantity']} × {line['name']}" if line.get("quantity", 1) != 1 else str(line["name"])


def _amount(said: Mapping[str, Any], name: str, now: int) -> int:
    """An amount as it was announced, which may be text; as it is now where nothing sensible was."""
    told = str(said.get(name))
    return int(told) if told.isascii() and told.isdigit() else now


def still_true(template: Template, said: Mapping[str, Any], details: PaymentDetail, now: datetime) -> bool:
    """Whether the message is worth sending at `now`: nobody is told how to pay what is paid, or of a step that is already behind.

    `said` is the announcement's data or the notification's: both name the attempt and the refund in the same way.
    """
    if template is Template.PAYMENT_INSTRUCTIONS:
        attempt = attempt_of(said, details)
        return attempt is not None and bool(_instructions(attempt)) and _can_be_paid(attempt, details)
    if template is Template.PAYMENT_LINK:
        return takes_money(details.payment, now)
    if template is Template.PAYMENT_REMINDER and "attempt" not in said:  # of a link: no way is chosen yet
        return not details.attempts and takes_money(details.payment, now)
    if template is Template.PAYMENT_REMINDER:
        attempt = attempt_of(said, details)
        newest = max(details.attempts, key=lambda one: one.number, default=None)
        waits = attempt is not None and _can_be_paid(attempt, details) and now < attempt.expires_at
        return waits and attempt is newest and details.payment.status in _UNPAID
    if template in _REFUND_STATES:
        refund = _refund(said, details)
        return refund is not None and refund.status in _REFUND_STATES[template]
    return True


def still_stands(template: Template, details: PaymentDetail) -> bool:
    """Whether what happened to the money is so still: of a message that waited, for its payer hears of what came after by another."""
    payment = details.payment
    match template:
        case Template.PAYMENT_PAID | Template.PAYMENT_PAID_LATE | Template.PAYMENT_OVERPAID:
            return payment.amount <= payment.amount_captured > payment.amount_refunded
        case Template.PAYMENT_PART_PAID:
            return payment.status is PaymentStatus.PART_PAID
        case Template.PAYMENT_EXPIRED:
            return payment.status is PaymentStatus.EXPIRED
        case Template.PAYMENT_RETRACTED:
            return payment.amount_captured < payment.amount
        case _:
            return True


def _can_be_paid(attempt: Attempt, details: PaymentDetail) -> bool:
    rest = amount_due.owed(details.payment)
    return attempt.status is AttemptStatus.PENDING and rest > 0 and amount_due.asks_for_the_rest(attempt, rest)


def _coins(attempt: Attempt, details: PaymentDetail) -> dict[str, str]:
    """What is still to be sent to an attempt that is paid in crypto, as text: `2000000 USDC`."""
    action = amount_due.instructions(attempt, amount_due.owed(details.payment))
    return {"coins": f"{action.amount} {action.asset}"} if isinstance(action, DisplayCrypto) else {}


def _instructions(attempt: Attempt) -> dict[str, str]:
    """Only what a payer carries elsewhere, to a bank or a till; a redirect or a QR is shown on the page that asked for it."""
    match attempt.next_action:
        case DisplayVirtualAccount(bank=bank, number=number):
            return {"bank": bank, "number": number}
        case DisplayCode(store=store, code=code):
            return {"store": store, "code": code}
        case _:
            return {}


def attempt_of(said: Mapping[str, Any], details: PaymentDetail) -> Attempt | None:
    """The attempt that was named, else the one that brought the money, else the last."""
    named = _id("att", said.get("attempt"))
    ordered = sorted(details.attempts, key=lambda a: (a.id == named, a.captured > 0, a.number))
    return ordered[-1] if ordered else None


def _refund(said: Mapping[str, Any], details: PaymentDetail) -> Refund | None:
    named = _id("ref", said.get("refund"))
    return next((refund for refund in details.refunds if refund.id == named), None)


def _id(kind: str, text: object) -> UUID | None:
    try:
        return ids.read(kind, text) if isinstance(text, str) else None
    except NotFound:
        return None
