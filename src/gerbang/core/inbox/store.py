"""Every SQL statement on the inbox: `inbox`, `inbox_seen`, `inbox_shards`, `rejections`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import FIRST_ID, FIRST_MOMENT, LAST_ID
from gerbang.base.unreadable_rows import readable, unreadable
from gerbang.core.announcements.model import object_of
from gerbang.core.inbox.model import Event, EventFilters, EventStatus

_CLOCKS_APART: Final = timedelta(minutes=5)  # a provider whose clock is further off than that is refused, too


async def add(tx: Tx, rows: Sequence[tuple[Any, ...]]) -> set[UUID]:
    """Store events once each, rows of (id, connection, key, subject, shard, type, headers, body); returns the ids that were new."""
    fresh = await tx.fetch(
        """
        WITH n AS (
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::jsonb[], $8::bytea[])
            AS n (id, connection, key, subject, shard, type, headers, body)),
        fresh AS (
            INSERT INTO inbox_seen (connection, key, id) SELECT connection, key, id FROM n ORDER BY connection, key
            ON CONFLICT DO NOTHING RETURNING id)
        INSERT INTO inbox (id, connection, key, subject, shard, type, headers, body)
        SELECT n.* FROM n JOIN fresh USING (id) RETURNING id
        """,
        *columns(rows, 8),
    )
    return {row["id"] for row in fresh}


async def count_again(tx: Tx, places: Sequence[tuple[str, str]]) -> None:
    """Count deliveries of events that were here before; places are (connection, key)."""
    await tx.execute(
        """
        UPDATE inbox_seen s SET times = s.times + n.more
        FROM (SELECT connection, key, count(*) AS more FROM unnest($1::text[], $2::text[]) AS p (connection, key)
              GROUP BY connection, key ORDER BY connection, key) AS n
        WHERE s.connection = n.connection AND s.key = n.key
        """,
        *columns(places, 2),
    )


async def take_shards(tx: Tx, shards: Sequence[int], preferred: Sequence[int], limit: int) -> list[Row]:
    """Those of the shards that nobody holds, preferred ones first; also those without work yet, so that what arrives meanwhile does not wait for the
    next claim. `batch` is what a dead owner was working on.
    """
    return await tx.fetch(
        """
        SELECT s.shard, s.batch FROM inbox_shards s
        WHERE s.shard = ANY ($3) AND (s.lease_until IS NULL OR s.lease_until < clock_timestamp())
        ORDER BY s.shard <> ALL ($1), s.shard LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        list(preferred),
        limit,
        list(shards),
    )


async def suspect(tx: Tx, batch: Sequence[UUID], most_tries: int) -> None:
    """Events whose worker died: count the try, so that they are run alone, and park those that were tried too often."""
    await tx.execute(
        """
        UPDATE inbox SET tries = tries + 1, status = CASE WHEN tries + 1 >= $2 THEN 'parked' ELSE status END,
            outcome = CASE WHEN tries + 1 >= $2 THEN 'its worker died each time' ELSE outcome END
        WHERE id = ANY($1) AND status = 'new'
        """,
        list(batch),
        most_tries,
    )


