"""Recording: no audit, no action. Call `record` inside the action's own transaction."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import CannotWrite, Database, Locked, Row, Tx, columns
from gerbang.base.statement_batch import Writer
from gerbang.core.audit import store
from gerbang.core.audit.model import AuditUnavailable, Entry, Recorded

SYSTEM = "system:gerbang"


async def record(tx: Writer, entries: Sequence[Entry]) -> None:
    """Add the entries in order; raises AuditUnavailable, and then the caller's transaction must end."""
    if not entries:
        return
    fresh = ids.several(len(entries))
    rows = [
        (e.id or id_, e.actor, e.action, e.object, e.before, e.after, e.request_id, dict(e.detail))
        for e, id_ in zip(entries, fresh, strict=True)
    ]
    with no_audit_no_action():
        await store.add(tx, columns(rows, 8))


@contextlib.contextmanager
def no_audit_no_action() -> Iterator[None]:
    """AuditUnavailable for what keeps audit rows from being written; around `Writes.send` too, where they are among the writes. Which table
    was locked is found out by the transaction (base/db.py): the writes are of many.
    """
    try:
        yield
    except Locked:
        raise
    except CannotWrite as error:
        raise AuditUnavailable(retry_after_s=5) from error


async def timeline(tx: Tx, object_: str, limit: int, after: UUID | None = None) -> list[Recorded]:
    """What was done to any object, oldest first: at most `limit` entries, those after an entry if it is named."""
    return [_recorded(row) for row in await store.of_object(tx, object_, after or UUID(int=0), limit)]


async def recent(tx: Tx, object_: str, limit: int, *, action: str | None = None) -> list[Recorded]:
    """What was done to an object last, newest first; with `action` only that."""
    return [_recorded(row) for row in await store.page(tx, None, action, object_, limit)]


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

    async def of_request(self, request_id: str, limit: int) -> list[Recorded]:
        """What one request did, oldest first."""
        async with self._db.reading() as tx:
            return [_recorded(row) for row in await store.of_request(tx, request_id, limit)]


def _recorded(row: Row) -> Recorded:
    return Recorded(**row)
