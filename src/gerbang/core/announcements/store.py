"""Every SQL statement on `announcements` and `cursors`.

The order is by the place of the transaction, read only where every transaction has ended: one that commits late is never skipped.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.statement_batch import Writer


async def add(tx: Writer, columns: Sequence[list[object]]) -> None:
    """Add rows, given as columns: id, type, object's type and id, sequence, data, time. A row of an object without a sequence draws the next."""
    await tx.execute(
        """
        INSERT INTO announcements (id, type, object_type, object_id, sequence, data, made_at)
        SELECT id, type, object_type, object_id,
            CASE WHEN object_id IS NULL THEN 0 ELSE coalesce(sequence, next_announcement(object_type, object_id)) END, data, made_at
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::int[], $6::jsonb[], $7::timestamptz[])
            AS n (id, type, object_type, object_id, sequence, data, made_at)
        """,
        *columns,
    )


async def make_cursor(tx: Tx, name: str) -> None:
    """The cursor's row, if it is not there yet; it begins before the first announcement."""
    await tx.execute("INSERT INTO cursors (name) VALUES ($1) ON CONFLICT DO NOTHING", name)


async def after(tx: Tx, xid: str, id_: UUID | None, limit: int, *, exact: bool = False) -> list[Row]:
    """Announcements after a place, oldest first, of transactions that are certainly finished; `at` is the transaction as text.

    `exact` passes over the open transactions of other databases, which costs a look at all sessions; `passed` says that it helped.
    The text must not be called xid: ORDER BY would take it for the order, in which 1000 comes before 999.
    """
    return await tx.fetch(
        """
        SELECT id, xid::text AS at, type, object_type, object_id, sequence, data, made_at, xid >= (SELECT finished_below()) AS passed
        FROM announcements
        WHERE (xid, id) > ($1::text::xid8, coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid))
          AND xid < (SELECT CASE WHEN $4 THEN finished_here_below() ELSE finished_below() END)
        ORDER BY xid, id LIMIT $3
        """,
        xid,
        id_,
        limit,
        exact,
    )


async def wanted_next(
    tx: Tx, cursor: str, limit: int, types: Sequence[str], prefixes: Sequence[str], *, data: bool, exact: bool
) -> list[Row]:
    """As `after` the cursor's place, but of the next `limit` only those of these types, or whose type begins so, are sent here, and the last of all, wanted
    or not. It alone says where it stands (`at`), where the cursor stood (`was_at`, `was_id`), how many were read, whether it is wanted, and whether
    looking exactly helped: each column of each row costs the reader more than the database. Without `data` nobody writes or reads what they say.

    Nothing where another process is at it: until the transaction ends, this one is. Neither takes a place in the order of transactions, so what is
    read, and made of it, holds back no reader. Who had the cursor a moment ago may have moved it since this began: `move_cursor` says so.
    """
    return await tx.fetch(_WANTED_NEXT, cursor, limit, list(types), list(prefixes), exact, data)


_WANTED_NEXT: Final = """
    WITH place AS MATERIALIZED (
        SELECT xid, id FROM cursors WHERE name = $1 AND pg_try_advisory_xact_lock(hashtextextended('gerbang cursor ' || $1, 0)))
    SELECT id, CASE WHEN is_last THEN xid::text END AS at, type, object_type, object_id, sequence,
        CASE WHEN wanted AND $6 THEN data END AS data, made_at, CASE WHEN is_last THEN xid >= (SELECT finished_below()) END AS passed,
        CASE WHEN is_last THEN wanted END AS wanted, CASE WHEN is_last THEN nth END AS read,
        CASE WHEN is_last THEN (SELECT xid::text FROM place) END AS was_at, CASE WHEN is_last THEN (SELECT id FROM place) END AS was_id
    FROM (
        SELECT id, xid, type, object_type, object_id, sequence, data, made_at,
            type = ANY ($3::text[]) OR type ^@ ANY ($4::text[]) AS wanted,
            row_number() OVER in_order AS nth, lead(id) OVER in_order IS NULL AS is_last
        FROM (
            SELECT * FROM announcements
            WHERE (xid, id) > ((SELECT xid FROM place), (SELECT coalesce(id, '00000000-0000-0000-0000-000000000000'::uuid) FROM place))
              AND xid < (SELECT CASE WHEN $5 THEN finished_here_below() ELSE finished_below() END)
            ORDER BY xid, id LIMIT $2) AS next
        WINDOW in_order AS (ORDER BY xid, id)) AS batch
    WHERE wanted OR is_last ORDER BY nth
    """


