"""Keeps child processes running: starts, watches, restarts with back-off, stops in order. Knows nothing of what they do."""

import asyncio
import http.client
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from gerbang.base.errors import Unavailable
from gerbang.base.service_manager import NotifySocket

_STEADY_S: Final = 20.0  # a child that ran this long starts its back-off anew
_LONGEST_PAUSE_S: Final = 15.0
_MISSING_PAUSE_S: Final = 300.0  # between tries of one that the others can do without
SILENT_S: Final = 55.0  # a child ends itself before that, if it can
_LOOK_S: Final = 0.02  # while they start
_HOPELESS: Final = 3  # deaths before the first sign of life, after which we give up


class ChildHopeless(Unavailable):
    """A child process dies again and again before it ever answers."""

    code = "child_hopeless"
    title = "A process does not start"


class Process(Protocol):
    """What `subprocess.Popen` and a launcher's child have in common."""

    pid: int

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""

    def terminate(self) -> None:
        """SIGTERM."""

    def kill(self) -> None:
        """SIGKILL; nothing when it is gone."""


@dataclass
class Child:
    """One process, which `begin` starts with an environment. `answers` is an address that tells when it is ready, or empty; one that `tells` says by itself when it is
    ready and, from then on, that it lives, as systemd's services do. Without one that is not `needed` the others go on.
    """

    name: str
    begin: Callable[[Mapping[str, str]], Process]
    environment: Mapping[str, str] = field(repr=False)
    answers: str = ""
    tells: bool = False
    needed: bool = True
    silent_s: float = SILENT_S
    notify_socket: NotifySocket | None = None
    process: Process | None = None
    started_at: float = 0.0
    deaths: int = 0
    was_ready: bool = False

    def start(self) -> None:
        """Start it, whether it ran before or not."""
        if self.notify_socket is not None:
            self.notify_socket.close()
        self.notify_socket = NotifySocket() if self.tells else None
        said_where = (
            {"NOTIFY_SOCKET": self.notify_socket.address, "WATCHDOG_USEC": f"{self.silent_s * 1e6:.0f}"}
            if self.notify_socket
            else {}
        )
        self.process = self.begin(_without_manager(self.environment) | said_where)
        self.started_at = monotonic()

    @property
    def status(self) -> int | None:
        """None while it runs, else its exit status."""
        return self.process.poll() if self.process else -1

    @property
    def is_missing(self) -> bool:
        """Whether it never came up, and died so often that nobody waits for it any more."""
        return not self.was_ready and self.deaths >= _HOPELESS

    @property
    def is_silent(self) -> bool:
        """Whether one that says that it lives has not for too long: it holds still so thoroughly that it does not even end itself."""
        return self.notify_socket is not None and self.notify_socket.silent_s() > self.silent_s

    def kill(self) -> None:
        """SIGKILL; nothing when it is gone."""
        if self.process is not None:
            self.process.kill()

    def pause_s(self) -> float:
        """How long to wait before the next start; a steady run is forgiven."""
        if monotonic() - self.started_at > _STEADY_S:
            self.deaths = 0
        self.deaths += 1
        return min(0.2 * 2.0 ** (self.deaths - 1), _MISSING_PAUSE_S if self.is_missing else _LONGEST_PAUSE_S)


class Supervisor:
    """A set of children that live until `stop`; `say` takes one line for people."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self._children = children
        self._say = say
        self._stopping = False

    def start(self) -> None:
        """Start all of them at once."""
        for child in self._children:
            child.start()

    async def ready(self, timeout_s: float) -> None:
        """Return when every child with an address answers, or is missing that need not be there; raises ChildHopeless."""
        deadline = monotonic() + timeout_s
        for child in self._children:
            while not (child.is_missing and not child.needed) and not await _is_ready(child):
                if monotonic() > deadline:
                    raise ChildHopeless(f"{child.name} did not answer within {timeout_s:.0f} s.")
                await asyncio.sleep(_LOOK_S)
            child.was_ready = not child.is_missing

    async def watch(self) -> None:
        """Restart whoever dies, and say so; runs until cancelled. Raises ChildHopeless for one that never came up."""
        await first_of(*(self._keep(child) for child in self._children))

    async def _keep(self, child: Child) -> None:
        while not self._stopping:
            if child.process is None or child.status is None:
                await asyncio.sleep(0.1)
                if child.is_silent:
                    self._say(f"{child.name} has said nothing for {child.silent_s:.0f} s; it is killed")
                    child.kill()
                    await _ended(child)
                continue
            status, pause_s = child.status, child.pause_s()
            if child.is_missing and child.needed:
                raise ChildHopeless(
                    f"{child.name} ended {child.deaths} times with status {status}; its words are above."
                )
            again = f", the {child.deaths}. time in a row" if child.deaths > 1 else ""
            self._say(f"{child.name} ended with status {status}{again}; starting it again in {pause_s:.1f} s")
            if child.deaths == _HOPELESS and child.is_missing:
                self._say(f"{child.name} is missing: it does not start, and its words above say why; the others go on")
            await asyncio.sleep(pause_s)
            child.start()

    async def stop(self, patience_s: float) -> None:
        """SIGTERM to all, then SIGKILL to who is still there after the patience; returns when none is left."""
        self._stopping = True
        running = [child.process for child in self._children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = monotonic() + patience_s
        while any(process.poll() is None for process in running):
            if monotonic() > deadline:
                for process in running:
                    process.kill()
                deadline = float("inf")
            await asyncio.sleep(0.02)
        for child in self._children:
            if child.notify_socket is not None:
                child.notify_socket.close()


async def first_of(*work: Coroutine[Any, Any, object]) -> None:
    """Run all at once until the first ends, cancel the others, and raise what the first raised."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _ended(child: Child) -> None:
    while child.status is None:
        await asyncio.sleep(0.02)


async def _is_ready(child: Child) -> bool:
    if child.notify_socket is not None and not child.notify_socket.is_ready():
        return False
    return not child.answers or await asyncio.to_thread(_answers, child.answers)


def _without_manager(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what our own service manager told us: a child is not its service."""
    return {
        name: value
        for name, value in environment.items()
        if name not in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
    }


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=2)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
