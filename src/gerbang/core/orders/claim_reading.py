"""Asking a marketplace for buyers' claims, of one order or of a shop since a moment, and handing them to the one writer. No transaction is open while it is asked.

A walk begins where the last one began, less an overlap: its pages are by the newest change, so a claim that moves under it is read twice, or by the next walk.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from msgspec.structs import replace

from gerbang.base.errors import UpstreamFailed
from gerbang.base.polling import poll
from gerbang.base.statement_batch import StatementBatch
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.connections.model import Connection, ConnectionNotFound
from gerbang.core.connections.outbound_calls import MARKETPLACES, CallResult, Operation
from gerbang.core.effects import Effects
from gerbang.core.orders import claim_store
from gerbang.core.orders.claim_intake import DUE, TOLD_BEFORE, take_claims, tell
from gerbang.core.orders.claim_model import read_claim_id
from gerbang.core.orders.reading import Reading
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, NewJob, Retry
from gerbang.ports.kinds import Kind
from gerbang.ports.marketplace import CLAIMS
from gerbang.ports.marketplace_orders import Claim, Claims

log = structlog.get_logger()
FETCH: Final = "order.claims"
POLL: Final = "order.claim_poll"
EVERY_S: Final = 1.0
OVERLAP: Final = timedelta(minutes=5)
LOOK_BACK: Final = timedelta(days=30)  # of a shop that is new here: a return may be asked for weeks after the order
TOLD_AFTER: Final = 3  # failures in a row
_CLAIMS: Final = Operation(CLAIMS.name, CLAIMS.repeatable)
_BATCH: Final = 100
_MOST_PAGES: Final = 20  # of one order; of a shop the next walk goes on
_LONGEST_WAIT_S: Final = 3_600.0


def fetching(shop: str, order: str) -> NewJob:
    """Read the claims of one order of a shop, and the order where it is not here."""
    return NewJob(FETCH, f"{shop} {order}", {"shop": shop, "order": order}, most_tries=12, concurrency_key=shop)


class ClaimReading:
    """Reads claims of shops, by business time. `every_s` seconds lie between two walks of a shop."""

    def __init__(self, reading: Reading, every_s: float) -> None:
        self.reading = reading
        self.db = reading.db
        self.outbound = reading.outbound
        self.clock = reading.clock
        self._every_s = every_s

    async def page(self, shop: Connection, since: datetime | None, number: int, order: str = "") -> CallResult[Claims]:
        """A page of claims; or why not."""
        return await self.outbound.ask(
            shop.id, MARKETPLACES, _CLAIMS, lambda adapter, account: adapter.claims(account, since, number, order=order)
        )

    async def of_order(self, shop: Connection, order: str) -> Sequence[Claim]:
        """Every claim of one order. Raises UpstreamFailed."""
        found: list[Claim] = []
        number: int | None = 1
        while number is not None and number <= _MOST_PAGES:
            told = (await self.page(shop, None, number, order)).value()
            found += [one for one in told.claims if one.order == order]
            number = told.next
        return found

    async def fetch(self, job: Job) -> None:
        """The handler of `order.claims`. A claim whose order cannot be read is told to a person in the end: the walk finds it when it changes."""
        name, order = str(job.payload["shop"]), str(job.payload["order"])
        try:
            shop = await self.outbound.connections.get(name)
        except ConnectionNotFound:
            await self._end(job)
            return
        try:
            missing = await self._take(shop, order)
        except UpstreamFailed as error:
            if job.tries >= job.most_tries:  # the walk reads what changed
                await self._end(job)
                return
            raise Retry(error.detail, error.retry_after_s) from error
        if missing and job.tries < job.most_tries:
            raise Retry("its order is not known yet")
        async with self.db.transaction() as tx:
            if missing:
                await record(tx, [Entry(SYSTEM, "order.claim_without_order", f"connection:{name}", {"order": order})])
                log.error("order.claim_without_order", connection=name, order=order, alert="A claim is of no order.")
            await queue.finish(tx, [job])

    async def _take(self, shop: Connection, order: str) -> Sequence[str]:
        async with self.db.reading() as tx:
            is_known = bool(await claim_store.orders_called(tx, shop.id, [order]))
        if not is_known:
            await self.reading.refresh(shop, order, "push")
        read_at = self.clock.now()
        claims = await self.of_order(shop, order)
        async with self.db.transaction() as tx:
            return await take_claims(tx, shop, claims, read_at=read_at, source="push")

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; several processes may, each takes what the others have not."""
        await poll(stop, EVERY_S, self.run_once, failed="claims.not_polled")

    async def run_once(self) -> int:
        """Make jobs of the shops whose time has come; how many there were."""
        shops = [one.id for one in await self.outbound.connections.all() if self._is_shop(one)]
        if not shops:
            return 0
        async with self.db.transaction() as tx:
            await claim_store.begin_polls(tx, shops, LOOK_BACK)
            due = await claim_store.due_polls(tx, shops, self._every_s, _BATCH)
            await queue.enqueue(tx, [NewJob(POLL, shop, concurrency_key=shop) for shop in due])
        return len(due)

    async def walk(self, job: Job) -> None:
        """The handler of `order.claim_poll`: one page of a shop's walk."""
        async with self.db.reading() as tx:
            known = await claim_store.poll_of(tx, job.key)
        try:
            shop = await self.outbound.connections.get(job.key)
        except ConnectionNotFound:
            await self._end(job)
            return
        if known is None:  # the shop was deleted, and made again
            await self._end(job)
            return
        read_at = self.clock.now()
        result = await self.page(shop, known["through"] - OVERLAP, known["page"])
        if result.error is not None:
            await self._put_off(job, known["failures"], result.error)
            return
        page = result.value()
        async with self.db.transaction() as tx:
            unknown = await take_claims(tx, shop, page.claims, read_at=read_at, source="poll")
            await claim_store.turn_page(tx, shop.id, known["began_at"] or read_at, page.next)
            onward = [NewJob(POLL, shop.id, concurrency_key=shop.id)] if page.next is not None else []
            await queue.enqueue(tx, [*(fetching(shop.id, one) for one in unknown), *onward])
            await queue.finish(tx, [job])

    async def tell_due(self, job: Job) -> None:
        """The handler of `order.claim_due`: a deadline is near, and nobody has answered."""
        id_ = read_claim_id(job.key)
        async with self.db.reading() as tx:
            known = await claim_store.of_ids(tx, [id_])
        livemode = bool(known) and await self._livemode(known[0].connection)
        async with self.db.transaction() as tx:
            claim, now = await claim_store.lock(tx, id_), self.clock.now()
            if claim is not None and claim.decide_by is not None and claim.decide_by - now > TOLD_BEFORE:
                await queue.enqueue(tx, [NewJob(DUE, job.key, run_at=claim.decide_by - TOLD_BEFORE)])
            elif claim is not None and claim.decide_by is not None and now < claim.decide_by != claim.due_told:
                effects, changes = Effects(), StatementBatch()
                after = replace(claim, due_told=claim.decide_by, updated_at=now)
                await claim_store.save(changes, [tell(effects, after, "due", "timetable", livemode=livemode)])
                await effects.save(tx, changes)
            await queue.finish(tx, [job])

    async def _livemode(self, connection: str) -> bool:
        try:
            return (await self.outbound.connections.get(connection)).livemode
        except ConnectionNotFound:
            return False

    async def _put_off(self, job: Job, failures: int, error: UpstreamFailed) -> None:
        """The same page later: when the marketplace says, or after twice as long as the last time."""
        wait_s = error.retry_after_s or min(self._every_s * 2.0 ** min(failures, 10), _LONGEST_WAIT_S)
        async with self.db.transaction() as tx:
            await claim_store.fail_poll(tx, job.key, error.detail[:300], wait_s)
            await queue.finish(tx, [job])

    async def _end(self, job: Job) -> None:
        async with self.db.transaction() as tx:
            await queue.finish(tx, [job])

    def _is_shop(self, connection: Connection) -> bool:
        return (
            connection.enabled
            and connection.parent is not None
            and Kind.MARKETPLACE in self.outbound.connections.provider_of(connection).kinds
        )
