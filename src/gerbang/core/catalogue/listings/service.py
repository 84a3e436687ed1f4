"""The use cases of listings: imported, mapped, offered by rules, sent anew; and which product of ours somebody bought there."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.base.errors import FieldError
from gerbang.base.keyset import Place
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.catalogue import store as products
from gerbang.core.catalogue.listings import csv_file, import_store, store
from gerbang.core.catalogue.listings.model import (
    IMPORT,
    IMPORT_PREFIX,
    LISTING_PREFIX,
    Import,
    ImportNotFound,
    LineFault,
    Listing,
    ListingFilters,
    ListingNotFound,
    MappingReport,
    NoShop,
    StockRules,
    Task,
)
from gerbang.core.catalogue.listings.pushing import Pushing, jobs_of, mapped_in
from gerbang.core.catalogue.listings.walking import Walking, import_of, look_at
from gerbang.core.catalogue.model import Product, UnknownSku
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.connections.model import Connection, ConnectionNotFound
from gerbang.core.connections.outbound_calls import MARKETPLACES, OutboundCalls
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.idempotency.service import claim
from gerbang.core.identity.model import Caller
from gerbang.core.queue import service as queue

_LATE_S: Final = 600.0


class Listings:
    """What shops sell. Who may do what is decided at the edge; `pushing` and `walking` are the jobs."""

    def __init__(self, db: Database, clock: BusinessClock, outbound: OutboundCalls, catalogue: Catalogue) -> None:
        self._db = db
        self._outbound = outbound
        self.pushing = Pushing(db, clock, outbound)
        self.walking = Walking(db, clock, outbound, catalogue)

    async def products_of(self, tx: Tx, connection: str, sold: Sequence[tuple[str, str, str]]) -> Sequence[str | None]:
        """The SKU of ours of each thing that a shop sold, named by the marketplace's item and variant and the seller's word; None where nobody has said which it is. A word that is
        no listing of the shop's counts as our SKU of the same letters.
        """
        known = await store.of_variants(tx, connection, [(item, variant) for item, variant, _ in sold])
        words = [word for item, variant, word in sold if (item, variant) not in known]
        named: dict[str, set[str | None]] = {}
        for one in await store.of_seller_skus(tx, connection, words):
            named.setdefault(one.seller_sku, set()).add(one.sku)
        ours = await products.of_skus(tx, words)
        found: list[str | None] = []
        for item, variant, word in sold:
            if (item, variant) in known:
                found.append(known[item, variant].sku)
            elif word in named:
                found.append(next(iter(named[word])) if len(named[word]) == 1 else None)
            else:
                found.append(word if word in ours else None)
        return found

    async def waiting(self) -> str | None:
        """The shops that show old stock, for whoever looks after them; None where there are none."""
        async with self._db.reading() as tx:
            late = await store.overdue(tx, _LATE_S)
        return f"Stock has waited for minutes to be sent to {', '.join(late)}." if late else None

    async def shops(self) -> Sequence[Connection]:
        """Every shop of a marketplace."""
        return [one for one in await self._outbound.connections.all() if self._is_shop(one)]

    async def get(self, id_: UUID) -> Listing:
        """One. Raises ListingNotFound."""
        async with self._db.reading() as tx:
            found = await store.of_ids(tx, [id_])
        if not found:
            raise ListingNotFound
        return found[0]

    async def page(self, filters: ListingFilters, after: Place | None, limit: int) -> Sequence[Listing]:
        """Newest first, from a keyset place (created_at, id) on."""
        async with self._db.reading() as tx:
            return await store.page(tx, filters, after, limit)

    async def of_products(self, wanted: Sequence[Product]) -> Sequence[Listing]:
        """All listings of these products, by shop."""
        async with self._db.reading() as tx:
            return await store.of_products(tx, {one.id: one.sku for one in wanted})

    async def map_to(self, caller: Caller, id_: UUID, sku: str | None) -> Listing:
        """Say which product of ours it is, or (None) that it is none: its stock is sent from now on. Raises ListingNotFound, UnknownSku."""
        async with self._db.transaction() as tx:
            before = await store.lock(tx, id_)
            if before is None:
                raise ListingNotFound
            product = (await products.of_skus(tx, [sku])).get(sku) if sku is not None else None
            if sku is not None and product is None:
                said = f"There is no product {sku}."
                raise UnknownSku(said, errors=[FieldError("/sku", said)])
            if before.sku != sku:
                await self._map(tx, [(id_, product.id if product else None)])
                detail = {"to": sku or "", "was": before.sku or ""}
                await record(tx, [Entry(caller.label, "listing.mapped", ids.show(LISTING_PREFIX, id_), detail)])
            (after,) = await store.of_ids(tx, [id_])
        return after

    async def map_csv(self, caller: Caller, connection: str, text: str, *, dry_run: bool) -> MappingReport:
        """The same by a CSV, all of it or nothing. Raises NoShop."""
        await self.shop(connection)
        lines, faults = csv_file.read(text)
        faults += csv_file.contradictions(lines)
        async with self._db.transaction() as tx:
            known = await store.of_seller_skus(tx, connection, sorted({theirs for theirs, _ in lines.values()}))
            ours = await products.of_skus(tx, sorted({sku for _, sku in lines.values() if sku}))
            named: dict[str, list[Listing]] = {}
            for one in known:
                named.setdefault(one.seller_sku, []).append(one)
            changes: list[tuple[UUID, UUID | None]] = []
            same = 0
            for number, (theirs, sku) in lines.items():
                if theirs not in named:
                    faults.append(LineFault(number, f"The shop has no listing {theirs}: import its list first."))
                elif sku and sku not in ours:
                    faults.append(LineFault(number, f"There is no product {sku}."))
                else:
                    moved = [one for one in named[theirs] if (one.sku or "") != sku]
                    same += not moved
                    changes += [(one.id, ours[sku].id if sku else None) for one in moved]
            applied = not faults and not dry_run
            if applied and changes:
                await self._map(tx, changes)
                detail = {"listings": len(changes)}
                await record(tx, [Entry(caller.label, "listing.mapped_by_file", f"connection:{connection}", detail)])
        return MappingReport(len(lines), len(lines) - same, same, csv_file.shown(faults), applied)

    async def push(self, caller: Caller, id_: UUID) -> Listing:
        """Send its stock and price again, whatever the marketplace said before. Raises ListingNotFound."""
        async with self._db.transaction() as tx:
            before = await store.lock(tx, id_)
            if before is None:
                raise ListingNotFound
            await store.mark_due(tx, [id_], Task.STOCK, anew=True)
            if before.price_push is not None:
                await store.mark_due(tx, [id_], Task.PRICE, anew=True)
            await queue.enqueue(tx, jobs_of([before.connection] if before.product_id else []))
            await record(tx, [Entry(caller.label, "listing.sent_again", ids.show(LISTING_PREFIX, id_))])
            (after,) = await store.of_ids(tx, [id_])
        return after

    async def rules(self, connection: str) -> StockRules:
        """What a shop is offered. Raises NoShop."""
        await self.shop(connection)
        async with self._db.reading() as tx:
            return (await store.rules(tx, [connection]))[connection]

    async def set_rules(self, caller: Caller, wanted: StockRules) -> StockRules:
        """What it is offered from now on. Raises NoShop."""
        await self.shop(wanted.connection)
        async with self._db.transaction() as tx:
            before = (await store.rules(tx, [wanted.connection]))[wanted.connection]
            if (before.buffer, before.warehouses) != (wanted.buffer, wanted.warehouses):
                await store.put_rules(tx, wanted)
                await store.mark_due(tx, await store.mapped_of(tx, wanted.connection), Task.STOCK)
                await queue.enqueue(tx, jobs_of([wanted.connection]))
                detail = {"was": before.buffer, "to": wanted.buffer}
                await record(tx, [Entry(caller.label, "shop.stock_rules", f"connection:{wanted.connection}", detail)])
            return (await store.rules(tx, [wanted.connection]))[wanted.connection]

    async def begin_import(
        self, caller: Caller, connection: str, key: IdempotencyKey, *, makes_products: bool
    ) -> tuple[Import, bool]:
        """Read a shop's whole list, and whether the same `key` began it before; one that is under way is the answer. Raises NoShop, IdempotencyKeyReused."""
        await self.shop(connection)
        async with self._db.transaction() as tx:
            new = ids.new()
            under_way = await import_store.running(tx, connection)
            first = await claim(tx, key, IMPORT, under_way.id if under_way else new)
            if first is None and under_way is None:
                if await import_store.add(tx, new, connection, caller.label, makes_products=makes_products):
                    await queue.enqueue(tx, [import_of(new, connection)])
                    detail = {"import": ids.show(IMPORT_PREFIX, new)}
                    await record(tx, [Entry(caller.label, "listing.import_begun", f"connection:{connection}", detail)])
                else:
                    under_way = await import_store.running(tx, connection)
            found = await import_store.of_id(tx, first or (under_way.id if under_way else new))
        assert found is not None, "it was begun in this transaction, or before"
        return found, first is not None

    async def get_import(self, id_: UUID) -> Import:
        """How far it is. Raises ImportNotFound."""
        async with self._db.reading() as tx:
            found = await import_store.of_id(tx, id_)
        if found is None:
            raise ImportNotFound
        return found

    async def look(self, caller: Caller, connection: str) -> None:
        """Ask the marketplace now what it has. Raises NoShop."""
        await self.shop(connection)
        async with self._db.transaction() as tx:
            await queue.enqueue(tx, [look_at(connection)])
            await record(tx, [Entry(caller.label, "listing.asked", f"connection:{connection}")])

    async def shop(self, connection: str) -> Connection:
        """The shop of this name. Raises NoShop."""
        try:
            found = await self._outbound.connections.get(connection)
        except ConnectionNotFound as error:
            raise NoShop(f"There is no connection {connection}.") from error
        if not self._is_shop(found):
            raise NoShop(f"{connection} is no shop of a marketplace.")
        return found

    def _is_shop(self, one: Connection) -> bool:
        usable = one.parent is not None and not self._outbound.connections.unusable(one)
        return usable and self._outbound.adapter(one, MARKETPLACES) is not None

    async def _map(self, tx: Tx, changes: Sequence[tuple[UUID, UUID | None]]) -> None:
        await store.map_to(tx, changes)
        shops = await store.mark_due(tx, [id_ for id_, _ in changes], Task.STOCK, anew=True)
        await queue.enqueue(tx, [*mapped_in(shops), *jobs_of(shops)])
