"""Every SQL statement on the table `notifications`; rows ⇄ model."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import below
from gerbang.core.announcements.model import NO_OBJECT, object_of
from gerbang.core.notifications.model import ERASED, Filters, Notification, Status, Template
from gerbang.ports.messenger import Channel, Progress, Sent

log = structlog.get_logger()
_TEMPLATES = frozenset(one.value for one in Template)
_STATUSES = frozenset(one.value for one in Status)
_CHANNELS = frozenset(one.value for one in Channel)


async def business_now(tx: Tx) -> datetime:
    """Business time of this transaction, UTC."""
    now: datetime = await tx.fetchval("SELECT business_now()")
    return now


async def add(tx: Tx, notifications: Sequence[Notification]) -> list[UUID]:
    """New rows; one that was made before for the same announcement, recipient and template is left alone. Returns the new ids."""
    rows = [
        (
            n.id,
            n.announcement_id,
            n.channel.value,
            n.recipient,
            n.template.value,
            n.locale,
            dict(n.data),
            *(n.object or NO_OBJECT),
            n.status.value,
            n.message_id,
            n.error,
            n.created_at,
            n.held_until,
        )
        for n in notifications
    ]
    made = await tx.fetch(
        """
        INSERT INTO notifications (id, announcement_id, channel, recipient, template, locale, data, object_type, object_id, status,
            message_id, error, created_at, held_until)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::text[],
            $9::uuid[], $10::text[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[])
        ON CONFLICT (announcement_id, channel, recipient, template) DO NOTHING
        RETURNING id
        """,
        *columns(rows, 14),
    )
    return [row["id"] for row in made]


async def told(tx: Tx, object_type: str, objects: Sequence[UUID]) -> set[tuple[UUID, str]]:
    """Which messages were made about these objects of one type before: (object, template)."""
    rows = await tx.fetch(
        "SELECT DISTINCT object_id, template FROM notifications WHERE object_type = $1 AND object_id = ANY($2)",
        object_type,
        list(objects),
    )
    return {(row["object_id"], row["template"]) for row in rows}


async def channels_told(tx: Tx, announcement: UUID, template: Template) -> frozenset[str]:
    """On which channels this was told, or is about to be."""
    rows = await tx.fetch(
        "SELECT channel FROM notifications WHERE announcement_id = $1 AND template = $2", announcement, template.value
    )
    return frozenset(row["channel"] for row in rows)


async def has_arrived(tx: Tx, announcement: UUID, template: Template, channels: Collection[Channel]) -> bool:
    """Whether this was told on any of these channels, as far as its sender says."""
    found: bool = await tx.fetchval(
        """
        SELECT EXISTS (SELECT FROM notifications WHERE announcement_id = $1 AND template = $2 AND channel = ANY($3)
            AND status IN ('delivered', 'read'))
        """,
        announcement,
        template.value,
        [one.value for one in channels],
    )
    return found


async def hold(tx: Tx, id_: UUID, until: datetime, why: str) -> None:
    """Not sent before then; the try that found this out was none."""
    await tx.execute(
        "UPDATE notifications SET held_until = $2, error = $3, tries = tries - 1 WHERE id = $1 AND status = 'queued'",
        id_,
        until,
        why,
    )


async def begin_try(tx: Tx, id_: UUID) -> Notification | None:
    """Count a try before it is made, so that a crash counts; None when it is no longer to be sent."""
    row = await tx.fetchrow(
        """
        UPDATE notifications SET tries = tries + 1 WHERE id = $1 AND status = 'queued'
        RETURNING id, announcement_id, channel, recipient, template, locale, data, object_type, object_id, status, message_id, tries, error,
            created_at, sent_at, connection, provider_id, parts, unknown_tries, digests, accepted_at, delivered_at, read_at, failed_at, attempted_at, category, billable, held_until
        """,
        id_,
    )
    return _notification(row) if row else None


async def uncount_try(tx: Tx, id_: UUID) -> None:
    """Take the try back that was counted: nobody was asked."""
    await tx.execute("UPDATE notifications SET tries = tries - 1 WHERE id = $1 AND status = 'queued'", id_)


async def begin_attempt(tx: Tx, id_: UUID, connection: str, digest: str) -> None:
    """From now on it may have left by this connection, in these words: until somebody says what became of it, nobody knows."""
    await tx.execute(
        """
        UPDATE notifications SET unknown_tries = unknown_tries + 1, connection = $2, attempted_at = business_now(),
            digests = CASE WHEN $3 = '' OR $3 = ANY(digests) THEN digests ELSE digests || $3 END
        WHERE id = $1
        """,
        id_,
        connection,
        digest,
    )


async def end_attempt(tx: Tx, id_: UUID) -> None:
    """What became of the last try is known: it did not leave, or it was refused."""
    await tx.execute("UPDATE notifications SET unknown_tries = greatest(unknown_tries - 1, 0) WHERE id = $1", id_)


async def settle_attempts(tx: Tx, id_: UUID) -> None:
    """What became of every try is known: the sender was asked for them."""
    await tx.execute("UPDATE notifications SET unknown_tries = 0 WHERE id = $1", id_)


async def mark_taken(tx: Tx, id_: UUID, sent: Sent) -> None:
    """The sender has it, under this id; facts about it that came earlier stay."""
    await tx.execute(
        """
        UPDATE notifications SET provider_id = nullif($2, ''), parts = $3, error = NULL WHERE id = $1
        """,
        id_,
        sent.provider_id,
        sent.parts,
    )


async def note_charge(tx: Tx, id_: UUID, category: str, billable: bool | None) -> None:
    """How its sender charges for it."""
    await tx.execute("UPDATE notifications SET category = $2, billable = $3 WHERE id = $1", id_, category, billable)


async def note_progress(tx: Tx, id_: UUID, status: Status, fact: Progress, at: datetime, error: str | None) -> None:
    """One fact with the time when it was first told, and the state with it."""
    await tx.execute(
        """
        UPDATE notifications SET status = $2, error = CASE WHEN $2 IN ('delivered', 'read') THEN NULL ELSE coalesce($5, error) END,
            accepted_at = CASE WHEN $3 = 'accepted' THEN coalesce(accepted_at, $4) ELSE accepted_at END,
            sent_at = CASE WHEN $3 = 'sent' THEN coalesce(sent_at, $4) ELSE sent_at END,
            delivered_at = CASE WHEN $3 = 'delivered' THEN coalesce(delivered_at, $4) ELSE delivered_at END,
            read_at = CASE WHEN $3 = 'read' THEN coalesce(read_at, $4) ELSE read_at END,
            failed_at = CASE WHEN $3 = 'failed' THEN coalesce(failed_at, $4) ELSE failed_at END
        WHERE id = $1
        """,
        id_,
        status.value,
        fact.value,
        at,
        error,
    )


async def lock_told(tx: Tx, connection: str, provider_id: str) -> Notification | None:
    """The message that a sender speaks of, locked for change; the newest, where it uses an id again."""
    row = await tx.fetchrow(
        _COLUMNS
        + "notifications WHERE connection = $1 AND provider_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1 FOR UPDATE",
        connection,
        provider_id,
    )
    return _notification(row) if row else None


async def others_to(tx: Tx, connection: str, recipient: str, id_: UUID, since: datetime) -> list[str]:
    """The sender's ids of other messages to the same address."""
    rows = await tx.fetch(
        """
        SELECT provider_id FROM notifications
        WHERE lower(recipient) = lower($2) AND connection = $1 AND id <> $3 AND created_at > $4 AND provider_id IS NOT NULL
        LIMIT 500
        """,
        connection,
        recipient,
        id_,
        since,
    )
    return [row["provider_id"] for row in rows]


