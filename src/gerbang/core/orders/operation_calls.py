"""Carrying an operation out: sent once, and where its answer is lost looked up at the marketplace, never sent again.

Who holds the row's claim is at it: the request that asked, or the job that takes over where that one died. A row that says `sending` may have left. No transaction is open while
the marketplace is asked.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Tx
from gerbang.base.errors import GerbangError, UpstreamFailed
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.connections.model import Connection
from gerbang.core.connections.outbound_calls import MARKETPLACES, CallResult, Outcome
from gerbang.core.connections.outbound_calls import Operation as Call_
from gerbang.core.orders import operation_store
from gerbang.core.orders.intake import take_reads
from gerbang.core.orders.jobs import fetching
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import ITEM_PREFIX, PREFIX, Item, OrderDetails
from gerbang.core.orders.operation_model import (
    BY_PARCEL,
    OPEN,
    OPERATION_PREFIX,
    ItemOutcome,
    Operation,
    OperationKind,
    OperationStatus,
    status_of,
    was_done,
)
from gerbang.core.orders.reading import Reading
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, Retry
from gerbang.ports.marketplace import (
    CANCEL,
    CANCEL_OPTIONS,
    CARRIERS,
    DELIVERED,
    DIGITAL_DELIVERED,
    FAILED_DELIVERY,
    INVOICE,
    PACK,
    REPACK,
    SHIP,
    Call,
    Marketplace,
    Refused,
)
from gerbang.ports.marketplace_orders import (
    CancelOptions,
    MarketplaceOrder,
    NotDone,
    NotTold,
    Packed,
    Packing,
    PackOutcome,
    ShipOutcome,
    Shipped,
)
from gerbang.ports.payment import Account

log = structlog.get_logger()
OPERATE: Final = "order.operate"
LEASE_S: Final = 90.0  # longer than a call may take
LOOKS: Final = (3.0, 20.0, 60.0)  # seconds before each further look: what is not done by then was not done
_MOST_WORDS: Final = 300
_AGAIN_S: Final = 10.0
GIVE_UP: Final = timedelta(minutes=15)  # for what never left
LOST: Final = "answer_lost"
UNREACHABLE: Final = "unreachable"
CARRIER_NEEDED: Final = "carrier_needed"
CARRIER_NOT_CHOSEN: Final = "carrier_not_chosen"
UNKNOWN_REASON: Final = "unknown_reason"
_CALLS: Final[Mapping[OperationKind, Call]] = {
    OperationKind.PACK: PACK,
    OperationKind.SHIP: SHIP,
    OperationKind.CANCEL: CANCEL,
    OperationKind.INVOICE_NUMBER: INVOICE,
    OperationKind.REPACK: REPACK,
    OperationKind.DELIVERED: DELIVERED,
    OperationKind.FAILED_DELIVERY: FAILED_DELIVERY,
    OperationKind.DIGITAL_DELIVERED: DIGITAL_DELIVERED,
}
Asking = Callable[[Marketplace, Account], Awaitable[Any]]


class Operating:
    """Carries operations out."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._db = reading.db
        self._outbound = reading.outbound
        self.clock: BusinessClock = reading.clock

    async def run(self, job: Job) -> None:
        """The handler of `order.operate`: goes on with what a request left."""
        id_ = ids.read(OPERATION_PREFIX, job.key)
        wait_s = await self.carry_out(id_)
        if wait_s is not None:
            raise Retry("its end is not known yet", in_s=wait_s)
        async with self._db.transaction() as tx:
            await queue.finish(tx, [job])

    async def carry_out(self, id_: UUID) -> float | None:
        """One step of an operation: sent where it was not, looked up where it may have been. In how many seconds to come again; None: it is over."""
        async with self._db.transaction() as tx:
            known = await operation_store.claim(tx, id_, LEASE_S)
            (order,) = await load_orders(tx, [known.order_id]) if known else (None,)
        if known is None or order is None or order.order.connection is None:
            async with self._db.reading() as tx:
                is_open = (await operation_store.one(tx, id_)).status in OPEN
            return LEASE_S if is_open else None
        try:
            shop = await self._outbound.connections.get(order.order.connection)
            if known.sent_at is not None:
                return await self._look_up(known, shop, order)
            return await self._send(known, shop, order)
        except UpstreamFailed as error:  # of what is asked beforehand: nothing was sent
            return await self._later(known, order, error)
        except GerbangError:
            async with self._db.transaction() as tx:
                await operation_store.give_back(tx, known)
            raise

    async def _send(self, known: Operation, shop: Connection, order: OrderDetails) -> float | None:
        items = [item for item in order.items if item.external_id in known.asked.items]
        refusal = await self._forbidden(known, shop, order)
        if refusal is not None:
            await self._end(known, shop, order, [not_done(item, *refusal) for item in items])
            return None
        async with self._db.transaction() as tx:
            if not await operation_store.sending(tx, known):
                return LEASE_S
        told: dict[str, ItemOutcome] = {}
        for part in _parts(known, order):
            result = await self._ask(shop, known, order, part)
            if result.outcome is Outcome.ANSWERED:
                told |= {one.item: one for one in outcomes_of(known.kind, items, part, result.answer)}
            elif result.outcome is Outcome.REFUSED:
                why = refusal_of(result)
                told |= {item_name(item): not_done(item, *why) for item in items if _is_in(item, part)}
            elif result.outcome is Outcome.UNREACHABLE and not told:
                assert result.error is not None
                return await self._later(known, order, result.error)
            else:
                log.warning("order.answer_lost", order=ids.show(PREFIX, order.order.id), kind=known.kind.value)
                return await self._look_up(known, shop, order)
        if len(told) < len(items):  # of some nothing was told: they may have been done
            return await self._look_up(known, shop, order, told)
        await self._end(known, shop, order, [told[item_name(item)] for item in items])
        return None

    async def _look_up(
        self, known: Operation, shop: Connection, order: OrderDetails, told: Mapping[str, ItemOutcome] | None = None
    ) -> float | None:
        """Read the order: what shows that it was done was done. What does not show it after several looks was not, and whoever wants it asks anew."""
        read_at = self.clock.now()
        result = await self._reading.order(shop, order.order.external_id)
        if result.outcome is not Outcome.ANSWERED:  # no look: it is not known yet
            async with self._db.transaction() as tx:
                await operation_store.give_back(tx, known)
            return _AGAIN_S
        async with self._db.transaction() as tx:
            await take_reads(tx, shop, [result.value()], read_at=read_at, source=known.kind.value)
            (now,) = await load_orders(tx, [order.order.id])
        items = [item for item in now.items if item.external_id in known.asked.items]
        done = {item_name(item) for item in items if was_done(known.kind, known.asked, item)}
        is_certain = all(item_name(item) in done or item_name(item) in (told or {}) for item in items)
        if not is_certain and known.looks < len(LOOKS):
            return await self._look_later(known)
        lost = (LOST, "The marketplace's answer was lost, and the order does not show that it was done.")
        outcomes = [
            ItemOutcome(item_name(item), is_done=True)
            if item_name(item) in done
            else (told or {}).get(item_name(item)) or not_done(item, *lost)
            for item in items
        ]
        async with self._db.transaction() as tx:
            await self._write_end(tx, known, status_of(outcomes), outcomes)
        return None

    async def _look_later(self, known: Operation) -> float:
        async with self._db.transaction() as tx:
            await operation_store.looked(tx, known)
        return LOOKS[min(known.looks, len(LOOKS) - 1)]

    async def _later(self, known: Operation, order: OrderDetails, error: UpstreamFailed) -> float | None:
        """It certainly did not leave: it is sent later, or never where that takes too long."""
        if isinstance(error, Refused):
            outcomes = [
                not_done(item, error.reason, error.words)
                for item in order.items
                if item.external_id in known.asked.items
            ]
            await self._end(known, None, order, outcomes)
            return None
        if self.clock.now() - known.created_at > GIVE_UP:
            why = (UNREACHABLE, f"The marketplace could not be reached: {error.detail}")
            outcomes = [not_done(item, *why) for item in order.items if item.external_id in known.asked.items]
            await self._end(known, None, order, outcomes)
            return None
        async with self._db.transaction() as tx:
            await operation_store.unsent(tx, known)
        return float(error.retry_after_s or _AGAIN_S)

    async def _end(
        self, known: Operation, shop: Connection | None, order: OrderDetails, outcomes: Sequence[ItemOutcome]
    ) -> None:
        """Write what became of it, together with the order as it is read now: whoever asks next sees what was done. Where it cannot be read a job reads it."""
        status, read_at = status_of(outcomes), self.clock.now()
        read: CallResult[MarketplaceOrder] | None = None
        if shop is not None and status is not OperationStatus.NOT_DONE:
            read = await self._reading.order(shop, order.order.external_id)
        async with self._db.transaction() as tx:
            if shop is not None and read is not None and read.outcome is Outcome.ANSWERED:
                await take_reads(tx, shop, [read.value()], read_at=read_at, source=known.kind.value)
            elif shop is not None and read is not None:
                await queue.enqueue(tx, [fetching(shop.id, order.order.external_id)])
            await self._write_end(tx, known, status, outcomes)

    async def _write_end(
        self, tx: Tx, known: Operation, status: OperationStatus, outcomes: Sequence[ItemOutcome]
    ) -> None:
        if not await operation_store.end(tx, known, status, outcomes):
            return  # another has taken it over, and ends it
        told = {
            "kind": known.kind.value,
            "operation": ids.show(OPERATION_PREFIX, known.id),
            "status": status.value,
            "codes": sorted({one.code for one in outcomes if one.code}),
        }
        await record(tx, [Entry(SYSTEM, "order.asked_for_ended", ids.show(PREFIX, known.order_id), told)])

    async def _forbidden(self, known: Operation, shop: Connection, order: OrderDetails) -> tuple[str, str] | None:
        """What the marketplace says beforehand against it. Raises UpstreamFailed where it does not say."""
        asked = known.asked
        if known.kind is OperationKind.PACK:
            packing = Packing(order.order.external_id, asked.items)
            carriers = (
                await self._outbound.ask(
                    shop.id, MARKETPLACES, _call(CARRIERS), lambda a, acc: a.carriers(acc, packing)
                )
            ).value()
            names = ", ".join(code for code, _ in carriers.options)
            if asked.carrier and not carriers.choose:
                return CARRIER_NOT_CHOSEN, "The marketplace chooses the carrier of this shop: name none."
            if carriers.choose and asked.carrier not in [code for code, _ in carriers.options]:
                return CARRIER_NEEDED, f"Name one of the carriers: {names}."
        if known.kind is OperationKind.CANCEL:
            options = await self.cancel_options(shop, order.order.external_id, asked.items)
            if asked.reason not in [one.id for one in options.reasons]:
                names = "; ".join(f"{one.id} ({one.text})" for one in options.reasons)
                return UNKNOWN_REASON, f"Name one of the reasons that hold for this order: {names}."
            if any(one.id == asked.reason and one.empties_stock for one in options.reasons):
                async with self._db.transaction() as tx:  # known before it leaves: our stock follows the marketplace's
                    await operation_store.set_asked(tx, known.id, replace(asked, empties_stock=True))
        return None

    async def cancel_options(self, shop: Connection, order: str, items: Sequence[str]) -> CancelOptions:
        """What cancelling would do, and why it may be done. Raises UpstreamFailed."""
        result = await self._outbound.ask(
            shop.id, MARKETPLACES, _call(CANCEL_OPTIONS), lambda a, account: a.cancel_options(account, order, items)
        )
        return result.value()

    async def _ask(
        self, shop: Connection, known: Operation, order: OrderDetails, part: Sequence[str]
    ) -> CallResult[Any]:
        number, asked = order.order.external_id, known.asked
        calls: Mapping[OperationKind, Asking] = {
            OperationKind.PACK: lambda a, acc: a.pack(acc, [Packing(number, tuple(part), asked.carrier)]),
            OperationKind.SHIP: lambda a, acc: a.ship(acc, part),
            OperationKind.CANCEL: lambda a, acc: a.cancel(acc, number, part, asked.reason),
            OperationKind.INVOICE_NUMBER: lambda a, acc: a.set_invoice_number(acc, part[0], asked.number),
            OperationKind.REPACK: lambda a, acc: a.repack(acc, part),
            OperationKind.DELIVERED: lambda a, acc: a.delivered(acc, part),
            OperationKind.FAILED_DELIVERY: lambda a, acc: a.failed_delivery(acc, part),
            OperationKind.DIGITAL_DELIVERED: lambda a, acc: a.digital_delivered(acc, number, part),
        }
        call = Call_(_CALLS[known.kind].name, repeatable=False)  # whatever is sent here leaves once
        return await self._outbound.ask(shop.id, MARKETPLACES, call, calls[known.kind], about=known.id)


