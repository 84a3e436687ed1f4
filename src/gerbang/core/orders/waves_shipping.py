"""A wave's last step: its parcels are said to be ready, twenty in a call, each order by an operation of its own that is never sent twice. What cannot leave is told with
its reason, stays packed, and may be shipped by asking once more.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import Conflict
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity.model import Caller
from gerbang.core.orders import store as orders_store
from gerbang.core.orders import waves_store as store
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import OrderDetails
from gerbang.core.orders.operation_model import Asked, OperationKind, was_done, why_not
from gerbang.core.orders.operations import TAKEN_OVER, Operations, Wanted, write
from gerbang.core.orders.waves_model import (
    BATCH,
    WAVE_PREFIX,
    Change,
    NothingToShip,
    Wave,
    WaveNotPacked,
    WaveOrder,
    WaveOrderStatus,
    WaveStatus,
    words_of,
)
from gerbang.ports.marketplace import SHIP

_S = WaveOrderStatus


async def ask(tx: Tx, caller: Caller, wave: Wave) -> None:
    """All that is packed of a wave, whose row is locked, is to leave. Raises WaveNotPacked, NothingToShip."""
    if wave.status is WaveStatus.SHIPPING:
        return
    if wave.status not in (WaveStatus.DONE, WaveStatus.SHIPPED):
        raise WaveNotPacked(f"It is {wave.status.value}.", hint="Wait until it is `done`.")
    count = await store.to_ship(tx, wave.id, caller.label)
    if not count:
        raise NothingToShip
    await store.recount(tx, wave.id, WaveStatus.SHIPPING)
    await record(tx, [Entry(caller.label, "wave.ship_asked", ids.show(WAVE_PREFIX, wave.id), {"orders": count})])


async def begin(tx: Tx, wave: Wave, operations: Operations, now: datetime) -> tuple[Sequence[WaveOrder], list[UUID]]:
    """The next orders of one shop, whose parcels go into one call, and the operations that were written for those of them that can leave."""
    waiting = await store.orders_of(tx, wave.id, _S.TO_SHIP)
    if not waiting:
        return (), []
    several = [one for one in waiting if one.connection == waiting[0].connection][:BATCH]
    await orders_store.lock(tx, [one.order_id for one in several])
    known = {one.order.id: one for one in await load_orders(tx, [one.order_id for one in several])}
    batch = _together(several, known)
    changes: list[Change] = []
    asked: list[UUID] = []
    for one in batch:
        details, operation = known[one.order_id], ids.new()
        if _has_left(details):
            changes.append((one.place, _S.SHIPPED, one.operation_id, one.code, one.reason))
            continue
        try:
            wanted = Wanted(OperationKind.SHIP)
            items = await write(tx, operation, wave.shipper, details, wanted, late=now + TAKEN_OVER)
        except Conflict as error:
            changes.append((one.place, _S.PACKED, None, error.code, words_of(error)))
            continue
        if one.connection is None:
            await operations.do_own(tx, wave.shipper, details, operation, items)
            changes.append((one.place, _S.SHIPPED, operation, one.code, one.reason))
            continue
        asked.append(operation)
        changes.append((one.place, _S.SHIPPING, operation, one.code, one.reason))
    await store.set_orders(tx, wave.id, changes)
    return batch, asked


def _together(several: Sequence[WaveOrder], known: dict[UUID, OrderDetails]) -> Sequence[WaveOrder]:
    """The first of these whose parcels one call takes; one that has more goes alone."""
    chosen: list[WaveOrder] = []
    count = 0
    for one in several:
        count += len(known[one.order_id].packages)
        if chosen and count > SHIP.most:
            break
        chosen.append(one)
    return chosen


def _has_left(details: OrderDetails) -> bool:
    """Nothing of it waits to be shipped, and something was."""
    is_open = any(not why_not(OperationKind.SHIP, item) for item in details.items)
    return not is_open and any(was_done(OperationKind.SHIP, Asked(), item) for item in details.items)
