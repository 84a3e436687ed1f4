"""The outer shape of waves. Pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from gerbang.base import ids
from gerbang.core.orders.model import PREFIX
from gerbang.core.orders.waves_model import WAVE_PREFIX, PickLine, Wave, WaveOrder, WaveOrderStatus, WaveStatus


class WaveView(msgspec.Struct, frozen=True, kw_only=True):
    """How far a wave is: of `total` orders so many are `packed`, `failed`, have their label (`printed`) and are `shipped`. An order of our own has no label."""

    id: str
    status: WaveStatus
    total: int
    packed: int
    failed: int
    printed: int
    shipped: int
    shipment_provider: str | None
    livemode: bool
    created_at: datetime
    updated_at: datetime


class WaveFailureView(msgspec.Struct, frozen=True):
    """An order that fell out; or, where `packed` is true, of which a part is not in its parcel, or that could not be shipped: the marketplace's code and words, or ours."""

    order: str
    shop: str | None
    packed: bool
    shipped: bool
    code: str
    reason: str


class WholeWaveView(WaveView, frozen=True, kw_only=True):
    """A wave with what fell out of it, by deadline."""

    failures: Sequence[WaveFailureView]


class PickLineView(msgspec.Struct, frozen=True):
    """So many of a SKU are to be fetched; `warehouse` is the marketplace's word for it, empty where a shop has one."""

    sku: str
    name: str
    warehouse: str
    quantity: int


def wave_view(one: Wave) -> WaveView:
    """A wave in a list."""
    return WaveView(
        id=ids.show(WAVE_PREFIX, one.id),
        status=one.status,
        total=one.total,
        packed=one.packed,
        failed=one.failed,
        printed=one.printed,
        shipped=one.shipped,
        shipment_provider=one.carrier or None,
        livemode=one.livemode,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def whole_wave_view(one: Wave, failed: Sequence[WaveOrder]) -> WholeWaveView:
    """A wave alone."""
    shown = wave_view(one)
    failures = [
        WaveFailureView(
            ids.show(PREFIX, order.order_id),
            order.connection,
            order.status is not WaveOrderStatus.FAILED,
            order.status is WaveOrderStatus.SHIPPED,
            order.code,
            order.reason,
        )
        for order in failed
    ]
    return WholeWaveView(**{name: getattr(shown, name) for name in shown.__struct_fields__}, failures=failures)


def pick_line_view(one: PickLine) -> PickLineView:
    """A line of the pick list."""
    return PickLineView(one.sku, one.name, one.warehouse, one.quantity)
