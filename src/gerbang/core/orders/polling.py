"""The poll: what pushes lost, and what changed while nobody was here. Once a second it is looked whose time has come; each shop is a job.

A walk goes over what changed since the newest change that was seen, less an overlap, and its cursor is stored with what it brought: whoever dies goes on there. Of what a page lists
only those orders are read whole whose change is not known yet: two changes of one second have the same version, so one counts as known when it was read well after that second.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from gerbang.base.errors import UpstreamFailed
from gerbang.base.polling import poll
from gerbang.core.connections.model import Connection, ConnectionNotFound
from gerbang.core.orders import poll_store, store
from gerbang.core.orders.intake import take_reads
from gerbang.core.orders.model import Poll
from gerbang.core.orders.reading import Reading, note_unreadable
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, NewJob
from gerbang.ports.kinds import Kind
from gerbang.ports.marketplace_orders import MarketplaceOrder, OrderCursor, OrderHead, Unreadable

POLL: Final = "order.poll"
EVERY_S: Final = 1.0
OVERLAP: Final = timedelta(minutes=5)
LOOK_BACK: Final = timedelta(days=7)  # of a shop that is new here
_SETTLED: Final = timedelta(seconds=5)  # their clock and ours may differ by less
_BATCH: Final = 100
_MOST_PAGES: Final = 20  # of one job: the others have their turn, and it goes on
_AGAIN_S: Final = (
    10.0  # after a failure, and twice as long after each more: a walk that failed once does not wait for the next one
)
_LONGEST_WAIT_S: Final = 3_600.0
TOLD_AFTER: Final = 3  # failures in a row


class Polling:
    """The loop, and the handler of its jobs. `every_s` seconds of business time lie between two walks of a shop."""

    def __init__(self, reading: Reading, every_s: float) -> None:
        self._reading = reading
        self._db = reading.db
        self._connections = reading.outbound.connections
        self._every_s = every_s

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; several processes may, each takes what the others have not."""
        await poll(stop, EVERY_S, self.run_once, failed="orders.not_polled")

    async def run_once(self) -> int:
        """Make jobs of the shops whose time has come; how many there were."""
        shops = [one.id for one in await self._connections.all() if self._is_shop(one)]
        if not shops:
            return 0
        async with self._db.transaction() as tx:
            await poll_store.begin(tx, shops, LOOK_BACK)
            due = await poll_store.due(tx, shops, self._every_s, _BATCH)
            await queue.enqueue(tx, [NewJob(POLL, shop, concurrency_key=shop) for shop in due])
        return len(due)

    async def walk(self, job: Job) -> None:
        """The handler of `order.poll`: a part of a shop's walk."""
        try:
            shop = await self._connections.get(job.key)
        except ConnectionNotFound:
            await self._end(job)
            return
        try:
            for _ in range(_MOST_PAGES):
                if await self._page(shop, job):
                    return
        except UpstreamFailed as error:
            await self._put_off(job, error)
            return
        async with self._db.transaction() as tx:
            await queue.enqueue(tx, [NewJob(POLL, shop.id, concurrency_key=shop.id)])
            await queue.finish(tx, [job])

    async def _page(self, shop: Connection, job: Job) -> bool:
        """Read and write one page; whether it was the last, and then the job is done with it."""
        async with self._db.reading() as tx:
            known = await poll_store.one(tx, shop.id)
        if known is None:
            await self._end(job)
            return True
        read_at = self._reading.clock.now()
        page = await self._reading.changed(shop, _since(known))
        fresh = await self._unknown(shop, page.heads)
        told = await self._reading.with_items(shop, fresh)
        whole = [one for one in told if isinstance(one, MarketplaceOrder)]
        broken = [*page.unreadable, *(one for one in told if isinstance(one, Unreadable))]
        cursor = None if page.next is None else msgspec.to_builtins(page.next)
        async with self._db.transaction() as tx:
            if whole:
                await take_reads(tx, shop, whole, read_at=read_at, source="poll")
            await note_unreadable(tx, shop, broken, read_at)
            await poll_store.advance(tx, shop.id, page.through, cursor)
            if cursor is None:
                await queue.finish(tx, [job])
            else:
                await queue.still_held(tx, job)
        return cursor is None

    async def _unknown(self, shop: Connection, heads: Sequence[OrderHead]) -> Sequence[OrderHead]:
        """Those whose change was not read yet for certain."""
        async with self._db.reading() as tx:
            known = await store.known_versions(tx, shop.id, [one.id for one in heads])
        return [
            one
            for one in heads
            if one.id not in known or known[one.id][0] < one.version or known[one.id][1] <= one.version + _SETTLED
        ]

    async def _put_off(self, job: Job, error: UpstreamFailed) -> None:
        """The same page later: when the marketplace says, or after twice as long as the last time."""
        async with self._db.transaction() as tx:
            known = await poll_store.one(tx, job.key)
            failures = known.failures if known else 0
            wait_s = error.retry_after_s or min(_AGAIN_S * 2.0 ** min(failures, 10), _LONGEST_WAIT_S)
            await poll_store.fail(tx, job.key, error.detail[:300], wait_s)
            await queue.finish(tx, [job])

    async def _end(self, job: Job) -> None:
        async with self._db.transaction() as tx:
            await queue.finish(tx, [job])

    def _is_shop(self, connection: Connection) -> bool:
        """Whether orders come from it."""
        return (
            connection.enabled
            and connection.parent is not None
            and Kind.MARKETPLACE in self._connections.provider_of(connection).kinds
        )


def _since(known: Poll) -> datetime | OrderCursor:
    """Where the next page begins."""
    return known.through - OVERLAP if known.cursor is None else msgspec.convert(known.cursor, OrderCursor)
