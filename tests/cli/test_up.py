"""`gerbang up` as people use it: one line when everything answers, the same data the next time, nothing left behind."""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gerbang import settings


class Up:
    """One `gerbang up --json` on its own data folder and ports."""

    def __init__(self, data: Path, port: int, sandbox_port: int, *flags: str) -> None:
        places = ["--data", str(data), "--port", str(port), "--sandbox-port", str(sandbox_port)]
        self.said = (data.parent / f"{data.name}.err").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gerbang", "up", "--json", *places, *flags],
            stdout=subprocess.PIPE,
            stderr=self.said,
            text=True,
            env=settings.child_environment({}),
        )

    def ready(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.stderr()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stderr(self) -> str:
        self.said.seek(0)
        return self.said.read()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        status = self.process.wait(30)
        assert self.process.stdout is not None
        assert self.process.stdout.read() == "", "stdout carries exactly one line"
        return status

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        name = self.said.name
        self.said.close()
        Path(name).unlink(missing_ok=True)


Start = Callable[..., Up]


@pytest.fixture
def start(data: Path, free_port: Callable[[], int]) -> Iterator[Start]:
    opened: list[Up] = []
    ports = free_port(), free_port()

    def begin(*flags: str, at: tuple[int, int] = ports) -> Up:
        opened.append(Up(data, *at, *flags))
        return opened[-1]

    yield begin
    for one in opened:
        one.end()


def left_behind(data: Path) -> list[str]:
    """Command lines of processes that still work on this folder, in it, or carry it in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (
                (folder / "cmdline").read_bytes()
                + (folder / "environ").read_bytes()
                + bytes((folder / "cwd").readlink())
            )
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if str(data).encode() in words and state != "Z" and int(folder.name) != os.getpid():
            found.append(words.decode(errors="replace")[:100])
    return found


def holders(password: str) -> list[str]:
    """The commands of the processes that have a password in their environment: whoever may read it there has it too."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if password.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().rstrip(b"\0").rpartition(b"\0")[2].decode())
    return sorted(found)


def answers(address: str) -> int:
    with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  our own address
        return int(answer.status)


def test_one_line_says_where_everything_answers_and_it_does(start: Start, data: Path) -> None:
    up = start()
    line = up.ready()
    assert line["event"] == "ready"
    assert {"api", "sandbox", "console", "shop", "docs", "demo"} <= set(line)
    assert {"customer", "operator", "admin", "api_key"} <= set(line["demo"])
    told = json.loads((data / "ready.json").read_text())  # for the commands that work beside it; nobody's password
    assert told == {name: one for name, one in line.items() if name != "demo"} | {"pid": up.process.pid}
    assert answers(f"{line['api']}/readyz") == 200
    assert answers(f"{line['sandbox']}/") == 200
    if sys.platform == "linux":
        passwords = json.loads((data / "postgres.json").read_text())
        assert holders(passwords["gerbang_owner"]) == holders(passwords["gerbang_app"]) == []
    assert up.stop() == 0
    assert not (data / "ready.json").exists()
    assert left_behind(data) == []


def test_a_second_up_goes_on_where_the_first_was(start: Start, data: Path) -> None:
    first = start()
    before = first.ready()
    first.stop(signal.SIGINT)
    second = start()
    assert second.ready()["demo"] == before["demo"]
    for name in ("demo.json", "ready.json", "root.key", "postgres.json"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600, name
    second.stop()


def test_after_kill_9_nothing_is_left_and_the_next_up_works(start: Start, data: Path) -> None:
    first = start()
    before = first.ready()
    first.process.kill()
    first.process.wait()
    deadline = time.monotonic() + 15
    while left_behind(data) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left_behind(data) == []
    second = start()
    assert second.ready()["demo"] == before["demo"]


def test_fresh_starts_with_nothing(start: Start) -> None:
    first = start()
    before = first.ready()
    body = b'{"shop": "lazada-uji-1"}'
    with urllib.request.urlopen(f"{before['sandbox']}/control/lazada/order", body, timeout=10) as answer:  # noqa: S310  our own address
        assert answer.status == 200
    first.stop()
    second = start("--fresh")
    after = second.ready()
    assert after["demo"]["api_key"] != before["demo"]["api_key"]
    with urllib.request.urlopen(f"{after['sandbox']}/control/lazada/orders", timeout=10) as answer:  # noqa: S310  our own address
        assert json.load(answer)["data"] == [], "a marketplace would send its old orders once more"
    second.stop()


def test_a_killed_database_comes_back_on_its_own(start: Start, data: Path) -> None:
    up = start()
    line = up.ready()
    pid_file = data / "postgres" / "cluster" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
    deadline = time.monotonic() + 20
    while "PostgreSQL ended" not in up.stderr() and time.monotonic() < deadline:
        time.sleep(0.1)
    while time.monotonic() < deadline:
        try:
            if answers(f"{line['api']}/readyz") == 200:
                break
        except OSError:
            time.sleep(0.2)
    assert answers(f"{line['api']}/readyz") == 200
    assert up.stop() == 0


def test_a_taken_port_is_said_with_the_cure(start: Start, free_port: Callable[[], int]) -> None:
    taken = free_port()
    with socket.create_server(("127.0.0.1", taken)):
        up = start(at=(taken, free_port()))
        assert up.process.wait(30) == 2
    assert f"Port {taken} on 127.0.0.1 is taken" in up.stderr()
    assert "gerbang up --port" in up.stderr()
    assert "Traceback" not in up.stderr()


def test_a_root_key_that_others_can_read_is_said_with_the_cure(start: Start, data: Path) -> None:
    (data / "root.key").write_text("somebody else reads this too")
    (data / "root.key").chmod(0o644)
    up = start()
    assert up.process.wait(60) == 2, up.stderr()
    said = up.stderr()
    assert f"{data / 'root.key'} can be used by other accounts." in said
    assert f"chmod 600 {data / 'root.key'}" in said
    assert "`gerbang prepare` ended with status 2; its words are above." in said


def test_a_second_up_on_the_same_data_is_refused(start: Start, free_port: Callable[[], int]) -> None:
    first = start()
    first.ready()
    second = start(at=(free_port(), free_port()))
    assert second.process.wait(30) == 2
    assert "Another gerbang" in second.stderr()
    assert first.stop() == 0
