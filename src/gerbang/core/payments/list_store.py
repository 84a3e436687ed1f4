"""The list of payments: which ids are on a page. What is read is bounded by the page, whatever the filters and however many payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.base.keyset import FIRST_MOMENT, Place, below
from gerbang.core.payments.model import Filters, PaymentStatus

_LOT: Final = 100
_LOTS: Final = 2
_STATUSES: Final = [status.value for status in PaymentStatus]


@dataclass(frozen=True, slots=True)
class Listed:
    """The ids of one page, and the place from which the list goes on; None at its end."""

    ids: Sequence[UUID]
    onward: Place | None


async def page(tx: Tx, filters: Filters, after: Place | None, limit: int) -> Listed:
    """Payments, newest first, from a keyset place on. Each filter has an index in the list's order, and so has each pair of them, but for
    these: what else is asked of the payments of an order, a customer or a person is looked for among the next two hundred of them, and the page may
    then be shorter than asked for.
    """
    if filters.order_reference is not None or filters.owner_id is not None or filters.customer_id is not None:
        return await _of_one(tx, filters, after, limit)
    range_ = (*below(after, filters.created_before), filters.created_after or FIRST_MOMENT, limit + 1)
    if filters.method is not None or filters.connection is not None:
        rows = await tx.fetch(_PAGE_BY_WAY, *range_, filters.status, filters.method, filters.connection)
    elif filters.status is not None:
        rows = await tx.fetch(_PAGE_OF_STATUS, *range_, filters.status)
    else:
        rows = await tx.fetch(_PAGE, *range_)
    return _listed([(row["at"], row["id"]) for row in rows], limit)


async def _of_one(tx: Tx, filters: Filters, after: Place | None, limit: int) -> Listed:
    """Of one order, of one customer, or of one person: lot after lot, until the page is full or so many were looked at."""
    since, statuses = filters.created_after or FIRST_MOMENT, [filters.status] if filters.status else _STATUSES
    place, found = below(after, filters.created_before), list[Place]()
    rest: tuple[object, ...] = (filters.method, filters.connection)
    one: object = filters.owner_id
    statement = _LOT_OF_OWNER
    if filters.customer_id is not None:
        statement, one, rest = _LOT_OF_CUSTOMER, filters.customer_id, (*rest, filters.owner_id, filters.order_reference)
    elif filters.order_reference is not None:
        statement, one, rest = _LOT_OF_ORDER, filters.order_reference, (*rest, filters.owner_id)
    lot = _LOT if any(rest) else limit + 1
    for _ in range(_LOTS):
        rows = await tx.fetch(statement, *place, since, lot, one, statuses, *rest)
        found += [(row["at"], row["id"]) for row in rows if row["fits"]]
        if len(found) > limit or len(rows) < lot:
            return _listed(found, limit)
        place = (rows[-1]["at"], rows[-1]["id"])
    return Listed([id_ for _, id_ in found], place)


def _listed(found: Sequence[Place], limit: int) -> Listed:
    """Of a page that was read with one more than it shows."""
    shown = found[:limit]
    return Listed([id_ for _, id_ in shown], shown[-1] if len(found) > limit else None)


_FROM_PAGE = (
    "SELECT p.created_at AS at, p.id FROM payments p WHERE (p.created_at, p.id) < ($1, $2) AND p.created_at >= $3"
)
_PAGE = _FROM_PAGE + " ORDER BY p.created_at DESC, p.id DESC LIMIT $4"
# A status is asked for as a range, never as an equality: the order is then that of one index, and no plan looks for a rare one through all.
_PAGE_OF_STATUS = (
    "SELECT p.created_at AS at, p.id FROM payments p"
    " WHERE (p.status, p.created_at, p.id) < ($5, $1, $2) AND (p.status, p.created_at) >= ($5, $3)"
    " ORDER BY p.status DESC, p.created_at DESC, p.id DESC LIMIT $4"
)
# The same of an order or a person: of each status the newest, merged.
# A LIMIT keeps the sub-select where it is: as an EXISTS it may be planned as one look through all attempts that there ever were.
_BY_WAY = """($7::text IS NULL AND $8::text IS NULL) OR (
        SELECT true FROM attempts a WHERE a.payment_id = p.id AND ($7 IS NULL OR a.method = $7) AND ($8 IS NULL OR a.connection = $8)
        LIMIT 1) IS NOT NULL"""
_LOT_OF_ORDER = f"""
    SELECT p.created_at AS at, p.id, ($9::uuid IS NULL OR p.owner_id IS NOT DISTINCT FROM $9) AND ({_BY_WAY}) AS fits
    FROM unnest($6::text[]) AS s (wanted) CROSS JOIN LATERAL (
        SELECT created_at, id, owner_id FROM payments
        WHERE order_reference IS NOT NULL AND (order_reference, status, created_at, id) < ($5, s.wanted, $1, $2)
          AND (order_reference, status, created_at) >= ($5, s.wanted, $3)
        ORDER BY order_reference DESC, status DESC, created_at DESC, id DESC LIMIT $4) AS p
    ORDER BY p.created_at DESC, p.id DESC LIMIT $4
"""  # noqa: S608  constants only
_LOT_OF_OWNER = f"""
    SELECT p.created_at AS at, p.id, ({_BY_WAY}) AS fits
    FROM unnest($6::text[]) AS s (wanted) CROSS JOIN LATERAL (
        SELECT created_at, id FROM payments
        WHERE owner_id IS NOT NULL AND (owner_id, status, created_at, id) < ($5, s.wanted, $1, $2)
          AND (owner_id, status, created_at) >= ($5, s.wanted, $3)
        ORDER BY owner_id DESC, status DESC, created_at DESC, id DESC LIMIT $4) AS p
    ORDER BY p.created_at DESC, p.id DESC LIMIT $4
"""  # noqa: S608  constants only
_LOT_OF_CUSTOMER = f"""
    SELECT p.created_at AS at, p.id, ($9::uuid IS NULL OR p.owner_id IS NOT DISTINCT FROM $9)
        AND ($10::text IS NULL OR p.order_reference IS NOT DISTINCT FROM $10) AND ({_BY_WAY}) AS fits
    FROM unnest($6::text[]) AS s (wanted) CROSS JOIN LATERAL (
        SELECT created_at, id, owner_id, order_reference FROM payments
        WHERE customer_id IS NOT NULL AND (customer_id, status, created_at, id) < ($5, s.wanted, $1, $2)
          AND (customer_id, status, created_at) >= ($5, s.wanted, $3)
        ORDER BY customer_id DESC, status DESC, created_at DESC, id DESC LIMIT $4) AS p
    ORDER BY p.created_at DESC, p.id DESC LIMIT $4
"""  # noqa: S608  constants only
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
    SELECT DISTINCT p.listed_at AS at, p.payment_id AS id FROM ways AS w CROSS JOIN LATERAL (
        SELECT DISTINCT a.listed_at, a.payment_id FROM attempts a
        WHERE a.method = w.method AND a.connection = w.connection AND a.listed_status = w.listed_status
          AND (a.listed_at, a.payment_id) < ($1, $2) AND a.listed_at >= $3
        ORDER BY a.listed_at DESC, a.payment_id DESC LIMIT $4) AS p
    WHERE ($5::text IS NULL OR w.listed_status = $5) AND ($6::text IS NULL OR w.method = $6) AND ($7::text IS NULL OR w.connection = $7)
    ORDER BY at DESC, id DESC LIMIT $4
"""
