"""The edge as it runs: our server and gateway on a real port, the real core on a real PostgreSQL, a caller of every kind."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from gerbang import app, settings
from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.cli.ports import free_port
from gerbang.core.identity.model import Client, Role, User, system_caller
from gerbang.core.identity.passwords import Passwords
from gerbang.providers.nicepay.simulator import Merchant
from gerbang.providers.sealed import ensure_root_key
from gerbang.sandbox.app import Sandbox, running
from gerbang.web.assembly import assemble
from gerbang.web.services import Services
from gerbang.web.transport.server import limits_of, serve
from tests import demo_accounts, earlier_rows
from tests.conftest import NO_TLS, FreshDatabase
from tests.demo_accounts import sandbox_config

PASSWORD = "nasi uduk tanpa sambal"
COUNTED = (
    "payments",
    "attempts",
    "refunds",
    "refund_destinations",
    "ledger_lines",
    "idempotency_keys",
    "audit",
    "push_devices",
)
BODY: Mapping[str, Any] = {"amount": 150_000, "currency": "IDR", "description": "Kopi Gayo"}


@pytest.fixture
def database(used_database: FreshDatabase) -> FreshDatabase:
    """Other people's payments stand in it."""
    return used_database


@pytest.fixture(scope="module")
def module_database(used_module_database: FreshDatabase) -> FreshDatabase:
    """The same, once for a file."""
    return used_module_database


@dataclass(repr=False)  # asyncio asks for it after each set-up, and it is the whole service: 25 ms
class Edge:
    """A running service. `tokens` are Authorization values by caller: `admin`, `customer`, `other`, …"""

    url: str
    port: int
    services: Services
    client: httpx.AsyncClient
    database: FreshDatabase
    earlier: Mapping[str, int]
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def headers(self, who: str, key: str | None = None) -> dict[str, str]:
        """Headers of a caller, with an idempotency key if asked for (`new` makes one)."""
        headers = {"authorization": self.tokens[who]} if who in self.tokens else {}
        if key:
            headers["idempotency-key"] = ids.new().hex if key == "new" else key
        return headers

    async def create(self, who: str = "developer", key: str = "new", **more: Any) -> httpx.Response:
        """POST /v1/payments."""
        return await self.client.post("/v1/payments", json={**BODY, **more}, headers=self.headers(who, key))

    async def get(self, path: str, who: str = "admin", **params: Any) -> httpx.Response:
        """GET as a caller."""
        return await self.client.get(path, headers=self.headers(who), params=params)

    async def post(self, path: str, who: str = "admin", body: Any = None, key: str | None = None) -> httpx.Response:
        """POST as a caller."""
        return await self.client.post(path, json=body, headers=self.headers(who, key))

    async def audited(self, action: str) -> list[dict[str, Any]]:
        """Audit rows of one action."""
        async with self.services.db.reading() as tx:
            rows = await tx.fetch(
                "SELECT actor, object, detail, request_id FROM audit WHERE action = $1 AND actor <> $2",
                action,
                earlier_rows.ACTOR,
            )
        return [dict(row) for row in rows]

    async def noted(self, action: str) -> list[dict[str, Any]]:
        """Audit rows of a refusal that is noted after its answer."""
        async with asyncio.timeout(5):
            while not (found := await self.audited(action)):
                await asyncio.sleep(0.02)
        return found

    async def count(self, table: str) -> int:
        """Rows of a table that came since this service began."""
        async with self.services.db.reading() as tx:
            return await _count(tx, table) - self.earlier[table]