def _parts(known: Operation, order: OrderDetails) -> Sequence[Sequence[str]]:
    """What goes out in one call each: units, or parcels of which one call takes so many."""
    if known.kind in BY_PARCEL:
        inside = [item for item in order.items if item.external_id in known.asked.items]
        packages = list(dict.fromkeys(item.package for item in inside))
        most = _CALLS[known.kind].most
        return [packages[first : first + most] for first in range(0, len(packages), most)]
    if known.kind is OperationKind.INVOICE_NUMBER:
        return [(item,) for item in known.asked.items]
    return [known.asked.items]


def _is_in(item: Item, part: Sequence[str]) -> bool:
    return item.external_id in part or item.package in part


def outcomes_of(kind: OperationKind, items: Sequence[Item], part: Sequence[str], answer: Any) -> Sequence[ItemOutcome]:
    """What an answer says of the items that were asked about; of some it may say nothing."""
    mine = [item for item in items if _is_in(item, part)]
    match kind:
        case (
            OperationKind.PACK
            | OperationKind.SHIP
            | OperationKind.REPACK
            | OperationKind.DELIVERED
            | OperationKind.FAILED_DELIVERY
            | OperationKind.DIGITAL_DELIVERED
        ):
            told = [one for one in answer if not isinstance(one, NotTold)]
            return [found for item in mine if (found := _of_item(item, told)) is not None]
        case OperationKind.CANCEL:
            done = [ItemOutcome(item_name(item), is_done=True) for item in mine]
            return done if answer.is_taken else [not_done(item, "not_taken", answer.said) for item in mine]
        case OperationKind.INVOICE_NUMBER | OperationKind.RETURNED:
            return [ItemOutcome(item_name(item), is_done=True) for item in mine]


def _of_item(item: Item, told: Sequence[PackOutcome | ShipOutcome]) -> ItemOutcome | None:
    for one in told:
        match one:
            case Packed(item=name) if name == item.external_id:
                return ItemOutcome(item_name(item), is_done=True)
            case Shipped(package=package) if package and package == item.package:
                return ItemOutcome(item_name(item), is_done=True)
            case Shipped(item=name) if name and name == item.external_id:
                return ItemOutcome(item_name(item), is_done=True)
            case NotDone() if item.external_id == one.item or (one.package and one.package == item.package):
                return not_done(item, one.code, one.reason)
            case _:
                continue
    return None


def refusal_of(result: CallResult[Any]) -> tuple[str, str]:
    """The marketplace's code, and in words what it said and what cures it."""
    error = result.error
    if isinstance(error, Refused):
        return error.reason, error.words
    return "refused", result.why


def not_done(item: Item, code: str, reason: str) -> ItemOutcome:
    return ItemOutcome(item_name(item), is_done=False, code=code[:60], reason=reason[:_MOST_WORDS])


def item_name(item: Item) -> str:
    return ids.show(ITEM_PREFIX, item.id)


def _call(one: Call) -> Call_:
    return Call_(one.name, one.repeatable)
