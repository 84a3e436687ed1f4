"""Asking a marketplace for orders, and handing what it tells to the one writer. No transaction is open while it is asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.connections.model import Connection
from gerbang.core.connections.outbound_calls import MARKETPLACES, CallResult, Operation, OutboundCalls
from gerbang.core.orders import poll_store
from gerbang.core.orders.intake import take_reads
from gerbang.core.orders.model import Order
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job
from gerbang.ports.marketplace import CHANGED, ORDER, ORDERS, Refused, TooMuchData, Why
from gerbang.ports.marketplace_orders import ChangedOrders, MarketplaceOrder, OrderCursor, OrderHead, Unreadable

log = structlog.get_logger()
_CHANGED: Final = Operation(CHANGED.name, CHANGED.repeatable)
_WITH_ITEMS: Final = Operation(ORDERS.name, ORDERS.repeatable)
_ORDER: Final = Operation(ORDER.name, ORDER.repeatable)


class Reading:
    """Reads orders of shops, by business time: the marketplace's sandbox keeps it too."""

    def __init__(self, db: Database, outbound: OutboundCalls, clock: BusinessClock) -> None:
        self.db = db
        self.outbound = outbound
        self.clock = clock

    async def changed(self, shop: Connection, since: datetime | OrderCursor) -> ChangedOrders:
        """A page of orders that changed. Raises UpstreamFailed."""
        result = await self.outbound.ask(
            shop.id, MARKETPLACES, _CHANGED, lambda adapter, account: adapter.changed_orders(account, since)
        )
        return result.value()

    async def with_items(self, shop: Connection, heads: Sequence[OrderHead]) -> Sequence[MarketplaceOrder | Unreadable]:
        """Orders with their items; where that was too much at once, in two parts. Raises UpstreamFailed."""
        found: list[MarketplaceOrder | Unreadable] = []
        for first in range(0, len(heads), ORDERS.most):
            found += await self._with_items(shop, heads[first : first + ORDERS.most])
        return found

    async def order(self, shop: Connection, external_id: str) -> CallResult[MarketplaceOrder]:
        """One order, whole; or why not."""
        return await self.outbound.ask(
            shop.id,
            MARKETPLACES,
            _ORDER,
            lambda adapter, account: adapter.order(account, external_id),
            about=external_id,
        )

    async def refresh(self, shop: Connection, external_id: str, source: str, ends: Sequence[Job] = ()) -> Order | None:
        """Read one order and write it; None for one that the marketplace does not know, or that cannot be read. Raises UpstreamFailed.
        `ends` are jobs that are done with it: they end in the commit that keeps the order.
        """
        read_at = self.clock.now()
        result = await self.order(shop, external_id)
        if isinstance(result.error, Refused) and result.error.why in (Why.NOT_FOUND, Why.UNREADABLE):
            if result.error.why is Why.UNREADABLE:
                async with self.db.transaction() as tx:
                    await note_unreadable(tx, shop, [Unreadable(external_id, result.error.detail)], read_at)
            return None
        read = result.value()
        async with self.db.transaction() as tx:
            (order,) = await take_reads(tx, shop, [read], read_at=read_at, source=source)
            await queue.finish(tx, ends)
        return order

    async def _with_items(
        self, shop: Connection, heads: Sequence[OrderHead]
    ) -> Sequence[MarketplaceOrder | Unreadable]:
        result = await self.outbound.ask(
            shop.id, MARKETPLACES, _WITH_ITEMS, lambda adapter, account: adapter.with_items(account, heads)
        )
        if isinstance(result.error, TooMuchData) and len(heads) > 1:
            half = len(heads) // 2
            return [*await self._with_items(shop, heads[:half]), *await self._with_items(shop, heads[half:])]
        return result.value()


async def note_unreadable(tx: Tx, shop: Connection, found: Sequence[Unreadable], now: datetime) -> None:
    """Orders that hold what cannot be: each is told to a person once."""
    if not found:
        return
    new = await poll_store.unreadable(tx, shop.id, found, now)
    why = {one.order: one.why for one in found}
    entries = [Entry(SYSTEM, "order.unreadable", f"connection:{shop.id}", {"order": one}) for one in new]
    await record(tx, entries)
    for one in new:
        alert = "An order holds what cannot be: it stands still until the marketplace tells it otherwise."
        log.error("order.unreadable", connection=shop.id, order=one, why=why[one], alert=alert)
