"""A marketplace's simulator with two shops under one app, and the whole core with a worker and a hook, for one file of tests."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from msgspec.structs import replace

from gerbang import app, settings
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.connections.model import Connection
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import Caller, Role
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.core.orders.model import EVERY_ORDER, OrderDetails, OrderFilters
from gerbang.core.orders.service import Orders
from gerbang.core.queue import business_time
from gerbang.core.queue.worker import Worker as QueueWorker
from gerbang.nouns import NOUNS
from gerbang.ports.marketplace_orders import ItemStatus
from gerbang.providers.lazada.simulator import Config
from gerbang.providers.sealed import ensure_root_key
from gerbang.sandbox.app import SandboxConfig, running
from gerbang.web.transport.hooks import Hooks
from gerbang.web.transport.server import serve
from tests.conftest import NO_TLS, FreshDatabase
from tests.core.payments.conftest import _with_lifespan
from tests.providers.lazada.simulated import COUNTRIES, ENTRY, KEY, SECRET, Lazada, config

APP: Final = "pasar"
ID, SG = f"{APP}-1", f"{APP}-2"
OPERATOR: Final = Caller("user", "user:usr_test", permissions=NOUNS.roles().of(Role.ADMIN))
EVERY_SHOP: Final = {f"{APP}-{place}": (site, str(1000 + place)) for place, site in enumerate(COUNTRIES, 1)}
_TWO: Final = (ID, SG)


@dataclass
class World:
    """What a test of orders may touch: our side, and the marketplace's by its control."""

    core: app.Core
    market: Lazada
    orders: Orders
    hook: httpx.AsyncClient
    owner: Database
    stop_worker: Callable[[], Awaitable[None]]
    start_worker: Callable[[], Awaitable[None]]

    async def shop(self, id_: str = ID) -> Connection:
        return await self.core.connections.get(id_)

    async def found(self, external_id: str, shop: str = ID) -> OrderDetails | None:
        """The order of a shop, as it is here."""
        page = await self.orders.page(OrderFilters(connections=(shop,), external_id=external_id), None, 2)
        return page[0] if page else None

    async def until(
        self,
        external_id: str,
        shop: str = ID,
        *,
        status: ItemStatus | None = None,
        seconds: float = 20,
        holds: Callable[[OrderDetails], bool] = lambda _: True,
    ) -> OrderDetails:
        """The order once it is here, and stands so."""
        ends = time.monotonic() + seconds
        while True:
            one = await self.found(external_id, shop)
            if one is not None and status in (None, one.order.status) and holds(one):
                return one
            assert time.monotonic() < ends, f"{external_id} of {shop} is {one and one.order.status}"
            await asyncio.sleep(0.02)

    async def bought(self, shop: str = ID, **more: Any) -> OrderDetails:
        """A buyer orders, and the push brings it here."""
        return await self.until(await self.market.order(shop=f"toko-{EVERY_SHOP[shop][0]}", **more), shop)

    async def push(self, *, on: bool) -> None:
        answer = await self.market.http.put("/control/lazada/push", json={"on": on})
        assert answer.status_code == 200, answer.text

    async def poll(self, *shops: str) -> None:
        """The poll's time has come for these shops."""
        async with self.core.db.transaction() as tx:
            await tx.execute(
                "UPDATE order_polls SET next_at = business_now() WHERE connection = ANY($1)", list(shops or (ID, SG))
            )
        await self.orders.polling.run_once()
        self.core.wake()

    async def told(self, one: OrderDetails) -> list[tuple[str, int]]:
        """What was announced of an order, with its number."""
        async with self.core.db.reading() as tx:
            rows = await tx.fetch(
                "SELECT type, sequence FROM announcements WHERE object_id = $1 ORDER BY sequence", one.order.id
            )
        return [(row["type"], row["sequence"]) for row in rows]

    async def all(self) -> list[OrderDetails]:
        return list(await self.orders.page(EVERY_ORDER, None, 1_000))

    def key(self, key: str = "") -> IdempotencyKey:
        """An idempotency key, fresh unless named."""
        return IdempotencyKey("user:usr_test", key or ids.new().hex, b"fingerprint")

    async def sent(self, path: str) -> int:
        """How many requests for this path have reached the marketplace."""
        found, since = 0, -1
        while True:
            address = f"/control/journal?provider=lazada&limit=1000&since={since}"
            lines = (await self.market.http.get(address)).json()["data"]
            if not lines:
                return found
            since = lines[-1]["seq"]
            found += sum(1 for one in lines if one["direction"] == "in" and one["route"].endswith(path))


