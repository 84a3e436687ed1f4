"""Commerce on the wire, in their words: types only. Amounts are decimal text, or base units as text inside an intent.

Answers are read tolerantly: a value may be text or a number, null or absent, and fields that we do not use may be anything.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

Loose = str | int | float | bool | None


class Price(Struct, frozen=True):
    amount: Loose = None
    currency: Loose = None


class NewCharge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """POST /charges; metadata holds strings only, because numbers came back as text."""

    name: str
    description: str
    pricing_type: str
    local_price: Price
    metadata: Mapping[str, str]
    redirect_url: str = ""
    cancel_url: str = ""


class TimelineEntry(Struct, frozen=True):
    """One entry of the timeline; the last one is the state."""

    time: Loose = None
    status: Loose = None
    context: Loose = None


class Worth(Struct, frozen=True):
    local: Price | None = None
    crypto: Price | None = None


class Payment(Struct, frozen=True):
    network: Loose = None
    transaction_id: Loose = None
    status: Loose = None
    detected_at: Loose = None
    value: Worth | None = None


class CallData(Struct, frozen=True):
    """The payment intent that the operator signed, as the contract takes it; `deadline` is an ISO time here."""

    id: Loose = None
    deadline: Loose = None
    operator: Loose = None
    prefix: Loose = None
    recipient: Loose = None
    recipient_amount: Loose = None
    recipient_currency: Loose = None
    fee_amount: Loose = None
    refund_destination: Loose = None
    signature: Loose = None


class IntentMetadata(Struct, frozen=True):
    chain_id: Loose = None
    contract_address: Loose = None
    sender: Loose = None


class TransferIntent(Struct, frozen=True):
    call_data: CallData | None = None
    metadata: IntentMetadata | None = None


class SuccessEvent(Struct, frozen=True):
    """`tx_hsh` is how they spell it. One transaction comes twice: not finalized, then finalized."""

    tx_hsh: Loose = None
    chain_id: Loose = None
    finalized: Loose = None
    recipient: Loose = None
    timestamp: Loose = None


class FailureEvent(Struct, frozen=True):
    reason: Loose = None


class Web3Data(Struct, frozen=True):
    transfer_intent: TransferIntent | None = None
    success_events: tuple[SuccessEvent, ...] | None = None
    failure_events: tuple[FailureEvent, ...] | None = None


class Charge(Struct, frozen=True):
    """A charge of either generation: `addresses` are legacy, `web3_data` onchain."""

    id: Loose = None
    code: Loose = None
    hosted_url: Loose = None
    created_at: Loose = None
    expires_at: Loose = None
    pricing: Mapping[str, Price] | None = None
    addresses: Mapping[str, Loose] | None = None
    timeline: tuple[TimelineEntry, ...] | None = None
    payments: tuple[Payment, ...] | None = None
    metadata: Mapping[str, Any] | None = None
    web3_data: Web3Data | None = None


class OneCharge(Struct, frozen=True):
    """`warnings` tell of a call that will stop working."""

    data: Charge
    warnings: tuple[str, ...] | None = None


class Pagination(Struct, frozen=True):
    cursor_range: tuple[Loose, ...] | None = None
    limit: int = 0
    yielded: int = 0


class Charges(Struct, frozen=True):
    data: tuple[Charge, ...]
    pagination: Pagination = Pagination()
    warnings: tuple[str, ...] | None = None


class Problem(Struct, frozen=True):
    type: Loose = None
    message: Loose = None


class Refusal(Struct, frozen=True):
    error: Problem


class Event(Struct, frozen=True):
    """`data` is the whole charge at that moment; `id` stays the same over retries."""

    id: str
    type: str
    data: Charge


class Notification(Struct, frozen=True):
    event: Event


def text(value: Loose) -> str:
    """A loose value as text: null and absent are empty, numbers lose nothing."""
    return "" if value is None else str(value).strip()
