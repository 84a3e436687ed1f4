"""Every SQL statement on `data_requests`; rows ⇄ model."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.keyset import FIRST_ID, FIRST_MOMENT, Place, below
from gerbang.core.customers.model import DataRequest, DataRequestFilters, DataRequestKind, DataRequestStatus

_REQUESTS: Final = """
    SELECT id, customer_id, kind, status, note, answer, received_at, due_at, created_by, created_at, closed_by, closed_at FROM data_requests
    """
_PAGE: Final = _REQUESTS + "WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3"
_PAGE_OF_CUSTOMER: Final = (
    _REQUESTS + "WHERE customer_id = $4 AND (created_at, id) < ($1, $2) AND status = ANY($5) AND kind = ANY($6)"
    " ORDER BY created_at DESC, id DESC LIMIT $3"
)
# Of each status and kind the newest, merged: there are sixteen of them.
_PAGE_BY_KIND: Final = """
    SELECT newest.* FROM unnest($4::text[]) AS s (wanted_status) CROSS JOIN unnest($5::text[]) AS k (wanted_kind) CROSS JOIN LATERAL (
        SELECT id, customer_id, kind, status, note, answer, received_at, due_at, created_by, created_at, closed_by, closed_at FROM data_requests
        WHERE (status, kind, created_at, id) < (wanted_status, wanted_kind, $1, $2)
          AND (status, kind, created_at) >= (wanted_status, wanted_kind, '-infinity'::timestamptz)
        ORDER BY status DESC, kind DESC, created_at DESC, id DESC LIMIT $3) AS newest
    ORDER BY newest.created_at DESC, newest.id DESC LIMIT $3
    """


async def add(tx: Tx, one: DataRequest) -> None:
    """A new request."""
    await tx.execute(
        """
        INSERT INTO data_requests (id, customer_id, kind, note, received_at, due_at, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        one.id,
        one.customer_id,
        one.kind.value,
        one.note,
        one.received_at,
        one.due_at,
        one.created_by,
        one.created_at,
    )


async def one(tx: Tx, id_: UUID) -> DataRequest | None:
    """A request by id."""
    row = await tx.fetchrow(_REQUESTS + "WHERE id = $1", id_)
    return _request(row) if row is not None else None


async def lock(tx: Tx, id_: UUID) -> DataRequest | None:
    """A request by id, kept from being closed by others."""
    row = await tx.fetchrow(_REQUESTS + "WHERE id = $1 FOR NO KEY UPDATE", id_)
    return _request(row) if row is not None else None


async def close(tx: Tx, id_: UUID, status: DataRequestStatus, answer: str, by: str, at: datetime) -> None:
    """It is done, or refused; of whoever was erased meanwhile no words are kept."""
    await tx.execute(
        """
        UPDATE data_requests r SET status = $2, closed_by = $4, closed_at = $5,
            answer = CASE WHEN c.erased_at IS NULL THEN $3 ELSE '' END, note = CASE WHEN c.erased_at IS NULL THEN r.note ELSE '' END
        FROM customers c WHERE r.id = $1 AND c.id = r.customer_id
        """,
        id_,
        status.value,
        answer,
        by,
        at,
    )


async def page(tx: Tx, filters: DataRequestFilters, after: Place | None, limit: int) -> list[DataRequest]:
    """Newest first."""
    place = (*below(after), limit)
    statuses = [filters.status] if filters.status else [one.value for one in DataRequestStatus]
    kinds = [filters.kind] if filters.kind else [one.value for one in DataRequestKind]
    if filters.customer is not None:
        rows = await tx.fetch(_PAGE_OF_CUSTOMER, *place, filters.customer, statuses, kinds)
    elif filters.status or filters.kind:
        rows = await tx.fetch(_PAGE_BY_KIND, *place, statuses, kinds)
    else:
        rows = await tx.fetch(_PAGE, *place)
    return [_request(row) for row in rows]


async def waiting(tx: Tx, after: Place | None, limit: int) -> list[DataRequest]:
    """Those that are open, what is due first above."""
    rows = await tx.fetch(
        _REQUESTS + "WHERE status = 'open' AND (due_at, id) > ($1, $2) ORDER BY due_at, id LIMIT $3",
        *(after or (FIRST_MOMENT, FIRST_ID)),
        limit,
    )
    return [_request(row) for row in rows]


async def count_waiting(tx: Tx, most: int) -> int:
    """How many are open, counted up to `most`."""
    return int(
        await tx.fetchval(
            "SELECT count(*) FROM (SELECT FROM data_requests WHERE status = 'open' ORDER BY due_at, id LIMIT $1) n",
            most,
        )
    )


async def erase(tx: Tx, customers: Sequence[UUID], by: str) -> int:
    """Forget the words of what these asked; what was still open ends with that: done is the erasure alone. Of how many something changed."""
    rows = await tx.fetch(
        """
        UPDATE data_requests SET note = '', answer = '', closed_by = CASE status WHEN 'open' THEN $2 ELSE closed_by END,
            closed_at = CASE status WHEN 'open' THEN business_now() ELSE closed_at END,
            status = CASE WHEN status <> 'open' THEN status WHEN kind = 'erasure' THEN 'completed' ELSE 'ended_by_erasure' END
        WHERE customer_id = ANY($1) AND (status = 'open' OR (note, answer) <> ('', '')) RETURNING id
        """,
        list(customers),
        by,
    )
    return len(rows)


def _request(row: Row) -> DataRequest:
    id_, customer, kind, status, *rest = row
    return DataRequest(id_, customer, DataRequestKind(kind), DataRequestStatus(status), *rest)
