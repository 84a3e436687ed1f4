"""The SQL statement that asks who keeps a payment from being made by a lock on a whole table; it takes no lock on any table itself."""

from collections.abc import Sequence

from gerbang.base.db import Row, Tx


async def holders(tx: Tx, written: Sequence[str], read: Sequence[str]) -> list[Row]:
    """Table and session of each lock, held or asked for, that keeps others from writing the one tables or from reading the other."""
    return await tx.fetch(
        """
        SELECT c.relname::text AS name, l.pid FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
        WHERE l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND c.relnamespace = 'public'::regnamespace AND l.pid <> pg_backend_pid()
          AND (l.mode = 'AccessExclusiveLock' AND c.relname = ANY ($1::text[] || $2::text[])
               OR l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock') AND c.relname = ANY ($1::text[]))
        ORDER BY c.relname, l.pid LIMIT 20
        """,
        list(written),
        list(read),
    )
