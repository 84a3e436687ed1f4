"""Every SQL statement on `ledger_lines` and `ledger_balances`. Lines are only ever added; a balance is a sum of them, whatever is kept of it.

`ledger_balances` holds the sums of all lines up to one transaction, which stands in `ledger_balanced`; what came later is added when it is
read. Whoever posts touches neither.
"""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.statement_batch import Writer


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
        WITH later AS (
            SELECT debit, credit, currency, amount FROM ledger_lines
            WHERE xid > (SELECT upto FROM ledger_balanced) AND xid <= (SELECT max(xid) FROM ledger_lines))
        SELECT account, currency, sum(debit) AS debit, sum(credit) AS credit
        FROM (SELECT account, currency, debit, credit FROM ledger_balances
              UNION ALL SELECT debit, currency, amount, 0 FROM later
              UNION ALL SELECT credit, currency, 0, amount FROM later) AS sides
        GROUP BY account, currency ORDER BY account, currency
        """
    )


async def balanced_to(tx: Tx) -> str | None:
    """The transaction up to which the balances are summed, as text. The row is locked; None when another process is at it."""
    upto: str | None = await tx.fetchval("SELECT upto::text FROM ledger_balanced FOR UPDATE SKIP LOCKED")
    return upto


async def next_to_balance(tx: Tx, upto: str, limit: int) -> str | None:
    """The last of the transactions after `upto` that hold together about `limit` lines, none of which can get any more; None: there are none.

    Below `finished_here_below` every transaction has ended: what commits late is never passed over.
    """
    last: str | None = await tx.fetchval(
        """
        SELECT xid::text AS last FROM (
            SELECT xid FROM ledger_lines
            WHERE xid > $1::text::xid8 AND xid < (SELECT finished_here_below()) ORDER BY xid LIMIT $2) AS next
        ORDER BY next.xid DESC LIMIT 1
        """,
        upto,
        limit,
    )
    return last


async def balance(tx: Tx, after: str, upto: str) -> None:
    """Add the lines of these transactions to the balances."""
    await tx.execute(
        """
        WITH lines AS (SELECT debit, credit, currency, amount FROM ledger_lines WHERE xid > $1::text::xid8 AND xid <= $2::text::xid8)
        INSERT INTO ledger_balances AS b (account, currency, debit, credit)
        SELECT account, currency, sum(debit), sum(credit)
        FROM (SELECT debit AS account, currency, amount AS debit, 0 AS credit FROM lines
              UNION ALL SELECT credit, currency, 0, amount FROM lines) AS sides
        GROUP BY account, currency ORDER BY account, currency
        ON CONFLICT (account, currency) DO UPDATE SET debit = b.debit + excluded.debit, credit = b.credit + excluded.credit
        """,
        after,
        upto,
    )
    await tx.execute("UPDATE ledger_balanced SET upto = $1::text::xid8", upto)


async def kept(tx: Tx) -> tuple[str, list[Row]]:
    """The transaction up to which the balances are summed, and the balances."""
    rows = await tx.fetch(
        """
        SELECT upto::text, account, currency, debit, credit FROM ledger_balanced LEFT JOIN ledger_balances ON true
        """
    )
    return rows[0]["upto"], [row for row in rows if row["account"] is not None]


async def end_of_slice(tx: Tx, after: tuple[UUID, int], limit: int) -> tuple[UUID, int] | None:
    """The last of the next so many lines, in the order of their postings; None: there are none."""
    row = await tx.fetchrow(
        """
        SELECT posting, line FROM (
            SELECT posting, line FROM ledger_lines WHERE (posting, line) > ($1, $2) ORDER BY posting, line LIMIT $3) AS next
        ORDER BY posting DESC, line DESC LIMIT 1
        """,
        *after,
        limit,
    )
    return None if row is None else (row["posting"], row["line"])


async def sums(tx: Tx, after: tuple[UUID, int], upto: tuple[UUID, int], xid: str) -> list[Row]:
    """What a slice of the lines adds to each account and currency, of transactions up to this one."""
    return await tx.fetch(
        """
        WITH lines AS (
            SELECT debit, credit, currency, amount FROM ledger_lines
            WHERE (posting, line) > ($1, $2) AND (posting, line) <= ($3, $4) AND xid <= $5::text::xid8)
        SELECT account, currency, sum(debit) AS debit, sum(credit) AS credit
        FROM (SELECT debit AS account, currency, amount AS debit, 0 AS credit FROM lines
              UNION ALL SELECT credit, currency, 0, amount FROM lines) AS sides
        GROUP BY account, currency
        """,
        *after,
        *upto,
        xid,
    )
