"""/v1/payments/{id}/refunds and /v1/refunds."""

from typing import Any, Final

from litestar import Request, Response, get, post

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.payments.model import PaymentNotFound, RefundNotFound
from gerbang.web.bodies import RefundBody, ResolveRefundBody, SettleBody, read_amount
from gerbang.web.exchange import caller_of, exchange_of
from gerbang.web.owning import owns, seen_by
from gerbang.web.services import Services
from gerbang.web.views import RefundView, destination_view, refund_view

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["refunds"]


@post("/v1/payments/{payment:str}/refunds", summary="Give money back", tags=_TAGS, status_code=201)
async def create_refund(
    request: AnyRequest, services: Services, payment: str, data: RefundBody
) -> Response[RefundView]:
    """All that is left, or `amount` of it. Where the method cannot give back, the payer names a bank account (of crypto, an address) and an operator transfers."""
    caller, exchange = caller_of(request), exchange_of(request)
    whole = await seen_by(caller, services.payments, payment)
    amount = None if data.amount is None else read_amount(data.amount, whole.payment.currency)
    outcome = await services.payments.refund(
        caller, whole.payment.id, amount, data.reason, data.to(), exchange.idempotency_key()
    )
    headers = {"idempotent-replayed": "true"} if outcome.replayed else {}
    return Response(refund_view(outcome.refund), status_code=201, headers=headers)


@get("/v1/refunds/{refund:str}", summary="One refund", tags=_TAGS)
async def read_refund(request: AnyRequest, services: Services, refund: str) -> RefundView:
    """A refund as it is now; the bank account or address is shown to those who may transfer."""
    caller = caller_of(request)
    found = await services.payments.refund_of(_refund_id(refund))
    if not caller.may("payments:read"):
        try:
            whole = await services.payments.get(found.payment_id)
        except PaymentNotFound as error:
            raise RefundNotFound from error
        if not owns(caller, whole.payment):
            raise RefundNotFound
    if not caller.may("refunds:settle"):
        return refund_view(found)
    to = await services.payments.destination_of(found.id)
    return refund_view(found, destination_view(to, await services.payments.coins_of(found)))


@post("/v1/refunds/{refund:str}/settle", summary="Record a transfer", tags=_TAGS, status_code=200)
async def settle_refund(request: AnyRequest, services: Services, refund: str, data: SettleBody) -> RefundView:
    """An operator has transferred the money; `reference` is the bank's, or the hash of the transaction."""
    return refund_view(await services.payments.settle_refund(caller_of(request), _refund_id(refund), data.reference))


@post("/v1/refunds/{refund:str}/resolve", summary="Say what became of a refund in doubt", tags=_TAGS, status_code=200)
async def resolve_refund(request: AnyRequest, services: Services, refund: str, data: ResolveRefundBody) -> RefundView:
    """Of one that is `unknown` with a `failure`: the provider never confirmed it, and a person has looked there. `returned` books it, `failed` frees the money."""
    payments, refund_id = services.payments, _refund_id(refund)
    return refund_view(await payments.resolve_refund(caller_of(request), refund_id, data.decision, data.reason))


def _refund_id(shown: str) -> Any:
    try:
        return ids.read("ref", shown)
    except NotFound as error:
        raise RefundNotFound from error


HANDLERS: Final = [create_refund, read_refund, settle_refund, resolve_refund]
