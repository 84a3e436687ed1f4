"""Many orders of a shop that pushes spoke of at once: read by pages of what changed, a hundred in three calls, instead of one by one.

It is the poll's kind of walk, but over what is asked for only: the poll's own place stays where it is. What the pages do not show is still read by its own job.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from gerbang.base.db import Tx
from gerbang.base.errors import UpstreamFailed
from gerbang.core.connections.model import Connection, ConnectionNotFound
from gerbang.core.orders.intake import take_reads
from gerbang.core.orders.jobs import FETCH, fetching
from gerbang.core.orders.reading import Reading, note_unreadable
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, NewJob, Note
from gerbang.ports.marketplace_orders import MarketplaceOrder, OrderCursor, Unreadable

log = structlog.get_logger()
GATHER: Final = "order.gather"
MANY: Final = 30  # orders of a shop that wait to be read one by one
_COUNTED: Final = 2_000
_RUSH_S: Final = 1.0  # so long more may come, for the same pages
_ASIDE_S: Final = 10.0  # so long the pages have before an order is read by itself
_OLDEST_S: Final = 15.0  # what waits for longer has its own job soon
_EARLIER: Final = timedelta(seconds=5)  # that an order changed before its push was heard
_MOST_PAGES: Final = 20
_PAUSE_S: Final = 5.0  # between two such walks of a shop, and at least
_PAGE_S: Final = 2.5  # for each page: a marketplace may switch off an app that asks for lists all the time


async def ask_for(tx: Tx, wanted: Sequence[tuple[str, str]], now: datetime) -> None:
    """Read these orders of shops, (shop, order): one by one, or where more than MANY of a shop would wait, by pages."""
    waits = await queue.waiting(tx, FETCH, _COUNTED)
    waits.update(shop for shop, _ in set(wanted))
    crowded = {shop for shop, _ in wanted if waits[shop] > MANY}
    coming = await queue.known_keys(tx, GATHER, list(crowded)) if crowded else set()
    aside, soon = now + timedelta(seconds=_ASIDE_S), now + timedelta(seconds=_RUSH_S)
    jobs = [fetching(shop, order, aside if shop in crowded else None) for shop, order in wanted]
    gathers = [NewJob(GATHER, shop, run_at=soon, concurrency_key=shop) for shop in sorted(crowded - coming)]
    await queue.enqueue(tx, [*jobs, *gathers])


class Gathering:
    """The handler of `order.gather`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._db = reading.db

    async def run(self, job: Job) -> None:
        """Read what waits now, and after a pause what waits then, until that is nothing. A page that cannot be had ends it: each order that is left is read by
        its own job.
        """
        pages = 0
        try:
            pages = await self._walk(await self._reading.outbound.connections.get(job.key), job)
        except ConnectionNotFound:
            pass  # its fetches end by themselves
        except UpstreamFailed as error:
            log.warning("orders.not_gathered", connection=job.key, why=error.detail[:300])
        again = self._reading.clock.now() + timedelta(seconds=max(_PAUSE_S, pages * _PAGE_S))
        async with self._db.transaction() as tx:
            if pages:
                await queue.enqueue(tx, [NewJob(GATHER, job.key, run_at=again, concurrency_key=job.key)])
            await queue.finish(tx, [job])

    async def _walk(self, shop: Connection, job: Job) -> int:
        """How many pages were read."""
        now = self._reading.clock.now()
        async with self._db.reading() as tx:
            waiting = await queue.notes(tx, FETCH, shop.id, _COUNTED)
        notes = [one for one in waiting if one.age_s <= _OLDEST_S]
        if not notes:
            return 0
        asked = {str(one.payload["order"]): one for one in notes}
        since: datetime | OrderCursor = now - timedelta(seconds=max(one.age_s for one in notes)) - _EARLIER
        for count in range(1, _MOST_PAGES + 1):
            after = await self._page(shop, since, asked, job)
            if after is None or not asked:
                return count
            since = after
        return _MOST_PAGES

    async def _page(
        self, shop: Connection, since: datetime | OrderCursor, asked: dict[str, Note], job: Job
    ) -> OrderCursor | None:
        """Read and write what is asked for of one page, and take it out of `asked`; where the next begins. A push that came since then asks anew."""
        read_at = self._reading.clock.now()
        page = await self._reading.changed(shop, since)
        told = await self._reading.with_items(shop, [one for one in page.heads if one.id in asked])
        whole = [one for one in told if isinstance(one, MarketplaceOrder)]
        broken = [one for one in told if isinstance(one, Unreadable)]
        read = {one.head.id for one in whole} | {one.order for one in broken}
        async with self._db.transaction() as tx:
            if whole:
                await take_reads(tx, shop, whole, read_at=read_at, source="push")
            await note_unreadable(tx, shop, broken, read_at)
            await queue.drop(tx, FETCH, [asked.pop(one) for one in sorted(read)])
            await queue.still_held(tx, job)
        return page.next
