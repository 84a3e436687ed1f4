"""Settlements: shops are read from when they are connected on; orders say what was paid, and people decide about what is in doubt."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import structlog

from gerbang.base.db import Database, Tx, columns
from gerbang.base.polling import poll
from gerbang.core.connections.outbound_calls import MARKETPLACES, OutboundCalls
from gerbang.core.queue import service as queue
from gerbang.core.settlements import jobs, store, unreadable_store
from gerbang.core.settlements.model import PaidPrice
from gerbang.core.settlements.overview import Overview

log = structlog.get_logger()
EVERY_S: Final = 5.0
_TOLD_AFTER: Final = 3  # failures in a row
_TOLD_DAYS: Final = 14  # a payout is explained by then
_MOST_TOLD: Final = 3


class Settlements:
    """The use cases."""

    def __init__(self, db: Database, outbound: OutboundCalls) -> None:
        self._db = db
        self._outbound = outbound
        self._begun: set[tuple[str, datetime]] = set()
        self.reading = jobs.StatementReading(db, outbound)
        self.overview = Overview(db, outbound.connections)

    async def run(self, stop: asyncio.Event) -> None:
        """Begin to read shops that were connected, until `stop` is set."""
        await poll(stop, EVERY_S, self.run_once, failed="settlements.not_begun")

    async def run_once(self) -> int:
        """Begin to read every shop of a marketplace that is not read yet; returns how many there were."""
        shops = [
            one
            for one in await self._outbound.connections.all()
            if one.parent is not None and one.enabled and (one.id, one.created_at) not in self._begun
        ]
        found = [one for one in shops if self._outbound.adapter(one, MARKETPLACES) is not None]
        if not found:
            return 0
        async with self._db.transaction() as tx:
            now: datetime = await tx.fetchval("SELECT business_now()")
            new = await store.add_readings(
                tx, [one.id for one in found], (now - jobs.BACK_AT_FIRST).astimezone(UTC).date()
            )
            await queue.enqueue(tx, [jobs.job_for(shop) for shop in new])
        self._begun.update((one.id, one.created_at) for one in found)
        return len(new)

    async def failing(self) -> str | None:
        """What somebody should look at: shops whose statements could not be read several times in a row, and single lines that cannot."""
        async with self._db.reading() as tx:
            found = await store.failing(tx, _TOLD_AFTER)
            unreadable = await unreadable_store.newest(tx, _TOLD_DAYS, _MOST_TOLD)
        if found:
            return f"The statements of {', '.join(found)} cannot be read: payouts are not explained."
        if unreadable:
            named = "; ".join(f"{shop}, order {order or 'unknown'}: {why}" for shop, order, why in unreadable)
            return f"Lines of statements cannot be read, and their payouts are explained without them; compare them in the seller centre: {named}"
        return None


async def tell_paid(tx: Tx, prices: Sequence[PaidPrice]) -> None:
    """What buyers paid for items, as orders know it: what is taken back is compared with it, and what waited for it is compared within an hour.

    In the transaction of whoever learnt it. Told twice it changes nothing; the newest word counts.
    """
    if prices:
        newest = {(one.connection, one.order, one.item): one for one in prices}
        rows = [
            (*place, str(one.amount), one.currency, str(one.platform_voucher), one.is_void)
            for place, one in newest.items()
        ]
        await store.put_prices(tx, columns(rows, 7))
