"""SQL that looks for what must never be: each statement returns those of some payments (or of their attempts and refunds) for which an
invariant does not hold. Everything about a payment is read by the payment, so that a slice of them costs what it holds.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx

# The words that this version knows: payments' statuses, currencies, attempts' statuses, methods, refunds' statuses, roles.
Known = tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str], Sequence[str], Sequence[str]]
INVARIANTS: Final = {
    "a payment's totals are not those of its attempts": """
        SELECT p.id, p.amount_captured::text AS is, coalesce(sum(a.captured), 0)::text AS should_be FROM payments p
        LEFT JOIN attempts a ON a.payment_id = p.id WHERE p.id = ANY ($1::uuid[]) GROUP BY p.id
        HAVING p.amount_captured <> coalesce(sum(a.captured), 0)
    """,
    "what the ledger holds as captured is not what the attempt captured": """
        SELECT a.id, a.captured::text AS should_be, coalesce(sum(l.came), 0)::text AS is FROM attempts a
        LEFT JOIN (
            SELECT attempt_id, CASE WHEN credit IN ('sales', 'payer_credit') THEN amount ELSE -amount END AS came FROM ledger_lines
            WHERE payment_id = ANY ($1::uuid[]) AND kind IN ('capture', 'retraction')
                AND (credit IN ('sales', 'payer_credit') OR debit IN ('sales', 'payer_credit'))
        ) AS l ON l.attempt_id = a.id
        WHERE a.payment_id = ANY ($1::uuid[]) GROUP BY a.id HAVING a.captured <> coalesce(sum(l.came), 0)
    """,
    "the asset that came in is not what the ledger says, or not what the chain shows": """
        SELECT a.id, a.received::text AS is, coalesce(l.came, 0)::text || ' in the ledger, ' || coalesce(c.came, 0)::text || ' on the chain'
            AS should_be
        FROM attempts a
        LEFT JOIN (
            SELECT attempt_id, sum(CASE WHEN debit LIKE 'exchange:%' THEN -amount ELSE amount END) AS came FROM ledger_lines
            WHERE payment_id = ANY ($1::uuid[]) AND kind IN ('capture', 'retraction')
                AND ((credit LIKE 'exchange:%' AND debit NOT IN ('sales', 'payer_credit'))
                OR (debit LIKE 'exchange:%' AND credit NOT IN ('sales', 'payer_credit'))) GROUP BY attempt_id
        ) AS l ON l.attempt_id = a.id
        LEFT JOIN (
            SELECT attempt_id, sum(amount) AS came FROM chain_transfers
            WHERE verdict = 'counts' AND attempt_id IN (SELECT id FROM attempts WHERE payment_id = ANY ($1::uuid[])) GROUP BY attempt_id
        ) AS c ON c.attempt_id = a.id
        WHERE a.payment_id = ANY ($1::uuid[]) AND a.quote IS NOT NULL AND (a.received <> coalesce(l.came, 0)
            OR (a.deposit IS NOT NULL AND a.status <> 'held' AND a.received <> coalesce(c.came, 0)))
    """,
    "the ledger's credit to payers is not the payments' surplus less what went back": """
        SELECT p.id, p.amount_excess::text AS should_be, coalesce(sum(CASE WHEN l.credit = 'payer_credit' THEN l.amount ELSE -l.amount END), 0)::text AS is
        FROM payments p LEFT JOIN ledger_lines l ON l.payment_id = p.id AND l.kind IN ('capture', 'retraction', 'surplus')
            AND 'payer_credit' IN (l.debit, l.credit)
        WHERE p.id = ANY ($1::uuid[]) GROUP BY p.id
        HAVING p.amount_excess <> coalesce(sum(CASE WHEN l.credit = 'payer_credit' THEN l.amount ELSE -l.amount END), 0)
    """,
    "a refund that succeeded is not settled exactly once in the ledger": """
        SELECT r.id, r.amount::text AS should_be, coalesce(sum(l.amount), 0)::text AS is FROM refunds r
        LEFT JOIN ledger_lines l ON l.payment_id = r.payment_id AND l.refund_id = r.id AND l.kind = 'refund_settled'
            AND l.debit = 'refunds_payable'
        WHERE r.payment_id = ANY ($1::uuid[])
        GROUP BY r.id HAVING coalesce(sum(l.amount), 0) <> CASE WHEN r.status = 'succeeded' THEN r.amount ELSE 0 END
    """,
    "a refund's promise does not stand, or was not reversed": """
        SELECT r.id, r.status AS should_be, coalesce(sum(CASE WHEN l.kind = 'refund_requested' THEN l.amount ELSE -l.amount END), 0)::text AS is
        FROM refunds r LEFT JOIN ledger_lines l ON l.payment_id = r.payment_id AND l.refund_id = r.id
            AND l.kind IN ('refund_requested', 'refund_failed')
        WHERE r.payment_id = ANY ($1::uuid[]) GROUP BY r.id HAVING coalesce(sum(CASE WHEN l.kind = 'refund_requested' THEN l.amount ELSE -l.amount END), 0)
            <> CASE WHEN r.status = 'failed' THEN 0 ELSE r.amount END
    """,
    "an attempt's refund totals are not those of its refunds": """
        SELECT a.id, (a.refunded + a.refund_reserved)::text AS is,
            coalesce(sum(r.amount) FILTER (WHERE r.status <> 'failed'), 0)::text AS should_be
        FROM attempts a LEFT JOIN refunds r ON r.attempt_id = a.id WHERE a.payment_id = ANY ($1::uuid[]) GROUP BY a.id
        HAVING a.refunded + a.refund_reserved <> coalesce(sum(r.amount) FILTER (WHERE r.status <> 'failed'), 0)
    """,
    "a list finds a payment under another status or time than its own": """
        SELECT p.id, a.listed_status || ', ' || a.listed_at AS is, p.status || ', ' || p.created_at AS should_be
        FROM payments p JOIN attempts a ON a.payment_id = p.id
        WHERE p.id = ANY ($1::uuid[]) AND (a.listed_status <> p.status OR a.listed_at <> p.created_at)
    """,
    "what a payment says was given back is not what its refunds say": """
        SELECT p.id, p.amount_refunded::text AS is, coalesce(sum(r.amount), 0)::text AS should_be
        FROM payments p LEFT JOIN refunds r ON r.payment_id = p.id AND r.status = 'succeeded'
        WHERE p.id = ANY ($1::uuid[]) GROUP BY p.id HAVING p.amount_refunded <> coalesce(sum(r.amount), 0)
    """,
    "the surplus that is owed is not what came too much less what refunds promise": """
        SELECT p.id, p.excess_owed::text AS is, greatest(0, p.amount_excess - coalesce(sum(r.credit_amount), 0))::text AS should_be
        FROM payments p LEFT JOIN refunds r ON r.payment_id = p.id AND r.status <> 'failed'
        WHERE p.id = ANY ($1::uuid[]) GROUP BY p.id
        HAVING p.excess_owed <> greatest(0, p.amount_excess - coalesce(sum(r.credit_amount), 0))
    """,
    "a refund waits for a second person and nobody is asked, or the other way round": """
        SELECT r.id, r.approval AS is, CASE WHEN v.id IS NULL THEN 'not pending' ELSE 'pending' END AS should_be
        FROM refunds r LEFT JOIN approvals v ON v.refund_id = r.id AND v.status = 'pending'
        WHERE r.payment_id = ANY ($1::uuid[]) AND (r.approval = 'pending') <> (v.id IS NOT NULL)
    """,
    "an attempt is being sent and no job watches over it": """
        SELECT a.id, 'no job' AS is, 'payment.submit' AS should_be FROM attempts a
        WHERE a.payment_id = ANY ($1::uuid[]) AND a.status = 'submitting' AND a.created_at < business_now() - interval '2 minutes'
          AND NOT EXISTS (SELECT FROM jobs WHERE kind = 'payment.submit' AND run_at >= a.created_at)
    """,
    "an outcome has been unknown for more than an hour": """
        SELECT id, status AS is, 'known' AS should_be FROM attempts
        WHERE payment_id = ANY ($1::uuid[]) AND status = 'unknown' AND updated_at < business_now() - interval '1 hour'
    """,
}
_WAITING: Final = {
    "an event in the inbox has not been worked on for ten minutes": """
        SELECT id, status AS is, 'done' AS should_be FROM inbox
        WHERE status = 'new' AND received_at < clock_timestamp() - interval '10 minutes' LIMIT $1
    """,
}


async def unreadable(tx: Tx, known: Known, most: int) -> list[tuple[str, UUID, str]]:
    """Of each kind the first `most` rows that hold a word which this version does not know: (kind, id, the words). Looked at are the payments
    that are open, the newest thousand, and refunds of statuses that are unknown: what a newer version wrote last, and what would stand still.
    """
    rows = await tx.fetch(
        """
        WITH RECURSIVE looked AS MATERIALIZED (
            SELECT id, status, currency FROM payments WHERE look_at IS NOT NULL
            UNION (SELECT id, status, currency FROM payments ORDER BY created_at DESC, id DESC LIMIT 1000)
        ), refunded (status) AS (
            (SELECT status FROM refunds ORDER BY status LIMIT 1)
            UNION ALL SELECT (SELECT r.status FROM refunds r WHERE r.status > s.status ORDER BY r.status LIMIT 1)
            FROM refunded s WHERE s.status IS NOT NULL
        )
        (SELECT 'pay' AS kind, id, status || ' ' || currency AS words FROM looked
         WHERE status <> ALL($1) OR currency <> ALL($2))
        UNION ALL (SELECT 'att', id, status || ' ' || method || ' ' || currency FROM (
            SELECT id, status, method, currency FROM attempts WHERE look_at IS NOT NULL
            UNION SELECT a.id, a.status, a.method, a.currency FROM attempts a JOIN looked p ON p.id = a.payment_id) AS tried
         WHERE status <> ALL($3) OR method <> ALL($4) OR currency <> ALL($2))
        UNION ALL (SELECT 'ref', r.id, r.status || ' ' || r.currency FROM refunded s CROSS JOIN LATERAL (
            SELECT id, status, currency FROM refunds WHERE status = s.status ORDER BY status, created_at, id LIMIT $7) AS r
         WHERE s.status <> ALL($5))
        UNION ALL (SELECT 'ref', r.id, r.status || ' ' || r.currency FROM refunds r JOIN looked p ON p.id = r.payment_id
         WHERE r.status = ANY($5) AND r.currency <> ALL($2))
        UNION ALL (SELECT 'usr', id, role FROM users WHERE role <> 'customer' AND role <> ALL($6))
        UNION ALL (SELECT 'key', id, role FROM api_keys WHERE role <> ALL($6))
        """,
        *known,
        most,
    )
    found = [(row["kind"], row["id"], row["words"]) for row in rows]
    return [
        one
        for kind in dict.fromkeys(one[0] for one in found)
        for one in [one for one in found if one[0] == kind][:most]
    ]


async def begin(tx: Tx) -> None:
    """One picture of the database for one slice, and no writing."""
    await tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    await tx.execute("SET LOCAL statement_timeout = 0")


async def slice_(tx: Tx, after: tuple[datetime, UUID], limit: int) -> list[tuple[datetime, UUID]]:
    """The next payments in the order in which they were made: (time, id)."""
    rows = await tx.fetch(
        "SELECT created_at, id FROM payments WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3",
        *after,
        limit,
    )
    return [(row["created_at"], row["id"]) for row in rows]


async def findings(tx: Tx, payments: Sequence[UUID]) -> dict[str, list[Row]]:
    """Of every invariant that does not hold for one of these payments: the rows that break it. There is no LIMIT: for its sake a plan would go
    through all refunds that there ever were to find the first bad ones soon, and there is none.
    """
    found = {name: await tx.fetch(statement, list(payments)) for name, statement in INVARIANTS.items()}
    return {name: rows for name, rows in found.items() if rows}


async def waiting(tx: Tx, most: int) -> dict[str, list[Row]]:
    """The same of what is about no payment."""
    found = {name: await tx.fetch(statement, most) for name, statement in _WAITING.items()}
    return {name: rows for name, rows in found.items() if rows}
