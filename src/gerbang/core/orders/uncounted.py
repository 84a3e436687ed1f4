"""Orders that were sold before their product was mapped, or made: kept in the stock once it is, so that no shop is offered what another has sold.

Nothing of a shop is sent while that goes on (`catalogue.listings.pushing`). What has left by then is not looked at: nobody counted it.
"""

from typing import Final

from gerbang.base.db import Database
from gerbang.base.keyset import FIRST_ID, FIRST_MOMENT
from gerbang.core.catalogue.listings.pushing import EVERY_SHOP
from gerbang.core.connections.service import Connections
from gerbang.core.orders import stock_store
from gerbang.core.orders.stock import HERE, Stock
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job
from gerbang.ports.marketplace_orders import ItemStatus

# Where an order stands of which something has not left, in the way in which orders go: what moves on meanwhile is met again.
_OPEN: Final = (ItemStatus.UNKNOWN, *(status for status in ItemStatus if status in HERE))


class Uncounted:
    """The handler of `catalogue.mapped`: its key is a shop, or every one."""

    def __init__(self, db: Database, connections: Connections, stock: Stock, *, page: int = 200) -> None:
        self._db = db
        self._connections = connections
        self._stock = stock
        self._page = page

    async def run(self, job: Job) -> None:
        """Keep what open orders of the shop want of products that are known now. It begins anew where it was broken off, and finds what is left."""
        every = [one.id for one in await self._connections.all() if one.parent is not None]
        for shop in every if job.key == EVERY_SHOP else [job.key]:
            for status in _OPEN:
                await self._walk(job, shop, status)
        async with self._db.transaction() as tx:
            await queue.finish(tx, [job])

    async def _walk(self, job: Job, shop: str, status: ItemStatus) -> None:
        place = (FIRST_MOMENT, FIRST_ID)
        while True:
            async with self._db.reading() as tx:
                page = await stock_store.standing(tx, shop, status, place, self._page)
                wanted = await stock_store.uncounted(tx, [id_ for _, id_ in page], HERE)
            await self._stock.follow(job, wanted)
            if len(page) < self._page:
                return
            place = page[-1]
