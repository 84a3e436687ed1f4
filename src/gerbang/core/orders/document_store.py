"""Every SQL statement on `order_documents`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Tx


async def one(tx: Tx, order: UUID, kind: str, parcels: bytes) -> tuple[str, bytes] | None:
    """What was printed of these parcels: its type and bytes."""
    row = await tx.fetchrow(
        "SELECT content_type, body FROM order_documents WHERE order_id = $1 AND kind = $2 AND parcels = $3",
        order,
        kind,
        parcels,
    )
    return None if row is None else (row["content_type"], bytes(row["body"]))


async def keep(
    tx: Tx, order: UUID, kind: str, parcels: bytes, content_type: str, body: bytes, made_at: datetime
) -> None:
    """Keep a document, but for an order whose buyer was erased: it names them. Of two at once the first stays."""
    await tx.execute(
        """
        INSERT INTO order_documents (order_id, kind, parcels, content_type, body, made_at) SELECT $1, $2, $3, $4, $5, $6
        WHERE NOT EXISTS (SELECT FROM order_buyers WHERE order_id = $1 AND erased_at IS NOT NULL) ON CONFLICT DO NOTHING
        """,
        order,
        kind,
        parcels,
        content_type,
        body,
        made_at,
    )


async def of_orders(tx: Tx, orders: Sequence[UUID]) -> list[tuple[UUID, str, datetime]]:
    """What is kept of orders: the order, the kind, and when it was made."""
    rows = await tx.fetch(
        "SELECT order_id, kind, made_at FROM order_documents WHERE order_id = ANY($1) ORDER BY order_id, made_at",
        list(orders),
    )
    return [(row["order_id"], row["kind"], row["made_at"]) for row in rows]


async def erase(tx: Tx, orders: Sequence[UUID]) -> int:
    """Forget them."""
    gone = await tx.fetch("DELETE FROM order_documents WHERE order_id = ANY($1) RETURNING order_id", list(orders))
    return len(gone)
