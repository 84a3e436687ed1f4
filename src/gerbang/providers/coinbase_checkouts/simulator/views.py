"""Checkouts and subscriptions as Coinbase writes them (notes 4.2, 5.1): field names, their order, and what is left out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from gerbang.providers.coinbase_checkouts.simulator.book import Checkout, Progress, Refund, Subscription
from gerbang.providers.coinbase_checkouts.simulator.quirks import Quirks

UNIT: Final = 10**6
TOKENS: Final = {
    False: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
    True: "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
}
NETWORKS: Final = {False: "base", True: "base-sepolia"}
_FEE: Final = Decimal("0.0125")


def checkout(one: Checkout, quirks: Quirks) -> dict[str, Any]:
    """A checkout at the top level of an answer; what does not apply is absent or null, as the switch says."""
    gone = one.refunded(Progress.COMPLETED)
    fields: dict[str, Any] = {
        "id": one.id,
        "url": one.url,
        "amount": money(one.amount, quirks),
        "currency": "USDC",
        "network": NETWORKS[one.sandbox] if quirks.network_name == "told" else None,
        "address": one.address,
        "tokenAddress": TOKENS[one.sandbox],
        "status": one.status.value,
        "description": one.description or None,
        "metadata": dict(one.metadata) if quirks.metadata == "told" else None,
        "successRedirectUrl": one.success_url or None,
        "failRedirectUrl": one.fail_url or None,
        "expiresAt": stamp(one.expires_at),
        "createdAt": stamp(one.created_at),
        "updatedAt": stamp(one.updated_at),
        "settlement": _settlement(one, quirks) if one.is_paid else None,
        "transactionHash": one.transaction if one.is_paid and quirks.transaction_hash == "told" else None,
        "refundedAmount": money(gone, quirks) if gone else None,
        "refunds": [refund(one, back, quirks) for back in one.refunds] or None,
    }
    return without_empty(fields, quirks)


def refund(one: Checkout, back: Refund, quirks: Quirks) -> dict[str, Any]:
    fields = {
        "id": back.id,
        "checkoutId": one.id,
        "amount": money(back.amount, quirks),
        "currency": "USDC",
        "status": back.status.value,
        "reason": back.reason if back.reason and quirks.refund_reason == "told" else None,
        "transactionHash": f"0x{back.id:0<64}"[:66] if back.status is Progress.COMPLETED else None,
        "createdAt": stamp(back.created_at),
        "completedAt": stamp(back.ended_at) if back.ended_at and back.status is Progress.COMPLETED else None,
    }
    return without_empty(fields, quirks)


def subscription(one: Subscription, quirks: Quirks, *, with_secret: bool = False) -> dict[str, Any]:
    """The secret is told once, at the top or, as older documents have it, in the metadata alone."""
    fields: dict[str, Any] = {
        "subscriptionId": one.id,
        "description": one.description,
        "eventTypes": list(one.event_types),
        "isEnabled": one.enabled,
        "target": {"url": one.url, "method": "POST", **({"headers": dict(one.headers)} if one.headers else {})},
        "labels": dict(one.labels),
        "createdAt": stamp(one.created_at),
        "updatedAt": stamp(one.updated_at) if one.updated_at else None,
    }
    if with_secret:
        fields |= {"metadata": {"secret": one.secret}}
        if quirks.subscription_answer == "top":
            fields["secret"] = one.secret
    return without_empty(fields, quirks)


def without_empty(fields: Mapping[str, Any], quirks: Quirks) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None or quirks.empty_fields == "null"}


def money(amount: int, quirks: Quirks) -> str:
    """Base units as decimal text, in the form of the switch."""
    whole = Decimal(amount) / UNIT
    match quirks.amount_form:
        case "two_places":
            return f"{whole:.2f}"
        case "six_places":
            return f"{whole:.6f}"
        case "shortest":
            return f"{whole.normalize():f}"


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _settlement(one: Checkout, quirks: Quirks) -> dict[str, str]:
    fee = int(one.amount * _FEE)
    return {
        "totalAmount": money(one.amount, quirks),
        "feeAmount": money(fee, quirks),
        "netAmount": money(one.amount - fee, quirks),
        "currency": "USDC",
    }
