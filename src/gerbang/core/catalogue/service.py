"""The use cases of products: made, changed, counted, priced, read."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.base.errors import FieldError
from gerbang.base.keyset import Place
from gerbang.base.money import Money
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit import service as audit
from gerbang.core.audit.model import Entry, Recorded
from gerbang.core.catalogue import store
from gerbang.core.catalogue.model import (
    MAIN_WAREHOUSE,
    PREFIX,
    PRODUCT,
    BadBundle,
    BundleHasNoStock,
    Movement,
    NewProduct,
    Product,
    ProductFilters,
    ProductNotFound,
    SkuTaken,
    StockMovement,
    StockReadOnly,
    UnknownSku,
    WarehouseNeeded,
)
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.catalogue.stock_changes import Change, numbered, save_changes
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.idempotency.service import claim
from gerbang.core.identity.model import Caller


class Catalogue:
    """Products and their stock. Who may do what is decided at the edge."""

    def __init__(self, db: Database, clock: BusinessClock, reservations: Reservations) -> None:
        self._db = db
        self._clock = clock
        self._reservations = reservations

    async def create(self, caller: Caller, new: NewProduct, key: IdempotencyKey) -> tuple[Product, bool]:
        """A new product, and whether the same `key` made it before. Raises SkuTaken, UnknownSku, BadBundle, IdempotencyKeyReused."""
        async with self._db.transaction() as tx:
            first = await claim(tx, key, PRODUCT, new.id)
            if first is None:
                await self.add(tx, caller.label, new)
            (made,) = await store.of_ids(tx, [first or new.id])
        return made, first is not None

    async def add(self, tx: Tx, actor: str, new: NewProduct) -> None:
        """Make a product in the caller's transaction. Raises SkuTaken, UnknownSku, BadBundle."""
        if not await store.add(tx, new):
            raise SkuTaken(f"There is a product {new.sku}.", hint="Change it by PATCH, or give another SKU.")
        if new.components:
            await _consist_of(tx, new.sku, new.components)
        shown = ids.show(PREFIX, new.id)
        await audit.record(tx, [Entry(actor, "product.created", shown, {"sku": new.sku})])
        told = Announcement("product.created", ObjectRef(PRODUCT, new.id), {"product": shown}, self._clock.now(), 1)
        await announce(tx, [told])

    async def get(self, sku: str) -> Product:
        """One with its stock. Raises ProductNotFound."""
        async with self._db.reading() as tx:
            return _one(await store.of_skus(tx, [sku]), sku)

    async def page(self, filters: ProductFilters, after: Place | None, limit: int) -> Sequence[Product]:
        """Newest first, from a keyset place (created_at, id) on."""
        async with self._db.reading() as tx:
            return await store.page(tx, filters, after, limit)

    async def movements(self, sku: str, after: Place | None, limit: int) -> Sequence[StockMovement]:
        """What moved of its stock, newest first, from a keyset place (made_at, id) on. Raises ProductNotFound."""
        async with self._db.reading() as tx:
            product = _one(await store.of_skus(tx, [sku]), sku)
            return await store.movements(tx, product.id, after, limit)

    async def change(
        self, caller: Caller, sku: str, *, name: str | None = None, components: Mapping[str, int] | None = None
    ) -> Product:
        """Another name, or what a bundle consists of (nothing: it is a bundle no more). Raises ProductNotFound, UnknownSku, BadBundle."""
        async with self._db.transaction() as tx:
            before = _one(await store.lock(tx, [sku], widely=components is not None), sku)
            changed: list[str] = []
            if name is not None and name != before.name:
                await store.rename(tx, before.id, name)
                changed.append("name")
            if components is not None and components != {one.sku: one.quantity for one in before.components}:
                await _consist_of(tx, sku, components)
                changed.append("components")
            if changed:
                shown = ids.show(PREFIX, before.id)
                await audit.record(tx, [Entry(caller.label, "product.updated", shown, {"changed": changed})])
                (about, data, number), *_ = await numbered(tx, [before.id])
                await announce(tx, [Announcement("product.updated", about, data, self._clock.now(), number)])
            (after,) = await store.of_ids(tx, [before.id])
        return after

    async def set_price(self, caller: Caller, sku: str, price: Money) -> Product:
        """What it costs from now on. The same price again changes nothing. Raises ProductNotFound."""
        async with self._db.transaction() as tx:
            before = _one(await store.lock(tx, [sku]), sku)
            if price != before.price:
                await store.set_price(tx, before.id, price)
                detail = {"amount": price.amount, "currency": price.currency}
                shown = ids.show(PREFIX, before.id)
                await audit.record(tx, [Entry(caller.label, "product.price_changed", shown, detail)])
                (about, data, number), *_ = await numbered(tx, [before.id])
                await announce(tx, [Announcement("product.price_changed", about, data, self._clock.now(), number)])
            (after,) = await store.of_ids(tx, [before.id])
        return after

    async def set_stock(self, caller: Caller, sku: str, quantity: int, warehouse: str | None = None) -> Product:
        """So many units stand in a warehouse, of which some may be reserved: a count, so that the same again changes nothing. Without a warehouse it is the only one
        that it stands in. What orders miss of it is given to them first.

        Raises ProductNotFound, BundleHasNoStock, StockReadOnly, WarehouseNeeded.
        """
        async with self._db.transaction() as tx:
            id_ = await self.count(tx, caller.label, sku, quantity, warehouse)
            (after,) = await store.of_ids(tx, [id_])
        return after

    async def count(self, tx: Tx, actor: str, sku: str, quantity: int, warehouse: str | None) -> UUID:
        """The same in the caller's transaction; the product's id."""
        before = _one(await store.lock(tx, [sku], widely=True), sku)
        place = _place(before, warehouse)
        known = next((one for one in before.own_stock if one.warehouse == place), None)
        if known is None or known.quantity != quantity:
            await self._count(tx, actor, before, place, quantity, known.quantity if known else None)
        return before.id

    async def put_back(self, tx: Tx, actor: str, sku: str, count: int, warehouse: str | None) -> None:
        """So many units of it, or of what a bundle consists of, stand in a warehouse again. Raises as `places_of`, before anything is written."""
        for component, each, place in await self.places_of(tx, sku, warehouse):
            (before,) = (await store.lock(tx, [component], widely=True)).values()
            known = next((one.quantity for one in before.own_stock if one.warehouse == place), None)
            await self._count(tx, actor, before, place, (known or 0) + each * count, known)

    async def places_of(self, tx: Tx, sku: str, warehouse: str | None) -> Sequence[tuple[str, int, str]]:
        """What is counted in where one unit comes back: SKU, how many, and the warehouse. Raises ProductNotFound, StockReadOnly, WarehouseNeeded."""
        one = _one(await store.lock(tx, [sku], widely=True), sku)
        if not one.components:
            return [(one.sku, 1, _place(one, warehouse))]
        inside = await store.lock(tx, [part.sku for part in one.components], widely=True)
        return [(part.sku, part.quantity, _place(_one(inside, part.sku), warehouse)) for part in one.components]

    async def history(self, id_: UUID, limit: int, before: UUID | None = None) -> Sequence[Recorded]:
        """The last of what was done to a product, oldest first; those before an entry if it is named."""
        async with self._db.reading() as tx:
            entries = await audit.recent(tx, ids.show(PREFIX, id_), limit, before=before)
        return list(reversed(entries))

    async def _count(self, tx: Tx, actor: str, product: Product, place: str, quantity: int, was: int | None) -> None:
        if was is None:
            await store.set_stock(tx, product.id, place, 0)
        change = Change(product.id, place, quantity - (was or 0), 0)
        await save_changes(tx, Movement.SET, [change], self._clock.now(), owner="", actor=actor)
        detail = {"sku": product.sku, "warehouse": place, "was": was, "to": quantity}
        await audit.record(tx, [Entry(actor, "product.stock_set", ids.show(PREFIX, product.id), detail)])
        bundles = await store.bundles_of(tx, [product.id])
        counted, *rest = await store.of_ids(tx, [product.id]) + await store.of_ids(tx, bundles)
        await self._reservations.cover(tx, [counted, *rest])
        level = next(one for one in counted.own_stock if one.warehouse == place)
        if level.reserved > level.quantity:
            missing = level.reserved - level.quantity
            (about, data, number), *_ = await numbered(tx, [product.id])
            data |= {"sku": product.sku, "missing": missing}
            await announce(tx, [Announcement("product.oversold", about, data, self._clock.now(), number)])


