"""Every SQL statement on `endpoints`; rows ⇄ model."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.keyset import LAST_ID
from gerbang.base.unreadable_rows import readable, unreadable
from gerbang.core.endpoints.model import DisabledReason, Endpoint, Profile, Signing

_FOUND: Final = """
    SELECT id, url, description, events, signing, ordered, rate_per_s, profile, include, disabled, failing_since, created_at, updated_at
    FROM endpoints
    """


async def add(tx: Tx, endpoint: Endpoint, created_by: str) -> Endpoint:
    """A new endpoint; its times are the database's."""
    row = await tx.fetchrow(
        """
        INSERT INTO endpoints (id, url, description, events, signing, ordered, rate_per_s, profile, include, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        RETURNING id, url, description, events, signing, ordered, rate_per_s, profile, include, disabled, failing_since, created_at, updated_at
        """,
        endpoint.id,
        *_written(endpoint),
        created_by,
    )
    assert row is not None, "INSERT … RETURNING gives the row"
    return _endpoint(row)


async def save(tx: Tx, endpoint: Endpoint) -> Endpoint:
    """What somebody changed of it; whoever switches it on again begins its failures anew."""
    row = await tx.fetchrow(
        """
        UPDATE endpoints SET url = $2, description = $3, events = $4, signing = $5, ordered = $6, rate_per_s = $7, profile = $8, include = $9,
            disabled = $10,
            failing_since = CASE WHEN disabled IS NOT NULL AND $10::text IS NULL THEN NULL ELSE failing_since END,
            failing_told_at = CASE WHEN disabled IS NOT NULL AND $10::text IS NULL THEN NULL ELSE failing_told_at END,
            updated_at = business_now()
        WHERE id = $1
        RETURNING id, url, description, events, signing, ordered, rate_per_s, profile, include, disabled, failing_since, created_at, updated_at
        """,
        endpoint.id,
        *_written(endpoint),
        endpoint.disabled.value if endpoint.disabled else None,
    )
    assert row is not None, "it was locked a moment ago"
    return _endpoint(row)


async def lock(tx: Tx, id_: UUID) -> Endpoint | None:
    """One that is not deleted, kept from being changed by others."""
    row = await tx.fetchrow(_FOUND + "WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE", id_)
    return _endpoint(row) if row is not None else None


async def one(tx: Tx, id_: UUID) -> Endpoint | None:
    """One that is not deleted."""
    row = await tx.fetchrow(_FOUND + "WHERE id = $1 AND deleted_at IS NULL", id_)
    return _endpoint(row) if row is not None else None


async def several(tx: Tx, ids: Sequence[UUID]) -> list[Endpoint]:
    """These, deleted ones too."""
    return readable(await tx.fetch(_FOUND + "WHERE id = ANY ($1)", list(ids)), _endpoint)


async def page(tx: Tx, after: UUID | None, limit: int) -> list[Endpoint]:
    """Newest first."""
    rows = await tx.fetch(
        _FOUND + "WHERE id < $1 AND deleted_at IS NULL ORDER BY id DESC LIMIT $2",
        after or LAST_ID,
        limit,
    )
    return readable(rows, _endpoint)


async def find(tx: Tx, states: Collection[str], text: str, after: UUID | None, limit: int) -> list[Endpoint]:
    """Newest first: those in one of these states (`on`, `failing`, `off`) whose address or description holds the text."""
    rows = await tx.fetch(
        _FOUND
        + """
        WHERE id < $1 AND deleted_at IS NULL AND strpos(lower(url || ' ' || description), lower($2)) > 0
          AND CASE WHEN disabled IS NOT NULL THEN 'off' WHEN failing_since IS NOT NULL THEN 'failing' ELSE 'on' END = ANY ($3)
        ORDER BY id DESC LIMIT $4
        """,
        after or LAST_ID,
        text,
        list(states),
        limit,
    )
    return readable(rows, _endpoint)


async def listening(tx: Tx) -> list[Row]:
    """Who takes messages, now or once they are enabled again (`is_off`), with what a try needs to know of them; `is_slowed`: in order, or no faster than
    it says.
    """
    return await tx.fetch(
        """
        SELECT id, events, include, created_at, disabled IS NOT NULL AS is_off, url, signing, profile, failing_since IS NOT NULL AS failing,
            ordered OR rate_per_s IS NOT NULL AS is_slowed
        FROM endpoints WHERE deleted_at IS NULL
        """
    )


