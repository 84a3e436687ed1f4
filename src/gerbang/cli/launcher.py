"""The side of `up` of a fork server (cli/fork_server.py): asks it for processes, hears how they end, and starts it again when it died."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from gerbang.base.child_processes import die_with_parent, follow
from gerbang.settings import child_environment

_READ: Final = 65_536
_LOOK_S: Final = 0.02


class Launcher:
    """Starts `gerbang WORDS` as forks of one loaded process, and that process again when it died."""

    def __init__(self, data: str) -> None:
        """`data` is told in its environment, as in every process of ours, so that people can tell whose it is."""
        self._data = data
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._heard = b""
        self._count = 0
        self._asked: dict[int, Launched] = {}  # those that have not ended, by the number of their request

    def load(self) -> None:
        """Begin to load, when it is not there; returns at once."""
        if self._process is not None and self._process.poll() is None:
            return
        self.receive()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own module
                (sys.executable, "-m", "gerbang.cli.fork_server", str(theirs.fileno())),
                # SPT_NOENV: setproctitle leaves the environment where it is, or nobody could read whose process this is.
                env=child_environment({"data": self._data}) | {"SPT_NOENV": "1"},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr.fileno(),
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  one prctl call, nothing that could deadlock
            )
        follow(self._process.pid, signal.SIGTERM)
        self._control.setblocking(False)

    def start(self, words: Sequence[str], environment: Mapping[str, str]) -> "Launched":
        """Ask for a process; it runs as soon as everything is loaded."""
        self.load()
        self._count += 1
        self._asked[self._count] = asked = Launched(self)
        request = {"number": self._count, "words": list(words), "environment": dict(environment)}
        if self._control is not None:
            self._control.setblocking(True)
            with contextlib.suppress(OSError):  # it died: `receive` tells
                self._control.sendall(json.dumps(request).encode() + b"\n")
            self._control.setblocking(False)
        return asked

    def starting(self, *words: str) -> "partial[Launched]":
        """`start` of these words, for a supervisor that knows the environment only."""
        return partial(self.start, words)

    def receive(self) -> None:
        """Take in what it has said since."""
        if self._control is None:
            return
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while said := self._control.recv(_READ):
                self._heard += said
            self._lost()
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            self._note(json.loads(line))

    def forget(self, launched: "Launched") -> None:
        """Who asked for it does not want it any more; it is ended should it begin to run."""
        self._asked = {number: one for number, one in self._asked.items() if one is not launched}

    def close(self) -> None:
        """Let it go, and with it whoever of its children still runs; returns when it has ended."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def _note(self, said: Mapping[str, int]) -> None:
        if "number" in said:
            if asked := self._asked.get(said["number"]):
                asked.pid = said["pid"]
            else:
                _send(said["pid"], signal.SIGTERM)
            return
        for number, one in list(self._asked.items()):
            if one.pid == said["pid"]:
                one.returncode = said["status"]
                del self._asked[number]

    def _lost(self) -> None:
        """It has ended: its children are ended by the kernel (`die_with_parent`), and nobody will tell us their status."""
        assert self._control is not None
        assert self._process is not None
        self._control.close()
        self._control = None
        status = self._process.wait()
        for one in self._asked.values():
            one.orphan_status = -signal.SIGTERM if one.pid else status
        self._asked.clear()


class Launched:
    """A process that a launcher started; `pid` is 0 until it runs. Asked as `subprocess.Popen` is."""

    def __init__(self, launcher: Launcher) -> None:
        self.pid = 0
        self.returncode: int | None = None
        self.orphan_status: int | None = None  # what to say of it once it is gone, when its launcher went first
        self._launcher = launcher

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        self._launcher.receive()
        if self.returncode is None and self.orphan_status is not None and not _runs(self.pid):
            self.returncode = self.orphan_status
        return self.returncode

    async def ended(self) -> int:
        """Its exit status, once it has ended."""
        while (status := self.poll()) is None:
            await asyncio.sleep(_LOOK_S)
        return status

    def terminate(self) -> None:
        """SIGTERM."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.poll() is not None:
            return
        if self.pid:
            _send(self.pid, how)
        else:
            self.returncode = -how
            self._launcher.forget(self)


def _send(pid: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)


def _runs(pid: int) -> bool:
    if pid == 0:
        return False
    with contextlib.suppress(
        ChildProcessError
    ):  # ours only where we inherit orphans, as the first process of a container does
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
