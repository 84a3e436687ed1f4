"""Announcing in the cause's transaction, and taking announcements in order with a durable cursor."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Row, Tx, columns
from gerbang.base.errors import Unavailable
from gerbang.base.statement_batch import Writer
from gerbang.base.watchdog import beat
from gerbang.core.announcements import store
from gerbang.core.announcements.horizon import Horizon
from gerbang.core.announcements.model import NO_OBJECT, Announcement, object_of

log = structlog.get_logger()
BATCH: Final = 200
IDLE_S: Final = 0.1
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


class AnnouncementConsumer:
    """A durable consumer: what `take` writes and the cursor's move are one transaction, so each is taken exactly once.

    `types` are the announcements it wants: `payment.paid`, or `refund.*` for all that begin so. What it does not want is passed over in the
    database. One that only looks at the objects again takes them without `data`, which nobody then writes, sends or decodes. `taken` is called
    after each batch that was taken, for whoever works on what it made. It looks again `idle_s` after it found something, and where nothing comes less
    and less often.
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
        idle_s: float = IDLE_S,
    ) -> None:
        self.name = name
        self._taken = taken
        self._idle_s = idle_s
        self._db = db
        self._take = take
        self._data = data
        self._types = [type_ for type_ in types if not type_.endswith("*")]
        self._prefixes = [type_[:-1] for type_ in types if type_.endswith("*")]
        self._horizon = Horizon()

    async def prepare(self) -> None:
        """Make the cursor."""
        async with self._db.transaction() as tx:
            await store.make_cursor(tx, self.name)

    async def run_once(self, most: int = BATCH) -> int:
        """Read one batch and take what is wanted of it; returns how many were read (0: nothing new, or another process is at it)."""
        async with self._db.transaction() as tx:
            place = await store.lock_cursor(tx, self.name)
            if place is None:
                return 0
            rows = await store.wanted_after(
                tx,
                (place["xid"], place["id"]),
                most,
                self._types,
                self._prefixes,
                data=self._data,
                exact=self._horizon.exact(),
            )
            self._horizon.read(rows)
            if not rows:
                return 0
            last = rows[-1]
            wanted = [announcement_of(row) for row in (rows if last["wanted"] else rows[:-1])]
            if wanted:
                await self._take(tx, wanted)
            await store.move_cursor(tx, self.name, last["at"], last["id"])
        if wanted:
            self._taken()
        return int(last["read"])

    async def _try_to_skip(self) -> None:
        try:
            await self.skip()
        except Exception as error:  # noqa: BLE001  what keeps it from being skipped may pass, and must not end the worker
            why = f"{type(error).__name__}: {error}"[:200]
            log.warning("announcements.interrupted", consumer=self.name, why=why)

    async def skip(self) -> None:
        """Go on behind the next announcement, which cannot be taken: it stays where it is, for a person."""
        async with self._db.transaction() as tx:
            place = await store.lock_cursor(tx, self.name)
            rows = await store.after(tx, place["xid"], place["id"], 1, exact=True) if place is not None else []
            for row in rows:
                log.error(
                    "announcements.skipped",
                    consumer=self.name,
                    announcement=str(row["id"]),
                    type=row["type"],
                    alert="It cannot be taken.",
                )
                await store.move_cursor(tx, self.name, row["at"], row["id"])

    async def run(self, stop: asyncio.Event) -> None:
        """Take what comes until `stop` is set."""
        most, failed, idle_s = BATCH, 0, self._idle_s
        while not stop.is_set():
            beat()
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
            idle_s = self._idle_s if found else min(idle_s * 2, IDLE_S)
            if not found:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), idle_s)


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
