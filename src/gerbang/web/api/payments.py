"""/v1/payments and /v1/payment-methods. The two busiest routes are served without the framework; their handlers here keep the documentation."""

from dataclasses import replace
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter

from gerbang.base import ids
from gerbang.base.money import ASSETS, EXPONENTS
from gerbang.core.customers.model import Customer
from gerbang.core.customers.service import Customers
from gerbang.core.identity.model import Caller, UserNotFound
from gerbang.core.payments.model import Filters, NewPayment, PaymentDetail, PaymentStatus
from gerbang.core.payments.service import TIMELINE
from gerbang.ports.payment import Method, Payer
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, Part, capped
from gerbang.web.gateway.query_parameters import A_TIME, read_id, read_known, read_span
from gerbang.web.gateway.request_context import Reply, RequestContext, caller_of, context_of
from gerbang.web.input.bodies import (
    AttemptBody,
    PaymentBody,
    ResolveBody,
    owner_id,
    read_amount,
    read_ip,
    read_return_url,
)
from gerbang.web.input.cleaning import cleaned
from gerbang.web.input.customers import named_customer, new_customer
from gerbang.web.input.validation import read_as
from gerbang.web.ownership import owns, seen_by
from gerbang.web.problems import invalid_field
from gerbang.web.services import Services
from gerbang.web.views import payments as views
from gerbang.web.views.chain import TransferView, transfer_view
from gerbang.web.views.payer import PayerAttemptView, PayerPaymentView, payer_attempt_views, payer_payment_view
from gerbang.web.views.payment_steps import steps_for
from gerbang.web.views.payments import AttemptView, OfferView, PaymentView, TimelineEntryView

AnyRequest = Request[Any, Any, Any]
AnyPaymentView = PaymentView | PayerPaymentView
_ENCODER: Final = msgspec.json.Encoder()
_REPLAYED: Final = (b"idempotent-replayed", b"true")
_TAGS: Final = ["payments"]
_LONGEST_AMOUNT: Final = 15  # digits of fiat; more is no number here, and costs no time to read
After = Annotated[str | None, Parameter(query="created_after", schema_extra=A_TIME)]
Before = Annotated[str | None, Parameter(query="created_before", schema_extra=A_TIME)]
OrderReference = Annotated[str | None, Parameter(query="order_reference", max_length=64)]
Amount = Annotated[
    str,
    Parameter(
        query="amount",
        description="Whole minor units of a fiat currency, base units of an asset.",
        schema_extra={"pattern": "^[1-9][0-9]{0,29}$"},
    ),
]
Currency = Annotated[str, Parameter(query="currency", schema_extra={"enum": sorted(EXPONENTS)})]


@post("/v1/payments", summary="Make a payment", tags=_TAGS, status_code=201)
async def create_payment(request: AnyRequest, services: Services, data: PaymentBody) -> Response[AnyPaymentView]:
    """With `method` the first attempt is made at once; without it the payer chooses on the page behind `checkout_url`."""
    view, replayed = await _create(services, context_of(request), data)
    return Response(view, status_code=201, headers={"idempotent-replayed": "true"} if replayed else {})


@get("/v1/payments/{payment:str}", summary="One payment", tags=_TAGS)
async def read_payment(request: AnyRequest, services: Services, payment: str) -> AnyPaymentView:
    """A payment as it is now."""
    caller = caller_of(request)
    return await _view(services, caller, await seen_by(caller, services.payments, payment))


