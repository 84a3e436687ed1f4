"""Waves as frozen values: orders that are packed together, how far each is, and what can be wrong with one. Pure."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from gerbang.base.errors import Conflict, Invalid, NotFound

WAVE: Final = "wave"
WAVE_PREFIX: Final = "wav"
MOST_ORDERS: Final = 500
BATCH: Final = 20  # orders in one call to pack, and parcels in one document


class WaveStatus(StrEnum):
    """`packing`: orders are packed still; `printing`: all that can be is packed, and labels are fetched."""

    PACKING = "packing"
    PRINTING = "printing"
    DONE = "done"


class WaveOrderStatus(StrEnum):
    """Where one order of a wave stands. While it is `packing` its operation says how far it is."""

    WAITING = "waiting"
    PACKING = "packing"
    PACKED = "packed"
    FAILED = "failed"  # told with its reason; nothing that comes after waits for it


class WaveNotFound(NotFound):
    code = "wave_not_found"
    title = "There is no such wave"


class OrdersNotForWave(Invalid):
    """Orders that were named and cannot be packed by a wave; each has its pointer, and no wave was made."""

    code = "orders_not_for_wave"
    title = "The orders cannot be packed by a wave"


class NothingToPack(Conflict):
    code = "nothing_to_pack"
    title = "No order waits to be packed"


class LabelsNotThere(Conflict):
    code = "labels_not_there"
    title = "There are no labels of this wave yet"


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """A wave. `total` orders are in it; of them so many are `packed`, `failed`, and have their label (`printed`)."""

    id: UUID
    livemode: bool
    status: WaveStatus
    carrier: str
    actor: str
    total: int
    packed: int
    failed: int
    printed: int
    created_at: datetime
    updated_at: datetime


class WaveOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One order of a wave, at its place by deadline. `part` is the document that has its label."""

    wave_id: UUID
    place: int
    order_id: UUID
    connection: str
    status: WaveOrderStatus
    operation_id: UUID | None
    code: str
    reason: str
    part: int | None


class PickLine(NamedTuple):
    """So many of a SKU are to be fetched from a warehouse; an empty warehouse is the shop's only one."""

    sku: str
    name: str
    warehouse: str
    quantity: int


class NewWave(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders: those named, or what waits to be packed, by deadline, of one shop or of all. `carrier` only where a shop chooses one."""

    orders: Sequence[UUID] | None = None
    shop: str | None = None
    ship_by_before: datetime | None = None
    limit: int = MOST_ORDERS
    carrier: str = ""
