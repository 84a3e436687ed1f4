"""Whether the ports that `up` wants are free, said with the cure before anything starts."""

import asyncio
import contextlib
import socket
from random import SystemRandom
from time import monotonic
from typing import Final

from gerbang.base.errors import Conflict
from gerbang.base.listening import refuse_unbindable
from gerbang.settings import Settings

# Linux gives ports from 32768 to outgoing connections, others from 49152: one of those may be gone before it is listened on.
_NEVER_HANDED_OUT: Final = range(20_000, 32_768)
_PATIENCE_S: Final = 3.0  # what a killed predecessor may need to let go


class PortTaken(Conflict):
    """Something else listens where we want to."""

    code = "port_taken"
    title = "The port is taken"


async def refuse_taken(settings: Settings) -> None:
    """Raise PortTaken for a port that stays taken for a few seconds, CannotListen for what cannot be listened on at all."""
    deadline = monotonic() + _PATIENCE_S
    for flag, host, port in (
        ("--port", settings.host, settings.port),
        ("--sandbox-port", "127.0.0.1", settings.sandbox_port),
    ):
        named = ("GERBANG_HOST", f"GERBANG_{flag.removeprefix('--').replace('-', '_').upper()}")
        with contextlib.suppress(OSError):
            refuse_unbindable(host, port, named=named)
        while not _free(host, port):
            if monotonic() > deadline:
                raise PortTaken(
                    f"Port {port} on {host} is taken by another program.",
                    hint=f"Stop that program, or choose another port: gerbang up {flag} {free_port()}",
                )
            await asyncio.sleep(0.1)


def free_port() -> int:
    """A port on 127.0.0.1 that nothing listens on now, and that no outgoing connection will be given until somebody listens there."""
    while not _free("127.0.0.1", port := SystemRandom().choice(_NEVER_HANDED_OUT)):
        pass
    return port


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe, contextlib.suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return True
    return False
