"""Example bodies of events, rendered by the code that renders the real ones, and the shapes of what is told where no object is shown."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.money import Money
from gerbang.core.catalogue.model import Product, Stock
from gerbang.core.customers.model import Customer
from gerbang.core.endpoints.model import DisabledReason, Endpoint, Profile, Signing
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    DisputeState,
    Failure,
    Payment,
    PaymentDetail,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from gerbang.ports.declines import DeclineCode
from gerbang.ports.next_action import DisplayCrypto, DisplayVirtualAccount
from gerbang.ports.payment import Lookup, Method, Quote, SubmissionEffect
from gerbang.web.event_catalogue import AT, EventData, Schema, components, told
from gerbang.web.views.customers import CustomerTold, customer_payload
from gerbang.web.views.event_payloads import EndpointTold, endpoint_payload, payment_payload, refund_payload
from gerbang.web.views.payments import PaymentView
from gerbang.web.views.products import ProductTold, product_payload
from gerbang.web.views.refunds import RefundView

_NOW: Final = datetime.fromisoformat(AT).astimezone(UTC)
_MADE: Final = _NOW - timedelta(minutes=12)
_PAYMENT, _ATTEMPT, _REFUND, _ENDPOINT = (UUID(f"019ad3e5-3a10-7c3b-8f21-6d0e4b7a9c0{n}") for n in range(4))
_INCLUDED: Final = 'Only to endpoints with `"include": ["personal"]`.'
_P, _A, _R, _F = PaymentStatus, AttemptStatus, RefundStatus, Failure


class _Look(NamedTuple):
    """How the payment stands when an event of some type is sent."""

    status: PaymentStatus
    attempt: AttemptStatus
    captured: int = 0
    refund: RefundStatus | None = None
    back: int = 50_000
    failure: Failure | None = None
    approval: str = "not_needed"
    is_crypto: bool = False


_PAID: Final = _Look(_P.PAID, _A.CAPTURED, 150_000)
_OPEN: Final = _Look(_P.PENDING, _A.PENDING)
_LOOKS: Final[Mapping[str, _Look]] = {
    "payment.created": _Look(_P.CREATED, _A.CANCELLED),
    "payment.part_paid": _Look(_P.PART_PAID, _A.PENDING, 120_000),
    "payment.paid": _PAID,
    "payment.overpaid": _PAID._replace(captured=180_000),
    "payment.partially_refunded": _PAID._replace(status=_P.PARTIALLY_REFUNDED, refund=_R.SUCCEEDED),
    "payment.refunded": _PAID._replace(status=_P.REFUNDED, refund=_R.SUCCEEDED, back=150_000),
    "payment.failed": _Look(_P.FAILED, _A.FAILED, failure=_F(DeclineCode.PAYMENT_FAILED, "declined by the bank", "05")),
    "payment.expired": _Look(_P.EXPIRED, _A.EXPIRED),
    "payment.cancelled": _Look(_P.CANCELLED, _A.CANCELLED),
    "payment.unknown": _Look(_P.UNKNOWN, _A.UNKNOWN),
    "payment.held": _Look(
        _P.HELD, _A.HELD, failure=_F(DeclineCode.MISMATCH, "asked for 150000, the provider says 149000")
    ),
    "payment.disputed": _PAID._replace(status=_P.DISPUTED),
    "payment.confirming": _OPEN._replace(is_crypto=True),
    "payment.retracted": _OPEN._replace(failure=_F(DeclineCode.TRANSFER_REVERSED, "taken back by the bank")),
    "refund.approval_requested": _PAID._replace(refund=_R.REQUESTED, approval="pending"),
    "refund.requested": _PAID._replace(refund=_R.REQUESTED),
    "refund.awaiting_transfer": _PAID._replace(refund=_R.AWAITING_TRANSFER),
    "refund.link": _PAID._replace(refund=_R.AWAITING_TRANSFER),
    "refund.link_issued": _PAID._replace(refund=_R.AWAITING_TRANSFER),
    "refund.destination_named": _PAID._replace(refund=_R.AWAITING_TRANSFER),
    "refund.destination_changed": _PAID._replace(refund=_R.AWAITING_TRANSFER),
    "refund.succeeded": _PAID._replace(status=_P.PARTIALLY_REFUNDED, refund=_R.SUCCEEDED),
    "refund.failed": _PAID._replace(refund=_R.FAILED),
    "refund.unknown": _PAID._replace(refund=_R.UNKNOWN),
}


def payment_example(type_: str) -> Mapping[str, Any]:
    """The payment as an event of this type shows it."""
    return msgspec.to_builtins(payment_payload(_details(_LOOKS.get(type_, _OPEN))))  # type: ignore[no-any-return]  # builtins of a mapping are one


def payment_schema(template: str) -> tuple[Schema, Mapping[str, Schema]]:
    """The payment as `GET /v1/payments/{id}` shows it, but for what payloads leave out and add (event_payloads.py)."""
    to_it, parts = components(PaymentView, template)
    whole = parts["EventPayment"]
    kept = {name: one for name, one in whole["properties"].items() if name != "checkout_url"}
    of_them = {
        "id": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        **{name: {"type": "string", "description": _INCLUDED} for name in ("name", "email", "phone")},
        "locale": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": _INCLUDED},
    }
    kept["customer"] = {"type": "object", "properties": of_them, "required": ["id"]}
    added = {
        "object": {"const": "payment"},
        "url": {"type": "string", "description": "Where the whole payment is."},
        "truncated": {"type": "boolean", "description": "There are more attempts or refunds than the newest twenty."},
    }
    parts["EventPayment"] = {**whole, "properties": {**added, **kept}, "required": [*added, *kept]}
    del parts["EventPaymentCustomer"]
    return to_it, parts


def refund_example(type_: str) -> Mapping[str, Any]:
    """The refund as an event of this type shows it."""
    (refund,) = _details(_LOOKS[type_]).refunds
    return msgspec.to_builtins(refund_payload(refund))  # type: ignore[no-any-return]  # builtins of a mapping are one


def refund_schema(template: str) -> tuple[Schema, Mapping[str, Schema]]:
    """The refund as `GET /v1/refunds/{id}` shows it, but for where it goes."""
    _, parts = components(RefundView, template)
    whole = parts.pop("EventRefund")  # as a part of a payment it is another
    kept = {name: one for name, one in whole["properties"].items() if name != "destination"}
    added = {
        "object": {"const": "refund"},
        "url": {"type": "string", "description": "Where the refund is; its payment is named by `payment`."},
    }
    parts["EventRefundTold"] = {**whole, "properties": {**added, **kept}, "required": [*added, *kept]}
    del parts["EventDestination"]
    return {"$ref": template.format(name="EventRefundTold")}, parts


PAYMENT_DATA: Final = EventData("Payment", payment_schema, payment_example, by_webhook=True)
REFUND_DATA: Final = EventData("Refund", refund_schema, refund_example, by_webhook=True)


def _details(look: _Look) -> PaymentDetail:
    amount, currency = (4_850, "USD") if look.is_crypto else (150_000, "IDR")
    refund = _refund(look, look.refund) if look.refund else None
    payment = Payment(
        id=_PAYMENT,
        status=look.status,
        late=False,
        livemode=False,
        amount=amount,
        currency=currency,
        amount_captured=look.captured,
        amount_refunded=look.back if look.refund is RefundStatus.SUCCEEDED else 0,
        amount_excess=max(0, look.captured - amount),
        description="Kopi Gayo 250 g",
        order_reference="1001",
        owner_id=None,
        metadata={"cart": "c-77"},
        items=(),
        return_url="https://shop.example/orders/1001",
        sequence=4,
        created_at=_MADE,
        updated_at=_NOW,
        expires_at=_MADE + timedelta(days=1),
        paid_at=_NOW if look.captured >= amount else None,
        cancelled_at=_NOW if look.status is PaymentStatus.CANCELLED else None,
    )
    return PaymentDetail(payment, (_attempt(look, payment),), (refund,) if refund else ())


def _attempt(look: _Look, payment: Payment) -> Attempt:
    return Attempt(
        id=_ATTEMPT,
        payment_id=_PAYMENT,
        number=1,
        status=look.attempt,
        method=Method.CRYPTO if look.is_crypto else Method.VIRTUAL_ACCOUNT,
        options={"asset": "USDC", "network": "base"} if look.is_crypto else {"bank": "BCA"},
        connection="wallet-base" if look.is_crypto else "nicepay-main",
        effect=SubmissionEffect.INSTRUCTS,
        lookup=Lookup.BY_OUR_REFERENCE,
        amount=payment.amount,
        currency=payment.currency,
        captured=look.captured,
        refunded=payment.amount_refunded,
        refund_reserved=0,
        dispute=DisputeState.OPEN if look.status is PaymentStatus.DISPUTED else DisputeState.NONE,
        provider_reference=None if look.attempt is AttemptStatus.UNKNOWN else "TNICEVA02302611300845",
        next_action=_COINS if look.is_crypto else None if look.attempt is AttemptStatus.UNKNOWN else _NUMBER,
        failure=look.failure,
        asked_at=None,
        unsent=False,
        created_at=_MADE,
        updated_at=_NOW,
        expires_at=payment.expires_at,
        quote=_QUOTE if look.is_crypto else None,
    )


def _refund(look: _Look, status: RefundStatus) -> Refund:
    return Refund(
        id=_REFUND,
        payment_id=_PAYMENT,
        attempt_id=_ATTEMPT,
        status=status,
        amount=look.back,
        currency="IDR",
        credit_amount=0,
        reason="one bag was torn",
        provider_reference="TNICERF02302611300857" if status is RefundStatus.SUCCEEDED else None,
        failure="account_closed: the bank refused it" if status is RefundStatus.FAILED else None,
        requested_by="key:shop",
        created_at=_MADE,
        updated_at=_NOW,
        approval=look.approval,
    )


_NUMBER: Final = DisplayVirtualAccount("BCA", "8808123456789012")
_TO: Final = "0x52908400098527886E0F7030069857D2E4169EE7"
_COINS: Final = DisplayCrypto("base", "USDC", _TO, "48500000", f"ethereum:{_TO}@8453")
_QUOTE: Final = Quote(
    asset="USDC",
    network="base",
    decimals=6,
    amount="48500000",
    rate="1",
    source="fixed",
    spread_bp=0,
    tolerance="0",
    holder="wallet:base:USDC",
    locked_at=_MADE,
    expires_at=_MADE + timedelta(minutes=30),
)


# What events say of what has no payload of its own.


class SessionTold(msgspec.Struct, frozen=True):
    """Whose session it was."""

    user: str
    session: str


class OwnerTold(msgspec.Struct, frozen=True):
    """`host` of the endpoint; `number` is that of the code, where one was asked for."""

    owner_link: str
    host: str
    number: int = 0


class TemplateTold(msgspec.Struct, frozen=True):
    """Which template of a connection is paused, in which language, and why."""

    connection: str
    template: str
    language: str
    why: str


class StormTold(msgspec.Struct, frozen=True):
    """`by`: counted by `account`, by `source` (an address), for a `known` client, or for `register`; `bucket` tells one from the other, and nothing else."""

    by: str
    bucket: str


class ChainTold(msgspec.Struct, frozen=True):
    """Which connection, on which network."""

    connection: str
    network: str
    livemode: bool


class ShopTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which shop; of an authorisation that ends within how many `days`, of one that ended, or stock that was refused, `why`."""

    connection: str
    livemode: bool
    days: int | None = None
    why: str | None = None


