"""Every type of event that payments and their refunds announce."""

from collections.abc import Mapping
from typing import Final

from gerbang.core.announcements.event_types import EventType
from gerbang.core.payments.model import PAYMENT, PaymentStatus

_STATUSES: Final[Mapping[PaymentStatus, str]] = {
    PaymentStatus.CREATED: "Its attempt was cancelled and the payment is still open: the payer may choose again.",
    PaymentStatus.PENDING: "It waits for money.",
    PaymentStatus.PART_PAID: "A part of the amount came; what is missing can still be paid. Comes again with each part.",
    PaymentStatus.PAID: "The whole amount is in: deliver, unless `late` is true. Comes again when more money comes.",
    PaymentStatus.PARTIALLY_REFUNDED: "A part of the sale went back.",
    PaymentStatus.REFUNDED: "All of the sale went back.",
    PaymentStatus.FAILED: "The attempt was declined, no money moved. The payer may choose again.",
    PaymentStatus.EXPIRED: "Its time is over and nothing came.",
    PaymentStatus.CANCELLED: "It was cancelled.",
    PaymentStatus.UNKNOWN: "The provider may have charged, and its answer was lost: Gerbang asks until it knows. Neither deliver nor ask for money again.",
    PaymentStatus.HELD: "Something does not agree: a person must decide.",
    PaymentStatus.DISPUTED: "The payer's bank asks for the money back.",
}
EVENT_TYPES: Final = (
    *(EventType(f"payment.{status.value}", PAYMENT, means) for status, means in _STATUSES.items()),
    EventType("payment.instructions", PAYMENT, "The provider said how to pay: `next_action` shows it."),
    EventType("payment.confirming", PAYMENT, "A transfer on the chain is seen, and waits for confirmations."),
    EventType("payment.overpaid", PAYMENT, "More came than was asked for: `amount_excess` is due back to the payer."),
    EventType("payment.retracted", PAYMENT, "Money that had come was taken back, by the bank or by the chain."),
    EventType("payment.link", PAYMENT, "The payment's link is mailed to its payer."),
    EventType("payment.opened", PAYMENT, "The payer opened the payment's page for the first time."),
)
# What they show is the refund; their sequence is that of its payment.
REFUND_EVENT_TYPES: Final = (
    EventType("refund.approval_requested", PAYMENT, "A refund waits for a second person's approval."),
    EventType("refund.requested", PAYMENT, "A refund is about to be asked for at the provider."),
    EventType("refund.awaiting_transfer", PAYMENT, "A refund waits for a person's transfer to the payer's account."),
    EventType("refund.link", PAYMENT, "The payer is mailed a link at which to name an account for the refund."),
    EventType("refund.link_issued", PAYMENT, "A person made that link, to hand it to the payer another way."),
    EventType("refund.destination_named", PAYMENT, "It was named where the refund goes."),
    EventType("refund.destination_changed", PAYMENT, "Another account was named for the refund."),
    EventType("refund.succeeded", PAYMENT, "The money went back."),
    EventType(
        "refund.failed", PAYMENT, "The refund did not go: refused by the provider, by a person or by a deadline."
    ),
    EventType(
        "refund.unknown", PAYMENT, "Nobody knows whether the refund went: a person looks. It is never sent again."
    ),
)
# These are about the installation, and no object in particular.
CHAIN_EVENT_TYPES: Final = (
    EventType("chain.stalled", None, "A chain stands still for us while money is awaited on it."),
    EventType("chain.recovered", None, "That chain goes on."),
)
WORK_EVENT_TYPES: Final = (EventType("work.waiting", None, "The daily count of what waits for a person."),)
