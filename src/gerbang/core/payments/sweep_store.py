"""The SQL of the timetable: which attempts and payments have come due. Each row is taken by one process, and chosen once whatever the plan."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.payments.model import AttemptStatus

_KNOWN = {status.value: status for status in AttemptStatus}


async def due_attempts(tx: Tx, limit: int) -> list[tuple[UUID, AttemptStatus | None, str]]:
    """Attempts that somebody must look at now, with their connection, None for a status that we do not know; their time is cleared, since a
    job takes over in this transaction.
    """
    rows = await tx.fetch(
        """
        WITH due AS MATERIALIZED (
            SELECT id FROM attempts WHERE look_at <= (SELECT business_now()) ORDER BY look_at LIMIT $1 FOR UPDATE SKIP LOCKED)
        UPDATE attempts a SET look_at = NULL FROM due WHERE a.id = due.id
        RETURNING a.id, a.status, a.connection
        """,
        limit,
    )
    return [(row["id"], _KNOWN.get(row["status"]), row["connection"]) for row in rows]


async def due_payments(tx: Tx, limit: int) -> list[UUID]:
    """Payments whose deadline has come; their time is cleared, since a job takes over in this transaction."""
    rows = await tx.fetch(
        """
        WITH due AS MATERIALIZED (
            SELECT id FROM payments WHERE look_at <= (SELECT business_now()) ORDER BY look_at LIMIT $1 FOR UPDATE SKIP LOCKED)
        UPDATE payments p SET look_at = NULL FROM due WHERE p.id = due.id
        RETURNING p.id
        """,
        limit,
    )
    return [row["id"] for row in rows]


async def stop_inquiries(tx: Tx, payments: Sequence[UUID]) -> None:
    """Nobody must look at these any more, unless what comes next says so."""
    await tx.execute("UPDATE payments SET look_at = NULL WHERE id = ANY($1)", list(payments))


async def postpone_inquiries(tx: Tx, payments: Sequence[UUID], wait: timedelta) -> None:
    """Payments that cannot be worked on now come due again after a while; others take their turn meanwhile."""
    await tx.execute("UPDATE payments SET look_at = business_now() + $2 WHERE id = ANY($1)", list(payments), wait)
