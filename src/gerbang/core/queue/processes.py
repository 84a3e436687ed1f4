"""Which worker processes there are and whether they make progress: each says so itself, and the API tells who asks (R57)."""

import asyncio
import contextlib
import os
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from gerbang.base import ids, watchdog
from gerbang.base.db import Database
from gerbang.base.errors import GerbangError
from gerbang.base.polling import poll
from gerbang.core.queue import process_store as store
from gerbang.core.queue import stranded_jobs
from gerbang.core.queue.stranded_jobs import Stranded

log = structlog.get_logger()
EVERY_S: Final = 2.0
SILENT_S: Final = 10.0
_START_S: Final = 20.0  # a worker that is started together with us may take so long
KIND: Final = "work"


class Heartbeat:
    """What one process says of itself. `stuck` are the lanes that do not move, and for how many seconds; `open_breakers` are the connections
    that it does not ask now.
    """

    def __init__(
        self,
        db: Database,
        kind: str,
        stuck: Callable[[], Mapping[str, float]],
        *,
        open_breakers: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._db = db
        self._id = ids.new()
        self._kind = kind
        self._stuck = stuck
        self._open_breakers = open_breakers

    async def run(self, stop: asyncio.Event) -> None:
        """Say it every two seconds until `stop` is set, and then that this process is gone."""
        await self._try(self._bury)
        while not stop.is_set():
            watchdog.beat()
            await self._try(self._beat)
            await _pause(stop, EVERY_S)
        await self._try(self._leave)

    async def _try(self, say: Callable[[], Awaitable[None]]) -> None:
        try:
            await say()
        except GerbangError as error:
            log.warning("processes.not_told", code=error.code)
        except Exception:  # a sign of life that cannot be given must not end the life
            log.exception("processes.not_told")

    async def _beat(self) -> None:
        stuck = ", ".join(f"{lane} for {seconds:.0f} s" for lane, seconds in self._stuck().items())
        async with self._db.transaction() as tx:
            await store.beat(
                tx, self._id, self._kind, socket.gethostname(), os.getpid(), stuck, sorted(self._open_breakers())
            )

    async def _bury(self) -> None:
        """Those of this machine whose process is no more: we may be the one that was started in its place."""
        async with self._db.transaction() as tx:
            known = await store.on_host(tx, socket.gethostname())
            await store.forget(tx, [row["id"] for row in known if not _lives(row["pid"])])

    async def _leave(self) -> None:
        async with self._db.transaction() as tx:
            await store.forget(tx, [self._id])


@dataclass(frozen=True, slots=True)
class Seen:
    """A worker as it last said it was."""

    host: str
    pid: int
    silent_s: float
    stuck: str
    open_breakers: Sequence[str] = ()

    @property
    def state(self) -> str:
        """`working`, `stuck` or `silent`."""
        return "silent" if self.silent_s > SILENT_S else "stuck" if self.stuck else "working"

    @property
    def why(self) -> str:
        """For people who run this: what is wrong with it."""
        if self.state == "silent":
            return f"Worker {self.host}/{self.pid} has not been heard of for {self.silent_s:.0f} s."
        return f"Worker {self.host}/{self.pid} stands still: {self.stuck}." if self.stuck else ""


async def workers(db: Database) -> Sequence[Seen]:
    """The worker processes as they are now. Raises DatabaseUnavailable."""
    async with db.reading() as tx:
        return [Seen(**row) for row in await store.of_kind(tx, KIND)]


class Workers:
    """The view of an API process on the workers, read every two seconds."""

    def __init__(
        self, db: Database, kinds: Collection[str] = (), *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._db = db
        self._monotonic = monotonic
        self._since = monotonic()
        self._seen: Sequence[Seen] | None = None
        self._kinds = kinds
        self._stranded = Stranded()

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set; while the database does not answer, the last view stays."""
        await poll(stop, EVERY_S, self.look, failed="processes.not_read")

    async def look(self) -> None:
        """Read now who works, and what nobody will run. Raises DatabaseUnavailable."""
        self._seen = await workers(self._db)
        self._stranded = await stranded_jobs.look(self._db, self._kinds)

    async def cause(self) -> str | None:
        """Why nothing is worked on: every worker is stuck or silent, or there is none. Another that works is enough."""
        if self._seen is None or self.counts()["working"] or self._monotonic() - self._since < _START_S:
            return None
        for one in self._seen:
            if one.state == "stuck":
                return one.why
        if self._seen:
            return f"No worker has been heard of for {min(one.silent_s for one in self._seen):.0f} s."
        return "No worker is running."

    async def notice(self) -> str | None:
        """Which workers stand still or are not heard of while others work: what they hold waits until somebody takes it over."""
        return "; ".join(one.why for one in self._seen or () if one.state != "working") or None

    async def jobs_notice(self) -> str | None:
        """Which jobs nobody will run; `gerbang doctor` says what mends it."""
        return "; ".join(what for what, _ in self._stranded.lines()) or None

    def open_breakers(self) -> Collection[str]:
        """The connections that some worker does not ask now, because their providers do not answer it."""
        return {id_ for one in self._seen or () if one.state != "silent" for id_ in one.open_breakers}

    def jobs(self) -> Mapping[str, float]:
        """How many jobs nobody will run: parked, and of unknown kinds."""
        return self._stranded.counts()

    def counts(self) -> Mapping[str, float]:
        """How many workers are working, stuck, silent."""
        found = Counter(one.state for one in self._seen or ())
        return {state: float(found[state]) for state in ("working", "stuck", "silent")}


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
