"""A noun that the product has never heard of: orders, in three hundred lines, handed to every process as a line of its table of nouns."""

import ast
import asyncio
import contextlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pytest
import pytest_asyncio

from gerbang import app, settings
from gerbang.base import ids
from gerbang.base.watchdog import Watchdog
from gerbang.cli.ports import free_port
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.audit.service import SYSTEM, timeline
from gerbang.core.identity.model import Role, system_caller
from gerbang.core.inbox.model import Event, EventFilters
from gerbang.core.inbox.service import Apply
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.noun import Nouns
from gerbang.nouns import NOUNS
from gerbang.ports.kinds import Kind
from gerbang.providers import PROVIDERS
from gerbang.providers.sealed import ensure_root_key
from gerbang.settings import Settings
from gerbang.web.sidebar import Subpage, sidebar
from tests.conftest import NO_TLS, FreshDatabase
from tests.toy.market import MARKET
from tests.toy.orders.model import ORDER
from tests.toy.orders.noun import ORDERS

HERE: Final = Path(__file__).parent / "orders"
# The product has orders too: this house has these in their place.
WITH_ORDERS: Final = Nouns(
    (ORDERS, *(noun for noun in NOUNS.each if noun.name not in ("orders", "claims")))
)  # claims are of the product's own orders
REGISTRY: Final = {**PROVIDERS, MARKET.name: MARKET}
TOLD: Final = "order.buyer_told"
SHOP, KEY, PASSWORD = "market-uji", b"a key of the market", "nasi uduk tanpa sambal"
Serving = asyncio.Task[None]


