"""Stock in the console: made, counted and priced by forms, listings mapped by hand and by a file, and what differs told with its reason."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.base.money import Money
from gerbang.core.catalogue.listings import store
from gerbang.core.catalogue.listings.model import Listing, ListingFilters, PushState
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.identity.model import Role
from gerbang.ports.marketplace_catalogue import ProductSku, Stock
from gerbang.sandbox.app import Sandbox
from tests.providers.lazada.vectors import APP_KEY
from tests.web.conftest import Edge
from tests.web.console.open_form import open_form
from tests.web.console.test_operators import hidden, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHOP = "toko-1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def edge(one_shop: tuple[Edge, Sandbox]) -> Edge:
    edge = one_shop[0]
    connections, secrets = edge.services.connections, edge.services.secrets
    nowhere = {"app_key": APP_KEY, "auth_url": "http://127.0.0.1:9", "base_url": "http://127.0.0.1:9"}
    for id_, told, names, parent in (
        ("toko", nowhere, ("app_secret",), None),
        (
            SHOP,
            {"seller_id": "1", "site": "id", "account": "a@toko.example"},
            ("access_token", "refresh_token"),
            "toko",
        ),
    ):
        kept = {name: f"service/{id_}/{name}" for name in names}
        for name in kept.values():
            await secrets.put(name, b"s", overlap_s=0, actor="test")
        made = await connections.draft(id_, "lazada", livemode=False, settings=told, secrets=kept, parent=parent)
        async with edge.services.db.transaction() as tx:
            await connections.add(tx, "test", made)
        connections.forget()
    return edge


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which an admin is signed in, who reads English."""
    browser = await signed_in(edge, Role.ADMIN)
    browser.cookies.set("grb_lang", "en")
    yield browser
    await browser.aclose()


async def send(desk: httpx.AsyncClient, address: str, **given: str) -> httpx.Response:
    """The form at an address, with its key."""
    return await desk.post(address, data={"key": hidden(await desk.get(address), "key"), **given})


async def made(desk: httpx.AsyncClient, **more: str) -> str:
    sku = f"SKU-{ids.new().hex[-8:]}"
    given = {"sku": sku, "name": "Kopi Gayo", "amount": "Rp 85.000", "currency": "IDR", **more}
    answer = await send(desk, "/console/stock/new", **given)
    assert answer.headers.get("location") == f"/console/stock/{sku}?done=made", answer.text
    return sku


async def listed(edge: Edge, seller_sku: str, sellable: int = 20) -> Listing:
    """A listing as an import brings it."""
    told = ProductSku(
        product=seller_sku, variant=seller_sku, sku=seller_sku, name="Kopi", is_active=True,
        price=Money(85_000, "IDR"), stock=(Stock("dropshipping", sellable),),
    )  # fmt: skip
    async with edge.services.db.transaction() as tx:
        at = await tx.fetchval("SELECT business_now()")
        await store.put(tx, SHOP, [(ids.new(), told, False)], at)
        (found,) = await store.of_seller_skus(tx, SHOP, [seller_sku])
    return found


async def test_a_product_is_made_counted_and_priced_by_forms(desk: httpx.AsyncClient) -> None:
    assert 'href="/console/stock"' in (await desk.get("/console/listings")).text
    sku = await made(desk)
    page = (await desk.get(f"/console/stock/{sku}?done=made")).text
    assert "The product was made." in page
    assert "not counted yet" in page
    for quantity, warehouse in (("-1", ""), ("1.5", ""), ("x", ""), ("3", "a b")):
        wrong = await send(desk, f"/console/stock/{sku}/count", quantity=quantity, warehouse=warehouse)
        assert (wrong.status_code, f'value="{quantity}"' in wrong.text, 'aria-invalid="true"' in wrong.text) == (
            422,
            True,
            True,
        )
    counted = await send(desk, f"/console/stock/{sku}/count", quantity="64", warehouse="bantul")
    assert counted.headers["location"] == f"/console/stock/{sku}?done=counted"
    assert 'value="64"' in (await desk.get(f"/console/stock/{sku}/count")).text
    refused = await send(desk, f"/console/stock/{sku}/price", amount="10 apples", currency="IDR")
    assert (refused.status_code, "10 apples" in refused.text) == (422, True)
    assert (await send(desk, f"/console/stock/{sku}/price", amount="Rp 88.000", currency="IDR")).status_code == 303
    page = (await desk.get(f"/console/stock/{sku}")).text
    for words in ("bantul", "+64", "counted", "Rp 88.000", "matches"):
        assert words in page.replace("\u00a0", " "), words
    row = re.search(rf"{sku}</a>.*?</tr>", (await desk.get(f"/console/stock?sku={sku}")).text, re.DOTALL)
    assert row is not None
    assert ">64<" in row[0]
    assert (await desk.get("/console/stock/NO-SUCH")).status_code == 404


async def test_what_cannot_be_a_product_is_told_beside_each_field_and_stays_typed(desk: httpx.AsyncClient) -> None:
    given = {"sku": "a b", "name": " ", "amount": "twelve", "currency": "ZZZ"}
    wrong = await send(desk, "/console/stock/new", **given)
    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 3
    sku = await made(desk)
    taken = await send(desk, "/console/stock/new", sku=sku, name="Teh", amount="", currency="IDR")
    assert (taken.status_code, "another product has this SKU" in taken.text) == (422, True)


