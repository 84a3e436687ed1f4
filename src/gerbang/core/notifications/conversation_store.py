"""Every SQL statement on who wrote to us (`conversations`), which approved templates are paused (`template_pauses`), and which events of senders name a
number (`sender_events`). A number stands here as a digest.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.core.notifications.suppression_store import digest_of
from gerbang.ports.messenger import TemplateNews, TemplateState


async def wrote(tx: Tx, connection: str, address: str, at: datetime) -> None:
    """A person wrote to this connection; the latest time counts, and none to come."""
    await tx.execute(
        """
        INSERT INTO conversations (connection, digest, wrote_at) VALUES ($1, $2, least($3, business_now()))
        ON CONFLICT (connection, digest) DO UPDATE SET wrote_at = greatest(conversations.wrote_at, excluded.wrote_at)
        """,
        connection,
        digest_of(address),
        at,
    )


async def last_wrote_s(tx: Tx, connection: str, address: str) -> float | None:
    """How many seconds ago they wrote to it last; None: never."""
    seconds: float | None = await tx.fetchval(
        "SELECT extract(epoch FROM business_now() - wrote_at)::float8 FROM conversations WHERE connection = $1 AND digest = $2",
        connection,
        digest_of(address),
    )
    return seconds


async def pause(tx: Tx, connection: str, news: TemplateNews) -> bool:
    """This template is not used until it is good again; True when it was used until now. One that was recategorised waits for a person."""
    row = await tx.fetchrow(
        """
        INSERT INTO template_pauses (connection, template, language, is_recategorised, why, since)
        VALUES ($1, $2, $3, $4, $5, business_now())
        ON CONFLICT (connection, template, language) DO UPDATE
            SET is_recategorised = template_pauses.is_recategorised OR excluded.is_recategorised, why = excluded.why,
                left_at = CASE WHEN template_pauses.why = excluded.why THEN template_pauses.left_at END
        RETURNING (xmax = 0) AS is_new
        """,
        connection,
        news.template,
        news.language,
        news.state is TemplateState.RECATEGORISED,
        news.why,
    )
    assert row is not None, "an upsert returns its row"
    return bool(row["is_new"])


async def resume(tx: Tx, connection: str, template: str, language: str, *, by_person: bool) -> bool:
    """The template is used again; one that was recategorised only when a person says so. True when it was paused."""
    row = await tx.fetchrow(
        """
        DELETE FROM template_pauses
        WHERE connection = $1 AND template = $2 AND language = $3 AND (NOT is_recategorised OR $4) RETURNING 1
        """,
        connection,
        template,
        language,
        by_person,
    )
    return row is not None


async def leave(tx: Tx, connection: str, template: str, language: str) -> bool:
    """Somebody has seen that it is paused, and leaves it so. True when it is paused."""
    row = await tx.fetchrow(
        """
        UPDATE template_pauses SET left_at = coalesce(left_at, business_now())
        WHERE connection = $1 AND template = $2 AND language = $3 RETURNING 1
        """,
        connection,
        template,
        language,
    )
    return row is not None


async def pauses(tx: Tx, connection: str | None = None) -> list[Row]:
    """The templates that are paused, of one connection or of all, the longest first."""
    return await tx.fetch(
        """
        SELECT connection, template, language, is_recategorised, why, since, left_at FROM template_pauses
        WHERE connection = coalesce($1, connection) ORDER BY since, template, language LIMIT 200
        """,
        connection,
    )


async def note_event(tx: Tx, address: str, event: UUID) -> None:
    """What a sender told in this event names this number."""
    await tx.execute(
        "INSERT INTO sender_events (digest, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        digest_of(address),
        event,
    )


async def events_naming(tx: Tx, addresses: Sequence[str], after: UUID | None, most: int) -> list[UUID]:
    """Events that name one of these numbers, in the order of their ids."""
    rows = await tx.fetch(
        "SELECT DISTINCT event_id FROM sender_events WHERE digest = ANY($1) AND event_id > $2 ORDER BY event_id LIMIT $3",
        [digest_of(one) for one in addresses],
        after or UUID(int=0),
        most,
    )
    return [row["event_id"] for row in rows]


async def forget(tx: Tx, address: str) -> None:
    """That this person ever wrote; whether they may be written to stays."""
    await tx.execute("DELETE FROM conversations WHERE digest = $1", digest_of(address))