@dataclass
class House:
    """Gerbang with orders: its API, a shop that calls its hook, what everybody hears, and a worker that can be started."""

    chosen: Settings
    core: app.Core
    api: httpx.AsyncClient
    desk: httpx.AsyncClient
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def says(self, number: str, status: str, *, event: str = "", who: str = "sari") -> None:
        """The shop's webhook."""
        told = {
            "event": event or ids.new().hex,
            "order": number,
            "status": status,
            "buyer": who.title(),
            "email": f"{who}@lumbung.example",
        }
        body = json.dumps(told).encode()
        signature = hmac.digest(KEY, body, "sha256").hex()
        answer = await self.api.post(f"/hooks/{SHOP}", content=body, headers={"market-signature": signature})
        assert answer.status_code == 200, answer.text

    async def order(self, number: str, page: str = "") -> str:
        """The order's id, as the list of the console shows it."""
        page = page or (await self.desk.get("/console/toy-orders?lang=en")).text
        found = re.search(rf'href="/console/toy-orders/(ord_\w+)"[^>]*>{number}<', page)
        return found[1] if found else ""

    async def happened(self, number: str, *expected: str) -> list[str]:
        """What happened to an order, once all this has and its buyer was told of each."""
        actions: list[str] = []
        async with asyncio.timeout(20):
            while not (set(expected) <= set(actions) and 2 * actions.count(TOLD) == len(actions)):
                await asyncio.sleep(0.05)
                if id_ := await self.order(number):
                    async with self.core.db.reading() as tx:
                        actions = [one.action for one in await timeline(tx, id_, 100)]
        return [action for action in actions if action != TOLD]

    async def listen(self) -> None:
        """Everything that is announced, as staff hear it."""
        async with self.api.stream("GET", "/v1/events", timeout=60) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: {") and line != "data: {}":
                    self.heard.append(json.loads(line[6:]))

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker process, for as long as the block."""
        dog = Watchdog()
        worker = asyncio.create_task(app.work(self.chosen, dog, REGISTRY, WITH_ORDERS))
        try:
            yield
        finally:
            dog.stop.set()
            await worker


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    owner = await asyncpg.connect(module_database.owner_dsn)
    await owner.execute((HERE / "schema.sql").read_text())
    await owner.close()
    chosen = settings.load(
        data=tmp_path_factory.mktemp("orders"), database_url=module_database.app_dsn, port=free_port(), sandbox=True
    )
    ensure_root_key(chosen.root_key_path, create=True)
    dog = Watchdog()
    async with app.core(chosen, "test", REGISTRY, nouns=WITH_ORDERS) as core:
        await core.secrets.put("service/market/key", KEY, overlap_s=0, actor=SYSTEM)
        await core.connections.create(
            SYSTEM, SHOP, MARKET.name, livemode=False, settings={}, secrets={"key": "service/market/key"}
        )
        await core.identity.accounts.create(SYSTEM, "ratih@lumbung.example", PASSWORD, "Ratih", "en", Role.FINANCE)
        _, key = await core.identity.api_keys.create(system_caller("test"), "test", Role.ADMIN)
        serving = asyncio.create_task(app.serve(chosen, dog, REGISTRY, WITH_ORDERS))
        async with (
            httpx.AsyncClient(
                base_url=chosen.base_url, headers={"authorization": f"Bearer {key}"}, verify=NO_TLS
            ) as api,
            httpx.AsyncClient(base_url=chosen.base_url, headers={"origin": chosen.base_url}, verify=NO_TLS) as desk,
        ):
            await _answers(api, serving)
            signed = {"email": "ratih@lumbung.example", "password": PASSWORD, "next": "/console"}
            assert (await desk.post("/login", data=signed)).status_code == 303
            made = House(chosen, core, api, desk)
            listening = asyncio.create_task(made.listen())
            yield made
            listening.cancel()
        dog.stop.set()
        await serving


async def _answers(api: httpx.AsyncClient, serving: Serving) -> None:
    async with asyncio.timeout(20):
        while not serving.done():
            with contextlib.suppress(httpx.ConnectError):
                await api.get("/healthz")
                return
            await asyncio.sleep(0.05)
    await serving


@pytest.mark.asyncio(loop_scope="module")
async def test_a_webhook_becomes_an_order_its_job_its_announcements_and_its_timeline(house: House) -> None:
    async with house.working():
        for _ in range(2):  # a webhook may come twice
            await house.says("L-1", "received", event="e1")
        assert await house.happened("L-1", "order.packed") == ["order.received", "order.packed"]
        await house.says("L-1", "shipped")
        await house.says("L-1", "received")  # and another one late
        actions = await house.happened("L-1", "order.shipped")
    assert actions == ["order.received", "order.packed", "order.shipped"]
    id_ = await house.order("L-1")
    events = await house.core.inbox.page(EventFilters(source=SHOP), None, 100)
    assert {event.object for event in events} == {ObjectRef(ORDER, ids.read("ord", id_))}
    heard: list[tuple[int, str, str | None]] = []
    async with asyncio.timeout(10):
        while len(heard) < len(actions):
            await asyncio.sleep(0.05)
            heard = [(one["sequence"], one["type"], one["payment"]) for one in house.heard if one["object"] == id_]
    assert heard == [(1, "order.received", None), (2, "order.packed", None), (3, "order.shipped", None)]


@pytest.mark.asyncio(loop_scope="module")
async def test_an_order_that_is_first_heard_of_when_it_is_shipped_stays_so(house: House) -> None:
    async with house.working():
        for status in ("shipped", "packed", "received"):
            await house.says("L-2", status)
        assert await house.happened("L-2", "order.shipped") == ["order.shipped"]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_audit_page_tells_in_words_what_was_done_to_it(house: House) -> None:
    async with house.working():
        await house.says("L-9", "received")
        await house.happened("L-9", "order.packed")
    id_ = await house.order("L-9")
    page = (await house.desk.get("/console/audit", params={"subject": "orders", "object": id_})).text
    for said in ("</b> took the order in", "</b> packed the order", "</b> told its buyer"):
        assert said in page, said
    assert 'href="/console/audit?subject=payments' in page


@pytest.mark.asyncio(loop_scope="module")
async def test_a_worker_that_dies_between_inbox_and_effects_is_gone_on_from_where_it_died(house: House) -> None:
    reached, forever = asyncio.Event(), asyncio.Event()

    async def die(_events: Sequence[Event]) -> Apply:
        reached.set()
        await forever.wait()
        raise AssertionError

    await house.says("L-3", "received")
    dying = asyncio.create_task(InboxWorker(house.core.db, {Kind.MARKETPLACE: die}).run(asyncio.Event()))
    async with asyncio.timeout(10):
        await reached.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert await house.order("L-3") == ""
    async with house.core.db.transaction() as tx:  # nobody waits half a minute for the dead
        await tx.execute("UPDATE inbox_shards SET lease_until = clock_timestamp() WHERE lease_until IS NOT NULL")
    async with house.working():
        actions = await house.happened("L-3", "order.packed")
    assert actions == ["order.received", "order.packed"]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_same_request_for_an_order_makes_one(house: House) -> None:
    body, headers = {"buyer": "Budi", "email": "budi@lumbung.example"}, {"idempotency-key": ids.new().hex}
    told = [(await house.api.post("/v1/toy-orders", json=body, headers=headers)).json() for _ in range(2)]
    assert told[0] == told[1]
    assert told[0]["status"] == "received"
    other = await house.api.post("/v1/toy-orders", json={**body, "buyer": "Budiman"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.asyncio(loop_scope="module")
async def test_the_console_has_an_entry_for_orders_a_list_with_filters_and_each_with_its_timeline(house: House) -> None:
    async with house.working():
        await house.says("L-4", "shipped", who="made")
        await house.happened("L-4", "order.shipped")
    assert 'href="/console/toy-orders"' in (await house.desk.get("/console/payments")).text
    shipped = (await house.desk.get("/console/toy-orders?status=shipped&lang=en")).text
    id_ = await house.order("L-4", shipped)
    assert id_
    assert await house.order("L-4", (await house.desk.get("/console/toy-orders?status=packed")).text) == ""
    page = (await house.desk.get(f"/console/toy-orders/{id_}")).text
    assert [words in page for words in ("L-4", "Made", "order.shipped", f"topic=order&amp;about={id_}")] == [True] * 4
    async with house.desk.stream("GET", f"/console/live?topic=order&about={id_}") as live:
        assert live.status_code == 200


@pytest.mark.asyncio(loop_scope="module")
async def test_a_buyer_is_shown_and_erased_with_everything_else_that_is_kept_of_them(house: House) -> None:
    async with house.working():
        await house.says("L-5", "received", who="wayan")
        await house.happened("L-5", "order.packed")
    who = "wayan@lumbung.example"
    kept = await app.export_person(house.core, system_caller("test"), who)
    assert kept["orders"] == [{"number": "L-5", "buyer": "Wayan", "email": who}]
    assert (await app.erase_person(house.core, system_caller("test"), who))["orders"].rows == 1
    assert (await app.export_person(house.core, system_caller("test"), who))["orders"] == []
    assert await house.order("L-5")


def test_the_whole_noun_is_three_hundred_lines_and_nothing_of_the_product_knows_it() -> None:
    assert sum(map(lines_of_code, HERE.glob("*.py"))) <= 300
    product = Path(app.__file__).parents[1]
    assert not [path for path in product.rglob("*.py") if "toy_orders" in path.read_text()]


def test_what_two_nouns_bring_under_one_name_and_a_page_of_no_entry_are_refused_at_the_start() -> None:
    with pytest.raises(AssertionError, match="order"):
        _ = Nouns((ORDERS, ORDERS)).objects
    with pytest.raises(ValueError, match="parcels"):
        sidebar([("parcels", Subpage("parcels", "/console/parcels", "orders:read"))])


def lines_of_code(path: Path) -> int:
    """Lines that are neither empty nor a docstring."""
    text = path.read_text()
    said = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return sum(1 for number, line in enumerate(text.splitlines(), 1) if line.strip() and number not in said)