@asynccontextmanager
async def opened(
    database: FreshDatabase, folder: Path, port: int, sandbox_port: int, shops: Iterable[str] = _TWO
) -> AsyncIterator[World]:
    """The world with these of the six shops, and its worker under way."""
    chosen = settings.load(
        data=folder,
        database_url=database.app_dsn,
        database_owner_url=database.owner_dsn,
        sandbox=True,
        port=port,
        sandbox_port=sandbox_port,
        provider_wait_s=5.0,
    )
    ensure_root_key(chosen.root_key_path, create=True)
    owner, stop = Database(database.owner_dsn, size=2), asyncio.Event()
    await owner.open()

    async def advance(seconds: int) -> int:
        return await business_time.advance(owner, seconds)

    box = SandboxConfig(str(folder / "sandbox"), {ENTRY: _stocked(f"http://127.0.0.1:{port}/hooks/{APP}")})
    async with (
        running(box, advance) as sandbox,
        httpx.AsyncClient(base_url=sandbox.url, timeout=10, verify=NO_TLS) as control,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10, verify=NO_TLS) as hook,
        app.core(chosen, "test") as core,
        asyncio.TaskGroup() as group,
    ):
        await control.put("/control/lazada/quirks", json={"rates": "off"})
        await _connect(core, sandbox.url, shops)
        workers: list[tuple[asyncio.Event, asyncio.Task[None]]] = []

        async def start() -> None:
            ended = asyncio.Event()
            queue = QueueWorker(core.db, core.nouns.jobs(core))
            core.payments.context.wake = queue.wake
            inbox = InboxWorker(core.db, core.events.handlers())
            workers.extend((ended, group.create_task(one(ended))) for one in (queue.run, inbox.run))

        async def end() -> None:
            while workers:
                ended, task = workers.pop()
                ended.set()
                await task

        await start()
        group.create_task(core.changes.run(stop))
        hooks = Hooks(core.connections, core.inbox, 262_144)
        group.create_task(serve(_with_lifespan(hooks), "127.0.0.1", port, stop=stop))
        yield World(core, Lazada(control, sandbox), core.service(Orders), hook, owner, end, start)
        stop.set()
        await end()
    await owner.close()


def _stocked(hook_url: str) -> Config:
    """Six shops with more of everything than a file of tests sells."""
    plain = config(hook_url)
    shops = [
        replace(shop, articles=tuple(replace(one, quantity=10_000) for one in shop.articles)) for shop in plain.shops
    ]
    return replace(plain, shops=tuple(shops))


async def _connect(core: app.Core, sandbox_url: str, shops: Iterable[str]) -> None:
    """The app, and these of the six shops that have let it in: the pushes of the others are about nobody here."""
    await core.secrets.put(f"service/{APP}/app_secret", SECRET.encode(), overlap_s=0, actor="test")
    base = {"app_key": KEY, "auth_url": f"{sandbox_url}/lazada-auth", "base_url": f"{sandbox_url}/lazada/{{site}}/rest"}
    secret = {"app_secret": f"service/{APP}/app_secret"}
    await core.connections.create("test", APP, "lazada", livemode=False, settings=base, secrets=secret)
    for id_ in shops:
        site, seller = EVERY_SHOP[id_]
        names = {name: f"service/{id_}/{name}" for name in ("access_token", "refresh_token")}
        for name, secret_name in names.items():
            value = f"{name.partition('_')[0].replace('access', 'token')}-{site}"
            await core.secrets.put(secret_name, value.encode(), overlap_s=0, actor="test")
        settings_ = {"site": site, "seller_id": seller, "account": f"{site}@toko.example"}
        await core.connections.create(
            "test", id_, "lazada", livemode=False, settings=settings_, secrets=names, parent=APP
        )
