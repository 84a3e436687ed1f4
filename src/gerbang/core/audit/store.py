"""Every SQL statement on the table `audit`. Rows are only ever added."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.keyset import LAST_ID
from gerbang.base.statement_batch import Writer


async def add(tx: Writer, columns: Sequence[list[object]]) -> None:
    """Add rows, given as columns: id, actor, action, object, before, after, request id, detail."""
    await tx.execute(
        """
        INSERT INTO audit (id, actor, action, object, before_digest, after_digest, request_id, detail)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::text[], $8::jsonb[])
        """,
        *columns,
    )


async def of_object(tx: Tx, object_: str, after: UUID, limit: int) -> list[Row]:
    """What was done to one object after an entry, oldest first."""
    return await tx.fetch(_OF_OBJECT_FORWARD, object_, limit, after)


async def of_request(tx: Tx, request_id: str, limit: int) -> list[Row]:
    """What one request did, oldest first."""
    return await tx.fetch(_COLUMNS + "audit WHERE request_id = $1 ORDER BY id LIMIT $2", request_id, limit)


async def page(
    tx: Tx, before: tuple[datetime, UUID] | None, action: str | None, object_: str | None, limit: int
) -> list[Row]:
    """Newest entries first, from a keyset cursor (time, id) on."""
    place = before[1] if before else LAST_ID
    if object_ is not None and action is not None:
        return await tx.fetch(_OF_BOTH, place, limit, object_, action)
    if object_ is not None:
        return await tx.fetch(_OF_OBJECT, place, limit, object_)
    if action is not None:
        return await tx.fetch(_OF_ACTION, place, limit, action)
    return await tx.fetch(_NEWEST, place, limit)


# Objects may have any number of entries (a connection whose webhooks are refused): what was done to one is read off the index by jumps, there
# are never many kinds, and of each kind the next are merged.
_COLUMNS = "SELECT id, happened_at, actor, action, object, request_id, detail, before_digest, after_digest FROM "
_NEWEST = _COLUMNS + "audit WHERE id < $1 ORDER BY id DESC LIMIT $2"
# An action is asked for as a range, never as an equality: the order is then that of one index, and no plan looks for a rare one through all.
_OF_ACTION = (
    _COLUMNS
    + "audit WHERE (action, id) < ($3, $1) AND (action, id) >= ($3, '00000000-0000-0000-0000-000000000000')"
    + " ORDER BY action DESC, id DESC LIMIT $2"
)
_OF_BOTH = (
    _COLUMNS
    + "audit WHERE (object, action, id) < ($3, $4, $1) AND (object, action, id) >= ($3, $4, '00000000-0000-0000-0000-000000000000')"
    + " ORDER BY object DESC, action DESC, id DESC LIMIT $2"
)
_OF_OBJECT = (
    """
    WITH RECURSIVE kinds AS (
        (SELECT action AS kind FROM (
            SELECT object, action FROM audit WHERE object >= $3 ORDER BY object, action LIMIT 1) AS first WHERE object = $3)
        UNION ALL
        SELECT later.action FROM kinds CROSS JOIN LATERAL (
            SELECT object, action FROM audit WHERE (object, action) > ($3, kind) ORDER BY object, action LIMIT 1) AS later
        WHERE later.object = $3)
    """  # noqa: S608  constants only
    + _COLUMNS
    + """
    kinds CROSS JOIN LATERAL (
        SELECT * FROM audit
        WHERE (object, action, id) < ($3, kind, $1) AND (object, action, id) >= ($3, kind, '00000000-0000-0000-0000-000000000000')
        ORDER BY object DESC, action DESC, id DESC LIMIT $2) AS found
    ORDER BY id DESC LIMIT $2
    """
)
_OF_OBJECT_FORWARD = (
    """
    WITH RECURSIVE kinds AS (
        (SELECT action AS kind FROM (
            SELECT object, action FROM audit WHERE object >= $1 ORDER BY object, action LIMIT 1) AS first WHERE object = $1)
        UNION ALL
        SELECT later.action FROM kinds CROSS JOIN LATERAL (
            SELECT object, action FROM audit WHERE (object, action) > ($1, kind) ORDER BY object, action LIMIT 1) AS later
        WHERE later.object = $1)
    """  # noqa: S608  constants only
    + _COLUMNS
    + """
    kinds CROSS JOIN LATERAL (
        SELECT * FROM audit
        WHERE (object, action, id) > ($1, kind, $3)
          AND (object, action, id) <= ($1, kind, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        ORDER BY object, action, id LIMIT $2) AS found
    ORDER BY id LIMIT $2
    """
)
