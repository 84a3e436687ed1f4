"""A view that is read again and again until it is told to stop: a loop that a failure does not end."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from gerbang.base import watchdog
from gerbang.base.errors import GerbangError

log = structlog.get_logger()
_BEAT_S: Final = 5.0


async def poll(
    stop: asyncio.Event,
    every_s: float,
    read: Callable[[], Awaitable[object]],
    *,
    failed: str,
    beat_s: float = _BEAT_S,
) -> None:
    """Read until `stop` is set, with a pause of `every_s` seconds, in which the watchdog hears each `beat_s`; `failed` is the log line of a reading that
    failed, which is no end.
    """
    while not stop.is_set():
        watchdog.beat()
        try:
            await read()
        except GerbangError as error:
            log.warning(failed, code=error.code)
        except Exception:  # one reading that fails in a way nobody thought of must not end the process
            log.exception(failed)
        await _pause(stop, every_s, beat_s)


async def _pause(stop: asyncio.Event, pause_s: float, beat_s: float) -> None:
    """Until it is over or `stop` is set. Who waits on purpose is not stuck, so the watchdog hears of it."""
    ends = time.monotonic() + pause_s
    while not stop.is_set() and (left_s := ends - time.monotonic()) > 0:
        watchdog.beat()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(left_s, beat_s))
