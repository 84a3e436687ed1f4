"""Every SQL statement that people's pages read endpoints and deliveries by: bounded, whatever was sent. Nothing is written here."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.keyset import Place, below

SAMPLE: Final = 500  # of a day's deliveries to one endpoint, the newest that figures are made of
MOST_WAITING: Final = 1_000
_TIMED: Final = (
    100  # of them, those whose times are read: a look at an attempt costs ten times as much as one at its delivery
)
_MARKED: Final = 20
# Three ways to deliveries, each with what its newest attempt saw, never with the bytes that were sent and answered.
_NEWEST: Final = """
    SELECT d.id, d.endpoint_id, e.url, e.ordered, d.event_id, d.type, d.object_type, d.object_id, d.sequence, d.status, d.tries, d.made_at,
        d.next_attempt_at, a.at, a.status_code, a.duration_ms, a.error
    FROM endpoints e CROSS JOIN LATERAL (
        SELECT * FROM deliveries WHERE endpoint_id = e.id ORDER BY made_at DESC, id DESC LIMIT $1) AS d
    LEFT JOIN LATERAL (
        SELECT at, status_code, duration_ms, error FROM delivery_attempts WHERE delivery_id = d.id ORDER BY number DESC LIMIT 1) AS a ON true
    WHERE e.deleted_at IS NULL ORDER BY d.made_at DESC, d.id DESC LIMIT $1
    """
# A status stands in the statement itself, so that what is rare is found by an index of its own.
_OF_ENDPOINT: Final = {
    status: f"""
    SELECT d.id, d.endpoint_id, e.url, e.ordered, d.event_id, d.type, d.object_type, d.object_id, d.sequence, d.status, d.tries, d.made_at,
        d.next_attempt_at, a.at, a.status_code, a.duration_ms, a.error
    FROM deliveries d JOIN endpoints e ON e.id = d.endpoint_id
    LEFT JOIN LATERAL (
        SELECT at, status_code, duration_ms, error FROM delivery_attempts WHERE delivery_id = d.id ORDER BY number DESC LIMIT 1) AS a ON true
    WHERE d.endpoint_id = $1 AND {condition} AND (d.made_at, d.id) < ($2, $3)
    ORDER BY d.made_at DESC, d.id DESC LIMIT $4
    """  # noqa: S608  constants only
    for status, condition in (
        (None, "true"),
        ("pending", "d.status = 'pending'"),
        ("succeeded", "d.status = 'succeeded'"),
        ("failed", "d.status = 'failed'"),
        ("cancelled", "d.status = 'cancelled'"),
    )
}
_OF_OBJECTS: Final = """
    SELECT d.id, d.endpoint_id, e.url, e.ordered, d.event_id, d.type, d.object_type, d.object_id, d.sequence, d.status, d.tries, d.made_at,
        d.next_attempt_at, a.at, a.status_code, a.duration_ms, a.error
    FROM (SELECT * FROM deliveries WHERE object_id = ANY ($1) ORDER BY made_at DESC, id DESC LIMIT $2) AS d
    JOIN endpoints e ON e.id = d.endpoint_id
    LEFT JOIN LATERAL (
        SELECT at, status_code, duration_ms, error FROM delivery_attempts WHERE delivery_id = d.id ORDER BY number DESC LIMIT 1) AS a ON true
    ORDER BY d.made_at DESC, d.id DESC
    """


async def day(tx: Tx, endpoints: Sequence[UUID]) -> list[Row]:
    """Of the newest deliveries of the last day that were tried, hour by hour: how many, and how many arrived. A first try that is under way is none yet."""
    return await tx.fetch(
        """
        SELECT e.id AS endpoint_id, floor(extract(epoch FROM now.at - d.made_at) / 3600)::int AS hours_ago, count(*) AS tried,
            count(*) FILTER (WHERE d.status = 'succeeded') AS arrived
        FROM unnest($1::uuid[]) AS e (id) CROSS JOIN (SELECT business_now() AS at) AS now
        CROSS JOIN LATERAL (
            SELECT status, tries, lease_until, made_at FROM deliveries WHERE endpoint_id = e.id AND made_at > now.at - interval '1 day'
            ORDER BY made_at DESC, id DESC LIMIT $2) AS d
        WHERE d.tries > CASE WHEN d.lease_until IS NULL THEN 0 ELSE 1 END
        GROUP BY 1, 2
        """,
        list(endpoints),
        SAMPLE,
    )


async def took(tx: Tx, endpoints: Sequence[UUID]) -> list[Row]:
    """How long the newest attempts of each took, of the last day."""
    return await tx.fetch(
        """
        SELECT e.id AS endpoint_id, percentile_disc(0.95) WITHIN GROUP (ORDER BY a.duration_ms) AS p95_ms
        FROM unnest($1::uuid[]) AS e (id)
        CROSS JOIN LATERAL (
            SELECT id FROM deliveries WHERE endpoint_id = e.id AND made_at > (SELECT business_now()) - interval '1 day'
            ORDER BY made_at DESC, id DESC LIMIT $2) AS d
        CROSS JOIN LATERAL (SELECT duration_ms FROM delivery_attempts WHERE delivery_id = d.id ORDER BY number DESC LIMIT 1) AS a
        GROUP BY 1
        """,
        list(endpoints),
        _TIMED,
    )


async def waiting(tx: Tx, endpoints: Sequence[UUID]) -> list[Row]:
    """How much is on its way to each, counted to a bound, when the next try is, and when its newest delivery was made."""
    return await tx.fetch(
        """
        SELECT e.id AS endpoint_id, w.waiting, w.next_attempt_at,
            (SELECT made_at FROM deliveries WHERE endpoint_id = e.id ORDER BY made_at DESC, id DESC LIMIT 1) AS newest_at
        FROM unnest($1::uuid[]) AS e (id)
        CROSS JOIN LATERAL (
            SELECT count(*) AS waiting, min(next_attempt_at) AS next_attempt_at FROM (
                SELECT next_attempt_at FROM deliveries WHERE endpoint_id = e.id AND status = 'pending'
                ORDER BY next_attempt_at, id LIMIT $2) AS d) AS w
        """,
        list(endpoints),
        MOST_WAITING,
    )


async def newest(tx: Tx, limit: int) -> list[Row]:
    """The newest deliveries to any endpoint."""
    return await tx.fetch(_NEWEST, limit)


async def of_endpoint(tx: Tx, endpoint: UUID, status: str | None, after: Place | None, limit: int) -> list[Row]:
    """Deliveries to one endpoint, of one status or of any, newest first."""
    return await tx.fetch(_OF_ENDPOINT[status], endpoint, *below(after), limit)


async def of_objects(tx: Tx, objects: Sequence[UUID], limit: int) -> list[Row]:
    """What was told of these objects, newest first; endpoints that were deleted since are named too."""
    return await tx.fetch(_OF_OBJECTS, list(objects), limit)


async def held(tx: Tx, deliveries: Sequence[UUID]) -> list[Row]:
    """Of deliveries to ordered endpoints, those that wait for an earlier one of their object, with the sequence of the first that does."""
    return await tx.fetch(
        """
        SELECT d.id, b.sequence FROM deliveries d JOIN endpoints e ON e.id = d.endpoint_id AND e.ordered
        CROSS JOIN LATERAL (
            SELECT sequence FROM deliveries WHERE endpoint_id = d.endpoint_id AND object_id = d.object_id AND status = 'pending'
            AND sequence < d.sequence ORDER BY sequence LIMIT 1) AS b
        WHERE d.id = ANY ($1) AND d.status = 'pending'
        """,
        list(deliveries),
    )


async def mark(tx: Tx) -> list[Row]:
    """What differs as soon as anything that pages show of endpoints has changed: of each the newest deliveries, and those that are due next."""
    return await tx.fetch(
        """
        SELECT e.id, e.updated_at, e.failing_since, n.made, w.due FROM endpoints e
        CROSS JOIN LATERAL (SELECT array_agg((id, status, tries, a.number) ORDER BY made_at, id) AS made FROM (
            SELECT id, status, tries, made_at FROM deliveries WHERE endpoint_id = e.id ORDER BY made_at DESC, id DESC LIMIT $1) AS d
            CROSS JOIN LATERAL (SELECT max(number) AS number FROM delivery_attempts WHERE delivery_id = d.id) AS a) AS n
        CROSS JOIN LATERAL (SELECT array_agg((id, tries) ORDER BY next_attempt_at, id) AS due FROM (
            SELECT id, tries, next_attempt_at FROM deliveries WHERE endpoint_id = e.id AND status = 'pending'
            ORDER BY next_attempt_at, id LIMIT $1) AS d) AS w
        WHERE e.deleted_at IS NULL ORDER BY e.id DESC LIMIT 200
        """,
        _MARKED,
    )