class DirectRoutes:
    """The same two routes, straight from the gateway."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def read(self, context: RequestContext) -> Reply:
        """GET /v1/payments/{payment}."""
        caller = context.known_caller()
        details = await seen_by(caller, self._services.payments, context.params[0])
        return Reply(200, _ENCODER.encode(await _view(self._services, caller, details)))

    async def create(self, context: RequestContext) -> Reply:
        """POST /v1/payments."""
        view, replayed = await _create(self._services, context, read_as(context.body, PaymentBody))
        return Reply(201, _ENCODER.encode(view), headers=(_REPLAYED,) if replayed else ())


@get("/v1/payments", summary="Payments, newest first", tags=_TAGS)
async def list_payments(
    request: AnyRequest,
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    status: PaymentStatus | None = None,
    method: Method | None = None,
    connection: str | None = None,
    order_reference: OrderReference = None,
    customer: str | None = None,
    created_after: After = None,
    created_before: Before = None,
) -> Page[AnyPaymentView]:
    """Customers see their own, staff and API keys all. A page may be shorter than asked for; the list ends where `next_cursor` is null."""
    caller = caller_of(request)
    is_staff = caller.may("payments:read")
    owner = None if is_staff else caller.id
    known = [one.id for one in await services.connections.all()] if connection else ()
    wanted = cleaned("order_reference", order_reference) if order_reference else None
    filters = Filters(
        status,
        method,
        read_known("connection", connection, known, tell=is_staff),
        wanted,
        *read_span(created_after, created_before),
        owner,
        read_id("customer", "cus", customer),
    )
    most = capped(limit)
    rows, onward = await services.payments.page(filters, await cursors.read("payments", cursor), most)
    tokens = {row.payment.id: await services.payments.link_token(row.payment.id) for row in rows}

    def view(details: PaymentDetail) -> AnyPaymentView:
        return _shown(services, caller, details, tokens[details.payment.id])

    return await cursors.onward("payments", [view(row) for row in rows], onward)


@get("/v1/payments/{payment:str}/attempts", summary="The attempts of a payment", tags=_TAGS)
async def list_attempts(
    request: AnyRequest, services: Services, part: Part, payment: str
) -> Page[AttemptView | PayerAttemptView]:
    """Oldest first; there are never many."""
    caller = caller_of(request)
    details = await seen_by(caller, services.payments, payment)
    is_staff, steps = caller.may("payments:read"), steps_for(services.settings.shop_name)
    shown = views.attempt_views(details, steps) if is_staff else payer_attempt_views(details, steps)
    return await part.of(f"attempts-{details.payment.id}", shown)


@post("/v1/payments/{payment:str}/attempts", summary="Try another way to pay", tags=_TAGS, status_code=201)
async def create_attempt(
    request: AnyRequest, services: Services, payment: str, data: AttemptBody
) -> Response[AnyPaymentView]:
    """The earlier attempt is closed where the provider can."""
    caller, context = caller_of(request), context_of(request)
    told = replace(data.told(services.settings.business_country), ip=_pressed_from(context, data.customer.ip))
    details = await seen_by(caller, services.payments, payment)
    outcome = await services.payments.add_attempt(
        caller, details.payment.id, data.choice(), context.idempotency_key(), told
    )
    headers = {"idempotent-replayed": "true"} if outcome.replayed else {}
    return Response(await _view(services, caller, outcome.details), status_code=201, headers=headers)


@post("/v1/payments/{payment:str}/send-link", summary="Send the payment link to its payer", tags=_TAGS, status_code=202)
async def send_payment_link(request: AnyRequest, services: Services, payment: str) -> Response[AnyPaymentView]:
    """By e-mail, else by WhatsApp or SMS to a phone whose owner agreed, in the customer's language; `GET /v1/notifications?payment=` tells how it went. 409 when nobody can pay by it, or no channel reaches the payer (`payer_unreachable`)."""
    caller, context = caller_of(request), context_of(request)
    details = await seen_by(caller, services.payments, payment)
    outcome = await services.payments.send_link(caller, details.payment.id, context.idempotency_key())
    headers = {"idempotent-replayed": "true"} if outcome.replayed else {}
    return Response(await _view(services, caller, outcome.details), status_code=202, headers=headers)


@get("/v1/payments/{payment:str}/timeline", summary="What happened to a payment", tags=_TAGS)
async def read_timeline(
    request: AnyRequest, services: Services, cursors: Cursors, part: Part, payment: str
) -> Page[TimelineEntryView]:
    """Oldest first: what came in, what went out, what was decided. Without `limit` the first 500."""
    details = await seen_by(caller_of(request), services.payments, payment)
    name, most = f"timeline-{details.payment.id}", part.most(TIMELINE)
    place = await part.place(name)
    moments = await services.payments.timeline(details.payment.id, place[1] if place else None, most + 1)
    return await cursors.page(name, moments, most, lambda m: (m.at, m.id), views.moment_view)


@get("/v1/payments/{payment:str}/chain", summary="What our own node saw", tags=_TAGS)
async def list_transfers(request: AnyRequest, services: Services, part: Part, payment: str) -> Page[TransferView]:
    """Every transfer to the payment's addresses, in order, with what it means."""
    details = await seen_by(caller_of(request), services.payments, payment)
    transfers = [transfer_view(one) for one in await services.payments.chain(details.payment.id)]
    return await part.of(f"chain-{details.payment.id}", transfers)


@post("/v1/payments/{payment:str}/cancel", summary="Cancel an unpaid payment", tags=_TAGS, status_code=200)
async def cancel_payment(request: AnyRequest, services: Services, payment: str) -> AnyPaymentView:
    """Open attempts are closed at the provider first; money that turns out to be in wins."""
    caller = caller_of(request)
    details = await seen_by(caller, services.payments, payment)
    return await _view(services, caller, await services.payments.cancel(caller, details.payment.id))


@post("/v1/payments/{payment:str}/refresh", summary="Ask the provider now", tags=_TAGS, status_code=200)
async def refresh_payment(request: AnyRequest, services: Services, payment: str) -> AnyPaymentView:
    """The payment with what the provider said."""
    caller = caller_of(request)
    details = await seen_by(caller, services.payments, payment)
    return await _view(services, caller, await services.payments.refresh(caller, details.payment.id))


