"""What Gerbang costs when nothing happens, and what it adds to a payment: start time, idle memory, own overhead at 50 a second.

`python -m bench.footprint`; `make bench` runs it after the scenarios. Throughput is bench/run.py's matter.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from rich.console import Console

from bench import cluster, judging, ours, report
from bench.load import shots
from bench.load.closed import Plan, percentile
from bench.load.paced import fire_on_beat
from bench.processes import ChildFailed, child, descendants, free_port
from bench.sides import NoScore, sample_of
from gerbang.base import log

_ROOT: Final = Path(__file__).parent.parent
_RATE: Final = 50.0
_IDLE_AFTER_S: Final = 5.0
_START_LIMIT_S: Final = 120.0
_GOALS: Final[dict[str, dict[str, float]]] = {
    "create_overhead": {"goal_p50_ms": 8, "goal_p99_ms": 25, "stretch_p50_ms": 4, "stretch_p99_ms": 12},
    "up": {"goal_s": 5, "stretch_s": 3},
    "memory": {"goal_mb": 400, "stretch_mb": 300},
}


@dataclass(frozen=True, slots=True)
class Up:
    """A running `make up`: its first process and how long it took until it said that it is ready."""

    pid: int
    ready_s: float


async def create_overhead(seconds: float = 10.0) -> dict[str, Any]:
    """Return latencies of creating a payment on a beat of 50 a second, against a provider that answers at once.

    The provider's own answer (well below a millisecond) is in them, so the overhead is at most this.
    """
    provider_port = free_port()
    provider = ("bench.provider.server", "--port", str(provider_port))
    async with (
        cluster.running() as server,
        child("provider", provider, {}, server.folder),
        ours.running(server, provider_port) as gerbang,
        gerbang.workers(),
    ):
        await _beat(gerbang, 3.0)  # caches fill, as they are in a service that has been up for a while
        return await _beat(gerbang, seconds)


async def _beat(gerbang: ours.Gerbang, seconds: float) -> dict[str, Any]:
    await ours.clear(gerbang.cluster)
    keys = [secrets.token_hex(12) for _ in range(int(_RATE * seconds))]
    extra = {"method_options": {"bank": "BCA"}, "connection": ours.CONNECTION}
    wanted = shots.creates(gerbang.api_key, keys, extra)
    plan = Plan(gerbang.port, 16, seconds, keep_bodies=True)
    result = await asyncio.to_thread(fire_on_beat, plan, wanted, _RATE)
    sample_of(result)
    made = [json.loads(result.bodies[key])["id"] for key in result.acknowledged]
    await judging.every_creation_kept(gerbang.cluster, made, result.acknowledged)
    p50_ms, p99_ms = (1000 * percentile(result.latencies_s, share) for share in (0.50, 0.99))
    return {"p50_ms": p50_ms, "p99_ms": p99_ms, "payments": len(made), **_GOALS["create_overhead"]}


async def up_and_memory() -> dict[str, dict[str, Any]]:
    """Return start times of `make up` (on an empty folder, then on the same data) and the memory of all processes at rest."""
    folder = Path(tempfile.mkdtemp(prefix="gerbang-bench-up-"))
    folder.chmod(0o711)
    try:
        async with _up(folder) as first:
            pass
        async with _up(folder) as again:
            await asyncio.sleep(_IDLE_AFTER_S)
            pids = [again.pid, *descendants(again.pid)]
            memory = {"pss_mb": _memory_mb(pids, "Pss"), "rss_mb": _memory_mb(pids, "Rss"), "processes": len(pids)}
    finally:
        shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    start = {"first_s": first.ready_s, "again_s": again.ready_s, **_GOALS["up"]}
    return {"up": start, "memory": {**memory, **_GOALS["memory"]}}


@contextlib.asynccontextmanager
async def _up(folder: Path) -> AsyncIterator[Up]:
    arguments = f"--json --data {folder} --port {free_port()} --sandbox-port {free_port()}"
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        *("make", "up", f"ARGS={arguments}"),
        cwd=_ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        await asyncio.wait_for(_ready_line(process), _START_LIMIT_S)
        yield Up(process.pid, perf_counter() - began)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)  # make becomes gerbang by exec, or hands the signal on
        await asyncio.wait_for(process.wait(), 60)


async def _ready_line(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None, "asked for above"
    async for line in process.stdout:
        with contextlib.suppress(ValueError):
            said = json.loads(line)
            if isinstance(said, dict) and said.get("event") == "ready":
                return
    raise ChildFailed("`make up` ended without saying that it is ready")


def _memory_mb(pids: list[int], kind: str) -> float:
    """Return the sum over processes in MB; Pss counts a page shared by n processes as one n-th for each."""
    total_kb = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith(f"{kind}:"):
                    total_kb += int(line.split()[1])
    return total_kb / 1000


def show(found: dict[str, dict[str, Any]], console: Console) -> None:
    """Print three lines."""
    create, up, memory = found["create_overhead"], found["up"], found["memory"]
    lines = [
        f"create at 50/s: p50 {create['p50_ms']:.1f} ms (goal 8), p99 {create['p99_ms']:.1f} ms (goal 25)"
        if "p50_ms" in create
        else f"create at 50/s: NO SCORE, {create['no_score']}",
        f"make up: {up['first_s']:.1f} s on an empty folder, {up['again_s']:.1f} s again (goal 5)",
        f"idle memory: {memory['pss_mb']:.0f} MB (PSS; RSS {memory['rss_mb']:.0f}) of {memory['processes']} processes (goal 400)",
    ]
    for line in lines:
        console.print(line, highlight=False)


async def measure() -> dict[str, dict[str, Any]]:
    """Return all three, as they stand in the results."""
    try:
        create = await create_overhead()
    except NoScore as reason:
        create = {"no_score": str(reason), **_GOALS["create_overhead"]}
    return {"create_overhead": create, **await up_and_memory()}


def main() -> None:
    """Measure, print, save."""
    log.set_up("warning", as_json=False)
    found = asyncio.run(measure())
    show(found, Console())
    report.save(found)


if __name__ == "__main__":
    main()
