"""The supervisor with real child processes: restarts, gives up on the hopeless, leaves nothing behind."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gerbang.cli.supervisor import Child, ChildHopeless, Supervisor, first_of

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def python(program: str) -> "Callable[[Mapping[str, str]], subprocess.Popen[bytes]]":
    """What starts a program of its own, in the place of a launcher's child."""
    return lambda environment: subprocess.Popen((sys.executable, "-c", program), env=environment)


def child(name: str, program: str, answers: str = "") -> Child:
    return Child(name, python(program), ENVIRONMENT, answers)


async def until(condition: Callable[[], bool], within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        await asyncio.sleep(0.02)


def works(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def ignores(pid: int, asked: signal.Signals) -> bool:
    told = Path(f"/proc/{pid}/status").read_text().partition("SigIgn:")[2].split()[0]
    return bool(int(told, 16) >> (asked - 1) & 1)


async def test_who_dies_is_started_again_and_it_is_said() -> None:
    said: list[str] = []
    sleeper = child("sleeper", "import time; time.sleep(60)")
    supervisor = Supervisor([sleeper], said.append)
    supervisor.start()
    await supervisor.ready(5)
    watching = asyncio.create_task(supervisor.watch())
    first = sleeper.process
    assert first is not None
    first.kill()
    await until(lambda: sleeper.process is not first and sleeper.status is None)
    assert said == ["sleeper ended with status -9; starting it again in 0.2 s"]
    watching.cancel()
    await supervisor.stop(5)
    assert sleeper.status == -signal.SIGTERM


TELLS = "import os, socket, time; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); time.sleep(0.5); \
s.sendto(b'READY=1', os.environ['NOTIFY_SOCKET']); time.sleep(60)"


async def test_who_tells_is_ready_when_it_says_so_and_killed_when_it_says_nothing_more() -> None:
    """R57."""
    said: list[str] = []
    teller = Child("teller", python(TELLS), ENVIRONMENT, tells=True, silent_s=4)
    supervisor = Supervisor([teller], said.append)
    begun = time.monotonic()
    supervisor.start()
    await supervisor.ready(10)
    assert time.monotonic() - begun >= 0.5
    watching = asyncio.create_task(supervisor.watch())
    await until(lambda: len(said) == 2)
    assert said[0] == "teller has said nothing for 4 s; it is killed"
    assert said[1].startswith("teller ended with status -9")
    watching.cancel()
    await supervisor.stop(5)


async def test_who_tells_and_never_says_that_it_is_ready_is_given_up() -> None:
    supervisor = Supervisor([Child("work", python("raise SystemExit(1)"), ENVIRONMENT, tells=True)], lambda _line: None)
    supervisor.start()
    with pytest.raises(ChildHopeless, match="work ended 3 times with status 1"):
        await asyncio.wait_for(asyncio.gather(supervisor.watch(), supervisor.ready(20)), 20)
    await supervisor.stop(1)


async def test_who_never_comes_up_is_given_up_with_its_status() -> None:
    supervisor = Supervisor([child("broken", "raise SystemExit(7)", "http://127.0.0.1:9/")], lambda _line: None)
    supervisor.start()
    with pytest.raises(ChildHopeless, match="broken ended 3 times with status 7"):
        await asyncio.wait_for(supervisor.watch(), 20)
    await supervisor.stop(1)


async def test_without_one_that_is_not_needed_the_others_go_on_and_it_is_tried_again_ever_more_seldom() -> None:
    said: list[str] = []
    broken = child("broken", "raise SystemExit(2)", "http://127.0.0.1:9/")
    broken.needed = False
    others = child("others", "import time; time.sleep(60)")
    supervisor = Supervisor([broken, others], said.append)
    supervisor.start()
    watching = asyncio.create_task(supervisor.watch())
    await supervisor.ready(20)
    await until(lambda: broken.deaths >= 4)
    assert not watching.done()
    assert others.status is None
    assert said[3] == "broken is missing: it does not start, and its words above say why; the others go on"
    assert "the 4. time in a row; starting it again in 1.6 s" in said[4]
    watching.cancel()
    await supervisor.stop(5)


async def test_ready_waits_for_an_answer(free_port: Callable[[], int]) -> None:
    port = free_port()
    program = f"import time, http.server as h; time.sleep(0.5); h.test(h.SimpleHTTPRequestHandler, port={port}, bind='127.0.0.1')"
    supervisor = Supervisor([child("web", program, f"http://127.0.0.1:{port}/")], lambda _line: None)
    begun = time.monotonic()
    supervisor.start()
    await supervisor.ready(20)
    assert time.monotonic() - begun >= 0.5
    await supervisor.stop(5)


async def test_ready_gives_up_in_time(free_port: Callable[[], int]) -> None:
    mute = child("mute", "import time; time.sleep(60)", f"http://127.0.0.1:{free_port()}/")
    supervisor = Supervisor([mute], lambda _line: None)
    supervisor.start()
    with pytest.raises(ChildHopeless, match="mute did not answer"):
        await supervisor.ready(0.3)
    await supervisor.stop(5)


async def test_who_ignores_the_polite_request_is_killed_after_the_patience() -> None:
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    deaf = child("deaf", program)
    supervisor = Supervisor([deaf], lambda _line: None)
    supervisor.start()
    process = deaf.process
    assert process is not None
    await until(lambda: ignores(process.pid, signal.SIGTERM))
    await supervisor.stop(0.3)
    assert deaf.status == -signal.SIGKILL
    assert not works(process.pid)


async def test_the_first_to_end_cancels_the_others_and_its_error_is_raised() -> None:
    cancelled: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append("waits")
            raise

    async def fails() -> None:
        await asyncio.sleep(0.01)
        raise ChildHopeless("no")

    with pytest.raises(ChildHopeless, match="no"):
        await first_of(waits(), fails())
    assert cancelled == ["waits"]
