"""SQL on `outgoing_messages`, `personal_bodies`, `deliveries` and `delivery_attempts`: made, read, sent again, cancelled, forgotten. What a worker does while it
sends stands in sending_store.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import Place, below
from gerbang.base.statement_batch import StatementBatch
from gerbang.base.unreadable_rows import readable, unreadable
from gerbang.core.endpoints.model import Delivery, DeliveryStatus, Message, Tried


async def add(
    tx: Tx,
    messages: Sequence[Message],
    wanted: Sequence[tuple[UUID, UUID, Message]],
    off: Collection[UUID] = (),
    begun: Collection[UUID] = (),
    lease_s: float = 0.0,
) -> dict[UUID, datetime]:
    """Messages, and the deliveries of each: id, endpoint, message. What is there already stays: an announcement is taken once, whatever happens.
    Those to endpoints that are `off` are cancelled from the beginning: whoever enables one again can have them sent. The first try of those that are
    `begun` is counted, as if they had been claimed; returns which of them are new, and so may be tried,
    with the database's business time.
    """
    if not wanted:
        return {}
    writes = StatementBatch()
    await writes.execute(
        """
        INSERT INTO outgoing_messages (event_id, body)
        SELECT * FROM unnest($1::uuid[], $2::bytea[]) ON CONFLICT DO NOTHING
        """,
        *columns([(one.event_id, one.body) for one in messages], 2),
    )
    if personal := [(m.event_id, m.object_type, m.object_id, m.personal) for m in messages if m.personal is not None]:
        await writes.execute(
            """
            INSERT INTO personal_bodies (event_id, object_type, object_id, body)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[]) ON CONFLICT DO NOTHING
            """,
            *columns(personal, 4),
        )
    rows = [
        (id_, to, m.event_id, m.type, m.object_type, m.object_id, m.sequence, to in off, id_ in begun)
        for id_, to, m in wanted
    ]
    await writes.execute(
        """
        INSERT INTO deliveries (id, endpoint_id, event_id, type, object_type, object_id, sequence, status, next_attempt_at, tries, lease_until)
        SELECT id, endpoint, event, type, object_type, object_id, sequence, CASE WHEN is_off THEN 'cancelled' ELSE 'pending' END,
            CASE WHEN is_off THEN NULL ELSE business_now() END,
            is_begun::int, CASE WHEN is_begun THEN clock_timestamp() + make_interval(secs => $10) END
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::int[], $8::bool[], $9::bool[])
            AS n (id, endpoint, event, type, object_type, object_id, sequence, is_off, is_begun)
        ON CONFLICT DO NOTHING RETURNING id, tries, next_attempt_at
        """,
        *columns(rows, 9),
        lease_s,
    )
    return {row["id"]: row["next_attempt_at"] for row in await writes.fetch(tx) if row["tries"]}


async def bodies(tx: Tx, events: Sequence[UUID]) -> dict[UUID, bytes]:
    """What was made to be sent of these events, as far as it was, and as it names nobody."""
    rows = await tx.fetch("SELECT event_id, body FROM outgoing_messages WHERE event_id = ANY ($1)", list(events))
    return {row["event_id"]: row["body"] for row in rows}


async def cancel_pending(tx: Tx, endpoints: Sequence[UUID], limit: int) -> int:
    """Cancel some of what is on its way to endpoints that take nothing any more; it can be sent again. Returns how many."""
    rows = await tx.fetch(
        """
        WITH lot AS MATERIALIZED (
            SELECT id FROM deliveries WHERE endpoint_id = ANY ($1) AND status = 'pending' LIMIT $2 FOR UPDATE)
        UPDATE deliveries d SET status = 'cancelled', next_attempt_at = NULL, lease_until = NULL FROM lot WHERE d.id = lot.id
        RETURNING 1
        """,
        list(endpoints),
        limit,
    )
    return len(rows)


async def cancel(tx: Tx, id_: UUID) -> UUID | None:
    """Try one no more that is on its way; its endpoint, or None where there is no such delivery under way. It can be sent again."""
    found: UUID | None = await tx.fetchval(
        """
        UPDATE deliveries SET status = 'cancelled', next_attempt_at = NULL, lease_until = NULL
        WHERE id = $1 AND status = 'pending' RETURNING endpoint_id
        """,
        id_,
    )
    return found


async def body(tx: Tx, event_id: UUID, *, personal: bool) -> bytes | None:
    """What is sent of an event, to an endpoint that may hear of people (`personal`) or not, as long as it is kept."""
    found: bytes | None = await tx.fetchval(
        """
        SELECT coalesce((SELECT body FROM personal_bodies WHERE event_id = $1 AND $2), (SELECT body FROM outgoing_messages WHERE event_id = $1))
        """,
        event_id,
        personal,
    )
    return found


async def lock_body(tx: Tx, id_: UUID) -> Row | None:
    """A delivery's endpoint, what keeps that from taking anything, and whether its body is still there, which then stays; None for an unknown one."""
    return await tx.fetchrow(
        """
        SELECT e.id AS endpoint_id, e.disabled, (
            SELECT true FROM outgoing_messages m WHERE m.event_id = d.event_id FOR KEY SHARE) AS kept
        FROM deliveries d JOIN endpoints e ON e.id = d.endpoint_id WHERE d.id = $1 AND e.deleted_at IS NULL
        """,
        id_,
    )


