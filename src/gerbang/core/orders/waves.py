"""Waves: up to 500 orders by deadline, packed twenty in a call, labelled twenty in a document and shipped twenty in a call, by a job that goes on wherever the last one ended.

Each order is packed and shipped by operations of its own, which are never sent twice. What cannot be packed falls out with its reason, and nothing that comes after waits for it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.errors import Conflict, FieldError, UpstreamFailed
from gerbang.base.keyset import Place
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.idempotency.service import claim
from gerbang.core.identity.model import Caller
from gerbang.core.orders import operation_store, waves_shipping
from gerbang.core.orders import store as orders_store
from gerbang.core.orders import waves_store as store
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import OrderDetails
from gerbang.core.orders.operation_calls import item_name
from gerbang.core.orders.operation_model import OPEN, Operation, OperationKind, OperationStatus, why_not
from gerbang.core.orders.operations import TAKEN_OVER, Operations, Wanted, write
from gerbang.core.orders.reading import Reading
from gerbang.core.orders.waves_calls import OperatingTogether
from gerbang.core.orders.waves_labels import WaveLabels
from gerbang.core.orders.waves_model import (
    BATCH,
    IN_PARCEL,
    MOST_ORDERS,
    WAVE,
    WAVE_PREFIX,
    Change,
    NewWave,
    NothingToPack,
    OrdersNotForWave,
    PickLine,
    Wave,
    WaveNotFound,
    WaveOrder,
    WaveOrderStatus,
    WaveStatus,
    words_of,
)
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, NewJob, Retry

WAVE_JOB: Final = "order.wave"
_LOOK_AGAIN_S: Final = 3.0
_MOST_TRIES: Final = 500
_BATCHES: Final = 4  # in one run of the job
_S: Final = WaveOrderStatus
_NONE_LEFT: Final = "no_parcel"
_READ_WITHIN: Final = timedelta(hours=1)  # what is not read by then is looked at by a person
_NO_PARCEL: Final = "It has no parcel any more: it was cancelled, or its buyer erased."


class _Step(NamedTuple):
    """What one step comes to: operations to be carried out together, or orders of which some need a label, and in how many seconds to come again; None: all is done."""

    asked: Sequence[UUID] = ()
    wait_s: float | None = 0.0
    unlabelled: Sequence[WaveOrder] = ()


class Waves:
    """The use cases, and the handler of `order.wave`."""

    def __init__(self, db: Database, reading: Reading, operations: Operations) -> None:
        self._db = db
        self._clock = reading.clock
        self._operations = operations
        self._together = OperatingTogether(reading)
        self.labels = WaveLabels(db, reading)

    async def make(self, caller: Caller, wanted: NewWave, key: IdempotencyKey) -> tuple[Wave, bool]:
        """A wave and whether the same key made it before. Raises OrdersNotForWave, NothingToPack, IdempotencyKeyReused."""
        id_ = ids.new()
        async with self._db.transaction() as tx:
            first = await claim(tx, key, WAVE, id_)
            if first is None:
                await self._make(tx, caller, wanted, id_)
        made, _ = await self.get(first or id_)
        return made, first is not None

    async def ship(self, caller: Caller, id_: UUID, key: IdempotencyKey) -> tuple[Wave, bool]:
        """All that is packed of a wave leaves; whether the same key said so before. Raises WaveNotFound, WaveNotPacked, NothingToShip, IdempotencyKeyReused."""
        async with self._db.transaction() as tx:
            wave = await store.lock(tx, id_)
            if wave is None:
                raise WaveNotFound
            first = await claim(tx, key, WAVE, id_)
            if first is None:
                await waves_shipping.ask(tx, caller, wave)
                await queue.enqueue(tx, [NewJob(WAVE_JOB, ids.show(WAVE_PREFIX, id_), most_tries=_MOST_TRIES)])
        now, _ = await self.get(id_)
        return now, first is not None

    async def get(self, id_: UUID) -> tuple[Wave, Sequence[WaveOrder]]:
        """A wave and those of its orders that fell out, are packed in part, or did not leave. Raises WaveNotFound."""
        async with self._db.reading() as tx:
            found = await store.one(tx, id_)
            if found is None:
                raise WaveNotFound
            ended = await store.orders_of(tx, id_, _S.FAILED, *IN_PARCEL)
        return found, [one for one in ended if one.status is _S.FAILED or one.code]

    async def page(self, after: Place | None, limit: int) -> Sequence[Wave]:
        """Newest first, from a keyset place (created_at, id) on."""
        async with self._db.reading() as tx:
            return await store.page(tx, after, limit)

    async def pick_list(self, id_: UUID) -> Sequence[PickLine]:
        """What is to be fetched for a wave, by warehouse and SKU. Raises WaveNotFound."""
        async with self._db.reading() as tx:
            if await store.one(tx, id_) is None:
                raise WaveNotFound
            return await store.pick_list(tx, id_)

    async def run(self, job: Job) -> None:
        """A few batches, and then the job anew: no run is long, and a worker that ends waits for none."""
        id_ = ids.read(WAVE_PREFIX, job.key)
        wait_s: float | None = 0.0
        for _ in range(_BATCHES):
            wait_s = await self._step(id_)
            if wait_s != 0.0:
                break
        async with self._db.transaction() as tx:
            if wait_s is not None:  # its last orders are looked up by their own jobs, however long that takes
                again = self._clock.now() + timedelta(seconds=wait_s) if wait_s else None
                await queue.enqueue(tx, [NewJob(WAVE_JOB, job.key, run_at=again, most_tries=_MOST_TRIES)])
            await queue.finish(tx, [job])

    async def _make(self, tx: Tx, caller: Caller, wanted: NewWave, id_: UUID) -> None:
        if wanted.orders is None:
            chosen = await store.to_pack(tx, wanted.shop, wanted.ship_by_before, min(wanted.limit, MOST_ORDERS))
        else:
            chosen = await _named(tx, wanted.orders)
        if not chosen or not await store.add(tx, id_, wanted.carrier, caller.label, chosen):
            raise NothingToPack("Every order that was asked for is packed, or in another wave.")
        shown = ids.show(WAVE_PREFIX, id_)
        await record(tx, [Entry(caller.label, "wave.made", shown, {"orders": len(chosen)})])
        await queue.enqueue(tx, [NewJob(WAVE_JOB, shown, most_tries=_MOST_TRIES)])

    async def _step(self, id_: UUID) -> float | None:
        """One batch. 0: go on at once; None: nothing is left to be done; else in how many seconds to come again."""
        async with self._db.transaction() as tx:
            wave = await store.lock(tx, id_)
            if wave is None or wave.status in (WaveStatus.DONE, WaveStatus.SHIPPED):
                return None
            await self._settle(tx, id_)
            if wave.status is WaveStatus.SHIPPING:
                step = await self._ship_some(tx, wave)
            else:
                step = await self._pack_some(tx, wave)
        if step.asked:
            await self._together.carry_out_together(step.asked)
        if step.unlabelled:
            return await self._label(id_, step.unlabelled)
        return step.wait_s

    async def _pack_some(self, tx: Tx, wave: Wave) -> _Step:
        waiting = await store.orders_of(tx, wave.id, _S.WAITING)
        batch = [one for one in waiting if one.connection == waiting[0].connection][:BATCH]
        asked = await self._begin(tx, wave, batch)
        is_open = bool(waiting or await store.orders_of(tx, wave.id, _S.PACKING))
        packed = await store.orders_of(tx, wave.id, _S.PACKED)
        is_labelled = all(one.part is not None or one.connection is None for one in packed)
        if batch or is_open:
            await store.recount(tx, wave.id, WaveStatus.PACKING)
            return _Step(asked, 0.0 if batch else _LOOK_AGAIN_S)
        if not is_labelled:
            await store.recount(tx, wave.id, WaveStatus.PRINTING)
            return _Step(unlabelled=packed)
        await store.recount(tx, wave.id, WaveStatus.DONE)
        told = {"packed": len(packed), "failed": wave.total - len(packed)}
        await record(tx, [Entry(SYSTEM, "wave.done", ids.show(WAVE_PREFIX, wave.id), told)])
        return _Step(wait_s=None)

    async def _ship_some(self, tx: Tx, wave: Wave) -> _Step:
        batch, asked = await waves_shipping.begin(tx, wave, self._operations, self._clock.now())
        is_open = bool(batch or await store.orders_of(tx, wave.id, _S.SHIPPING))
        await store.recount(tx, wave.id, WaveStatus.SHIPPING if is_open else WaveStatus.SHIPPED)
        if is_open:
            return _Step(asked, 0.0 if batch else _LOOK_AGAIN_S)
        shipped = len(await store.orders_of(tx, wave.id, _S.SHIPPED))
        told = {"shipped": shipped, "not_shipped": len(await store.orders_of(tx, wave.id, _S.PACKED))}
        await record(tx, [Entry(SYSTEM, "wave.shipped", ids.show(WAVE_PREFIX, wave.id), told)])
        return _Step(wait_s=None)

    async def _settle(self, tx: Tx, id_: UUID) -> None:
        """What has become of orders that are being packed or shipped."""
        packing = await store.orders_of(tx, id_, _S.PACKING, _S.SHIPPING)
        found = await operation_store.of_ids(tx, [one.operation_id for one in packing if one.operation_id])
        ended = [
            _end(one, found[one.operation_id])
            for one in packing
            if one.operation_id is not None and found[one.operation_id].status not in OPEN
        ]
        if ended:
            await store.set_orders(tx, id_, ended)

    async def _begin(self, tx: Tx, wave: Wave, batch: Sequence[WaveOrder]) -> Sequence[UUID]:
        """Write an operation for each of these that can be packed; the others are packed already, or fall out."""
        if not batch:
            return ()
        await orders_store.lock(tx, [one.order_id for one in batch])
        known = {one.order.id: one for one in await load_orders(tx, [one.order_id for one in batch])}
        changes: list[Change] = []
        asked: list[UUID] = []
        late = self._clock.now() + TAKEN_OVER
        for one in batch:
            details, operation = known[one.order_id], ids.new()
            if _is_packed(details):
                changes.append((one.place, _S.PACKED, None, "", ""))
                continue
            try:
                wanted = Wanted(OperationKind.PACK, carrier=wave.carrier)
                items = await write(tx, operation, wave.actor, details, wanted, late=late)
            except Conflict as error:
                changes.append((one.place, _S.FAILED, None, error.code, words_of(error)))
                continue
            if one.connection is None:
                await self._operations.do_own(tx, wave.actor, details, operation, items)
                changes.append((one.place, _S.PACKED, operation, "", ""))
                continue
            asked.append(operation)
            changes.append((one.place, _S.PACKING, operation, "", ""))
        await store.set_orders(tx, wave.id, changes)
        return asked

    async def _label(self, id_: UUID, packed: Sequence[WaveOrder]) -> float:
        """The next document, of the first shop that hands one over. Where none does, they are asked again later: what is packed stays packed."""
        places: Sequence[int] = ()
        failed: UpstreamFailed | None = None
        for shop in dict.fromkeys(one.connection for one in packed if one.part is None and one.connection):
            try:
                places = await self.labels.next_part(packed, shop)
                break
            except UpstreamFailed as error:
                failed = error
        else:
            assert failed is not None, "something was without a label"
            raise Retry(failed.detail, failed.retry_after_s) from failed
        async with self._db.transaction() as tx:
            await store.lock(tx, id_)
            now = await store.orders_of(tx, id_, _S.PACKED)
            without = [one for one in now if one.place in places and one.part is None]
            known = {one.order.id: one for one in await load_orders(tx, [one.order_id for one in without])}
            by_id = await operation_store.of_ids(tx, [one.operation_id for one in without if one.operation_id])
            packed_by = {one.place: by_id[one.operation_id] for one in without if one.operation_id}
            late = self._clock.now() - _READ_WITHIN
            gone = [one for one in without if not _is_coming(known[one.order_id], packed_by.get(one.place), late)]
            changes = [(one.place, _S.FAILED, one.operation_id, _NONE_LEFT, _NO_PARCEL) for one in gone]
            await store.set_orders(tx, id_, changes)
        waits = len(without) - len(gone)
        return _LOOK_AGAIN_S if waits and waits == len(places) else 0.0


def _is_coming(details: OrderDetails, packed_by: Operation | None, late: datetime) -> bool:
    """It has a parcel since its labels were asked for; or the marketplace has packed some of it, and here that does not stand yet: a job of its own reads it."""
    if details.buyer.erased_at is not None:
        return False
    if details.packages:
        return True
    done = (
        {told.item for told in packed_by.outcomes if told.is_done} if packed_by and packed_by.updated_at > late else ()
    )
    return any(item_name(item) in done for item in details.items if not why_not(OperationKind.PACK, item))


def _is_packed(details: OrderDetails) -> bool:
    """Nothing of it is to be packed, and it has a parcel that has not left."""
    fit = any(not why_not(OperationKind.PACK, item) for item in details.items)
    return not fit and any(not why_not(OperationKind.SHIP, item) for item in details.items)


def _end(one: WaveOrder, operation: Operation) -> Change:
    """Of a parcel that some items did not get into a person hears, though it has a label."""
    missed = next((item for item in operation.outcomes if not item.is_done), None)
    if one.status is _S.SHIPPING:
        status = _S.PACKED if missed else _S.SHIPPED
        code, reason = (missed.code, missed.reason) if missed else (one.code, one.reason)
    else:
        status = _S.FAILED if operation.status is OperationStatus.NOT_DONE else _S.PACKED
        code, reason = (missed.code, missed.reason) if missed else ("", "")
    return one.place, status, one.operation_id, code, reason


async def _named(tx: Tx, orders: Sequence[UUID]) -> list[tuple[UUID, str | None, bool]]:
    """Orders that were named, by deadline. Raises OrdersNotForWave with a pointer for each that is not to be packed."""
    known = {one.order.id: one for one in await load_orders(tx, list(dict.fromkeys(orders)))}
    taken = await store.in_open_wave(tx, orders)
    faults: list[FieldError] = []
    for place, id_ in enumerate(orders):
        why = ""
        if id_ not in known:
            why = "There is no such order."
        elif id_ in taken:
            why = "It is in another wave that is not over."
        elif not _is_packed(known[id_]) and all(why_not(OperationKind.PACK, item) for item in known[id_].items):
            why = f"It is {known[id_].order.status.value}."
        if why:
            faults.append(FieldError(f"/orders/{place}", why))
    if faults:
        raise OrdersNotForWave(errors=faults)
    far = max((one.order.ship_by for one in known.values() if one.order.ship_by), default=None)
    ordered = sorted(
        known.values(), key=lambda one: (one.order.ship_by is None, one.order.ship_by or far, one.order.id)
    )
    return [(one.order.id, one.order.connection, one.order.livemode) for one in ordered]
