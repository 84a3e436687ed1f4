"""The outer shapes of payments, attempts and refunds, exactly as the contract has them. Pure: what is shown, not what may be seen."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from gerbang.base import ids
from gerbang.base.money import as_json
from gerbang.core.customers.model import PREFIX
from gerbang.core.payments import amount_due
from gerbang.core.payments.machine import OPEN
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    Offer,
    Payment,
    PaymentDetail,
    PaymentStatus,
    TimelineEntry,
)
from gerbang.ports.next_action import (
    DisplayCode,
    DisplayCrypto,
    DisplayQr,
    DisplayVirtualAccount,
    NextAction,
    Redirect,
    Wait,
)
from gerbang.ports.payment import Method
from gerbang.web.views.attempt_failures import FailureView, failure_view
from gerbang.web.views.refunds import RefundView, refund_view

Steps = Callable[[NextAction, Payment, str], Sequence[str]]
_CHOOSES: Final = frozenset(
    {PaymentStatus.CREATED, PaymentStatus.FAILED, PaymentStatus.EXPIRED, PaymentStatus.PART_PAID}
)
_WAITS: Final = frozenset({PaymentStatus.PENDING, PaymentStatus.UNKNOWN})


class ChooseMethod(msgspec.Struct, frozen=True, tag="choose_method"):
    """The payer has to choose how to pay: on the page behind `checkout_url`, or by POST …/attempts."""


class VirtualAccountSteps(msgspec.Struct, frozen=True, tag="display_virtual_account"):
    bank: str
    number: str
    steps: Sequence[str] = ()


class CodeSteps(msgspec.Struct, frozen=True, tag="display_code"):
    store: str
    code: str
    steps: Sequence[str] = ()


class QuoteView(msgspec.Struct, frozen=True):
    """`rate`: how much of the price's currency one whole asset is worth."""

    rate: str
    source: str
    expires_at: datetime


class CryptoSteps(msgspec.Struct, frozen=True, tag="display_crypto"):
    """`amount` is base units of `asset` as text, `uri` what a wallet opens (ERC-681), `page` the processor's own page, if it has one."""

    network: str
    asset: str
    address: str
    amount: str
    uri: str
    page: str
    quote: QuoteView | None


NextStep = ChooseMethod | Redirect | VirtualAccountSteps | CodeSteps | DisplayQr | CryptoSteps | Wait


class PaymentCustomerView(msgspec.Struct, frozen=True):
    """Who pays. `id`: a customer (`cus_…`) or a registered user (`usr_…`), where the payment names one."""

    id: str | None
    name: str
    email: str
    phone: str
    locale: str | None


MethodOptions = Annotated[
    Mapping[str, str], msgspec.Meta(description='What the method was chosen with: `{"bank": "BCA"}`.')
]


class AttemptView(msgspec.Struct, frozen=True):
    id: str
    status: AttemptStatus
    method: Method
    method_options: MethodOptions
    connection: str
    amount: int | str
    currency: str
    provider_reference: str | None
    next_action: NextStep | None
    failure: FailureView | None
    created_at: datetime
    expires_at: datetime


class PaymentView(msgspec.Struct, frozen=True):
    """A payment. Amounts are whole minor units of `currency`, of an asset base units as text; `method` and the two after it are those of the attempt that counts."""

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
    connection: str | None
    provider_reference: str | None
    order_reference: str | None
    description: str
    customer: PaymentCustomerView
    metadata: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    attempts: Sequence[AttemptView]
    refunds: Sequence[RefundView]
    next_action: NextStep | None
    checkout_url: str | None
    return_url: str | None
    failure: FailureView | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    paid_at: datetime | None


class TimelineEntryView(msgspec.Struct, frozen=True):
    """One line of the timeline. `direction`: `in` and `out` happened outside, `decision` is ours."""

    id: str
    at: datetime
    direction: str
    kind: str
    actor: str
    detail: Mapping[str, Any]
    request_id: str | None


class OptionView(msgspec.Struct, frozen=True):
    name: str
    title: str


class AssetView(msgspec.Struct, frozen=True):
    """An asset on a network, as `method_options` names it; `amount` is what it would cost now, in base units as text."""

    asset: str
    network: str
    title: str
    fee_hint: str
    amount: str


class OfferView(msgspec.Struct, frozen=True):
    """A method for an amount. `option` is the field of `method_options` that must be one of `options`; `reason` says why not. Crypto has
    `assets` instead of options.
    """

    method: Method
    connection: str
    option: str | None
    options: Sequence[OptionView]
    least: int
    most: int
    available: bool
    reason: str | None
    assets: Sequence[AssetView] = ()


def no_steps(_action: NextAction, _payment: Payment, _locale: str) -> Sequence[str]:
    """Instructions without steps."""
    return ()


