"""Every SQL statement on `outgoing_messages`, `deliveries` and `delivery_attempts`. `next_attempt_at` is business time, leases are real time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import Place, below
from gerbang.base.unreadable_rows import readable, unreadable
from gerbang.core.endpoints.model import Delivery, DeliveryStatus, Due, Message, Profile, Signing, Tried


async def add(tx: Tx, messages: Sequence[Message], wanted: Sequence[tuple[UUID, UUID, Message]]) -> None:
    """Messages, and the deliveries of each: id, endpoint, message. What is there already stays: an announcement is taken once, whatever happens."""
    if not wanted:
        return
    await tx.execute(
        """
        INSERT INTO outgoing_messages (event_id, body)
        SELECT * FROM unnest($1::uuid[], $2::bytea[]) ON CONFLICT DO NOTHING
        """,
        *columns([(one.event_id, one.body) for one in messages], 2),
    )
    rows = [(id_, to, m.event_id, m.type, m.object_type, m.object_id, m.sequence) for id_, to, m in wanted]
    await tx.execute(
        """
        INSERT INTO deliveries (id, endpoint_id, event_id, type, object_type, object_id, sequence, next_attempt_at)
        SELECT *, business_now() FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::int[])
        ON CONFLICT DO NOTHING
        """,
        *columns(rows, 7),
    )


async def claim(tx: Tx, rooms: Mapping[UUID, int], room: int, limit: int, lease_s: float) -> list[Due]:
    """Take what is due: of each endpoint at most its room (`rooms`, else `room`), so that one with a long queue takes no other's turn. In an ordered
    endpoint a message waits for the earlier ones of its object. The try is counted before the work, so that a crash counts too.
    """
    rows = await tx.fetch(_CLAIM, list(rooms), list(rooms.values()), room, limit, lease_s)
    return readable(rows, _due)


_CLAIM: Final = """
    WITH due AS MATERIALIZED (
        SELECT d.id, e.url, e.signing, e.profile, e.rate_per_s FROM endpoints e
        LEFT JOIN unnest($1::uuid[], $2::int[]) AS busy (endpoint_id, room) ON busy.endpoint_id = e.id
        CROSS JOIN LATERAL (
            SELECT d.id FROM deliveries d
            WHERE d.endpoint_id = e.id AND d.status = 'pending' AND d.next_attempt_at <= (SELECT business_now())
              AND (d.lease_until IS NULL OR d.lease_until < clock_timestamp())
              AND NOT (e.ordered AND EXISTS (
                  SELECT FROM deliveries b WHERE b.endpoint_id = e.id AND b.object_id = d.object_id AND b.sequence < d.sequence
                  AND b.status = 'pending'))
            ORDER BY d.next_attempt_at, d.id LIMIT coalesce(busy.room, $3) FOR UPDATE SKIP LOCKED) AS d
        WHERE e.disabled IS NULL AND e.deleted_at IS NULL AND coalesce(busy.room, $3) > 0
        LIMIT $4)
    UPDATE deliveries d SET tries = d.tries + 1, lease_until = clock_timestamp() + make_interval(secs => $5)
    FROM due JOIN outgoing_messages m ON true WHERE d.id = due.id AND m.event_id = d.event_id
    RETURNING d.id, d.endpoint_id, d.event_id, d.tries, d.earlier_tries, due.url, due.signing, due.profile, due.rate_per_s, m.body
    """


async def settle(tx: Tx, ended: Sequence[tuple[UUID, int, str, timedelta | None]]) -> None:
    """What became of tries that are still held: delivery, try, status, and how long until the next."""
    await tx.execute(
        """
        UPDATE deliveries d SET status = n.status, next_attempt_at = business_now() + n.wait, lease_until = NULL
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::interval[]) AS n (id, tries, status, wait)
        WHERE d.id = n.id AND d.tries = n.tries AND d.status = 'pending'
        """,
        *columns(ended, 4),
    )


async def give_back(tx: Tx, due: Sequence[Due], wait: timedelta) -> None:
    """Tries that were none: nothing was sent."""
    await tx.execute(
        """
        UPDATE deliveries d SET tries = d.tries - 1, lease_until = NULL, next_attempt_at = business_now() + $3
        FROM unnest($1::uuid[], $2::int[]) AS n (id, tries) WHERE d.id = n.id AND d.tries = n.tries AND d.status = 'pending'
        """,
        [one.id for one in due],
        [one.tries for one in due],
        wait,
    )


async def add_attempts(tx: Tx, made: Sequence[tuple[UUID, int, Tried]]) -> None:
    """Attempts as they were: delivery, number, attempt. A number is there once, whoever else thought that it was its turn."""
    rows = [
        (
            id_,
            number,
            one.at,
            one.status_code,
            one.duration_ms,
            one.error,
            one.address,
            dict(one.timings),
            dict(one.request_headers),
            dict(one.response_headers),
            one.response_body,
            one.is_cut,
        )
        for id_, number, one in made
    ]
    await tx.execute(
        """
        INSERT INTO delivery_attempts (delivery_id, number, at, status_code, duration_ms, error, address, timings, request_headers,
            response_headers, response_body, is_cut)
        SELECT * FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::int[], $5::int[], $6::text[], $7::text[], $8::jsonb[], $9::jsonb[],
            $10::jsonb[], $11::bytea[], $12::boolean[]) ON CONFLICT DO NOTHING
        """,
        *columns(rows, 12),
    )


async def cancel_pending(tx: Tx, endpoints: Sequence[UUID]) -> None:
    """What was on its way to endpoints that take nothing any more; it can be sent again."""
    await tx.execute(
        """
        UPDATE deliveries SET status = 'cancelled', next_attempt_at = NULL, lease_until = NULL
        WHERE endpoint_id = ANY ($1) AND status = 'pending'
        """,
        list(endpoints),
    )


async def resend(tx: Tx, id_: UUID) -> Row | None:
    """Send one again from the beginning of its schedule, under the same event id. Its endpoint and whether that takes anything; None for an unknown one."""
    return await tx.fetchrow(
        """
        UPDATE deliveries d SET status = 'pending', earlier_tries = d.tries, next_attempt_at = business_now()
        FROM endpoints e WHERE d.id = $1 AND e.id = d.endpoint_id AND e.deleted_at IS NULL
        RETURNING e.id AS endpoint_id, e.disabled
        """,
        id_,
    )


async def resend_range(tx: Tx, endpoint: UUID, since: datetime, until: datetime, statuses: Sequence[str]) -> int:
    """Send again what was made in a range of time and ended so. Returns how many."""
    rows = await tx.fetch(
        """
        UPDATE deliveries SET status = 'pending', earlier_tries = tries, next_attempt_at = business_now()
        WHERE endpoint_id = $1 AND made_at >= $2 AND made_at < $3 AND status = ANY ($4) AND status <> 'pending'
        RETURNING id
        """,
        endpoint,
        since,
        until,
        list(statuses),
    )
    return len(rows)


async def page(
    tx: Tx, endpoint: UUID, status: str | None, after: Place | None, limit: int, attempts: int
) -> list[Delivery]:
    """Deliveries of an endpoint, newest first, each with its newest attempts but for what was sent and answered: read at one moment, so that none is
    pending beside an attempt that ended it.
    """
    rows = await tx.fetch(_PAGE, endpoint, *below(after), [status] if status else list(DeliveryStatus), limit, attempts)
    return _deliveries(rows)


async def one(tx: Tx, id_: UUID, attempts: int) -> Delivery | None:
    """One delivery with its newest attempts, whole, read at one moment."""
    return next(iter(_deliveries(await tx.fetch(_ONE, id_, attempts))), None)


_COLUMNS: Final = """
    d.id, d.endpoint_id, d.event_id, d.type, d.object_type, d.object_id, d.sequence, d.status, d.tries, d.made_at, d.next_attempt_at, a.number
    """
_PAGE: Final = f"""
    SELECT {_COLUMNS}, a.at, a.status_code, a.duration_ms, a.error, a.address, a.timings
    FROM (
        SELECT * FROM deliveries WHERE endpoint_id = $1 AND (made_at, id) < ($2, $3) AND status = ANY ($4)
        ORDER BY made_at DESC, id DESC LIMIT $5) AS d
    LEFT JOIN LATERAL (
        SELECT number, at, status_code, duration_ms, error, address, timings FROM delivery_attempts
        WHERE delivery_id = d.id ORDER BY number DESC LIMIT $6) AS a ON true
    ORDER BY d.made_at DESC, d.id DESC, a.number
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


def _due(row: Row) -> Due:
    try:
        signing, profile = Signing(row["signing"]), Profile(row["profile"])
    except ValueError as error:
        raise unreadable("ep", row["endpoint_id"], error) from error
    return Due(
        id=row["id"],
        endpoint_id=row["endpoint_id"],
        event_id=row["event_id"],
        tries=row["tries"],
        earlier_tries=row["earlier_tries"],
        url=row["url"],
        signing=signing,
        profile=profile,
        rate_per_s=row["rate_per_s"],
        body=row["body"],
    )


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
    )
