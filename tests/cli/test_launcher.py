"""One loaded process and its forks: they are `gerbang WORDS` like any other, and end as others do."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gerbang.cli.launcher import Launched, Launcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    opened = Launcher(str(tmp_path_factory.mktemp("launcher")))
    yield opened
    opened.close()


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Of a sandbox that waits for a database which never answers."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"postgresql://nobody:told-over-the-socket@127.0.0.1:{mute.getsockname()[1]}/none"
        yield {
            "GERBANG_DATA": str(tmp_path),
            "GERBANG_SANDBOX": "true",
            "GERBANG_DATABASE_URL": address,
            "GERBANG_DATABASE_OWNER_URL": address,
        }


async def until(condition: Callable[[], bool], within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        await asyncio.sleep(0.02)


async def ended(process: Launched) -> int:
    await until(lambda: process.poll() is not None)
    assert process.returncode is not None
    return process.returncode


async def running(process: Launched) -> int:
    await until(lambda: process.poll() is None and process.pid > 0)
    return process.pid


def told(pid: int, what: str) -> bytes:
    return Path(f"/proc/{pid}/{what}").read_bytes()


def works(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


async def test_a_child_runs_its_command_with_its_own_environment_and_ends_with_its_status(launcher: Launcher) -> None:
    assert await ended(launcher.start(("--version",), {})) == 0
    assert await ended(launcher.start(("config", "--no-such"), {})) != 0
    assert await ended(launcher.start(("config", "show"), {"GERBANG_PORT": "not a port"})) == 2


async def test_it_is_called_by_its_command_and_what_it_was_told_stands_in_no_environment_that_others_read(
    launcher: Launcher, environment: dict[str, str]
) -> None:
    process = launcher.start(("sandbox",), environment)
    pid = await running(process)
    await until(lambda: told(pid, "cmdline").rstrip(b"\0") == b"gerbang sandbox")
    assert b"told-over-the-socket" not in told(pid, "environ")
    assert b"GERBANG_DATA=" in told(pid, "environ"), "nobody could say whose process it is"
    process.kill()
    assert await ended(process) == -signal.SIGKILL
    assert not works(pid)


async def test_who_is_not_wanted_any_more_before_it_runs_never_runs(
    launcher: Launcher, environment: dict[str, str]
) -> None:
    launcher.load()
    assert launcher._process is not None
    launcher._process.send_signal(signal.SIGSTOP)  # whoever is quick would run it before it is called off
    process = launcher.start(("sandbox",), environment)
    process.terminate()
    assert process.poll() == -signal.SIGTERM
    launcher._process.send_signal(signal.SIGCONT)
    assert await ended(launcher.start(("--version",), {})) == 0, "the next one was asked for later, and has run"
    await until(lambda: not _called(b"sandbox", environment["GERBANG_DATA"]))


async def test_when_it_is_killed_its_children_end_and_it_is_started_again(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    launcher = Launcher(str(tmp_path))
    process = launcher.start(("sandbox",), environment)
    pid = await running(process)
    os.kill(_parent(pid), signal.SIGKILL)
    assert await ended(process) == -signal.SIGTERM
    assert not works(pid)
    assert await ended(launcher.start(("--version",), {})) == 0
    launcher.close()


async def test_when_it_cannot_load_its_children_have_ended_with_its_status(tmp_path: Path) -> None:
    launcher = Launcher(str(tmp_path))
    process = launcher.start(("--version",), {})
    os.kill(_called(b"fork_server", str(tmp_path))[0], signal.SIGSEGV)  # as a broken library would
    assert await ended(process) == -signal.SIGSEGV
    launcher.close()


async def test_children_end_when_who_asked_for_them_is_killed(tmp_path: Path, environment: dict[str, str]) -> None:
    program = (
        "import json, sys, time\n"
        "from gerbang.cli.launcher import Launcher\n"
        f"process = Launcher({str(tmp_path)!r}).start(('sandbox',), json.loads(sys.argv[1]))\n"
        "while process.poll() is None and not process.pid: time.sleep(0.02)\n"
        "print(process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, json.dumps(environment)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        orphan = int(await asyncio.to_thread(parent.stdout.readline))
        assert works(orphan)
        os.kill(parent.pid, signal.SIGKILL)
    await until(lambda: not works(orphan))


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _called(command: bytes, data: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if command in (folder / "cmdline").read_bytes() and data.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found
