"""The scores as a table for people and as bench/results/latest.json for programs. Decides nothing."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

LATEST: Final = Path(__file__).parent / "results" / "latest.json"


def show(scores: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    """Print one line per comparison, then latencies, then why there is no score where there is none."""
    table = Table(title="Gerbang beside PostgreSQL and the usual way, medians", title_justify="left")
    for name in ("", "against", "Gerbang /s", "theirs /s", "ratio", "goal", "stretch", ""):
        table.add_column(name, justify="left" if name in {"", "against"} else "right", no_wrap=True)
    for name, one in scores.items():
        if one["reference"] is not None and one["reference"] != one["naive_rate"]:
            against = (one["measured_by"], one["rate"], one["reference"], one["ratio"], one["goal"], one["stretch"])
            table.add_row(name, *_cells(*against))
        if one["naive_rate"] is not None:
            goals = (one["naive_goal"], one["naive_stretch"])
            table.add_row(name, *_cells("usual way", one["rate"], one["naive_rate"], one["naive_ratio"], *goals))
    console.print(table)
    for name, one in scores.items():
        console.print(f"{name} {one['title']}: {_times_taken(one)}", highlight=False)
    console.print(
        "CPU: processor time per operation of all that takes part; busy neighbours change it less than rates."
        " Gerbang's own: serve, work and PostgreSQL, without the load and without whoever plays the provider."
    )


def _cells(
    against: str, rate: float | None, theirs: float, ratio: float | None, goal: float | None, stretch: float | None
) -> tuple[str, ...]:
    shown = (_rate(rate), _rate(theirs), _times(ratio), _times(goal), _times(stretch))
    return against, *shown, _verdict(ratio, goal, stretch)


def _times_taken(one: Mapping[str, Any]) -> str:
    if one["no_score"]:
        return f"NO SCORE, {one['no_score']}"
    parts = [
        f"{label} {one[name]:.1f} ms"
        for label, name in (("p50", "p50_ms"), ("p95", "p95_ms"), ("p99", "p99_ms"), ("lag p99", "lag_p99_ms"))
        if one[name] is not None
    ]
    if one["cpu_us"] is not None:
        shares = ", ".join(f"{part} {spent:.0f}" for part, spent in one["cpu_parts_us"].items())
        parts.append(f"CPU {one['cpu_us']:.0f} µs ({shares})")
        parts.append(f"{one['per_core']:,.0f} a second for each core of Gerbang's own")
    if one["reference_cpu_us"] is not None:
        parts.append(f"{one['measured_by']}'s CPU {one['reference_cpu_us']:.0f} µs")
    if one["lag_goal_ms"] is not None:
        parts.append(f"goal of the lag {one['lag_goal_ms']:.0f} ms, stretch {one['lag_stretch_ms']:.0f} ms")
    if one["p95_goal_ms"] is not None:
        parts.append(f"goal of p95 {one['p95_goal_ms']:.0f} ms")
    return ", ".join(parts) or "no single requests here"


def as_document(scores: Mapping[str, Mapping[str, Any]], seconds: float, rounds: int) -> dict[str, Any]:
    """Return the scores with where and how they were taken under `about`."""
    about = {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "seconds": seconds,
        "rounds": rounds,
        "durability": "fsync=on synchronous_commit=on full_page_writes=on",
    }
    return {**scores, "about": about}


def save(document: Mapping[str, Any], path: Path = LATEST) -> None:
    """Write the document; scenarios of an earlier run that were not measured now stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    earlier = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**earlier, **document}, indent=2) + "\n")


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _times(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}×"


def _verdict(ratio: float | None, goal: float | None, stretch: float | None) -> str:
    if goal is None or stretch is None:
        return ""
    if ratio is None:
        return "[red]no score[/]"
    if ratio >= stretch:
        return "[green]stretch[/]"
    return "[green]goal[/]" if ratio >= goal else "[yellow]below[/]"
