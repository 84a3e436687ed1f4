"""`make bench ARGS="growth"`: every page, list, start and idle worker in an almost empty database and in one with a long past, by turns.

"Empty" holds what one page of each list shows: a list of nothing would be compared with a list of something. Where it has fewer of a rare
value than a page shows, the full one is asked for as many.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from statistics import median
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench import cluster, report
from bench.growth import node, places
from bench.growth.side import Side, running
from bench.processes import ChildFailed
from bench.sides import NoScore
from gerbang.base import log
from gerbang.web.policy import POLICY

GOAL: Final = 1.5
IDLE_GOAL: Final = 1.2
_EMPTY: Final = 200
_ASKED: Final = 5  # times in each round
_SHOWN: Final = 25


@dataclass(slots=True)
class Found:
    """By question and side what each turn took: of the processor (milliseconds; seconds, or shares of a core, where the question says so), and by
    the clock. `longer`: how many rows either side shows where the full one shows more and cannot be asked for fewer; `failed` says what ended
    it early.
    """

    taken: defaultdict[str, tuple[list[float], list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: ([], []))
    )
    clock_ms: defaultdict[str, tuple[list[float], list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: ([], []))
    )
    longer: dict[str, tuple[int, int]] = field(default_factory=dict)
    failed: str = ""

    def add(self, question: str, empty: float, full: float) -> None:
        """One turn of each side."""
        self.taken[question][0].append(empty)
        self.taken[question][1].append(full)

    def add_answers(self, question: str, empty: tuple[float, float], full: tuple[float, float]) -> None:
        """The same of an answer, which takes time of the processor and of the clock."""
        self.add(question, empty[0], full[0])
        self.clock_ms[question][0].append(empty[1])
        self.clock_ms[question][1].append(full[1])

    def document(self, payments: int) -> dict[str, Any]:
        """Medians and ratios, the worst first."""
        rows: list[dict[str, Any]] = [
            {
                "question": question,
                "empty": median(empty),
                "full": median(full),
                "ratio": median(full) / max(median(empty), 1e-9),
            }
            for question, (empty, full) in self.taken.items()
        ]
        for row in rows:
            if row["question"] in self.longer:
                row["rows_empty"], row["rows_full"] = self.longer[row["question"]]
            if row["question"] in self.clock_ms:
                empty, full = self.clock_ms[row["question"]]
                row |= {"clock_empty_ms": median(empty), "clock_full_ms": median(full)}
        rows.sort(key=lambda row: row["ratio"], reverse=True)
        about = {"payments": payments, "goal": GOAL, "idle_goal": IDLE_GOAL, "failed": self.failed}
        return {"growth": {**about, "over_goal": sum(1 for row in rows if not _good(row)), "questions": rows}}


def main(arguments: Sequence[str]) -> None:
    """Measure, print, save; what was measured is kept whatever fails."""
    asked = _arguments(arguments)
    log.set_up("warning", as_json=False)
    console, found = Console(), Found()
    try:
        asyncio.run(_measure(asked, found))
    except (NoScore, ChildFailed, OSError, HTTPException) as reason:
        found.failed = str(reason)
    finally:
        document = found.document(asked.payments)
        _show(document["growth"], console)
        report.save(document)


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=growth", description="Compare a full database with an empty one."
    )
    parser.add_argument("--payments", type=int, default=200_000, help="finished payments of the full one (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of either side (%(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=8.0, help="length of one look at the idle worker (%(default)s)"
    )
    parser.add_argument(
        "--folder", type=Path, help="where the filled databases are kept for the next run; else they are thrown away"
    )
    return parser.parse_args(arguments)


async def _measure(asked: argparse.Namespace, found: Found) -> None:
    with node.running() as node_url:
        await _measure_both(asked, found, node_url)


async def _measure_both(asked: argparse.Namespace, found: Found, node_url: str) -> None:
    async with (
        cluster.running() if asked.folder is None else cluster.kept(asked.folder) as server,
        running(server, "growth_empty", _EMPTY, node_url) as empty,
        running(server, f"growth_{asked.payments}", asked.payments, node_url) as full,
    ):
        for _ in range(asked.rounds):
            await _ask(empty, full, found)
            started, idle = zip(await empty.work(asked.seconds), await full.work(asked.seconds), strict=True)
            found.add("idle worker, cores", *idle)
            found.add("start of work, s", *started)
            found.add("start of serve, s", await empty.start_of_serve(), await full.start_of_serve())
            found.add("doctor, s", await empty.doctor(), await full.doctor())
            found.add(f"verify, {_EMPTY} payments, ms", await empty.verify(_EMPTY), await full.verify(_EMPTY))


async def _ask(empty: Side, full: Side, found: Found) -> None:
    """Every question to one and then to the other, so that a busy neighbour meets both. The first answer is not counted: it plans."""
    await empty.sign_in()
    await full.sign_in()
    document = empty.document()
    both = zip(
        places.every(POLICY, document, empty.known, empty.links),
        places.every(POLICY, document, full.known, full.links),
        strict=True,
    )
    for (question, at_empty), (_, whole) in both:
        shown, of_full = empty.items(at_empty), full.items(whole)
        at_full = _as_many(whole, shown, of_full)
        if at_full == whole and shown is not None and of_full is not None and shown < of_full:
            found.longer[question] = shown, of_full
        full.ask(at_full)
        empty.settle()
        full.settle()
        for _ in range(_ASKED):
            found.add_answers(question, empty.ask(at_empty), full.ask(at_full))
        await asyncio.sleep(0)


def _as_many(path: str, shown: int | None, of_full: int | None) -> str:
    """The address of the full one's page, cut to as many things as the empty one shows: a page of one beside a page of fifty compares pages."""
    if shown is None or of_full is None or shown >= of_full or not path.startswith("/v1/"):
        return path
    return f"{path}{'&' if '?' in path else '?'}limit={max(shown, 1)}"


def _good(row: dict[str, Any]) -> bool:
    return "rows_full" in row or float(row["ratio"]) <= (IDLE_GOAL if row["question"].startswith("idle") else GOAL)


def _show(growth: dict[str, Any], console: Console) -> None:
    table = Table(
        title=f"Growth: {growth['payments']:,} payments beside {_EMPTY}, medians; the worst first", title_justify="left"
    )
    for name in ("question", "empty", "full", "ratio", "by the clock", ""):
        table.add_column(name, justify="left" if name == "question" else "right", overflow="fold")
    wanted = [row for n, row in enumerate(growth["questions"]) if n < _SHOWN or not row["question"].startswith("GET")]
    for row in wanted:
        verdict = "[green]goal[/]" if _good(row) else "[yellow]over[/]"
        if "rows_full" in row:
            verdict = f"{row['rows_empty']} → {row['rows_full']} rows"
        clock = f"{row['clock_empty_ms']:.1f} → {row['clock_full_ms']:.1f}" if "clock_full_ms" in row else ""
        table.add_row(
            row["question"], f"{row['empty']:.2f}", f"{row['full']:.2f}", f"{row['ratio']:.2f}×", clock, verdict
        )
    console.print(table)
    console.print(
        f"{len(growth['questions'])} questions, {growth['over_goal']} over the goal of {GOAL} × (idle {IDLE_GOAL} ×). Of an answer what counts is the"
        " processor's time in service and PostgreSQL, milliseconds: a busy neighbour does not spoil it."
    )
    if growth["failed"]:
        console.print(f"ended early: {growth['failed']}", highlight=False)


if __name__ == "__main__":
    main([])
