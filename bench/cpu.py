"""Processor time of a whole tree of processes. On full cores, time per operation tells what a busy neighbour cannot spoil.

Everything that the bench starts is below the bench, so one number covers load, service, worker and PostgreSQL alike.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from bench.processes import descendants

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


def tree_cpu_s(pid: int | None = None) -> float:
    """Return user and system seconds of `pid` (this process when absent), what is below it, and children that ended."""
    root = os.getpid() if pid is None else pid
    ticks = 0
    for one in (root, *descendants(root)):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(value) for value in fields[11:15])  # utime, stime, and both of children waited for
    return ticks / _TICKS_PER_S
