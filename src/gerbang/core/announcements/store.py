"""Every SQL statement on `announcements` and `cursors`.

The order is by the place of the transaction, read only where every transaction has ended: one that commits late is never skipped.
"""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.writes import Writer


async def add(tx: Writer, columns: Sequence[list[object]]) -> None:
    """Add rows, given as columns: id, type, payment id, sequence, data, time."""
    await tx.execute(
        """
        INSERT INTO announcements (id, type, payment_id, sequence, data, made_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::jsonb[], $6::timestamptz[])
        """,
        *columns,
    )


async def make_cursor(tx: Tx, name: str) -> None:
    """The cursor's row, if it is not there yet; it begins before the first announcement."""
    await tx.execute("INSERT INTO cursors (name) VALUES ($1) ON CONFLICT DO NOTHING", name)


async def lock_cursor(tx: Tx, name: str) -> Row | None:
    """The cursor's place, locked; None when another process holds it."""
    return await tx.fetchrow("SELECT xid::text, id FROM cursors WHERE name = $1 FOR UPDATE SKIP LOCKED", name)


async def after(tx: Tx, xid: str, id_: UUID | None, limit: int) -> list[Row]:
    """Announcements after a place, oldest first, of transactions that are certainly finished; `at` is the transaction as text.

    The text must not be called xid: ORDER BY would take it for the order, in which 1000 comes before 999.
    """
    return await tx.fetch(
        """
        SELECT id, xid::text AS at, type, payment_id, sequence, data, made_at FROM announcements
        WHERE (xid, id) > ($1::text::xid8, coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid))
          AND xid < (SELECT finished_below())
        ORDER BY xid, id LIMIT $3
        """,
        xid,
        id_,
        limit,
    )


async def horizon(tx: Tx) -> str:
    """The place below which everything is finished: where a listener begins that wants only what is new."""
    return str(await tx.fetchval("SELECT finished_below()::text"))


async def move_cursor(tx: Tx, name: str, xid: str, id_: UUID) -> None:
    """The consumer has taken everything up to here."""
    await tx.execute("UPDATE cursors SET xid = $2::text::xid8, id = $3 WHERE name = $1", name, xid, id_)
