"""Jobs under kill -9: nothing lost, every effect exactly once, and a crash counts as a try."""

import asyncio
import contextlib
import functools
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from gerbang.base.db import Database
from gerbang.core.queue.model import NewJob

from .tables import is_so, put, row, the_lease_runs_out, until

ROOT = Path(__file__).parents[3]


@contextlib.contextmanager
def worker_process(dsn: str, journal: Path, mode: str) -> "Iterator[subprocess.Popen[bytes]]":
    command = [sys.executable, "-m", "tests.core.queue.worker_process", dsn, str(journal), mode]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(journal: Path) -> list[str]:
    return journal.read_text().splitlines() if journal.exists() else []


async def test_a_worker_killed_mid_job_loses_nothing_and_the_crash_counts_as_a_try(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    await put(db, NewJob("test", "a"))
    with worker_process(database_url, journal, "hang") as process:
        await until(lambda: is_so(lines(journal) == ["a 1"]))
        process.send_signal(signal.SIGKILL)
    known = await row(db)
    assert known is not None, "nothing was lost"
    assert known["tries"] == 1
    assert known["lease_until"] > datetime.now(UTC), "it is not taken away from one that may only be slow"
    await the_lease_runs_out(db)
    with worker_process(database_url, journal, "finish"):
        await until(lambda: _gone(db))
    assert lines(journal) == ["a 1", "a 2"]
    assert await effects(db) == {"a": 1}


async def test_workers_killed_again_and_again_do_every_jobs_effect_exactly_once(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    await put(db, *(NewJob("test", str(n), most_tries=100) for n in range(3_000)))
    chance, kills = random.Random(11), 0
    while kills < 10 and await _count(db):
        with worker_process(database_url, journal, "finish") as process:
            before = len(lines(journal))
            await until(functools.partial(_grown, journal, before))
            await asyncio.sleep(chance.random() * 0.3)
            process.send_signal(signal.SIGKILL)
            kills += 1
        await the_lease_runs_out(db)
    with worker_process(database_url, journal, "finish"):
        await until(lambda: _gone(db), timeout_s=60)
    begun = [line.split()[0] for line in lines(journal)]
    assert len(begun) > len(set(begun)), "no kill fell into a job, so nothing was tried here"
    assert await effects(db) == {str(n): 1 for n in range(3_000)}


async def effects(db: Database) -> Mapping[str, int]:
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT subject, count(*) AS times FROM changes WHERE kind = 'effect' GROUP BY subject")
    return {r["subject"]: r["times"] for r in rows}


async def _grown(journal: Path, before: int) -> bool:
    return len(lines(journal)) > before


async def _count(db: Database) -> int:
    async with db.reading() as tx:
        return int(await tx.fetchval("SELECT count(*) FROM jobs"))


async def _gone(db: Database) -> bool:
    return await _count(db) == 0