@post("/v1/payments/{payment:str}/resolve", summary="End a hold", tags=_TAGS, status_code=200)
async def resolve_payment(request: AnyRequest, services: Services, payment: str, data: ResolveBody) -> AnyPaymentView:
    """A person decides what a held payment is: take the money, give it back, or let go."""
    caller = caller_of(request)
    details = await seen_by(caller, services.payments, payment)
    return await _view(
        services, caller, await services.payments.resolve(caller, details.payment.id, data.decision, data.reason)
    )


@get("/v1/payment-methods", summary="How an amount can be paid", tags=_TAGS)
async def list_payment_methods(services: Services, part: Part, amount: Amount, currency: Currency) -> Page[OfferView]:
    """Every method that an enabled connection offers, with the reason where this amount does not fit."""
    is_number = currency not in ASSETS and amount.isascii() and amount.isdigit() and len(amount) <= _LONGEST_AMOUNT
    units = read_amount(int(amount) if is_number else amount, currency)
    offers = [views.offer_view(offer) for offer in await services.payments.methods(units, currency)]
    return await part.of("payment-methods", offers)


async def _create(services: Services, context: RequestContext, body: PaymentBody) -> tuple[AnyPaymentView, bool]:
    body.check(services.settings.business_country)
    caller = context.known_caller()
    owner, customer = owner_id(body.customer), None
    if caller.may("payments:read"):
        customer = await named_customer(services.service(Customers), body.customer)
    elif body.customer.external_id is not None or (body.customer.id is not None and owner != caller.id):
        raise invalid_field("/customer/id", "A customer pays for themselves.")
    else:
        owner = caller.id
    payer = await _payer(services, body, owner, customer)
    new = NewPayment(
        amount=read_amount(body.amount, body.currency),
        currency=body.currency,
        description=body.description,
        order_reference=body.order_reference,
        owner_id=owner,
        customer_id=customer.id if customer else None,
        customer=None if customer else new_customer(body.customer, payer),
        payer=replace(payer, ip=_pressed_from(context, body.customer.ip)),
        agreed=body.agreed(payer.phone),
        metadata=body.metadata,
        items=tuple(msgspec.to_builtins(item) for item in body.items),
        return_url=read_return_url(body.return_url),
        expires_in_s=body.expires_in_s,
        choice=body.choice(),
    )
    outcome = await services.payments.create(caller, new, context.idempotency_key())
    return await _view(services, caller, outcome.details), outcome.replayed


async def _payer(services: Services, body: PaymentBody, owner: UUID | None, customer: Customer | None) -> Payer:
    """Who pays, as the request says; what is known of a customer or a registered user says the rest, so that they are written to in their language."""
    said, asked = body.payer(services.settings.business_country), body.customer
    if customer is not None:
        return replace(
            said,
            name=said.name or customer.name,
            email=said.email or customer.email,
            phone=said.phone or customer.phone,
            locale=asked.locale or customer.locale,
        )
    if owner is None:
        return said
    try:
        user = await services.identity.accounts.get(owner)
    except UserNotFound as error:
        raise invalid_field("/customer/id", "There is no such customer.") from error
    return replace(
        said, name=said.name or user.name, email=said.email or user.email, locale=asked.locale or user.locale
    )


def _pressed_from(context: RequestContext, said: str) -> str:
    """The payer's address: a payer's own, seen by us; of a shop's server or staff, who press for others, what they say."""
    caller = context.known_caller()
    if caller.may("payments:read"):
        return read_ip(said)
    if said:
        raise invalid_field("/customer/ip", "Leave it out: who pays for themselves is seen where they are.")
    return context.client_ip


async def _view(services: Services, caller: Caller, details: PaymentDetail) -> AnyPaymentView:
    return _shown(services, caller, details, await services.payments.link_token(details.payment.id))


def _shown(services: Services, caller: Caller, details: PaymentDetail, token: str) -> AnyPaymentView:
    """A payment as the caller may see it. Its link, by which it is paid, only for who may make such links, and for whose it is."""
    linked = caller.may("payments:create") or owns(caller, details.payment)
    url = f"{services.settings.base_url}/pay/{ids.show('pay', details.payment.id)}?t={token}" if linked else None
    if caller.may("payments:read"):
        return views.payment_view(details, checkout_url=url, steps=steps_for(services.settings.shop_name))
    return payer_payment_view(details, checkout_url=url, steps=steps_for(services.settings.shop_name))


HANDLERS: Final = [
    create_payment,
    read_payment,
    list_payments,
    list_attempts,
    create_attempt,
    send_payment_link,
    read_timeline,
    list_transfers,
    cancel_payment,
    refresh_payment,
    resolve_payment,
    list_payment_methods,
]
