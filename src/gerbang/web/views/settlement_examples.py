"""What events about statements and payouts of marketplaces say, and an example of each. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.core.settlements.explaining import Payout, explain
from gerbang.core.settlements.model import LineStatus, Total
from gerbang.core.settlements.overview import ExplainedPayout
from gerbang.ports.marketplace_catalogue import FeeKind
from gerbang.web.event_catalogue import AT, told
from gerbang.web.views.settlements import PayoutTold, payout_payload

_NOW: Final = datetime.fromisoformat(AT).astimezone(UTC)
_SOME: Final = UUID("019ad3f0-5e08-7d1a-9c55-b0b1a2c3d4e5")


class SettlementTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which shop, and what its marketplace told: a name that is not known (`kind_said`), or an `amount` in minor units beside what it `was`, or what was `paid` for
    the item; of an order, a line or a statement by their names.
    """

    connection: str
    livemode: bool
    kind_said: str | None = None
    why: str | None = None
    line: str | None = None
    order: str | None = None
    item: str | None = None
    statement: str | None = None
    amount: int | None = None
    was: int | None = None
    paid: int | None = None
    currency: str | None = None


_LINE: Final = {
    "line": ids.show("stl", _SOME),
    "order": "260422900198363",
    "item": "260422900298363",
    "currency": "IDR",
}
_SETTLEMENT_SAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    "settlement.kind_unknown": {"kind_said": "Free Parcel Insurance Charge"},
    "settlement.held": {**_LINE, "why": "hundredfold", "amount": -8_500_000, "paid": 85_000},
    "settlement.changed": {**_LINE, "amount": -4_300, "was": -4_250},
}
SETTLEMENT_DATA: Final = told(
    SettlementTold,
    lambda type_: msgspec.to_builtins(SettlementTold("lazada-1", livemode=False, **_SETTLEMENT_SAYS[type_])),
)
_PAID: Final = ExplainedPayout(
    payout := Payout(
        id=_SOME,
        connection="lazada-1",
        statement="ID1001-2026-0001",
        amount=84_000,
        currency="IDR",
        opening=0,
        closing=84_000,
        is_paid=True,
        made_on=_NOW.date(),
        told_differently_at=None,
        heard_at=_NOW,
        paid_at=_NOW,
    ),
    explain(
        payout,
        [
            Total(FeeKind.SALE, LineStatus.BOOKED, "IDR", 90_000, 2),
            Total(FeeKind.COMMISSION, LineStatus.BOOKED, "IDR", -4_500, 1),
            Total(FeeKind.PAYMENT_FEE, LineStatus.BOOKED, "IDR", -1_500, 1),
        ],
    ),
)
PAYOUT_DATA: Final = told(PayoutTold, lambda _: payout_payload(_PAID), by_webhook=True)
