"""Every SQL statement on the table `message_texts`; rows ⇄ model."""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.core.notifications.model import Template
from gerbang.core.notifications.text_model import TextKey, TextVersion
from gerbang.ports.messenger import Channel

_COLUMNS = (
    "SELECT id, template, locale, channel, number, is_ours, subject, body, needs, approval, saved_by, saved_at, decided_by, decided_at, note, failed_at,"
    " failed_why FROM message_texts "
)
_OF_KEY = _COLUMNS + "WHERE template = $1 AND locale = $2 AND channel = $3 "
_USED = _OF_KEY + "AND approval IN ('not_needed', 'approved') ORDER BY number DESC LIMIT 1"
_VERSIONS = _OF_KEY + "ORDER BY number DESC LIMIT $4"
_ONE = _COLUMNS + "WHERE id = $1"
_STANDING = (
    "SELECT DISTINCT ON (template, locale, channel, approval = 'pending') * FROM message_texts"
    " WHERE approval IN ('not_needed', 'approved', 'pending') ORDER BY template, locale, channel, approval = 'pending', number DESC"
)


async def lock(tx: Tx, key: TextKey) -> None:
    """Nobody else saves or decides versions of this text until the transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key.shown)


async def used(tx: Tx, key: TextKey) -> TextVersion | None:
    """The newest version that nobody has to agree to any more."""
    row = await tx.fetchrow(_USED, *_named(key))
    return _version(row) if row else None


async def versions(tx: Tx, key: TextKey, limit: int) -> list[TextVersion]:
    """The versions of one text, newest first."""
    return [_version(row) for row in await tx.fetch(_VERSIONS, *_named(key), limit)]


async def one(tx: Tx, id_: UUID) -> TextVersion | None:
    """One version."""
    row = await tx.fetchrow(_ONE, id_)
    return _version(row) if row else None


async def standing(tx: Tx) -> list[TextVersion]:
    """Of each text the version in use, and the one that waits."""
    return [_version(row) for row in await tx.fetch(_STANDING)]


async def add(tx: Tx, new: TextVersion) -> None:
    """A new version; whatever waited for a second person before it no longer does."""
    await tx.execute(
        "UPDATE message_texts SET approval = 'withdrawn' WHERE template = $1 AND locale = $2 AND channel = $3 AND approval = 'pending'",
        *_named(new.key),
    )
    await tx.execute(
        """
        INSERT INTO message_texts (id, template, locale, channel, number, is_ours, subject, body, needs, approval, saved_by, saved_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        new.id,
        *_named(new.key),
        new.number,
        new.is_ours,
        new.subject,
        new.body,
        list(new.needs),
        new.approval,
        new.saved_by,
        new.saved_at,
    )


async def decide(tx: Tx, id_: UUID, approval: str, by: str, note: str) -> None:
    """What the second person said."""
    await tx.execute(
        "UPDATE message_texts SET approval = $2, decided_by = $3, decided_at = now(), note = $4 WHERE id = $1",
        id_,
        approval,
        by,
        note,
    )


async def note_failure(tx: Tx, id_: UUID, why: str) -> bool:
    """It could not be sent, and ours went. False where this was known."""
    row = await tx.fetchrow(
        "UPDATE message_texts SET failed_at = now(), failed_why = $2 WHERE id = $1 AND failed_at IS NULL RETURNING id",
        id_,
        why,
    )
    return row is not None


def _named(key: TextKey) -> Sequence[str]:
    return key.template.value, key.locale, key.channel.value


def _version(row: Row) -> TextVersion:
    plain = (
        "id",
        "number",
        "is_ours",
        "subject",
        "body",
        "approval",
        "saved_by",
        "saved_at",
        "decided_by",
        "decided_at",
        "note",
    )
    return TextVersion(
        key=TextKey(Template(row["template"]), row["locale"], Channel(row["channel"])),
        needs=tuple(row["needs"]),
        failed_at=row["failed_at"],
        failed_why=row["failed_why"],
        **{name: row[name] for name in plain},
    )
