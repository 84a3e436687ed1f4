"""What a scenario gets from one side in one round, and the judgement that a lost or doubled row ends it. No measuring here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.load.closed import Round, percentile


class NoScore(Exception):
    """Something acknowledged is missing or doubled, or a request was refused: this run has no number."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one side: `rate` per second, latencies in milliseconds, lag from sending to the commit of the effect.

    `cpu_us` is processor time per operation, by part (bench/cpu.py).
    """

    rate: float
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    lag_p50_ms: float | None = None
    lag_p99_ms: float | None = None
    cpu_us: Mapping[str, float] = field(default_factory=dict)


def sample_of(result: Round) -> Sample:
    """Return a round of requests as a sample. Raises NoScore when any was refused or never answered."""
    if result.refused:
        raise NoScore(f"{len(result.refused)} requests were refused, the first with {result.refused[0][1]}")
    if result.unanswered:
        raise NoScore(f"{len(result.unanswered)} requests were never answered")
    p50, p95, p99 = (1000 * percentile(result.latencies_s, share) for share in (0.50, 0.95, 0.99))
    return Sample(result.rate, p50, p95, p99, cpu_us=result.cpu_us)


def once_each(what: str, acknowledged: Iterable[str], stored: Iterable[str]) -> None:
    """Compare what was acknowledged with what is there. Raises NoScore naming the first that is missing or doubled."""
    wanted, found = set(acknowledged), Counter(stored)
    missing = sorted(wanted - found.keys())
    doubled = sorted(one for one, times in found.items() if times > 1)
    if missing or doubled:
        first = (missing or doubled)[0]
        raise NoScore(f"{what}: {len(missing)} acknowledged and missing, {len(doubled)} doubled, for one {first}")
