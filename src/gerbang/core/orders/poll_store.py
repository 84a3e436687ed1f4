"""Every SQL statement on `order_polls` and `unreadable_orders`. `next_at` is business time, as the marketplace's sandbox has it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from gerbang.base.db import Row, Tx, columns
from gerbang.base.statement_batch import Writer
from gerbang.core.orders.model import Poll
from gerbang.ports.marketplace_orders import Unreadable


async def begin(tx: Tx, shops: Sequence[str], look_back: timedelta) -> None:
    """Read these shops too: from so long ago on, at once."""
    await tx.execute(
        """
        INSERT INTO order_polls (connection, through, next_at)
        SELECT n.id, business_now() - $2::interval, business_now() FROM unnest($1::text[]) AS n (id) JOIN connections USING (id)
        ON CONFLICT DO NOTHING
        """,
        list(shops),
        look_back,
    )


async def due(tx: Tx, shops: Sequence[str], every_s: float, limit: int) -> list[str]:
    """Those of these shops whose time has come; it comes again after `every_s`."""
    rows = await tx.fetch(
        """
        WITH due AS MATERIALIZED (
            SELECT connection FROM order_polls WHERE next_at <= business_now() AND connection = ANY($1) ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        UPDATE order_polls p SET next_at = business_now() + make_interval(secs => $2) FROM due WHERE p.connection = due.connection RETURNING p.connection
        """,
        list(shops),
        every_s,
        limit,
    )
    return [row["connection"] for row in rows]


async def one(tx: Tx, shop: str) -> Poll | None:
    """How far a shop was read."""
    row = await tx.fetchrow("SELECT connection, through, cursor, failures FROM order_polls WHERE connection = $1", shop)
    return None if row is None else Poll(**dict(row))


async def advance(tx: Tx, shop: str, through: datetime, cursor: Mapping[str, Any] | None) -> None:
    """A page was read and written. Without a cursor the walk came to its end."""
    await tx.execute(
        """
        UPDATE order_polls SET through = greatest(through, $2), cursor = $3::jsonb, failures = 0, why = '',
            read_at = CASE WHEN $3::jsonb IS NULL THEN business_now() ELSE read_at END WHERE connection = $1
        """,
        shop,
        through,
        cursor,
    )


async def fail(tx: Tx, shop: str, why: str, again_in_s: float) -> None:
    """It could not be read: the same page later."""
    await tx.execute(
        """
        UPDATE order_polls SET failures = failures + 1, why = $2, next_at = business_now() + make_interval(secs => $3)
        WHERE connection = $1
        """,
        shop,
        why,
        again_in_s,
    )


async def failing(tx: Tx, after: int) -> list[str]:
    """Shops that could not be read so many times in a row."""
    rows = await tx.fetch(
        "SELECT connection FROM order_polls WHERE failures >= $1 ORDER BY connection LIMIT 100", after
    )
    return [row["connection"] for row in rows]


async def unreadable(tx: Tx, shop: str, found: Sequence[Unreadable], now: datetime) -> list[str]:
    """Note orders that cannot be read; those that were not noted yet."""
    rows = [(shop, one.order, one.why[:300], now) for one in {one.order: one for one in found}.values()]
    noted = await tx.fetch(
        """
        INSERT INTO unreadable_orders AS u (connection, external_id, why, seen_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
        ON CONFLICT (connection, external_id) DO UPDATE SET why = EXCLUDED.why, seen_at = EXCLUDED.seen_at
        RETURNING external_id, xmax = 0 AS is_new
        """,
        *columns(rows, 4),
    )
    return [row["external_id"] for row in noted if row["is_new"]]


async def readable(tx: Writer, shop: str, external_ids: Sequence[str]) -> None:
    """They were read."""
    await tx.execute(
        "DELETE FROM unreadable_orders WHERE connection = $1 AND external_id = ANY($2)", shop, list(external_ids)
    )


async def all_unreadable(tx: Tx, limit: int) -> list[Row]:
    """Orders that cannot be read, the oldest first."""
    return await tx.fetch(
        "SELECT connection, external_id, why FROM unreadable_orders ORDER BY seen_at, external_id LIMIT $1", limit
    )