class WorkTold(msgspec.Struct, frozen=True):
    """How much waits, by kind of work; `livemode`: some of it is real money."""

    counts: Mapping[str, int]
    livemode: bool


class ResentTold(msgspec.Struct, frozen=True):
    """Which event."""

    event: str


_SHOWN: Final = ids.show("ep", _ENDPOINT)
_SHOP: Final = Endpoint(
    id=_ENDPOINT,
    url="https://shop.example/hooks",
    description="The shop",
    events=("payment.*",),
    signing=Signing.HMAC,
    ordered=False,
    rate_per_s=None,
    profile=Profile.STANDARD,
    include=(),
    disabled=None,
    failing_since=None,
    created_at=_MADE,
    updated_at=_MADE,
)
_ENDPOINTS: Final[Mapping[str, Endpoint]] = {
    "endpoint.failing": replace(_SHOP, failing_since=_NOW - timedelta(days=1)),
    "endpoint.disabled": replace(_SHOP, disabled=DisabledReason.GONE),
}


class TestTold(msgspec.Struct, frozen=True):
    """Which endpoint it is."""

    object: Literal["endpoint"]
    id: str


def _endpoint(type_: str) -> Mapping[str, Any]:
    return _plain(endpoint_payload(_ENDPOINTS.get(type_, _SHOP)))


