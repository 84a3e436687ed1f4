"""A hint between processes that there is work: PostgreSQL's NOTIFY. It may get lost; whoever listens also looks by itself.

Outside business transactions and at most fifty times a second, because NOTIFY takes a lock of the whole database at commit.
"""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Final

import structlog

from gerbang.base.db import Database
from gerbang.base.errors import Unavailable

log = structlog.get_logger()
EVERY_S: Final = 0.02
_AGAIN_S: Final = 1.0
_BETWEEN: Final = ","


class NotifyChannel:
    """One channel. `notify` where something was committed, `listen` and `wait` where it is worked on.

    What is told may have a topic: who waits for one is not woken by the others. `heard(topic)` counts.
    """

    def __init__(self, db: Database, channel: str) -> None:
        self._db = db
        self._channel = channel
        self._untold: set[str] = set()
        self._notifying: asyncio.Task[None] | None = None
        self._counts: Counter[str] = Counter()
        self._wakes: dict[str, asyncio.Event] = {}
        self._calls: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)

    def notify(self, topic: str = "") -> None:
        """Tell every listener; what is notified within the next moment is told together."""
        self._untold.add(topic)
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

    def subscribe(self, topic: str, call: Callable[[], None]) -> None:
        """Call this whenever something of the topic is told."""
        self._calls[topic].append(call)

    def tell_here(self, topic: str) -> None:
        """Tell it in this process alone: where whoever committed something works on it too."""
        self._counts[topic] += 1
        if topic in self._wakes:
            self._wakes[topic].set()
        for call in self._calls.get(topic, ()):
            call()

    def heard(self, topic: str = "") -> int:
        """How often something of this topic was told so far."""
        return self._counts[topic]

    async def wait(self, stop: asyncio.Event, seconds: float, *, since: int, topic: str = "") -> None:
        """Until more was told of the topic than `since`, `stop` is set, or so many seconds have passed."""
        if self._counts[topic] == since:
            wake = self._wakes.setdefault(topic, asyncio.Event())
            wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await _first(stop, wake)

    def _hear(self, payload: str) -> None:
        for topic in payload.split(_BETWEEN):
            self.tell_here(topic)

    async def _tell(self) -> None:
        try:
            while self._untold:
                payload = _BETWEEN.join(sorted(self._untold))
                self._untold.clear()
                with contextlib.suppress(Unavailable):
                    async with self._db.autocommit() as tx:
                        await tx.execute("SELECT pg_notify($1, $2)", self._channel, payload)
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
