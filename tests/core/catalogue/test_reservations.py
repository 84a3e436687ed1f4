"""One pool of stock: the last piece is sold once, what is not paid comes back, and what a marketplace oversold is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database
from gerbang.core.catalogue.allocation import available
from gerbang.core.catalogue.model import (
    BadBundle,
    BundleHasNoStock,
    LateMoney,
    Line,
    Movement,
    NewProduct,
    OutOfStock,
    Product,
    ProductNotFound,
    ReservationNotFound,
    ReservationReleased,
    Shortage,
    SkuTaken,
    StockReadOnly,
    UnknownSku,
    WarehouseNeeded,
    late_money,
)
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.catalogue.store import set_stock
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import system_caller
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.asyncio(loop_scope="module")
CALLER = system_caller("test")
PARALLEL = 50
_DISAGREEING = """
    SELECT s.product_id, s.warehouse, s.reserved, p.kept FROM stock s LEFT JOIN (
        SELECT product_id, warehouse, sum(per_unit * units) AS kept FROM reservation_parts GROUP BY product_id, warehouse) AS p USING (product_id, warehouse)
    WHERE s.reserved <> coalesce(p.kept, 0)
    UNION ALL
    SELECT i.product_id, i.reservation_id::text, i.units, i.missing FROM reservation_items i JOIN reservations r ON r.id = i.reservation_id
    WHERE r.status IN ('held', 'confirmed') AND i.units - i.missing <> (
        SELECT coalesce(max(each.units), 0) FROM (
            SELECT sum(p.units) AS units FROM reservation_parts p WHERE p.reservation_id = i.reservation_id AND p.line = i.line GROUP BY p.product_id) AS each)
"""
NUMBERS = count(1)


class World:
    """The catalogue over a database that a file shares; every test has products of its own."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = BusinessClock()
        self.reservations = Reservations(db, self.clock)
        self.catalogue = Catalogue(db, self.clock, self.reservations)

    async def product(self, quantity: int | None = None, warehouse: str = "bantul", **more: Any) -> str:
        sku = f"SKU-{next(NUMBERS)}"
        key = IdempotencyKey("key:test", sku, b"fingerprint")
        await self.catalogue.create(CALLER, NewProduct(ids.new(), sku, "Kopi", **more), key)
        if quantity is not None:
            await self.catalogue.set_stock(CALLER, sku, quantity, warehouse)
        return sku

    async def reserve(self, *lines: Line, until: datetime | None = None, owner: str = "") -> str:
        owner = owner or f"ord_{next(NUMBERS)}"
        async with self.db.transaction() as tx:
            await self.reservations.reserve(tx, owner, lines, until)
        return owner

    async def sold(self, owner: str, *lines: Line) -> list[tuple[str, int]]:
        async with self.db.transaction() as tx:
            found = (await self.reservations.record_sales(tx, {owner: lines}))[owner]
        return [(one.sku, one.missing) for one in found]

    async def do(self, what: str, owner: str, *args: Any) -> Any:
        async with self.db.transaction() as tx:
            return await getattr(self.reservations, what)(tx, owner, *args)

    async def counts(self, sku: str) -> tuple[int, int, int]:
        """How many there are, are reserved, and can be sold."""
        one = await self.catalogue.get(sku)
        return (sum(s.quantity for s in one.own_stock), sum(s.reserved for s in one.own_stock), available(one))

    async def moved(self, sku: str) -> list[tuple[Movement, int, int, int]]:
        rows = await self.catalogue.movements(sku, None, 20)
        return [(one.kind, one.change, one.quantity, one.reserved) for one in rows]

    async def told(self, sku: str) -> list[str]:
        id_ = (await self.catalogue.get(sku)).id
        async with self.db.reading() as tx:
            rows = await tx.fetch(
                "SELECT type, sequence FROM announcements WHERE object_id = $1 AND object_type = 'product' ORDER BY sequence",
                id_,
            )
        assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
        return [row["type"].removeprefix("product.") for row in rows]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(module_database: FreshDatabase) -> AsyncIterator[World]:
    db = Database(module_database.app_dsn, size=10)
    await db.open()
    yield World(db)
    async with db.reading() as tx:
        assert await tx.fetch(_DISAGREEING) == [], (
            "what is kept for somebody, and what stands as reserved, are two counts of one thing"
        )
    await db.close()


async def test_of_fifty_parallel_sales_of_the_last_piece_one_is_sold(world: World) -> None:
    sku = await world.product(1)

    async def buy() -> str:
        try:
            return await world.reserve(Line(sku, 1))
        except OutOfStock:
            return ""

    owners = await asyncio.gather(*(buy() for _ in range(PARALLEL)))
    assert len([one for one in owners if one]) == 1
    assert await world.counts(sku) == (1, 1, 0)
    assert await world.told(sku) == ["created", "stock_changed", "stock_changed"]


