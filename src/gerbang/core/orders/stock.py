"""What marketplaces' orders do to the stock of all shops: kept when bought, given back when cancelled, gone when the carrier has it.

A job for each order compares where its items stand with what was done for them, in a transaction of its own: a batch of orders that held products of several shops could wait for each other.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.catalogue.model import Line
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.orders import stock_store, store
from gerbang.core.orders.model import PREFIX, Item, Order
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, NewJob
from gerbang.ports.marketplace_orders import Fulfilment, ItemStatus

log = structlog.get_logger()
STOCK: Final = "order.stock"
_S: Final = ItemStatus
_HERE: Final = frozenset({_S.UNPAID, _S.PENDING, _S.PACKED, _S.REPACKED, _S.READY_TO_SHIP})
_LEFT: Final = frozenset(
    {_S.SHIPPED, _S.DELIVERED, _S.FAILED, _S.RETURNING, _S.RETURNED, _S.LOST, _S.DAMAGED, _S.SCRAPPED}
)


class Kept(StrEnum):
    """What became of an item's stock."""

    KEPT = "kept"
    RELEASED = "released"
    GONE = "gone"


def counting(order: UUID) -> NewJob:
    """Have the stock follow an order."""
    return NewJob(STOCK, ids.show(PREFIX, order))


class Stock:
    """The handler of `order.stock`."""

    def __init__(self, db: Database, reservations: Reservations, listings: Listings) -> None:
        self._db = db
        self._reservations = reservations
        self._listings = listings

    async def run(self, job: Job) -> None:
        """Do for each item what was not done yet. What happens while it runs asks for it anew."""
        id_ = ids.read(PREFIX, job.key)
        async with self._db.transaction() as tx:
            for order in await store.lock(tx, [id_]):
                await self._follow(tx, order, (await store.items_of(tx, [id_]))[id_])
            await queue.finish(tx, [job])

    async def _follow(self, tx: Tx, order: Order, items: Sequence[Item]) -> None:
        known = await stock_store.of_order(tx, order.id)
        if not known and order.connection is not None:
            known = await self._keep(tx, order, order.connection, items)
        cancelled = [i for i in items if i.id in known and i.status is _S.CANCELLED]
        left = [i for i in items if i.id in known and i.status in _LEFT]
        owner = ids.show(PREFIX, order.id)
        for some, status in ((cancelled, Kept.RELEASED), (left, Kept.GONE)):
            now = [(item, known[item.id][0]) for item in some if known[item.id][1] == Kept.KEPT]
            if now:
                give = self._reservations.release if status is Kept.RELEASED else self._reservations.ship
                await give(tx, owner, lines_of(now))
                await stock_store.put(tx, order.id, [(item.id, sku, status.value) for item, sku in now])

    async def _keep(self, tx: Tx, order: Order, shop: str, items: Sequence[Item]) -> dict[UUID, tuple[str, str]]:
        """Keep what is still to leave of a product that is known here; what nobody has mapped is counted by nobody."""
        here = [i for i in items if i.status in _HERE and i.fulfilment is not Fulfilment.MARKETPLACE]
        names = await self._listings.products_of(tx, shop, [(i.detail.product, i.detail.variant, i.sku) for i in here])
        mapped = [(item, sku) for item, sku in zip(here, names, strict=True) if sku is not None]
        if mapped:
            owner = ids.show(PREFIX, order.id)
            short = await self._reservations.record_sale(tx, owner, lines_of(mapped))
            if short:
                missing = {one.sku: one.missing for one in short}
                await record(tx, [Entry(SYSTEM, "order.oversold", owner, {"missing": missing})])
                log.error("order.oversold", order=owner, missing=missing, alert="A marketplace sold what is not there.")
            await stock_store.put(tx, order.id, [(item.id, sku, Kept.KEPT.value) for item, sku in mapped])
        return {item.id: (sku, Kept.KEPT.value) for item, sku in mapped}


def lines_of(some: Sequence[tuple[Item, str]]) -> list[Line]:
    """So many of each SKU."""
    counted: Counter[str] = Counter()
    for item, sku in some:
        counted[sku] += item.quantity
    return [Line(sku, quantity) for sku, quantity in sorted(counted.items())]