async def between(tx: Tx, after: tuple[str, UUID], upto: tuple[str, UUID], limit: int) -> list[Row]:
    """Announcements after one place and up to another that a reader has come to already: all there are finished."""
    return await tx.fetch(
        """
        SELECT id, xid::text AS at, type, object_type, object_id, sequence, data, made_at FROM announcements
        WHERE (xid, id) > ($1::text::xid8, $2) AND (xid, id) <= ($3::text::xid8, $4)
        ORDER BY xid, id LIMIT $5
        """,
        *after,
        *upto,
        limit,
    )


async def several(tx: Tx, events: Sequence[UUID]) -> list[Row]:
    """Announcements by their ids."""
    return await tx.fetch(
        """
        SELECT id, xid::text AS at, type, object_type, object_id, sequence, data, made_at FROM announcements WHERE id = ANY ($1)
        """,
        events,
    )


async def horizon(tx: Tx) -> str:
    """The place below which everything is finished: where a listener begins that wants only what is new."""
    return str(await tx.fetchval("SELECT finished_here_below()::text"))


async def next_place(tx: Tx) -> str:
    """The place of the next transaction: none that was given out here is as high."""
    return str(await tx.fetchval("SELECT next_position()::text"))


async def first_unheard(tx: Tx) -> UUID | None:
    """The oldest announcement that nobody may be told yet, for a transaction before it is open."""
    id_: UUID | None = await tx.fetchval(
        "SELECT id FROM announcements WHERE xid >= (SELECT finished_here_below()) ORDER BY xid, id LIMIT 1"
    )
    return id_


async def cursors(tx: Tx) -> list[Row]:
    """Each durable consumer's name and place."""
    return await tx.fetch("SELECT name, xid::text, id FROM cursors ORDER BY name")


async def first_after(tx: Tx, xid: str, id_: UUID | None) -> UUID | None:
    """The oldest announcement after a place, whether it may be told yet or not."""
    first: UUID | None = await tx.fetchval(
        """
        SELECT id FROM announcements
        WHERE (xid, id) > ($1::text::xid8, coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid)) ORDER BY xid, id LIMIT 1
        """,
        xid,
        id_,
    )
    return first


async def oldest_open(tx: Tx) -> Row | None:
    """The session, or prepared transaction, of this database whose open transaction is the oldest. What our role may not see is NULL."""
    return await tx.fetchrow(
        """
        SELECT * FROM (
            SELECT pid, usename::text AS role, coalesce(application_name, '') AS application, state, xact_start AS since, '' AS prepared,
                   backend_xid AS xid
            FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
            UNION ALL
            SELECT NULL, owner::text, '', 'prepared', prepared, gid, transaction FROM pg_prepared_xacts WHERE database = current_database()
        ) AS open ORDER BY age(xid) DESC LIMIT 1
        """
    )


async def move_cursor(tx: Tx, name: str, was: tuple[str, UUID | None], at: str, id_: UUID, *, is_idle: bool) -> bool:
    """The consumer has taken everything up to here; False where another has moved it from the place where it `was`.

    Where nothing else is written with it (`is_idle`) the commit does not wait for the disk: a move that a crash takes back is made again.
    """
    tag = await tx.execute(
        """
        UPDATE cursors SET xid = $4::text::xid8, id = $5 FROM (SELECT CASE WHEN $6 THEN set_config('synchronous_commit', 'off', true) END) AS commit
        WHERE name = $1 AND cursors.xid = $2::text::xid8 AND id IS NOT DISTINCT FROM $3
        """,
        name,
        *was,
        at,
        id_,
        is_idle,
    )
    return tag == "UPDATE 1"
