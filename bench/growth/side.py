"""One of the two databases with its running service: what is asked of it, and how long it takes. Ratios are run.py's matter."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from bench import ours
from bench.cluster import Cluster, connected, with_database
from bench.cpu import OWN, SERVE, tree_cpu_s
from bench.growth.filling import Known, fill
from bench.processes import child, free_port
from bench.sides import NoScore
from gerbang import app
from gerbang.base import migrations
from gerbang.core.ledger import balancing
from gerbang.settings import Settings
from gerbang.web.gateway import SESSION_COOKIE

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
    token: str = ""

    async def sign_in(self) -> None:
        """Begin a session of the operator, good for ten minutes, on a fresh connection: an idle one was ended meanwhile."""
        self.connection.close()
        self.token = await asyncio.to_thread(ours.log_in, self.settings.port, self.password)

    def ask(self, path: str) -> float:
        """Milliseconds that one GET takes. Raises NoScore when it is refused or fails."""
        began = perf_counter()
        self.connection.request(
            "GET", path, headers={"Authorization": f"Bearer {self.token}", "Cookie": f"{SESSION_COOKIE}={self.token}"}
        )
        answer = self.connection.getresponse()
        content = answer.read()
        taken_ms = 1000 * (perf_counter() - began)
        if answer.status in (401, 403, 422, 429) or (answer.status >= 500 and path != "/readyz"):  # no worker runs here
            raise NoScore(f"{self.name}: GET {path} answered {answer.status}: {content[:300]!r}")
        return taken_ms

    def document(self) -> Any:
        """The OpenAPI document."""
        self.connection.request("GET", "/openapi.json")
        return json.loads(self.connection.getresponse().read())

    async def start_s(self) -> float:
        """Seconds from the start of another API process until it answers."""
        environment = ours.environment_of(self.settings) | {"GERBANG_PORT": (port := str(free_port()))}
        began = perf_counter()
        async with child(f"start-{self.name}", ("bench.ours", "serve"), environment, self.cluster.folder) as process:
            await process.answering(int(port), "/healthz")
            return perf_counter() - began

    async def idle_cpu(self, seconds: float) -> float:
        """The share of a core that a worker without work takes, with what PostgreSQL does for it."""
        command, environment = ("bench.ours", "work"), ours.environment_of(self.settings)
        async with child(f"work-{self.name}", command, environment, self.cluster.folder):
            await asyncio.sleep(_SETTLE_S)
            before_s = tree_cpu_s()
            await asyncio.sleep(seconds)
            now_s = tree_cpu_s()
        return sum(now_s[part] - before_s[part] for part in OWN if part != SERVE and part in before_s) / seconds


@contextlib.asynccontextmanager
async def running(cluster: Cluster, name: str, payments: int) -> AsyncIterator[Side]:
    """A new database with so many payments behind it, and an API process on it, for the length of the block."""
    owner = with_database(cluster.server.addresses.owner_dsn, name)
    async with connected(cluster.dsn()) as db, db.autocommit() as tx:
        await tx.execute(f"CREATE DATABASE {name} OWNER gerbang_owner")
    async with connected(owner) as db:
        await migrations.apply(db)
    settings, password = ours.settings_for(cluster, name), secrets.token_urlsafe(18)
    await ours.prepare(settings, free_port(), secrets.token_hex(32).encode(), password)
    known = await fill(cluster.dsn(name), payments)
    async with app.core(settings, "bench", ours.WITH_BENCH) as parts:
        while await balancing.run_once(parts.db):
            pass  # as the worker had done long ago
        links = {
            "pay": await parts.payments.link_token(known.payment),
            "refund": await parts.payments.mailed_refund_token(known.refund),
        }
    async with child(
        f"serve-{name}", ("bench.ours", "serve"), ours.environment_of(settings), cluster.folder
    ) as service:
        await service.answering(settings.port, "/healthz")
        connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=60)
        yield Side(name, cluster, settings, password, known, links, connection)
        connection.close()
