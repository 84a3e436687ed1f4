"""/v1/approvals: what a second person must agree to."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Request, get, post

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.base.money import as_json
from gerbang.core.payments.refunds.approvals import fingerprint
from gerbang.core.payments.refunds.model import Approval, ApprovalNotFound
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.request_context import caller_of
from gerbang.web.input.bodies import ApproveBody, RefuseBody
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["approvals"]
_LIST: Final = "approvals"
Decision = Literal["pending", "approved", "refused", "expired"]


class ApprovalView(msgspec.Struct, frozen=True):
    """A refund that waits for a second person, or waited. `destination_version` is where it was to go when it was asked for, 0 for nowhere yet.
    `fingerprint`, of one approval read by itself, names exactly what would be approved now: amount, reason, destination.
    """

    id: str
    status: str
    refund: str
    payment: str
    amount: int | str
    currency: str
    reason: str
    destination_version: int
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str
    fingerprint: str | None = None


@get("/v1/approvals", summary="Approvals, newest first", tags=_TAGS)
async def list_approvals(
    services: Services, cursors: Cursors, limit: Limit = 25, cursor: Cursor = None, status: Decision | None = None
) -> Page[ApprovalView]:
    """What waits for a second person, and what was decided."""
    most = capped(limit)
    rows = await services.payments.approvals(status, await cursors.read(_LIST, cursor), most + 1)
    return await cursors.page(_LIST, rows, most, lambda row: (row.requested_at, row.id), approval_view)


@get("/v1/approvals/{approval:str}", summary="One approval", tags=_TAGS)
async def read_approval(services: Services, approval: str) -> ApprovalView:
    """An approval as it is now, with the fingerprint of exactly what would be approved."""
    found = await services.payments.approval_of(_approval_id(approval))
    refund = await services.payments.refund_of(found.refund_id)
    named = await services.payments.destinations_of(found.refund_id)
    return msgspec.structs.replace(approval_view(found), fingerprint=fingerprint(refund, named))


@post("/v1/approvals/{approval:str}/approve", summary="Agree as the second person", tags=_TAGS, status_code=200)
async def approve_approval(request: AnyRequest, services: Services, approval: str, data: ApproveBody) -> ApprovalView:
    """Not by an API key, nor by who asked or said where the money goes, and only within five minutes of the password: 403 `step_up_required`. 409 when it was decided, or what would be approved is not what was seen."""
    caller, id_ = caller_of(request), _approval_id(approval)
    return approval_view(
        await services.payments.decide_approval(caller, id_, approve=True, note=data.note, seen=data.fingerprint)
    )


@post("/v1/approvals/{approval:str}/refuse", summary="Refuse as the second person", tags=_TAGS, status_code=200)
async def refuse_approval(request: AnyRequest, services: Services, approval: str, data: RefuseBody) -> ApprovalView:
    """The refund fails, and what was reserved for it is free again; `note` says why, and is kept for ever."""
    caller, id_ = caller_of(request), _approval_id(approval)
    return approval_view(await services.payments.decide_approval(caller, id_, approve=False, note=data.note))


def approval_view(one: Approval) -> ApprovalView:
    """An approval as clients see it."""
    return ApprovalView(
        id=ids.show("apr", one.id),
        status=one.status,
        refund=ids.show("ref", one.refund_id),
        payment=ids.show("pay", one.payment_id),
        amount=as_json(one.amount, one.currency),
        currency=one.currency,
        reason=one.reason,
        destination_version=one.destination_version,
        requested_by=one.requested_by,
        requested_at=one.requested_at,
        expires_at=one.expires_at,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        note=one.note,
    )


def _approval_id(shown: str) -> UUID:
    try:
        return ids.read("apr", shown)
    except NotFound as error:
        raise ApprovalNotFound from error


HANDLERS: Final = [list_approvals, read_approval, approve_approval, refuse_approval]
