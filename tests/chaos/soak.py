"""`python -m tests.chaos.soak`: hours of a bad day in minutes, judged by *progress*: all that is due is done in its time (R57).

Mixed load, clock jumps, provider outages that end, slow and stuck calls, an aggressive autovacuum, ANALYZE and plan changes at random moments,
thousands of jobs due at once, and one to four workers. Nobody is killed: what stands still here does so by itself.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, Final

import asyncpg

from gerbang.base import ids
from gerbang.settings import Settings
from tests.chaos.deployment import Deployment
from tests.chaos.journal import Journal
from tests.chaos.oracle import judge
from tests.chaos.shop import Shop

SOAK: Final = "soak"
# a job that is due and free is begun by then, whatever else there is; on a busy machine later in proportion
MOST_WAIT_S: Final = 60.0
FLOOD: Final = 5_000
_CONCURRENCY: Final = int(Settings.model_fields["worker_concurrency"].default)
_SETTLE_S: Final = 150.0
_PLANS: Final = (
    "enable_nestloop",
    "enable_hashjoin",
    "enable_mergejoin",
    "enable_hashagg",
    "enable_sort",
    "enable_material",
    "enable_indexscan",
    "enable_bitmapscan",
    "enable_seqscan",
    "enable_memoize",
)
_TABLES: Final = ("jobs", "attempts", "payments", "inbox_default", "announcements", "notifications")
_TROUBLE: Final = ("http_500", "slow", "slow", "timeout_before", "refuse")
_WATCH: Final = """
    CREATE TABLE soak_doubled (kind text, key text, tries int, at timestamptz DEFAULT clock_timestamp());
    CREATE TABLE soak_begun (at timestamptz DEFAULT clock_timestamp());
    GRANT INSERT ON soak_doubled, soak_begun TO gerbang_app;
    CREATE FUNCTION soak_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO soak_begun DEFAULT VALUES;
        IF OLD.lease_until > clock_timestamp() THEN
            INSERT INTO soak_doubled (kind, key, tries) VALUES (NEW.kind, NEW.key, NEW.tries);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER soak_note AFTER UPDATE ON jobs FOR EACH ROW WHEN (NEW.tries > OLD.tries) EXECUTE FUNCTION soak_note();
