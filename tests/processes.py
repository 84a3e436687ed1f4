"""Processes as /proc tells of them, for tests that stop or count them."""

import contextlib
from pathlib import Path


def family_of(pid: int) -> list[int]:
    """A process and all that descend from it, parents first."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found
