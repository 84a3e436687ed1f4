"""Stock and prices on their way to shops: what changed is sent as totals, twenty at a time, and each answer is understood alone.

One job for each shop, so that what is sent later is newer; what is to be sent is worked out when it leaves, so that many changes are one call. A shop that refuses holds up no other.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import structlog
from msgspec.structs import replace

from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.base.money import Money
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.catalogue import store as products
from gerbang.core.catalogue.listings import store
from gerbang.core.catalogue.listings.machine import answered, goes_alone, offered, pends
from gerbang.core.catalogue.listings.model import PENDING, Listing, Push, PushState, StockRules, Task
from gerbang.core.catalogue.model import PRODUCT, Product
from gerbang.core.connections.model import ConnectionNotFound
from gerbang.core.connections.outbound_calls import MARKETPLACES, CallResult, Operation, OutboundCalls, Outcome
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, NewJob, Retry
from gerbang.ports.marketplace import PRICE, STOCK
from gerbang.ports.marketplace_catalogue import PriceWish, StockOutcome, StockWish

log = structlog.get_logger()
PUSH: Final = "catalogue.push"
MAPPED: Final = "catalogue.mapped"  # handled by whoever knows what shops have sold
EVERY_SHOP: Final = ""
CONSUMER: Final = "listings"
TYPES: Final = ("product.created", "product.stock_changed", "product.price_changed", "product.updated")
MOST_TRIES: Final = 1_000_000  # a shop that does not answer for days is sent everything once it does
_BATCHES: Final = 25  # of one run of the job: then others have their turn
_REFUSED_WAIT_S: Final = 60.0
_LONGEST_WAIT_S: Final = 3_600.0
_SWITCHED_OFF_WAIT_S: Final = 60.0
_UNCOUNTED_WAIT_S: Final = 0.2
_SET_STOCK: Final = Operation(STOCK.name, STOCK.repeatable)
_SET_PRICE: Final = Operation(PRICE.name, PRICE.repeatable)
Wishes = Mapping[UUID, Mapping[str, int]]


async def take(tx: Tx, announcements: Sequence[Announcement]) -> None:
    """What is to be sent because of what happened to products: of a bundle too when a component moved. A new product is what shops call the same."""
    made = {id_ for a in announcements if a.type == "product.created" and (id_ := a.id_of(PRODUCT))}
    priced = {id_ for a in announcements if a.type == "product.price_changed" and (id_ := a.id_of(PRODUCT))}
    moved = {id_ for a in announcements if a.type != "product.price_changed" and (id_ := a.id_of(PRODUCT))}
    shops: set[str] = set()
    if made:
        shops |= set(await store.mark_due(tx, await store.map_by_sku(tx, sorted(made)), Task.STOCK))
    if moved:
        moved |= set(await products.bundles_of(tx, sorted(moved)))
        shops |= set(await store.mark_due(tx, await _ids_of(tx, moved), Task.STOCK))
    if priced:
        shops |= set(await store.mark_due(tx, await _ids_of(tx, priced), Task.PRICE))
    await queue.enqueue(tx, [*mapped_in([EVERY_SHOP] if made else []), *jobs_of(sorted(shops))])


def mapped_in(shops: Sequence[str]) -> list[NewJob]:
    """The jobs that keep what these shops, or EVERY_SHOP, have sold of products that were mapped, or made, after it was sold."""
    return [NewJob(MAPPED, shop) for shop in shops]


def jobs_of(shops: Sequence[str]) -> list[NewJob]:
    """The jobs that send what is due to these shops."""
    return [NewJob(PUSH, shop, {"connection": shop}, most_tries=MOST_TRIES, concurrency_key=shop) for shop in shops]


class Pushing:
    """The job of one shop."""

    def __init__(self, db: Database, clock: BusinessClock, outbound: OutboundCalls) -> None:
        self._db = db
        self._clock = clock
        self._outbound = outbound

    async def run(self, job: Job) -> None:
        """Send what is due, until nothing is. What is due later is sent by the next job. Raises Retry while the shop cannot be asked."""
        shop = str(job.payload["connection"])
        if await is_gone(self._outbound, shop):
            async with self._db.transaction() as tx:
                await queue.finish(tx, [job])
            return
        if not (await self._outbound.connections.get(shop)).enabled:
            raise Retry("the shop is switched off", _SWITCHED_OFF_WAIT_S)
        async with self._db.reading() as tx:
            is_uncounted = await queue.is_under_way(tx, MAPPED)
        if is_uncounted:  # what was sold before it was mapped is still in the pool, which all shops share
            raise Retry("what was sold before it was mapped is being counted", _UNCOUNTED_WAIT_S)
        for _ in range(_BATCHES):
            if not (await self._batch(job, shop, Task.STOCK) or await self._batch(job, shop, Task.PRICE)):
                break
        async with self._db.transaction() as tx:
            again = await store.next_due(tx, shop)
            await queue.finish(tx, [job])
            if again is not None:
                await queue.enqueue(tx, [replace(one, run_at=again) for one in jobs_of([shop])])

    async def _batch(self, job: Job, shop: str, task: Task) -> bool:
        """Send one batch; whether there was anything due."""
        async with self._db.transaction() as tx:
            await queue.still_held(tx, job)
            chosen = await self._chosen(tx, shop, task)
        if not chosen:
            return False
        wishes = {one.id: wish for one, wish in chosen if wish}
        asked = [one for one, _ in chosen if one.id in wishes]
        if not asked:
            return True
        result = await self._ask(shop, task, asked, wishes)
        async with self._db.transaction() as tx:
            await queue.still_held(tx, job)
            if result.outcome is Outcome.ANSWERED:
                await self._apply(tx, shop, task, asked, wishes, result)
                return True
            if result.asked:
                await record(tx, [_entry(shop, task, result, {"listings": len(asked)})])
        told_s = result.error.retry_after_s if result.error is not None else None
        later_s = min(_LONGEST_WAIT_S, _REFUSED_WAIT_S * 2 ** min(job.tries - 1, 6))
        raise Retry(result.why, told_s or (later_s if result.outcome is Outcome.REFUSED else None))

    async def _chosen(self, tx: Tx, shop: str, task: Task) -> list[tuple[Listing, Mapping[str, int]]]:
        """What goes in one batch, with what is wished; what has nothing to send, or pends, is due no more."""
        most = STOCK.most if task is Task.STOCK else PRICE.most
        due = await store.due(tx, shop, task, most)
        known = {one.id: one for one in await products.of_ids(tx, [d.product_id for d in due if d.product_id])}
        rules = (await store.rules(tx, [shop]))[shop]
        chosen: list[tuple[Listing, Mapping[str, int]]] = []
        idle: list[tuple[UUID, Push]] = []
        room = most
        for one in due:
            push = _push_of(one, task)
            product = known.get(one.product_id) if one.product_id else None
            wish = _wish(task, product, one, rules)
            if wish is None:
                idle.append((one.id, replace(push, state=PushState.NO_WAREHOUSE, due_at=None)))
            elif not wish:
                idle.append((one.id, replace(push, state=PushState.CURRENT, due_at=None)))
            elif task is Task.STOCK and pends(push, wish, one.seen):
                idle.append((one.id, replace(push, due_at=None)))
            elif goes_alone(push):
                if not chosen:
                    chosen.append((one, wish))
                    break
            elif len(wish) <= room or not chosen:
                chosen.append((one, wish))
                room -= len(wish)
        await store.save_pushes(tx, idle)
        return chosen or [(one, {}) for one in due if idle]

    async def _ask(
        self, shop: str, task: Task, asked: Sequence[Listing], wishes: Wishes
    ) -> CallResult[Sequence[StockOutcome]]:
        if task is Task.PRICE:
            prices = [PriceWish(one.item, one.variant, _price_of(wishes[one.id])) for one in asked]
            return await self._outbound.ask(
                shop, MARKETPLACES, _SET_PRICE, lambda adapter, account: adapter.set_price(account, prices), about=shop
            )
        stock = [
            StockWish(one.item, one.variant, count, code if _has_several(one) else "")
            for one in asked
            for code, count in wishes[one.id].items()
        ]
        return await self._outbound.ask(
            shop, MARKETPLACES, _SET_STOCK, lambda adapter, account: adapter.set_sellable(account, stock), about=shop
        )

    async def _apply(
        self,
        tx: Tx,
        shop: str,
        task: Task,
        asked: Sequence[Listing],
        wishes: Wishes,
        result: CallResult[Sequence[StockOutcome]],
    ) -> None:
        """What became of each, and what an operator should know."""
        now = self._clock.now()
        answers: dict[tuple[str, str], list[StockOutcome]] = {}
        for outcome in result.value():
            answers.setdefault((outcome.product, outcome.variant), []).append(outcome)
        moved = [
            (one, answered(_push_of(one, task), answers.get((one.item, one.variant), []), wishes[one.id], now))
            for one in asked
        ]
        await store.save_pushes(tx, [(one.id, push) for one, push in moved])
        counts: dict[str, int] = {}
        for _, push in moved:
            counts[push.state.value] = counts.get(push.state.value, 0) + 1
        await record(tx, [_entry(shop, task, result, counts)])
        fresh = [
            (one, push) for one, push in moved if push.state in PENDING and _push_of(one, task).state is not push.state
        ]
        if fresh:
            codes = sorted({push.code for _, push in fresh if push.code})
            why = f"{', '.join(codes) or 'no warehouse'} · {len(fresh)}/{len(moved)}"
            connection = await self._outbound.connections.get(shop)
            about = {"connection": shop, "livemode": connection.livemode, "why": why}
            await announce(tx, [Announcement("shop.stock_refused", None, about, now)])
            log.warning("listings.refused", connection=shop, task=task.value, why=why)


async def is_gone(outbound: OutboundCalls, shop: str) -> bool:
    """Whether the shop was deleted."""
    try:
        await outbound.connections.get(shop)
    except ConnectionNotFound:
        return True
    return False


def _wish(task: Task, product: Product | None, one: Listing, rules: StockRules) -> Mapping[str, int] | None:
    """What is to be there: by warehouse how many, or by currency the price; empty for nothing to say, None where nobody said which warehouse is ours."""
    if product is None:
        return {}
    if task is Task.STOCK:
        return offered(product, rules, one.seen)
    priced = product.price is not None and product.price.currency == one.price.currency
    return {product.price.currency: product.price.amount} if priced and product.price is not None else {}


def _price_of(wish: Mapping[str, int]) -> Money:
    ((currency, amount),) = wish.items()
    return Money(amount, currency)


def _push_of(one: Listing, task: Task) -> Push:
    push = one.stock if task is Task.STOCK else one.price_push
    assert push is not None, f"{one.id} was due for {task}"
    return push


def _has_several(one: Listing) -> bool:
    return len([level for level in one.seen if not level.read_only]) > 1


def _entry(shop: str, task: Task, result: CallResult[Sequence[StockOutcome]], detail: Mapping[str, int]) -> Entry:
    return Entry(SYSTEM, "listing.sent", f"connection:{shop}", {"task": task.value, **detail, **result.journal()})


async def _ids_of(tx: Tx, found: set[UUID]) -> list[UUID]:
    return await store.ids_of_products(tx, sorted(found))
