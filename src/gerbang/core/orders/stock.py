"""What marketplaces' orders do to the stock of all shops: kept when bought, given back when cancelled, gone when the carrier has it.

A job compares where the items of some orders stand with what was done for them, all in one transaction. It holds the rows of orders, reservations and products one kind after the other,
each in one order for everybody: two batches with products of several shops would wait for each other. A batch that cannot be done is taken apart, so that one order holds up no other.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.errors import Unavailable
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.catalogue.model import Line
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.orders import operation_store, stock_store, store
from gerbang.core.orders.model import ORDER, PREFIX, Item, Order
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, LeaseLost, NewJob
from gerbang.ports.marketplace_orders import Fulfilment, ItemStatus

log = structlog.get_logger()
STOCK: Final = "order.stock"
_BATCH: Final = 50  # orders of one job: so long nobody else sells their products
_S: Final = ItemStatus
HERE: Final = frozenset({_S.UNPAID, _S.PENDING, _S.PACKED, _S.REPACKED, _S.READY_TO_SHIP})
LEFT: Final = frozenset(
    {_S.SHIPPED, _S.DELIVERED, _S.FAILED, _S.RETURNING, _S.RETURNED, _S.LOST, _S.DAMAGED, _S.SCRAPPED}
)


class Kept(StrEnum):
    """What became of an item's stock."""

    KEPT = "kept"
    RELEASED = "released"
    GONE = "gone"


def counting(orders: Sequence[UUID]) -> list[NewJob]:
    """Have the stock follow orders of one shop: a job for many. One order by itself has one job at a time."""
    jobs = []
    for first in range(0, len(orders), _BATCH):
        shown = [ids.show(PREFIX, id_) for id_ in orders[first : first + _BATCH]]
        key = (
            shown[0] if len(shown) == 1 else str(ids.new())
        )  # another batch that begins with the same order is another job
        jobs.append(NewJob(STOCK, key, {"orders": shown} if len(shown) > 1 else {}))
    return jobs


class _Sale(NamedTuple):
    """What is to be kept for an order: items, each with the SKU of ours."""

    order: Order
    items: list[tuple[Item, str]]


class _End(NamedTuple):
    """What becomes of items of an order that were kept."""

    order: Order
    items: list[tuple[Item, str]]
    status: Kept


