"""Every point where Coinbase's documents are silent or contradict each other, as one switch each. No behaviour in here.

The default is the position that the notes hold to be likeliest (section given beside each); a client must live with all of them.
"""

from typing import Literal

import msgspec


class Quirks(msgspec.Struct, frozen=True):
    """Positions of all switches; `webhook_retry_s` alone is a list: seconds before each further try, empty for the engine's own."""

    errors: Literal["cdp", "business"] = "cdp"  # 4.4: two shapes
    created_status: Literal["201", "200"] = "201"  # 4.2
    idempotency: Literal["replayed", "ignored"] = "replayed"  # 4.2: the platform's rule; on this host unverified
    address: Literal["own", "shared"] = "own"  # 7.6: an address per checkout, or one of Coinbase's for all
    address_at_creation: Literal["told", "absent"] = "told"  # 4.2
    network_name: Literal["told", "absent"] = "told"  # 4.2: absent from the reference body
    metadata: Literal["told", "absent"] = "told"  # 4.2: in answers; an event always has it
    transaction_hash: Literal["told", "absent"] = "told"  # 4.2: when paid
    empty_fields: Literal["absent", "null"] = "absent"  # 5.3
    amount_form: Literal["two_places", "shortest", "six_places"] = "two_places"  # 4.2
    processing: Literal["skipped", "shown"] = "skipped"  # 4.3: is a payment seen before it is complete?
    # 4.3: what comes of less than was asked for
    too_little: Literal["unanswered", "completed", "failed"] = "unanswered"
    too_much: Literal["completed", "unanswered", "failed"] = "completed"  # 4.3: and of more
    second_deactivation: Literal["refused", "repeated"] = "refused"  # 4.2
    refund_answer: Literal["both", "checkout", "bare"] = "both"  # 4.2: {checkout, refund}, {checkout}, or the checkout
    refund_settling: Literal["at_once", "later"] = "at_once"  # 4.3: PENDING first?
    refund_outcome: Literal["completed", "failed"] = "completed"  # 4.3
    refund_reason: Literal["told", "absent"] = "told"  # 4.2
    signature: Literal["both", "v0", "v1"] = "both"  # 5.2
    signed_headers: Literal["engine", "document"] = "engine"  # 5.2: x-event-id and x-event-type, or x-hook0-id
    subscription_answer: Literal["top", "metadata"] = "top"  # 5.1: where the secret stands
    sandbox_label: Literal["needed", "ignored"] = "needed"  # 7.5
    webhook_retry_s: tuple[float, ...] = ()  # 5.4
