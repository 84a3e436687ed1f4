"""An example of each event about a buyer's claim, rendered by the code that renders the real ones."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gerbang.core.orders.claim_model import BuyerClaim, Line, folded
from gerbang.core.orders.claims import Claimed
from gerbang.ports.marketplace_orders import ClaimKind, ClaimStatus
from gerbang.web.event_catalogue import AT, EventData, told
from gerbang.web.views.claims import ClaimTold, claim_payload

_NOW: Final = datetime.fromisoformat(AT).astimezone(UTC)
_CLAIM, _ORDER, _ITEM = (UUID(f"019ad3e5-3a10-7c3b-8f21-6d0e4b7a9d1{n}") for n in range(3))


def _example(type_: str) -> Mapping[str, Any]:
    is_held, is_updated = type_ == "order.claim_held", type_ == "order.claim_updated"
    line = Line(
        id="663790000102006",
        item=_ITEM,
        status=ClaimStatus.COMING_BACK if is_updated else ClaimStatus.REQUESTED,
        said="SELLER_AGREE_RETURN" if is_updated else "REQUEST_INITIATE",
        refund=None if is_held else 139_000,
        readings=(50, 5_000) if is_held else (),
        held="hundredfold" if is_held else "",
        reason="Item is defective",
        decide_by=None if is_updated else _NOW + timedelta(hours=5 if type_ == "order.claim_due" else 48),
    )
    claim = BuyerClaim(
        id=_CLAIM,
        order_id=_ORDER,
        connection="lazada-1",
        external_id="658960600102006",
        kind=ClaimKind.RETURN,
        to_seller=True,
        status=line.status,
        waits=False,
        lines=(line,),
        decide_by=None,
        held="",
        version=_NOW,
        read_at=_NOW,
        due_told=None,
        sequence=1,
        created_at=_NOW,
        updated_at=_NOW,
    )
    return claim_payload(Claimed(folded(claim), "IDR", None))


CLAIM_DATA: Final[EventData] = told(ClaimTold, _example, by_webhook=True)
