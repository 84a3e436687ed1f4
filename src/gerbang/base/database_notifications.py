"""A hint between processes that there is work: PostgreSQL's NOTIFY. It may get lost; whoever listens also looks by itself.

Outside business transactions and at most fifty times a second, because NOTIFY takes a lock of the whole database at commit.
"""

import asyncio
import contextlib
from typing import Final

import structlog

from gerbang.base.db import Database
from gerbang.base.errors import Unavailable

log = structlog.get_logger()
EVERY_S: Final = 0.02
_AGAIN_S: Final = 1.0


class NotifyChannel:
    """One channel. `ring` where something was committed, `listen` and `wait` where it is worked on; `rings` counts what was heard."""

    def __init__(self, db: Database, channel: str) -> None:
        self._db = db
        self._channel = channel
        self._pending = False
        self._notifying: asyncio.Task[None] | None = None
        self.notified = 0
        self._heard = asyncio.Event()

    def notify(self) -> None:
        """Tell every listener; what is notified within the next moment is told together."""
        self._pending = True
        if self._notifying is None:
            self._notifying = asyncio.create_task(self._tell())

    async def listen(self, stop: asyncio.Event) -> None:
        """Hear the channel until `stop`; a broken connection is opened again."""
        while not stop.is_set():
            with contextlib.suppress(Unavailable):
                async with self._db.listening(self._channel, self._hear) as broken:
                    await _first(stop, broken)
            if not stop.is_set():
                log.warning("notify.not_listening", channel=self._channel)
                await _within(stop, _AGAIN_S)

    async def wait(self, stop: asyncio.Event, seconds: float, *, since: int) -> None:
        """Until there are more rings than `since`, `stop` is set, or so many seconds have passed."""
        if self.notified == since:
            self._heard.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await _first(stop, self._heard)

    def _hear(self) -> None:
        self.notified += 1
        self._heard.set()

    async def _tell(self) -> None:
        try:
            while self._pending:
                self._pending = False
                with contextlib.suppress(Unavailable):
                    async with self._db.autocommit() as tx:
                        await tx.execute("SELECT pg_notify($1, '')", self._channel)
                await asyncio.sleep(EVERY_S)
        finally:
            self._notifying = None


async def _first(*events: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def _within(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
