"""Every SQL statement on `settlement_unreadable`: of each shop the newest lines that could not be read, and no more."""

from collections.abc import Sequence
from typing import Final

from gerbang.base.db import Tx, columns

_KEPT: Final = 100  # of each shop


async def put(tx: Tx, connection: str, lines: Sequence[tuple[str, str]]) -> None:
    """Lines by their order and why they cannot be read: seen now, each once."""
    await tx.execute(
        """
        INSERT INTO settlement_unreadable (connection, order_number, why, seen_at)
        SELECT DISTINCT $1, n.order_number, n.why, business_now() FROM unnest($2::text[], $3::text[]) AS n (order_number, why)
        ON CONFLICT (connection, order_number, why) DO UPDATE SET seen_at = EXCLUDED.seen_at
        """,
        connection,
        *columns([(order[:100], why[:300]) for order, why in lines], 2),
    )
    await tx.execute(
        """
        DELETE FROM settlement_unreadable u USING (
            SELECT order_number, why FROM settlement_unreadable WHERE connection = $1 ORDER BY seen_at DESC, order_number, why OFFSET $2) AS old
        WHERE u.connection = $1 AND (u.order_number, u.why) = (old.order_number, old.why)
        """,
        connection,
        _KEPT,
    )


async def newest(tx: Tx, days: int, limit: int) -> list[tuple[str, str, str]]:
    """Those that were seen within so many days, newest first: shop, order, why."""
    rows = await tx.fetch(
        """
        SELECT connection, order_number, why FROM settlement_unreadable WHERE seen_at > business_now() - make_interval(days => $1)
        ORDER BY seen_at DESC, connection, order_number LIMIT $2
        """,
        days,
        limit,
    )
    return [(row["connection"], row["order_number"], row["why"]) for row in rows]
