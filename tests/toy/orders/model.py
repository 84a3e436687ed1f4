"""An order of the toy market: what it is, what may be said of it, and how far that brings it. Pure."""

import enum
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

ORDER: Final = "order"


class Status(enum.StrEnum):
    RECEIVED = "received"
    PACKED = "packed"
    SHIPPED = "shipped"


class Order(msgspec.Struct, frozen=True):
    """`number` is the shop's own; `sequence` counts what was announced of the order."""

    id: UUID
    shop: str
    number: str
    status: Status
    buyer: str
    email: str
    sequence: int
    created_at: datetime


class OrderFact(msgspec.Struct, frozen=True):
    """How far an order has come, and who buys. Said twice or late it changes nothing. `id` is for one that is made here."""

    shop: str
    number: str
    status: Status
    buyer: str = ""
    email: str = ""
    source: str = "webhook"
    id: UUID | None = None


def advance(status: Status, said: Status) -> Status:
    """An order only moves on."""
    return max(status, said, key=list(Status).index)
