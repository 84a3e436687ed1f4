"""Every SQL statement on `api_keys`. A key itself is never stored, only its digest and its first characters."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.keyset import LAST_ID


async def add(tx: Tx, id_: UUID, prefix: str, digest: bytes, name: str, role: str, created_by: str) -> Row | None:
    """Add a key."""
    return await tx.fetchrow(
        """
        INSERT INTO api_keys (id, prefix, digest, name, role, created_by) VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING id, prefix, name, role, created_by, created_at, last_used_at, revoked_at
        """,
        id_,
        prefix,
        digest,
        name,
        role,
        created_by,
    )


async def page(tx: Tx, after: UUID | None, limit: int) -> list[Row]:
    """A page of keys, newest first."""
    return await tx.fetch(
        """
        SELECT id, prefix, name, role, created_by, created_at, last_used_at, revoked_at FROM api_keys
        WHERE id < $1 ORDER BY id DESC LIMIT $2
        """,
        after or LAST_ID,
        limit,
    )


async def revoke(tx: Tx, id_: UUID) -> Row | None:
    """End a key; one that has ended stays as it is."""
    return await tx.fetchrow(
        """
        UPDATE api_keys SET revoked_at = coalesce(revoked_at, clock_timestamp()) WHERE id = $1
        RETURNING id, prefix, name, role, created_by, created_at, last_used_at, revoked_at
        """,
        id_,
    )


async def live(tx: Tx, digests: Sequence[bytes]) -> dict[bytes, tuple[UUID, str]]:
    """Id and role of those keys that have not ended, by digest."""
    rows = await tx.fetch(
        "SELECT digest, id, role FROM api_keys WHERE digest = ANY($1) AND revoked_at IS NULL", list(digests)
    )
    return {row["digest"]: (row["id"], row["role"]) for row in rows}


async def touch(tx: Tx, used: Mapping[UUID, datetime]) -> None:
    """When keys were last used; a later time stays."""
    await tx.execute(
        """
        UPDATE api_keys SET last_used_at = n.used_at
        FROM unnest($1::uuid[], $2::timestamptz[]) AS n (id, used_at)
        WHERE api_keys.id = n.id AND (api_keys.last_used_at IS NULL OR api_keys.last_used_at < n.used_at)
        """,
        list(used),
        list(used.values()),
    )


async def of(tx: Tx, ids: Sequence[UUID]) -> list[Row]:
    """Names and roles of keys by id, of those that have ended too."""
    return await tx.fetch("SELECT id, name, role, revoked_at FROM api_keys WHERE id = ANY($1)", list(ids))


async def made_by(tx: Tx, id_: UUID) -> str | None:
    """The label of who made a key."""
    found: str | None = await tx.fetchval("SELECT created_by FROM api_keys WHERE id = $1", id_)
    return found
