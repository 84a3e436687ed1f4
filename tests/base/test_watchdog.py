"""The watchdog: what does not move is seen, said with its place, and ended with 70; what moves is left alone (R57)."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gerbang.base.service_manager import NotifySocket, ServiceManager
from gerbang.base.watchdog import STUCK, Limits, Watchdog, beat, watched

QUICK = Limits(stuck_s=1.0, end_s=2.0, spare_s=2.0)
# A process as cli/process.py makes one, with shorter limits; the first argument says what it does when it has begun.
PROGRAM = """
import asyncio, re, signal, sys
from gerbang import settings
from gerbang.base import log
from gerbang.base.watchdog import Limits, Watchdog, watched
from gerbang.cli.process import on_the_loop

async def spins():
    while True:
        pass

async def holds_the_interpreter():
    re.match("(a+)+$", "a" * 64 + "b")

async def waits_for_nobody():
    await watched("lane", asyncio.Event().wait)

async def works():
    await DOG.stop.wait()

async def main(dog):
    dog.ready()
    print("begun", flush=True)
    await {f.__name__: f for f in (spins, holds_the_interpreter, waits_for_nobody, works)}[sys.argv[1]]()

log.set_up("warning")
DOG = Watchdog(1.0, settings.service_manager(), Limits(float(sys.argv[2]), float(sys.argv[3]), 2.0))
on_the_loop(DOG, main)
"""


def started(
    what: str, stuck_s: float, end_s: float, environment: Mapping[str, str] = os.environ
) -> "subprocess.Popen[str]":
    command = (sys.executable, "-c", PROGRAM, what, str(stuck_s), str(end_s))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, what it wrote, and what it told its service manager."""

    status: int
    said: str
    told: Sequence[bytes]


STANDING_STILL = {
    "spins": 2.0,
    "waits_for_nobody": 2.0,
    "holds_the_interpreter": 0.5,
    "spins and is asked to end": 60.0,
    "works and is paused": 1.0,
}
PAUSED, LONG_S = "works and is paused", 4.5  # longer than all that a process may stand still


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Ended]:
    """Processes that stand still in several ways, side by side, and how each ended."""
    ears, processes, begun = {}, {}, time.monotonic()
    for name, end_s in STANDING_STILL.items():
        ears[name] = ear_at(str(tmp_path_factory.mktemp("notify_socket") / "notify"))
        said_where = {"NOTIFY_SOCKET": ears[name].getsockname(), "WATCHDOG_USEC": "5000000"}
        processes[name] = started(name.partition(" ")[0], 1.0, end_s, {**os.environ, **said_where})
    processes["spins and is asked to end"].send_signal(signal.SIGTERM)
    paused = processes[PAUSED]
    paused.send_signal(signal.SIGSTOP)
    found = {}
    for name, process in processes.items():
        if name == PAUSED:
            time.sleep(max(0.0, begun + LONG_S - time.monotonic()))
            process.send_signal(signal.SIGCONT)
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
        found[name] = Ended(process.returncode, said, list(heard(ears[name])))
        ears[name].close()
    return found


def ear_at(place: str) -> socket.socket:
    notify_socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify_socket.bind(place)
    notify_socket.settimeout(10)
    return notify_socket


def heard(notify_socket: socket.socket) -> Iterator[bytes]:
    """What waits at a socket."""
    notify_socket.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            yield notify_socket.recv(100)


@pytest.mark.parametrize(("what", "place"), [("spins", "in spins"), ("waits_for_nobody", "in waits_for_nobody")])
def test_a_process_that_makes_no_progress_ends_with_70_and_says_where_it_was(
    ends: Mapping[str, Ended], what: str, place: str
) -> None:
    assert ends[what].status == STUCK
    assert "watchdog.stuck" in ends[what].said
    assert "watchdog.end" in ends[what].said
    assert place in ends[what].said


def test_a_process_whose_interpreter_is_held_ends_too(ends: Mapping[str, Ended]) -> None:
    assert ends["holds_the_interpreter"].status == -signal.SIGPROF
    assert "in holds_the_interpreter" in ends["holds_the_interpreter"].said


def test_a_process_that_was_paused_as_a_whole_goes_on(ends: Mapping[str, Ended]) -> None:
    """A machine that slept, a frozen container, SIGSTOP: time that passed for nobody is no time in which nothing moved."""
    assert (ends[PAUSED].status, ends[PAUSED].said) == (0, "")


def test_a_loop_that_spins_ends_when_it_is_asked_to(ends: Mapping[str, Ended]) -> None:
    assert ends["spins and is asked to end"].status == STUCK
    assert "asked to stop" in ends["spins and is asked to end"].said


def test_a_service_that_stands_still_gives_no_sign_of_life(ends: Mapping[str, Ended]) -> None:
    assert ends["spins"].told == [b"READY=1"]


async def test_a_lane_that_beats_is_left_alone_and_one_that_does_not_is_named() -> None:
    ended: list[int] = []
    dog = Watchdog(limits=QUICK, end=ended.append)

    async def beats() -> None:
        while True:
            beat()
            await asyncio.sleep(0.1)

    async def hangs() -> None:
        await asyncio.Event().wait()

    with dog.watching():
        tasks = [
            asyncio.create_task(watched("quick", beats)),
            asyncio.create_task(watched("slow", hangs, fatal=False)),
        ]
        await asyncio.sleep(3.5)
        assert list(dog.stuck()) == ["slow"]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert ended == [], "a lane that may stand still ends no process"


# ── the service manager ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_a_service_says_that_it_is_ready_that_it_lives_and_that_it_stops(kind: str, tmp_path: Path) -> None:
    """Paused meanwhile for longer than it may stand still: a process that was paused has not been stuck."""
    if kind == "abstract" and sys.platform != "linux":
        pytest.skip("NOT TESTED HERE: abstract sockets exist on Linux only")
    place = f"@gerbang-test-{os.getpid()}" if kind == "abstract" else str(tmp_path / "notify")
    notify_socket = ear_at(place.replace("@", "\0", 1))
    process = started("works", 1.5, 2.5, {**os.environ, "NOTIFY_SOCKET": place, "WATCHDOG_USEC": "3000000"})
    told = [notify_socket.recv(100), notify_socket.recv(100)]
    process.send_signal(signal.SIGSTOP)
    time.sleep(3)
    process.send_signal(signal.SIGCONT)
    told.append(notify_socket.recv(100))
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    told += heard(notify_socket)
    notify_socket.close()
    assert process.returncode == 0
    assert "watchdog.stuck" not in said
    assert told[0] == b"READY=1"
    assert told[-1] == b"STOPPING=1"
    assert set(told[1:-1]) == {b"WATCHDOG=1"}


def test_a_manager_that_does_not_listen_is_no_reason_to_fail(tmp_path: Path) -> None:
    ServiceManager(str(tmp_path / "nobody")).tell("READY=1")
    ServiceManager().tell("READY=1")


def test_a_notify_socket_hears_one_process() -> None:
    notify_socket = NotifySocket()
    assert not notify_socket.is_ready()
    ServiceManager(notify_socket.address).tell("READY=1", "STATUS=at work")
    assert notify_socket.is_ready()
    assert notify_socket.silent_s() < 5
    time.sleep(1.5)
    assert 1.0 <= notify_socket.silent_s() < 1.4  # whoever does not ask may have been paused, and the process with him
    notify_socket.close()
    ServiceManager(notify_socket.address).tell("WATCHDOG=1")
