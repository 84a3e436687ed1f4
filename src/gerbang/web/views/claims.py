"""The outer shape of a buyer's claim, in the API and in what outgoing webhooks say. Pure but for the reading of what is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import FieldError
from gerbang.core.endpoints.queueing import Payload
from gerbang.core.orders.claim_decision_model import DECISION_PREFIX, ClaimDecision
from gerbang.core.orders.claim_model import CLAIM_PREFIX, Answer, Line, answers, refund_of
from gerbang.core.orders.claims import Claimed, load_claims
from gerbang.core.orders.model import ITEM_PREFIX, PREFIX
from gerbang.core.orders.operation_calls import UNKNOWN_REASON
from gerbang.core.orders.operation_model import OperationStatus
from gerbang.ports.marketplace_orders import CancelReason, ClaimKind, ClaimStatus


class ClaimLineView(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of a claim. `refund` is what goes back; where its amount is in doubt it is null, `held` says why, and `readings` what it may be.
    `answers` are those that may be given now, `said` is the marketplace's own word for where it stands.
    """

    id: str
    item: str | None
    status: ClaimStatus
    said: str
    refund: int | None
    readings: Sequence[int]
    held: str | None
    reason: str | None
    tracking: str | None
    dispute: bool
    decide_by: datetime | None
    answers: Sequence[Answer]


class LineOutcomeView(msgspec.Struct, frozen=True):
    """What became of one line. Where it was not answered: the marketplace's code and words, or ours."""

    line: str
    done: bool
    code: str | None
    reason: str | None


class ClaimAnswerView(msgspec.Struct, frozen=True):
    """An answer. While it is `requested` or `sending` its end is not known: it is looked up, never sent twice."""

    id: str
    answer: Answer
    status: OperationStatus
    lines: Sequence[LineOutcomeView]
    created_at: datetime
    updated_at: datetime


class ClaimView(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer wants: to `cancel`, to `return`, or a `refund` without sending back. `waits`: for the seller, until `decide_by`; then the marketplace decides.
    `to_seller`: goods come back to the seller. `refund` is of all lines, in minor units of `currency`, null where any is in doubt.
    """

    id: str
    order: str
    connection: str
    external_id: str
    kind: ClaimKind
    to_seller: bool
    status: ClaimStatus
    waits: bool
    decide_by: datetime | None
    refund: int | None
    currency: str
    held: str | None
    lines: Sequence[ClaimLineView]
    answer: ClaimAnswerView | None
    created_at: datetime
    updated_at: datetime


class ClaimTold(ClaimView, frozen=True, kw_only=True):
    """A claim as endpoints hear of it."""

    object: Literal["claim"]
    url: str


class RefusalReasonView(msgspec.Struct, frozen=True):
    """Valid for this claim now."""

    id: str
    text: str


def claim_view(one: Claimed) -> ClaimView:
    """A claim as the API shows it."""
    return ClaimView(**_shared(one))


def claim_payload(one: Claimed) -> Mapping[str, Any]:
    """A claim as endpoints hear of it."""
    url = f"/v1/orders/{ids.show(PREFIX, one.claim.order_id)}/claims/{ids.show(CLAIM_PREFIX, one.claim.id)}"
    plain: Mapping[str, Any] = msgspec.to_builtins(ClaimTold(object="claim", url=url, **_shared(one)))
    return plain


async def claim_payloads(tx: Tx, wanted: Sequence[UUID]) -> Mapping[UUID, Payload]:
    """Claims by id."""
    return {one.claim.id: Payload(claim_payload(one)) for one in await load_claims(tx, wanted)}


def reason_view(one: CancelReason) -> RefusalReasonView:
    """A reason as the API shows it."""
    return RefusalReasonView(one.id, one.text)


def answer_refusals(decision: ClaimDecision, named: Sequence[str] | None) -> Sequence[FieldError]:
    """What the marketplace would not do, each beside what was sent."""
    faults: dict[tuple[str, str], None] = {}
    for one in decision.outcomes:
        place = f"/lines/{named.index(one.line)}" if named and one.line in named else "/lines"
        said = f"{one.reason} ({one.code})" if one.code else one.reason
        faults["/reason" if one.code == UNKNOWN_REASON else place, said] = None
    return [FieldError(pointer, detail) for pointer, detail in faults]


def _shared(one: Claimed) -> dict[str, Any]:
    claim = one.claim
    return {
        "id": ids.show(CLAIM_PREFIX, claim.id),
        "order": ids.show(PREFIX, claim.order_id),
        "connection": claim.connection,
        "external_id": claim.external_id,
        "kind": claim.kind,
        "to_seller": claim.to_seller,
        "status": claim.status,
        "waits": claim.waits,
        "decide_by": claim.decide_by,
        "refund": refund_of(claim.lines),
        "currency": one.currency,
        "held": claim.held or None,
        "lines": [_line(line, claim.kind, to_seller=claim.to_seller) for line in claim.lines],
        "answer": _answer(one.last) if one.last is not None else None,
        "created_at": claim.created_at,
        "updated_at": claim.updated_at,
    }


def _line(one: Line, kind: ClaimKind, *, to_seller: bool) -> ClaimLineView:
    return ClaimLineView(
        id=one.id,
        item=ids.show(ITEM_PREFIX, one.item) if one.item else None,
        status=one.status,
        said=one.said,
        refund=one.refund,
        readings=one.readings,
        held=one.held or None,
        reason=one.reason or None,
        tracking=one.tracking or None,
        dispute=one.is_dispute,
        decide_by=one.decide_by,
        answers=sorted(answers(kind, one.status, to_seller=to_seller)),
    )


def _answer(one: ClaimDecision) -> ClaimAnswerView:
    lines = [LineOutcomeView(line.line, line.is_done, line.code or None, line.reason or None) for line in one.outcomes]
    return ClaimAnswerView(
        ids.show(DECISION_PREFIX, one.id), one.answer, one.status, lines, one.created_at, one.updated_at
    )
