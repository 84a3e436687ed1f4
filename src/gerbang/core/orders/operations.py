"""Asking for something to be done to an order at its marketplace: judged by what is known here, written with its job, and only then sent.

What is asked twice under one key is done once. An order has one open operation at most: what a second one could do depends on the end of the first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.errors import FieldError
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.idempotency.service import claim
from gerbang.core.identity.model import Caller
from gerbang.core.orders import operation_store, store
from gerbang.core.orders.intake import save_moves
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import ITEM_PREFIX, PREFIX, Item, OrderDetails, OrderNotFound, OrderOversold
from gerbang.core.orders.operation_calls import OPERATE, Operating
from gerbang.core.orders.operation_model import (
    OPERATION,
    OPERATION_PREFIX,
    Asked,
    ItemOutcome,
    ItemsNotAllowed,
    Operation,
    OperationKind,
    OperationStatus,
    OrderBusy,
    UnknownItems,
    why_not_of,
)
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import NewJob
from gerbang.ports.marketplace_orders import ItemStatus

TAKEN_OVER: Final = timedelta(seconds=20)  # longer than a request waits
CANCEL_PAYMENT: Final = "order.cancel_payment"
_MOST_TRIES: Final = 200  # after hours in which the marketplace did not say what became of it, a person looks
_MOST_SHOWN: Final = 20


class Wanted(NamedTuple):
    """What somebody wants done: to these items or parcels, None: to all that stand where it can be done."""

    kind: OperationKind
    items: Sequence[UUID] | None = None
    packages: Sequence[str] | None = None
    carrier: str = ""
    reason: str = ""
    number: str = ""


class Begun(NamedTuple):
    """The order and its operation as they are now, and whether the same key asked for it before."""

    order: OrderDetails
    operation: Operation
    is_replayed: bool


class Operations:
    """The use cases. `wait_s` is how long a request waits for the marketplace; a job goes on after it. `count` has the stock follow an order now."""

    def __init__(
        self, db: Database, operating: Operating, wait_s: float, count: Callable[[UUID], Awaitable[None]]
    ) -> None:
        self._db = db
        self._count = count
        self.operating = operating
        self._wait_s = wait_s
        self._under_way: set[asyncio.Task[object]] = set()

    async def ask(self, caller: Caller, order: UUID, wanted: Wanted, key: IdempotencyKey) -> Begun:
        """Write it down and carry it out. Raises OrderNotFound, UnknownItems, ItemsNotAllowed, OrderOversold, OrderBusy, IdempotencyKeyReused; nothing was sent then."""
        if wanted.kind is OperationKind.PACK:
            await self._count(order)  # one that came a moment ago may be oversold
        async with self._db.transaction() as tx:
            id_, is_replayed = await self._write(tx, caller, order, wanted, key)
        if not is_replayed:
            task: asyncio.Task[object] = asyncio.create_task(self.operating.carry_out(id_))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            await asyncio.wait({task}, timeout=self._wait_s)
        async with self._db.reading() as tx:
            (details,) = await load_orders(tx, [order])
            return Begun(details, await operation_store.one(tx, id_), is_replayed)

    async def _do(self, tx: Tx, caller: Caller, details: OrderDetails, id_: UUID, items: Sequence[Item]) -> None:
        """What is done to an order of our own is done with the row that says so."""
        known = await operation_store.claim(tx, id_, 0.0)
        assert known is not None, "it was added in this transaction"
        said = [_moved(known, item) for item in items]
        now = self.operating.clock.now()
        await save_moves(tx, details, said, now=now, source=known.kind.value, actor=caller.label)
        if any(item.status is ItemStatus.UNPAID for item in items):  # cancelled: nobody shall pay for it any more
            shown = ids.show(PREFIX, details.order.id)
            await queue.enqueue(tx, [NewJob(CANCEL_PAYMENT, shown, {"actor": caller.label}, most_tries=_MOST_TRIES)])
        outcomes = [ItemOutcome(ids.show(ITEM_PREFIX, item.id), is_done=True) for item in items]
        await operation_store.end(tx, known, OperationStatus.DONE, outcomes)

    async def do_own(self, tx: Tx, actor: str, details: OrderDetails, id_: UUID, items: Sequence[Item]) -> None:
        """Carry out an operation of an order of our own that was written in this transaction."""
        await self._do(tx, Caller("system", actor), details, id_, items)

    async def of_order(self, order: UUID) -> Sequence[Operation]:
        """What was asked last, newest first."""
        async with self._db.reading() as tx:
            return await operation_store.of_order(tx, order, _MOST_SHOWN)

    async def _write(
        self, tx: Tx, caller: Caller, order: UUID, wanted: Wanted, key: IdempotencyKey
    ) -> tuple[UUID, bool]:
        if not await store.lock(tx, [order]):
            raise OrderNotFound
        id_ = ids.new()
        first = await claim(tx, key, OPERATION, id_)
        if first is not None:
            return first, True
        (details,) = await load_orders(tx, [order])
        late = self.operating.clock.now() + TAKEN_OVER
        items = await write(tx, id_, caller.label, details, wanted, late=late)
        if details.order.connection is None:  # it is our own: nobody is to be asked
            await self._do(tx, caller, details, id_, items)
        return id_, False


async def write(
    tx: Tx, id_: UUID, actor: str, details: OrderDetails, wanted: Wanted, *, late: datetime
) -> Sequence[Item]:
    """Write an operation of an order whose row is locked, with the job that goes on with it from `late` on; what it is about. Raises UnknownItems,
    ItemsNotAllowed, OrderOversold, OrderBusy.
    """
    items, order, shop = meant(details, wanted), details.order.id, details.order.connection
    if wanted.kind is OperationKind.PACK and details.is_held:
        raise _oversold(details)
    asked = Asked(
        items=tuple(item.external_id for item in items),
        packages=tuple(dict.fromkeys(item.package for item in items if item.package)),
        carrier=wanted.carrier,
        reason=wanted.reason,
        number=wanted.number,
    )
    if not await operation_store.add(tx, id_, order, wanted.kind, asked, actor):
        raise OrderBusy("Something asked before is not over yet.", hint="Wait for it, or look at the order's timeline.")
    shown, named = ids.show(PREFIX, order), ids.show(OPERATION_PREFIX, id_)
    told = {"kind": wanted.kind.value, "operation": named, "items": len(items)}
    await record(tx, [Entry(actor, "order.asked_for", shown, told)])
    if shop is not None:
        await queue.enqueue(tx, [NewJob(OPERATE, named, run_at=late, most_tries=_MOST_TRIES, concurrency_key=shop)])
    return items


def _oversold(details: OrderDetails) -> OrderOversold:
    missing = ", ".join(f"{count} of {sku}" for sku, count in details.missing.items())
    return OrderOversold(
        f"Not in stock: {missing}.",
        hint="Give stock, or cancel what is missing with a reason; or have it packed all the same by POST /v1/orders/{id}/release.",
    )


def _moved(operation: Operation, item: Item) -> Item:
    """An item of our own after an operation."""
    match operation.kind:
        case OperationKind.PACK:
            parcel = f"OWN-{ids.show(OPERATION_PREFIX, operation.id)[-10:]}"
            return replace(item, status=ItemStatus.PACKED, said=ItemStatus.PACKED.value, package=parcel)
        case OperationKind.SHIP:
            return replace(item, status=ItemStatus.SHIPPED, said=ItemStatus.SHIPPED.value)
        case OperationKind.CANCEL:
            detail = replace(item.detail, reason=operation.asked.reason)
            return replace(item, status=ItemStatus.CANCELLED, said=ItemStatus.CANCELLED.value, detail=detail)
        case OperationKind.INVOICE_NUMBER:
            return replace(item, detail=replace(item.detail, invoice_number=operation.asked.number))
        case OperationKind.REPACK:
            return replace(item, status=ItemStatus.REPACKED, said=ItemStatus.REPACKED.value, package="")
        case OperationKind.DELIVERED | OperationKind.DIGITAL_DELIVERED:
            return replace(item, status=ItemStatus.DELIVERED, said=ItemStatus.DELIVERED.value)
        case OperationKind.FAILED_DELIVERY:
            return replace(item, status=ItemStatus.FAILED, said=ItemStatus.FAILED.value)
        case OperationKind.RETURNED:
            return replace(item, status=ItemStatus.RETURNED, said=ItemStatus.RETURNED.value)


def meant(details: OrderDetails, wanted: Wanted) -> Sequence[Item]:
    """The items that are meant, each of which can be done. Raises UnknownItems, ItemsNotAllowed, with a pointer for each fault."""
    found = _found(details, wanted)
    _check_unpaid(details, wanted, found)
    return found


def _found(details: OrderDetails, wanted: Wanted) -> Sequence[Item]:
    if wanted.packages is not None:
        return _in_packages(details, wanted.kind, wanted.packages)
    if wanted.items is None:
        fit = [item for item in details.items if not why_not_of(wanted.kind, details.order, item)]
        if fit:
            return fit
        raise ItemsNotAllowed(
            "No item of the order stands where this can be done.",
            errors=[
                FieldError(
                    "/items", f"{ids.show(ITEM_PREFIX, item.id)}: {why_not_of(wanted.kind, details.order, item)}"
                )
                for item in details.items[:_MOST_SHOWN]
            ],
        )
    known = {item.id: item for item in details.items}
    strangers = [
        FieldError(f"/items/{place}", "The order has no such item.")
        for place, id_ in enumerate(wanted.items)
        if id_ not in known
    ]
    if strangers:
        raise UnknownItems(errors=strangers)
    _refuse(details, wanted.kind, [(f"/items/{place}", known[id_]) for place, id_ in enumerate(wanted.items)])
    return [known[id_] for id_ in dict.fromkeys(wanted.items)]


def _in_packages(details: OrderDetails, kind: OperationKind, packages: Sequence[str]) -> Sequence[Item]:
    known = details.packages
    strangers = [
        FieldError(f"/packages/{place}", "The order has no such parcel.")
        for place, one in enumerate(packages)
        if one not in known
    ]
    if strangers:
        raise UnknownItems("The order has no such parcels.", errors=strangers)
    _refuse(details, kind, [(f"/packages/{place}", item) for place, one in enumerate(packages) for item in known[one]])
    return [item for one in dict.fromkeys(packages) for item in known[one]]


def _check_unpaid(details: OrderDetails, wanted: Wanted, chosen: Sequence[Item]) -> None:
    """What waits for its payment is cancelled whole, with the payment: that is of all of it."""
    left = [one for one in details.items if one.status is not ItemStatus.CANCELLED]
    if any(one.status is ItemStatus.UNPAID for one in chosen) and len(chosen) < len(left):
        why = "Its payment is of all items: cancel the whole order, and make another."
        pointers = [f"/items/{place}" for place in range(len(wanted.items or ()))] or ["/items"]
        raise ItemsNotAllowed(why, errors=[FieldError(pointer, why) for pointer in pointers])


def _refuse(details: OrderDetails, kind: OperationKind, named: Sequence[tuple[str, Item]]) -> None:
    faults = [FieldError(pointer, why) for pointer, item in named if (why := why_not_of(kind, details.order, item))]
    if faults:
        raise ItemsNotAllowed(errors=faults)