async def test_bundles_and_single_pieces_take_from_the_same_stock_however_many_sell_at_once(world: World) -> None:
    tea, sugar = await world.product(10), await world.product(10)
    bundle = await world.product(components={tea: 1, sugar: 2})
    assert (await world.counts(bundle))[2] == 5

    async def buy(number: int) -> int:
        lines = ([Line(bundle, 1)], [Line(sugar, 1), Line(tea, 1)], [Line(tea, 1), Line(sugar, 1)])[number % 3]
        try:
            await world.reserve(*lines)
        except OutOfStock:
            return 0
        return 1 if number % 3 else 2

    sugars = sum(await asyncio.gather(*(buy(number) for number in range(30))))
    assert sugars == 10
    assert (await world.counts(sugar))[1:] == (10, 0)
    assert (await world.counts(bundle))[2] == 0


async def test_an_order_is_reserved_whole_or_not_at_all_and_once(world: World) -> None:
    coffee, tea = await world.product(3), await world.product(1)
    with pytest.raises(OutOfStock) as refused:
        await world.reserve(Line(coffee, 2), Line(tea, 2))
    assert [one.pointer for one in refused.value.errors] == ["/lines/1/quantity"]
    with pytest.raises(UnknownSku) as unknown:
        await world.reserve(Line(coffee, 1), Line("NO-SUCH", 1))
    assert [one.pointer for one in unknown.value.errors] == ["/lines/1/sku"]
    assert (await world.counts(coffee), await world.counts(tea)) == ((3, 0, 3), (1, 0, 1))
    owner = await world.reserve(Line(coffee, 2))
    await world.reserve(Line(coffee, 2), owner=owner)
    assert await world.counts(coffee) == (3, 2, 1)


async def test_what_was_not_paid_in_time_is_free_again_and_late_money_takes_it_only_where_it_is_there(
    world: World,
) -> None:
    sku = await world.product(2)
    soon = world.clock.now() + timedelta(seconds=0.2)
    paid, late = [await world.reserve(Line(sku, 1), until=soon) for _ in range(2)]
    assert await world.do("confirm", paid) == ()
    await asyncio.sleep(0.25)
    await asyncio.gather(world.reservations.end_due(), world.reservations.end_due())
    assert await world.counts(sku) == (2, 1, 1)
    assert (await world.moved(sku))[0] == (Movement.EXPIRED, 1, 2, 1)

    assert late_money(await world.do("confirm", late)) is LateMoney.SELL
    assert await world.counts(sku) == (2, 2, 0)
    await world.do("release", late)
    with pytest.raises(ReservationReleased):
        await world.do("confirm", late)


async def test_late_money_for_what_another_bought_meanwhile_is_held(world: World) -> None:
    sku = await world.product(1)
    late = await world.reserve(Line(sku, 1), until=world.clock.now() - timedelta(seconds=1))
    await world.reservations.end_due()
    other = await world.reserve(Line(sku, 1))
    missing = await world.do("confirm", late)
    assert list(missing) == [Shortage(0, sku, 1)]
    assert late_money(missing) is LateMoney.HOLD_AND_GIVE_BACK
    assert await world.counts(sku) == (1, 1, 0)
    await world.do("release", other)
    assert await world.do("confirm", late) == ()
    with pytest.raises(ReservationNotFound):
        await world.do("confirm", "ord_nobody")


async def test_parts_are_shipped_and_given_up_and_the_rest_stays(world: World) -> None:
    sku = await world.product(5)
    owner = await world.reserve(Line(sku, 3))
    await world.do("ship", owner, [Line(sku, 1)])
    assert await world.counts(sku) == (4, 2, 2)
    await world.do("release", owner, [Line(sku, 1)])
    assert await world.counts(sku) == (4, 1, 3)
    await world.do("ship", owner)
    await world.do("ship", owner)
    await world.do("release", owner)
    assert await world.counts(sku) == (3, 0, 3)
    assert await world.moved(sku) == [
        (Movement.SHIPPED, -1, 3, 0),
        (Movement.RELEASED, 1, 4, 1),
        (Movement.SHIPPED, -1, 4, 2),
        (Movement.RESERVED, -3, 5, 3),
        (Movement.SET, 5, 5, 0),
    ]
    await world.do("release", "ord_nobody")


