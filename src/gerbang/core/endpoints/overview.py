"""What people see of endpoints: how each stands, what was sent of late, and what became of it. Reads only."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base.db import Database, Row
from gerbang.base.keyset import Place
from gerbang.base.unreadable_rows import readable, unreadable
from gerbang.core.endpoints import overview_store
from gerbang.core.endpoints.model import DeliveryStatus

HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Standing:
    """How an endpoint stands. `hours` are the last 24, oldest first: deliveries that were tried, and those of them that did not arrive, of at most the
    newest 500 of the day; `p95_ms` is of the newest 100. `waiting` is counted to 1,000.
    """

    hours: Sequence[tuple[int, int]]
    tried: int
    arrived: int
    p95_ms: int | None
    waiting: int
    next_attempt_at: datetime | None
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery in one line: where it goes, and what its newest attempt saw (`at`, None before the first). `held_by` is the sequence of the earlier
    event of its object for which it waits.
    """

    id: UUID
    endpoint_id: UUID
    url: str
    event_id: UUID
    type: str
    object_type: str
    object_id: UUID
    sequence: int
    status: DeliveryStatus
    tries: int
    made_at: datetime
    next_attempt_at: datetime | None
    at: datetime | None
    status_code: int | None
    duration_ms: int | None
    error: str | None
    held_by: int | None = None


class Overview:
    """Endpoints and deliveries as pages show them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def standings(self, endpoints: Sequence[UUID]) -> Mapping[UUID, Standing]:
        """How each of these stands."""
        async with self._db.reading() as tx:
            days, waits = await overview_store.day(tx, endpoints), await overview_store.waiting(tx, endpoints)
            times = {row["endpoint_id"]: row["p95_ms"] for row in await overview_store.took(tx, endpoints)}
        return {row["endpoint_id"]: _standing(row, days, times.get(row["endpoint_id"])) for row in waits}

    async def newest(self, limit: int) -> Sequence[DeliveryLine]:
        """The newest deliveries to any endpoint."""
        async with self._db.reading() as tx:
            rows = await overview_store.newest(tx, limit)
            blockers = await overview_store.held(tx, _may_be_held(rows))
        return _lines(rows, blockers)

    async def of_endpoint(
        self, endpoint: UUID, status: DeliveryStatus | None, after: Place | None, limit: int
    ) -> Sequence[DeliveryLine]:
        """Deliveries to one endpoint, of one status or of any, newest first."""
        async with self._db.reading() as tx:
            rows = await overview_store.of_endpoint(tx, endpoint, status.value if status else None, after, limit)
            blockers = await overview_store.held(tx, _may_be_held(rows))
        return _lines(rows, blockers)

    async def of_objects(self, objects: Sequence[UUID], limit: int) -> Sequence[DeliveryLine]:
        """What was told of these objects, newest first."""
        async with self._db.reading() as tx:
            return _lines(await overview_store.of_objects(tx, objects, limit), ())

    async def held_by(self, delivery: UUID) -> int | None:
        """The sequence of the earlier event for which a delivery waits."""
        async with self._db.reading() as tx:
            rows = await overview_store.held(tx, [delivery])
        return next((row["sequence"] for row in rows), None)

    async def mark(self) -> Hashable:
        """Another answer than before: a page that shows endpoints has changed."""
        async with self._db.reading() as tx:
            return tuple(str(tuple(row.values())) for row in await overview_store.mark(tx))


def _standing(row: Row, days: Sequence[Row], p95_ms: int | None) -> Standing:
    mine = [one for one in days if one["endpoint_id"] == row["endpoint_id"]]
    by_hour = {one["hours_ago"]: (one["tried"], one["tried"] - one["arrived"]) for one in mine}
    return Standing(
        hours=tuple(by_hour.get(ago, (0, 0)) for ago in reversed(range(HOURS))),
        tried=sum(one["tried"] for one in mine),
        arrived=sum(one["arrived"] for one in mine),
        p95_ms=p95_ms,
        waiting=row["waiting"],
        next_attempt_at=row["next_attempt_at"],
        newest_at=row["newest_at"],
    )


def _may_be_held(rows: Sequence[Row]) -> list[UUID]:
    return [row["id"] for row in rows if row["ordered"] and row["status"] == DeliveryStatus.PENDING]


def _lines(rows: Sequence[Row], blockers: Sequence[Row]) -> list[DeliveryLine]:
    held = {row["id"]: row["sequence"] for row in blockers}
    return readable(rows, lambda row: _line(row, held.get(row["id"])))


def _line(row: Row, held_by: int | None) -> DeliveryLine:
    try:
        status = DeliveryStatus(row["status"])
    except ValueError as error:
        raise unreadable("dlv", row["id"], error) from error
    return DeliveryLine(
        id=row["id"],
        endpoint_id=row["endpoint_id"],
        url=row["url"],
        event_id=row["event_id"],
        type=row["type"],
        object_type=row["object_type"],
        object_id=row["object_id"],
        sequence=row["sequence"],
        status=status,
        tries=row["tries"],
        made_at=row["made_at"],
        next_attempt_at=row["next_attempt_at"],
        at=row["at"],
        status_code=row["status_code"],
        duration_ms=row["duration_ms"],
        error=row["error"],
        held_by=held_by,
    )
