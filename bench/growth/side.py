"""One of the two databases with its running service: what is asked of it, and how long it takes. Ratios are run.py's matter."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from bench import ours
from bench.cluster import Cluster, connected, with_database
from bench.cpu import LOAD, OUTSIDE, POSTGRESQL, SERVE, tree_cpu_s
from bench.growth import filling
from bench.growth.filling import Known
from bench.processes import child, descendants, free_port
from bench.sides import NoScore
from gerbang import app
from gerbang.base import migrations
from gerbang.core.ledger import balance_keeper
from gerbang.core.payments.verification import service as verification
from gerbang.settings import Settings
from gerbang.web.gateway.session_cookie import SESSION_COOKIE

_TRIES: Final = 3
_SETTLE_S: Final = 4.0  # a process that has just started fills its caches


@dataclass(slots=True)
class Side:
    """A database of so many payments. `links` are the tokens of payer's pages, by the kind of what they open."""

    name: str
    cluster: Cluster
    settings: Settings
    password: str
    known: Known
    links: dict[str, str]
    connection: http.client.HTTPConnection
    service: int
    token: str = ""
    pids: Sequence[int] = ()

    async def sign_in(self) -> None:
        """Begin a session of the operator, good for ten minutes, on a fresh connection: an idle one was ended meanwhile."""
        self.connection.close()
        self.token = await asyncio.to_thread(ours.log_in, self.settings.port, self.password)

    def ask(self, path: str) -> tuple[float, float]:
        """Milliseconds that one GET takes: of processor time in the service and in its back-ends, and by the clock."""
        return self._ask(path)[1]

    def items(self, path: str) -> int | None:
        """How many things a page of a list shows, of the API or of the console (its rows and lines); None where it is no list."""
        content = self._ask(path)[0]
        if not content.startswith(b"{"):
            return content.count(b"<tr>") + content.count(b"<li>") or None
        shown = json.loads(content).get("data")
        return len(shown) if isinstance(shown, list) else None

    def _ask(self, path: str) -> tuple[bytes, tuple[float, float]]:
        """What one GET answers and takes. Raises NoScore when it is refused or fails, thrice when nobody had time for it."""
        status, content, taken = self._ask_once(path)
        for _ in range(_TRIES - 1):
            if status != HTTPStatus.SERVICE_UNAVAILABLE or path == "/readyz":  # no worker runs here
                break
            status, content, taken = self._ask_once(path)
        if status in (401, 403, 422, 429) or (status >= 500 and path != "/readyz"):
            raise NoScore(f"{self.name}: GET {path} answered {status}: {content[:300]!r}")
        return content, taken

    def _ask_once(self, path: str) -> tuple[int, bytes, tuple[float, float]]:
        before_ms, began = self._processor_ms(), perf_counter()
        headers = {"Authorization": f"Bearer {self.token}", "Cookie": f"{SESSION_COOKIE}={self.token}"}
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        content, taken_ms = answer.read(), 1000 * (perf_counter() - began)
        return answer.status, content, (self._processor_ms() - before_ms, taken_ms)

    def _processor_ms(self) -> float:
        """What the service and its back-ends have run up to now; a back-end that ends takes its time along, which hardly ever happens."""
        parts = [path for pid in self.pids for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        spent_ns = 0
        for part in parts:
            with contextlib.suppress(OSError):
                spent_ns += int(part.read_text().split()[0])
        return spent_ns / 1e6

    def settle(self) -> None:
        """Note which processes answer now: the service, and the back-ends that its pool has opened."""
        backends = f" {self.name} ".encode()
        ours_ = [pid for pid in descendants(self.cluster.server.pid) if backends in _command(pid)]
        self.pids = [self.service, *ours_]

    def document(self) -> Any:
        """The OpenAPI document."""
        self.connection.request("GET", "/openapi.json")
        return json.loads(self.connection.getresponse().read())

    async def start_of_serve(self) -> float:
        """Processor seconds of another API process until it answers, PostgreSQL's among them."""
        environment = ours.environment_of(self.settings) | {"GERBANG_PORT": (port := str(free_port()))}
        before_s = tree_cpu_s()
        async with child(f"start-{self.name}", ("bench.ours", "serve"), environment, self.cluster.folder) as process:
            await process.answering(int(port), "/healthz")
            return _own_s(before_s)

    async def work(self, seconds: float) -> tuple[float, float]:
        """Processor seconds of a worker until it listens; and the share of a core that it takes without work, with PostgreSQL's part."""
        command, environment, before_s = ("bench.ours", "work"), ours.environment_of(self.settings), tree_cpu_s()
        async with child(f"work-{self.name}", command, environment, self.cluster.folder):
            await ours.listening(self.cluster, 1)
            started_s = _own_s(before_s)
            await asyncio.sleep(_SETTLE_S)
            before_s = tree_cpu_s()
            await asyncio.sleep(seconds)
            return started_s, _own_s(before_s, without=SERVE) / seconds

    async def doctor(self) -> float:
        """Processor seconds of `gerbang doctor`."""
        before_s = tree_cpu_s()
        async with child(
            f"doctor-{self.name}", ("gerbang", "doctor"), ours.environment_of(self.settings), self.cluster.folder
        ) as process:
            while process.running:
                await asyncio.sleep(0.05)
        return _own_s(before_s)

    async def verify(self, payments: int) -> float:
        """Milliseconds that `gerbang verify` takes for so many of the newest payments."""
        async with connected(self.cluster.dsn(self.name)) as db:
            async with db.reading() as tx:
                since = await tx.fetchval(
                    "SELECT created_at FROM payments ORDER BY created_at DESC, id DESC OFFSET $1 LIMIT 1", payments
                )
            began = process_time()
            before_s = tree_cpu_s()
            _, found = await verification.verify(db, since=since)
            if found:
                raise NoScore(f"{self.name}: {found[0]}")
            return 1000 * (process_time() - began + tree_cpu_s()[POSTGRESQL] - before_s[POSTGRESQL])


def _own_s(before_s: Mapping[str, float], without: str = "") -> float:
    """Processor seconds since then of everything but the load and who plays the outside."""
    now_s = tree_cpu_s()
    return sum(now_s[part] - before_s.get(part, 0.0) for part in now_s if part not in {LOAD, OUTSIDE, without})


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended
        return b""


async def _new(cluster: Cluster, name: str, settings: Settings, password: str, payments: int) -> Known:
    async with connected(cluster.dsn()) as db, db.autocommit() as tx:
        await tx.execute(f"DROP DATABASE IF EXISTS {name}")
        await tx.execute(f"CREATE DATABASE {name} OWNER gerbang_owner")
    async with connected(with_database(cluster.server.addresses.owner_dsn, name)) as db:
        await migrations.apply(db)
    await ours.prepare(settings, free_port(), secrets.token_hex(32).encode(), password)
    return await filling.fill(cluster.dsn(name), payments)


@contextlib.asynccontextmanager
async def running(cluster: Cluster, name: str, payments: int, node_url: str) -> AsyncIterator[Side]:
    """A database with so many payments behind it, and an API process on it, for the length of the block. One that was filled before, in a
    cluster that is kept, is only brought to the newest schema.
    """
    settings, owner = ours.settings_for(cluster, name), with_database(cluster.server.addresses.owner_dsn, name)
    filled = cluster.folder / f"{name}.filled"  # the operator's password, for the next run
    if filled.exists():
        async with connected(owner) as db:
            await migrations.apply(db)
        password, known = filled.read_text(), await filling.known(cluster.dsn(name))
    else:
        password = secrets.token_urlsafe(18)
        known = await _new(cluster, name, settings, password, payments)
        filled.write_text(password)
    async with connected(cluster.dsn(name)) as db:
        while await balance_keeper.run_once(db):
            pass  # as the worker had done long ago
    async with app.core(settings, "bench", ours.WITH_BENCH) as parts:
        await filling.connect_wallet(parts.connections, node_url)
        links = {
            "pay": await parts.payments.link_token(known.payment),
            "refund": await parts.payments.mailed_refund_token(known.refund),
        }
    async with child(
        f"serve-{name}", ("bench.ours", "serve"), ours.environment_of(settings), cluster.folder
    ) as service:
        await service.answering(settings.port, "/healthz")
        connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=60)
        yield Side(
            name=name,
            cluster=cluster,
            settings=settings,
            password=password,
            known=known,
            links=links,
            connection=connection,
            service=service.pid,
        )
        connection.close()
