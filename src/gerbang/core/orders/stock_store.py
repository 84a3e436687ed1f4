"""Every SQL statement on `order_stock`."""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base.db import Tx, columns


async def of_order(tx: Tx, order: UUID) -> dict[UUID, tuple[str, str]]:
    """By item our SKU, and what became of it."""
    rows = await tx.fetch("SELECT item_id, sku, status FROM order_stock WHERE order_id = $1", order)
    return {row["item_id"]: (row["sku"], row["status"]) for row in rows}


async def of_orders(tx: Tx, orders: Sequence[UUID]) -> dict[UUID, dict[UUID, tuple[str, str]]]:
    """The same of several, by order; of each something, or nothing."""
    found: dict[UUID, dict[UUID, tuple[str, str]]] = {id_: {} for id_ in orders}
    rows = await tx.fetch(
        "SELECT order_id, item_id, sku, status FROM order_stock WHERE order_id = ANY($1)", list(orders)
    )
    for row in rows:
        found[row["order_id"]][row["item_id"]] = (row["sku"], row["status"])
    return found


async def put(tx: Tx, rows: Sequence[tuple[UUID, UUID, str, str]]) -> None:
    """Items with their order, our SKU and what became of them now."""
    await tx.execute(
        """
        INSERT INTO order_stock (item_id, order_id, sku, status) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
        ON CONFLICT (item_id) DO UPDATE SET status = EXCLUDED.status
        """,
        *columns(list(rows), 4),
    )
