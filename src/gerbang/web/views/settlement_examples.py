"""What events about statements and payouts of marketplaces say, and an example of each. Pure."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.web.event_catalogue import told

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


class PayoutTold(msgspec.Struct, frozen=True):
    """What was paid for which statement of a shop, in minor units."""

    connection: str
    livemode: bool
    statement: str
    amount: int
    currency: str


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
PAYOUT_DATA: Final = told(
    PayoutTold, lambda _: msgspec.to_builtins(PayoutTold("lazada-1", False, "ID1001-2026-0001", 3_962_410, "IDR"))
)
