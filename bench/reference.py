"""PostgreSQL's own limit: the scripts of bench/postgres under pgbench, 32 clients, prepared statements.

Without pgbench a small client of ours takes its place, and the result says so.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

from bench.cluster import REFERENCE, Cluster, connected, pgbench_program
from bench.cpu import spent_us, tree_cpu_s
from gerbang.base.db import Database

CLIENTS: Final = 32
ROWS: Final = 50_000
_SCRIPTS: Final = Path(__file__).parent / "postgres"
_RATE: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_SET: Final = re.compile(r"^\\set \w+ random\(1, :rows\)$", re.MULTILINE)


class ReferenceFailed(Exception):
    """The reference could not be measured; the message carries what pgbench said."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Transactions per second, what measured them, and the processor time of each, client included, in microseconds."""

    rate: float
    tool: str
    cpu_us: float


async def fill(cluster: Cluster) -> None:
    """Put `ROWS` payments, attempts and waiting inbox rows in place, and let PostgreSQL know how many there are."""
    text = (_SCRIPTS / "fill.sql").read_text().replace(":rows", str(ROWS))
    async with connected(cluster.dsn(REFERENCE)) as db:
        async with db.transaction() as tx:
            await tx.execute(text)
        async with db.autocommit() as tx:
            await tx.execute("VACUUM (ANALYZE)")


async def measure(cluster: Cluster, script: str, seconds: float) -> Reference:
    """Run `script` (insert, process or select) for `seconds`. Raises ReferenceFailed."""
    program = pgbench_program()
    before_s, began = tree_cpu_s(), perf_counter()
    if program is None:
        rate, tool = await _measure_by_hand(cluster, script, seconds), "own client (no pgbench here)"
    else:
        rate, tool = await _measure_by_pgbench(program, cluster, script, seconds), "pgbench"
    count = round(rate * (perf_counter() - began))
    return Reference(rate, tool, sum(spent_us(before_s, count).values()))


async def _measure_by_pgbench(program: Path, cluster: Cluster, script: str, seconds: float) -> float:
    address = urlsplit(cluster.dsn(REFERENCE))
    threads = min(CLIENTS, os.cpu_count() or 1)
    process = await asyncio.create_subprocess_exec(
        program,
        *("-n", "-M", "prepared", "-c", str(CLIENTS), "-j", str(threads), "-T", str(max(1, round(seconds)))),
        *("-D", f"rows={ROWS}", "-f", _SCRIPTS / f"{script}.sql", REFERENCE),
        env={
            "PGHOST": str(address.hostname),
            "PGPORT": str(address.port),
            "PGUSER": str(address.username),
            "PGPASSWORD": str(address.password),
            "PGSSLMODE": "disable",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await process.communicate()
    found = _RATE.search(said.decode())
    if process.returncode or found is None:
        raise ReferenceFailed(f"pgbench finished nothing in {seconds:.0f} s. {(complaint or said).decode()[-500:]}")
    return float(found[1])


async def _measure_by_hand(cluster: Cluster, script: str, seconds: float) -> float:
    statements = _statements(script)
    async with connected(cluster.dsn(REFERENCE), size=CLIENTS) as db:
        began = perf_counter()
        done = await asyncio.gather(*(_client(db, statements, began + seconds) for _ in range(CLIENTS)))
        return sum(done) / (perf_counter() - began)


async def _client(db: Database, statements: list[str], deadline: float) -> int:
    done = 0
    async with db.autocommit() as tx:
        while perf_counter() < deadline:
            payment = random.randint(1, ROWS)
            for statement in statements:
                await tx.fetch(statement, *([payment] if "$1" in statement else []))
            done += 1
    return done


def _statements(script: str) -> list[str]:
    """Return the script's statements with `$1` for the payment."""
    text = _SET.sub("", (_SCRIPTS / f"{script}.sql").read_text())
    text = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [one.strip().replace(":payment", "$1") for one in text.split(";") if one.strip()]