async def _count(tx: Tx, table: str) -> int:
    return int(await tx.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608  a name from a test itself


async def _people(edge: Edge) -> None:
    """An API key for every staff role, two customers with sessions."""
    identity = edge.services.identity
    for role in (Role.SUPPORT, Role.FINANCE, Role.DEVELOPER, Role.ADMIN):
        _, key = await identity.api_keys.create(system_caller("test"), role.value, role)
        edge.tokens[role.value] = f"Bearer {key}"
    await identity.accounts.create("system:test", "owner@example.com", PASSWORD, "Owner", "en", Role.ADMIN)
    for who in ("customer", "other"):
        user = await identity.accounts.create(
            "system:test", f"{who}@example.com", PASSWORD, who.title(), "en", Role.CUSTOMER
        )
        pair = await identity.sessions.login(user.email, PASSWORD, Client("127.0.0.1"))
        edge.users[who], edge.tokens[who] = user, f"Bearer {pair.access_token}"


async def running_edge(database: FreshDatabase, data: Path, port: int, **chosen: Any) -> AsyncIterator[Edge]:
    configured = settings.load(data=data, database_url=database.app_dsn, port=port, **chosen)
    ensure_root_key(configured.root_key_path, create=True)
    stop, ready = asyncio.Event(), asyncio.Event()
    quick = Passwords(memory_kib=64, time_cost=1)  # no test here is about how dear a guess is
    started = app.core(configured, "test", wait_s=configured.database_wait_s, passwords=quick)
    async with started as core, asyncio.TaskGroup() as group:
        if configured.sandbox:
            await demo_accounts.connect_nicepay(core.connections, core.secrets, core.settings)
        await core.changes.poll()
        services = app.services(core)
        group.create_task(core.changes.run(stop))
        server = serve(
            assemble(services),
            "127.0.0.1",
            port,
            limits=limits_of(configured),
            stop=stop,
            ready=lambda _: ready.set(),
        )
        group.create_task(server)
        await ready.wait()
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, timeout=20, verify=NO_TLS) as client:
            async with core.db.reading() as tx:
                earlier = {table: await _count(tx, table) for table in COUNTED}
            edge = Edge(url, port, services, client, database, earlier)
            await _people(edge)
            yield edge
        stop.set()


@pytest.fixture
async def edge(database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Edge]:
    """A service as `serve` runs it, without providers."""
    async for one in running_edge(database, tmp_path, free_port()):
        yield one


class Line:
    """The wire between a service and its database: it can be cut and mended."""

    def __init__(self, port: int, to: int) -> None:
        self._port = port
        self._to = to
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()

    def freeze(self) -> None:
        """Carry nothing more, and say nothing: the database is there and does not answer."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Carry on, with what waited."""
        self._flowing.set()

    async def mend(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)

    async def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        assert self._server is not None
        self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._open |= {writer, far_writer}
        await asyncio.gather(_copy(reader, far_writer, self._flowing), _copy(far_reader, writer, self._flowing))
        self._open -= {writer, far_writer}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            await flowing.wait()
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
async def far_edge(
    database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator[tuple[Edge, Line]]:
    """A service whose database is at the end of a line."""
    place = urlsplit(database.app_dsn)
    line = Line(free_port(), place.port or 5432)
    await line.mend()
    through = replace(database, app_dsn=database.app_dsn.replace(f":{place.port}/", f":{line._port}/"))
    async for one in running_edge(through, tmp_path, free_port()):
        yield one, line
    await line.cut()


async def running_shop(
    database: FreshDatabase, data: Path, ports: tuple[int, int], **more: Any
) -> AsyncIterator[tuple[Edge, Sandbox]]:
    port, sandbox_port = ports
    merchants = tuple(Merchant(m.imid, m.merchant_key, m.methods, m.name) for m in demo_accounts.merchants(data))
    config = sandbox_config(str(data / "sandbox"), merchants, port=sandbox_port)

    async def advance(_seconds: int) -> int:
        return 0

    async with running(config, advance) as sandbox:
        chosen = {
            "sandbox": True,
            "sandbox_port": sandbox_port,
            "customer_amounts": "allow",
            "provider_wait_s": 3.0,
        } | more
        async for one in running_edge(database, data, port, **chosen):
            yield one, sandbox


@pytest.fixture
async def shop(
    database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator[tuple[Edge, Sandbox]]:
    """A service with a NICEPAY of its own to pay with; customers may set amounts."""
    async for one in running_shop(database, tmp_path, (free_port(), free_port())):
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_shop(
    module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Edge, Sandbox]]:
    """The same, once for the many cases of a test that look at what is their own; they run on the file's loop."""
    async for one in running_shop(module_database, tmp_path_factory.mktemp("shop"), (free_port(), free_port())):
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_desk(one_shop: tuple[Edge, Sandbox]) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at that shop in which somebody of finance is signed in."""
    from tests.web.console.test_operators import signed_in  # which builds on the Edge above

    browser = await signed_in(one_shop[0], Role.FINANCE)
    yield browser
    await browser.aclose()
