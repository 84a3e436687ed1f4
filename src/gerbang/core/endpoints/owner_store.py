"""Every SQL statement on `endpoint_owner_links`. Real time: a link and its session end by the clock on the wall."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.keyset import FIRST_ID

CODE_S: Final = 600
_FOUND: Final = """
    SELECT l.id, l.endpoint_id, l.email, l.locale, l.opened_at, l.session_digest, l.code_number, l.code_tries,
        l.made_at > clock_timestamp() - interval '24 hours' AS is_fresh,
        l.opened_at > clock_timestamp() - interval '30 minutes' AS is_open,
        coalesce(l.code_until > clock_timestamp(), false) AS has_code
    FROM endpoint_owner_links l JOIN endpoints e ON e.id = l.endpoint_id AND e.deleted_at IS NULL
    """


async def add(tx: Tx, id_: UUID, endpoint: UUID, email: str, locale: str, made_by: str) -> None:
    """A new link; those that ended a month ago are forgotten with it."""
    await tx.execute("DELETE FROM endpoint_owner_links WHERE made_at < clock_timestamp() - interval '30 days'")
    await tx.execute(
        "INSERT INTO endpoint_owner_links (id, endpoint_id, email, locale, made_by) VALUES ($1, $2, $3, $4, $5)",
        id_,
        endpoint,
        email,
        locale,
        made_by,
    )


async def made_lately(tx: Tx, endpoint: UUID) -> int:
    """How many links to this endpoint were made within an hour."""
    count: int = await tx.fetchval(
        """
        SELECT count(*) FROM endpoint_owner_links WHERE endpoint_id = $1 AND made_at > clock_timestamp() - interval '1 hour'
        """,
        endpoint,
    )
    return count


async def one(tx: Tx, id_: UUID) -> Row | None:
    """A link whose endpoint is there."""
    return await tx.fetchrow(_FOUND + "WHERE l.id = $1", id_)


async def lock(tx: Tx, id_: UUID) -> Row | None:
    """The same, kept from being changed by others."""
    return await tx.fetchrow(_FOUND + "WHERE l.id = $1 FOR NO KEY UPDATE OF l", id_)


async def open_session(tx: Tx, id_: UUID, digest: bytes) -> None:
    """The link is used up: it has become this session."""
    await tx.execute(
        "UPDATE endpoint_owner_links SET opened_at = clock_timestamp(), session_digest = $2 WHERE id = $1", id_, digest
    )


async def new_code(tx: Tx, id_: UUID) -> int:
    """Another code is asked for, which ends the one before; its number."""
    number: int = await tx.fetchval(
        """
        UPDATE endpoint_owner_links SET code_number = code_number + 1, code_until = clock_timestamp() + make_interval(secs => $2), code_tries = 0
        WHERE id = $1 RETURNING code_number
        """,
        id_,
        float(CODE_S),
    )
    return number


async def count_try(tx: Tx, id_: UUID) -> None:
    """A code was typed."""
    await tx.execute("UPDATE endpoint_owner_links SET code_tries = code_tries + 1 WHERE id = $1", id_)


async def use_code(tx: Tx, id_: UUID) -> None:
    """The code opened what it was for, and opens nothing more."""
    await tx.execute("UPDATE endpoint_owner_links SET code_until = NULL WHERE id = $1", id_)


async def mailboxes(tx: Tx, ids: Sequence[UUID]) -> list[Row]:
    """To whom these links went."""
    return await tx.fetch("SELECT id, email, locale FROM endpoint_owner_links WHERE id = ANY ($1)", list(ids))


async def of_email(tx: Tx, email: str, after: UUID | None, most: int) -> list[Row]:
    """The links that went to an address."""
    return await tx.fetch(
        """
        SELECT id, endpoint_id, email, locale, made_at, opened_at FROM endpoint_owner_links
        WHERE lower(email) = $1 AND id > $2 ORDER BY id LIMIT $3
        """,
        email,
        after or FIRST_ID,
        most,
    )


async def delete(tx: Tx, ids: Sequence[UUID]) -> None:
    """Forget links; a session of one of them ends with it."""
    await tx.execute("DELETE FROM endpoint_owner_links WHERE id = ANY ($1)", list(ids))
