"""Child processes that cannot outlive their parent. Starting and restarting them is the caller's business.

On Linux the kernel sends the signal when the parent dies, even by kill -9; elsewhere a parent must end its children itself.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

_SET_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG, prctl(2)


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
