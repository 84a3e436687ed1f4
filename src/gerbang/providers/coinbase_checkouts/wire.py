"""Coinbase Business Checkouts and CDP webhook subscriptions on the wire, in their words: types only. Money travels as decimal text.

Answers are read tolerantly: a value may be text or a number, null or absent, and fields that we do not use may be anything.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

Loose = str | int | float | bool | None


class NewCheckout(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """POST /checkouts; optional fields that are empty are not sent."""

    amount: str
    currency: str
    expires_at: str
    metadata: Mapping[str, str]
    description: str = ""
    success_redirect_url: str = ""
    fail_redirect_url: str = ""


class NewRefund(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /checkouts/{id}/refund."""

    amount: str
    currency: str
    reason: str


class Refund(Struct, frozen=True, kw_only=True, rename="camel"):
    id: Loose = None
    amount: Loose = None
    currency: Loose = None
    status: Loose = None
    reason: Loose = None
    transaction_hash: Loose = None


class Settlement(Struct, frozen=True, kw_only=True, rename="camel"):
    total_amount: Loose = None
    fee_amount: Loose = None
    net_amount: Loose = None
    currency: Loose = None


class Checkout(Struct, frozen=True, kw_only=True, rename="camel"):
    """What every call about a checkout answers, and what an event carries beside its `event_type`."""

    id: Loose = None
    url: Loose = None
    amount: Loose = None
    currency: Loose = None
    network: Loose = None
    address: Loose = None
    token_address: Loose = None
    status: Loose = None
    metadata: Mapping[str, Any] | None = None
    expires_at: Loose = None
    updated_at: Loose = None
    settlement: Settlement | None = None
    transaction_hash: Loose = None
    refunded_amount: Loose = None
    refunds: tuple[Refund, ...] | None = None


class Event(Checkout, frozen=True, kw_only=True, rename="camel"):
    """A webhook's body: the checkout, flat, and what happened to it."""

    event_type: Loose = None


class Page(Struct, frozen=True, kw_only=True, rename="camel"):
    """GET /checkouts."""

    checkouts: tuple[Checkout, ...]
    next_page_token: Loose = None


class Target(Struct, frozen=True, kw_only=True):
    url: str
    method: str = "POST"


class NewSubscription(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /v2/data/webhooks/subscriptions, and PUT of one as a whole. `description` has at most 100 characters."""

    description: str
    event_types: tuple[str, ...]
    target: Target
    is_enabled: bool = True
    labels: Mapping[str, str] = {}


class Subscription(Struct, frozen=True, kw_only=True, rename="camel"):
    """What is told of a subscription. Its `secret` comes once, with the answer to its making, at the top or among `metadata`."""

    subscription_id: str
    event_types: tuple[str, ...] = ()
    is_enabled: bool = True
    target: Mapping[str, Any] = {}
    labels: Mapping[str, Any] | None = None
    secret: Loose = None
    metadata: Mapping[str, Any] | None = None


class Subscriptions(Struct, frozen=True, kw_only=True, rename="camel"):
    subscriptions: tuple[Subscription, ...]
    next_page_token: Loose = None


class CdpError(Struct, frozen=True, kw_only=True, rename="camel"):
    """The platform's shape of an error."""

    error_type: Loose = None
    error_message: Loose = None


class ListedError(Struct, frozen=True, kw_only=True):
    id: Loose = None
    message: Loose = None


class Problem(CdpError, frozen=True, kw_only=True, rename="camel"):
    """Both documented shapes of an error at once: the platform's, and the list of the older Business pages."""

    errors: tuple[ListedError, ...] | None = None


def text(value: Loose) -> str:
    """A loose value as text: null and absent are empty, numbers lose nothing."""
    return "" if value is None else str(value).strip()
