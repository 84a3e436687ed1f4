"""`make bench`: every scenario, its sides interleaved round by round, medians in a table and in bench/results/latest.json.

A score is saved as soon as it is there: what comes after it may fail. What a scenario does stands in bench/scenarios.py and bench/together.py; what is promised in bench/goals.py.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Final

from rich.console import Console

from bench import cluster, footprint, ours, reference, report, usual
from bench.goals import GOALS
from bench.nicepay import FromOrderToPaid
from bench.orders import FromBuyerToList, FromPages
from bench.processes import ChildFailed, child, free_port
from bench.reference import ReferenceFailed
from bench.scenarios import Bench, Create, Ingest, Processing, Read, Scenario
from bench.scores import Rounds, score
from bench.sides import NoScore
from bench.together import Together
from gerbang.base import log

_SCENARIOS: Final[dict[str, Callable[[Bench], Scenario]]] = {
    "W1": Ingest,
    "W2": Processing,
    "E2E": Together,
    "W3": Read,
    "W4": Create,
    "V2": partial(FromOrderToPaid, connection="nicepay-uji"),
    "SNAP": partial(FromOrderToPaid, connection="nicepay-snap-uji"),
    "ORDERS": FromPages,
    "PUSH": FromBuyerToList,
}


def main() -> None:
    """Measure, print, save."""
    asked = _arguments()
    log.set_up("warning", as_json=False)
    console = Console(stderr=asked.json)
    document = asyncio.run(_measure(asked, console))
    if not asked.chosen:
        footprints = asyncio.run(footprint.measure())
        report.save(footprints)
        footprint.show(footprints, console)
        document |= footprints
    if asked.json:
        print(json.dumps(document))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Compare Gerbang with PostgreSQL and the usual way."
    )
    every = ",".join(_SCENARIOS)
    parser.add_argument("--only", default="", help=f"scenarios by commas; without it {every} and the footprint")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of one measurement (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of every side (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print the results as JSON; the table goes to stderr")
    asked = parser.parse_args()
    asked.chosen = bool(asked.only)
    asked.only = [name.strip().upper() for name in (asked.only or every).split(",") if name.strip()]
    if unknown := sorted(set(asked.only) - _SCENARIOS.keys()):
        parser.error(f"no such scenario: {', '.join(unknown)}; there are {', '.join(_SCENARIOS)}")
    return asked


async def _measure(asked: argparse.Namespace, console: Console) -> dict[str, object]:
    async with _everything(asked.seconds) as bench:
        scores = {}
        for name in asked.only:
            rounds = await _interleave(_SCENARIOS[name](bench), name, asked.rounds, console)
            scores[name] = score(GOALS[name], rounds)
            report.save(report.as_document({name: scores[name]}, asked.seconds, asked.rounds))
        report.show(scores, console)
        return report.as_document(scores, asked.seconds, asked.rounds)


@contextlib.asynccontextmanager
async def _everything(seconds: float) -> AsyncIterator[Bench]:
    """PostgreSQL, the test provider, the usual service and Gerbang, all filled and answering."""
    provider_port = free_port()
    provider = ("bench.provider.server", "--port", str(provider_port))
    async with cluster.running() as server, child("provider", provider, {}, server.folder):
        await reference.fill(server)
        async with usual.running(server, provider_port) as naive, ours.running(server, provider_port) as gerbang:
            yield Bench(server, naive, gerbang, seconds)


async def _interleave(scenario: Scenario, name: str, count: int, console: Console) -> Rounds:
    """Reference, naive, ours, and again. A side that fails ends the scenario without a score; the next one is still run."""
    rounds = Rounds()
    for number in range(1, count + 1):
        try:
            await _round(scenario, rounds)
        except (NoScore, ReferenceFailed, ChildFailed) as reason:
            rounds.no_score = str(reason)
            console.print(f"{name} round {number}: NO SCORE", highlight=False)
            break
        _say(console, name, number, rounds)
    return rounds


async def _round(scenario: Scenario, rounds: Rounds) -> None:
    limit = await scenario.reference()
    if limit is not None:
        rounds.reference.append(limit)
    naive = await scenario.naive()
    if naive is not None:
        rounds.naive.append(naive)
    rounds.ours.append(await scenario.gerbang())


def _say(console: Console, name: str, number: int, rounds: Rounds) -> None:
    limit = f"PostgreSQL {rounds.reference[-1].rate:,.0f}/s, " if rounds.reference else ""
    naive = f"usual {rounds.naive[-1].rate:,.0f}/s, " if rounds.naive else ""
    last = rounds.ours[-1]
    times = "".join(
        f", {label} {value:.1f} ms"
        for label, value in (("p99", last.p99_ms), ("lag p99", last.lag_p99_ms))
        if value is not None
    )
    console.print(f"{name} round {number}: {limit}{naive}Gerbang {last.rate:,.0f}/s{times}", highlight=False)


if __name__ == "__main__":
    main()
