"""The list of payments: which ids are on a page. What is read is bounded by the page, whatever the filters and however many payments."""

from datetime import datetime
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.base.keyset import FIRST_MOMENT, below
from gerbang.core.payments.model import Filters


async def page(tx: Tx, filters: Filters, after: tuple[datetime, UUID] | None, limit: int) -> list[UUID]:
    """Ids of payments, newest first, from a keyset place on. What an order or a person has is never much, and the other filters are
    applied to it; otherwise each filter and pair of filters has its index.
    """
    range_ = (*below(after, filters.created_before), filters.created_after or FIRST_MOMENT, limit)
    rest = filters.status, filters.method, filters.connection
    if filters.order_reference is not None:
        rows = await tx.fetch(_PAGE_OF_ORDER, *range_, filters.order_reference, *rest, filters.owner_id)
    elif filters.owner_id is not None:
        rows = await tx.fetch(_PAGE_OF_OWNER, *range_, filters.owner_id, *rest)
    elif filters.method is not None or filters.connection is not None:
        rows = await tx.fetch(_PAGE_BY_WAY, *range_, *rest)
    elif filters.status is not None:
        rows = await tx.fetch(_PAGE_OF_STATUS, *range_, filters.status)
    else:
        rows = await tx.fetch(_PAGE, *range_)
    return [row["id"] for row in rows]


_FROM_PAGE = "SELECT p.id FROM payments p WHERE (p.created_at, p.id) < ($1, $2) AND p.created_at >= $3"
_NEWEST_FIRST = " ORDER BY p.created_at DESC, p.id DESC LIMIT $4"
_PAGE = _FROM_PAGE + _NEWEST_FIRST
# A status is asked for as a range, never as an equality: the order is then that of one index, and no plan looks for a rare one through all.
_PAGE_OF_STATUS = (
    "SELECT p.id FROM payments p WHERE (p.status, p.created_at, p.id) < ($5, $1, $2) AND (p.status, p.created_at) >= ($5, $3)"
    " ORDER BY p.status DESC, p.created_at DESC, p.id DESC LIMIT $4"
)
_REST = """
    AND ($6::text IS NULL OR p.status = $6) AND (($7::text IS NULL AND $8::text IS NULL) OR EXISTS (
        SELECT FROM attempts a WHERE a.payment_id = p.id AND ($7 IS NULL OR a.method = $7) AND ($8 IS NULL OR a.connection = $8)))
"""
_PAGE_OF_ORDER = (
    _FROM_PAGE + " AND p.order_reference = $5 AND ($9::uuid IS NULL OR p.owner_id = $9)" + _REST + _NEWEST_FIRST
)
_PAGE_OF_OWNER = _FROM_PAGE + " AND p.owner_id = $5" + _REST + _NEWEST_FIRST
# What ways to pay there were (some dozens: method, connection and the payment's status) is read off the index of attempts by jumps; of each
# way the newest payments are merged.
_PAGE_BY_WAY = """
    WITH RECURSIVE ways AS (
        (SELECT method, connection, listed_status FROM attempts ORDER BY method, connection, listed_status LIMIT 1)
        UNION ALL
        SELECT later.method, later.connection, later.listed_status FROM ways AS w CROSS JOIN LATERAL (
            SELECT a.method, a.connection, a.listed_status FROM attempts a
            WHERE (a.method, a.connection, a.listed_status) > (w.method, w.connection, w.listed_status)
            ORDER BY a.method, a.connection, a.listed_status LIMIT 1) AS later)
    SELECT DISTINCT p.listed_at, p.payment_id AS id FROM ways AS w CROSS JOIN LATERAL (
        SELECT DISTINCT a.listed_at, a.payment_id FROM attempts a
        WHERE a.method = w.method AND a.connection = w.connection AND a.listed_status = w.listed_status
          AND (a.listed_at, a.payment_id) < ($1, $2) AND a.listed_at >= $3
        ORDER BY a.listed_at DESC, a.payment_id DESC LIMIT $4) AS p
    WHERE ($5::text IS NULL OR w.listed_status = $5) AND ($6::text IS NULL OR w.method = $6) AND ($7::text IS NULL OR w.connection = $7)
    ORDER BY p.listed_at DESC, p.payment_id DESC LIMIT $4
"""