async def resend(tx: Tx, ids: Sequence[UUID]) -> None:
    """Send these again from the beginning of their schedules, under the same event ids."""
    await tx.execute(
        """
        UPDATE deliveries SET status = 'pending', earlier_tries = tries, next_attempt_at = business_now()
        WHERE id = ANY ($1)
        """,
        list(ids),
    )


async def to_resend(
    tx: Tx, endpoint: UUID, since: Place, until: datetime, statuses: Sequence[str], limit: int
) -> list[Row]:
    """Some of what was made in a range of time and ended so, oldest first, whose bodies are still there, and stay."""
    return await tx.fetch(
        """
        SELECT d.id, d.made_at FROM deliveries d JOIN outgoing_messages m ON m.event_id = d.event_id
        WHERE d.endpoint_id = $1 AND (d.made_at, d.id) > ($2, $3) AND d.made_at < $4 AND d.status = ANY ($5) AND d.status <> 'pending'
        ORDER BY d.made_at, d.id LIMIT $6 FOR KEY SHARE OF m
        """,
        endpoint,
        *since,
        until,
        list(statuses),
        limit,
    )


async def lock_old(tx: Tx, keep: timedelta, after: Place, limit: int) -> list[Row]:
    """Some messages that are older than bodies are kept for, oldest first, locked; those that somebody uses are passed over."""
    return await tx.fetch(
        """
        SELECT event_id, made_at FROM outgoing_messages WHERE made_at < business_now() - $1::interval AND (made_at, event_id) > ($2, $3)
        ORDER BY made_at, event_id LIMIT $4 FOR UPDATE SKIP LOCKED
        """,
        keep,
        *after,
        limit,
    )


async def forget(tx: Tx, events: Sequence[UUID]) -> None:
    """Drop the bodies of these messages, and what was sent and answered with them, but for those that are still on their way. That they were sent, when
    and with what outcome, stays.
    """
    await tx.execute(
        """
        WITH over AS MATERIALIZED (
            SELECT event_id FROM unnest($1::uuid[]) AS n (event_id)
            WHERE NOT EXISTS (SELECT FROM deliveries d WHERE d.event_id = n.event_id AND d.status = 'pending')),
        emptied AS (
            UPDATE delivery_attempts a SET request_headers = '{}', response_headers = '{}', response_body = '', is_cut = false
            FROM over JOIN deliveries d ON d.event_id = over.event_id WHERE a.delivery_id = d.id),
        unnamed AS (DELETE FROM personal_bodies p USING over WHERE p.event_id = over.event_id)
        DELETE FROM outgoing_messages m USING over WHERE m.event_id = over.event_id
        """,
        list(events),
    )


async def personal_events(tx: Tx, object_type: str, objects: Sequence[UUID]) -> list[Row]:
    """The bodies that name the people of these objects."""
    return await tx.fetch(
        "SELECT event_id, object_id, body FROM personal_bodies WHERE object_id = ANY ($2) AND object_type = $1",
        object_type,
        list(objects),
    )


async def erase_personal(tx: Tx, object_type: str, objects: Sequence[UUID]) -> int:
    """Drop them, and what receivers answered to them; what is still to be sent names nobody. Returns how many."""
    rows = await tx.fetch(
        """
        WITH gone AS (DELETE FROM personal_bodies WHERE object_id = ANY ($2) AND object_type = $1 RETURNING event_id),
        emptied AS (
            UPDATE delivery_attempts a SET response_headers = '{}', response_body = '', is_cut = false
            FROM gone JOIN deliveries d ON d.event_id = gone.event_id WHERE a.delivery_id = d.id)
        SELECT event_id FROM gone
        """,
        object_type,
        list(objects),
    )
    return len(rows)


