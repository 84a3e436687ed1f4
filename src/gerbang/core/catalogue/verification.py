"""What must never be in stock, looked for slice by slice: what it says is reserved against what is kept for whom, and reservations past their time. Writes nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database, Row
from gerbang.base.verification import Broken, slices
from gerbang.core.catalogue.model import PREFIX, ReservationStatus

_LIVE: Final = frozenset({ReservationStatus.HELD, ReservationStatus.CONFIRMED})
_STOCK: Final = """
    WITH slice AS MATERIALIZED (SELECT id, sku FROM products WHERE id > $1 ORDER BY id LIMIT $2)
    SELECT s.id, s.sku, b.warehouse, b.reserved, b.kept FROM slice s LEFT JOIN LATERAL (
        SELECT warehouse, coalesce(t.reserved, 0) AS reserved, coalesce(k.kept, 0) AS kept
        FROM (SELECT warehouse, sum(reserved) AS reserved FROM stock WHERE product_id = s.id GROUP BY warehouse) AS t
        FULL JOIN (SELECT warehouse, sum(per_unit * units) AS kept FROM reservation_parts WHERE product_id = s.id GROUP BY warehouse) AS k
            USING (warehouse)) AS b ON b.reserved <> b.kept
    ORDER BY s.id
"""
# Of each line as many units are kept as are wanted and there, of a bundle of every component.
_RESERVATIONS: Final = """
    WITH slice AS MATERIALIZED (SELECT id, owner, status, until FROM reservations WHERE id > $1 ORDER BY id LIMIT $2)
    SELECT s.id, s.owner, s.status, s.status = 'held' AND s.until < business_now() - interval '2 minutes' AS is_over, s.until,
        EXISTS (SELECT FROM reservation_parts WHERE reservation_id = s.id) AS is_kept,
        EXISTS (SELECT FROM reservation_items i LEFT JOIN LATERAL (
                SELECT sum(units) AS units FROM reservation_parts WHERE reservation_id = s.id AND line = i.line GROUP BY product_id) AS k ON true
            WHERE i.reservation_id = s.id AND coalesce(k.units, 0) <> i.units - i.missing) AS differs
    FROM slice s ORDER BY s.id
"""


async def verify(db: Database, *, since: datetime | None = None) -> list[Broken]:
    """What is wrong: an empty list is the only good answer. With `since`, only reservations made from then on, and no sums of stock."""
    found: list[Broken] = []
    async for rows in slices(db, _RESERVATIONS, ids.first_of(since) if since is not None else UUID(int=0)):
        found += [broken for row in rows for broken in _reservation(row)]
    if since is None:
        async for rows in slices(db, _STOCK, UUID(int=0)):
            found += _stock(rows)
    return found


def _reservation(row: Row) -> list[Broken]:
    is_live, found = ReservationStatus(row["status"]) in _LIVE, list[Broken]()
    if row["is_kept"] and not is_live:
        found.append(("what is kept of stock is kept for whom it is not any more", row["owner"], row["status"], "live"))
    if is_live and row["differs"]:
        name = "what is kept for a line is not what is wanted and there"
        found.append((name, row["owner"], "another number of units", "the line's"))
    if row["is_over"]:
        found.append(("stock is kept past its time", row["owner"], "held", f"expired at {row['until']:%Y-%m-%d %H:%M}"))
    return found


def _stock(rows: Sequence[Row]) -> list[Broken]:
    name = "what stock says is reserved is not what is kept for whom"
    wrong = [row for row in rows if row["warehouse"] is not None]
    return [
        (
            name,
            f"{ids.show(PREFIX, row['id'])} ({row['sku']}) in {row['warehouse']}",
            str(row["reserved"]),
            str(row["kept"]),
        )
        for row in wrong
    ]
