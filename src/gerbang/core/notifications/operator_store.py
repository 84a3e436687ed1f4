"""Every SQL statement on what operators chose (`operator_choices`, `operator_settings`) and on what waits for a digest (`digest_items`)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from gerbang.base.db import Row, Tx, columns
from gerbang.core.notifications.operator_events import EventGroup, Frequency
from gerbang.ports.messenger import Channel

Choices = Mapping[tuple[EventGroup, Channel], Frequency]
_GROUPS = frozenset(one.value for one in EventGroup)
_CHANNELS = frozenset(one.value for one in Channel)
_FREQUENCIES = frozenset(one.value for one in Frequency)


async def settings(tx: Tx, recipients: Sequence[UUID]) -> list[Row]:
    """The hours, the language and the chat of each who chose any."""
    return await tx.fetch(
        "SELECT recipient, quiet_hours, time_zone, language, chat FROM operator_settings WHERE recipient = ANY($1)",
        list(recipients),
    )


async def choices(tx: Tx, recipients: Sequence[UUID]) -> dict[UUID, dict[tuple[EventGroup, Channel], Frequency]]:
    """What each has chosen; what this version does not know is left out."""
    rows = await tx.fetch(
        "SELECT recipient, event_group, channel, frequency FROM operator_choices WHERE recipient = ANY($1)",
        list(recipients),
    )
    found: dict[UUID, dict[tuple[EventGroup, Channel], Frequency]] = {}
    for row in rows:
        if row["event_group"] in _GROUPS and row["channel"] in _CHANNELS and row["frequency"] in _FREQUENCIES:
            key = EventGroup(row["event_group"]), Channel(row["channel"])
            found.setdefault(row["recipient"], {})[key] = Frequency(row["frequency"])
    return found


async def save(tx: Tx, recipient: UUID, settings_: Mapping[str, str], chosen: Choices) -> None:
    """What one of them chose from now on; what is not named stays."""
    await tx.execute(
        """
        INSERT INTO operator_settings (recipient, quiet_hours, time_zone, language, chat) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (recipient) DO UPDATE SET quiet_hours = excluded.quiet_hours, time_zone = excluded.time_zone,
            language = excluded.language, chat = excluded.chat
        """,
        recipient,
        *(settings_[name] for name in ("quiet_hours", "time_zone", "language", "chat")),
    )
    rows = [(recipient, group.value, channel.value, one.value) for (group, channel), one in chosen.items()]
    await tx.execute(
        """
        INSERT INTO operator_choices (recipient, event_group, channel, frequency)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
        ON CONFLICT (recipient, event_group, channel) DO UPDATE SET frequency = excluded.frequency
        """,
        *columns(rows, 4),
    )


async def forget(tx: Tx, recipient: UUID) -> int:
    """Forget what a person chose, and what waits for them; says how many rows there were."""
    gone = 0
    for statement in (
        "DELETE FROM operator_settings WHERE recipient = $1 RETURNING 1",
        "DELETE FROM operator_choices WHERE recipient = $1 RETURNING 1",
        "DELETE FROM digest_items WHERE recipient = $1 RETURNING 1",
    ):
        gone += len(await tx.fetch(statement, recipient))
    return gone


async def waiting(tx: Tx, recipient: UUID) -> int:
    """How many events wait for their digests."""
    return int(await tx.fetchval("SELECT count(*) FROM digest_items WHERE recipient = $1", recipient))


async def keep(tx: Tx, items: Sequence[tuple[UUID, Channel, Frequency, UUID]]) -> None:
    """What happened, for a digest: recipient, channel, frequency and the line of the bell; once each."""
    if not items:
        return
    rows = [(recipient, channel.value, frequency.value, notice) for recipient, channel, frequency, notice in items]
    await tx.execute(
        """
        INSERT INTO digest_items (recipient, channel, frequency, notice)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) ON CONFLICT DO NOTHING
        """,
        *columns(rows, 4),
    )


async def take(tx: Tx, recipient: UUID, channel: Channel, frequency: Frequency, most: int) -> list[dict[str, Any]]:
    """What waits for one digest, taken out with this transaction: of each type of event how many, and the newest `most` of all.
    A row has `type`, `count` and `since`, when the oldest of all came, and those that are listed `object_type`, `object_id`, `detail` and `created_at`.
    """
    rows = await tx.fetch(
        """
        WITH gone AS MATERIALIZED (
            DELETE FROM digest_items WHERE recipient = $1 AND channel = $2 AND frequency = $3 RETURNING notice),
        told AS MATERIALIZED (
            SELECT n.type, n.object_type, n.object_id, n.detail, n.created_at, n.position,
                count(*) OVER (PARTITION BY n.type) AS count, min(n.created_at) OVER () AS since,
                row_number() OVER (ORDER BY n.position DESC) AS place,
                row_number() OVER (PARTITION BY n.type ORDER BY n.position DESC) AS of_type
            FROM gone JOIN operator_notices AS n ON n.id = gone.notice)
        SELECT type, count, since, object_type, object_id, detail, created_at, place <= $4 AS is_listed
        FROM told WHERE place <= $4 OR of_type = 1 ORDER BY position DESC
        """,
        recipient,
        channel.value,
        frequency.value,
        most,
    )
    return [dict(row) for row in rows]
