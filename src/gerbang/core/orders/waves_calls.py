"""Packing or shipping orders of one shop in one call. Each has an operation of its own, as if it were done alone: written before, claimed, and where the answer says nothing
of it looked up by its own job. What is asked beforehand is asked once for all.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from gerbang.base.errors import UpstreamFailed
from gerbang.core.connections.model import Connection
from gerbang.core.connections.outbound_calls import MARKETPLACES, CallResult, Outcome
from gerbang.core.connections.outbound_calls import Operation as Call_
from gerbang.core.orders import operation_store
from gerbang.core.orders.intake import take_reads
from gerbang.core.orders.jobs import fetching
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import Item, OrderDetails
from gerbang.core.orders.operation_calls import LEASE_S, Asking, Operating, item_name, not_done, outcomes_of, refusal_of
from gerbang.core.orders.operation_model import ItemOutcome, Operation, OperationKind, status_of
from gerbang.core.queue import service as queue
from gerbang.ports.marketplace import PACK, SHIP
from gerbang.ports.marketplace_orders import MarketplaceOrder, Packing

_READ_AT_ONCE: Final = 5  # of a shop's orders
_CALLS: Final[Mapping[OperationKind, str]] = {OperationKind.PACK: PACK.name, OperationKind.SHIP: SHIP.name}


class OperatingTogether(Operating):
    """Carries operations that pack, or that ship, out together."""

    async def carry_out_together(self, wanted: Sequence[UUID]) -> None:
        """One step for each that nobody else is at. All are of one kind, belong to one shop, are of different orders and name one carrier; together they have no more
        parcels than a call takes, unless it is one alone. What is not over after it is gone on with by its own job.
        """
        if len(wanted) == 1:
            await self.carry_out(wanted[0])
            return
        async with self._db.transaction() as tx:
            claimed = [one for id_ in wanted if (one := await operation_store.claim(tx, id_, LEASE_S)) is not None]
            orders = {one.order.id: one for one in await load_orders(tx, [one.order_id for one in claimed])}
        fresh = [one for one in claimed if one.sent_at is None]
        await self._give_back([one for one in claimed if one.sent_at is not None])  # its own job looks it up
        if not fresh:
            return
        shop_id = orders[fresh[0].order_id].order.connection
        assert shop_id is not None, "our own orders are packed and shipped by nobody else"
        shop = await self._outbound.connections.get(shop_id)
        try:
            refusal = await self._forbidden(fresh[0], shop, orders[fresh[0].order_id])
        except UpstreamFailed as error:
            for one in fresh:
                await self._later(one, orders[one.order_id], error)
            return
        if refusal is not None:
            for one in fresh:
                items = _items(one, orders)
                await self._end(one, None, orders[one.order_id], [not_done(item, *refusal) for item in items])
            return
        async with self._db.transaction() as tx:
            left = [one for one in fresh if await operation_store.sending(tx, one)]
        if left:
            await self._send_all(left, shop, orders)

    async def _send_all(self, left: Sequence[Operation], shop: Connection, orders: Mapping[UUID, OrderDetails]) -> None:
        kind = left[0].kind
        call = Call_(_CALLS[kind], repeatable=False)
        result: CallResult[Any] = await self._outbound.ask(
            shop.id, MARKETPLACES, call, _asking(left, orders), about=left[0].id
        )
        if result.outcome is Outcome.UNREACHABLE:
            assert result.error is not None
            for one in left:
                await self._later(one, orders[one.order_id], result.error)
            return
        if result.outcome is Outcome.UNKNOWN:
            await self._give_back(left)
            return
        ended: list[tuple[Operation, Sequence[ItemOutcome]]] = []
        for one in left:
            items = _items(one, orders)
            if result.outcome is Outcome.REFUSED:
                ended.append((one, [not_done(item, *refusal_of(result)) for item in items]))
                continue
            told = {found.item: found for found in outcomes_of(kind, items, one.asked.items, result.answer)}
            if len(told) == len(items):
                ended.append((one, [told[item_name(item)] for item in items]))
            else:
                await self._give_back([one])
        await self._end_all(ended, shop, orders)

    async def _end_all(
        self,
        ended: Sequence[tuple[Operation, Sequence[ItemOutcome]]],
        shop: Connection,
        orders: Mapping[UUID, OrderDetails],
    ) -> None:
        """Write what became of them, each together with its order as it is read now."""
        gate = asyncio.Semaphore(_READ_AT_ONCE)

        async def read(one: Operation) -> tuple[MarketplaceOrder, datetime] | None:
            async with gate:
                read_at = self.clock.now()
                found = await self._reading.order(shop, orders[one.order_id].order.external_id)
            return (found.value(), read_at) if found.outcome is Outcome.ANSWERED else None

        reads = await asyncio.gather(*(read(one) for one, told in ended if any(item.is_done for item in told)))
        known = [one for one in reads if one is not None]
        async with self._db.transaction() as tx:
            if known:
                oldest = min(read_at for _, read_at in known)
                await take_reads(tx, shop, [order for order, _ in known], read_at=oldest, source=ended[0][0].kind.value)
            heard = {order.head.id for order, _ in known}
            done = [orders[one.order_id].order for one, told in ended if any(item.is_done for item in told)]
            await queue.enqueue(tx, [fetching(shop.id, o.external_id) for o in done if o.external_id not in heard])
            for one, told in ended:
                await self._write_end(tx, one, status_of(told), told)

    async def _give_back(self, known: Sequence[Operation]) -> None:
        async with self._db.transaction() as tx:
            for one in known:
                await operation_store.give_back(tx, one)


def _asking(left: Sequence[Operation], orders: Mapping[UUID, OrderDetails]) -> Asking:
    """The one call for all of these."""
    if left[0].kind is OperationKind.SHIP:
        parcels = [package for one in left for package in one.asked.packages]
        return lambda adapter, account: adapter.ship(account, parcels)
    packings = [Packing(orders[one.order_id].order.external_id, one.asked.items, one.asked.carrier) for one in left]
    return lambda adapter, account: adapter.pack(account, packings)


def _items(one: Operation, orders: Mapping[UUID, OrderDetails]) -> list[Item]:
    return [item for item in orders[one.order_id].items if item.external_id in one.asked.items]
