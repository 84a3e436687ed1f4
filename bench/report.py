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
    """Print one line per scenario."""
    table = Table(title="Gerbang beside PostgreSQL's own limit and the usual way (medians)", title_justify="left")
    for name in ("", "work", "Gerbang /s", "p50 ms", "p99 ms", "PostgreSQL /s", "ratio", "goal", "stretch"):
        table.add_column(name, justify="left" if name in {"", "work"} else "right", no_wrap=name != "work")
    for name in ("usual /s", "ratio", "goal", "stretch", "lag p99 ms", "verdict"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, one in scores.items():
        own_reference = one["reference"] if one["reference"] != one["naive_rate"] else None
        table.add_row(
            *(name, one["title"], _rate(one["rate"]), _ms(one["p50_ms"]), _ms(one["p99_ms"]), _rate(own_reference)),
            *(
                (_times(one["ratio"]), _times(one["goal"]), _times(one["stretch"]))
                if own_reference
                else ("–", "–", "–")
            ),
            *(_rate(one["naive_rate"]), _times(one["naive_ratio"])),
            *(_times(one["naive_goal"]), _times(one["naive_stretch"]), _ms(one["lag_p99_ms"]), _verdict(one)),
        )
    console.print(table)
    for name, one in scores.items():
        if one["no_score"]:
            console.print(f"[red]{name} has no score:[/] {one['no_score']}", markup=True)


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


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _verdict(one: Mapping[str, Any]) -> str:
    if one["no_score"]:
        return "[red]no score[/]"
    if one["meets_stretch"]:
        return "[green]stretch[/]"
    return "[green]goal[/]" if one["meets_goal"] else "[yellow]below[/]"
