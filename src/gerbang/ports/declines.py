"""Why an attempt was refused, in one vocabulary for all providers and methods. Codes are stable: clients branch on them.

Adapters map their provider's codes to these and keep the provider's own beside; the words for payer, operator and API stand in
web/texts/declines.py.
"""

from enum import StrEnum
from typing import Final


class DeclineCode(StrEnum):
    """The refusals of an attempt. What only its bank knows of a card (lost, stolen, watched) is never told to who holds it."""

    # the payer's card, account or wallet
    AUTHENTICATION_FAILED = "authentication_failed"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    LIMIT_EXCEEDED = "limit_exceeded"
    CARD_EXPIRED = "card_expired"
    CARD_INVALID = "card_invalid"
    CARD_NOT_PERMITTED = "card_not_permitted"
    CARD_BLOCKED = "card_blocked"
    CARD_DECLINED = "card_declined"
    SUSPECTED_FRAUD = "suspected_fraud"
    ISSUER_UNAVAILABLE = "issuer_unavailable"
    PAYMENT_DECLINED = "payment_declined"
    PAYMENT_FAILED = "payment_failed"
    ACCOUNT_INVALID = "account_invalid"
    ACCOUNT_INACTIVE = "account_inactive"
    NOT_PERMITTED = "not_permitted"
    ALREADY_PAID = "already_paid"
    EXPIRED = "expired"
    # what was asked for
    PHONE_NEEDED = "phone_needed"
    AMOUNT_TOO_SMALL = "amount_too_small"
    AMOUNT_UNSUPPORTED = "amount_unsupported"
    ASSET_UNAVAILABLE = "asset_unavailable"
    # the way to the provider
    ORDER_REFUSED = "order_refused"
    PROVIDER_REFUSED = "provider_refused"
    PROVIDER_UNREACHABLE = "provider_unreachable"
    NOT_REGISTERED = "not_registered"
    ANSWER_LOST = "answer_lost"
    # money that had come in was taken back: the attempt is open again
    TRANSFER_DROPPED = "transfer_dropped"
    TRANSFER_REVERSED = "transfer_reversed"
    # for a person to look at: the attempt is held
    MISMATCH = "mismatch"
    RETRACTED_AFTER_REFUND = "retracted_after_refund"


REVERSALS: Final = frozenset({DeclineCode.TRANSFER_DROPPED, DeclineCode.TRANSFER_REVERSED})
TAKEN: Final = REVERSALS | {DeclineCode.RETRACTED_AFTER_REFUND}
