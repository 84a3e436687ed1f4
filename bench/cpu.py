"""Processor time of a whole tree of processes, by what they are. On full cores, time per operation tells what a busy neighbour cannot spoil.

Everything that the bench starts is below the bench, so the parts cover load, service, worker, PostgreSQL and whoever plays the outside.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bench.processes import descendants

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
LOAD: Final = "load"
POSTGRESQL: Final = "PostgreSQL"
SERVE: Final = "serve"
WORK: Final = "work"
OUTSIDE: Final = "outside"
OWN: Final = (POSTGRESQL, SERVE, WORK)
_SIGNS: Final = (
    (b"postgres", POSTGRESQL),
    (b"bench.ours\0serve", SERVE),
    (b"bench.ours\0work", WORK),
    (b"bench.provider", OUTSIDE),
    (b"gerbang\0sandbox", OUTSIDE),
)


def tree_cpu_s() -> dict[str, float]:
    """Return user and system seconds by part: this process, what is below it, and children that ended."""
    root = os.getpid()
    ticks: Counter[str] = Counter()
    for one in (root, *descendants(root)):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            spent = sum(int(value) for value in fields[11:15])  # utime, stime, and both of children waited for
            ticks[LOAD if one == root else _part(Path(f"/proc/{one}/cmdline").read_bytes())] += spent
    return {part: count / _TICKS_PER_S for part, count in ticks.items()}


def spent_us(before_s: Mapping[str, float], count: int) -> dict[str, float]:
    """Return microseconds by part for each of `count` operations since `before_s` was taken."""
    now_s = tree_cpu_s()
    return {part: 1e6 * (now_s[part] - before_s.get(part, 0.0)) / max(1, count) for part in now_s}


def _part(command: bytes) -> str:
    return next((part for sign, part in _SIGNS if sign in command), "others")
