"""What must never be in settlements, looked for slice by slice: lines and payouts against the ledger, the ledger against both, sums against their lines. Writes nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database, Row
from gerbang.base.verification import SLICE, Broken, picture, slices
from gerbang.core.ledger import store as ledger_store
from gerbang.core.settlements import verification_store

_LEDGER_SLICE: Final = 10_000
_LINES: Final = """
    WITH slice AS MATERIALIZED (
        SELECT id, connection, statement, kind, status, currency, amount, booked, posting FROM settlement_lines
        WHERE id > $1 ORDER BY id LIMIT $2),
    posted AS (
        SELECT s.id, l.currency, sum(CASE WHEN l.debit = 'clearing:' || s.connection THEN l.amount
            WHEN l.credit = 'clearing:' || s.connection THEN -l.amount END) AS amount
        FROM slice s JOIN ledger_lines l ON l.posting = s.posting GROUP BY s.id, l.currency)
    SELECT s.id, s.booked, s.currency, p.amount AS posted, p.currency AS posted_currency,
        t.lines IS NOT NULL AND t.lines > 0 AS is_summed
    FROM slice s LEFT JOIN posted p ON p.id = s.id
    LEFT JOIN settlement_totals t ON (t.connection, t.statement, t.kind, t.status, t.currency)
        = (s.connection, s.statement, s.kind, s.status, s.currency)
    ORDER BY s.id
"""
_PAYOUTS: Final = """
    WITH slice AS MATERIALIZED (
        SELECT id, connection, currency, amount, is_paid, booked, posting FROM payouts WHERE id > $1 ORDER BY id LIMIT $2),
    posted AS (
        SELECT s.id, l.currency, sum(CASE WHEN l.debit = 'bank' THEN l.amount WHEN l.credit = 'bank' THEN -l.amount END) AS amount
        FROM slice s JOIN ledger_lines l ON l.posting = s.posting
            AND 'clearing:' || s.connection IN (l.debit, l.credit) GROUP BY s.id, l.currency)
    SELECT s.id, s.booked, CASE WHEN s.is_paid THEN s.amount ELSE 0 END AS due, s.currency, p.amount AS posted, p.currency AS posted_currency
    FROM slice s LEFT JOIN posted p ON p.id = s.id ORDER BY s.id
"""
_TOTALS: Final = """
    WITH slice AS MATERIALIZED (
        SELECT connection, statement, kind, status, currency, amount, lines FROM settlement_totals
        WHERE (connection, statement, kind, status, currency) > ($1, $2, $3, $4, $5)
        ORDER BY connection, statement, kind, status, currency LIMIT $6)
    SELECT s.connection, s.statement, s.kind, s.status, s.currency, s.amount, s.lines, l.amount AS summed, l.lines AS counted
    FROM slice s CROSS JOIN LATERAL (
        SELECT coalesce(sum(CASE WHEN status = 'booked' THEN booked ELSE amount END), 0) AS amount, count(*) AS lines FROM settlement_lines
        WHERE (connection, statement, kind, status, currency) = (s.connection, s.statement, s.kind, s.status, s.currency)) AS l
    ORDER BY s.connection, s.statement, s.kind, s.status, s.currency
"""


async def verify(db: Database, *, since: datetime | None = None) -> list[Broken]:
    """What is wrong: an empty list is the only good answer. With `since`, only lines, payouts and postings from then on, and no sums."""
    first = ids.first_of(since) if since is not None else UUID(int=0)
    found = [*await _judged(db, _LINES, first, _line), *await _judged(db, _PAYOUTS, first, _payout)]
    found += await _posted(db, first)
    return found if since is not None else [*found, *await _totals(db)]


async def _judged(db: Database, statement: str, after: UUID, judge: Callable[[Row], list[Broken]]) -> list[Broken]:
    return [broken async for rows in slices(db, statement, after) for row in rows for broken in judge(row)]


async def _posted(db: Database, first: UUID) -> list[Broken]:
    """What stands in the ledger, and in no statement: a line that was booked twice leaves such a posting."""
    name = "what was posted for a statement is of no line and no payout of it"
    found: list[Broken] = []
    place: tuple[UUID, int] | None = (first, -1)
    while place is not None:
        async with picture(db) as tx:
            end = await ledger_store.end_of_slice(tx, place, _LEDGER_SLICE)
            rows = await verification_store.strays(tx, place, end) if end is not None else []
        for row in rows:
            moved = f"{row['amount']} {row['currency']} from {row['credit']} to {row['debit']}"
            found.append((name, f"posting {row['posting']}", moved, "in a statement, once"))
        place = end
    return found


async def _totals(db: Database) -> list[Broken]:
    found: list[Broken] = []
    after = ("", "", "", "", "")
    while rows := await _after(db, after):
        for row in rows:
            after = (row["connection"], row["statement"], row["kind"], row["status"], row["currency"])
            is_, should_be = (row["amount"], row["lines"]), (row["summed"], row["counted"])
            if is_ != should_be:
                name = "the sum of a statement is not that of its lines"
                found.append((name, " ".join(after), _pair(is_), _pair(should_be)))
    return found


async def _after(db: Database, place: tuple[str, ...]) -> Sequence[Row]:
    async with picture(db) as tx:
        return await tx.fetch(_TOTALS, *place, SLICE)


def _line(row: Row) -> list[Broken]:
    shown, found = ids.show("stl", row["id"]), list[Broken]()
    posted = int(row["posted"] or 0)
    if int(row["booked"]) != posted or (posted and row["currency"] != row["posted_currency"]):
        name = "what a line of a statement booked is not what the ledger holds of it"
        found.append((name, shown, f"{posted} {row['posted_currency']}", f"{row['booked']} {row['currency']}"))
    if not row["is_summed"]:
        found.append(("a line of a statement is in no sum of it", shown, "in none", "in one"))
    return found


def _payout(row: Row) -> list[Broken]:
    posted = int(row["posted"] or 0)
    is_right = int(row["due"]) == int(row["booked"]) == posted
    if is_right and (not posted or row["currency"] == row["posted_currency"]):
        return []
    name = "a payout that was paid does not stand in the ledger once, or one that was not does"
    return [(name, ids.show("pyo", row["id"]), f"{posted} {row['posted_currency']}", f"{row['due']} {row['currency']}")]


def _pair(pair: tuple[object, object]) -> str:
    return f"{pair[0]} in {pair[1]} lines"
