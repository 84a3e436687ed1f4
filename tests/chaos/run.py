"""One run: a house, the scenarios one after the other, time to settle, the judge, a table. A run is its seed."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from time import monotonic
from typing import Any, Final

from tests.chaos.deployment import Deployment
from tests.chaos.journal import Journal
from tests.chaos.oracle import Verdicts, judge
from tests.chaos.scenarios import SCENARIOS, Run, settle
from tests.chaos.shop import Shop

_SETTLE_S: Final = 150.0
_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    scenario: str
    faults: int
    payments: int
    acknowledged: int
    lost: int
    doubled: int
    wrong: int
    slowest_recovery_s: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run."""

    seed: int
    lines: Sequence[Line]
    findings: Sequence[str]
    trouble: dict[str, int]
    took_s: float

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def say(text: str) -> None:
    """One line for people, at once."""
    sys.stderr.write(f"chaos: {text}\n")
    sys.stderr.flush()


async def chaos(*, only: Sequence[str], kills: int, seed: int, seconds: float, workers: int = 2) -> Report:
    """Run it all. The data folder is kept when something was wrong."""
    started = monotonic()
    house = Deployment(workers)
    say(f"seed {seed}; data in {house.data}")
    await house.open()
    journal = Journal(house.data / "client.jsonl")
    shop = Shop(house, journal, Random(f"{seed} shop"))
    findings = ["the run itself failed"]
    try:
        run = Run(house=house, shop=shop, rng=Random(seed), kills=kills, seconds=seconds, say=say)
        for name in only:
            await _one(run, name, seed)
        say(f"letting {len(shop.unfinished)} orders come to their end")
        await settle(run, list(shop.tasks.values()), _SETTLE_S)
        await _quiet(shop)
        verdicts = await judge(shop)
        findings = _findings(run, verdicts)
        lines = [_line(run, verdicts, name) for name in [*only, "all"]]
        return Report(seed, lines, findings, dict(shop.trouble), round(monotonic() - started, 1))
    finally:
        await shop.close()
        journal.close()
        await house.close(keep_data=bool(findings))


async def _one(run: Run, name: str, seed: int) -> None:
    run.rng = Random(f"{seed} {name}")  # each scenario has its own chances, so that --only replays them
    say(f"{name} {(SCENARIOS[name].__doc__ or '').partition('.')[0].partition(':')[2].strip()}")
    run.house.recoveries.clear()
    started = monotonic()
    run.faults[name] = await SCENARIOS[name](run)
    run.recoveries[name] = list(run.house.recoveries)
    say(
        f"{name} {run.faults[name]} faults in {monotonic() - started:.0f} s, {len(run.shop.unfinished)} orders under way"
    )


async def _quiet(shop: Shop) -> None:
    """Wait until every letter is worked on, and the mails have gone out."""
    ends = monotonic() + 40
    while monotonic() < ends:
        new = await shop.all_of("/v1/webhook-events", status="new")
        if not new and not await shop.all_of("/v1/notifications", status="queued"):
            return
        await asyncio.sleep(0.5)


def _findings(run: Run, verdicts: Verdicts) -> list[str]:
    found = [f"{scenario}: {what}" for scenario, wrong in verdicts.wrong.items() for what in wrong]
    for name, recoveries in run.recoveries.items():
        found += [
            f"{name}: O8 ready after {r.seconds:.1f} s at load {r.load:.1f}" for r in recoveries if not r.is_in_time
        ]
    return found


def _line(run: Run, verdicts: Verdicts, name: str) -> Line:
    slowest = max((one.seconds for one in run.recoveries.get(name, [])), default=None)
    return Line(
        scenario=name,
        faults=run.faults.get(name, 0),
        payments=verdicts.payments[name],
        acknowledged=verdicts.acknowledged[name],
        lost=verdicts.count(name, "lost"),
        doubled=verdicts.count(name, "doubled"),
        wrong=len(verdicts.wrong[name]),
        slowest_recovery_s=None if slowest is None else round(slowest, 2),
    )


def table(report: Report) -> str:
    """The report for people."""
    head = ("scenario", "faults", "payments", "acknowledged", "lost", "doubled", "wrong", "slowest recovery")
    rows = [
        (
            line.scenario,
            line.faults,
            line.payments,
            line.acknowledged,
            line.lost,
            line.doubled,
            line.wrong,
            "" if line.slowest_recovery_s is None else f"{line.slowest_recovery_s:.2f} s",
        )
        for line in report.lines
    ]
    text = ["  ".join(f"{cell!s:>{len(name)}}" for cell, name in zip(row, head, strict=True)) for row in [head, *rows]]
    text += ["", f"borne by the client: {report.trouble}", f"seed {report.seed}, {report.took_s:.0f} s"]
    text += [f"WRONG  {finding}" for finding in report.findings[:_SHOWN]] or ["nothing lost, nothing doubled"]
    if len(report.findings) > _SHOWN:
        text.append(f"and {len(report.findings) - _SHOWN} more; --json has them all")
    return "\n".join(text)
