"""Every SQL statement on `ledger_lines`. Rows are only ever added; balances are always sums."""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.writes import Writer


async def add(tx: Writer, columns: Sequence[list[object]]) -> None:
    """Add lines, given as columns: posting, line, kind, payment, attempt, refund, debit, credit, amount as text, currency."""
    await tx.execute(
        """
        INSERT INTO ledger_lines
            (posting, line, kind, payment_id, attempt_id, refund_id, debit, credit, amount, currency, posted_at)
        SELECT posting, line, kind, payment, attempt, refund, debit, credit, amount::numeric, currency, (SELECT business_now())
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
                    $9::text[], $10::text[])
        AS n (posting, line, kind, payment, attempt, refund, debit, credit, amount, currency)
        """,
        *columns,
    )


async def of_payment(tx: Tx, payment: UUID) -> list[Row]:
    """Lines of one payment, oldest first."""
    return await tx.fetch(
        """
        SELECT posting, line, kind, payment_id, attempt_id, refund_id, debit, credit, amount, currency, posted_at
        FROM ledger_lines WHERE payment_id = $1 ORDER BY posting, line
        """,
        payment,
    )


async def balances(tx: Tx) -> list[Row]:
    """Every account and currency with what was debited and credited in all."""
    return await tx.fetch(
        """
        SELECT account, currency, sum(debit) AS debit, sum(credit) AS credit
        FROM (SELECT debit AS account, currency, amount AS debit, 0 AS credit FROM ledger_lines
              UNION ALL
              SELECT credit, currency, 0, amount FROM ledger_lines) AS sides
        GROUP BY account, currency ORDER BY account, currency
        """
    )
