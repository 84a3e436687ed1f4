"""Every SQL statement that shows lines and payouts to people, and sums what explains a payout."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Row, Tx


async def is_unexplained(tx: Tx, connection: str, now: datetime) -> bool:
    """Whether a payout of the last two weeks is not what its lines add up to."""
    return (
        await tx.fetchval(
            """
            SELECT true FROM payouts p WHERE p.connection = $1 AND p.heard_at > $2::timestamptz - interval '14 days'
                AND coalesce(p.closing, p.amount) <> coalesce(p.opening, 0) + coalesce((
                    SELECT sum(t.amount) FROM settlement_totals t WHERE t.connection = p.connection AND t.statement = p.statement
                        AND t.currency = p.currency AND t.status = 'booked'), 0) LIMIT 1
            """,
            connection,
            now,
        )
        is True
    )


async def totals(tx: Tx, payouts: Sequence[UUID]) -> list[Row]:
    """What the lines of these payouts add up to, by kind."""
    return await tx.fetch(
        """
        SELECT p.id AS payout, t.kind, t.status, t.currency, t.amount, t.lines
        FROM payouts p JOIN settlement_totals t ON t.connection = p.connection AND t.statement = p.statement
        WHERE p.id = ANY($1) AND t.lines > 0 ORDER BY p.id, t.kind, t.status, t.currency
        """,
        list(payouts),
    )
