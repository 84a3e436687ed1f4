"""How a process tells its service manager that it is ready, and that it lives: sd_notify(3) of systemd, over a datagram socket.

Who tells when, and what follows from silence, is the caller's business.
"""

import contextlib
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass
from typing import Final

_STEP_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """`address` is a path, or an abstract socket as @name; empty when nobody asked. `patience_s` is how long it waits for a sign of life
    before it kills us, 0 when it does not.
    """

    address: str = ""
    patience_s: float = 0.0

    def tell(self, *words: str) -> None:
        """Send words like READY=1; a manager that does not listen is no reason to fail or to wait."""
        if not self.address:
            return
        place = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.setblocking(False)
            channel.sendto("\n".join(words).encode(), place)


class NotifySocket:
    """The manager's side, for one process: a socket of its own at `address`."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="gerbang-")
        self.address = f"{self._folder}/notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._socket.setblocking(False)
        self._ready = False
        self._silent_s = 0.0
        self._asked_at = time.monotonic()

    def is_ready(self) -> bool:
        """Whether the process has said READY=1."""
        self._listen()
        return self._ready

    def silent_s(self) -> float:
        """For how many seconds nothing was said, from its start on at first, as far as we were awake: call it at least once a second.

        What we missed counts as one such second: whoever pauses us has, as a rule, paused the other too.
        """
        now = time.monotonic()
        self._silent_s += min(now - self._asked_at, _STEP_S)
        self._asked_at = now
        self._listen()
        return self._silent_s

    def close(self) -> None:
        """Give the address up."""
        self._socket.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while said := self._socket.recv(4096):
                self._silent_s = 0.0
                self._ready = self._ready or b"READY=1" in said.split(b"\n")
