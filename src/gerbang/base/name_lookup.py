"""Looking names up on threads of their own: a name server that hangs holds up nobody who uses the loop's common threads."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from gerbang.base.batching import Shared

THREADS: Final = 16
Lookup = Callable[[str], Sequence[str]]  # blocking: the addresses of a name; raises OSError


class NameLookup:
    """Addresses of names. Whoever asks for the same name at the same moment shares one answer; nothing is remembered after it."""

    def __init__(self, lookup: Lookup | None = None) -> None:
        self._lookup = lookup or system_lookup
        self._threads: ThreadPoolExecutor | None = None
        self._asked: Shared[str, Sequence[str]] = Shared()

    async def addresses(self, name: str) -> Sequence[str]:
        """All addresses of a name, in the system's order of preference. Raises OSError when there are none."""
        return await self._asked.run(name, lambda: self._ask(name))

    async def _ask(self, name: str) -> Sequence[str]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="names")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._lookup, name)

    def close(self) -> None:
        """Let the threads go; one that still waits for a name server ends by itself."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None


def system_lookup(name: str) -> Sequence[str]:
    """As the system finds it: its hosts file, then its name servers. An address of a neighbour keeps its zone, for which it is refused later."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label of no length, or of too great a one
        raise OSError("not a name") from error
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