"""
_EAGER: Final = {
    "autovacuum_naptime": "1",
    "autovacuum_vacuum_threshold": "1",
    "autovacuum_vacuum_scale_factor": "0",
    "autovacuum_analyze_threshold": "1",
    "autovacuum_analyze_scale_factor": "0",
    "autovacuum_vacuum_cost_delay": "0",
}


@dataclass(slots=True)
class Report:
    """What came of a run. `findings` is empty when everything that was due was done."""

    seed: int
    workers: int
    minutes: float
    harms: int = 0
    orders: int = 0
    begun: int = 0
    most_due: int = 0
    most_held: int = 0
    left_leased: int = 0
    longest_wait_s: float = 0.0
    flood_s: list[float] = field(default_factory=list)
    restarts: int = 0
    findings: list[str] = field(default_factory=list)


class Progress:
    """The oracle: how long each job has been due and free, and how many are held, looked at twice a second."""

    def __init__(self, admin: "asyncpg.Connection[Any]", report: Report) -> None:
        self._admin = admin
        self._report = report
        self._since: dict[tuple[int, int], float] = {}

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(0.5)

    async def look(self) -> int:
        """Look once; returns how many jobs are due and free."""
        rows = await self._admin.fetch(
            "SELECT id, tries, kind, lease_until > clock_timestamp() AS held FROM jobs"
            " WHERE parked_at IS NULL AND run_at <= business_now()"
        )
        now, report = monotonic(), self._report
        held = sum(bool(row["held"]) for row in rows)
        free = {(row["id"], row["tries"]): row["kind"] for row in rows if not row["held"]}
        self._since = {job: self._since.get(job, now) for job in free}
        report.most_due, report.most_held = max(report.most_due, len(free)), max(report.most_held, held)
        if self._since:
            report.longest_wait_s = max(report.longest_wait_s, now - min(self._since.values()))
        return len(free)


def judged(report: Report, load: float) -> list[str]:
    """What the figures say against us; a machine with more to run than processors is given time in proportion."""
    found = []
    limit_s = MOST_WAIT_S * max(1.0, load)
    if report.longest_wait_s > limit_s:
        found.append(f"a job was due and free for {report.longest_wait_s:.0f} s; {limit_s:.0f} s is the most")
    if report.most_held > report.workers * _CONCURRENCY + report.left_leased:
        found.append(f"{report.most_held} jobs were held at once by {report.workers} workers of {_CONCURRENCY}")
    if report.restarts:
        found.append(f"{report.restarts} processes ended, and nobody had killed them")
    return found


async def soak(*, minutes: float, seed: int, workers: int | None = None, flood: int = FLOOD) -> Report:
    """Run it all. The data folder is kept when something was wrong."""
    rng = Random(seed)
    count = workers or rng.randint(1, 4)
    report = Report(seed, count, minutes, findings=["the run itself failed"])
    house = Deployment(count)
    say(f"seed {seed}, {count} workers, {minutes} minutes; data in {house.data}")
    await house.open()
    journal = Journal(house.data / "client.jsonl")
    shop = Shop(house, journal, Random(f"{seed} shop"))
    admin = await asyncpg.connect(house.server.addresses.admin_dsn)
    try:
        await _prepare(admin)
        progress = Progress(admin_of := await asyncpg.connect(house.server.addresses.admin_dsn), report)
        async with _beside(progress.watch()):
            await _bad_day(shop, admin, rng, report, flood)
            await _calm(shop, admin)
            await _ends(shop, progress)
        await admin_of.close()
        verdicts = await judge(shop)
        report.left_leased = sum(_left_leased(house.data / f"work-{number}.log") for number in range(count))
        report.restarts, report.orders = house.restarts, len(shop.orders)
        report.begun = await admin.fetchval("SELECT count(*) FROM soak_begun")
        doubled = await admin.fetch("SELECT kind, key, tries FROM soak_doubled LIMIT 20")
        report.findings = [f"begun while it was held: {dict(row)}" for row in doubled]
        report.findings += judged(report, _load())
        report.findings += [f"{scenario}: {what}" for scenario, wrong in verdicts.wrong.items() for what in wrong]
        return report
    finally:
        await admin.close()
        await shop.close()
        journal.close()
        await house.close(keep_data=bool(report.findings))


def _left_leased(log: Path) -> int:
    """Jobs that at most stay leased although nobody runs them, because a cut connection lost their claim's or their end's answer."""
    lines: list[dict[str, object]] = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    ended = sum(line["event"] == "queue.settle_failed" for line in lines)
    claimed = sum(line["event"] == "queue.claim_failed" and line.get("code") == "commit_unknown" for line in lines)
    return ended + claimed * _CONCURRENCY


async def _prepare(admin: "asyncpg.Connection[Any]") -> None:
    await admin.execute(_WATCH)
    for name, value in _EAGER.items():
        await admin.execute(f"ALTER SYSTEM SET {name} = {value}")
    await admin.execute("SELECT pg_reload_conf()")


async def _bad_day(shop: Shop, admin: "asyncpg.Connection[Any]", rng: Random, report: Report, flood: int) -> None:
    """Orders all the time, and a harm every few seconds; the flood comes in the first third and again in the last."""
    ends, begun = monotonic() + report.minutes * 60, monotonic()
    harms: Sequence[Callable[[], Awaitable[None]]] = (
        lambda: _jump(shop, rng),
        lambda: _jump(shop, rng),
        lambda: _replan(admin, rng),
        lambda: _replan(admin, rng),
        lambda: _analyse(admin, rng),
        lambda: _trouble(shop, rng),
    )
    under_way: list[asyncio.Task[float]] = []
    floods = [begun + report.minutes * 60 * part for part in (0.25, 0.7)]
    while monotonic() < ends:
        shop.order(SOAK)
        if rng.random() < 0.3:
            await rng.choice(harms)()
            report.harms += 1
        if floods and monotonic() > floods[0]:
            floods.pop(0)
            under_way.append(asyncio.create_task(_flood(shop, flood)))
        await asyncio.sleep(rng.uniform(0.2, 1.0))
    report.flood_s += await asyncio.gather(*under_way)


async def _jump(shop: Shop, rng: Random) -> None:
    """Everything that is asked about after five minutes comes due together."""
    await shop.control("clock", advance_s=rng.choice([5, 61, 301]))


async def _replan(admin: "asyncpg.Connection[Any]", rng: Random) -> None:
    """Other plans from now on, also for connections that are open: they are cut, and made again."""
    await admin.execute("ALTER ROLE gerbang_app RESET ALL")
    for name in rng.sample(_PLANS, rng.randint(0, 8)):
        await admin.execute(f"ALTER ROLE gerbang_app SET {name} = off")
    mode = rng.choice(["auto", "force_generic_plan", "force_custom_plan"])
    await admin.execute(f"ALTER ROLE gerbang_app SET plan_cache_mode = {mode}")
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gerbang_app' AND state = 'idle'"
        " AND application_name = 'gerbang work'"
    )


async def _analyse(admin: "asyncpg.Connection[Any]", rng: Random) -> None:
    await admin.execute(f"{rng.choice(['ANALYZE', 'VACUUM', 'VACUUM (ANALYZE)'])} {rng.choice(_TABLES)}")


async def _trouble(shop: Shop, rng: Random) -> None:
    """An outage, or calls that hang: each ends by itself after a few calls."""
    body = {"kind": rng.choice(_TROUBLE), "route": rng.choice(["registration", "inquiry"]), "count": 3, "delay_s": 5}
    await shop.control("nicepay/faults", "PUT", **body)


async def _flood(shop: Shop, count: int) -> float:
    """So many jobs due at once, about letters that are not there; returns after how many seconds all were done."""
    keys = [ids.show("ntf", id_) for id_ in ids.several(count)]
    started = monotonic()
    admin = await asyncpg.connect(shop.house.server.addresses.admin_dsn)
    try:
        await admin.execute(
            "INSERT INTO jobs (kind, key, run_at, most_tries) SELECT 'notification.send', k, business_now(), 60 FROM unnest($1::text[]) k",
            keys,
        )
        while await admin.fetchval("SELECT count(*) FROM jobs WHERE key = ANY($1)", keys):
            assert monotonic() - started < MOST_WAIT_S * 3 * max(1.0, _load()), f"{count} jobs were not done in time"
            await asyncio.sleep(0.5)
    finally:
        await admin.close()
    say(f"{count} jobs due at once: done in {monotonic() - started:.1f} s")
    return monotonic() - started


async def _calm(shop: Shop, admin: "asyncpg.Connection[Any]") -> None:
    await shop.control("nicepay/faults", "DELETE")
    await admin.execute("ALTER ROLE gerbang_app RESET ALL")


async def _ends(shop: Shop, progress: Progress) -> None:
    """Every order comes to its end, and nothing that is due is left; nobody helps them but time."""
    say(f"letting {len(shop.unfinished)} orders come to their end")
    ends = monotonic() + _SETTLE_S * max(1.0, _load())
    while monotonic() < ends and (shop.unfinished or await _open(shop) or await progress.look()):
        if shop.unfinished:
            await shop.control("clock", advance_s=20)
        await asyncio.sleep(1)


async def _open(shop: Shop) -> bool:
    return bool(
        await shop.all_of("/v1/webhook-events", status="new") or await shop.all_of("/v1/notifications", status="queued")
    )


@contextlib.asynccontextmanager
async def _beside(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _load() -> float:
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def say(text: str) -> None:
    """One line for people, at once."""
    sys.stderr.write(f"soak: {text}\n")
    sys.stderr.flush()


def table(report: Report) -> str:
    """The figures for people."""
    figures = {name: value for name, value in asdict(report).items() if name != "findings"}
    lines = [f"{name.replace('_', ' '):>16}  {value}" for name, value in figures.items()]
    return "\n".join([*lines, *([f"WRONG  {one}" for one in report.findings] or ["everything that was due was done"])])


def main() -> None:
    """Read the arguments, run, print, exit."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="replays the chances of a run")
    parser.add_argument("--workers", type=int, default=None, help="one to four; by the seed when not said")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    asked = parser.parse_args()
    report = asyncio.run(soak(minutes=asked.minutes, seed=asked.seed, workers=asked.workers))
    sys.stdout.write((json.dumps(asdict(report)) if asked.json else table(report)) + "\n")
    sys.exit(1 if report.findings else 0)


if __name__ == "__main__":
    main()
