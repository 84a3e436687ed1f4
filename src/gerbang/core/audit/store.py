"""Every SQL statement on the table `audit`. Rows are only ever added."""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base.db import Row, Tx
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


async def newest(tx: Tx, below: UUID, least: UUID, limit: int) -> list[Row]:
    """The newest entries below an id, down to another."""
    return await tx.fetch(_NEWEST, below, least, limit)


async def of_actions(tx: Tx, below: UUID, least: UUID, limit: int, actions: Sequence[str]) -> list[Row]:
    """The newest of these actions: of each the next are read off the index, and merged."""
    return await tx.fetch(_OF_ACTIONS, below, least, limit, list(actions))


async def about(tx: Tx, below: UUID, least: UUID, limit: int, object_: str, actions: Sequence[str]) -> list[Row]:
    """The newest about one object, of these actions, or of any where none is named."""
    if actions:
        return await tx.fetch(_OF_OBJECT_ACTIONS, below, least, limit, object_, list(actions))
    return await tx.fetch(_OF_OBJECT, below, least, limit, object_)


async def by(tx: Tx, below: UUID, least: UUID, limit: int, actor: str, actions: Sequence[str]) -> list[Row]:
    """The newest by one person or key, of these actions, or of any where none is named."""
    if actions:
        return await tx.fetch(_BY_ACTOR_ACTIONS, below, least, limit, actor, list(actions))
    return await tx.fetch(_BY_ACTOR, below, least, limit, actor)


# Objects may have any number of entries (a connection whose webhooks are refused), and so may a person or a key: what was done to one, or by one,
# is read off the index by jumps, there are never many kinds, and of each kind the next are merged. All is asked for as ranges, never as an
# equality: the order is then that of one index, and no plan looks for a rare one through all.
_COLUMNS = "SELECT id, happened_at, actor, action, object, request_id, detail, before_digest, after_digest FROM "
_NEWEST = _COLUMNS + "audit WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT $3"
_ACTION_ENTRIES = """
    CROSS JOIN LATERAL (
        SELECT * FROM audit WHERE (action, id) < (kind, $1) AND (action, id) >= (kind, $2)
        ORDER BY action DESC, id DESC LIMIT $3) AS found
    ORDER BY id DESC LIMIT $3
    """
_OF_ACTIONS = _COLUMNS + "unnest($4::text[]) AS kind" + _ACTION_ENTRIES
_OBJECT_ENTRIES = """
    CROSS JOIN LATERAL (
        SELECT * FROM audit WHERE (object, action, id) < ($4, kind, $1) AND (object, action, id) >= ($4, kind, $2)
        ORDER BY object DESC, action DESC, id DESC LIMIT $3) AS found
    ORDER BY id DESC LIMIT $3
    """
_OF_OBJECT_ACTIONS = _COLUMNS + "unnest($5::text[]) AS kind" + _OBJECT_ENTRIES
_OF_OBJECT = (
    """
    WITH RECURSIVE kinds AS (
        (SELECT action AS kind FROM (
            SELECT object, action FROM audit WHERE object >= $4 ORDER BY object, action LIMIT 1) AS first WHERE object = $4)
        UNION ALL
        SELECT later.action FROM kinds CROSS JOIN LATERAL (
            SELECT object, action FROM audit WHERE (object, action) > ($4, kind) ORDER BY object, action LIMIT 1) AS later
        WHERE later.object = $4)
    """  # noqa: S608  constants only
    + _COLUMNS
    + "kinds"
    + _OBJECT_ENTRIES
)
# Only people and keys are looked for: what Gerbang itself does is nearly everything, and an index of it would cost every payment its upkeep.
_ACTOR_ENTRIES = """
    CROSS JOIN LATERAL (
        SELECT * FROM audit
        WHERE left(actor, 4) IN ('user', 'key:') AND (actor, action, id) < ($4, kind, $1) AND (actor, action, id) >= ($4, kind, $2)
        ORDER BY actor DESC, action DESC, id DESC LIMIT $3) AS found
    ORDER BY id DESC LIMIT $3
    """
_BY_ACTOR_ACTIONS = _COLUMNS + "unnest($5::text[]) AS kind" + _ACTOR_ENTRIES
_BY_ACTOR = (
    """
    WITH RECURSIVE kinds AS (
        (SELECT action AS kind FROM (
            SELECT actor, action FROM audit WHERE left(actor, 4) IN ('user', 'key:') AND actor >= $4
            ORDER BY actor, action LIMIT 1) AS first WHERE actor = $4)
        UNION ALL
        SELECT later.action FROM kinds CROSS JOIN LATERAL (
            SELECT actor, action FROM audit WHERE left(actor, 4) IN ('user', 'key:') AND (actor, action) > ($4, kind)
            ORDER BY actor, action LIMIT 1) AS later
        WHERE later.actor = $4)
    """  # noqa: S608  constants only
    + _COLUMNS
    + "kinds"
    + _ACTOR_ENTRIES
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
