"""The SQL statements that find and erase what payments keep about a person."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.core.personal_data.model import Person

_NONE = UUID(int=0)


async def payers(tx: Tx, person: Person, after: UUID | None, limit: int) -> list[Row]:
    """Who pays, of payments that name the person's address or phone, are their account's or name them as a customer, in the order of payments."""
    return await tx.fetch(  # one look for each of theirs: joined in another way, all payers are read for a few
        """
        SELECT y.payment_id, y.name, y.email, y.phone, y.ip, y.locale FROM (
            SELECT payment_id FROM payment_payers WHERE email <> '' AND lower(email) = $1
            UNION SELECT payment_id FROM payment_payers WHERE phone <> '' AND phone = $2
            UNION SELECT id FROM payments WHERE owner_id = $3
            UNION SELECT id FROM payments WHERE customer_id IS NOT NULL AND customer_id = ANY($6)) AS theirs (payment_id)
        CROSS JOIN LATERAL (SELECT * FROM payment_payers p WHERE p.payment_id = theirs.payment_id LIMIT 1) AS y
        WHERE theirs.payment_id > $4 ORDER BY theirs.payment_id LIMIT $5
        """,
        person.email,
        person.phone,
        person.user,
        after or _NONE,
        limit,
        list(person.customers),
    )


async def erase_payers(tx: Tx, payments: Sequence[UUID]) -> int:
    """Forget who pays; returns of how many something was known."""
    rows = await tx.fetch(
        """
        UPDATE payment_payers SET name = '', email = '', phone = '', ip = '', erased_at = now()
        WHERE payment_id = ANY($1) AND (name, email, phone, ip) <> ('', '', '', '') RETURNING payment_id
        """,
        list(payments),
    )
    return len(rows)


async def erased_payments(tx: Tx, after: UUID | None, within: timedelta, limit: int) -> list[UUID]:
    """Payments whose payer was erased not longer ago than `within`, in the order of their ids."""
    rows = await tx.fetch(
        """
        SELECT payment_id FROM payment_payers WHERE erased_at IS NOT NULL AND erased_at > now() - $2::interval AND payment_id > $1
        ORDER BY payment_id LIMIT $3
        """,
        after or _NONE,
        within,
        limit,
    )
    return [row["payment_id"] for row in rows]


async def destinations(tx: Tx, payments: Sequence[UUID]) -> list[Row]:
    """Where refunds of these payments go, every version."""
    return await tx.fetch(
        """
        SELECT d.refund_id, d.bank, d.account, d.name FROM refunds r JOIN refund_destinations d ON d.refund_id = r.id
        WHERE r.payment_id = ANY($1) ORDER BY d.refund_id, d.version
        """,
        list(payments),
    )


async def erase_destinations(tx: Tx, payments: Sequence[UUID]) -> tuple[int, int]:
    """Forget where refunds went that are over; returns how many versions were forgotten, and how many are still needed."""
    rows = await tx.fetch(
        """
        WITH erased AS (
            UPDATE refund_destinations d SET bank = '', account = '', name = '' FROM refunds r
            WHERE r.id = d.refund_id AND r.payment_id = ANY($1) AND r.status IN ('succeeded', 'failed')
              AND (d.bank, d.account, d.name) <> ('', '', '') RETURNING 1)
        SELECT (SELECT count(*) FROM erased) AS erased, (
            SELECT count(*) FROM refunds r JOIN refund_destinations d ON d.refund_id = r.id
            WHERE r.payment_id = ANY($1) AND r.status NOT IN ('succeeded', 'failed')) AS kept
        """,
        list(payments),
    )
    return int(rows[0]["erased"]), int(rows[0]["kept"])
