"""Every SQL statement on the table `notifications`; rows ⇄ model."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import below
from gerbang.core.announcements.model import NO_OBJECT, object_of
from gerbang.core.notifications.model import ERASED, Filters, Notification, Status, Template

log = structlog.get_logger()
_TEMPLATES = frozenset(one.value for one in Template)
_STATUSES = frozenset(one.value for one in Status)


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
            n.channel,
            n.recipient,
            n.template.value,
            n.locale,
            dict(n.data),
            *(n.object or NO_OBJECT),
            n.status.value,
            n.message_id,
            n.error,
            n.created_at,
        )
        for n in notifications
    ]
    made = await tx.fetch(
        """
        INSERT INTO notifications (id, announcement_id, channel, recipient, template, locale, data, object_type, object_id, status,
            message_id, error, created_at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::text[],
            $9::uuid[], $10::text[], $11::text[], $12::text[], $13::timestamptz[])
        ON CONFLICT (announcement_id, channel, recipient, template) DO NOTHING
        RETURNING id
        """,
        *columns(rows, 13),
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


async def begin_try(tx: Tx, id_: UUID) -> Notification | None:
    """Count a try before it is made, so that a crash counts; None when it is no longer to be sent."""
    row = await tx.fetchrow(
        """
        UPDATE notifications SET tries = tries + 1 WHERE id = $1 AND status = 'queued'
        RETURNING id, announcement_id, channel, recipient, template, locale, data, object_type, object_id, status, message_id, tries, error,
            created_at, sent_at
        """,
        id_,
    )
    return _notification(row) if row else None


async def uncount_try(tx: Tx, id_: UUID) -> None:
    """Take the try back that was counted: nobody was asked."""
    await tx.execute("UPDATE notifications SET tries = tries - 1 WHERE id = $1 AND status = 'queued'", id_)


async def mark_sent(tx: Tx, id_: UUID) -> None:
    """The receiving server has it."""
    await tx.execute(
        "UPDATE notifications SET status = 'sent', sent_at = business_now(), error = NULL WHERE id = $1", id_
    )


async def mark_failed(tx: Tx, id_: UUID, error: str) -> None:
    """It will not be tried again unless an operator asks."""
    await tx.execute("UPDATE notifications SET status = 'failed', error = $2 WHERE id = $1", id_, error)


async def note(tx: Tx, id_: UUID, error: str) -> None:
    """Why the last try did not work."""
    await tx.execute("UPDATE notifications SET error = $2 WHERE id = $1", id_, error)


async def lock(tx: Tx, id_: UUID) -> Notification | None:
    """One notification, locked for change."""
    row = await tx.fetchrow(
        """
        SELECT id, announcement_id, channel, recipient, template, locale, data, object_type, object_id, status, message_id, tries, error,
            created_at, sent_at
        FROM notifications WHERE id = $1 FOR UPDATE
        """,
        id_,
    )
    return _notification(row) if row else None


async def requeue(tx: Tx, id_: UUID, message_id: str) -> None:
    """To be sent again from the first try on."""
    await tx.execute(
        "UPDATE notifications SET status = 'queued', tries = 0, error = NULL, sent_at = NULL, message_id = $2 WHERE id = $1",
        id_,
        message_id,
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


async def to_address(tx: Tx, address: str, after: UUID | None, limit: int) -> list[Row]:
    """Messages to an address, in the order of their ids."""
    return await tx.fetch(
        """
        SELECT id, recipient, template, status, object_type, object_id, created_at, sent_at FROM notifications
        WHERE lower(recipient) = lower($1) AND id > $2 ORDER BY id LIMIT $3
        """,
        address,
        after or UUID(int=0),
        limit,
    )


async def about(tx: Tx, object_type: str, objects: Sequence[UUID], addresses: Sequence[str]) -> list[Row]:
    """Messages about each of these objects of one type that went to the address beside it."""
    return await tx.fetch(
        """
        SELECT n.id, n.recipient, n.template, n.status, n.object_type, n.object_id, n.created_at, n.sent_at
        FROM unnest($2::uuid[], $3::text[]) AS of (object, address) JOIN notifications n ON n.object_id = object
        WHERE n.object_type = $1 AND lower(n.recipient) = lower(address) ORDER BY n.id
        """,
        object_type,
        list(objects),
        list(addresses),
    )


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
    " sent_at FROM "
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
    known = row["template"] in _TEMPLATES and row["status"] in _STATUSES
    if not known:
        shown = ids.show("ntf", row["id"])
        log.error("notification.unreadable", notification=shown, template=row["template"], status=row["status"])
    return known


def _notification(row: Row) -> Notification:
    (
        id_,
        announcement,
        channel,
        recipient,
        template,
        locale,
        data,
        object_type,
        object_id,
        status,
        message_id,
        tries,
        error,
        created,
        sent,
    ) = row
    return Notification(
        id=id_,
        announcement_id=announcement,
        channel=channel,
        recipient=recipient,
        template=Template(template),
        locale=locale,
        data=data,
        object=object_of(object_type, object_id),
        status=Status(status),
        message_id=message_id,
        tries=tries,
        error=error,
        created_at=created,
        sent_at=sent,
    )
