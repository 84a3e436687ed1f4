"""How long somebody waits: a limit for what must be answered, and how little more is waited by whoever has waited in vain.

A process that stood still itself blames nobody: when the time is up, what has arrived meanwhile is taken first.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextvars import ContextVar
from typing import Final

GRACE_S: Final = 0.1
_AGAIN_S: Final = 0.2
_VAIN_S: Final = 2.0  # for so long what was waited for in vain counts as gone


class Waits:
    """The waits of one request. Several in a row must not add up (R53): after one in vain, the next are short."""

    __slots__ = ("_in_vain_at",)

    def __init__(self) -> None:
        self._in_vain_at = float("-inf")

    def note(self) -> None:
        """One was in vain."""
        self._in_vain_at = asyncio.get_running_loop().time()

    def allowed(self, wait_s: float) -> float:
        """Seconds that the next may take."""
        recently = asyncio.get_running_loop().time() - self._in_vain_at < _VAIN_S
        return min(wait_s, _AGAIN_S) if recently else wait_s


WAITS: Final[ContextVar[Waits | None]] = ContextVar("waits", default=None)


def allowed(wait_s: float) -> float:
    """Seconds that this request may wait now, of `wait_s` at most."""
    waits = WAITS.get()
    return wait_s if waits is None else waits.allowed(wait_s)


def note_in_vain() -> None:
    """This request has waited in vain."""
    waits = WAITS.get()
    if waits is not None:
        waits.note()


@contextlib.asynccontextmanager
async def at_most(wait_s: float | None) -> AsyncIterator[None]:
    """The block ends after `wait_s` seconds with TimeoutError, and is noted as waited in vain; None: no limit."""
    if wait_s is None:
        yield
        return
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(None) as limit:
            timer = loop.call_later(allowed(wait_s), lambda: limit.reschedule(loop.time() + GRACE_S))
            try:
                yield
            finally:
                timer.cancel()
    except TimeoutError:
        note_in_vain()
        raise