async def note(tx: Tx, id_: UUID, error: str) -> None:
    """Why the last try did not work."""
    await tx.execute("UPDATE notifications SET error = $2 WHERE id = $1", id_, error)


async def lock(tx: Tx, id_: UUID) -> Notification | None:
    """One notification, locked for change."""
    row = await tx.fetchrow(
        """
        SELECT id, announcement_id, channel, recipient, template, locale, data, object_type, object_id, status, message_id, tries, error,
            created_at, sent_at, connection, provider_id, parts, unknown_tries, digests, accepted_at, delivered_at, read_at, failed_at, attempted_at, category, billable, held_until
        FROM notifications WHERE id = $1 FOR UPDATE
        """,
        id_,
    )
    return _notification(row) if row else None


async def refusing_chats(tx: Tx, chats: Collection[str], looked_at: int) -> list[Row]:
    """The rooms whose newest message was refused for good, with what was said; of the newest `looked_at` messages of all, so that it does not grow with them."""
    return await tx.fetch(
        """
        SELECT recipient, error FROM (
            SELECT DISTINCT ON (recipient) recipient, status, error FROM (
                SELECT channel, recipient, status, error, created_at, id FROM notifications ORDER BY created_at DESC, id DESC LIMIT $2) AS newest
            WHERE channel = 'chat' AND recipient = ANY($1) AND status <> 'queued' ORDER BY recipient, created_at DESC, id DESC) AS last
        WHERE status = 'failed' AND error LIKE 'refused:%' ORDER BY recipient
        """,
        list(chats),
        looked_at,
    )


