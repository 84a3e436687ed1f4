"""Posting in the transaction of the event that moved the money, and reading back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database, columns
from gerbang.base.statement_batch import Writer
from gerbang.core.ledger import balance_keeper, store
from gerbang.core.ledger.model import Posting


@dataclass(frozen=True, slots=True)
class PostedLine:
    """A line as it stands in the ledger; amounts in minor units."""

    posting: UUID
    kind: str
    debit: str
    credit: str
    amount: int
    currency: str
    refund: UUID | None
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """What was debited and credited on an account in all, in minor units of one currency."""

    account: str
    currency: str
    debit: int
    credit: int


async def post(tx: Writer, postings: Sequence[Posting]) -> None:
    """Add postings; one without lines is nothing."""
    rows = [
        (p.id or id_, number, p.kind, p.payment, p.attempt, p.refund, of.debit, of.credit, str(of.amount), of.currency)
        for p, id_ in zip(postings, ids.several(len(postings)), strict=True)
        for number, of in enumerate(p.lines)
    ]
    if rows:
        await store.add(tx, columns(rows, 10))


class Ledger:
    """Reading the ledger, and keeping its balances."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, stop: asyncio.Event) -> None:
        """Keep the balances until `stop` is set (balance_keeper.py)."""
        await balance_keeper.run(self._db, stop)

    async def accounts(self) -> list[Balance]:
        """Every account with its totals."""
        async with self._db.reading() as tx:
            rows = await store.balances(tx)
        return [Balance(r["account"], r["currency"], int(r["debit"]), int(r["credit"])) for r in rows]

    async def postings(self, payment: UUID) -> list[PostedLine]:
        """The lines of one payment, oldest first."""
        async with self._db.reading() as tx:
            rows = await store.of_payment(tx, payment)
        return [
            PostedLine(
                posting=r["posting"],
                kind=r["kind"],
                debit=r["debit"],
                credit=r["credit"],
                amount=int(r["amount"]),
                currency=r["currency"],
                refund=r["refund_id"],
                posted_at=r["posted_at"],
            )
            for r in rows
        ]
