"""Gerbang as a side of the bench: its real processes with the test provider among its providers, its rows, its judgement.

`python -m bench.ours serve|work` is what the children run: the product's own composition, one provider richer.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from bench.cluster import Cluster, connected, with_database
from bench.processes import ChildProcess, child, free_port
from bench.provider import PROVIDER
from bench.sides import NoScore
from gerbang import app
from gerbang import settings as all_settings
from gerbang.base.watchdog import Watchdog
from gerbang.cli.process import run_until_asked
from gerbang.core.identity.model import Role, system_caller
from gerbang.core.inbox.service import CHANNEL
from gerbang.core.secrets.model import Purpose
from gerbang.ports.provider import Provider
from gerbang.providers import PROVIDERS
from gerbang.providers.sealed import ensure_root_key
from gerbang.settings import Settings

CONNECTION: Final = "bench"
_START_S: Final = 30.0
_BOTH_LISTEN_S: Final = 3.0  # the kernel spreads only what connects after both have begun to listen
WITH_BENCH: Final[dict[str, Provider]] = {**PROVIDERS, PROVIDER.name: PROVIDER}
_SECRET_NAME: Final = "webhook/bench/webhook_secret"  # noqa: S105 - a name, no secret
_EMAIL: Final = "bench@lumbung.example"


@dataclass(slots=True)
class Gerbang:
    """The running API. `api_key` creates payments, `secret` signs webhooks, `password` is the operator's."""

    cluster: Cluster
    port: int
    environment: dict[str, str]
    secret: bytes
    password: str
    api_key: str
    service: ChildProcess

    async def token(self) -> str:
        """Return an access token of the operator, good for ten minutes."""
        return await asyncio.to_thread(log_in, self.port, self.password)

    @property
    def sandbox_url(self) -> str:
        """Where `sandbox` listens."""
        return f"http://127.0.0.1:{self.environment['GERBANG_SANDBOX_PORT']}"

    @contextlib.asynccontextmanager
    async def sandbox(self) -> AsyncIterator[None]:
        """The simulators, without a chain, for the length of the block; they bring the demo's connections."""
        environment = {**self.environment, "GERBANG_ANVIL": "/none"}
        async with child("sandbox", ("gerbang", "sandbox"), environment, self.cluster.folder) as simulators:
            await simulators.answering(int(environment["GERBANG_SANDBOX_PORT"]), "/")
            yield

    @contextlib.asynccontextmanager
    async def workers(self) -> AsyncIterator[None]:
        """Two worker processes for the length of the block, begun when both listen: nobody's start is measured.

        What they said last is added to a lost score.
        """
        command, environment, folder = ("bench.ours", "work"), self.environment, self.cluster.folder
        async with (
            child("work", command, environment, folder) as first,
            child("work-2", command, environment, folder) as second,
        ):
            try:
                await listening(self.cluster, 2)
                yield
            except NoScore as reason:
                words = " | ".join(one.last_words()[-600:] for one in (first, second))
                raise NoScore(f"{reason}; the workers' last words: {words}") from reason


@contextlib.asynccontextmanager
async def running(cluster: Cluster, provider_port: int) -> AsyncIterator[Gerbang]:
    """The API on a free port with the bench connection, an operator and a key, for the length of the block."""
    settings = settings_for(cluster)
    environment = environment_of(settings)
    secret = secrets.token_hex(32).encode()
    password = secrets.token_urlsafe(18)
    api_key = await prepare(settings, provider_port, secret, password)
    async with (
        child("serve", ("bench.ours", "serve"), environment, cluster.folder) as service,
        child("serve-2", ("bench.ours", "serve"), environment, cluster.folder) as second,
    ):
        for one in (service, second):  # both share the port: each is asked until one of them answers
            await one.answering(settings.port, "/readyz")
        await asyncio.sleep(_BOTH_LISTEN_S)
        yield Gerbang(
            cluster=cluster,
            port=settings.port,
            environment=environment,
            secret=secret,
            password=password,
            api_key=api_key,
            service=service,
        )


