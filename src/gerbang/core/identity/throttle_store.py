"""Every SQL statement of this package on `rate_counters`: failed logins per bucket and minute."""

from collections.abc import Sequence
from datetime import datetime

from gerbang.base.db import Row, Tx


async def count(tx: Tx, buckets: Sequence[str], window_s: int) -> list[Row]:
    """Count one more in each bucket: how many there are now in this window, and seconds until it ends."""
    return await tx.fetch(
        """
        INSERT INTO rate_counters AS r (bucket, window_start, used)
        SELECT b, to_timestamp(floor(extract(epoch FROM clock_timestamp()) / $2) * $2), 1 FROM unnest($1::text[]) b ORDER BY b
        ON CONFLICT (bucket, window_start) DO UPDATE SET used = r.used + 1
        RETURNING bucket, used, window_start,
            ceil(extract(epoch FROM window_start) + $2 - extract(epoch FROM clock_timestamp()))::int AS left_s
        """,
        sorted(buckets),
        window_s,
    )


async def take_back(tx: Tx, buckets: Sequence[str], window_start: datetime) -> None:
    """Count one less in each bucket of that window."""
    await tx.execute(
        "UPDATE rate_counters SET used = greatest(used - 1, 0) WHERE bucket = ANY($1) AND window_start = $2",
        list(buckets),
        window_start,
    )
