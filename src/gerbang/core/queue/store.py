"""Every SQL statement on the table `jobs`. `run_at` is business time, leases are real time."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from gerbang.base.db import Row, Tx
from gerbang.base.statement_batch import Writer


async def add(tx: Writer, columns: Sequence[list[object]]) -> None:
    """Add jobs, given as columns: kind, key, payload, run_at (null: now), most_tries, concurrency_key; a known one is re-armed instead."""
    await tx.execute(
        """
        INSERT INTO jobs AS j (kind, key, payload, run_at, most_tries, concurrency_key)
        SELECT kind, key, payload, coalesce(run_at, (SELECT business_now())), most_tries, concurrency_key
        FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::timestamptz[], $5::int[], $6::text[])
            AS n (kind, key, payload, run_at, most_tries, concurrency_key)
        ORDER BY kind, key
        ON CONFLICT (kind, key) DO UPDATE SET
            again = j.again OR (j.lease_until IS NOT NULL AND j.parked_at IS NULL),
            run_at = CASE WHEN j.lease_until IS NOT NULL AND NOT j.again THEN excluded.run_at ELSE least(j.run_at, excluded.run_at) END,
            payload = excluded.payload,
            concurrency_key = excluded.concurrency_key,
            tries = CASE WHEN j.parked_at IS NULL THEN j.tries ELSE 0 END,
            lease_until = CASE WHEN j.parked_at IS NULL THEN j.lease_until END,
            error = CASE WHEN j.parked_at IS NULL THEN j.error END,
            parked_at = NULL
        """,
        *columns,
    )


async def claim(tx: Tx, kinds: Sequence[str], limit: int, lease_s: float, without: Collection[str] = ()) -> list[Row]:
    """Take due jobs of these kinds, `without` those of some concurrency keys; the try is counted before the work, so that a crash counts too.

    The rows are chosen once, whatever the plan: a sub-select with LIMIT and SKIP LOCKED that stands behind IN may be run anew for every row.
    """
    return await tx.fetch(_CLAIM, list(kinds), limit, lease_s, list(without))


async def claim_one_each(
    tx: Tx, kinds: Sequence[str], limit: int, lease_s: float, without: Collection[str] = ()
) -> list[Row]:
    """The same, and of each concurrency key only the first."""
    return await tx.fetch(_CLAIM_ONE_EACH, list(kinds), limit, lease_s, list(without))


_DUE: Final = """
    WITH due AS MATERIALIZED (
        SELECT id, concurrency_key, run_at FROM jobs
        WHERE parked_at IS NULL AND run_at <= (SELECT business_now()) AND kind = ANY($1) AND concurrency_key <> ALL($4)
          AND (lease_until IS NULL OR lease_until < clock_timestamp())
        ORDER BY run_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
    """
_TAKE: Final = """
    UPDATE jobs j SET tries = tries + 1, lease_until = clock_timestamp() + make_interval(secs => $3), again = false
    FROM {} d WHERE j.id = d.id
    RETURNING j.id, kind, key, payload, tries, most_tries, j.concurrency_key
    """
_CLAIM: Final = _DUE + _TAKE.format("due")
_FIRST: Final = (
    ", first AS MATERIALIZED (SELECT DISTINCT ON (concurrency_key) id FROM due ORDER BY concurrency_key, run_at, id)"
)
_CLAIM_ONE_EACH: Final = _DUE + _FIRST + _TAKE.format("first")


async def renew(tx: Tx, ids: Sequence[int], tries: Sequence[int], lease_s: float) -> None:
    """Keep jobs whose handlers are still at it; one that is locked is just being ended."""
    await tx.execute(
        """
        WITH held AS MATERIALIZED (
            SELECT j.id FROM jobs j JOIN unnest($1::bigint[], $2::int[]) AS n (id, tries) USING (id, tries)
            WHERE j.lease_until IS NOT NULL ORDER BY j.id FOR UPDATE OF j SKIP LOCKED)
        UPDATE jobs j SET lease_until = clock_timestamp() + make_interval(secs => $3) FROM held WHERE j.id = held.id
        """,
        list(ids),
        list(tries),
        lease_s,
    )


async def give_back(tx: Tx, ids: Sequence[int]) -> None:
    """Free jobs that were claimed in this transaction and will not be begun: it was no try."""
    await tx.execute("UPDATE jobs SET lease_until = NULL, tries = tries - 1 WHERE id = ANY($1)", list(ids))


async def finish(tx: Tx, ids: Sequence[int], tries: Sequence[int]) -> int:
    """End jobs that are still held at this very try; one that was asked for again meanwhile becomes due. Returns how many."""
    return int(
        await tx.fetchval(
            """
            WITH held AS (
                SELECT j.id, j.again FROM jobs j JOIN unnest($1::bigint[], $2::int[]) AS n (id, tries) USING (id, tries)
                ORDER BY j.id FOR UPDATE OF j),
            ended AS (DELETE FROM jobs USING held WHERE jobs.id = held.id AND NOT held.again),
            rearmed AS (
                UPDATE jobs SET again = false, lease_until = NULL, tries = 0, error = NULL
                FROM held WHERE jobs.id = held.id AND held.again)
            SELECT count(*) FROM held
            """,
            list(ids),
            list(tries),
        )
    )


async def hold(tx: Tx, id_: int, tries: int) -> bool:
    """Whether the job is still at this very try; locks it until the transaction ends."""
    return await tx.fetchval("SELECT true FROM jobs WHERE id = $1 AND tries = $2 FOR UPDATE", id_, tries) is True


async def waiting(tx: Tx, kind: str, limit: int) -> list[str]:
    """The concurrency keys of jobs of a kind that nobody is working on, up to so many."""
    rows = await tx.fetch(
        "SELECT concurrency_key FROM jobs WHERE kind = $1 AND lease_until IS NULL AND parked_at IS NULL LIMIT $2",
        kind,
        limit,
    )
    return [row["concurrency_key"] for row in rows]


async def is_under_way(tx: Tx, kind: str) -> bool:
    """Whether there is a job of a kind that is not parked."""
    return bool(await tx.fetchval("SELECT EXISTS (SELECT FROM jobs WHERE kind = $1 AND parked_at IS NULL)", kind))


async def notes(tx: Tx, kind: str, concurrency_key: str, limit: int) -> list[Row]:
    """Of those of one concurrency key the payload, and the age of the row in seconds of real time."""
    return await tx.fetch(
        """
        SELECT key, payload, extract(epoch FROM clock_timestamp() - created_at)::float8 AS age_s FROM jobs
        WHERE kind = $1 AND concurrency_key = $2 AND lease_until IS NULL AND parked_at IS NULL LIMIT $3
        """,
        kind,
        concurrency_key,
        limit,
    )


async def drop(tx: Tx, kind: str, columns: Sequence[list[object]]) -> None:
    """Drop jobs, by key and payload, that nobody is working on and that still have it; whose row is locked is just being begun, or asked for anew."""
    await tx.execute(
        """
        DELETE FROM jobs USING (
            SELECT j.id FROM jobs j JOIN unnest($2::text[], $3::jsonb[]) AS n (key, payload) USING (key, payload)
            WHERE j.kind = $1 AND j.lease_until IS NULL ORDER BY j.id FOR UPDATE OF j SKIP LOCKED) AS d
        WHERE jobs.id = d.id
        """,
        kind,
        *columns,
    )


async def known_keys(tx: Tx, kind: str, keys: Sequence[str]) -> set[str]:
    """Of which of these there is a job, parked ones too."""
    rows = await tx.fetch("SELECT key FROM jobs WHERE kind = $1 AND key = ANY($2)", kind, list(keys))
    return {row["key"] for row in rows}


async def cancel(tx: Tx, kind: str, keys: Sequence[str]) -> None:
    """Drop jobs that are no longer needed and that nobody is working on."""
    await tx.execute("DELETE FROM jobs WHERE kind = $1 AND key = ANY($2) AND lease_until IS NULL", kind, list(keys))


async def postpone(tx: Tx, id_: int, tries: int, wait: timedelta, error: str) -> None:
    """Try again after `wait` of business time."""
    await tx.execute(
        """
        UPDATE jobs SET lease_until = NULL, run_at = CASE WHEN again THEN least(run_at, business_now() + $3) ELSE business_now() + $3 END,
            again = false, error = $4
        WHERE id = $1 AND tries = $2
        """,
        id_,
        tries,
        wait,
        error,
    )


async def park(tx: Tx, id_: int, tries: int, error: str) -> None:
    """Keep the job for a person; enqueueing it again un-parks it."""
    await tx.execute(
        "UPDATE jobs SET lease_until = NULL, parked_at = clock_timestamp(), error = $3 WHERE id = $1 AND tries = $2",
        id_,
        tries,
        error,
    )


async def parked(tx: Tx) -> dict[str, int]:
    """How many jobs of each kind were given up."""
    rows = await tx.fetch(
        "SELECT kind, count(*) AS n FROM jobs WHERE parked_at IS NOT NULL GROUP BY kind ORDER BY kind"
    )
    return {row["kind"]: row["n"] for row in rows}


async def of_other_kinds(tx: Tx, known: Collection[str]) -> dict[str, int]:
    """How many jobs there are of each kind but the known ones; the kinds are read off an index by jumps."""
    rows = await tx.fetch(
        """
        WITH RECURSIVE kinds AS (
            SELECT min(kind) AS kind FROM jobs
            UNION ALL SELECT (SELECT min(j.kind) FROM jobs AS j WHERE j.kind > kinds.kind) FROM kinds WHERE kinds.kind IS NOT NULL)
        SELECT kind, (SELECT count(*) FROM jobs AS j WHERE j.kind = kinds.kind AND j.parked_at IS NULL) AS n
        FROM kinds WHERE kind <> ALL($1) ORDER BY kind
        """,
        list(known),
    )
    return {row["kind"]: row["n"] for row in rows if row["n"]}


async def oldest_due_s(tx: Tx) -> float:
    """Seconds of business time that the oldest due job has waited; 0 when none is due."""
    return float(
        await tx.fetchval(
            """
            SELECT coalesce(extract(epoch FROM business_now() - min(run_at)), 0) FROM jobs
            WHERE parked_at IS NULL AND run_at <= business_now() AND lease_until IS NULL
            """
        )
    )


async def clock_offset_s(tx: Tx) -> int:
    """The offset of business time, in seconds."""
    return int(await tx.fetchval("SELECT offset_s FROM business_clock"))


async def move_clock(tx: Tx, seconds: int) -> int:
    """Add to the offset and tell every process; needs the owner's rights."""
    offset = int(await tx.fetchval("UPDATE business_clock SET offset_s = offset_s + $1 RETURNING offset_s", seconds))
    await tx.execute("INSERT INTO changes (kind, subject) VALUES ('clock', $1)", str(offset))
    return offset