async def test_what_a_marketplace_oversold_is_told_and_covered_by_the_next_count_before_anybody_else_buys(
    world: World,
) -> None:
    tea, sugar = await world.product(3), await world.product(2)
    bundle = await world.product(components={tea: 1, sugar: 1})
    first, second = "ord_lazada_1", "ord_lazada_2"
    assert await world.sold(first, Line(bundle, 3)) == [(bundle, 1)]
    assert await world.sold(first, Line(bundle, 3)) == [(bundle, 1)]
    assert await world.sold(second, Line(sugar, 1)) == [(sugar, 1)]
    assert await world.counts(sugar) == (2, 2, 0)
    assert await world.told(bundle) == ["created", "oversold"]

    await world.catalogue.set_stock(CALLER, sugar, 3)
    assert (await world.do("oversold", first), len(await world.do("oversold", second))) == ([], 1)
    assert await world.told(bundle) == ["created", "oversold", "shortage_covered"]
    with pytest.raises(OutOfStock):
        await world.reserve(Line(sugar, 1))
    await world.do("release", first)
    assert await world.do("oversold", second) == []
    assert await world.counts(sugar) == (3, 1, 2)
    await world.catalogue.set_stock(CALLER, sugar, 0)
    assert await world.counts(sugar) == (0, 1, 0)
    assert (await world.told(sugar))[-1] == "oversold"


async def test_whatever_many_do_at_once_what_is_kept_and_what_is_reserved_agree(world: World) -> None:
    chance = Random(20261130)
    single = [await world.product(12) for _ in range(3)]
    for sku in single[:2]:
        await world.catalogue.set_stock(CALLER, sku, 5, "surabaya")
    skus = [*single, await world.product(components={single[0]: 2, single[1]: 1})]
    owners = [f"ord_random_{number}" for number in range(12)]

    async def act() -> None:
        owner, sku, count = chance.choice(owners), chance.choice(skus), chance.randint(1, 4)
        what = chance.choice(("reserve", "sold", "confirm", "release", "ship", "part", "count", "end"))
        soon = world.clock.now() + timedelta(seconds=0.05)
        with suppress(OutOfStock, ReservationNotFound, ReservationReleased):
            match what:
                case "reserve":
                    await world.reserve(Line(sku, count), Line(chance.choice(skus), 1), owner=owner, until=soon)
                case "sold":
                    await world.sold(owner, Line(sku, count))
                case "part":
                    await world.do("release", owner, [Line(sku, count)])
                case "count":
                    await world.catalogue.set_stock(CALLER, chance.choice(single), chance.randint(0, 15), "bantul")
                case "end":
                    await world.reservations.end_due()
                case _:
                    await world.do(what, owner)

    async def work() -> None:
        for _ in range(20):
            await act()

    await asyncio.gather(*(work() for _ in range(8)))
    async with world.db.reading() as tx:
        assert await tx.fetch(_DISAGREEING) == []


async def test_a_count_is_a_total_and_says_where(world: World) -> None:
    sku = await world.product()
    assert [one.warehouse for one in (await world.catalogue.set_stock(CALLER, sku, 4)).stock] == ["main"]
    await world.catalogue.set_stock(CALLER, sku, 4)
    assert await world.moved(sku) == [(Movement.SET, 4, 4, 0)]
    await world.catalogue.set_stock(CALLER, sku, 6, "bantul")
    with pytest.raises(WarehouseNeeded, match="bantul, main"):
        await world.catalogue.set_stock(CALLER, sku, 1)
    with pytest.raises(ProductNotFound):
        await world.catalogue.set_stock(CALLER, "NO-SUCH", 1)


async def test_what_a_marketplace_keeps_is_read_and_never_sold(world: World) -> None:
    sku = await world.product()
    known: Product = await world.catalogue.get(sku)
    async with world.db.transaction() as tx:
        await set_stock(tx, known.id, "fbl-1", 9, "shop-1")
    for warehouse in (None, "fbl-1"):
        with pytest.raises(StockReadOnly):
            await world.catalogue.set_stock(CALLER, sku, 1, warehouse)
    with pytest.raises(OutOfStock):
        await world.reserve(Line(sku, 1))
    await world.catalogue.set_stock(CALLER, sku, 1, "bantul")
    await world.reserve(Line(sku, 1))


async def test_a_bundle_is_made_of_products_and_has_no_stock(world: World) -> None:
    tea = await world.product(1)
    bundle = await world.product(components={tea: 1})
    with pytest.raises(BundleHasNoStock, match=tea):
        await world.catalogue.set_stock(CALLER, bundle, 1)
    with pytest.raises(UnknownSku) as unknown:
        await world.product(components={"NO-SUCH": 1})
    assert [one.pointer for one in unknown.value.errors] == ["/components/NO-SUCH"]
    other = await world.product()
    for sku, components in ((other, {bundle: 1}), (other, {other: 1}), (tea, {other: 1})):
        with pytest.raises(BadBundle):
            await world.catalogue.change(CALLER, sku, components=components)
    plain = await world.catalogue.change(CALLER, bundle, components={}, name="Teh")
    assert (plain.components, plain.name) == ((), "Teh")
    assert await world.told(bundle) == ["created", "updated"]
    key = IdempotencyKey("key:test", ids.new().hex, b"fingerprint")
    with pytest.raises(SkuTaken):
        await world.catalogue.create(CALLER, NewProduct(ids.new(), tea, "Teh"), key)
