"""SQL of a worker that sends: what is due is taken, tried and settled. `next_attempt_at` is business time; leases, and how fast is sent, are real time."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx, columns
from gerbang.base.statement_batch import Writer
from gerbang.base.unreadable_rows import readable, unreadable
from gerbang.core.endpoints.model import Due, Profile, Signing, Tried


async def special(tx: Tx) -> list[Row]:
    """Endpoints that take messages in order, or no faster than they say: id, ordered, rate_per_s."""
    return await tx.fetch(
        """
        SELECT id, ordered, rate_per_s FROM endpoints
        WHERE disabled IS NULL AND deleted_at IS NULL AND (ordered OR rate_per_s IS NOT NULL)
        """
    )


async def lock_pace(tx: Tx, endpoints: Sequence[UUID], burst_s: float) -> dict[UUID, int]:
    """How many tries each of these may begin now, over all workers: of those that have something due and that no other worker is taking from now, which
    are locked. What was not used adds up for `burst_s` seconds, or until it makes one.
    """
    rows = await tx.fetch(
        """
        SELECT id, floor(0.001 + rate_per_s * extract(epoch FROM clock_timestamp()
            - greatest(paced_at, clock_timestamp() - make_interval(secs => greatest($2, 1.0 / rate_per_s)))))::int AS room
        FROM endpoints e WHERE id = ANY ($1) AND rate_per_s IS NOT NULL AND EXISTS (
            SELECT FROM deliveries d WHERE d.endpoint_id = e.id AND d.status = 'pending' AND d.next_attempt_at <= (SELECT business_now()))
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
        """,
        list(endpoints),
        burst_s,
    )
    return {row["id"]: row["room"] for row in rows}


async def spend(tx: Tx, taken: Mapping[UUID, int], burst_s: float) -> None:
    """So many tries of each were begun."""
    await tx.execute(
        """
        UPDATE endpoints e SET paced_at =
            greatest(paced_at, clock_timestamp() - make_interval(secs => greatest($3, 1.0 / rate_per_s))) + make_interval(secs => n.count / rate_per_s::float8)
        FROM unnest($1::uuid[], $2::int[]) AS n (id, count) WHERE e.id = n.id
        """,
        list(taken),
        list(taken.values()),
        burst_s,
    )


async def park(tx: Tx, endpoints: Sequence[UUID], limit: int, most: timedelta) -> None:
    """Put what waits for an earlier message of its object behind that one's next try, so that whoever looks for what is due does not read it again and
    again; never further than `most`, should that one end another way meanwhile.
    """
    await tx.execute(
        """
        WITH blocked AS MATERIALIZED (
            SELECT d.id, b.next_attempt_at FROM unnest($1::uuid[]) AS e (id)
            CROSS JOIN LATERAL (
                SELECT id, object_id, sequence FROM deliveries WHERE endpoint_id = e.id AND status = 'pending' AND next_attempt_at <= (SELECT business_now())
                ORDER BY next_attempt_at, id LIMIT $2) AS d
            CROSS JOIN LATERAL (
                SELECT next_attempt_at FROM deliveries WHERE endpoint_id = e.id AND object_id = d.object_id AND status = 'pending' AND sequence < d.sequence
                ORDER BY sequence LIMIT 1) AS b
            WHERE b.next_attempt_at > (SELECT business_now()))
        UPDATE deliveries d SET next_attempt_at = least(blocked.next_attempt_at, business_now() + $3::interval)
        FROM blocked WHERE d.id = blocked.id AND d.status = 'pending'
        """,
        list(endpoints),
        limit,
        most,
    )


async def release(tx: Tx, ended: Sequence[UUID]) -> None:
    """What waited for these deliveries of ordered endpoints, which are over, is due."""
    await tx.execute(
        """
        UPDATE deliveries n SET next_attempt_at = business_now()
        FROM deliveries d JOIN endpoints e ON e.id = d.endpoint_id AND e.ordered
        WHERE d.id = ANY ($1) AND n.endpoint_id = d.endpoint_id AND n.object_id = d.object_id AND n.sequence > d.sequence AND n.status = 'pending'
          AND n.next_attempt_at > business_now() AND n.tries = n.earlier_tries
        """,
        list(ended),
    )


async def claim(tx: Tx, busy: Mapping[UUID, tuple[int, int]], room: int, limit: int, lease_s: float) -> list[Due]:
    """Take what is due: of each endpoint at most its room (the first of its `busy`, else `room`), so that one with a long queue takes no other's turn; those
    of which least is under way (the second) come first, so that of many endpoints none is left out. In an ordered endpoint a message waits for the
    earlier ones of its object. The try is counted before the work; one whose lease is over died with its process, and the schedule does not count it: our
    crashes must not use up the receiver's ten. The commit is not waited for: what a crash of the server forgets is that something was taken, and it is
    taken again.
    """
    rooms, under_way = [one[0] for one in busy.values()], [one[1] for one in busy.values()]
    rows = await tx.fetch(_CLAIM, list(busy), rooms, under_way, room, limit, lease_s)
    return readable(rows, _due)


_CLAIM: Final = """
    WITH due AS MATERIALIZED (
        SELECT d.id, e.url, e.signing, e.profile, e.personal, e.ordered, e.failing FROM (
            SELECT e.id, e.url, e.signing, e.profile, e.ordered, e.failing_since IS NOT NULL AS failing, 'personal' = ANY (e.include) AS personal, coalesce(busy.room, $4) AS room
            FROM endpoints e LEFT JOIN unnest($1::uuid[], $2::int[], $3::int[]) AS busy (endpoint_id, room, under_way) ON busy.endpoint_id = e.id
            WHERE e.disabled IS NULL AND e.deleted_at IS NULL AND coalesce(busy.room, $4) > 0
            ORDER BY coalesce(busy.under_way, 0), random()) AS e
        CROSS JOIN LATERAL (
            SELECT d.id FROM deliveries d
            WHERE d.endpoint_id = e.id AND d.status = 'pending' AND d.next_attempt_at <= (SELECT business_now())
              AND (d.lease_until IS NULL OR d.lease_until < clock_timestamp())
              AND NOT (e.ordered AND EXISTS (
                  SELECT FROM deliveries b WHERE b.endpoint_id = e.id AND b.object_id = d.object_id AND b.sequence < d.sequence
                  AND b.status = 'pending'))
            ORDER BY d.next_attempt_at, d.id LIMIT e.room FOR UPDATE SKIP LOCKED) AS d
        LIMIT $5)
    UPDATE deliveries d SET tries = d.tries + 1, lease_until = clock_timestamp() + make_interval(secs => $6),
        earlier_tries = least(d.earlier_tries + (d.lease_until IS NOT NULL)::int, d.tries)
    FROM due JOIN outgoing_messages m ON true LEFT JOIN personal_bodies p ON due.personal AND p.event_id = m.event_id
    WHERE d.id = due.id AND m.event_id = d.event_id
    RETURNING d.id, d.endpoint_id, d.event_id, d.type, d.tries, d.earlier_tries, due.url, due.signing, due.profile, due.ordered, due.failing,
        coalesce(p.body, m.body) AS body, (SELECT business_now()) AS taken_at, set_config('synchronous_commit', 'off', true)
    """


async def settle(tx: Writer, ended: Sequence[tuple[UUID, int, str, timedelta | None]]) -> None:
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


async def add_attempts(tx: Writer, made: Sequence[tuple[UUID, int, Tried]]) -> None:
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


def _due(row: Row) -> Due:
    try:
        signing, profile = Signing(row["signing"]), Profile(row["profile"])
    except ValueError as error:
        raise unreadable("ep", row["endpoint_id"], error) from error
    return Due(
        id=row["id"],
        endpoint_id=row["endpoint_id"],
        event_id=row["event_id"],
        type=row["type"],
        tries=row["tries"],
        earlier_tries=row["earlier_tries"],
        url=row["url"],
        signing=signing,
        profile=profile,
        is_ordered=row["ordered"],
        was_failing=row["failing"],
        taken_at=row["taken_at"],
        body=row["body"],
    )