async def requeue(tx: Tx, id_: UUID) -> None:
    """What never left, to be sent from the first try on."""
    await tx.execute(
        """
        UPDATE notifications SET status = 'queued', tries = 0, error = NULL, provider_id = NULL, digests = '{}',
            unknown_tries = 0, attempted_at = NULL, category = '', billable = NULL, held_until = NULL, accepted_at = NULL, sent_at = NULL, delivered_at = NULL, read_at = NULL, failed_at = NULL
        WHERE id = $1
        """,
        id_,
    )


async def page(tx: Tx, filters: Filters, before: tuple[datetime, UUID] | None, limit: int) -> list[Notification]:
    """Newest first, from a keyset place (time, id) on."""
    place = (*below(before), limit)
    if filters.object is not None:
        rows = await tx.fetch(_PAGE_OF_OBJECT, *place, *filters.object, filters.status, filters.template)
    elif filters.status is not None or filters.template is not None:
        templates = [one.value for one in Template] if filters.template is None else [filters.template]
        statuses = [one.value for one in Status] if filters.status is None else [filters.status]
        rows = await tx.fetch(_PAGE_BY_KIND, *place, templates, statuses)
    else:
        rows = await tx.fetch(_PAGE, *place)
    return [_notification(row) for row in rows if _is_known(row)]


async def to_addresses(tx: Tx, addresses: Sequence[str], after: UUID | None, limit: int) -> list[Row]:
    """Messages to these addresses and numbers, in the order of their ids."""
    return await tx.fetch(
        """
        WITH theirs AS MATERIALIZED (
            SELECT id, channel, recipient, template, status, object_type, object_id, created_at, sent_at FROM notifications
            WHERE lower(recipient) = ANY($1))
        SELECT * FROM theirs WHERE id > $2 ORDER BY id LIMIT $3
        """,
        [one.lower() for one in addresses],
        after or UUID(int=0),
        limit,
    )


async def about(tx: Tx, object_type: str, objects: Sequence[UUID], addresses: Sequence[str]) -> list[Row]:
    """Messages about each of these objects of one type that went to the address beside it."""
    return await tx.fetch(
        """
        SELECT n.id, n.channel, n.recipient, n.template, n.status, n.object_type, n.object_id, n.created_at, n.sent_at
        FROM unnest($2::uuid[], $3::text[]) AS of (object, address) JOIN notifications n ON n.object_id = object
        WHERE n.object_type = $1 AND lower(n.recipient) = lower(address) ORDER BY n.id
        """,
        object_type,
        list(objects),
        list(addresses),
    )


