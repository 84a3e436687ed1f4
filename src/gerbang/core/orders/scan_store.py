"""The SQL statement of a pack station: which orders a scanned number means."""

from typing import Final
from uuid import UUID

from gerbang.base.db import Tx

_MOST_FOUND: Final = 5


async def find(tx: Tx, scanned: str) -> list[UUID]:
    """The orders that a number means: the marketplace's, a parcel's, or one for tracking, in letters of either case and with the spaces that are printed between its
    groups. One number may be that of an order in each of several shops.
    """
    bare = "".join(scanned.split())
    written = sorted({scanned, bare, bare.upper(), bare.lower()})
    rows = await tx.fetch(
        """
        SELECT id FROM (
            (SELECT id FROM orders WHERE external_id = ANY($1) ORDER BY created_at DESC, id DESC LIMIT $2)
            UNION (SELECT order_id FROM order_items WHERE package = ANY($1) AND package <> '' LIMIT $2)
            UNION (SELECT order_id FROM order_items WHERE detail->>'tracking' = ANY($1) AND detail->>'tracking' <> '' LIMIT $2)
        ) AS found (id) ORDER BY id DESC LIMIT $2
        """,
        written,
        _MOST_FOUND,
    )
    return [row["id"] for row in rows]