def payment_view(details: PaymentDetail, *, checkout_url: str | None, steps: Steps = no_steps) -> PaymentView:
    """A payment as the business sees it; `checkout_url` only for who may make such links."""
    payment, shown = details.payment, ids.show("pay", details.payment.id)
    locale = details.payer.language
    counts = counting_attempt(details.attempts)
    attempts = attempt_views(details, steps)
    return PaymentView(
        id=shown,
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
        connection=counts.connection if counts else None,
        provider_reference=counts.provider_reference if counts else None,
        order_reference=payment.order_reference,
        description=payment.description,
        customer=customer_view(details),
        metadata=payment.metadata,
        items=payment.items,
        attempts=attempts,
        refunds=[refund_view(refund) for refund in details.refunds],
        next_action=payment_action(details, locale, steps),
        checkout_url=checkout_url,
        return_url=payment.return_url,
        failure=failure_view(counts.failure if counts else None, locale),
        created_at=payment.created_at,
        updated_at=payment.updated_at,
        expires_at=payment.expires_at,
        paid_at=payment.paid_at,
    )


def counting_attempt(attempts: Sequence[Attempt]) -> Attempt | None:
    """The attempt that a payment is known by: the first that brought money, else the newest that was not given up."""
    paid = [a for a in attempts if a.captured]
    if paid:
        return min(paid, key=lambda a: a.number)
    alive = [a for a in attempts if a.status is not AttemptStatus.ABANDONED]
    return max(alive or attempts, key=lambda a: a.number, default=None)


def attempt_views(details: PaymentDetail, steps: Steps = no_steps) -> list[AttemptView]:
    """Every attempt, oldest first."""
    ordered = sorted(details.attempts, key=lambda a: a.number)
    return [_attempt(one, details.payment, details.payer.language, steps) for one in ordered]


def moment_view(moment: TimelineEntry) -> TimelineEntryView:
    """A line of the timeline."""
    return TimelineEntryView(
        id=ids.show("aud", moment.id),
        at=moment.at,
        direction=moment.direction,
        kind=moment.kind,
        actor=moment.actor,
        detail=moment.detail,
        request_id=moment.request_id,
    )


def offer_view(offer: Offer) -> OfferView:
    """A method that may be chosen."""
    options = [OptionView(option.name, option.title) for option in offer.options]
    return OfferView(
        method=offer.method,
        connection=offer.connection,
        option=offer.option,
        options=options,
        least=offer.least,
        most=offer.most,
        available=offer.available,
        reason=offer.reason or None,
        assets=[AssetView(one.asset, one.network, one.title, one.fee_hint, str(one.amount)) for one in offer.assets],
    )


def _attempt(attempt: Attempt, payment: Payment, locale: str, steps: Steps) -> AttemptView:
    return AttemptView(
        id=ids.show("att", attempt.id),
        status=attempt.status,
        method=attempt.method,
        method_options=attempt.options,
        connection=attempt.connection,
        amount=as_json(attempt.amount, attempt.currency),
        currency=attempt.currency,
        provider_reference=attempt.provider_reference,
        next_action=attempt_action(attempt, payment, locale, steps),
        failure=failure_view(attempt.failure, locale),
        created_at=attempt.created_at,
        expires_at=attempt.expires_at,
    )


def attempt_action(attempt: Attempt, payment: Payment, locale: str, steps: Steps) -> NextStep | None:
    """How to pay by this attempt what is still due, as long as it can be paid."""
    rest = amount_due.owed(payment)
    is_payable = attempt.status in OPEN and amount_due.asks_for_the_rest(attempt, rest)
    action = amount_due.instructions(attempt, rest) if is_payable else None
    return _shown(action, attempt, payment, locale, steps) if action else None


def payment_action(details: PaymentDetail, locale: str, steps: Steps) -> NextStep | None:
    """What the payer must do next for what is still due: the newest instructions that ask for it, else choose, else wait, else nothing."""
    newest, status = amount_due.payable(details), details.payment.status
    if status not in _CHOOSES and status not in _WAITS:
        return None
    if newest is not None:
        action = amount_due.instructions(newest, amount_due.owed(details.payment))
        return _shown(action, newest, details.payment, locale, steps) if action else Wait()
    return ChooseMethod() if status in _CHOOSES or status is PaymentStatus.PENDING else Wait()


def _shown(action: NextAction, attempt: Attempt, payment: Payment, locale: str, steps: Steps) -> NextStep:
    match action:
        case DisplayVirtualAccount(bank=bank, number=number):
            return VirtualAccountSteps(bank, number, steps(action, payment, locale))
        case DisplayCode(store=store, code=code):
            return CodeSteps(store, code, steps(action, payment, locale))
        case DisplayCrypto(network, asset, address, amount, uri, page):
            quote = attempt.quote
            shown = QuoteView(quote.rate, quote.source, quote.expires_at) if quote else None
            return CryptoSteps(
                network=network, asset=asset, address=address, amount=amount, uri=uri, page=page, quote=shown
            )
        case Redirect() | DisplayQr() | Wait():
            return action


def customer_view(details: PaymentDetail) -> PaymentCustomerView:
    payer, owner, customer = details.payer, details.payment.owner_id, details.payment.customer_id
    shown = ids.show(PREFIX, customer) if customer else ids.show("usr", owner) if owner else None
    return PaymentCustomerView(shown, payer.name, payer.email, payer.phone, payer.locale or None)