async def about_objects(
    tx: Tx, object_type: str, objects: Sequence[UUID], templates: Sequence[Template], limit: int
) -> list[Notification]:
    """Those of these templates about any of these objects, newest first."""
    rows = await tx.fetch(_PAGE_OF_OBJECTS, object_type, list(objects), [one.value for one in templates], limit)
    return [_notification(row) for row in rows if _is_known(row)]


async def erase_recipients(tx: Tx, notifications: Sequence[UUID]) -> None:
    """Erase to whom messages went and what they said; what was sent when, and about what, stays. What was still to be sent is not sent."""
    await tx.execute(
        """
        UPDATE notifications SET recipient = $2 || id::text, data = '{}',
            status = CASE status WHEN 'queued' THEN 'failed' ELSE status END,
            error = CASE status WHEN 'queued' THEN 'erased' ELSE error END
        WHERE id = ANY($1)
        """,
        list(notifications),
        ERASED,
    )


_COLUMNS = (
    "SELECT id, announcement_id, channel, recipient, template, locale, data, object_type, object_id, status, message_id, tries, error, created_at,"
    " sent_at, connection, provider_id, parts, unknown_tries, digests, accepted_at, delivered_at, read_at, failed_at, attempted_at, category, billable, held_until FROM "
)
_PAGE = _COLUMNS + "notifications WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3"
# What people were told about one object is never much, and is filtered as it is read.
_PAGE_OF_OBJECT = (
    _COLUMNS
    + """
    notifications WHERE object_type = $4 AND object_id = $5 AND (created_at, id) < ($1, $2)
      AND ($6::text IS NULL OR status = $6) AND ($7::text IS NULL OR template = $7)
    ORDER BY created_at DESC, id DESC LIMIT $3
    """
)
_PAGE_OF_OBJECTS = (
    _COLUMNS
    + """
    notifications WHERE object_type = $1 AND object_id = ANY($2) AND template = ANY($3) ORDER BY created_at DESC, id DESC LIMIT $4
    """
)
# Of each kind the newest, merged: there are as many kinds as templates times statuses.
_PAGE_BY_KIND = (
    _COLUMNS  # noqa: S608  constants only
    + """
    unnest($4::text[]) AS of (wanted_template) CROSS JOIN unnest($5::text[]) AS at (wanted_status) CROSS JOIN LATERAL (
        SELECT * FROM notifications
        WHERE (template, status, created_at, id) < (wanted_template, wanted_status, $1, $2)
          AND (template, status, created_at) >= (wanted_template, wanted_status, '-infinity'::timestamptz)
        ORDER BY template DESC, status DESC, created_at DESC, id DESC LIMIT $3) AS newest
    ORDER BY created_at DESC, id DESC LIMIT $3
    """
)


def _is_known(row: Row) -> bool:
    """Whether this version knows the row's words; one that it does not is left out of lists."""
    known = row["template"] in _TEMPLATES and row["status"] in _STATUSES and row["channel"] in _CHANNELS
    if not known:
        shown = ids.show("ntf", row["id"])
        log.error("notification.unreadable", notification=shown, template=row["template"], status=row["status"])
    return known


def _notification(row: Row) -> Notification:
    plain = ("locale", "data", "message_id", "tries", "error", "created_at", "connection", "provider_id", "parts")
    more = (
        "category",
        "billable",
        "held_until",
        "accepted_at",
        "sent_at",
        "delivered_at",
        "read_at",
        "failed_at",
        "attempted_at",
    )
    return Notification(
        id=row["id"],
        announcement_id=row["announcement_id"],
        channel=Channel(row["channel"]),
        recipient=row["recipient"],
        template=Template(row["template"]),
        object=object_of(row["object_type"], row["object_id"]),
        status=Status(row["status"]),
        unknown_tries=row["unknown_tries"],
        digests=frozenset(row["digests"]),
        **{name: row[name] for name in (*plain, *more)},
    )