async def next_events(tx: Tx, shards: Sequence[int], limit: int) -> list[Event]:
    """New events of these shards, each in order of arrival and with an equal part of the batch. One tried before is run alone."""
    rows = await tx.fetch(_NEXT, list(shards), max(1, limit // len(shards)))
    events = [_event(row) for row in rows]
    if events and events[0].tries:
        return events[:1]
    return events[: next((n for n, event in enumerate(events) if event.tries), limit)]


async def hold(tx: Tx, owner: UUID, lease_s: float, batches: Mapping[int, Sequence[UUID]]) -> None:
    """Note who works on the shards, until when, and on what."""
    await tx.executemany(
        """
        UPDATE inbox_shards SET owner = $2, lease_until = clock_timestamp() + make_interval(secs => $3), batch = $4
        WHERE shard = $1
        """,
        [(shard, owner, lease_s, list(batch)) for shard, batch in sorted(batches.items())],
    )


async def still_held(tx: Tx, shards: Sequence[int], owner: UUID) -> bool:
    """Whether the shards are still ours; locks their rows, so that nobody takes one before we commit."""
    rows = await tx.fetch(
        "SELECT owner FROM inbox_shards WHERE shard = ANY($1) ORDER BY shard FOR UPDATE", list(shards)
    )
    return all(row["owner"] == owner for row in rows)


async def release(tx: Tx, shards: Sequence[int]) -> None:
    """Nobody works on the shards."""
    await tx.execute(
        "UPDATE inbox_shards SET owner = NULL, lease_until = NULL, batch = '{}' WHERE shard = ANY($1)", list(shards)
    )


async def finish(tx: Tx, rows: Sequence[tuple[UUID, datetime, str, str | None, UUID | None]]) -> None:
    """Mark events as done, rows of (id, received_at, outcome, type and id of the object)."""
    await tx.execute(
        """
        UPDATE inbox i SET status = 'done', outcome = n.outcome, object_type = n.object_type, object_id = n.object_id,
            done_at = clock_timestamp()
        FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[])
            AS n (id, received_at, outcome, object_type, object_id)
        WHERE i.received_at = n.received_at AND i.id = n.id
        """,
        *columns(rows, 5),
    )


async def postpone(tx: Tx, id_: UUID, wait_s: float, why: str, names_money: bool) -> None:
    """Try an event again after `wait_s` seconds of business time."""
    await tx.execute(
        """
        UPDATE inbox SET status = 'waiting', tries = tries + 1, outcome = $3, retry_at = business_now() + make_interval(secs => $2),
            names_money = $4
        WHERE id = $1 AND status <> 'done'
        """,
        id_,
        wait_s,
        why,
        names_money,
    )


async def park(tx: Tx, id_: UUID, why: str, names_money: bool) -> None:
    """Keep an event with its bytes for a person."""
    await tx.execute(
        "UPDATE inbox SET status = 'parked', outcome = $2, names_money = $3 WHERE id = $1 AND status <> 'done'",
        id_,
        why,
        names_money,
    )


async def count_unmatched(tx: Tx, most: int) -> int:
    """How many messages that may be about money are about payments that are not known here, counted up to `most`."""
    return int(
        await tx.fetchval(f"SELECT count(*) FROM (SELECT FROM inbox WHERE {_UNMATCHED} LIMIT $1) AS n", most)  # noqa: S608  a constant
    )


async def unmatched(tx: Tx, after: tuple[datetime, UUID], limit: int) -> list[Row]:
    """Those messages, oldest first, from a keyset place on."""
    return await tx.fetch(
        "SELECT id, received_at, connection, type, subject, outcome FROM inbox"  # noqa: S608  a constant
        f" WHERE {_UNMATCHED} AND (received_at, id) > ($1, $2) ORDER BY received_at, id LIMIT $3",
        *after,
        limit,
    )


async def has_live_unmatched(tx: Tx) -> bool:
    """Whether one of them came from a connection for real money."""
    return bool(
        await tx.fetchval(
            f"SELECT EXISTS (SELECT FROM inbox i JOIN connections c ON c.id = i.connection WHERE {_UNMATCHED} AND c.livemode)"  # noqa: S608  a constant
        )
    )


async def set_aside(tx: Tx, id_: UUID, outcome: str) -> bool:
    """A person has dealt with an event that was never worked off; False when it was not waiting any more."""
    tag = await tx.execute(
        "UPDATE inbox SET status = 'done', outcome = $2, done_at = clock_timestamp() WHERE id = $1 AND status IN ('waiting', 'parked')",
        id_,
        outcome,
    )
    return tag != "UPDATE 0"


async def revive(tx: Tx) -> None:
    """Events whose wait is over become new again."""
    await tx.execute("UPDATE inbox SET status = 'new' WHERE status = 'waiting' AND retry_at <= (SELECT business_now())")


async def renew(tx: Tx, id_: UUID) -> None:
    """Let an event run again from the start."""
    await tx.execute("UPDATE inbox SET status = 'new', tries = 0, retry_at = NULL WHERE id = $1", id_)


async def one(tx: Tx, id_: UUID) -> Event | None:
    """One event."""
    row = await tx.fetchrow(_EVENTS + "WHERE i.id = $1", id_)
    return _event(row) if row else None


async def page(tx: Tx, filters: EventFilters, after: tuple[datetime, UUID] | None, limit: int) -> list[Event]:
    """Newest events first, from a keyset place on, without headers and bodies.

    The order is that of the ids, which are made as events come in: five minutes are allowed for between our clocks and the database's.
    """
    since = filters.received_after
    place = (
        after[1] if after else LAST_ID,
        ids.first_of(since - _CLOCKS_APART) if since else FIRST_ID,
        since or FIRST_MOMENT,
        limit,
    )
    kind = filters.source, filters.type, filters.status
    if any(part is not None for part in kind):
        rows = await tx.fetch(_LISTED_BY_KIND, *place, *kind)
    else:
        rows = await tx.fetch(_LISTED, *place)
    return readable(rows, _event)


async def stored_bytes(tx: Tx, events: Sequence[UUID]) -> list[Row]:
    """What these events brought, as it came."""
    return await tx.fetch(
        "SELECT id, received_at, headers, body FROM inbox WHERE id = ANY($1) ORDER BY id", list(events)
    )


async def erase_bytes(tx: Tx, events: Sequence[UUID]) -> tuple[int, int]:
    """Forget what these events brought, as far as they are done; returns how many were forgotten, and how many somebody has yet to work on."""
    rows = await tx.fetch(
        """
        WITH erased AS (
            UPDATE inbox SET headers = '{}', body = '' WHERE id = ANY($1) AND status = 'done' AND body <> '' RETURNING 1)
        SELECT (SELECT count(*) FROM erased) AS erased, (SELECT count(*) FROM inbox WHERE id = ANY($1) AND status <> 'done') AS kept
        """,
        list(events),
    )
    return int(rows[0]["erased"]), int(rows[0]["kept"])


async def reject(tx: Tx, connection: str, reason: str, source: str, digest: bytes, size: int) -> None:
    """Keep that a message was refused; of each connection the newest thousand are kept."""
    await tx.execute(
        "INSERT INTO rejections (connection, reason, source, body_digest, body_size) VALUES ($1, $2, $3, $4, $5)",
        connection,
        reason,
        source,
        digest,
        size,
    )
    await tx.execute(
        """
        DELETE FROM rejections WHERE connection = $1
          AND id < (SELECT id FROM rejections WHERE connection = $1 ORDER BY id DESC OFFSET 999 LIMIT 1)
        """,
        connection,
    )


async def rejections(tx: Tx, limit: int) -> list[Row]:
    """What was refused lately, newest first."""
    return await tx.fetch(
        "SELECT connection, reason, source, body_digest, body_size, rejected_at FROM rejections ORDER BY id DESC LIMIT $1",
        limit,
    )


_UNMATCHED: Final = "names_money AND tries >= 2 AND status IN ('waiting', 'parked')"
_NEXT = """
    SELECT i.id, i.received_at, i.connection, i.key, i.subject, i.type, i.headers, i.body, i.status, i.outcome, i.tries, i.done_at,
        i.object_type, i.object_id, 1, i.shard
    FROM unnest($1::smallint[]) AS s (shard) CROSS JOIN LATERAL (
        SELECT * FROM inbox WHERE shard = s.shard AND status = 'new' ORDER BY received_at, id LIMIT $2) AS i
    ORDER BY i.received_at, i.id
"""
_EVENTS = (
    "SELECT i.id, i.received_at, i.connection, i.key, i.subject, i.type, i.headers, i.body, i.status, i.outcome, i.tries, i.done_at,"
    " i.object_type, i.object_id, s.times, i.shard FROM inbox i JOIN inbox_seen s ON s.connection = i.connection AND s.key = i.key "
)

# How often an event came is looked up for the rows that are shown: a join would be planned for as many as the table has.
_LISTED_COLUMNS = (
    "SELECT i.id, i.received_at, i.connection, i.key, i.subject, i.type, '{}'::jsonb, ''::bytea, i.status, i.outcome, i.tries, i.done_at,"
    " i.object_type, i.object_id, (SELECT s.times FROM inbox_seen s WHERE s.connection = i.connection AND s.key = i.key), i.shard FROM "
)
_LISTED = (
    _LISTED_COLUMNS
    + """
    inbox AS i WHERE i.id < $1 AND i.id >= $2 AND i.received_at >= $3 ORDER BY i.id DESC LIMIT $4
    """
)
# What kinds of events there are (some dozens: connection, type and status) is read off the index by jumps; of each kind the newest are merged.
# A kind is asked for as a range, never as an equality: the order is then that of one index, and no plan looks for a rare kind through all events.
_LISTED_BY_KIND = (
    """
    WITH RECURSIVE kinds AS (
        (SELECT connection, type, status FROM inbox ORDER BY connection, type, status LIMIT 1)
        UNION ALL
        SELECT later.connection, later.type, later.status FROM kinds AS k CROSS JOIN LATERAL (
            SELECT i.connection, i.type, i.status FROM inbox i WHERE (i.connection, i.type, i.status) > (k.connection, k.type, k.status)
            ORDER BY i.connection, i.type, i.status LIMIT 1) AS later)
    """  # noqa: S608  constants only
    + _LISTED_COLUMNS
    + """
    kinds AS k CROSS JOIN LATERAL (
        SELECT * FROM inbox
        WHERE (connection, type, status, id) < (k.connection, k.type, k.status, $1)
          AND (connection, type, status, id) >= (k.connection, k.type, k.status, $2) AND received_at >= $3
        ORDER BY connection DESC, type DESC, status DESC, id DESC LIMIT $4) AS i
    WHERE ($5::text IS NULL OR k.connection = $5) AND ($6::text IS NULL OR k.type = $6) AND ($7::text IS NULL OR k.status = $7)
    ORDER BY i.id DESC LIMIT $4
    """
)


def _event(row: Row) -> Event:
    (
        id_,
        received,
        connection,
        key,
        subject,
        type_,
        headers,
        body,
        status,
        outcome,
        tries,
        done,
        *about,
        times,
        shard,
    ) = row
    try:
        known = EventStatus(status)
    except ValueError as error:
        raise unreadable("evt", id_, error) from error
    return Event(
        id_,
        received,
        connection,
        key,
        subject,
        type_,
        headers,
        body,
        known,
        outcome=outcome,
        tries=tries,
        done_at=done,
        object=object_of(*about),
        times_seen=times,
        shard=shard,
    )
