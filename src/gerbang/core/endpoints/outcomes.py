"""What follows from tries that are over, for a batch of them in one transaction: their rows, and the standing of their endpoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Row, Tx
from gerbang.base.statement_batch import StatementBatch
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.endpoints import delivery_store, sending_store, store
from gerbang.core.endpoints.model import ENDPOINT, TEST, DeliveryStatus, DisabledReason, Due, Tried, told_of
from gerbang.core.endpoints.schedule import FAILING_MOST, FAILING_WARN

CANCELLED_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Ended:
    """A try that is over; `wait` until the next, None when that was the last of its schedule."""

    due: Due
    tried: Tried
    wait: timedelta | None
    is_gone: bool


async def settle(tx: Tx, ended: Sequence[Ended]) -> Sequence[None]:
    """Keep the attempts, say what becomes of the deliveries, and look at the endpoints: one that takes nothing for days is disabled, and told so before.
    Endpoints are locked before deliveries, as by whoever switches one off: else two would wait for each other.
    """
    real = [one for one in ended if one.due.type != TEST]  # how an endpoint stands, events say that happened
    good = {one.due.endpoint_id for one in real if one.tried.is_good}
    bad = {one.due.endpoint_id for one in real if not one.tried.is_good} - good
    gone = {one.due.endpoint_id for one in ended if one.is_gone}
    recovered = {one.due.endpoint_id for one in ended if one.due.was_failing} & good
    rows = await store.lock_troubled(tx, recovered, bad | gone) if recovered or bad or gone else []
    await settle_plain(tx, ended)
    over = [one.due.id for one in ended if one.due.is_ordered and (one.tried.is_good or one.wait is None)]
    if over:
        await sending_store.release(tx, over)
    if rows:
        await _judge(tx, rows, good, gone)
    return [None] * len(ended)


async def settle_plain(tx: Tx, ended: Sequence[Ended]) -> Sequence[None]:
    """The same in one statement, where nothing else follows: a good answer of an endpoint that was well."""
    writes = StatementBatch()
    await sending_store.add_attempts(writes, [(one.due.id, one.due.tries, one.tried) for one in ended])
    await sending_store.settle(writes, [_outcome(one) for one in ended])
    await writes.send(tx)
    return [None] * len(ended)


def _outcome(one: Ended) -> tuple[UUID, int, str, timedelta | None]:
    if one.tried.is_good:
        return one.due.id, one.due.tries, DeliveryStatus.SUCCEEDED.value, None
    if one.wait is None:
        return one.due.id, one.due.tries, DeliveryStatus.FAILED.value, None
    return one.due.id, one.due.tries, DeliveryStatus.PENDING.value, one.wait


async def _judge(tx: Tx, rows: Sequence[Row], good: set[UUID], gone: set[UUID]) -> None:
    alive = [row for row in rows if row["disabled"] is None]
    late = [row for row in alive if _failing_for(row) >= FAILING_MOST and row["id"] not in good]
    warned = [
        row
        for row in alive
        if row["failing_told_at"] is None and FAILING_WARN <= _failing_for(row) < FAILING_MOST and row["id"] not in good
    ]
    await store.note_recovered(tx, [row["id"] for row in rows if row["id"] in good and row["id"] not in gone])
    silent = [row["id"] for row in alive if row["id"] not in good]
    await store.note_failing(tx, silent, told=False)
    await store.note_failing(tx, [row["id"] for row in warned], told=True)
    for found, reason in (
        ([row for row in alive if row["id"] in gone], DisabledReason.GONE),
        ([row for row in late if row["id"] not in gone], DisabledReason.FAILING),
    ):
        if found:
            await store.disable(tx, [row["id"] for row in found], reason)
            await delivery_store.cancel_pending(tx, [row["id"] for row in found], CANCELLED_AT_ONCE)
            await store.note_clearing(tx, [row["id"] for row in found], clearing=True)
            await _tell(tx, found, "endpoint.disabled", {"why": reason.value})
    await _tell(tx, warned, "endpoint.failing", {})


async def _tell(tx: Tx, rows: Sequence[Row], type_: str, detail: dict[str, Any]) -> None:
    """In the audit trail, and to whoever listens; its owners by mail."""
    await record(tx, [Entry(SYSTEM, type_, ids.show("ep", row["id"]), detail) for row in rows])
    await announce(
        tx,
        [
            Announcement(
                type_,
                ObjectRef(ENDPOINT, row["id"]),
                {"endpoint": ids.show("ep", row["id"]), **told_of(row["url"], row["description"]), **detail},
                row["now"],
            )
            for row in rows
        ],
    )


def _failing_for(row: Row) -> timedelta:
    since: datetime | None = row["failing_since"]
    now: datetime = row["now"]
    return now - since if since is not None else timedelta()
