"""Kill a process at its Nth write-type system call, from outside (F1). Needs strace; knows nothing of what the process does."""

import asyncio
import contextlib
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

CALLS: Final = "write,writev,sendto,sendmsg,fsync,fdatasync"


def is_here() -> bool:
    """Whether this machine has strace."""
    return shutil.which("strace") is not None


@contextlib.asynccontextmanager
async def _attached(pid: int, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    tracer = await asyncio.create_subprocess_exec(
        "strace",
        "-f",
        "-qq",
        "-p",
        str(pid),
        "-e",
        f"trace={CALLS}",
        *options,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            if _is_traced(pid) or tracer.returncode is not None:
                break
            await asyncio.sleep(0.01)
        yield tracer
    finally:
        if tracer.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                tracer.send_signal(signal.SIGINT)
        await tracer.wait()


def _is_traced(pid: int) -> bool:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return any(line.startswith("TracerPid:") and not line.endswith("\t0") for line in lines)
    return True


@contextlib.asynccontextmanager
async def counting(pid: int) -> AsyncIterator[list[int]]:
    """Count the calls made inside the block; the list holds the number afterwards."""
    found: list[int] = []
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as file:
        async with _attached(pid, "-o", file.name):
            yield found
        found.append(sum("(" in line for line in Path(file.name).read_text().splitlines()))


@contextlib.asynccontextmanager
async def killing_at(pid: int, number: int) -> AsyncIterator[None]:
    """Inside the block the process dies at its call of this number."""
    async with _attached(pid, "-o", "/dev/null", "-e", f"inject={CALLS}:signal=SIGKILL:when={number}"):
        yield
