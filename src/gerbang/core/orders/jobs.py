"""What runs in the background for orders beside the poll: reading one that a push spoke of."""

import random
from datetime import datetime
from typing import Final

from gerbang.base import ids
from gerbang.base.errors import UpstreamFailed
from gerbang.core.connections.model import ConnectionNotFound
from gerbang.core.orders.reading import Reading
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, NewJob, Retry

FETCH: Final = "order.fetch"


def fetching(shop: str, external_id: str, run_at: datetime | None = None) -> NewJob:
    """Read one order of a shop; one that is being read is read once more. `hint` tells what was asked for before a read from what was asked for since."""
    payload = {"shop": shop, "order": external_id, "hint": ids.new().hex}
    return NewJob(FETCH, f"{shop} {external_id}", payload, run_at, most_tries=12, concurrency_key=shop)


class Fetching:
    """The handler of `order.fetch`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def run(self, job: Job) -> None:
        """Read and write one order. What the marketplace does not know yet it may know soon; the poll finds it later."""
        try:
            shop = await self._reading.outbound.connections.get(str(job.payload["shop"]))
        except ConnectionNotFound:
            await self._end(job)
            return
        try:
            read = await self._reading.refresh(shop, str(job.payload["order"]), "push", [job])
        except UpstreamFailed as error:
            if job.tries >= job.most_tries:  # the poll reads what changed
                await self._end(job)
                return
            chance = random.random()  # noqa: S311  spreads load, guards nothing
            raise Retry(error.detail, spread(error.retry_after_s, job.tries, chance)) from error
        if read is None:
            await self._end(job)

    async def _end(self, job: Job) -> None:
        async with self._reading.db.transaction() as tx:
            await queue.finish(tx, [job])


def spread(pause_s: float | None, tries: int, chance: float) -> float | None:
    """When to ask again after a pause that a marketplace asked for, in seconds: up to two more for each try, by `chance` in [0, 1). What waited for it would come back all at once, and be
    turned away once more. None: the usual back-off, which is spread already.
    """
    return None if pause_s is None else pause_s + 2 * tries * chance
