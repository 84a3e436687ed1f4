"""Child processes that cannot outlive their parent, even where it is killed with -9. Starting and restarting them is the caller's business.

On Linux the kernel sends the signal when the parent dies. Elsewhere a small process beside each child looks every half second whether the
parent is still there; this file is its program.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Final

# What a program needs of its surroundings; keys and tokens that stand there are for other programs.
_NEEDED: Final = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "TERM",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "TEMP",
        "TMP",
        "VIRTUAL_ENV",
        "LD_LIBRARY_PATH",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "NO_COLOR",
        "COLUMNS",
    }
)
_NEEDED_BEGINNINGS: Final = ("LC_", "PYTHON", "XDG_")
_SET_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG, prctl(2)
_LOOK_S: Final = 0.5
_watchers: Final[list["subprocess.Popen[bytes]"]] = []


def needed(environment: Mapping[str, str]) -> dict[str, str]:
    """Of an environment no more than any program needs."""
    return {
        name: value for name, value in environment.items() if name in _NEEDED or name.startswith(_NEEDED_BEGINNINGS)
    }


def die_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` after which the kernel sends `how` to the child when the starting thread's process is gone."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def before_exec() -> None:
        prctl(_SET_PARENT_DEATH_SIGNAL, int(how))
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return before_exec


def follow(child: int, how: signal.Signals) -> None:
    """Call it for a child that has just been started: it is seen to where the kernel does not."""
    if sys.platform != "linux":
        start_watcher(child, how)


def start_watcher(child: int, how: signal.Signals) -> None:
    """Start the process that sends `how` to the child once we are gone, and that ends with the child."""
    _watchers[:] = [one for one in _watchers if one.poll() is None]
    command = (sys.executable, "-I", __file__, str(os.getpid()), str(child), str(int(how)))
    _watchers.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True))  # noqa: S603  our own program


def watch(parent: int, child: int, how: int) -> None:
    """Look until either is gone."""
    with contextlib.suppress(ProcessLookupError):
        while os.getppid() == parent:
            os.kill(child, 0)
            time.sleep(_LOOK_S)
        os.kill(child, how)


if __name__ == "__main__":
    watch(*map(int, sys.argv[1:]))
