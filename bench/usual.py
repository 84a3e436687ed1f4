"""The usual way as a side of the bench: its processes, its rows, its rounds. The programs themselves stand in bench/naive."""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jwt

from bench.cluster import NAIVE, Cluster, connected
from bench.load.shots import AMOUNT, event_body
from bench.processes import ChildProcess, child, free_port
from gerbang.base.db import Database

_ROWS: Final = 20_000
_OWNER: Final = "bench"


@dataclass(slots=True)
class Usual:
    """The running service. `token` reads and creates, `secret` signs webhooks."""

    cluster: Cluster
    folder: Path
    port: int
    environment: dict[str, str]
    secret: bytes
    token: str

    @contextlib.asynccontextmanager
    async def worker(self, name: str, seconds: float) -> AsyncIterator[ChildProcess]:
        """One worker that processes for `seconds` and prints how many it did."""
        command = ("bench.naive.worker", "--seconds", str(seconds))
        log = self.folder / f"{name}.log"
        log.unlink(missing_ok=True)
        async with child(name, command, self.environment, self.folder) as running:
            yield running

    async def payments(self) -> Sequence[str]:
        """Return the ids of payments that can be read."""
        async with connected(self.cluster.dsn(NAIVE)) as db, db.reading() as tx:
            return [row["id"] for row in await tx.fetch("SELECT id FROM payments LIMIT 5000")]

    async def backlog(self, count: int) -> None:
        """Put `count` events in place for as many pending payments."""
        rows = [(f"evt_{n}", event_body(f"evt_{n}", f"att_{n}")) for n in range(1, count + 1)]
        async with connected(self.cluster.dsn(NAIVE)) as db:
            await _fill(db)
            async with db.transaction() as tx:
                await tx.execute(
                    "INSERT INTO webhook_events (connection, event_id, event_type, body, status, received_at)"
                    " SELECT 'bench', id, 'payment.captured', body, 'new', now()"
                    " FROM unnest($1::text[], $2::bytea[]) AS n (id, body)",
                    [one[0] for one in rows],
                    [one[1] for one in rows],
                )
            async with db.autocommit() as tx:
                await tx.execute("ANALYZE")


@contextlib.asynccontextmanager
async def running(cluster: Cluster, provider_port: int) -> AsyncIterator[Usual]:
    """The usual service, filled and answering, for the length of the block."""
    secret, token_secret, port = secrets.token_hex(32), secrets.token_hex(32), free_port()
    environment = {
        "NAIVE_DATABASE_URL": cluster.dsn(NAIVE).replace("postgresql://", "postgresql+asyncpg://").split("?")[0],
        "NAIVE_WEBHOOK_SECRET": secret,
        "NAIVE_TOKEN_SECRET": token_secret,
        "NAIVE_PROVIDER_URL": f"http://127.0.0.1:{provider_port}",
    }
    token = jwt.encode({"sub": _OWNER, "exp": int(time.time()) + 7_200}, token_secret, algorithm="HS256")
    command = (
        "uvicorn",
        "bench.naive.app:app",
        "--port",
        str(port),
        "--no-access-log",
        "--log-level",
        "warning",
        "--workers",
        "2",
    )
    async with child("usual", command, environment, cluster.folder) as service:
        await service.answering(port, "/openapi.json")
        async with connected(cluster.dsn(NAIVE)) as db:
            await _fill(db)
        yield Usual(
            cluster=cluster,
            folder=cluster.folder,
            port=port,
            environment=environment,
            secret=secret.encode(),
            token=token,
        )


async def _fill(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            "TRUNCATE payments, attempts, webhook_events, ledger_lines, audit_rows, outbox, idempotency_keys"
        )
        await tx.execute(
            "INSERT INTO payments (id, owner, status, amount, currency, captured, description, details, created_at, updated_at)"
            f" SELECT 'pay_' || n, '{_OWNER}', 'pending', {AMOUNT}, 'IDR', 0, 'Kopi Gayo 1 kg', '{{}}', now(), now()"
            f" FROM generate_series(1, {_ROWS}) AS n"
        )
        await tx.execute(
            "INSERT INTO attempts (id, payment_id, status, method, reference, captured, updated_at)"
            " SELECT 'att_' || n, 'pay_' || n, 'pending', 'virtual_account', 'P-' || n, 0, now()"
            f" FROM generate_series(1, {_ROWS}) AS n"
        )
    async with db.autocommit() as tx:
        await tx.execute("ANALYZE")


def processed(worker_log: Path) -> float:
    """Return the rate that a finished worker printed, events per second."""
    said = json.loads(worker_log.read_text().splitlines()[-1])
    return float(said["processed"]) / float(said["seconds"])
