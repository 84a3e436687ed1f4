"""Rounds become scores: medians, ratios, and whether a goal is met. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from statistics import median
from typing import Any

from bench.cpu import OWN
from bench.goals import Goal
from bench.reference import Reference
from bench.sides import Sample


@dataclass(slots=True)
class Rounds:
    """What was measured of one scenario; `no_score` says why there is none."""

    reference: list[Reference] = field(default_factory=list)
    naive: list[Sample] = field(default_factory=list)
    ours: list[Sample] = field(default_factory=list)
    no_score: str = ""


def score(goal: Goal, rounds: Rounds) -> dict[str, Any]:
    """Return one entry of the results: rates per second, ratios of medians, times in milliseconds."""
    rate = _median(rounds.ours, lambda one: one.rate) if not rounds.no_score else None
    naive = _median(rounds.naive, lambda one: one.rate)
    limit = median(one.rate for one in rounds.reference) if rounds.reference else None
    against_naive_only = goal.ratio is None
    entry: dict[str, Any] = {
        "title": goal.title,
        "compared_with": goal.compared_with,
        "measured_by": rounds.reference[0].tool if rounds.reference else None,
        "rate": rate,
        "reference": naive if against_naive_only else limit,
        "ratio": _ratio(rate, naive if against_naive_only else limit),
        "goal": goal.naive_ratio if against_naive_only else goal.ratio,
        "stretch": goal.naive_stretch if against_naive_only else goal.stretch,
        "naive_rate": naive,
        "naive_ratio": _ratio(rate, naive),
        "naive_goal": goal.naive_ratio,
        "naive_stretch": goal.naive_stretch,
        "lag_goal_ms": goal.lag_p99_ms,
        "lag_stretch_ms": goal.lag_stretch_ms,
        "p95_goal_ms": goal.p95_ms,
        "no_score": rounds.no_score or None,
    }
    for name in ("p50_ms", "p95_ms", "p99_ms", "lag_p50_ms", "lag_p99_ms"):
        entry[name] = None if rounds.no_score else _median(rounds.ours, attrgetter(name))
        entry[f"naive_{name}"] = _median(rounds.naive, attrgetter(name))
    parts = {} if rounds.no_score else _parts(rounds.ours)
    own_us = sum(parts.get(part, 0.0) for part in OWN)
    entry["cpu_us"] = sum(parts.values()) or None
    entry["cpu_parts_us"] = parts
    entry["per_core"] = 1e6 / own_us if own_us else None
    entry["reference_cpu_us"] = median(one.cpu_us for one in rounds.reference) if rounds.reference else None
    entry["rounds"] = {
        "reference": [round(one.rate, 1) for one in rounds.reference],
        "naive": [round(one.rate, 1) for one in rounds.naive],
        "ours": [round(one.rate, 1) for one in rounds.ours],
    }
    entry["meets_goal"] = meets(entry, "goal")
    entry["meets_stretch"] = meets(entry, "stretch")
    return entry


def meets(entry: dict[str, Any], which: str) -> bool:
    """Return whether every multiple, the lag and the time at p95 of `which` (goal or stretch) are reached; never without a score."""
    if entry["rate"] is None:
        return False
    lag = entry["lag_goal_ms" if which == "goal" else "lag_stretch_ms"]
    wanted = [(entry["ratio"], entry[which]), (entry["naive_ratio"], entry[f"naive_{which}"])]
    return (
        all(one is not None and one >= least for one, least in wanted if least is not None)
        and (lag is None or entry["lag_p99_ms"] <= lag)
        and (entry["p95_goal_ms"] is None or entry["p95_ms"] <= entry["p95_goal_ms"])
    )


def _median(samples: Sequence[Sample], value: Callable[[Sample], float | None]) -> float | None:
    values = [one for one in map(value, samples) if one is not None]
    return median(values) if values else None


def _parts(samples: Sequence[Sample]) -> dict[str, float]:
    """The median processor time of each part that took any."""
    names = dict.fromkeys(part for one in samples for part in one.cpu_us)
    found = {name: median(one.cpu_us.get(name, 0.0) for one in samples) for name in names}
    return {name: spent for name, spent in found.items() if spent >= 1}


def _ratio(rate: float | None, reference: float | None) -> float | None:
    return rate / reference if rate is not None and reference else None
