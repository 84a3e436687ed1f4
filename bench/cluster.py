"""The one PostgreSQL that every side of the bench shares, with its scratch databases. What runs on it stands elsewhere.

Embedded, durable, checked: a yardstick on a server that does not flush would flatter everybody.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from bench.processes import descendants
from gerbang.base import migrations
from gerbang.base.db import Database
from gerbang.base.pg_programs import find_programs
from gerbang.base.postgres import Postgres, ServerHandle

REFERENCE: Final = "bench_reference"
NAIVE: Final = "bench_naive"
_DURABLE: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# The commit's own time stamps each row, so that a lag is read from PostgreSQL, not from whoever is measured.
_SETTINGS: Final = {"track_commit_timestamp": "on"}


class NotDurable(Exception):
    """The server would forget what it acknowledged: no number taken on it means anything."""


@dataclass(slots=True)
class Cluster:
    """A running server and the folder that holds it."""

    folder: Path
    server: ServerHandle

    def dsn(self, database: str = "") -> str:
        """Return the superuser's address of `database` (Gerbang's own when empty). It holds a password."""
        return with_database(self.server.addresses.admin_dsn, database)

    async def restart(self) -> None:
        """Start again on the same port after `kill`."""
        self.server = await Postgres(self.folder, settings=_SETTINGS).start(self.server.port)

    async def kill(self) -> None:
        """SIGKILL the postmaster and every child at once, as a crash would. (Each child leads a group of its own.)"""
        for pid in (self.server.pid, *descendants(self.server.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self.server.wait()
        await self.server.stop()

    async def check_durable(self) -> None:
        """Raise NotDurable unless everything acknowledged is on disk."""
        async with connected(self.dsn()) as db, db.reading() as tx:
            rows = await tx.fetch("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", list(_DURABLE))
        found = {row["name"]: row["setting"] for row in rows}
        if found != _DURABLE:
            raise NotDurable(f"PostgreSQL says {found}, and the bench needs {_DURABLE}.")


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[Cluster]:
    """A fresh cluster with Gerbang's schema and the two scratch databases; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gerbang-bench-"))
    try:
        async with kept(folder) as cluster:
            await _prepare(cluster)
            yield cluster
    finally:
        shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def kept(folder: Path) -> AsyncIterator[Cluster]:
    """The cluster of a folder, made where it is not there yet; it stays afterwards."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)  # the account that runs PostgreSQL passes through
    server = await Postgres(folder, settings=_SETTINGS).start()
    cluster = Cluster(folder, server)
    try:
        await cluster.check_durable()
        yield cluster
    finally:
        await cluster.server.stop()


async def _prepare(cluster: Cluster) -> None:
    async with connected(cluster.server.addresses.owner_dsn) as db:
        await migrations.apply(db)
    async with connected(cluster.dsn()) as db, db.autocommit() as tx:
        for name in (REFERENCE, NAIVE):
            await tx.execute(f"CREATE DATABASE {name}")
    async with connected(cluster.dsn(REFERENCE)) as db, db.transaction() as tx:
        await tx.execute((Path(__file__).parent / "postgres" / "schema.sql").read_text())


@contextlib.asynccontextmanager
async def connected(dsn: str, *, size: int = 2) -> AsyncIterator[Database]:
    """A small pool, closed afterwards; its statements may take as long as they need."""
    db = Database(dsn, size=size, statement_timeout_ms=0, name="bench")
    await db.open()
    try:
        yield db
    finally:
        await db.close()


def pgbench_program() -> Path | None:
    """Return pgbench of the PostgreSQL in use, or of the PATH; None when this machine has none."""
    beside = find_programs().bin / "pgbench"
    if beside.exists():
        return beside
    found = shutil.which("pgbench")
    return Path(found) if found else None


def with_database(dsn: str, database: str) -> str:
    """Return the address of another database of the same server; the same one when the name is empty."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(path=f"/{database}")) if database else dsn
