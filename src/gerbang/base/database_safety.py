"""Whether a PostgreSQL keeps what it acknowledges and lets the application do no more than it must. Reads only.

Start-up refuses what is marked fatal; `gerbang doctor` shows everything. What a kill loses with synchronous_commit=off was
measured: acknowledged payments.
"""

from dataclasses import dataclass

from gerbang.base.db import Database, Tx
from gerbang.base.errors import Unavailable
from gerbang.base.pg_programs import OLDEST_MAJOR


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what, whether it is right (None: that could not be found out), how to mend it, and whether start-up must refuse."""

    what: str
    good: bool | None
    cure: str = ""
    fatal: bool = False


class UnsafeDatabase(Unavailable):
    """The database would lose acknowledged payments or let the application rewrite what proves them."""

    code = "unsafe_database"
    title = "The database is not safe for money"


async def refuse_unsafe(db: Database) -> None:
    """Raise UnsafeDatabase naming every fatal finding."""
    wrong = [finding for finding in await look_at(db) if finding.fatal and finding.good is False]
    if wrong:
        raise UnsafeDatabase(
            "; ".join(finding.what for finding in wrong), hint="; ".join(finding.cure for finding in wrong)
        )


async def look_at(db: Database) -> list[Finding]:
    """Every check, asked under the application's role; raises DatabaseUnavailable."""
    async with db.reading() as tx:
        return [*await _durability(tx), *await _rights(tx), *await _positions(tx)]


async def _positions(tx: Tx) -> list[Finding]:
    """Whether new announcements come after those of before: in a dump of another server nobody is told of them until `gerbang migrate` has run."""
    if await tx.fetchval("SELECT to_regproc('public.positions_behind')") is None:
        return []  # not migrated so far
    behind = await is_behind(tx)
    what = (
        "a dump of another server: nobody is told yet of what is new"
        if behind
        else "what is new is told in order after what was"
    )
    return [Finding(what, not behind, "gerbang migrate", fatal=True)]


async def is_behind(tx: Tx) -> bool:
    """Whether this is a dump of another server whose places have not been continued; asks a few indexes."""
    return int(await tx.fetchval("SELECT positions_behind()")) > 0


async def _durability(tx: Tx) -> list[Finding]:
    findings = []
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        value = await tx.fetchval("SELECT current_setting($1)", name)
        cure = f"ALTER SYSTEM SET {name} = on, then reload PostgreSQL"
        findings.append(Finding(f"{name} is {value}", value not in ("off", "local"), cure, fatal=True))
    number = int(await tx.fetchval("SELECT current_setting('server_version_num')"))
    newest_enough = number // 10_000 >= OLDEST_MAJOR
    findings.append(
        Finding(f"PostgreSQL {number // 10_000}", newest_enough, f"use {OLDEST_MAJOR} or newer", fatal=True)
    )
    encoding = await tx.fetchval("SELECT current_setting('server_encoding')")
    findings.append(Finding(f"encoding is {encoding}", encoding == "UTF8", "make the database with UTF8", fatal=True))
    return findings


async def _rights(tx: Tx) -> list[Finding]:
    role = await tx.fetchrow(
        "SELECT rolname, rolsuper, rolcreatedb OR rolcreaterole AS makes,"
        " has_schema_privilege(current_user, 'public', 'CREATE') AS ddl FROM pg_roles WHERE rolname = current_user"
    )
    assert role is not None, "every session has a role"
    name = role["rolname"]
    cure = "connect as gerbang_app in GERBANG_DATABASE_URL and keep the owner for `gerbang migrate`"
    findings = [
        Finding(
            f"role {name} is {'a' if role['rolsuper'] else 'no'} superuser", not role["rolsuper"], cure, fatal=True
        ),
        Finding(f"role {name} {'can' if role['makes'] else 'cannot'} make roles or databases", not role["makes"], cure),
        Finding(
            f"role {name} {'can' if role['ddl'] else 'cannot'} change the schema", not role["ddl"], cure, fatal=True
        ),
    ]
    for table in ("ledger_lines", "audit"):
        may = await tx.fetchval(
            "SELECT has_table_privilege(to_regclass($1), 'UPDATE') OR has_table_privilege(to_regclass($1), 'DELETE')",
            table,
        )
        if may is not None:
            what = f"role {name} {'can' if may else 'cannot'} rewrite {table}"
            findings.append(Finding(what, not may, f"REVOKE UPDATE, DELETE ON {table} FROM {name}", fatal=True))
    return findings
