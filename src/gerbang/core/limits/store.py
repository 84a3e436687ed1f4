"""Every SQL statement on `rate_counters`. Times are real time, not business time."""

from collections.abc import Mapping, Sequence

from gerbang.base.db import CannotWrite, DiskFull, Locked, ReadOnly, Row, Tx
from gerbang.core.limits.model import NotCounted, NotWritten


async def add(tx: Tx, wanted: Sequence[tuple[str, int, int]]) -> Mapping[str, tuple[int, float]]:
    """Count (bucket, window in seconds, how many) and answer for each bucket what is used now and how many seconds its window lasts on.

    Raises NotCounted.
    """
    try:
        rows = await _count(tx, wanted)
    except CannotWrite as error:
        raise NotCounted from error
    windows = {bucket: window_s for bucket, window_s, _ in wanted}
    return {r["bucket"]: (r["used"], windows[r["bucket"]] - float(r["now"] - r["started"])) for r in rows}


async def _count(tx: Tx, wanted: Sequence[tuple[str, int, int]]) -> list[Row]:
    return await tx.fetch(
        """
        INSERT INTO rate_counters AS c (bucket, window_start, used)
        SELECT bucket, date_bin(make_interval(secs => window_s), clock_timestamp(), 'epoch'), n
        FROM unnest($1::text[], $2::int[], $3::int[]) AS w (bucket, window_s, n)
        ORDER BY bucket
        ON CONFLICT (bucket, window_start) DO UPDATE SET used = c.used + excluded.used
        RETURNING bucket, used, extract(epoch FROM window_start) AS started, extract(epoch FROM clock_timestamp()) AS now
        """,
        [bucket for bucket, _, _ in wanted],
        [window_s for _, window_s, _ in wanted],
        [n for _, _, n in wanted],
    )


async def try_to_write(tx: Tx) -> None:
    """Write a little wherever a request needs room: a file beside the tables, a row (the same each time), and the log. Raises NotWritten.

    All statements travel together, so that a process which dies or stands still holds no lock.
    """
    try:
        await tx.execute(
            """
            SET LOCAL work_mem = '64kB';
            SET LOCAL temp_tablespaces = '';
            WITH room AS MATERIALIZED (SELECT repeat(md5(n::text), 32) AS filler FROM generate_series(1, 1000) AS n)
            SELECT max(length(filler)) FROM room;
            INSERT INTO rate_counters AS c (bucket, window_start, used) VALUES ('readiness', 'epoch', 0)
            ON CONFLICT (bucket, window_start) DO UPDATE SET used = 1 - c.used;
            """
        )
    except DiskFull as error:
        raise NotWritten("Its disk is full.") from error
    except ReadOnly as error:
        raise NotWritten("It takes no writes.") from error
    except Locked:  # somebody holds this table, which says nothing of the others
        raise
    except CannotWrite as error:
        raise NotWritten from error


async def prune(tx: Tx, limit: int) -> int:
    """Forget some of the windows that ended more than a day ago. Returns how many."""
    gone = await tx.fetch(
        """
        DELETE FROM rate_counters WHERE ctid = ANY (ARRAY (
            SELECT ctid FROM rate_counters WHERE window_start < clock_timestamp() - interval '1 day' ORDER BY window_start LIMIT $1))
        RETURNING used
        """,
        limit,
    )
    return len(gone)
