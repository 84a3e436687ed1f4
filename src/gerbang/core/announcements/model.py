"""The announcement: what happened to which payment, in order. Data only."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec


class Announcement(msgspec.Struct, frozen=True):
    """`type` is `payment.paid`, `refund.succeeded` …; `sequence` grows by one per announcement of the same payment.
    `data` holds status, amounts and ids; never names or addresses.
    """

    type: str
    payment_id: UUID | None
    sequence: int
    data: Mapping[str, object]
    made_at: datetime
    id: UUID | None = None
