"""Every SQL statement on `operator_notices` and on what each person has read of them (`notice_marks`, `notice_reads`).

Only the newest `UNREAD_OF` count as unread, so neither counting nor what is kept of a reader grows with the history. Lines are written by one consumer
at a time: a higher position was committed later.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.keyset import below
from gerbang.core.announcements.model import NO_OBJECT, Announcement

UNREAD_OF: Final = 500
# $1 is the reader; what lies at or below it counts as read.
_READ_UPTO: Final = f"""
    greatest(coalesce((SELECT position FROM notice_marks WHERE user_id = $1), 0),
             (SELECT max(position) FROM operator_notices) - {UNREAD_OF})
"""  # noqa: S608  parts of ours, no value in it
_IS_UNREAD: Final = """
    NOT EXISTS (SELECT FROM notice_reads AS r WHERE r.user_id = $1 AND r.position = n.position)
"""
# Of objects that the reader may see, and of what they did not choose never to be told here.
_MAY_SEE: Final = "(object_type IS NULL OR object_type = ANY ($2)) AND type <> ALL ($3)"
_COLUMNS: Final = "n.id, n.position, n.type, n.object_type, n.object_id, n.detail, n.created_at"
_PAGE: Final = f"""
    SELECT {_COLUMNS}, n.position > {_READ_UPTO} AND {_IS_UNREAD} AS is_unread FROM operator_notices AS n
    WHERE {_MAY_SEE} AND (created_at, id) < ($4, $5)
    ORDER BY created_at DESC, id DESC LIMIT $6
"""  # noqa: S608  parts of ours, no value in it
_PAGE_BY_TYPE: Final = f"""
    SELECT {_COLUMNS}, n.position > {_READ_UPTO} AND {_IS_UNREAD} AS is_unread FROM operator_notices AS n
    WHERE type = $7 AND {_MAY_SEE} AND (created_at, id) < ($4, $5)
    ORDER BY created_at DESC, id DESC LIMIT $6
"""  # noqa: S608  parts of ours, no value in it
# Cut out first: the order must not lead through all that has been read.
_UNREAD_PAGE: Final = f"""
    WITH newest AS MATERIALIZED (SELECT * FROM operator_notices WHERE position > {_READ_UPTO})
    SELECT {_COLUMNS}, true AS is_unread FROM newest AS n
    WHERE {_IS_UNREAD} AND {_MAY_SEE} AND (created_at, id) < ($4, $5) AND type = coalesce($7, type)
    ORDER BY created_at DESC, id DESC LIMIT $6
"""  # noqa: S608  parts of ours, no value in it
_COUNT: Final = f"""
    WITH newest AS MATERIALIZED (SELECT position, type, object_type FROM operator_notices WHERE position > {_READ_UPTO})
    SELECT count(*) FROM newest AS n WHERE {_IS_UNREAD} AND {_MAY_SEE}
"""  # noqa: S608  parts of ours, no value in it
_FORGET_OLD: Final = f"DELETE FROM notice_reads WHERE user_id = $1 AND position <= {_READ_UPTO}"  # noqa: S608  parts of ours, no value in it


async def add(tx: Tx, announcements: Sequence[Announcement]) -> None:
    """A line for each, once."""
    if not announcements:
        return
    await tx.execute(
        """
        INSERT INTO operator_notices (id, type, object_type, object_id, detail, created_at)
        SELECT id, type, object_type, object_id, detail, business_now()
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[])
            WITH ORDINALITY AS n (id, type, object_type, object_id, detail, place)
        ORDER BY place ON CONFLICT (id) DO NOTHING
        """,
        [one.id for one in announcements],
        [one.type for one in announcements],
        [(one.object or NO_OBJECT)[0] for one in announcements],
        [(one.object or NO_OBJECT)[1] for one in announcements],
        [str(one.data.get("connection", "")) for one in announcements],
    )


async def page(
    tx: Tx,
    reader: UUID,
    objects: Collection[str],
    muted: Collection[str],
    before: tuple[datetime, UUID] | None,
    limit: int,
    *,
    type_: str | None,
    unread: bool,
) -> list[Row]:
    """Newest first, those about objects of these types and about none, without the `muted` types of events, with whether the reader has read each."""
    place = (reader, list(objects), list(muted), *below(before), limit)
    if unread:
        return await tx.fetch(_UNREAD_PAGE, *place, type_)
    return await tx.fetch(_PAGE, *place) if type_ is None else await tx.fetch(_PAGE_BY_TYPE, *place, type_)


async def count_unread(tx: Tx, reader: UUID, objects: Collection[str], muted: Collection[str]) -> int:
    """How many the reader has not read."""
    return int(await tx.fetchval(_COUNT, reader, list(objects), list(muted)))


async def newest(tx: Tx) -> int:
    """The position of the newest line; 0 where there is none."""
    return int(await tx.fetchval("SELECT coalesce(max(position), 0) FROM operator_notices"))


async def mark(tx: Tx, reader: UUID, id_: UUID) -> bool:
    """The reader has read this line; False where there is none of this id. What need no longer be known of them is forgotten."""
    position = await tx.fetchval("SELECT position FROM operator_notices WHERE id = $1", id_)
    if position is None:
        return False
    await tx.execute(
        "INSERT INTO notice_reads (user_id, position) VALUES ($1, $2) ON CONFLICT DO NOTHING", reader, position
    )
    await tx.execute(_FORGET_OLD, reader)
    return True


async def mark_upto(tx: Tx, reader: UUID, position: int) -> None:
    """The reader has read all up to here, and nothing that is still to come."""
    await tx.execute(
        """
        INSERT INTO notice_marks (user_id, position)
        SELECT $1, least($2, coalesce(max(position), 0)) FROM operator_notices
        ON CONFLICT (user_id) DO UPDATE SET position = greatest(notice_marks.position, excluded.position)
        """,
        reader,
        position,
    )
    await tx.execute(_FORGET_OLD, reader)


async def marks_of(tx: Tx, reader: UUID) -> list[int]:
    """Up to where a person has read, and what beyond it."""
    rows = await tx.fetch(
        "SELECT position FROM notice_marks WHERE user_id = $1 UNION SELECT position FROM notice_reads WHERE user_id = $1 ORDER BY 1",
        reader,
    )
    return [int(row["position"]) for row in rows]


async def forget(tx: Tx, reader: UUID) -> int:
    """Forget what a person has read; says how many marks there were."""
    known = len(await marks_of(tx, reader))
    await tx.execute("DELETE FROM notice_marks WHERE user_id = $1", reader)
    await tx.execute("DELETE FROM notice_reads WHERE user_id = $1", reader)
    return known
