"""SQL that looks for what must never be: each statement returns the payments (or attempts, refunds) for which an invariant does not hold."""

from typing import Final

from gerbang.base.db import Row, Tx

_CHECKS: Final = {
    "a payment's totals are not those of its attempts": """
        SELECT p.id, p.amount_captured::text AS is, coalesce(sum(a.captured), 0)::text AS should_be FROM payments p
        LEFT JOIN attempts a ON a.payment_id = p.id GROUP BY p.id
        HAVING p.amount_captured <> coalesce(sum(a.captured), 0) LIMIT $1
    """,
    "what the ledger holds as captured is not what the attempt captured": """
        SELECT a.id, a.captured::text AS should_be, coalesce(sum(l.came), 0)::text AS is FROM attempts a
        LEFT JOIN (
            SELECT attempt_id, CASE WHEN credit IN ('sales', 'payer_credit') THEN amount ELSE -amount END AS came FROM ledger_lines
            WHERE kind IN ('capture', 'retraction') AND (credit IN ('sales', 'payer_credit') OR debit IN ('sales', 'payer_credit'))
        ) AS l ON l.attempt_id = a.id
        GROUP BY a.id HAVING a.captured <> coalesce(sum(l.came), 0) LIMIT $1
    """,
    "the asset that came in is not what the ledger says, or not what the chain shows": """
        SELECT a.id, a.received::text AS is, coalesce(l.came, 0)::text || ' in the ledger, ' || coalesce(c.came, 0)::text || ' on the chain'
            AS should_be
        FROM attempts a
        LEFT JOIN (
            SELECT attempt_id, sum(CASE WHEN debit LIKE 'exchange:%' THEN -amount ELSE amount END) AS came FROM ledger_lines
            WHERE kind IN ('capture', 'retraction') AND ((credit LIKE 'exchange:%' AND debit NOT IN ('sales', 'payer_credit'))
                OR (debit LIKE 'exchange:%' AND credit NOT IN ('sales', 'payer_credit'))) GROUP BY attempt_id
        ) AS l ON l.attempt_id = a.id
        LEFT JOIN (
            SELECT attempt_id, sum(amount) AS came FROM chain_transfers WHERE verdict = 'counts' GROUP BY attempt_id
        ) AS c ON c.attempt_id = a.id
        WHERE a.quote IS NOT NULL AND (a.received <> coalesce(l.came, 0)
            OR (a.deposit IS NOT NULL AND a.received <> coalesce(c.came, 0))) LIMIT $1
    """,
    "the ledger's credit to payers is not the payments' surplus less what went back": """
        SELECT p.id, p.amount_excess::text AS should_be, coalesce(sum(CASE WHEN l.credit = 'payer_credit' THEN l.amount ELSE -l.amount END), 0)::text AS is
        FROM payments p LEFT JOIN ledger_lines l ON l.payment_id = p.id AND l.kind IN ('capture', 'retraction')
            AND 'payer_credit' IN (l.debit, l.credit)
        GROUP BY p.id HAVING p.amount_excess <> coalesce(sum(CASE WHEN l.credit = 'payer_credit' THEN l.amount ELSE -l.amount END), 0) LIMIT $1
    """,
    "a refund that succeeded is not settled exactly once in the ledger": """
        SELECT r.id, r.amount::text AS should_be, coalesce(sum(l.amount), 0)::text AS is FROM refunds r
        LEFT JOIN ledger_lines l ON l.refund_id = r.id AND l.kind = 'refund_settled' AND l.debit = 'refunds_payable'
        GROUP BY r.id HAVING coalesce(sum(l.amount), 0) <> CASE WHEN r.status = 'succeeded' THEN r.amount ELSE 0 END LIMIT $1
    """,
    "a refund's promise does not stand, or was not reversed": """
        SELECT r.id, r.status AS should_be, coalesce(sum(CASE WHEN l.kind = 'refund_requested' THEN l.amount ELSE -l.amount END), 0)::text AS is
        FROM refunds r LEFT JOIN ledger_lines l ON l.refund_id = r.id AND l.kind IN ('refund_requested', 'refund_failed')
        GROUP BY r.id HAVING coalesce(sum(CASE WHEN l.kind = 'refund_requested' THEN l.amount ELSE -l.amount END), 0)
            <> CASE WHEN r.status = 'failed' THEN 0 ELSE r.amount END LIMIT $1
    """,
    "an attempt's refund totals are not those of its refunds": """
        SELECT a.id, (a.refunded + a.refund_reserved)::text AS is,
            coalesce(sum(r.amount) FILTER (WHERE r.status <> 'failed'), 0)::text AS should_be
        FROM attempts a LEFT JOIN refunds r ON r.attempt_id = a.id GROUP BY a.id
        HAVING a.refunded + a.refund_reserved <> coalesce(sum(r.amount) FILTER (WHERE r.status <> 'failed'), 0) LIMIT $1
    """,
    "an attempt is being sent and no job watches over it": """
        SELECT a.id, 'no job' AS is, 'payment.submit' AS should_be FROM attempts a
        WHERE a.status = 'submitting' AND a.created_at < business_now() - interval '2 minutes'
          AND NOT EXISTS (SELECT FROM jobs WHERE kind = 'payment.submit' AND run_at >= a.created_at) LIMIT $1
    """,
    "an outcome has been unknown for more than an hour": """
        SELECT id, status AS is, 'known' AS should_be FROM attempts
        WHERE status = 'unknown' AND updated_at < business_now() - interval '1 hour' LIMIT $1
    """,
    "an event in the inbox has not been worked on for ten minutes": """
        SELECT id, status AS is, 'done' AS should_be FROM inbox
        WHERE status = 'new' AND received_at < clock_timestamp() - interval '10 minutes' LIMIT $1
    """,
}


async def begin(tx: Tx) -> None:
    """One picture of the whole database, however long it takes to look at, and no writing."""
    await tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    await tx.execute("SET LOCAL statement_timeout = 0")


async def findings(tx: Tx, most: int) -> dict[str, list[Row]]:
    """Of every invariant that does not hold: the first `most` rows that break it."""
    found = {name: await tx.fetch(statement, most) for name, statement in _CHECKS.items()}
    return {name: rows for name, rows in found.items() if rows}