def _plain(value: msgspec.Struct) -> Mapping[str, Any]:
    shown: Mapping[str, Any] = msgspec.to_builtins(value)
    return shown


_SARI: Final = Customer(
    id=_PAYMENT,
    external_id="C-20817",
    name="Sari Wulandari",
    email="sari@example.com",
    phone="+6281234567890",
    locale="id",
    muted=frozenset({"sms"}),
    stopped_at=None,
    quiet_hours="21:00-07:00",
    time_zone="Asia/Makassar",
    sequence=4,
    created_at=_MADE,
    updated_at=_NOW,
    erased_at=None,
)


def _customer(type_: str) -> Mapping[str, Any]:
    return customer_payload(msgspec.structs.replace(_SARI, erased_at=_NOW) if type_ == "customer.erased" else _SARI)


_COFFEE: Final = Product(
    id=_PAYMENT,
    sku="KOPI-250",
    name="Kopi Gayo 250 g",
    price=Money(85_000, "IDR"),
    sequence=4,
    created_at=_MADE,
    updated_at=_NOW,
    stock=(Stock("bantul", 64, 18),),
)


def _product(type_: str) -> Mapping[str, Any]:
    sold = {"product.oversold": Stock("bantul", 6, 6)}.get(type_)
    return product_payload(msgspec.structs.replace(_COFFEE, stock=(sold,)) if sold else _COFFEE)


