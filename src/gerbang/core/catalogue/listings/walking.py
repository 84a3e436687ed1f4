"""Reading a shop's list: whole, when somebody imports it, and every quarter of an hour, to see whether the marketplace has what it took.

Nothing is corrected by itself: where somebody changed stock at the marketplace, that is shown, and sent anew when somebody says so.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.base.polling import poll
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.catalogue import store as products
from gerbang.core.catalogue.listings import import_store, store
from gerbang.core.catalogue.listings.machine import differs, freed
from gerbang.core.catalogue.listings.model import Import, ImportStatus, Listing, SeenStock, Task
from gerbang.core.catalogue.listings.pushing import EVERY_SHOP, MOST_TRIES, is_gone, jobs_of, mapped_in
from gerbang.core.catalogue.model import MAIN_WAREHOUSE, NewProduct, Product, is_sku, is_warehouse
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.connections.outbound_calls import MARKETPLACES, Operation, OutboundCalls, Outcome
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, NewJob, Retry
from gerbang.ports.marketplace import PRODUCTS
from gerbang.ports.marketplace_catalogue import Products, ProductSku

IMPORT_JOB: Final = "catalogue.import"
LOOK_JOB: Final = "catalogue.look"
EVERY_S: Final = 900.0
_TIMETABLE_S: Final = 5.0
_SHOPS: Final = 50
_READ: Final = Operation(PRODUCTS.name, PRODUCTS.repeatable)
_IMPORT_TRIES: Final = 12


class Walking:
    """The jobs of a shop that read its list."""

    def __init__(self, db: Database, clock: BusinessClock, outbound: OutboundCalls, catalogue: Catalogue) -> None:
        self._db = db
        self._clock = clock
        self._outbound = outbound
        self._catalogue = catalogue

    async def run_import(self, job: Job) -> None:
        """Read on from where it was, page by page. Raises Retry while the shop cannot be asked; after some tries the import has failed, and says why."""
        id_ = UUID(str(job.payload["import"]))
        while True:
            async with self._db.transaction() as tx:
                await queue.still_held(tx, job)
                under_way = await import_store.of_id(tx, id_)
                if under_way is None or under_way.finished_at is not None:
                    await queue.finish(tx, [job])
                    return
            if await is_gone(self._outbound, under_way.connection):
                await self._fail(job, under_way, "The shop is there no more.")
                return
            page = await self._page(job, under_way.connection, under_way.place, under_way)
            if page is None:
                return
            async with self._db.transaction() as tx:
                await queue.still_held(tx, job)
                await self._take_in(tx, under_way, page)
                if not page.next:
                    await import_store.finish(tx, id_, ImportStatus.FINISHED, is_cut=page.is_cut)
                    await store.note_looked(tx, under_way.connection, self._clock.now(), EVERY_S)
                    shown = f"connection:{under_way.connection}"
                    await record(tx, [Entry(SYSTEM, "listing.imported", shown, {"import": ids.show("imp", id_)})])
                    await queue.finish(tx, [job])
                    return

    async def run_look(self, job: Job) -> None:
        """Read the whole list, and compare it with what was sent. Raises Retry while the shop cannot be asked."""
        shop, place = str(job.payload["connection"]), ""
        if await is_gone(self._outbound, shop) or not (await self._outbound.connections.get(shop)).enabled:
            async with self._db.transaction() as tx:  # it is looked at again in its time
                await queue.finish(tx, [job])
            return
        while True:
            began = self._clock.now()
            page = await self._page(job, shop, place, None)
            assert page is not None, "only an import ends early"
            async with self._db.transaction() as tx:
                await queue.still_held(tx, job)
                if await self._see(tx, shop, page.skus, began):
                    await self._map(tx, shop, page.skus)
                if not page.next:
                    await store.note_looked(tx, shop, self._clock.now(), EVERY_S)
                    await queue.finish(tx, [job])
                    return
            place = page.next

    async def run_timetable(self, stop: asyncio.Event) -> None:
        """Have each shop's list read again when it is time, until `stop` is set."""
        await poll(stop, _TIMETABLE_S, self.note_due, failed="listings.timetable_failed")

    async def note_due(self) -> int:
        """Make the jobs of the shops whose list is to be read; how many there are."""
        async with self._db.transaction() as tx:
            shops = await store.due_looks(tx, EVERY_S, _SHOPS)
            await queue.enqueue(tx, [look_at(shop) for shop in shops])
        return len(shops)

    async def _page(self, job: Job, shop: str, place: str, under_way: Import | None) -> Products | None:
        """A page of the list; None where an import has failed for good."""
        result = await self._outbound.ask(
            shop, MARKETPLACES, _READ, lambda adapter, account: adapter.products(account, None, place), about=shop
        )
        if result.outcome is Outcome.ANSWERED:
            return result.value()
        if under_way is not None and (job.tries >= _IMPORT_TRIES or result.outcome is Outcome.REFUSED):
            await self._fail(job, under_way, result.why)
            return None
        raise Retry(result.why, result.error.retry_after_s if result.error is not None else None)

    async def _fail(self, job: Job, under_way: Import, why: str) -> None:
        async with self._db.transaction() as tx:
            await queue.still_held(tx, job)
            await import_store.finish(tx, under_way.id, ImportStatus.FAILED, said=why)
            await queue.finish(tx, [job])

    async def _take_in(self, tx: Tx, under_way: Import, page: Products) -> None:
        """A page of an import: what is new, which product of ours each is, and products for what has none, where that was asked for."""
        shop = under_way.connection
        added = await self._see(tx, shop, page.skus, self._clock.now())
        mapped, made = await self._map(tx, shop, page.skus, makes_products=under_way.makes_products)
        counts = (len(page.skus), added, mapped, made, len(page.unreadable))
        await import_store.advance(tx, under_way.id, page.next, counts)

    async def _map(
        self, tx: Tx, shop: str, skus: Sequence[ProductSku], *, makes_products: bool = False
    ) -> tuple[int, int]:
        """Say of each that nobody has mapped, or left alone, that it is our product of the same SKU, which is made where that was asked for: how many, and how many made. Its stock
        is sent from now on, and open orders of it are counted.
        """
        known = await store.of_variants(tx, shop, [(one.product, one.variant) for one in skus])
        unmapped = [
            one for one in known.values() if one.product_id is None and one.seller_sku and not one.is_left_alone
        ]
        ours = await products.of_skus(tx, [one.seller_sku for one in unmapped])
        made = 0
        for one in unmapped if makes_products else ():
            if one.seller_sku not in ours and is_sku(one.seller_sku):
                ours[one.seller_sku] = await self._make(tx, one)
                made += 1
        mapped = [(one.id, ours[one.seller_sku].id) for one in unmapped if one.seller_sku in ours]
        await store.map_to(tx, mapped)
        for one in unmapped:
            if one.seller_sku in ours:
                await _note_kept(tx, ours[one.seller_sku].id, shop, one.seen)
        await store.mark_due(tx, [id_ for id_, _ in mapped], Task.STOCK)
        sold = mapped_in([EVERY_SHOP] if made else [shop] if mapped else [])
        await queue.enqueue(tx, [*sold, *jobs_of([shop] if mapped else [])])
        return len(mapped), made

    async def _make(self, tx: Tx, one: Listing) -> Product:
        """A product of a listing, with what stands there as the first count, what open orders hold too, in warehouses of the same names where it stands in several. What the
        marketplace keeps is none of ours.
        """
        new = NewProduct(ids.new(), one.seller_sku, one.name or one.seller_sku, one.price if one.price.amount else None)
        await self._catalogue.add(tx, SYSTEM, new)
        own = {level.warehouse: level.sellable + level.held for level in one.seen if not level.read_only}
        keeps_names = len(own) > 1 and all(is_warehouse(name) for name in own)
        for place, count in own.items() if keeps_names else [(MAIN_WAREHOUSE, sum(own.values()))] if own else []:
            await self._catalogue.count(tx, SYSTEM, new.sku, count, place)
        (made,) = await products.of_ids(tx, [new.id])
        return made

    async def _see(self, tx: Tx, shop: str, skus: Sequence[ProductSku], read_at: datetime) -> int:
        """Write down what the marketplace says it has; what waits for a campaign that is over is sent. How many listings are new."""
        known = await store.of_variants(tx, shop, [(one.product, one.variant) for one in skus])
        rows: list[tuple[UUID, ProductSku, bool]] = []
        unlocked: list[UUID] = []
        for sku in {(one.product, one.variant): one for one in skus}.values():
            before, seen = known.get((sku.product, sku.variant)), store.seen_of(sku)
            if before is not None and freed(before.stock, seen):
                unlocked.append(before.id)
            rows.append(
                (before.id if before else ids.new(), sku, before is not None and differs(before, seen, read_at))
            )
            if before is not None and before.product_id is not None:
                await _note_kept(tx, before.product_id, shop, seen)
        await store.put(tx, shop, rows, self._clock.now())
        await store.mark_due(tx, unlocked, Task.STOCK, anew=True)
        await queue.enqueue(tx, jobs_of([shop] if unlocked else []))
        return len(rows) - len(known)


async def _note_kept(tx: Tx, product: UUID, shop: str, seen: Sequence[SeenStock]) -> None:
    """What the marketplace keeps of a product stands beside our stock, and is only read."""
    for level in seen:
        if level.read_only:
            await products.set_stock(tx, product, level.warehouse, level.sellable, shop)


def look_at(shop: str) -> NewJob:
    """The job that reads a shop's list."""
    return NewJob(LOOK_JOB, shop, {"connection": shop}, most_tries=MOST_TRIES, concurrency_key=shop)


def import_of(id_: UUID, shop: str) -> NewJob:
    """The job of an import."""
    return NewJob(IMPORT_JOB, str(id_), {"import": str(id_)}, concurrency_key=shop)
