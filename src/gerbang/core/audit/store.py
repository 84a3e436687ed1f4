"""Every SQL statement on the table `audit`. Rows are only ever added."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.writes import Writer


async def add(tx: Writer, columns: Sequence[list[object]]) -> None:
    """Add rows, given as columns: id, actor, action, object, before, after, request id, detail."""
    await tx.execute(
        """
        INSERT INTO audit (id, actor, action, object, before_digest, after_digest, request_id, detail)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::text[], $8::jsonb[])
        """,
        *columns,
    )


async def of_object(tx: Tx, object_: str, limit: int) -> list[Row]:
    """What was done to one object, oldest first."""
    return await tx.fetch(
        """
        SELECT id, happened_at, actor, action, object, request_id, detail, before_digest, after_digest
        FROM audit WHERE object = $1 ORDER BY id LIMIT $2
        """,
        object_,
        limit,
    )


async def page(
    tx: Tx, before: tuple[datetime, UUID] | None, action: str | None, object_: str | None, limit: int
) -> list[Row]:
    """Newest entries first, from a keyset cursor (time, id) on."""
    return await tx.fetch(
        """
        SELECT id, happened_at, actor, action, object, request_id, detail, before_digest, after_digest
        FROM audit
        WHERE ($1::uuid IS NULL OR id < $1) AND ($2::text IS NULL OR action = $2) AND ($3::text IS NULL OR object = $3)
        ORDER BY id DESC LIMIT $4
        """,
        before[1] if before else None,
        action,
        object_,
        limit,
    )