async def note_clearing(tx: Tx, ids: Sequence[UUID], *, clearing: bool) -> None:
    """Whether more of what was on its way to them is still to be cancelled than one transaction should."""
    await tx.execute("UPDATE endpoints SET is_clearing = $2 WHERE id = ANY ($1)", list(ids), clearing)


async def clearing(tx: Tx, limit: int) -> list[UUID]:
    """Endpoints of which that is so, locked; those that another worker has are passed over."""
    rows = await tx.fetch(
        "SELECT id FROM endpoints WHERE is_clearing ORDER BY id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED", limit
    )
    return [row["id"] for row in rows]


async def delete(tx: Tx, id_: UUID) -> None:
    """It takes nothing any more; its deliveries keep their rows."""
    await tx.execute("UPDATE endpoints SET deleted_at = clock_timestamp() WHERE id = $1", id_)


async def lock_troubled(tx: Tx, answered: Collection[UUID], silent: Collection[UUID]) -> list[Row]:
    """Endpoints whose standing may change by these attempts, locked: those that answered after failures, and those that failed. With business time."""
    return await tx.fetch(
        """
        SELECT id, url, description, failing_since, failing_told_at, disabled, (SELECT business_now()) AS now FROM endpoints
        WHERE (id = ANY ($1) AND failing_since IS NOT NULL) OR id = ANY ($2) ORDER BY id FOR NO KEY UPDATE
        """,
        list(answered),
        list(silent),
    )


async def note_recovered(tx: Tx, ids: Sequence[UUID]) -> None:
    """They take messages again."""
    await tx.execute("UPDATE endpoints SET failing_since = NULL, failing_told_at = NULL WHERE id = ANY ($1)", list(ids))


async def note_failing(tx: Tx, ids: Sequence[UUID], *, told: bool) -> None:
    """They fail, since now where they did not before; `told`: their owners hear of it with this."""
    await tx.execute(
        """
        UPDATE endpoints SET failing_since = coalesce(failing_since, business_now()),
            failing_told_at = CASE WHEN $2 THEN business_now() ELSE failing_told_at END
        WHERE id = ANY ($1)
        """,
        list(ids),
        told,
    )


async def disable(tx: Tx, ids: Sequence[UUID], reason: DisabledReason) -> None:
    """Nothing is sent to them any more."""
    await tx.execute(
        "UPDATE endpoints SET disabled = $2, updated_at = business_now() WHERE id = ANY ($1) AND disabled IS NULL",
        list(ids),
        reason.value,
    )


async def is_known_host(tx: Tx, host: str, but: UUID) -> bool:
    """Whether another endpoint than this one is at the host."""
    found: bool = await tx.fetchval(
        "SELECT EXISTS (SELECT FROM endpoints WHERE split_part(url, '/', 3) = $1 AND id <> $2 AND deleted_at IS NULL)",
        host,
        but,
    )
    return found


async def is_younger_than(tx: Tx, id_: UUID, age: timedelta) -> bool:
    """Whether an endpoint was made less than so long ago, in business time."""
    return (
        await tx.fetchval("SELECT created_at > business_now() - $2::interval FROM endpoints WHERE id = $1", id_, age)
        is True
    )


def _written(endpoint: Endpoint) -> tuple[object, ...]:
    return (
        endpoint.url,
        endpoint.description,
        list(endpoint.events),
        endpoint.signing.value,
        endpoint.ordered,
        endpoint.rate_per_s,
        endpoint.profile.value,
        list(endpoint.include),
    )


def _endpoint(row: Row) -> Endpoint:
    try:
        signing, profile = Signing(row["signing"]), Profile(row["profile"])
        disabled = DisabledReason(row["disabled"]) if row["disabled"] else None
    except ValueError as error:
        raise unreadable("ep", row["id"], error) from error
    return Endpoint(
        id=row["id"],
        url=row["url"],
        description=row["description"],
        events=tuple(row["events"]),
        signing=signing,
        ordered=row["ordered"],
        rate_per_s=row["rate_per_s"],
        profile=profile,
        include=tuple(row["include"]),
        disabled=disabled,
        failing_since=row["failing_since"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