async def load_products(tx: Tx, wanted: Sequence[UUID]) -> Sequence[Product]:
    """These with their stock and components."""
    return await store.of_ids(tx, wanted)


async def _consist_of(tx: Tx, sku: str, components: Mapping[str, int]) -> None:
    """Make it a bundle of these. Raises UnknownSku, BadBundle with a pointer to each component."""
    locked = await store.lock(tx, [sku, *components])
    unknown = [
        FieldError(f"/components/{one}", f"There is no product {one}.") for one in components if one not in locked
    ]
    if unknown:
        raise UnknownSku(unknown[0].detail, hint="Make its components first.", errors=unknown)
    nested = [one for one in components if one == sku or locked[one].components]
    if nested:
        said = "A bundle consists of products that are none themselves."
        raise BadBundle(said, errors=[FieldError(f"/components/{one}", said) for one in nested])
    bundle = locked[sku]
    if components and (bundle.stock or await store.bundles_of(tx, [bundle.id])):
        said = f"{sku} has stock of its own, or is in a bundle itself."
        raise BadBundle(said, hint="Make another product for the bundle.", errors=[FieldError("/components", said)])
    await store.set_components(tx, bundle.id, {locked[one].id: count for one, count in components.items()})


def _place(product: Product, warehouse: str | None) -> str:
    """The warehouse that is meant. Raises BundleHasNoStock, StockReadOnly, WarehouseNeeded."""
    if product.components:
        raise BundleHasNoStock(
            f"{product.sku} is counted by its components: {', '.join(one.sku for one in product.components)}.",
            hint="Set the stock of its components.",
        )
    own = [one.warehouse for one in product.own_stock]
    if warehouse is None:
        if len(own) > 1:
            said = f"It stands in several: {', '.join(own)}."
            raise WarehouseNeeded(said, errors=[FieldError("/warehouse", said)])
        if not own and product.stock:
            raise StockReadOnly(
                f"{product.sku} is kept by {product.stock[0].fulfilled_by}'s marketplace.",
                hint="Name a warehouse of yours where some of it is your own.",
            )
        return own[0] if own else MAIN_WAREHOUSE
    kept = next((one for one in product.stock if one.fulfilled_by and one.warehouse == warehouse), None)
    if kept is not None and warehouse not in own:
        raise StockReadOnly(
            f"{warehouse} is a warehouse of {kept.fulfilled_by}'s marketplace: what stands there is only read.",
            hint="Name a warehouse of yours.",
        )
    return warehouse


def _one(found: Mapping[str, Product], sku: str) -> Product:
    if sku not in found:
        raise ProductNotFound(f"There is no product {sku}.")
    return found[sku]
