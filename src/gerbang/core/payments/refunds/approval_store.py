"""Every SQL statement on approvals; rows ⇄ model."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import below
from gerbang.base.statement_batch import Writer
from gerbang.core.payments.refunds.model import Approval

_APPROVALS = (
    "SELECT id, refund_id, payment_id, status, amount, currency, reason, destination_version, by_transfer, requested_by, requested_at,"
    " expires_at, decided_by, decided_at, note FROM approvals "
)
_NEWEST_OF_REFUND = (
    _APPROVALS
    + "WHERE (refund_id, requested_at) >= ($1, '-infinity'::timestamptz) AND (refund_id, requested_at) <= ($1, 'infinity'::timestamptz)"
    + " ORDER BY refund_id DESC, requested_at DESC LIMIT 1"
)
_PAGE = _APPROVALS + "WHERE (requested_at, id) < ($1, $2) ORDER BY requested_at DESC, id DESC LIMIT $3"
# A status is asked for as a range, never as an equality: the order is then that of one index.
_PAGE_OF_STATUS = (
    _APPROVALS
    + "WHERE (status, requested_at, id) < ($4, $1, $2) AND (status, requested_at) >= ($4, '-infinity'::timestamptz)"
    + " ORDER BY status DESC, requested_at DESC, id DESC LIMIT $3"
)


async def add(tx: Writer, approvals: Sequence[Approval]) -> None:
    """New approvals, all of them open."""
    rows = [
        (
            a.id,
            a.refund_id,
            a.payment_id,
            a.status,
            a.amount,
            a.currency,
            a.reason,
            a.destination_version,
            a.by_transfer,
            a.requested_by,
            a.requested_at,
            a.expires_at,
        )
        for a in approvals
    ]
    await tx.execute(
        """
        INSERT INTO approvals (id, refund_id, payment_id, status, amount, currency, reason, destination_version, by_transfer, requested_by,
            requested_at, expires_at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::numeric[], $6::text[], $7::text[], $8::int[], $9::bool[],
            $10::text[], $11::timestamptz[], $12::timestamptz[])
        """,
        *columns(rows, 12),
    )


async def one(tx: Tx, id_: UUID) -> Approval | None:
    """One approval as it is."""
    row = await tx.fetchrow(_APPROVALS + "WHERE id = $1", id_)
    return _approval(row) if row else None


async def of_refund(tx: Tx, refund: UUID) -> Approval | None:
    """The newest approval of a refund."""
    row = await tx.fetchrow(_NEWEST_OF_REFUND, refund)
    return _approval(row) if row else None


async def page(tx: Tx, status: str | None, after: tuple[datetime, UUID] | None, limit: int) -> list[Approval]:
    """Approvals, newest first, from a keyset place on."""
    if status is None:
        rows = await tx.fetch(_PAGE, *below(after), limit)
    else:
        rows = await tx.fetch(_PAGE_OF_STATUS, *below(after), limit, status)
    return [_approval(row) for row in rows]


async def decide(tx: Tx, id_: UUID, status: str, by: str, at: datetime, note: str) -> bool:
    """End an open approval; False when it is open no longer."""
    tag = await tx.execute(
        "UPDATE approvals SET status = $2, decided_by = $3, decided_at = $4, note = $5 WHERE id = $1 AND status = 'pending'",
        id_,
        status,
        by,
        at,
        note,
    )
    return tag == "UPDATE 1"


def _approval(row: Row) -> Approval:
    id_, refund, payment, status, amount, *rest = row
    return Approval(id_, refund, payment, status, int(amount), *rest)
