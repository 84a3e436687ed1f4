"""A small world for the tests of payments: real PostgreSQL, the real adapter, the NICEPAY simulator on its own port, a worker."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import pytest

from gerbang import app, settings
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import Caller, Role
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.core.ledger.service import Ledger
from gerbang.core.payments import sweeps
from gerbang.core.payments.model import CreationResult, MethodChoice, NewPayment, PaymentDetail, PaymentStatus
from gerbang.core.payments.verification import service as verification
from gerbang.core.queue import business_time
from gerbang.core.queue.service import TOPIC as JOBS
from gerbang.core.queue.worker import Worker as QueueWorker
from gerbang.nouns import NOUNS
from gerbang.ports.payment import Method, Payer
from gerbang.providers.nicepay import simulator as nicepay
from gerbang.providers.sealed import ensure_root_key
from gerbang.sandbox.app import Sandbox, running
from gerbang.web.transport.hooks import Hooks
from gerbang.web.transport.server import serve
from tests import demo_accounts
from tests.conftest import FreshDatabase
from tests.demo_accounts import sandbox_config

if TYPE_CHECKING:
    from tests.core.payments.crypto_world import CryptoWorld

OPERATOR = Caller("user", "user:usr_test", permissions=NOUNS.roles().of(Role.ADMIN))
VA = MethodChoice(Method.VIRTUAL_ACCOUNT, {"bank": "BCA"})
CARD = MethodChoice(Method.CARD, {})
_LANGUAGES = cycle(("id", "en", ""))  # of payers, in turn


@dataclass(repr=False)  # asyncio asks for it after each set-up, and it is the whole core
class World:
    """What a test of payments may touch."""

    core: app.Core
    sandbox: Sandbox
    owner: Database

    async def create(self, *, amount: int = 150_000, choice: MethodChoice | None = VA, key: str = "") -> CreationResult:
        """A payment by the operator."""
        who = Payer("Sari Wulandari", "sari@lumbung.example", "08123456789", next(_LANGUAGES))
        new = NewPayment(amount, "IDR", "Kopi Gayo", "LBG-1", payer=who, choice=choice)
        return await self.core.payments.create(OPERATOR, new, self.key(key))

    def key(self, key: str = "") -> IdempotencyKey:
        """An idempotency key, fresh unless named."""
        return IdempotencyKey("user:usr_test", key or ids.new().hex, b"fingerprint")

    async def control(self, path: str, method: str = "POST", **body: Any) -> Any:
        """A call to the sandbox's control page."""
        answer = await self.core.http.send(
            method,
            f"{self.sandbox.url}/control/{path}",
            body=msgspec.json.encode(body),
            headers={"content-type": "application/json"},
        )
        assert answer.status < 300, answer.body
        return msgspec.json.decode(answer.body) if answer.body else None

    async def pay(self, details: PaymentDetail, **more: Any) -> None:
        """The payer pays the newest attempt."""
        await self.control("nicepay/pay", reference=ids.show("att", details.attempts[-1].id), **more)

    async def until(self, payment: UUID, status: PaymentStatus, seconds: float = 40) -> PaymentDetail:
        """The payment once it has this status."""
        ends = time.monotonic() + seconds
        while True:
            details = await self.core.payments.get(payment)
            if details.payment.status is status:
                return details
            assert time.monotonic() < ends, (
                f"still {details.payment.status}: {await self.core.payments.timeline(payment)}"
            )
            await asyncio.sleep(0.01)

    async def eventually(self, check: Callable[[], Awaitable[bool]], seconds: float = 40) -> None:
        """Wait until something holds."""
        ends = time.monotonic() + seconds
        while not await check():
            assert time.monotonic() < ends, "it never came true"
            await asyncio.sleep(0.01)

    async def lines(self, payment: UUID) -> list[tuple[str, str, int]]:
        """The ledger's lines of a payment."""
        return [(line.debit, line.credit, line.amount) for line in await Ledger(self.core.db).postings(payment)]

    async def advance(self, seconds: int) -> None:
        """Let business time pass, everywhere."""
        await self.sandbox.clock.advance(seconds)
        await self.core.changes.poll()

    async def registrations(self) -> int:
        """How many registrations reached the provider."""
        journal = await self.control("journal?provider=nicepay", "GET")
        return sum(1 for entry in journal["data"] if entry.get("route", "").endswith("registration"))


@cache
def snap_keys() -> tuple[str, nicepay.Config]:
    """Key pairs take a moment to make and to read: all worlds of a run have the same. What a data folder keeps of them, and whose they are."""
    with TemporaryDirectory() as folder:
        told = demo_accounts.all_merchants(Path(folder))
        return (Path(folder) / "sandbox.json").read_text(), told


@pytest.fixture
def database(used_database: FreshDatabase) -> FreshDatabase:
    """Other people's payments stand in it."""
    return used_database


@pytest.fixture
async def world(database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[World]:
    """A running world; each test has its own."""
    port, sandbox_port = free_port(), free_port()
    chosen = settings.load(
        data=tmp_path,
        database_url=database.app_dsn,
        database_owner_url=database.owner_dsn,
        sandbox=True,
        port=port,
        sandbox_port=sandbox_port,
        provider_wait_s=3.0,
    )
    ensure_root_key(chosen.root_key_path, create=True)
    owner = Database(database.owner_dsn, size=2)
    await owner.open()
    kept, told = snap_keys()
    (tmp_path / "sandbox.json").write_text(kept)
    config = sandbox_config(
        str(tmp_path / "sandbox"), told.merchants, port=sandbox_port, nicepay_private_key=told.private_key
    )
    stop = asyncio.Event()

    async def advance(seconds: int) -> int:
        return await business_time.advance(owner, seconds)

    async with running(config, advance) as sandbox, app.core(chosen, "test") as core, asyncio.TaskGroup() as group:
        await demo_accounts.connect_nicepay(core.connections, core.secrets, core.settings)
        queue = QueueWorker(core.db, core.nouns.jobs(core))
        inbox = InboxWorker(core.db, core.events.handlers())
        inbox.channel.subscribe(JOBS, queue.wake)
        core.payments.context.wake, core.db.tell = queue.wake, inbox.channel.tell_here
        group.create_task(queue.run(stop))
        group.create_task(inbox.run(stop))
        group.create_task(core.changes.run(stop))
        group.create_task(sweeps.run(core.payments.context, stop))
        group.create_task(
            serve(_with_lifespan(Hooks(core.connections, core.inbox, 262_144)), "127.0.0.1", port, stop=stop)
        )
        yield World(core, sandbox, owner)
        stop.set()
        queue.wake()
        assert (await verification.verify(core.db))[1] == []
    await owner.close()


@pytest.fixture
async def crypto_world(
    database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator["CryptoWorld"]:
    """A sandbox with a chain, and a core that looks at it only when it is told to."""
    from tests.core.payments.crypto_world import open_harbour  # which builds on the World above

    async with open_harbour(database, tmp_path, free_port) as crypto_world:
        yield crypto_world


def _with_lifespan(hooks: Hooks) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        await hooks(scope, receive, send)

    return application
