"""Two shops of one app at the simulated Lazada: their lists come in, stock that is set here is seen in both, and what one refuses holds up nobody."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gerbang import app, settings
from gerbang.base import ids
from gerbang.base.money import Money
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.catalogue.listings import pushing, store
from gerbang.core.catalogue.listings.model import (
    ImportStatus,
    Listing,
    ListingFilters,
    NoShop,
    PushState,
    StockRules,
)
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.catalogue.model import Line, NewProduct, StockReadOnly, UnknownSku
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import system_caller
from gerbang.core.queue import service as queue
from gerbang.core.queue.worker import Worker
from gerbang.noun import Core
from gerbang.ports.marketplace_catalogue import ProductSku, Stock
from gerbang.providers.sealed import ensure_root_key
from tests.conftest import FreshDatabase
from tests.providers.lazada.simulated import KEY, SECRET, Lazada, lazada

pytestmark = pytest.mark.asyncio(loop_scope="module")
CALLER = system_caller("test")
SELLERS = {"id": "1001", "sg": "1002", "my": "1003"}


class World:
    """A core whose shops `id`, `sg` and, with a token that is worth nothing, `my` are at the simulator; what is due is worked on all the time."""

    def __init__(self, core: Core, market: Lazada) -> None:
        self.core, self.market = core, market
        self.listings = core.service(Listings)
        self.catalogue = core.service(Catalogue)

    async def connect(self) -> None:
        url = self.market.sandbox.url
        shared = {"app_key": KEY, "base_url": f"{url}/lazada/{{site}}/rest", "auth_url": f"{url}/lazada-auth"}
        await self._add("app", shared, {"app_secret": SECRET})
        for site, seller in SELLERS.items():
            told = {"seller_id": seller, "site": site, "account": f"{site}@toko.example"}
            token = f"token-{site}" if site != "my" else "worth-nothing"
            await self._add(site, told, {"access_token": token, "refresh_token": f"refresh-{site}"}, "app")

    async def _add(self, id_: str, told: dict[str, str], secrets: dict[str, str], parent: str | None = None) -> None:
        names = {name: f"service/{id_}/{name}" for name in secrets}
        for name, value in secrets.items():
            await self.core.secrets.put(names[name], value.encode(), overlap_s=0, actor="test")
        made = await self.core.connections.draft(
            id_, "lazada", livemode=False, settings=told, secrets=names, parent=parent
        )
        async with self.core.db.transaction() as tx:
            await self.core.connections.add(tx, "test", made)
        self.core.connections.forget()

    async def imported(self, shop: str, *, makes: bool = False) -> tuple[int, int, int, int]:
        key = IdempotencyKey("key:test", ids.new().hex, b"fingerprint")
        begun, _ = await self.listings.begin_import(CALLER, shop, key, makes_products=makes)
        again, _ = await self.listings.begin_import(
            CALLER, shop, IdempotencyKey("key:test", ids.new().hex, b"x"), makes_products=makes
        )
        done = begun
        async with asyncio.timeout(10):
            while done.finished_at is None:
                await asyncio.sleep(0.02)
                done = await self.listings.get_import(begun.id)
        assert (done.status, again.connection) == (ImportStatus.FINISHED, shop), done.said
        return done.variants, done.added, done.mapped, done.made

    async def there(self, site: str, sku: str) -> dict[str, int]:
        """What the marketplace has free, by its warehouses."""
        found = await self.market.get("/products/get", site, filter="all", limit="50")
        skus = [one for product in found["data"]["products"] for one in product["skus"] if one["SellerSku"] == sku]
        levels = skus[0]["multiWarehouseInventories"] or skus[0]["fblWarehouseInventories"]
        return {level["warehouseCode"]: level["sellableQuantity"] for level in levels}

    async def listing(self, shop: str, seller_sku: str) -> Listing:
        found = await self.listings.page(ListingFilters(connection=shop), None, 100)
        return next(one for one in found if one.seller_sku == seller_sku)

    async def until(self, is_so: Callable[[Listing], bool], shop: str, seller_sku: str) -> Listing:
        one = await self.listing(shop, seller_sku)
        async with asyncio.timeout(10):
            while not is_so(one):
                await asyncio.sleep(0.02)
                one = await self.listing(shop, seller_sku)
        return one

    async def sent(self, shop: str, seller_sku: str, count: int) -> None:
        await self.until(
            lambda one: one.stock is not None and one.stock.sent == {"dropshipping": count}, shop, seller_sku
        )

    async def push_now(self, shop: str) -> None:
        """Without waiting for the job's own time."""
        async with self.core.db.transaction() as tx:
            await queue.enqueue(tx, pushing.jobs_of([shop]))

    async def outcomes(self) -> set[tuple[str, str]]:
        """Of the last calls, to which shop and what became of each."""
        async with self.core.db.reading() as tx:
            rows = await tx.fetch(
                "SELECT object, detail ->> 'outcome' AS outcome FROM audit WHERE action = 'listing.sent' ORDER BY id DESC LIMIT 4"
            )
        return {(row["object"], row["outcome"]) for row in rows}

    async def told(self, kind: str) -> list[Any]:
        async with self.core.db.reading() as tx:
            return [row["data"] for row in await tx.fetch("SELECT data FROM announcements WHERE type = $1", kind)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("listings")
    configured = settings.load(data=folder, database_url=module_database.app_dsn, sandbox=True)
    ensure_root_key(configured.root_key_path, create=True)
    stop = asyncio.Event()
    async with app.core(configured, "maker") as core, lazada(folder) as market:
        world = World(core, market)
        await world.connect()
        kinds = {kind: run for kind, run in core.nouns.jobs(core).items() if kind.startswith("catalogue.")}
        consumer = AnnouncementConsumer(core.db, pushing.CONSUMER, pushing.take, types=pushing.TYPES, data=False)
        await consumer.prepare()
        tasks = [asyncio.create_task(one.run(stop)) for one in (Worker(core.db, kinds), consumer)]
        assert await world.imported("id", makes=True) == (8, 8, 8, 8)
        assert await world.imported("sg") == (8, 8, 8, 0)
        yield world
        stop.set()
        await asyncio.gather(*tasks)


async def test_an_import_makes_products_once_and_maps_what_another_shop_calls_the_same(world: World) -> None:
    coffee = await world.catalogue.get("KOPI-250")
    assert (coffee.name, coffee.price, coffee.own_stock[0].quantity) == (
        "Kopi Arabika 250 g",
        Money(85_000, "IDR"),
        20,
    )
    assert (await world.listing("sg", "KOPI-250")).product_id == coffee.id
    assert await world.imported("id", makes=True) == (8, 0, 0, 0)
    kept = (await world.catalogue.get("BATIK-FBL")).stock
    assert {(one.warehouse, one.fulfilled_by) for one in kept} == {("fbl", "id"), ("fbl", "sg")}
    with pytest.raises(StockReadOnly):
        await world.catalogue.set_stock(CALLER, "BATIK-FBL", 1, "fbl")


async def test_stock_that_is_set_and_sold_here_is_seen_in_both_shops_while_a_third_cannot_be_asked(
    world: World,
) -> None:
    with pytest.raises(NoShop):
        await world.listings.shop("app")
    await world.catalogue.set_stock(CALLER, "KOPI-250", 64)
    for shop in ("id", "sg"):
        await world.sent(shop, "KOPI-250", 64)
    assert (await world.there("id", "KOPI-250"), await world.there("sg", "KOPI-250")) == (
        {"dropshipping": 64},
        {"dropshipping": 64},
    )
    key = IdempotencyKey("key:test", ids.new().hex, b"x")
    broken, _ = await world.listings.begin_import(CALLER, "my", key, makes_products=False)
    async with world.core.db.transaction() as tx:
        await world.core.service(Reservations).reserve(tx, "ord_own", [Line("KOPI-250", 4)])
    await world.listings.set_rules(CALLER, StockRules("sg", buffer=5))
    await world.sent("id", "KOPI-250", 60)
    await world.sent("sg", "KOPI-250", 55)
    failed = broken
    async with asyncio.timeout(10):
        while failed.finished_at is None:
            await asyncio.sleep(0.02)
            failed = await world.listings.get_import(broken.id)
    assert failed.status is ImportStatus.FAILED
    assert failed.said
    await world.listings.set_rules(CALLER, StockRules("sg", buffer=0))


async def test_a_campaign_lock_pends_and_is_told_once_while_the_rest_of_the_batch_is_done(world: World) -> None:
    await world.catalogue.set_stock(CALLER, "KAMPANYE", 5)
    await world.catalogue.set_stock(CALLER, "SEMI", 41)
    await world.sent("id", "SEMI", 41)
    locked = await world.until(
        lambda one: one.stock is not None and one.stock.state is PushState.LOCKED, "id", "KAMPANYE"
    )
    assert locked.stock is not None
    assert (locked.stock.code, locked.stock.due_at) == ("4170", None)
    assert await world.there("id", "KAMPANYE") == {"dropshipping": 30}
    pending = await world.listings.page(ListingFilters(connection="id", state="pending"), None, 10)
    assert "KAMPANYE" in [one.seller_sku for one in pending]
    await world.until(lambda one: one.stock is not None and one.stock.state is PushState.LOCKED, "sg", "KAMPANYE")
    told = [one["connection"] for one in await world.told("shop.stock_refused") if "4170" in one["why"]]
    assert sorted(told) == ["id", "sg"]
    await world.catalogue.set_stock(CALLER, "KAMPANYE", 4)
    revision = locked.stock.revision
    await world.until(lambda one: one.stock is not None and one.stock.revision > revision, "id", "KAMPANYE")
    await world.catalogue.set_stock(CALLER, "KAMPANYE", 50)
    await world.sent("id", "KAMPANYE", 50)
    assert len([one for one in await world.told("shop.stock_refused") if "4170" in one["why"]]) == 2


async def test_what_somebody_changed_at_the_marketplace_is_shown_and_sent_anew_when_somebody_says_so(
    world: World,
) -> None:
    await world.catalogue.set_stock(CALLER, "MADU", 12)
    await world.sent("id", "MADU", 12)
    one = await world.listing("id", "MADU")
    payload = (
        f"<Request><Product><Skus><Sku><ItemId>{one.item}</ItemId><SkuId>{one.variant}</SkuId>"
        "<SellableQuantity>71</SellableQuantity></Sku></Skus></Product></Request>"
    )
    assert (await world.market.post("/product/stock/sellable/update", "id", payload=payload))["code"] == "0"
    await world.listings.look(CALLER, "id")
    shown = await world.until(lambda one: one.differs, "id", "MADU")
    assert [level.sellable for level in shown.seen] == [71]
    different = await world.listings.page(ListingFilters(state="different"), None, 10)
    assert [(one.connection, one.seller_sku) for one in different] == [("id", "MADU")]
    await world.listings.push(CALLER, one.id)
    async with asyncio.timeout(10):
        while await world.there("id", "MADU") != {"dropshipping": 12}:
            await asyncio.sleep(0.02)
    await world.listings.look(CALLER, "id")
    await world.until(lambda one: not one.differs, "id", "MADU")


async def test_what_is_new_in_a_shops_list_is_mapped_by_its_sku_when_the_list_is_looked_at(world: World) -> None:
    """As an import does: it stood there unmapped, its stock was never sent, and its orders were counted by nobody."""
    one = await world.listing("id", "MADU")
    async with world.core.db.transaction() as tx:
        await tx.execute(
            "UPDATE listings SET variant = 'gone', seller_sku = '', product_id = NULL, is_left_alone = true WHERE id = $1",
            one.id,
        )
    await world.catalogue.set_stock(CALLER, "MADU", 13)
    await world.listings.look(CALLER, "id")
    async with asyncio.timeout(10):
        while await world.there("id", "MADU") != {"dropshipping": 13}:
            await asyncio.sleep(0.02)
    again = await world.listing("id", "MADU")
    assert (again.sku, again.id == one.id) == ("MADU", False)


async def test_of_several_warehouses_those_of_one_name_are_one_and_nothing_else_is_guessed(world: World) -> None:
    made = {one.warehouse: one.quantity for one in (await world.catalogue.get("TEH-100")).own_stock}
    assert made == {"dropshipping": 20, "surabaya": 20}
    await world.catalogue.set_stock(CALLER, "TEH-100", 9, "surabaya")
    both = {"dropshipping": 20, "surabaya": 9}
    await world.until(lambda one: one.stock is not None and one.stock.sent == both, "id", "TEH-100")
    await world.catalogue.set_stock(CALLER, "TEH-100", 40, "main")
    await world.until(lambda one: one.stock is not None and one.stock.state is PushState.NO_WAREHOUSE, "id", "TEH-100")
    rules = StockRules("id", warehouses={"dropshipping": "main", "surabaya": "surabaya"})
    await world.listings.set_rules(CALLER, rules)
    wanted = {"dropshipping": 40, "surabaya": 9}
    await world.until(lambda one: one.stock is not None and one.stock.sent == wanted, "id", "TEH-100")
    assert await world.there("id", "TEH-100") == wanted
    await world.listings.set_rules(CALLER, StockRules("id"))


async def test_a_bundle_is_sent_when_its_components_move_and_a_price_in_its_own_currency(world: World) -> None:
    key = IdempotencyKey("key:test", ids.new().hex, b"x")
    components = {"SEMI": 10, "MADU": 1}
    bundle = NewProduct(ids.new(), "PAKET", "Paket", Money(99_000, "IDR"), components)
    await world.catalogue.create(CALLER, bundle, key)
    for sku, count in (("SEMI", 41), ("MADU", 12)):
        await world.catalogue.set_stock(CALLER, sku, count)
    lemari = await world.listing("id", "LEMARI")
    with pytest.raises(UnknownSku):
        await world.listings.map_to(CALLER, lemari.id, "NO-SUCH")
    assert (await world.listings.map_to(CALLER, lemari.id, "PAKET")).sku == "PAKET"
    await world.sent("id", "LEMARI", 4)
    await world.catalogue.set_stock(CALLER, "SEMI", 25)
    await world.sent("id", "LEMARI", 2)
    await world.catalogue.set_price(CALLER, "PAKET", Money(98_000, "IDR"))
    await world.until(lambda one: one.price_push is not None and one.price_push.sent == {"IDR": 98_000}, "id", "LEMARI")
    await world.listings.look(CALLER, "id")
    await world.until(lambda one: one.price == Money(98_000, "IDR"), "id", "LEMARI")
    await world.catalogue.set_price(CALLER, "KOPI-250", Money(86_000, "IDR"))
    await world.until(
        lambda one: one.price_push is not None and one.price_push.state is PushState.CURRENT, "sg", "KOPI-250"
    )
    assert (await world.listing("sg", "KOPI-250")).price == Money(8_500_000, "SGD")


async def test_a_file_maps_all_of_it_or_nothing_and_tells_what_is_wrong_line_by_line(world: World) -> None:
    wrong = "seller_sku;sku\nPULSA-50;KOPI-250\nNOPE;KOPI-250\nMADU;NO-SUCH\nPULSA-50;SEMI\nSEMI"
    report = await world.listings.map_csv(CALLER, "sg", wrong, dry_run=False)
    assert ([one.line for one in report.faults], report.applied) == ([3, 4, 5, 6], False)
    assert (await world.listing("sg", "PULSA-50")).sku == "PULSA-50"
    right = "sku,seller_sku\r\nKOPI-250,PULSA-50\r\n,LEMARI\r\nSEMI,SEMI\r\n"
    tried = await world.listings.map_csv(CALLER, "sg", right, dry_run=True)
    assert (tried.lines, tried.changed, tried.unchanged, tried.applied) == (3, 2, 1, False)
    assert (await world.listings.map_csv(CALLER, "sg", right, dry_run=False)).applied
    assert [(await world.listing("sg", one)).sku for one in ("PULSA-50", "LEMARI")] == ["KOPI-250", None]
    headless = await world.listings.map_csv(CALLER, "sg", "a,b\n1,2", dry_run=False)
    assert [one.line for one in headless.faults] == [1]
    unmapped = await world.listings.page(ListingFilters(connection="sg", state="unmapped"), None, 10)
    assert [one.seller_sku for one in unmapped] == ["LEMARI"]
    assert await world.imported("sg", makes=True) == (8, 0, 0, 0), "what somebody took away stays away"


async def test_a_new_product_is_what_shops_call_the_same_and_a_shop_that_is_off_is_sent_it_once_it_is_on(
    world: World,
) -> None:
    word = "LATER"
    told = ProductSku(
        product="9", variant="9", sku=word, name="Later", is_active=True, price=Money(1, "SGD"),
        stock=(Stock("dropshipping", 1),),
    )  # fmt: skip
    async with world.core.db.transaction() as tx:
        await store.put(tx, "sg", [(ids.new(), told, False)], world.core.clock.now())
    await world.core.connections.switch("test", "sg", enabled=False)
    new = NewProduct(ids.new(), word, "Later")
    await world.catalogue.create(CALLER, new, IdempotencyKey("key:test", ids.new().hex, b"x"))
    await world.catalogue.set_stock(CALLER, "KOPI-250", 33)
    await world.sent("id", "KOPI-250", 29)
    due = await world.until(lambda one: one.product_id == new.id, "sg", word)
    async with world.core.db.transaction() as tx:
        await tx.execute("UPDATE listing_pushes SET due_at = due_at - interval '1 hour' WHERE listing_id = $1", due.id)
    assert await world.listings.waiting() == "Stock has waited for minutes to be sent to sg."
    assert due.stock is not None
    assert due.stock.due_at is not None
    await world.core.connections.switch("test", "sg", enabled=True)
    world.core.connections.forget()
    await world.push_now("sg")
    await world.until(lambda one: one.stock is not None and one.stock.due_at is None, "sg", word)
    await world.sent("sg", "KOPI-250", 29)
    assert await world.listings.waiting() is None


async def test_what_a_shop_sold_is_known_by_the_variant_and_else_by_a_word_that_means_one_thing(world: World) -> None:
    pulsa = await world.listing("sg", "PULSA-50")
    sold = [(pulsa.item, pulsa.variant, "renamed"), ("1", "2", "SEMI"), ("1", "2", "PAKET"), ("1", "2", "NOPE")]
    async with world.core.db.reading() as tx:
        assert await world.listings.products_of(tx, "sg", sold) == ["KOPI-250", "SEMI", "PAKET", None]


async def test_a_lost_answer_is_sent_again_as_the_same_total_and_a_shop_that_refuses_holds_up_no_other(
    world: World,
) -> None:
    lost = {"route": "id/rest/product/stock/sellable/update", "kind": "reset_after_effect", "count": 1}
    assert (await world.market.http.put("/control/lazada/faults", json=lost)).status_code == 200
    await world.core.secrets.put("service/sg/access_token", b"worth-nothing", overlap_s=0, actor="test")
    await asyncio.sleep(1.1)  # so long an account is kept for calls
    await world.catalogue.set_stock(CALLER, "MADU", 21)
    wanted = {("connection:id", "unknown"), ("connection:sg", "refused")}
    async with asyncio.timeout(10):
        while not wanted <= await world.outcomes():
            await asyncio.sleep(0.02)
    assert await world.there("id", "MADU") == {"dropshipping": 21}, "it had arrived"
    await world.push_now("id")
    await world.sent("id", "MADU", 21)
    refused = await world.listing("sg", "MADU")
    assert refused.stock is not None
    assert (refused.stock.state, refused.stock.due_at is None) == (PushState.DUE, False)
    await world.core.secrets.put("service/sg/access_token", b"token-sg", overlap_s=0, actor="test")
    await asyncio.sleep(1.1)
    await world.push_now("sg")
    await world.sent("sg", "MADU", 21)