class Stock:
    """The handler of `order.stock`."""

    def __init__(self, db: Database, reservations: Reservations, listings: Listings) -> None:
        self._db = db
        self._reservations = reservations
        self._listings = listings

    async def run(self, job: Job) -> None:
        """Do for each item what was not done yet. What happens while it runs asks for it anew."""
        shown = msgspec.convert(job.payload.get("orders", [job.key]), list[str])
        orders = [ids.read(PREFIX, one) for one in shown]
        try:
            async with self._db.transaction() as tx:
                await self._follow(tx, orders)
                await queue.finish(tx, [job])
        except (Unavailable, LeaseLost):
            raise
        except Exception as error:
            if len(orders) == 1:
                raise
            log.warning("order.stock_taken_apart", orders=len(orders), why=str(error)[:300])
            async with self._db.transaction() as tx:
                await queue.enqueue(tx, [one for id_ in orders for one in counting([id_])])
                await queue.finish(tx, [job])

    async def follow(self, job: Job, orders: Sequence[UUID]) -> None:
        """The same for these orders while the job is still its worker's, which it does not end; those that cannot be done together are done one by one by jobs of their own."""
        for first in range(0, len(orders), _BATCH):
            some = orders[first : first + _BATCH]
            try:
                async with self._db.transaction() as tx:
                    await queue.still_held(tx, job)
                    await self._follow(tx, some)
            except (Unavailable, LeaseLost):
                raise
            except Exception as error:  # noqa: BLE001  one order holds up no other
                log.warning("order.stock_taken_apart", orders=len(some), why=str(error)[:300])
                async with self._db.transaction() as tx:
                    await queue.enqueue(tx, [one for id_ in some for one in counting([id_])])

    async def count(self, order: UUID) -> None:
        """The same at once, for whoever must know whether an order is oversold: before its job ran nothing of it is kept."""
        async with self._db.transaction() as tx:
            await self._follow(tx, [order])

    async def _follow(self, tx: Tx, wanted: Sequence[UUID]) -> None:
        orders = await store.lock(tx, wanted)
        items = await store.items_of(tx, [one.id for one in orders])
        known = await stock_store.of_orders(tx, [one.id for one in orders])
        held = {one.id for one in orders if known[one.id]}  # of whom there is a reservation
        fresh = {one.id: [item for item in items[one.id] if item.id not in known[one.id]] for one in orders}
        sales = await self._sales(tx, orders, fresh)
        for sale in sales:
            known[sale.order.id] |= {item.id: (sku, Kept.KEPT.value) for item, sku in sale.items}
        ends = [end for one in orders for end in _ends(one, items[one.id], known[one.id])]
        if len(sales) + len(ends) > 1:
            skus = {sku for sale in sales for _, sku in sale.items}
            owners = {_owner(order) for order in (*(one.order for one in sales), *(one.order for one in ends))}
            is_given_up = any(end.status is Kept.RELEASED for end in ends)
            await self._reservations.hold(tx, sorted(owners), sorted(skus), gives_up=is_given_up)
        if sales:
            await self._keep(tx, sales, held)
        given_up = [end.order.id for end in ends if end.status is Kept.RELEASED]
        emptied = await operation_store.emptied(tx, given_up) if given_up else set()
        for end in ends:
            if end.status is Kept.GONE:
                await self._reservations.ship(tx, _owner(end.order), lines_of(end.items))
            else:
                await self._give_up(tx, end, emptied)
            await stock_store.put(tx, [(item.id, end.order.id, sku, end.status.value) for item, sku in end.items])

    async def _give_up(self, tx: Tx, end: _End, emptied: Collection[tuple[UUID, str]]) -> None:
        """It can be sold again; but what was cancelled because there is none cannot, nor more of the same, until somebody counts: the marketplace has set it to 0."""
        owner = _owner(end.order)
        none_left = [(item, sku) for item, sku in end.items if (end.order.id, item.external_id) in emptied]
        rest = [one for one in end.items if one not in none_left]
        if rest:
            await self._reservations.release(tx, owner, lines_of(rest))
        if none_left:
            lines = lines_of(none_left)
            await self._reservations.empty(tx, owner, lines)
            skus = ", ".join(line.sku for line in lines)
            await record(tx, [Entry(SYSTEM, "order.stock_emptied", owner, {"to": skus})])
            log.warning(
                "order.stock_emptied", order=owner, skus=skus, alert="Count it: nothing of it is for sale until then."
            )

    async def _sales(self, tx: Tx, orders: Sequence[Order], fresh: Mapping[UUID, Sequence[Item]]) -> list[_Sale]:
        """Of what was not counted, what is still to leave of products that are known here; what nobody has mapped is counted by nobody."""
        of_shops: dict[str, list[tuple[Order, Item]]] = {}
        for order in orders:
            if order.connection is not None:
                here = [i for i in fresh[order.id] if i.status in HERE and i.fulfilment is not Fulfilment.MARKETPLACE]
                of_shops.setdefault(order.connection, []).extend((order, item) for item in here)
        found: dict[UUID, _Sale] = {}
        for shop, sold in of_shops.items():
            words = [(item.detail.product, item.detail.variant, item.sku) for _, item in sold]
            for (order, item), sku in zip(sold, await self._listings.products_of(tx, shop, words), strict=True):
                if sku is not None:
                    found.setdefault(order.id, _Sale(order, [])).items.append((item, sku))
        return list(found.values())

    async def _keep(self, tx: Tx, sales: Sequence[_Sale], held: Collection[UUID]) -> None:
        """Keep it: for an order of which something was counted before, beside that."""
        lines = {_owner(sale.order): lines_of(sale.items) for sale in sales}
        more = {_owner(sale.order) for sale in sales if sale.order.id in held}
        first = {owner: wanted for owner, wanted in lines.items() if owner not in more}
        short_of = dict(await self._reservations.record_sales(tx, first)) if first else {}
        if more:
            short_of |= await self._reservations.add_sales(tx, {owner: lines[owner] for owner in more})
        of = {_owner(sale.order): sale.order for sale in sales}
        for owner, short in short_of.items():
            if short:
                await _tell_oversold(tx, of[owner], {one.sku: one.missing for one in short})
        rows = [(item.id, sale.order.id, sku, Kept.KEPT.value) for sale in sales for item, sku in sale.items]
        await stock_store.put(tx, rows)


async def _tell_oversold(tx: Tx, order: Order, missing: Mapping[str, int]) -> None:
    """That an order is held, to whoever looks after orders: its row is held, and nothing of it was told in this transaction."""
    shown = _owner(order)
    sequence, now = await store.touch(tx, order.id)
    await record(tx, [Entry(SYSTEM, "order.oversold", shown, {"missing": missing})])
    told = {
        "order": shown,
        "status": order.status.value,
        "connection": order.connection,
        "livemode": order.livemode,
        "why": ", ".join(f"{count} × {sku}" for sku, count in missing.items()),
    }
    await announce(tx, [Announcement("order.oversold", ObjectRef(ORDER, order.id), told, now, sequence)])
    log.error("order.oversold", order=shown, missing=dict(missing), alert="A marketplace sold what is not there.")


def _ends(order: Order, items: Sequence[Item], known: Mapping[UUID, tuple[str, str]]) -> list[_End]:
    """What was kept and is given up, or has left."""
    kept = [(item, known[item.id][0]) for item in items if known.get(item.id, ("", ""))[1] == Kept.KEPT]
    cancelled = [(item, sku) for item, sku in kept if item.status is _S.CANCELLED]
    left = [(item, sku) for item, sku in kept if item.status in LEFT]
    return [_End(order, some, status) for some, status in ((cancelled, Kept.RELEASED), (left, Kept.GONE)) if some]


def _owner(order: Order) -> str:
    return ids.show(PREFIX, order.id)


def lines_of(some: Sequence[tuple[Item, str]]) -> list[Line]:
    """So many of each SKU."""
    counted: Counter[str] = Counter()
    for item, sku in some:
        counted[sku] += item.quantity
    return [Line(sku, quantity) for sku, quantity in sorted(counted.items())]
