"""A process that loads the program once and forks the others from it: each then starts at once, and shares what was loaded.

It is asked over a socket, by lines of JSON (cli/launcher.py is the other side): a request is {"number", "words", "environment"}, the answers are
{"number", "pid"} and, when that one has ended, {"pid", "status"}. What a child is given stands in no environment that others can read in /proc.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gerbang.base.child_processes import die_with_parent, follow
from gerbang.settings import replace_environment

_READ: Final = 65_536


@dataclass(frozen=True, slots=True)
class _Request:
    number: int
    words: Sequence[str]
    environment: Mapping[str, str]


def _load() -> None:
    """Everything that a process imports before its first step. What starts a thread or opens a file must not be here: we fork."""
    from gerbang.cli import demo, migrate, prepare, process, sandbox, serve, work  # noqa: F401  loaded for the forks
    from gerbang.cli.process import loading

    with loading():
        from gerbang import app  # noqa: F401  loaded for the forks
        from gerbang.base.http_connections import tls_context
    tls_context(None)  # all certificates of this machine, once and not in each fork: 26 ms, a megabyte
    gc.collect()
    gc.freeze()  # a child that looks for cycles must not write into, and so copy, what all share


def _become_child(control: socket.socket, woken: "_Woken") -> Sequence[str]:
    """Fork a child for each request. Returns in a child only, with its words; ends the process when the other side is gone."""
    for request in _requests(control, woken):
        before = die_with_parent(signal.SIGTERM)
        if pid := os.fork():
            follow(pid, signal.SIGTERM)
            _say(control, {"number": request.number, "pid": pid})
            continue
        if before is not None:
            before()
        os.setsid()  # Ctrl-C reaches `up` alone
        woken.forget()
        control.close()
        replace_environment(request.environment)
        return request.words
    sys.exit()  # the kernel ends our children


class _Woken:
    """A socket that is readable when a child has ended."""

    def __init__(self) -> None:
        self.socket, self._wake = socket.socketpair()
        for one in (self.socket, self._wake):
            one.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def forget(self) -> None:
        """Be as a process that was just started."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.socket.close()
        self._wake.close()


def _requests(control: socket.socket, woken: _Woken) -> Iterator[_Request]:
    heard = b""
    while True:
        readable, _, _ = select.select([control, woken.socket], [], [])
        if woken.socket in readable:
            woken.socket.recv(_READ)
            for pid, status in _ended():
                _say(control, {"pid": pid, "status": status})
        if control in readable:
            said = control.recv(_READ)
            if not said:
                return
            *lines, heard = (heard + said).split(b"\n")
            yield from (_Request(**json.loads(line)) for line in lines)


def _ended() -> Iterator[tuple[int, int]]:
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found[0], os.waitstatus_to_exitcode(found[1])


def _say(control: socket.socket, answer: Mapping[str, int]) -> None:
    with contextlib.suppress(OSError):  # nobody is there any more: the next read tells
        control.sendall(json.dumps(answer).encode() + b"\n")


def main() -> None:
    """Load, fork, and be `gerbang WORDS` in each child."""
    from setproctitle import setproctitle

    # The first call finds where the title stands; it could not once the environment was changed.
    setproctitle("gerbang fork-server")
    control = socket.socket(fileno=int(sys.argv[1]))
    woken = _Woken()
    _load()
    words = _become_child(control, woken)
    setproctitle(" ".join(("gerbang", *words)))
    sys.argv[1:] = words
    from gerbang.cli import main as run_command

    run_command()


if __name__ == "__main__":
    main()
