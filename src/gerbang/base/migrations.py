"""Migrations: plain SQL files, forward only, each in one transaction, under one lock. What they say stands in gerbang/migrations.

The first line of a file is `-- expand` (old code runs on the new schema) or `-- contract` (old code no longer does).
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final, Literal

import structlog

from gerbang.base.db import Database, Tx
from gerbang.base.errors import Conflict, Unavailable

log = structlog.get_logger()

Kind = Literal["expand", "contract"]
_FOLDER: Final = Path(__file__).parent.parent / "migrations"
_NAME: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_LOCK: Final = 0x6772_625F_6D69  # any number that nothing else in this database locks
_PATIENCE_S: Final = 60.0


class MigrationRefused(Conflict):
    """The files and the database disagree; nothing was changed."""

    code = "migration_refused"
    title = "The migrations do not fit the database"


class MigrationBusy(Unavailable):
    """Another process is migrating and did not finish in time."""

    code = "migration_busy"
    title = "Another process is migrating"


class SchemaBehind(Unavailable):
    """The database lacks migrations of this version, or is empty."""

    code = "schema_behind"
    title = "The database has to be migrated first"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, what it is for, and the digest that proves it was not edited after it ran."""

    version: int
    name: str
    kind: Kind
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, in hex."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def load(folder: Path = _FOLDER) -> tuple[Migration, ...]:
    """Every migration in order; raises MigrationRefused for a wrong name, a gap, or a missing header."""
    found = [_read(path) for path in sorted(folder.glob("*.sql"))]
    for position, migration in enumerate(found, start=1):
        if migration.version != position:
            raise MigrationRefused(f"Migration {position:04d} is missing: the next file is {migration.version:04d}.")
    return tuple(found)


def _read(path: Path) -> Migration:
    named = _NAME.fullmatch(path.name)
    if named is None:
        raise MigrationRefused(f"{path.name} is not named NNNN_words.sql.")
    sql = path.read_text()
    match sql.partition("\n")[0].strip():
        case "-- expand":
            return Migration(int(named[1]), named[2], "expand", sql)
        case "-- contract":
            return Migration(int(named[1]), named[2], "contract", sql)
        case header:
            raise MigrationRefused(f"{path.name} begins with {header!r}, not with -- expand or -- contract.")


async def pending(db: Database, known: Sequence[Migration] | None = None) -> tuple[Migration, ...]:
    """What has not run yet; reads only, so any role may ask. Raises MigrationRefused on a changed file."""
    async with db.reading() as tx:
        return _missing(known or load(), await _applied(tx))


async def refuse_pending(db: Database) -> None:
    """Raise SchemaBehind where something has not run yet: no process of this version could work."""
    known = load()
    todo = await pending(db, known)
    if todo:
        names = f"{todo[0].version:04d}" if len(todo) == 1 else f"{todo[0].version:04d} to {todo[-1].version:04d}"
        what = "is empty" if len(todo) == len(known) else f"lacks the migrations {names}"
        raise SchemaBehind(
            f"The database {what}.", hint="Run `gerbang migrate` first, with GERBANG_DATABASE_OWNER_URL set."
        )


async def installation(db: Database) -> str:
    """What this database calls itself: the same for every process on it, another for every other installation, and no secret."""
    async with db.reading() as tx:
        name = await tx.fetchval("SELECT md5(current_database() || min(applied_at)::text) FROM schema_migrations")
    return str(name)


async def apply(
    db: Database, known: Sequence[Migration] | None = None, *, dry_run: bool = False
) -> tuple[Migration, ...]:
    """Run what is pending, as the owner, and return it; with `dry_run` everything is tried and rolled back.

    Each file commits with its row in `schema_migrations`, so a killed run goes on where it was. Raises MigrationRefused when
    the files do not fit what ran before, MigrationBusy when another process holds the lock for longer than a minute.
    """
    migrations = known or load()
    async with db.autocommit() as lock:
        await _take_lock(lock)
        try:
            async with db.reading() as tx:
                todo = _missing(migrations, await _applied(tx))
            if dry_run:
                await _try(db, todo)
            else:
                for migration in todo:
                    async with db.transaction() as tx:
                        await _run(tx, migration)
                await _continue_positions(db)
        finally:
            await lock.execute("SELECT pg_advisory_unlock($1)", _LOCK)
    return todo


async def _continue_positions(db: Database) -> None:
    """After a restore into another server, whose transactions begin again at low numbers, the order of events goes on where it was."""
    async with db.transaction() as tx:
        if await tx.fetchval("SELECT to_regproc('public.continue_positions')") is None:
            return
        behind = await tx.fetchval("SELECT continue_positions()")
    if behind:
        log.warning("migrations.positions_continued", behind=behind)


class _Undo(Exception):
    """Rolls a dry run back."""


async def _try(db: Database, todo: Sequence[Migration]) -> None:
    try:
        async with db.transaction() as tx:
            for migration in todo:
                await _run(tx, migration)
            raise _Undo  # noqa: TRY301  the block ends here, so that its transaction rolls back
    except _Undo:
        pass


async def _take_lock(tx: Tx) -> None:
    """Asked for again and again: a waiting statement would hold a snapshot and hit the lock timeout."""
    deadline = monotonic() + _PATIENCE_S
    while not await tx.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        if monotonic() > deadline:
            raise MigrationBusy(f"Another process has been migrating for {_PATIENCE_S:.0f} s.", retry_after_s=10)
        await asyncio.sleep(0.2)


async def _applied(tx: Tx) -> dict[int, str]:
    if await tx.fetchval("SELECT to_regclass('public.schema_migrations')") is None:
        return {}
    rows = await tx.fetch("SELECT version, checksum FROM schema_migrations ORDER BY version")
    return {row["version"]: row["checksum"] for row in rows}


def _missing(known: Sequence[Migration], applied: dict[int, str]) -> tuple[Migration, ...]:
    """What is left to run. A database that is ahead of these files is fine: it was expanded by newer code."""
    for migration in known:
        checksum = applied.get(migration.version)
        if checksum not in (None, migration.checksum):
            raise MigrationRefused(
                f"Migration {migration.version:04d}_{migration.name} was edited after it ran.",
                hint="Put the file back as it was and write the change as a new migration.",
            )
    todo = tuple(migration for migration in known if migration.version not in applied)
    if todo and applied and todo[0].version <= max(applied):
        raise MigrationRefused(
            f"Migration {todo[0].version:04d} never ran, but {max(applied):04d} did.",
            hint="The database was migrated from another history; restore it, or bring the files in line.",
        )
    return todo


async def _run(tx: Tx, migration: Migration) -> None:
    await tx.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version int PRIMARY KEY, name text NOT NULL, kind text NOT NULL,"
        " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    await tx.execute("SET LOCAL statement_timeout = 0")
    await tx.execute("SET LOCAL lock_timeout = '10s'")
    await tx.execute(migration.sql)
    await tx.execute(
        "INSERT INTO schema_migrations (version, name, kind, checksum) VALUES ($1, $2, $3, $4)",
        migration.version,
        migration.name,
        migration.kind,
        migration.checksum,
    )
