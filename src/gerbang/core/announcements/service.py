"""Announcing in the cause's transaction, and taking announcements in order with a durable cursor."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from gerbang.base import ids
from gerbang.base.db import Database, Row, Tx, columns
from gerbang.core.announcements import store
from gerbang.core.announcements.model import Announcement

BATCH = 200


async def announce(tx: Tx, announcements: Sequence[Announcement]) -> None:
    """Add announcements in the transaction that made them true."""
    if announcements:
        rows = [(a.id or ids.new(), a.type, a.payment_id, a.sequence, dict(a.data), a.made_at) for a in announcements]
        await store.add(tx, columns(rows, 6))


@dataclass(frozen=True, slots=True)
class Feed:
    """A durable consumer: what `take` writes and the cursor's move are one transaction, so each is taken exactly once."""

    db: Database
    name: str
    take: Callable[[Tx, Sequence[Announcement]], Awaitable[None]]

    async def prepare(self) -> None:
        """Make the cursor."""
        async with self.db.transaction() as tx:
            await store.make_cursor(tx, self.name)

    async def run_once(self) -> int:
        """Take one batch; returns how many there were (0: nothing new, or another process is at it)."""
        async with self.db.transaction() as tx:
            place = await store.lock_cursor(tx, self.name)
            if place is None:
                return 0
            rows = await store.after(tx, place["xid"], place["id"], BATCH)
            if rows:
                await self.take(tx, [_announcement(row) for row in rows])
                await store.move_cursor(tx, self.name, rows[-1]["xid"], rows[-1]["id"])
            return len(rows)


def _announcement(row: Row) -> Announcement:
    return Announcement(row["type"], row["payment_id"], row["sequence"], row["data"], row["made_at"], row["id"])
