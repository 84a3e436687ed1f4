"""The one row by which business time differs from real time. Reading is everybody's, moving only the schema owner's right."""

from gerbang.base.clock import MOST_OFFSET_S
from gerbang.base.db import Database
from gerbang.base.errors import Invalid
from gerbang.core.queue import store


class OutOfTime(Invalid):
    """Business time cannot be moved there."""

    code = "out_of_time"
    title = "Business time cannot be moved so far"


async def offset_s(db: Database) -> int:
    """How far business time is ahead of real time, in seconds."""
    async with db.reading() as tx:
        return await store.clock_offset_s(tx)


async def advance(db: Database, seconds: int) -> int:
    """Move business time on (0: only ask), and let every process hear of it; returns the whole offset in seconds. Raises OutOfTime."""
    if not 0 <= seconds <= MOST_OFFSET_S or await offset_s(db) + seconds > MOST_OFFSET_S:
        raise OutOfTime(f"Business time may be moved 0 to {MOST_OFFSET_S} seconds ahead of real time in all.")
    async with db.transaction() as tx:
        return await store.move_clock(tx, seconds) if seconds else await store.clock_offset_s(tx)


async def oldest_due_s(db: Database) -> float:
    """Seconds of business time that the oldest due job has waited for a worker; 0 when none is due."""
    async with db.reading() as tx:
        return await store.oldest_due_s(tx)
