"""Every SQL statement on `idempotency_keys`."""

from collections.abc import Sequence
from datetime import timedelta

from gerbang.base.db import Row, Tx, columns
from gerbang.core.idempotency.model import ClaimedKey


async def add(tx: Tx, claims: Sequence[ClaimedKey]) -> list[Row]:
    """Take the keys that nobody has, and return them, with business time. One that an unfinished transaction takes is waited for, in the order
    of the keys, so that no two wait for each other.
    """
    rows = [(c.key.caller, c.key.key, c.key.fingerprint, c.resource, c.id) for c in claims]
    return await tx.fetch(
        """
        INSERT INTO idempotency_keys (caller, key, fingerprint, resource, resource_id)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::uuid[]) AS n (caller, key, f, r, i)
        ORDER BY caller, key
        ON CONFLICT DO NOTHING RETURNING caller, key, resource_id, (SELECT business_now()) AS now
        """,
        *columns(rows, 5),
    )


async def known(tx: Tx, claims: Sequence[ClaimedKey]) -> list[Row]:
    """What these keys stand for, with business time."""
    return await tx.fetch(
        """
        SELECT k.caller, k.key, k.fingerprint, k.resource, k.resource_id, (SELECT business_now()) AS now FROM idempotency_keys k
        JOIN unnest($1::text[], $2::text[]) AS n (caller, key) USING (caller, key)
        """,
        *columns([(c.key.caller, c.key.key) for c in claims], 2),
    )


async def forget(tx: Tx, older_than: timedelta, limit: int) -> int:
    """Remove some of the keys that were taken so long ago, oldest first; returns how many. Those that another worker removes are passed over."""
    gone = await tx.fetch(
        """
        WITH old AS MATERIALIZED (
            SELECT caller, key FROM idempotency_keys WHERE created_at < clock_timestamp() - $1::interval
            ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        DELETE FROM idempotency_keys k USING old WHERE (k.caller, k.key) = (old.caller, old.key) RETURNING 1
        """,
        older_than,
        limit,
    )
    return len(gone)
