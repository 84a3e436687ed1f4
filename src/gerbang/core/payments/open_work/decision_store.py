"""Every SQL statement on `payment_decisions`: money that is in and that a person must decide about. Each payment's row follows from what the
payment is, so it may be worked out as often as one likes.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gerbang.base.db import Tx

# Money that came when its payment was over, or a part whose rest did not come in time, and of which nothing goes back yet.
_IS_LATE: Final = """
    ((p.late AND p.status IN ('paid', 'part_paid')) OR (p.status = 'part_paid' AND p.expires_at <= business_now()))
    AND NOT EXISTS (SELECT FROM refunds r WHERE r.payment_id = p.id AND r.status <> 'failed' AND r.amount > r.credit_amount)
    """
_PAYS: Final = """
    {0}.status = 'paid' AND NOT EXISTS (
        SELECT FROM refunds r WHERE r.payment_id = {0}.id AND r.status <> 'failed' AND r.amount > r.credit_amount)
    """


async def concerned(tx: Tx, payments: Sequence[UUID]) -> list[UUID]:
    """Those of these payments that may wait for a decision, hardly any, and those that wait because one of these paid the same order before."""
    rows = await tx.fetch(_CONCERNED, list(payments))
    return [row["id"] for row in rows]


async def end(tx: Tx, payments: Sequence[UUID]) -> None:
    """End what waits for a decision that the payments themselves have brought: the money goes back, or was taken back."""
    await tx.execute(_END_LATE, list(payments))
    await tx.execute(_END_DUPLICATE, list(payments))


async def begin(tx: Tx, payments: Sequence[UUID]) -> None:
    """Note which of these payments wait for a decision now. Of an order whose payments a person found right, nobody is asked again."""
    await tx.execute(_BEGIN_LATE, list(payments))
    await tx.execute(_BEGIN_DUPLICATE, list(payments))


async def note_foreign(tx: Tx, payments: Sequence[UUID]) -> None:
    """To these payments, which are paid, more came that was not asked for: other coins, or on another network."""
    await tx.execute(
        """
        INSERT INTO payment_decisions AS d (payment_id, kind, since) SELECT DISTINCT n, 'foreign', business_now() FROM unnest($1::uuid[]) AS n
        ON CONFLICT (payment_id, kind) DO UPDATE SET decided_at = NULL, kept = false, since = excluded.since WHERE d.decided_at IS NOT NULL
        """,
        list(payments),
    )


async def is_foreign_only(tx: Tx, payment: UUID) -> bool:
    """Whether all that waits is about money beside what was asked for, which no refund of the payment gives back."""
    return bool(
        await tx.fetchval(
            "SELECT bool_and(kind = 'foreign') FROM payment_decisions WHERE payment_id = $1 AND decided_at IS NULL",
            payment,
        )
    )


async def keep(tx: Tx, payment: UUID, *, foreign: bool) -> None:
    """A person has decided. What came beside the payment waits on where only the payment's own money was decided about."""
    await tx.execute(
        "UPDATE payment_decisions SET decided_at = business_now(), kept = true"
        " WHERE payment_id = $1 AND decided_at IS NULL AND (kind <> 'foreign' OR $2)",
        payment,
        foreign,
    )


async def waits(tx: Tx, payment: UUID) -> bool:
    """Whether somebody must decide about the payment's money."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM payment_decisions WHERE payment_id = $1 AND decided_at IS NULL)", payment
        )
    )


async def others(tx: Tx, payments: Sequence[UUID]) -> dict[UUID, UUID]:
    """Of each of these that pays an order a second time: the payment that paid it before."""
    rows = await tx.fetch(
        "SELECT payment_id, other_id FROM payment_decisions WHERE payment_id = ANY($1) AND kind = 'duplicate'",
        list(payments),
    )
    return {row["payment_id"]: row["other_id"] for row in rows}


# A LIMIT keeps the sub-select where it is, one look into an index for each payment.
_CONCERNED: Final = """
    SELECT p.id FROM payments p WHERE p.id = ANY($1) AND (p.late OR p.status = 'part_paid' OR (
        p.status = 'paid' AND p.order_reference IS NOT NULL AND (
            SELECT true FROM payments o WHERE o.order_reference = p.order_reference AND o.status = 'paid' AND o.id <> p.id LIMIT 1) IS NOT NULL))
    UNION SELECT payment_id FROM payment_decisions WHERE payment_id = ANY($1) AND decided_at IS NULL
    UNION SELECT payment_id FROM payment_decisions WHERE other_id = ANY($1) AND decided_at IS NULL
    """
_END_LATE: Final = f"""
    UPDATE payment_decisions d SET decided_at = business_now() FROM payments p
    WHERE p.id = d.payment_id AND d.payment_id = ANY($1) AND d.kind = 'late' AND d.decided_at IS NULL AND NOT ({_IS_LATE})
    """  # noqa: S608  constants only
_BEGIN_LATE: Final = f"""
    INSERT INTO payment_decisions AS d (payment_id, kind, since) SELECT p.id, 'late', business_now() FROM payments p
    WHERE p.id = ANY($1) AND {_IS_LATE}
    ON CONFLICT (payment_id, kind) DO UPDATE SET decided_at = NULL, since = excluded.since WHERE d.decided_at IS NOT NULL AND NOT d.kept
    """  # noqa: S608  constants only
_END_DUPLICATE: Final = f"""
    UPDATE payment_decisions d SET decided_at = business_now() FROM payments p, payments o
    WHERE p.id = d.payment_id AND o.id = d.other_id AND d.payment_id = ANY($1) AND d.kind = 'duplicate' AND d.decided_at IS NULL
        AND NOT ({_PAYS.format("p")} AND {_PAYS.format("o")})
    """  # noqa: S608  constants only
# Whichever of two payments is heard of last, the one that was paid later waits: both are compared both ways.
_BEGIN_DUPLICATE: Final = f"""
    INSERT INTO payment_decisions AS d (payment_id, kind, since, other_id, order_reference)
    SELECT DISTINCT ON (pair.later) pair.later, 'duplicate', business_now(), pair.earlier, pair.order_reference FROM (
        SELECT p.order_reference, CASE WHEN (p.paid_at, p.id) > (o.paid_at, o.id) THEN p.id ELSE o.id END AS later,
            CASE WHEN (p.paid_at, p.id) > (o.paid_at, o.id) THEN o.id ELSE p.id END AS earlier
        FROM payments p CROSS JOIN LATERAL (
            SELECT o.id, o.paid_at, o.status FROM payments o
            WHERE o.order_reference = p.order_reference AND o.status = 'paid' AND o.id <> p.id ORDER BY o.created_at, o.id LIMIT 10) AS o
        WHERE p.id = ANY($1) AND p.order_reference IS NOT NULL AND {_PAYS.format("p")} AND {_PAYS.format("o")}
            AND NOT EXISTS (SELECT FROM payment_decisions k WHERE k.order_reference = p.order_reference AND k.kept)) AS pair
    ORDER BY pair.later, pair.earlier
    ON CONFLICT (payment_id, kind) DO UPDATE SET decided_at = NULL, since = excluded.since, other_id = excluded.other_id
        WHERE d.decided_at IS NOT NULL AND NOT d.kept
    """  # noqa: S608  constants only