async def page(
    tx: Tx, endpoint: UUID, status: str | None, after: Place | None, limit: int, attempts: int
) -> list[Delivery]:
    """Deliveries of an endpoint, newest first, each with its newest attempts but for what was sent and answered: read at one moment, so that none is
    pending beside an attempt that ended it.
    """
    rows = await tx.fetch(_PAGE, endpoint, *below(after), limit, attempts, [status] if status else list(DeliveryStatus))
    return _deliveries(rows)


async def of_object(tx: Tx, object_id: UUID, after: Place | None, limit: int, attempts: int) -> list[Delivery]:
    """Deliveries to every endpoint of events about one object, as `page` reads them."""
    return _deliveries(await tx.fetch(_OF_OBJECT, object_id, *below(after), limit, attempts))


async def one(tx: Tx, id_: UUID, attempts: int) -> Delivery | None:
    """One delivery with its newest attempts, whole, read at one moment."""
    return next(iter(_deliveries(await tx.fetch(_ONE, id_, attempts))), None)


_COLUMNS: Final = """
    d.id, d.endpoint_id, d.event_id, d.type, d.object_type, d.object_id, d.sequence, d.status, d.tries, d.made_at, d.next_attempt_at,
    d.lease_until + (business_now() - clock_timestamp()) AS sending_until, a.number
    """
_WITH_ATTEMPTS: Final = """
    LEFT JOIN LATERAL (
        SELECT number, at, status_code, duration_ms, error, address, timings FROM delivery_attempts
        WHERE delivery_id = d.id ORDER BY number DESC LIMIT $5) AS a ON true
    ORDER BY d.made_at DESC, d.id DESC, a.number
    """
_PAGE: Final = f"""
    SELECT {_COLUMNS}, a.at, a.status_code, a.duration_ms, a.error, a.address, a.timings
    FROM (
        SELECT * FROM deliveries WHERE endpoint_id = $1 AND (made_at, id) < ($2, $3) AND status = ANY ($6)
        ORDER BY made_at DESC, id DESC LIMIT $4) AS d {_WITH_ATTEMPTS}
    """  # noqa: S608  constants only
_OF_OBJECT: Final = f"""
    SELECT {_COLUMNS}, a.at, a.status_code, a.duration_ms, a.error, a.address, a.timings
    FROM (
        SELECT * FROM deliveries WHERE object_id = $1 AND (made_at, id) < ($2, $3)
        ORDER BY made_at DESC, id DESC LIMIT $4) AS d {_WITH_ATTEMPTS}
    """  # noqa: S608  constants only
_ONE: Final = f"""
    SELECT {_COLUMNS}, a.at, a.status_code, a.duration_ms, a.error, a.address, a.timings, a.request_headers, a.response_headers, a.response_body,
        a.is_cut
    FROM deliveries d
    LEFT JOIN LATERAL (SELECT * FROM delivery_attempts WHERE delivery_id = d.id ORDER BY number DESC LIMIT $2) AS a ON true
    WHERE d.id = $1 ORDER BY a.number
    """  # noqa: S608  constants only


def _deliveries(rows: Sequence[Row]) -> list[Delivery]:
    """Deliveries in the order of the rows, of which each brings one attempt, or none."""
    attempts: dict[UUID, list[Tried]] = {}
    for row in rows:
        kept = attempts.setdefault(row["id"], [])
        if row["number"] is not None:
            kept.append(_tried(row))
    first = {row["id"]: row for row in reversed(rows)}
    return [
        replace(found, attempts=tuple(attempts[found.id]))
        for found in readable([first[id_] for id_ in attempts], _delivery)
    ]


_WHOLE: Final = ("request_headers", "response_headers", "response_body", "is_cut")


def _tried(row: Row) -> Tried:
    """A stored attempt, with what was sent and answered where that was read."""
    return Tried(
        at=row["at"],
        status_code=row["status_code"],
        duration_ms=row["duration_ms"],
        error=row["error"],
        address=row["address"],
        timings=row["timings"],
        **{name: row[name] for name in _WHOLE if name in row},
    )


def _delivery(row: Row) -> Delivery:
    try:
        status = DeliveryStatus(row["status"])
    except ValueError as error:
        raise unreadable("dlv", row["id"], error) from error
    return Delivery(
        id=row["id"],
        endpoint_id=row["endpoint_id"],
        event_id=row["event_id"],
        type=row["type"],
        object_type=row["object_type"],
        object_id=row["object_id"],
        sequence=row["sequence"],
        status=status,
        tries=row["tries"],
        created_at=row["made_at"],
        next_attempt_at=row["next_attempt_at"],
        sending_until=row["sending_until"],
    )
