"""What clients may send about waves. Unknown members are refused (R40)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.errors import FieldError, NotFound
from gerbang.core.orders.model import PREFIX
from gerbang.core.orders.waves_model import MOST_ORDERS, WAVE_PREFIX, NewWave, OrdersNotForWave, WaveNotFound
from gerbang.web.problems import invalid_field

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class NewWaveBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Without `orders` it takes what waits to be packed, the nearest deadline first; `shop` is the connection below an app. `shipment_provider` only where the shop
    chooses its carrier.
    """

    orders: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=MOST_ORDERS)] | None = None
    shop: Name | None = None
    status: Literal["pending"] | None = None
    ship_by_before: Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ORDERS)] = MOST_ORDERS
    shipment_provider: Name | None = None

    def read(self, ship_by_before: datetime | None) -> NewWave:
        """What is wanted; the time is read at the edge. Raises OrdersNotForWave, Invalid with a pointer."""
        for name in ("shop", "status", "ship_by_before"):
            if self.orders is not None and getattr(self, name) is not None:
                raise invalid_field(f"/{name}", "Name orders, or say which are wanted: not both.")
        return NewWave(
            orders=_read_orders(self.orders),
            shop=self.shop,
            ship_by_before=ship_by_before,
            limit=self.limit,
            carrier=self.shipment_provider or "",
        )


def _read_orders(shown: Sequence[str] | None) -> Sequence[UUID] | None:
    if shown is None:
        return None
    found: list[UUID] = []
    faults: list[FieldError] = []
    for place, one in enumerate(shown):
        try:
            found.append(ids.read(PREFIX, one))
        except NotFound:
            faults.append(FieldError(f"/orders/{place}", "There is no such order."))
    if faults:
        raise OrdersNotForWave(errors=faults)
    return found


def wave_id(shown: str) -> UUID:
    """The inner form of a wave's id. Raises WaveNotFound."""
    try:
        return ids.read(WAVE_PREFIX, shown)
    except NotFound as error:
        raise WaveNotFound from error
