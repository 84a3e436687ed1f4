"""SQL that finds what waits for a person, by the indexes on open work: history makes none of it slower. Counts stop at a bound."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.payments.refund_model import Work

_COUNTS: Final = """
    SELECT (SELECT count(*) FROM (SELECT FROM approvals WHERE status = 'pending' LIMIT $1) n) AS approval,
        (SELECT count(*) FROM (SELECT FROM refunds WHERE status = 'awaiting_transfer' LIMIT $1) n) AS transfer,
        (SELECT count(*) FROM (SELECT FROM payments WHERE excess_owed > 0 LIMIT $1) n) AS surplus,
        (SELECT count(*) FROM (SELECT FROM payments WHERE status = 'held' LIMIT $1) n) AS held,
        (SELECT count(*) FROM (SELECT FROM payments WHERE status = 'disputed' LIMIT $1) n) AS disputed,
        (SELECT count(*) FROM (SELECT FROM payments WHERE status = 'unknown' LIMIT $1) n) AS unknown,
        (SELECT count(*) FROM (SELECT FROM refunds WHERE status = 'unknown' AND failure IS NOT NULL LIMIT $1) n) AS doubt,
        (SELECT count(*) FROM (SELECT FROM refunds WHERE needs_attention LIMIT $1) n) AS failed
    """
_LIVE: Final = """
    SELECT EXISTS (SELECT FROM payments WHERE excess_owed > 0 AND livemode)
        OR EXISTS (SELECT FROM payments WHERE status = 'held' AND livemode)
        OR EXISTS (SELECT FROM payments WHERE status = 'disputed' AND livemode)
        OR EXISTS (SELECT FROM payments WHERE status = 'unknown' AND livemode)
        OR EXISTS (SELECT FROM approvals a JOIN payments p ON p.id = a.payment_id WHERE a.status = 'pending' AND p.livemode)
        OR EXISTS (SELECT FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.status = 'awaiting_transfer' AND p.livemode)
        OR EXISTS (SELECT FROM refunds r JOIN payments p ON p.id = r.payment_id
            WHERE r.status = 'unknown' AND r.failure IS NOT NULL AND p.livemode)
        OR EXISTS (SELECT FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.needs_attention AND p.livemode)
    """
# Oldest first: who has waited longest is served first.
_PAGES: Final[Mapping[str, str]] = {
    "approval": """
        SELECT id, payment_id, requested_at, refund_id FROM approvals
        WHERE status = 'pending' AND ($1::timestamptz IS NULL OR (requested_at, id) > ($1, $2)) ORDER BY requested_at, id LIMIT $3
        """,
    "transfer": """
        SELECT id, payment_id, created_at, id FROM refunds
        WHERE status = 'awaiting_transfer' AND ($1::timestamptz IS NULL OR (created_at, id) > ($1, $2)) ORDER BY created_at, id LIMIT $3
        """,
    "surplus": """
        SELECT id, id, created_at, NULL::uuid FROM payments
        WHERE excess_owed > 0 AND ($1::timestamptz IS NULL OR (created_at, id) > ($1, $2)) ORDER BY created_at, id LIMIT $3
        """,
    "held": """
        SELECT id, id, created_at, NULL::uuid FROM payments
        WHERE status = 'held' AND ($1::timestamptz IS NULL OR (created_at, id) > ($1, $2)) ORDER BY created_at, id LIMIT $3
        """,
    "disputed": """
        SELECT id, id, created_at, NULL::uuid FROM payments
        WHERE status = 'disputed' AND ($1::timestamptz IS NULL OR (created_at, id) > ($1, $2)) ORDER BY created_at, id LIMIT $3
        """,
    "unknown": """
        SELECT id, id, created_at, NULL::uuid FROM payments
        WHERE status = 'unknown' AND ($1::timestamptz IS NULL OR (created_at, id) > ($1, $2)) ORDER BY created_at, id LIMIT $3
        """,
    "doubt": """
        SELECT id, payment_id, created_at, id FROM refunds
        WHERE status = 'unknown' AND failure IS NOT NULL AND ($1::timestamptz IS NULL OR (created_at, id) > ($1, $2))
        ORDER BY created_at, id LIMIT $3
        """,
    "failed": """
        SELECT id, payment_id, created_at, id FROM refunds
        WHERE needs_attention AND ($1::timestamptz IS NULL OR (created_at, id) > ($1, $2)) ORDER BY created_at, id LIMIT $3
        """,
}


async def counts(tx: Tx, most: int) -> dict[str, int]:
    """How much of each kind waits, counted up to `most`."""
    row = await tx.fetchrow(_COUNTS, most)
    assert row is not None, "a select of counts has one row"
    return {kind: int(row[kind]) for kind in _PAGES}


async def has_live(tx: Tx) -> bool:
    """Whether anything that waits is about real money."""
    return bool(await tx.fetchval(_LIVE))


async def page(tx: Tx, kind: str, after: tuple[datetime, UUID] | None, limit: int) -> list[Work]:
    """What waits of one kind, oldest first, from a keyset place on."""
    at, id_ = after or (None, None)
    rows = await tx.fetch(_PAGES[kind], at, id_, limit)
    return [Work(kind, *row) for row in rows]


async def note_reminded(tx: Tx, least_hour: int) -> bool:
    """Whether today's reminder (a day in Indonesia, from that hour on) is still to be sent; it counts as sent then. Old days are forgotten."""
    await tx.execute("DELETE FROM work_reminders WHERE told_at < business_now() - interval '30 days'")
    day = await tx.fetchval(
        """
        INSERT INTO work_reminders (day, told_at)
        SELECT (business_now() AT TIME ZONE 'Asia/Jakarta')::date, business_now()
        WHERE extract(hour FROM business_now() AT TIME ZONE 'Asia/Jakarta') >= $1
        ON CONFLICT (day) DO NOTHING RETURNING day
        """,
        least_hour,
    )
    return day is not None
