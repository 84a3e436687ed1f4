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
    """`packing`: orders are packed still; `printing`: all that can be is packed, and labels are fetched; `done`: it waits for somebody who ships it; `shipping`: its
    parcels are said to be ready; `shipped`: each is, or has its reason and can be tried again.
    """

    PACKING = "packing"
    PRINTING = "printing"
    DONE = "done"
    SHIPPING = "shipping"
    SHIPPED = "shipped"


class WaveOrderStatus(StrEnum):
    """Where one order of a wave stands. While it is `packing` or `shipping` its operation says how far it is."""

    WAITING = "waiting"
    PACKING = "packing"
    PACKED = "packed"
    FAILED = "failed"  # told with its reason; nothing that comes after waits for it
    TO_SHIP = "to_ship"
    SHIPPING = "shipping"
    SHIPPED = "shipped"  # ready for its carrier, or gone


IN_PARCEL: Final = (WaveOrderStatus.PACKED, WaveOrderStatus.TO_SHIP, WaveOrderStatus.SHIPPING, WaveOrderStatus.SHIPPED)


Change = tuple[int, WaveOrderStatus, UUID | None, str, str]  # place, status, operation, code, reason
_MOST_WORDS: Final = 300


def words_of(error: Conflict) -> str:
    """Why an order falls out, as it is shown: of several faults the first, without the item's name."""
    why = error.errors[0].detail.partition(": ")[2] if error.errors else error.detail
    return why[:_MOST_WORDS]


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


class WaveNotPacked(Conflict):
    code = "wave_not_packed"
    title = "The wave is not packed and labelled yet"


class NothingToShip(Conflict):
    code = "nothing_to_ship"
    title = "No parcel of the wave waits to be shipped"


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """A wave. `total` orders are in it; of them so many are `packed`, `failed`, have their label (`printed`) and are `shipped`; `shipper` said so last."""

    id: UUID
    livemode: bool
    status: WaveStatus
    carrier: str
    actor: str
    total: int
    packed: int
    failed: int
    printed: int
    shipped: int
    shipper: str
    created_at: datetime
    updated_at: datetime


class WaveOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One order of a wave, at its place by deadline. `part` is the document that has its label; one of our own has neither shop nor label."""

    wave_id: UUID
    place: int
    order_id: UUID
    connection: str | None
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
