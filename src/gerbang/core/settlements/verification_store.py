"""SQL that looks in the ledger for what belongs to no statement."""

from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.core.ledger.model import clearing
from gerbang.core.settlements.posting_rules import PAYOUT, SETTLEMENT


async def strays(tx: Tx, after: tuple[UUID, int], upto: tuple[UUID, int]) -> list[Row]:
    """Of the ledger's lines between two places: those of statements that are of no line and no payout of one, and others on a marketplace's account."""
    shops = await tx.fetch("SELECT connection FROM settlement_readings")
    return await tx.fetch(
        """
        SELECT l.posting, l.debit, l.credit, l.amount, l.currency FROM ledger_lines l
        WHERE (l.posting, l.line) > ($1, $2) AND (l.posting, l.line) <= ($3, $4) AND CASE l.kind
            WHEN $6 THEN NOT EXISTS (SELECT FROM settlement_lines s WHERE s.posting = l.posting)
            WHEN $7 THEN NOT EXISTS (SELECT FROM payouts p WHERE p.posting = l.posting)
            ELSE l.debit = ANY($5) OR l.credit = ANY($5) END
        ORDER BY l.posting, l.line
        """,
        *after,
        *upto,
        [clearing(row["connection"]) for row in shops],
        SETTLEMENT,
        PAYOUT,
    )
