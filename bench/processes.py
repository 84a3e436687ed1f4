"""Child processes of the bench: started, waited for, and ended with us. What they run stands with each side."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import IO, Final

from gerbang.base.child_processes import die_with_parent
from gerbang.cli import ports

_ROOT: Final = Path(__file__).parent.parent
_READY_S: Final = 90.0
_STOP_S: Final = 15.0


class ChildFailed(Exception):
    """A child ended or never answered; the message carries its last words."""


class ChildProcess:
    """One running command. Its output goes to `log`."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.name = name
        self.log = log
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def last_words(self) -> str:
        """Return the end of what it wrote."""
        return self.log.read_text(errors="replace")[-2_000:]

    async def answering(self, port: int, path: str) -> None:
        """Return when a GET of `path` gets a status below 400 there. Raises ChildFailed."""
        deadline = monotonic() + _READY_S
        while not await asyncio.to_thread(_answers, port, path):
            if self._process.poll() is not None or monotonic() > deadline:
                raise ChildFailed(f"{self.name} does not answer on port {port}: {self.last_words()}")
            await asyncio.sleep(0.05)

    async def ended(self) -> None:
        """Return when it has ended by itself. Raises ChildFailed unless it ended well."""
        while (status := self._process.poll()) is None:
            await asyncio.sleep(0.05)
        if status:
            raise ChildFailed(f"{self.name} ended with status {status}: {self.last_words()}")

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL for one that does not listen."""
        if self._process.poll() is None:
            self._process.terminate()
            deadline = monotonic() + _STOP_S
            while self._process.poll() is None and monotonic() < deadline:
                await asyncio.sleep(0.02)
        self.kill()

    def kill(self) -> None:
        """SIGKILL at once."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


@contextlib.asynccontextmanager
async def child(
    name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> AsyncIterator[ChildProcess]:
    """Run `python -m command…` from the checkout for the length of the block."""
    log = folder / f"{name}.log"
    with log.open("ab") as output:
        process = _start(command, environment, output)
    running = ChildProcess(name, process, log)
    try:
        yield running
    finally:
        await running.stop()


def _start(command: Sequence[str], environment: Mapping[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=_ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one prctl call, nothing that could deadlock
    )


def descendants(pid: int) -> list[int]:
    """Return the ids of every process below `pid`, as /proc tells it now."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, left = [], [pid]
    while left:
        below = parents.get(left.pop(), [])
        found += below
        left += below
    return found


def free_port() -> int:
    """A port that stays free until a child listens there."""
    return ports.free_port()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
