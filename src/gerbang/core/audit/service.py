"""Recording: no audit, no action. Call `record` inside the action's own transaction."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import CannotWrite, Database, Locked, Row, Tx, columns
from gerbang.base.keyset import FIRST_ID, LAST_ID, Place
from gerbang.base.statement_batch import Writer
from gerbang.core.audit import store
from gerbang.core.audit.model import EVERYTHING, AuditFilters, AuditUnavailable, Entry, Recorded

SYSTEM = "system:gerbang"
_INDEXED: Final = ("user:", "key:")  # of all others there is no index: Gerbang itself did nearly everything
_LOOKED_AT: Final = 500  # entries of an object, for those of one actor


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
    """AuditUnavailable for what keeps audit rows from being written; around
    `StatementBatch.send` too, where they are in the batch. Which table
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


async def recent(
    tx: Tx, object_: str, limit: int, *, actions: Sequence[str] = (), before: UUID | None = None
) -> list[Recorded]:
    """What was done to an object last, newest first: with `actions` only those, and with `before` only what came before that entry."""
    rows = await store.about(tx, before or LAST_ID, FIRST_ID, limit, object_, actions)
    return [_recorded(row) for row in rows]


class Audit:
    """Reading the trail."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(
        self, after: Place | None, limit: int, wanted: AuditFilters = EVERYTHING
    ) -> tuple[list[Recorded], Place | None]:
        """Newest entries first from a place (time, id) on, and the place where the list goes on. What one person did to one object is looked for among
        so many entries of the object at a time, and what Gerbang itself did among so many of all: such a page may be short, and the place says whether the list goes on.
        """
        mixed = wanted.actor is not None and (wanted.object is not None or not wanted.actor.startswith(_INDEXED))
        most = _LOOKED_AT if mixed else limit + 1
        async with self._db.reading() as tx:
            rows = [_recorded(row) for row in await _read(tx, after, most, wanted)]
        found = [one for one in rows if not mixed or one.actor == wanted.actor]
        if len(found) > limit:
            found = found[:limit]
            return found, (found[-1].happened_at, found[-1].id)
        return found, (rows[-1].happened_at, rows[-1].id) if mixed and len(rows) == most else None

    async def of_request(self, request_id: str, limit: int) -> list[Recorded]:
        """What one request did, oldest first."""
        async with self._db.reading() as tx:
            return [_recorded(row) for row in await store.of_request(tx, request_id, limit)]


def _recorded(row: Row) -> Recorded:
    return Recorded(**row)


async def _read(tx: Tx, after: Place | None, most: int, wanted: AuditFilters) -> list[Row]:
    below = min(after[1] if after else LAST_ID, ids.first_of(wanted.before) if wanted.before else LAST_ID)
    least = ids.first_of(wanted.after) if wanted.after else FIRST_ID
    if wanted.object is not None:
        return await store.about(tx, below, least, most, wanted.object, wanted.actions)
    if wanted.actor is not None and wanted.actor.startswith(_INDEXED):
        return await store.by(tx, below, least, most, wanted.actor, wanted.actions)
    if wanted.actions:
        return await store.of_actions(tx, below, least, most, wanted.actions)
    return await store.newest(tx, below, least, most)
