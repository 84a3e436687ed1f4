"""Which payments somebody means who gives a name for one: exact matches only, each read off its own index, a bounded number of each."""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base.db import Tx


async def find(tx: Tx, text: str, compact: str, phone: str, limit: int) -> Sequence[UUID]:
    """Ids of payments, newest first. `compact` is the text without spaces, dots and dashes, `phone` in E.164 or empty."""
    rows = await tx.fetch(
        _FIND, text.lower(), compact.lower(), phone, limit, [text, text.lower(), text.upper(), compact]
    )
    return [row["id"] for row in rows]


async def of_attempt(tx: Tx, attempt: UUID) -> UUID | None:
    """The payment of an attempt."""
    found: UUID | None = await tx.fetchval("SELECT payment_id FROM attempts WHERE id = $1", attempt)
    return found


_FIND = """
    WITH orders AS MATERIALIZED (
        SELECT id FROM payments WHERE order_reference IS NOT NULL AND lower(order_reference) = $1 LIMIT $4),
    referred AS MATERIALIZED (
        SELECT payment_id AS id FROM attempts WHERE provider_reference = ANY($5) LIMIT $4),
    places AS MATERIALIZED (
        SELECT payment_id AS id FROM attempts WHERE next_action IS NOT NULL
        AND lower(coalesce(next_action ->> 'number', next_action ->> 'code', next_action ->> 'address')) IN ($1, $2) LIMIT $4),
    mailed AS MATERIALIZED (SELECT payment_id AS id FROM payment_payers WHERE email <> '' AND lower(email) = $1 LIMIT $4),
    phoned AS MATERIALIZED (SELECT payment_id AS id FROM payment_payers WHERE phone <> '' AND phone IN ($1, $3) LIMIT $4),
    named AS MATERIALIZED (SELECT payment_id AS id FROM payment_payers WHERE name <> '' AND lower(name) = $1 LIMIT $4),
    moved AS MATERIALIZED (
        SELECT a.payment_id AS id FROM chain_transfers t JOIN attempts a ON a.id = t.attempt_id WHERE t.transaction = $1 LIMIT $4),
    found AS MATERIALIZED (
        SELECT id FROM orders UNION SELECT id FROM referred UNION SELECT id FROM places UNION SELECT id FROM mailed
        UNION SELECT id FROM phoned UNION SELECT id FROM named UNION SELECT id FROM moved)
    SELECT p.id FROM found JOIN payments p USING (id) ORDER BY p.created_at DESC, p.id DESC LIMIT $4
"""
