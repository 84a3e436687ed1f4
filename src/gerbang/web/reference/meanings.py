"""What each value of a status means, and what a shop does then: by enum of the OpenAPI document."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Meaning(NamedTuple):
    """One value: what it says, and what to do."""

    says: str
    do: str


MEANINGS: Final[Mapping[str, Mapping[str, Meaning]]] = {
    "PaymentStatus": {
        "created": Meaning("No way to pay is chosen yet.", "Send the payer to `checkout_url`."),
        "pending": Meaning("The provider has it; no money yet.", "Show `next_action`, and wait for `payment.paid`."),
        "part_paid": Meaning("Less than asked came in.", "Wait: the payer is asked for the rest. Do not ship."),
        "paid": Meaning("All of it is in, and the provider has confirmed it.", "Ship."),
        "partially_refunded": Meaning("A part was given back.", "Nothing; `amount_refunded` says how much."),
        "refunded": Meaning("All of it was given back.", "Nothing."),
        "failed": Meaning("Refused for good.", "Read `failure`; a new attempt may use another method."),
        "expired": Meaning("Time is up and no money came.", "Offer a new payment. Money that comes late makes it `paid` with `late`."),
        "cancelled": Meaning("Somebody cancelled it before money came.", "Nothing. Money that comes late makes it `paid` with `late`."),
        "unknown": Meaning("The provider did not say whether it took the money.", "Wait: it is asked until it says so. Do not make a second payment."),
        "held": Meaning("It could not be found out by asking.", "Wait for a person to decide it in the console."),
        "disputed": Meaning("The payer's bank wants the money back.", "Do not ship; answer the bank."),
    },
    "AttemptStatus": {
        "created": Meaning("It is about to be sent to the provider.", "Wait."),
        "submitting": Meaning("It is being sent to the provider.", "Wait."),
        "pending": Meaning("The provider waits for the payer.", "Show its `next_action`."),
        "captured": Meaning("The money is in.", "Go by the payment's own `status`."),
        "failed": Meaning("Refused; no money moved.", "Let the payer try again, or another way."),
        "expired": Meaning("The payer did not pay in time.", "Let the payer try again."),
        "cancelled": Meaning("Cancelled before money came.", "Nothing."),
        "abandoned": Meaning("The payer chose another way before this one was begun.", "Nothing."),
        "unknown": Meaning("The provider's answer was lost.", "Wait: it is looked up."),
        "held": Meaning("It could not be looked up.", "A person decides it in the console."),
    },
    "RefundStatus": {
        "requested": Meaning("It waits for a second person, or to be sent.", "Nothing."),
        "submitted": Meaning("The provider works on it.", "Nothing."),
        "succeeded": Meaning("The money is on its way to the payer.", "Nothing."),
        "failed": Meaning("Refused; the money is still with the shop.", "Read `failure`, and refund again."),
        "unknown": Meaning("The provider's answer was lost.", "Wait: it is looked up. Do not refund again."),
        "awaiting_transfer": Meaning("The provider cannot give this back.", "Transfer it by hand, then settle the refund."),
    },
    "DeliveryStatus": {
        "pending": Meaning("It is being tried.", "Nothing; `next_attempt_at` says when."),
        "succeeded": Meaning("Your server answered 2xx.", "Nothing."),
        "failed": Meaning("Every attempt of its schedule failed.", "Mend the server, then resend it."),
        "cancelled": Meaning("The endpoint was disabled or deleted.", "Enable it, then resend it."),
    },
    "NotificationStatus": {
        "queued": Meaning("It is about to be sent.", "Nothing."),
        "accepted": Meaning("The sender took it.", "Nothing: that is no proof that somebody has it."),
        "sent": Meaning("It is on its way to the person.", "Nothing."),
        "delivered": Meaning("The person's device or mailbox has it.", "Nothing."),
        "read": Meaning("The person opened it.", "Nothing."),
        "failed": Meaning("It will not be sent again by itself.", "Read `error`, and resend it."),
    },
    "WebhookEventStatus": {
        "new": Meaning("Stored, and not worked on yet.", "Nothing."),
        "done": Meaning("Worked on; `outcome` says what became of it.", "Nothing."),
        "waiting": Meaning("Its payment is not known yet, or its connection is away.", "Nothing; it is tried again."),
        "parked": Meaning("It failed five times.", "Read `outcome`, mend the cause, and replay it."),
    },
}  # fmt: skip
