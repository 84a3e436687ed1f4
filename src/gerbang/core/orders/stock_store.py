"""Every SQL statement on `order_stock`."""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base.db import Tx, columns


async def of_order(tx: Tx, order: UUID) -> dict[UUID, tuple[str, str]]:
    """By item our SKU, and what became of it."""
    rows = await tx.fetch("SELECT item_id, sku, status FROM order_stock WHERE order_id = $1", order)
    return {row["item_id"]: (row["sku"], row["status"]) for row in rows}


async def put(tx: Tx, order: UUID, rows: Sequence[tuple[UUID, str, str]]) -> None:
    """Items with our SKU and what became of them now."""
    await tx.execute(
        """
        INSERT INTO order_stock (item_id, order_id, sku, status)
        SELECT n.item_id, $1, n.sku, n.status FROM unnest($2::uuid[], $3::text[], $4::text[]) AS n (item_id, sku, status)
        ON CONFLICT (item_id) DO UPDATE SET status = EXCLUDED.status
        """,
        order,
        *columns(list(rows), 3),
    )