def settings_for(cluster: Cluster, database: str = "") -> Settings:
    """As `up` would run it: with the sandbox's limits, since one machine plays a whole public here."""
    return all_settings.load(
        data=cluster.folder,
        port=free_port(),
        sandbox=True,
        sandbox_port=free_port(),
        log_level="warning",
        database_url=with_database(cluster.server.addresses.app_dsn, database),
        database_owner_url=with_database(cluster.server.addresses.owner_dsn, database),
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """The same settings for a child process."""
    given = {
        "data": settings.data,
        "port": settings.port,
        "share_port": "true",
        "sandbox": "true",
        "sandbox_port": settings.sandbox_port,
        "log_level": "warning",
        "database_url": settings.database_dsn(),
        "database_owner_url": settings.owner_dsn(),
    }
    return {name: value for name, value in all_settings.child_environment(given).items() if name.startswith("GERBANG_")}


async def prepare(settings: Settings, provider_port: int, secret: bytes, password: str) -> str:
    """Make the bench's connection, its operator and an API key of all rights, which is returned."""
    ensure_root_key(settings.root_key_path, create=True)
    async with app.core(settings, "bench", WITH_BENCH) as parts:
        await parts.secrets.ensure(_SECRET_NAME, lambda: secret, Purpose.VERIFY_WEBHOOK)
        await parts.connections.create(
            "system:bench",
            CONNECTION,
            PROVIDER.name,
            livemode=False,
            settings={"base_url": f"http://127.0.0.1:{provider_port}"},
            secrets={"webhook_secret": _SECRET_NAME},
        )
        await parts.identity.accounts.create("system:bench", _EMAIL, password, "Bench", "id", Role.ADMIN)
        maker = system_caller("bench")
        _, api_key = await parts.identity.api_keys.create(maker, "bench", Role.ADMIN)
        return api_key


def log_in(port: int, password: str) -> str:
    """Return an access token of the operator whose password this is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = json.dumps({"email": _EMAIL, "password": password})
    connection.request("POST", "/v1/auth/login", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = json.loads(answer.read())
    assert answer.status == 200, f"login answered {answer.status}: {content}"
    connection.close()
    return str(content["access_token"])


async def listening(cluster: Cluster, count: int) -> None:
    """Return when so many workers listen for events. Raises NoScore after half a minute."""
    deadline = monotonic() + _START_S
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        while (
            await tx.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gerbang work' AND query LIKE 'LISTEN%'"
            )
            < count
        ):
            if monotonic() > deadline:
                raise NoScore(f"{count} workers did not start in {_START_S:.0f} s")
            await asyncio.sleep(0.05)


async def hold_inbox(cluster: Cluster) -> None:
    """Let no worker take an event until `release_inbox`."""
    async with connected(cluster.dsn()) as db, db.autocommit() as tx:
        await tx.execute("UPDATE inbox_shards SET lease_until = 'infinity'")


async def release_inbox(cluster: Cluster) -> None:
    """Let the workers begin, all at once."""
    async with connected(cluster.dsn()) as db, db.transaction() as tx:
        await tx.execute("UPDATE inbox_shards SET lease_until = NULL")
        await tx.execute("SELECT pg_notify($1, '')", CHANNEL)


async def stored_events(cluster: Cluster) -> Sequence[str]:
    """Return the keys of every inbox row, doubles included."""
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        return [row["key"] for row in await tx.fetch("SELECT key FROM inbox WHERE connection = $1", CONNECTION)]


async def clear(cluster: Cluster) -> None:
    """Empty the tables that grow in a round and let every shard go, so that every round starts alike."""
    tables = (
        "inbox, inbox_seen, payments, payment_payers, attempts, refunds, refund_destinations, idempotency_keys,"
        " ledger_lines, jobs, announcements, notifications, audit, orders, order_polls"
    )
    async with connected(cluster.dsn()) as db, db.transaction() as tx:
        await tx.execute("SET LOCAL lock_timeout = '20s'")
        await tx.execute(f"TRUNCATE {tables} CASCADE")
        await tx.execute("UPDATE inbox_shards SET owner = NULL, lease_until = NULL, batch = '{}'")


async def settle_statistics(cluster: Cluster) -> None:
    """Let the planner know the rows that a scenario just put in place."""
    async with connected(cluster.dsn()) as db, db.autocommit() as tx:
        await tx.execute("VACUUM (ANALYZE)")


def main() -> None:
    """Run one of the product's processes with the test provider among its providers."""
    part = {"serve": app.serve, "work": app.work}[sys.argv[1]]

    async def story(settings: Settings, dog: Watchdog) -> None:
        await part(settings, dog, WITH_BENCH)

    run_until_asked(story, all_settings.load())


if __name__ == "__main__":
    main()
