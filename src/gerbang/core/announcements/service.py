"""Announcing in the cause's transaction, and taking announcements in order with a durable cursor."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Row, Tx, columns
from gerbang.base.errors import Unavailable
from gerbang.base.watchdog import beat
from gerbang.base.writes import Writer
from gerbang.core.announcements import store
from gerbang.core.announcements.horizon import Horizon
from gerbang.core.announcements.model import Announcement

log = structlog.get_logger()
BATCH: Final = 200
IDLE_S: Final = 0.1
MOST_TRIES: Final = 5


async def announce(tx: Writer, announcements: Sequence[Announcement]) -> None:
    """Add announcements in the transaction that made them true; they are taken in the order given here."""
    if announcements:
        fresh = ids.several(len(announcements))
        rows = [
            (a.id or id_, a.type, a.payment_id, a.sequence, dict(a.data), a.made_at)
            for a, id_ in zip(announcements, fresh, strict=True)
        ]
        await store.add(tx, columns(rows, 6))


@dataclass(frozen=True, slots=True)
class Feed:
    """A durable consumer: what `take` writes and the cursor's move are one transaction, so each is taken exactly once."""

    db: Database
    name: str
    take: Callable[[Tx, Sequence[Announcement]], Awaitable[None]]
    _horizon: Horizon = field(default_factory=Horizon, compare=False)

    async def prepare(self) -> None:
        """Make the cursor."""
        async with self.db.transaction() as tx:
            await store.make_cursor(tx, self.name)

    async def run_once(self, most: int = BATCH) -> int:
        """Take one batch; returns how many there were (0: nothing new, or another process is at it)."""
        async with self.db.transaction() as tx:
            place = await store.lock_cursor(tx, self.name)
            if place is None:
                return 0
            rows = await store.after(tx, place["xid"], place["id"], most, exact=self._horizon.exact())
            self._horizon.read(rows)
            if rows:
                await self.take(tx, [announcement_of(row) for row in rows])
                await store.move_cursor(tx, self.name, rows[-1]["at"], rows[-1]["id"])
            return len(rows)

    async def _try_to_skip(self) -> None:
        try:
            await self.skip()
        except Exception as error:  # noqa: BLE001  what keeps it from being skipped may pass, and must not end the worker
            why = f"{type(error).__name__}: {error}"[:200]
            log.warning("announcements.interrupted", feed=self.name, why=why)

    async def skip(self) -> None:
        """Go on behind the next announcement, which cannot be taken: it stays where it is, for a person."""
        async with self.db.transaction() as tx:
            place = await store.lock_cursor(tx, self.name)
            rows = await store.after(tx, place["xid"], place["id"], 1, exact=True) if place is not None else []
            for row in rows:
                log.error(
                    "announcements.skipped",
                    feed=self.name,
                    announcement=str(row["id"]),
                    type=row["type"],
                    alert="It cannot be taken.",
                )
                await store.move_cursor(tx, self.name, row["at"], row["id"])

    async def run(self, stop: asyncio.Event, taken: Callable[[], None] = lambda: None) -> None:
        """Take what comes until `stop` is set; `taken` is called after each batch, for whoever works on what it made."""
        most, failed = BATCH, 0
        while not stop.is_set():
            beat()
            try:
                found = await self.run_once(most)
                most, failed = min(most * 2, BATCH), 0
            except Unavailable as error:
                log.warning("announcements.interrupted", feed=self.name, code=error.code)
                found = 0
            except Exception as error:  # noqa: BLE001  found by halving, tried a few times alone, then left behind
                why = f"{type(error).__name__}: {error}"[:200]
                log.warning("announcements.not_taken", feed=self.name, most=most, why=why)
                found, failed = 0, failed + (most == 1)
                most = max(1, most // 2)
                if failed >= MOST_TRIES:
                    await self._try_to_skip()
            if found:
                taken()
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), IDLE_S)


def announcement_of(row: Row) -> Announcement:
    """A stored row as the value that consumers take."""
    id_, _at, type_, payment, sequence, data, made_at, *_ = row
    return Announcement(type_, payment, sequence, data, made_at, id_)
