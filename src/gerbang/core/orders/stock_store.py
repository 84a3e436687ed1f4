"""Every SQL statement on `order_stock`."""

from collections.abc import Collection, Sequence
from uuid import UUID

from gerbang.base.db import Tx, columns
from gerbang.base.keyset import Place
from gerbang.ports.marketplace_orders import ItemStatus


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


async def standing(tx: Tx, shop: str, status: ItemStatus, after: Place, limit: int) -> list[Place]:
    """Orders of a shop that stand so, oldest first, from a keyset place (created_at, id) on."""
    rows = await tx.fetch(
        """
        SELECT created_at, id FROM orders WHERE source = $1 AND status = $2 AND (created_at, id) > ($3, $4)
        ORDER BY created_at, id LIMIT $5
        """,
        shop,
        status.value,
        *after,
        limit,
    )
    return [(row["created_at"], row["id"]) for row in rows]


async def uncounted(tx: Tx, orders: Sequence[UUID], statuses: Collection[ItemStatus]) -> list[UUID]:
    """Those of these orders with an item that stands so, and for which nothing was done."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT i.order_id FROM order_items i LEFT JOIN order_stock s ON s.item_id = i.id
        WHERE i.order_id = ANY($1) AND i.status = ANY($2) AND s.item_id IS NULL ORDER BY i.order_id
        """,
        list(orders),
        [one.value for one in statuses],
    )
    return [row["order_id"] for row in rows]
