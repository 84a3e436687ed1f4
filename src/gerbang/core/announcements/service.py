"""Announcing in the cause's transaction, and taking announcements in order with a durable cursor."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Row, Tx, columns, tell_when_committed
from gerbang.base.errors import Unavailable
from gerbang.base.statement_batch import Writer
from gerbang.base.watchdog import beat
from gerbang.core.announcements import store
from gerbang.core.announcements.horizon import Horizon
from gerbang.core.announcements.model import NO_OBJECT, Announcement, object_of

log = structlog.get_logger()
BATCH: Final = 200
TOPIC: Final = "announcements"
IDLE_S: Final = 0.1
LOOK_S: Final = 0.5  # where others say that something was announced: one of them may not be heard
SMALL: Final = 100
MOST_TRIES: Final = 5
_NOBODY: Final = UUID(int=0)


async def announce(tx: Writer, announcements: Sequence[Announcement]) -> None:
    """Add announcements in the transaction that made them true; they are taken in the order given here."""
    if announcements:
        fresh = ids.several(len(announcements))
        rows = [
            (a.id or id_, a.type, *(a.object or NO_OBJECT), a.sequence, dict(a.data), a.made_at)
            for a, id_ in zip(announcements, fresh, strict=True)
        ]
        if any(
            a.object is not None and a.sequence is None for a in announcements
        ):  # each number drawn is a lock: one order for all
            rows.sort(key=lambda row: (row[2] or "", row[3] or _NOBODY))
        await store.add(tx, columns(rows, 7))
        for type_ in {a.type for a in announcements}:
            for topic in (TOPIC, _topic(type_.partition(".")[0]), _topic(type_)):
                tell_when_committed(topic)


def _topic(types: str) -> str:
    """What is told when something of this type, or of any that begins so, was announced."""
    return f"{TOPIC}:{types}"


class _TakenByAnother(Exception):
    """Another process took these announcements: nothing is written here."""


class AnnouncementConsumer:
    """A durable consumer: what `take` writes and the cursor's move are one transaction, so each is taken exactly once.

    `types` are the announcements it wants: `payment.paid`, or `refund.*` for all that begin so. What it does not want is passed over in the
    database. One that only looks at the objects again takes them without `data`, which nobody then writes, sends or decodes. `taken` is called
    after each batch that was taken, for whoever works on what it made. What comes bit by bit is let gather for `idle_s()`; where nothing comes it looks less
    and less often, and at once when it is woken.
    """

    def __init__(
        self,
        db: Database,
        name: str,
        take: Callable[[Tx, Sequence[Announcement]], Awaitable[None]],
        *,
        types: Sequence[str] = ("*",),
        data: bool = True,
        taken: Callable[[], None] = lambda: None,
        idle_s: Callable[[], float] = lambda: IDLE_S,
    ) -> None:
        self.name = name
        self._taken = taken
        self._idle_s = idle_s
        self._woken = asyncio.Event()
        self._is_told = False
        self._has_taken = False
        self._db = db
        self._take = take
        self._data = data
        self._types = [type_ for type_ in types if not type_.endswith("*")]
        self._prefixes = [type_[:-1] for type_ in types if type_.endswith("*")]
        self._horizon = Horizon()

    @property
    def topics(self) -> frozenset[str]:
        """What it is to be woken by."""
        some = {_topic(type_) for type_ in (*self._types, *(prefix.rstrip(".") for prefix in self._prefixes))}
        return frozenset({TOPIC} if "" in self._prefixes else some)

    def wake(self) -> None:
        """Something was announced, and is committed."""
        self._is_told = True
        self._woken.set()

    async def prepare(self) -> None:
        """Make the cursor."""
        async with self._db.transaction() as tx:
            await store.make_cursor(tx, self.name)

    async def run_once(self, most: int = BATCH) -> int:
        """Read one batch and take what is wanted of it; returns how many were read (0: nothing new, or another process is at it)."""
        self._has_taken = False
        try:
            async with self._db.transaction() as tx:
                rows = await self._next(tx, most)
                if not rows:
                    return 0
                last = rows[-1]
                wanted = [announcement_of(row) for row in (rows if last["wanted"] else rows[:-1])]
                if wanted:
                    await self._take(tx, wanted)
                await self._move(tx, last, is_idle=not wanted)
        except _TakenByAnother:
            return 0
        if wanted:
            self._has_taken = True
            self._taken()
        return int(last["read"])

    async def _move(self, tx: Tx, last: Row, *, is_idle: bool = False) -> None:
        """Raises _TakenByAnother where the cursor is not any more where it was when this was read. `is_idle`: nothing else is written with it."""
        was = (last["was_at"], last["was_id"])
        if not await store.move_cursor(tx, self.name, was, last["at"], last["id"], is_idle=is_idle):
            raise _TakenByAnother

    async def _next(self, tx: Tx, most: int) -> list[Row]:
        rows = await store.wanted_next(
            tx, self.name, most, self._types, self._prefixes, data=self._data, exact=self._horizon.exact()
        )
        self._horizon.read(rows)
        return rows

    async def _try_to_skip(self) -> None:
        try:
            await self.skip()
        except Exception as error:  # noqa: BLE001  what keeps it from being skipped may pass, and must not end the worker
            why = f"{type(error).__name__}: {error}"[:200]
            log.warning("announcements.interrupted", consumer=self.name, why=why)

    async def skip(self) -> None:
        """Go on behind the next announcement, which cannot be taken: it stays where it is, for a person."""
        async with self._db.transaction() as tx:
            for row in await store.wanted_next(tx, self.name, 1, (), ("",), data=False, exact=True):
                log.error(
                    "announcements.skipped",
                    consumer=self.name,
                    announcement=str(row["id"]),
                    type=row["type"],
                    alert="It cannot be taken.",
                )
                await self._move(tx, row)

    async def run(self, stop: asyncio.Event) -> None:
        """Take what comes until `stop` is set."""
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._woken.set())
        try:
            await self._take_until(stop)
        finally:
            stopping.cancel()

    async def _take_until(self, stop: asyncio.Event) -> None:
        most, failed, pace = BATCH, 0, _Pace()
        while not stop.is_set():
            beat()
            is_woken = self._woken.is_set()
            self._woken.clear()
            try:
                found = await self.run_once(most)
                most, failed = min(most * 2, BATCH), 0
            except Unavailable as error:
                log.warning("announcements.interrupted", consumer=self.name, code=error.code)
                found = 0
            except Exception as error:  # noqa: BLE001  found by halving, tried a few times alone, then left behind
                why = f"{type(error).__name__}: {error}"[:200]
                log.warning("announcements.not_taken", consumer=self.name, most=most, why=why)
                found, failed = 0, failed + (most == 1)
                most = max(1, most // 2)
                if failed >= MOST_TRIES:
                    await self._try_to_skip()
            pace.looked(found, self._idle_s(), is_woken=is_woken, has_taken=self._has_taken)
            if not await _within(stop, pace.pause_s):
                await _within(self._woken, pace.patience_s(is_told=self._is_told))


@dataclass(slots=True)
class _Pace:
    """When a consumer looks again. What comes bit by bit gathers in its pause. Whoever is woken and finds nothing stands beside another process that takes it,
    or behind a transaction that ends in a moment: its pause doubles, for each look costs the database as much as one that finds something. Who is not woken
    and wants nothing of what it finds need not hurry to pass over more.
    """

    pause_s: float = 0.0
    _wait_s: float = 0.0
    _in_vain_s: float = 0.0

    def looked(self, found: int, idle_s: float, *, is_woken: bool, has_taken: bool) -> None:
        """A look found so many; `is_woken`: somebody had said that there was something; `has_taken`: some of it was wanted."""
        if found >= SMALL or has_taken or (found and is_woken):
            self._wait_s = self._in_vain_s = 0.0
        else:
            self._wait_s = max(idle_s, self._wait_s * 2)
            self._in_vain_s = min(max(idle_s, self._in_vain_s) * 2, LOOK_S) if is_woken else 0.0
        self.pause_s = 0.0 if found >= SMALL else max(idle_s if found else 0.0, self._in_vain_s)

    def patience_s(self, *, is_told: bool) -> float:
        """How long to wait for being woken before looking unasked: not at all where more of what it was woken for may come in sight."""
        self._wait_s = min(self._wait_s, LOOK_S if is_told else IDLE_S)
        return self._wait_s


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Whether it was set within so much time."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


def announcement_of(row: Row) -> Announcement:
    """A stored row as the value that consumers take."""
    id_, _at, type_, object_type, object_id, sequence, data, made_at, *_ = row
    return Announcement(
        type=type_,
        object=object_of(object_type, object_id),
        data=data or {},
        made_at=made_at,
        sequence=sequence,
        id=id_,
    )
