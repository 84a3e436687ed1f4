"""Every SQL statement on refunds and their destinations; rows ⇄ model."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Row, Tx, columns
from gerbang.base.writes import Writer
from gerbang.core.payments.model import Destination, Refund, RefundStatus

_REFUNDS = (
    "SELECT id, payment_id, attempt_id, status, amount, currency, credit_amount, reason, provider_reference, failure, requested_by,"
    " created_at, updated_at FROM refunds "
)


async def add(tx: Writer, refunds: Sequence[Refund]) -> None:
    """New refunds."""
    rows = [
        (
            r.id, r.payment_id, r.attempt_id, r.status.value, r.amount, r.currency, r.credit_amount, r.reason, r.provider_reference,
            r.requested_by, r.created_at,
        )
        for r in refunds
    ]  # fmt: skip
    await tx.execute(
        """
        INSERT INTO refunds (id, payment_id, attempt_id, status, amount, currency, credit_amount, reason, provider_reference,
            requested_by, created_at, updated_at)
        SELECT n.*, n.created_at FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::numeric[], $6::text[],
            $7::numeric[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])
        AS n (id, payment_id, attempt_id, status, amount, currency, credit_amount, reason, reference, requested_by, created_at)
        """,
        *columns(rows, 11),
    )


async def save(tx: Writer, refunds: Sequence[Refund], now: datetime) -> None:
    """Write back what may change of refunds."""
    rows = [(r.id, r.status.value, r.provider_reference, r.failure) for r in refunds]
    await tx.execute(
        """
        UPDATE refunds r SET status = n.status, provider_reference = n.reference, failure = n.failure, updated_at = $5
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS n (id, status, reference, failure) WHERE r.id = n.id
        """,
        *columns(rows, 4),
        now,
    )


async def of_payments(tx: Tx, payments: Sequence[UUID]) -> list[Refund]:
    """All refunds of these payments, oldest first."""
    rows = await tx.fetch(_REFUNDS + "WHERE payment_id = ANY($1) ORDER BY id", list(payments))
    return [_refund(row) for row in rows]


async def one(tx: Tx, id_: UUID) -> Refund | None:
    """One refund as it is."""
    row = await tx.fetchrow(_REFUNDS + "WHERE id = $1", id_)
    return _refund(row) if row else None


async def set_destination(tx: Tx, refund: UUID, to: Destination) -> None:
    """The bank account a transfer goes to; a later answer replaces an earlier one."""
    await tx.execute(
        """
        INSERT INTO refund_destinations (refund_id, bank, account, name) VALUES ($1, $2, $3, $4)
        ON CONFLICT (refund_id) DO UPDATE SET bank = excluded.bank, account = excluded.account, name = excluded.name
        """,
        refund,
        to.bank,
        to.account,
        to.name,
    )


async def destination(tx: Tx, refund: UUID) -> Destination | None:
    """The bank account that was named, if one was."""
    row = await tx.fetchrow("SELECT bank, account, name FROM refund_destinations WHERE refund_id = $1", refund)
    return Destination(row["bank"], row["account"], row["name"]) if row else None


def _refund(row: Row) -> Refund:
    (
        id_, payment, attempt, status, amount, currency, credit, reason, reference, failure, requested_by, created, updated,
    ) = row  # fmt: skip
    return Refund(
        id_, payment, attempt, RefundStatus(status), int(amount), currency, int(credit), reason, reference, failure, requested_by,
        created, updated,
    )  # fmt: skip