async def test_a_listing_is_mapped_and_what_the_marketplace_refuses_is_told_with_its_code(
    edge: Edge, desk: httpx.AsyncClient
) -> None:
    sku, one = await made(desk), await listed(edge, "their-word")
    shown = ids.show("lst", one.id)
    assert "their-word" in (await desk.get("/console/listings?status=unmapped")).text
    unknown = await send(desk, f"/console/listings/{shown}/map", sku="NO-SUCH")
    assert (unknown.status_code, "There is no product of this SKU." in unknown.text) == (422, True)
    assert (await send(desk, f"/console/listings/{shown}/map", sku=sku)).status_code == 303
    assert "their-word" not in (await desk.get("/console/listings?status=unmapped")).text
    mapped = await edge.services.service(Listings).get(one.id)
    assert mapped.stock is not None
    locked = PushState.LOCKED
    async with edge.services.db.transaction() as tx:
        await tx.execute(
            "UPDATE listing_pushes SET state = $2, due_at = NULL, code = '4170' WHERE listing_id = $1",
            one.id,
            locked.value,
        )
    for address in (f"/console/stock/{sku}", f"/console/stock?sku={sku}", "/console/listings?status=pending"):
        page = (await desk.get(address)).text
        assert "locked by a campaign" in page, address
        assert "4170" in page
    assert (await desk.post(f"/console/listings/{shown}/push")).headers["location"] == "/console/listings?done=sent"
    again = await edge.services.service(Listings).get(one.id)
    assert again.stock is not None
    assert again.stock.state is PushState.DUE


async def test_a_file_is_tried_first_then_mapped_and_its_faults_are_told_line_by_line(
    edge: Edge, desk: httpx.AsyncClient
) -> None:
    sku = await made(desk)
    await listed(edge, "in-a-file")
    text = f"seller_sku;sku\r\nin-a-file;{sku}\r\n"
    form = {"shop": SHOP, "csv": text, "how": "try"}
    tried = await send(desk, "/console/listings/file", **form)
    assert (tried.status_code, "1 of 1 lines would change" in tried.text) == (200, True)
    faulty = await send(desk, "/console/listings/file", **{**form, "csv": text + "nope;X\r\n", "how": "do"})
    assert "Line 3: The shop has no listing nope" in faulty.text
    found = await edge.services.service(Listings).page(ListingFilters(SHOP), None, 50)
    assert [one.sku for one in found if one.seller_sku == "in-a-file"] == [None]
    done = await send(desk, "/console/listings/file", **{**form, "how": "do"})
    assert done.headers["location"] == "/console/listings?done=file"
    wrong = await send(desk, "/console/listings/file", shop="nobody", csv="", how="")
    assert wrong.text.count('aria-invalid="true"') + wrong.text.count('aria-describedby="e-how"') >= 3


async def test_an_import_is_begun_once_and_shows_how_far_it_is(edge: Edge, desk: httpx.AsyncClient) -> None:
    key = hidden(await desk.get("/console/listings/import"), "key")
    given = {"key": key, "shop": SHOP, "makes": "yes"}
    first, again = [await desk.post("/console/listings/import", data=given) for _ in range(2)]
    assert first.headers["location"] == again.headers["location"]
    assert "0 listings read" in (await desk.get(first.headers["location"])).text
    assert (await send(desk, "/console/listings/import", shop="toko", makes="no")).status_code == 422
    checked = await desk.post("/console/listings/check")
    assert "are being read" in (await desk.get(checked.headers["location"])).text
    assert [one["object"] for one in await edge.audited("listing.asked")] == [f"connection:{SHOP}"]


async def test_what_a_shop_is_offered_is_said_by_a_form(edge: Edge, desk: httpx.AsyncClient) -> None:
    here = f"/console/stock-rules/{SHOP}"
    for buffer, warehouses in (("-1", ""), ("x", "a=b"), ("5", "dropshipping"), ("5", "a=b c"), ("5", "a=b, a=c")):
        wrong = await send(desk, here, buffer=buffer, warehouses=warehouses)
        assert (wrong.status_code, f'value="{buffer}"' in wrong.text) == (422, True), warehouses
    saved = await send(desk, here, buffer="5", warehouses="dropshipping=bantul; jakarta=main")
    assert saved.headers["location"] == "/console/listings?done=rules"
    rules = await edge.services.service(Listings).rules(SHOP)
    assert (rules.buffer, rules.warehouses) == (5, {"dropshipping": "bantul", "jakarta": "main"})
    assert 'value="dropshipping=bantul, jakarta=main"' in (await desk.get(here)).text
    assert (await desk.get("/console/stock-rules/toko")).status_code == 404
    await send(desk, here, buffer="0", warehouses="")


async def test_who_may_only_see_sees_and_has_no_buttons_in_their_own_language(edge: Edge) -> None:
    browser = await signed_in(edge, Role.SUPPORT)
    browser.cookies.set("grb_lang", "id")
    for address in ("/console/stock", "/console/listings"):
        page = await browser.get(address)
        assert page.status_code == 200
        assert "/new" not in page.text
        assert "Kirim lagi" not in page.text
    assert "Belum dipetakan" in (await browser.get("/console/listings")).text
    for address in ("/console/stock/new", "/console/listings/import", "/console/listings/file"):
        assert (await browser.get(address)).status_code == 403
    await browser.aclose()


async def test_an_old_tab_of_what_a_shop_is_offered_leaves_the_other_rule_alone(
    edge: Edge, desk: httpx.AsyncClient
) -> None:
    here = f"/console/stock-rules/{SHOP}"
    old = open_form((await desk.get(here)).text, here)
    await desk.post(here, data={**old, "warehouses": "jakarta=main"})
    await desk.post(here, data={**old, "buffer": "3"})
    rules = await edge.services.service(Listings).rules(SHOP)
    assert (rules.buffer, rules.warehouses) == (3, {"jakarta": "main"})
    await send(desk, here, buffer="0", warehouses="")
