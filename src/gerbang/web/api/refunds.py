"""/v1/payments/{id}/refunds and /v1/refunds."""

from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import Parameter

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.identity.model import Caller
from gerbang.core.payments.model import PaymentNotFound, Refund, RefundNotFound, RefundStatus
from gerbang.core.payments.refunds.model import NamedDestination, RefundFilters
from gerbang.web.api.payments import After, Before
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.query_parameters import read_id, read_span
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.bodies import NameDestinationBody, RefundBody, ResolveRefundBody, SettleBody, read_amount
from gerbang.web.ownership import owns, seen_by
from gerbang.web.services import Services
from gerbang.web.views.payer import PayerRefundView, payer_refund_view
from gerbang.web.views.refunds import RefundView, destination_view, refund_view

AnyRequest = Request[Any, Any, Any]
AnyRefundView = RefundView | PayerRefundView
_TAGS: Final = ["refunds"]
_LIST: Final = "refunds"
OfPayment = Annotated[str | None, Parameter(query="payment")]


class LinkView(msgspec.Struct, frozen=True):
    """A link to the page where a refund's payer says where the money goes. Hand it to them alone: whoever opens it may say so."""

    url: str


@post("/v1/payments/{payment:str}/refunds", summary="Give money back", tags=_TAGS, status_code=201)
async def create_refund(
    request: AnyRequest, services: Services, payment: str, data: RefundBody
) -> Response[RefundView]:
    """All that is left, a surplus too, or `amount` of it; several refunds where it came over several attempts, told as `related_refunds`. Where the method cannot give back, the payer names a bank account (of crypto, an address) and an operator transfers."""
    caller, context = caller_of(request), context_of(request)
    details = await seen_by(caller, services.payments, payment)
    amount = None if data.amount is None else read_amount(data.amount, details.payment.currency)
    outcome = await services.payments.refund(
        caller, details.payment.id, amount, data.reason, data.to(), context.idempotency_key()
    )
    headers = {"idempotent-replayed": "true"} if outcome.replayed else {}
    return Response(refund_view(outcome.refund, others=outcome.others), status_code=201, headers=headers)


@get("/v1/refunds", summary="Refunds, newest first", tags=_TAGS)
async def list_refunds(
    request: AnyRequest,
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    status: RefundStatus | None = None,
    payment: OfPayment = None,
    created_after: After = None,
    created_before: Before = None,
) -> Page[RefundView]:
    """Of every payment, or of one; where they go is shown to those who may transfer."""
    filters = RefundFilters(
        status,
        read_id("payment", "pay", payment),
        *read_span(created_after, created_before),
    )
    most, may_settle = capped(limit), caller_of(request).may("refunds:settle")
    rows = await services.payments.refunds(filters, await cursors.read(_LIST, cursor), most + 1)

    def view(row: tuple[Refund, list[NamedDestination]]) -> RefundView:
        return refund_view(row[0], destination_view(row[1], None) if may_settle else None)

    return await cursors.page(_LIST, rows, most, lambda row: (row[0].created_at, row[0].id), view)


@get("/v1/refunds/{refund:str}", summary="One refund", tags=_TAGS)
async def read_refund(request: AnyRequest, services: Services, refund: str) -> AnyRefundView:
    """A refund as it is now; the bank account or address is shown to those who may transfer."""
    caller = caller_of(request)
    found = await services.payments.refund_of(_refund_id(refund))
    if caller.may("payments:read"):
        return await _view(services, caller, found)
    try:
        details = await services.payments.get(found.payment_id)
    except PaymentNotFound as error:
        raise RefundNotFound from error
    if not owns(caller, details.payment):
        raise RefundNotFound
    return payer_refund_view(found)


@put("/v1/refunds/{refund:str}/destination", summary="Say where a transfer goes", tags=_TAGS, status_code=200)
async def set_refund_destination(
    request: AnyRequest, services: Services, refund: str, data: NameDestinationBody
) -> RefundView:
    """For who may pay out, when the payer told them. Payer and operators are told; what was named stays on record. 409 when it was changed meanwhile."""
    caller, to = caller_of(request), data.as_destination("")
    found = await services.payments.name_destination(caller, _refund_id(refund), to, seen=data.version)
    return await _view(services, caller, found)


@post("/v1/refunds/{refund:str}/send-link", summary="Send a refund's link to its payer", tags=_TAGS, status_code=202)
async def send_refund_link(request: AnyRequest, services: Services, refund: str) -> RefundView:
    """To the e-mail address that the payment knows, else by SMS to its phone where its owner agreed, and nowhere else. 409 where neither is so (`payer_unreachable`), or within five minutes of the last."""
    caller = caller_of(request)
    return await _view(services, caller, await services.payments.send_refund_link(caller, _refund_id(refund)))


@post("/v1/refunds/{refund:str}/link", summary="Make a refund's link", tags=_TAGS, status_code=201)
async def create_refund_link(request: AnyRequest, services: Services, refund: str) -> LinkView:
    """For a payer whom no mail reaches. What is named by it carries the name of whoever made it. Takes no Idempotency-Key: it moves nothing, and
    leads to the same refund whenever it is made.
    """
    refund_id = _refund_id(refund)
    token = await services.payments.issue_refund_link(caller_of(request), refund_id)
    return LinkView(f"{services.settings.base_url}/refund/{ids.show('ref', refund_id)}?t={token}")


@post("/v1/refunds/{refund:str}/settle", summary="Record a transfer", tags=_TAGS, status_code=200)
async def settle_refund(request: AnyRequest, services: Services, refund: str, data: SettleBody) -> RefundView:
    """An operator has transferred the money; `reference` is the bank's, or the hash of the transaction. Not by whoever asked for the refund, where somebody else may; 409 when the destination was changed meanwhile."""
    caller = caller_of(request)
    done = await services.payments.settle_refund(caller, _refund_id(refund), data.reference, data.destination_version)
    return await _view(services, caller, done)


@post("/v1/refunds/{refund:str}/resolve", summary="Say what became of a refund in doubt", tags=_TAGS, status_code=200)
async def resolve_refund(request: AnyRequest, services: Services, refund: str, data: ResolveRefundBody) -> RefundView:
    """Of one that is `unknown` with a `failure`: the provider never confirmed it, and a person has looked there. `returned` books it, `failed` frees the money."""
    payments, refund_id = services.payments, _refund_id(refund)
    return refund_view(await payments.resolve_refund(caller_of(request), refund_id, data.decision, data.reason))


async def _view(services: Services, caller: Caller, refund: Refund) -> RefundView:
    others = await services.payments.refunds_with(refund)
    if not caller.may("refunds:settle"):
        return refund_view(refund, others=others)
    versions = await services.payments.destinations_of(refund.id)
    return refund_view(refund, destination_view(versions, await services.payments.coins_of(refund)), others)


def _refund_id(shown: str) -> UUID:
    try:
        return ids.read("ref", shown)
    except NotFound as error:
        raise RefundNotFound from error


HANDLERS: Final = [
    create_refund,
    list_refunds,
    read_refund,
    set_refund_destination,
    send_refund_link,
    create_refund_link,
    settle_refund,
    resolve_refund,
]
