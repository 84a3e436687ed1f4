"""Recording: no audit, no action. Call `record` inside the action's own transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database, Row, Tx, columns
from gerbang.core.audit import store
from gerbang.core.audit.model import Entry, Recorded

SYSTEM = "system:gerbang"


async def record(tx: Tx, entries: Sequence[Entry]) -> None:
    """Add the entries in order; raises AuditUnavailable, and then the caller's transaction must end."""
    if not entries:
        return
    fresh = ids.several(len(entries))
    rows = [
        (e.id or id_, e.actor, e.action, e.object, e.before, e.after, e.request_id, dict(e.detail))
        for e, id_ in zip(entries, fresh, strict=True)
    ]
    await store.add(tx, columns(rows, 8))


async def of_object(tx: Tx, object_: str, limit: int = 500) -> list[Recorded]:
    """What was done to one object, oldest first."""
    return [_recorded(row) for row in await store.of_object(tx, object_, limit)]


class Audit:
    """Reading the trail."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(
        self, after: tuple[datetime, UUID] | None, limit: int, *, action: str | None = None, object_: str | None = None
    ) -> list[Recorded]:
        """Newest entries first, from a keyset place (time, id) on."""
        async with self._db.reading() as tx:
            return [_recorded(row) for row in await store.page(tx, after, action, object_, limit)]


def _recorded(row: Row) -> Recorded:
    return Recorded(**row)