PRODUCT_DATA: Final = told(ProductTold, _product, by_webhook=True)
CUSTOMER_DATA: Final = told(CustomerTold, _customer, by_webhook=True)
TEST_DATA: Final = told(TestTold, lambda _: _plain(TestTold("endpoint", _SHOWN)), by_webhook=True)
ENDPOINT_DATA: Final = told(EndpointTold, _endpoint, by_webhook=True)
OWNER_DATA: Final = told(OwnerTold, lambda _: _plain(OwnerTold(ids.show("eol", _ENDPOINT), "shop.example")))
SESSION_DATA: Final = told(
    SessionTold, lambda _: _plain(SessionTold(ids.show("usr", _ENDPOINT), ids.show("ses", _ATTEMPT)))
)
TEMPLATE_DATA: Final = told(
    TemplateTold,
    lambda _: _plain(TemplateTold("whatsapp-main", "gerbang_payment_link_1", "id", "now MARKETING, was UTILITY")),
)
STORM_DATA: Final = told(StormTold, lambda _: _plain(StormTold("account", "login:account:6f1d2c9a")))
_SHOP_SAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    "shop.authorisation_ending": {"days": 7},
    "shop.authorisation_ended": {"why": "refused"},
    "shop.stock_refused": {"why": "4170 · 1/20"},
}
SHOP_DATA: Final = told(
    ShopTold, lambda type_: _plain(ShopTold("lazada-1", livemode=False, **_SHOP_SAYS.get(type_, {})))
)
CHAIN_DATA: Final = told(ChainTold, lambda _: _plain(ChainTold("wallet-base", "base", livemode=False)))
RESENT_DATA: Final = told(ResentTold, lambda _: _plain(ResentTold(ids.show("evt", _REFUND))))
WORK_DATA: Final = told(WorkTold, lambda _: _plain(WorkTold({"refunds_to_transfer": 2}, livemode=False)))
