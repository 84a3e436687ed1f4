"""The outer shapes of payouts and of lines of statements, in the API and in what outgoing webhooks say."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.endpoints.queueing import Payload
from gerbang.core.settlements import list_store
from gerbang.core.settlements.explaining import Difference, OrderDifference, OrderSettlement, OrderState
from gerbang.core.settlements.model import LineStatus, Why
from gerbang.core.settlements.overview import ExplainedPayout, ShownLine, load_payouts
from gerbang.ports.marketplace_catalogue import FeeKind


class KindSumView(msgspec.Struct, frozen=True):
    """What the lines of one kind come to, above 0 for what the marketplace owes."""

    kind: FeeKind
    amount: int
    lines: int


class PayoutView(msgspec.Struct, frozen=True, kw_only=True):
    """A payout, in minor units of `currency`: `amount` = `opening` + every sum + `difference` - `kept_back`. `difference_why` names what is left; `held` is what waits for a decision and is in no sum. `kept_back` is what the marketplace did not pay
    out of this statement; below 0: what it carries over to the next. `made_on` is the marketplace's day.
    """

    id: str
    connection: str
    statement: str
    amount: int
    currency: str
    paid: bool
    opening: int
    sums: Sequence[KindSumView]
    held: int
    difference: int
    difference_why: Difference
    kept_back: int
    changed_at: datetime | None
    made_on: date | None
    created_at: datetime
    paid_at: datetime | None


class PayoutTold(msgspec.Struct, frozen=True, kw_only=True):
    """A payout as endpoints hear of it."""

    object: Literal["payout"]
    url: str
    id: str
    connection: str
    statement: str
    amount: int
    currency: str
    paid: bool
    opening: int
    sums: Sequence[KindSumView]
    held: int
    difference: int
    difference_why: Difference
    kept_back: int
    changed_at: datetime | None
    made_on: date | None
    created_at: datetime
    paid_at: datetime | None


class SettlementLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a statement. `amount` as the marketplace told it, in minor units, above 0 for what it owes; `booked` what of it stands in the ledger. `said` is its own name for it; `why` says why it is not booked.
    `order` and `item` are the marketplace's numbers; `payout` is null until one pays it; `changed_at` when it was told again with another amount.
    """

    id: str
    connection: str
    day: date
    kind: FeeKind
    said: str
    amount: int
    currency: str
    order: str
    item: str
    status: LineStatus
    why: Why | None
    booked: int
    payout: str | None
    statement: str
    paid_out: bool
    changed_at: datetime | None
    created_at: datetime


class OrderSettlementView(msgspec.Struct, frozen=True, kw_only=True):
    """How far an order is settled, in minor units of `currency`. `expected` is what was paid for its items, null where nothing says so; `sold` what its lines say was sold; `net` what they come to in all, of which `paid_out` was paid.
    `difference` = `sold` - `expected`, and `difference_why` its name.
    """

    connection: str
    order: str
    state: OrderState
    currency: str
    expected: int | None
    sold: int
    difference: int
    difference_why: OrderDifference
    net: int
    paid_out: int
    lines: Sequence[SettlementLineView]


def payout_view(one: ExplainedPayout) -> PayoutView:
    """A payout as the API shows it."""
    return PayoutView(**_shared(one))


def payout_payload(one: ExplainedPayout) -> Mapping[str, Any]:
    """A payout as endpoints hear of it."""
    shown = _shared(one)
    told: Mapping[str, Any] = msgspec.to_builtins(
        PayoutTold(object="payout", url=f"/v1/payouts/{shown['id']}", **shown)
    )
    return told


async def payout_payloads(tx: Tx, wanted: Sequence[UUID]) -> Mapping[UUID, Payload]:
    """Payouts by id; they name nobody."""
    found = await load_payouts(tx, await list_store.payouts_called(tx, wanted))
    return {one.payout.id: Payload(payout_payload(one)) for one in found}


def line_view(one: ShownLine) -> SettlementLineView:
    """A line as the API shows it."""
    line = one.line
    return SettlementLineView(
        id=ids.show("stl", line.id),
        connection=line.connection,
        day=line.day,
        kind=line.kind,
        said=line.said,
        amount=line.amount,
        currency=line.currency,
        order=line.order,
        item=line.item,
        status=line.status,
        why=line.why or None,
        booked=line.booked,
        payout=ids.show("pyo", one.payout) if one.payout is not None else None,
        statement=line.statement,
        paid_out=one.is_paid_out,
        changed_at=line.told_differently_at,
        created_at=line.taken_at,
    )


def order_view(
    connection: str, order: str, found: OrderSettlement, currency: str, lines: Sequence[ShownLine]
) -> OrderSettlementView:
    """How far an order is settled, as the API shows it."""
    return OrderSettlementView(
        connection=connection,
        order=order,
        state=found.state,
        currency=currency,
        expected=found.expected,
        sold=found.sold,
        difference=found.difference,
        difference_why=found.why,
        net=found.net,
        paid_out=found.paid_out,
        lines=[line_view(one) for one in lines],
    )


def _shared(one: ExplainedPayout) -> dict[str, Any]:
    payout, explanation = one.payout, one.explanation
    return {
        "id": ids.show("pyo", payout.id),
        "connection": payout.connection,
        "statement": payout.statement,
        "amount": payout.amount,
        "currency": payout.currency,
        "paid": payout.is_paid,
        "opening": explanation.opening,
        "sums": [KindSumView(of.kind, of.amount, of.lines) for of in explanation.sums],
        "held": explanation.held,
        "difference": explanation.difference,
        "difference_why": explanation.why,
        "kept_back": explanation.kept_back,
        "changed_at": payout.told_differently_at,
        "made_on": payout.made_on,
        "created_at": payout.heard_at,
        "paid_at": payout.paid_at,
    }
