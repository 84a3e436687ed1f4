"""/v1/orders/{id}/claims: what buyers want back, and the seller's answers."""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.openapi import ResponseSpec

from gerbang.core.orders.claim_model import read_claim_id
from gerbang.core.orders.claims import Claims, WantedAnswer
from gerbang.core.orders.operation_model import OPEN, OperationStatus
from gerbang.web.cursors import Page, Part
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.claims import AcceptClaimBody, ReceiveClaimBody, RefuseClaimBody
from gerbang.web.input.orders import order_id
from gerbang.web.services import Services
from gerbang.web.views.claims import ClaimView, RefusalReasonView, answer_refusals, claim_view, reason_view
from gerbang.web.views.marketplace_refusals import refused

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["orders"]


@get("/v1/orders/{order:str}/claims", summary="What buyers want back", tags=_TAGS)
async def list_claims(services: Services, part: Part, order: str) -> Page[ClaimView]:
    """Wishes to cancel, returns, and money back without a return: the last fifty, newest first. What `waits` is decided by the marketplace after `decide_by`."""
    id_ = order_id(order)
    found = await services.service(Claims).of_order(id_)
    return await part.of(f"order-claims-{id_}", [claim_view(one) for one in found])


@get("/v1/orders/{order:str}/claims/{claim:str}", summary="One claim", tags=_TAGS)
async def read_claim(services: Services, order: str, claim: str) -> ClaimView:
    """With its lines, its deadline, and what was answered last."""
    return claim_view(await services.service(Claims).get(read_claim_id(claim), order_id(order)))


@get("/v1/orders/{order:str}/claims/{claim:str}/refusal-reasons", summary="Why it may be refused", tags=_TAGS)
async def list_refusal_reasons(services: Services, part: Part, order: str, claim: str) -> Page[RefusalReasonView]:
    """Asked of the marketplace now. None where a refusal needs no reason."""
    id_ = read_claim_id(claim)
    reasons = await services.service(Claims).refusal_reasons(id_, order_id(order))
    return await part.of(f"refusal-reasons-{id_}", [reason_view(one) for one in reasons])


# Where the marketplace has not answered yet.
_MAY_WAIT: Final = {202: ResponseSpec(ClaimView, generate_examples=False)}


@post(
    "/v1/orders/{order:str}/claims/{claim:str}/accept",
    summary="Agree to a claim",
    tags=_TAGS,
    status_code=200,
    responses=_MAY_WAIT,
)
async def accept_claim(
    request: AnyRequest, services: Services, order: str, claim: str, data: AcceptClaimBody
) -> Response[ClaimView]:
    """A cancel, a return, or, of what came back, the refund. 202 where the marketplace's answer is not here yet: it is looked up, never sent twice; `answer` says what
    became of each line. 409 where none was answered.
    """
    return await _answered(request, services, order, claim, data.read())


@post(
    "/v1/orders/{order:str}/claims/{claim:str}/refuse",
    summary="Refuse a claim",
    tags=_TAGS,
    status_code=200,
    responses=_MAY_WAIT,
)
async def refuse_claim(
    request: AnyRequest, services: Services, order: str, claim: str, data: RefuseClaimBody
) -> Response[ClaimView]:
    """Ask `refusal-reasons` first. Money alone is not refused but disputed: the marketplace decides. Answered as `accept` is."""
    return await _answered(request, services, order, claim, data.read())


@post(
    "/v1/orders/{order:str}/claims/{claim:str}/receive",
    summary="Say that goods are back",
    tags=_TAGS,
    status_code=200,
    responses=_MAY_WAIT,
)
async def receive_claim(
    request: AnyRequest, services: Services, order: str, claim: str, data: ReceiveClaimBody
) -> Response[ClaimView]:
    """Then `accept` gives the money back, `refuse` does not. Only with `restock` they are counted to stock. Answered as `accept` is."""
    return await _answered(request, services, order, claim, data.read())


async def _answered(
    request: AnyRequest, services: Services, order: str, claim: str, wanted: WantedAnswer
) -> Response[ClaimView]:
    """Carry it out, or answer what the same key came to. Raises MarketplaceRefused, ConnectionUnauthorized where nothing of it was done."""
    key = context_of(request).idempotency_key()
    done = await services.service(Claims).answer(caller_of(request), read_claim_id(claim), wanted, key, order_id(order))
    if done.decision.status is OperationStatus.NOT_DONE:
        named: Sequence[str] | None = wanted.lines
        raise refused(done.decision.outcomes, "None of the lines was answered.", answer_refusals(done.decision, named))
    headers = {"idempotent-replayed": "true"} if done.is_replayed else {}
    status = 202 if done.decision.status in OPEN else 200
    return Response(claim_view(done.now), status_code=status, headers=headers)


HANDLERS: Final = [
    list_claims,
    read_claim,
    list_refusal_reasons,
    accept_claim,
    refuse_claim,
    receive_claim,
]
