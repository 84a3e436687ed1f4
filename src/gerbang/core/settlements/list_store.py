"""Every SQL statement that shows lines and payouts to people, and sums what explains a payout."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.keyset import Place

_LINE = """
    SELECT l.id, l.connection, l.day, l.kind, l.said, l.amount, l.currency, l.order_number, l.item_number, l.statement, l.is_paid, l.status, l.why,
        l.booked, l.told_differently_at, l.taken_at FROM settlement_lines l
"""
_PAYOUT = """
    SELECT p.id, p.connection, p.statement, p.amount, p.currency, p.opening, p.closing, p.is_paid, p.made_on, p.told_differently_at, p.heard_at,
        p.paid_at FROM payouts p
"""


async def is_unexplained(tx: Tx, connection: str, now: datetime) -> bool:
    """Whether a payout of the last two weeks is not what its lines add up to."""
    return (
        await tx.fetchval(
            """
            SELECT true FROM payouts p WHERE p.connection = $1 AND p.heard_at > $2::timestamptz - interval '14 days'
                AND coalesce(p.closing, p.amount) <> coalesce(p.opening, 0) + coalesce((
                    SELECT sum(t.amount) FROM settlement_totals t WHERE t.connection = p.connection AND t.statement = p.statement
                        AND t.currency = p.currency AND t.status = 'booked'), 0) LIMIT 1
            """,
            connection,
            now,
        )
        is True
    )


async def payouts(tx: Tx, before: Place, since: datetime, limit: int) -> list[Row]:
    """Payouts, newest first, below a place."""
    return await tx.fetch(
        _PAYOUT
        + "WHERE (p.heard_at, p.id) < ($1, $2) AND p.heard_at >= $3 ORDER BY p.heard_at DESC, p.id DESC LIMIT $4",
        *before,
        since,
        limit,
    )


async def payouts_of(tx: Tx, connection: str, before: Place, since: datetime, limit: int) -> list[Row]:
    """The same of one shop: a range of its index."""
    return await tx.fetch(
        _PAYOUT
        + """
        WHERE (p.connection, p.heard_at, p.id) < ($5, $1, $2) AND (p.connection, p.heard_at) >= ($5, $3)
        ORDER BY p.connection DESC, p.heard_at DESC, p.id DESC LIMIT $4
        """,
        *before,
        since,
        limit,
        connection,
    )


async def payout(tx: Tx, payout: UUID) -> Row | None:
    """One payout."""
    return await tx.fetchrow(_PAYOUT + "WHERE p.id = $1", payout)


async def payouts_called(tx: Tx, payouts: Sequence[UUID]) -> list[Row]:
    """Payouts by their ids."""
    return await tx.fetch(_PAYOUT + "WHERE p.id = ANY($1) ORDER BY p.id", list(payouts))


async def totals(tx: Tx, payouts: Sequence[UUID]) -> list[Row]:
    """What the lines of these payouts add up to, by kind."""
    return await tx.fetch(
        """
        SELECT p.id AS payout, t.kind, t.status, t.currency, t.amount, t.lines
        FROM payouts p JOIN settlement_totals t ON t.connection = p.connection AND t.statement = p.statement
        WHERE p.id = ANY($1) AND t.lines > 0 ORDER BY p.id, t.kind, t.status, t.currency
        """,
        list(payouts),
    )


async def names_of_payouts(tx: Tx, connections: Sequence[str], statements: Sequence[str]) -> dict[tuple[str, str], Row]:
    """The payouts of these statements: id and whether it is paid, by shop and statement."""
    rows = await tx.fetch(
        """
        SELECT p.id, p.connection, p.statement, p.is_paid FROM (SELECT DISTINCT connection, statement FROM unnest($1::text[], $2::text[])
            AS n (connection, statement) WHERE statement <> '') AS asked JOIN payouts p USING (connection, statement)
        """,
        list(connections),
        list(statements),
    )
    return {(row["connection"], row["statement"]): row for row in rows}


async def line(tx: Tx, line: UUID) -> Row | None:
    """One line."""
    return await tx.fetchrow(_LINE + "WHERE l.id = $1", line)


# Each list below is of lines, newest first, below an id. A value is asked for as a range of its index: with an equality the planner may walk the ids and filter.


async def lines(tx: Tx, before: UUID, limit: int) -> list[Row]:
    """All of them."""
    return await tx.fetch(_LINE + "WHERE l.id < $1 ORDER BY l.id DESC LIMIT $2", before, limit)


async def lines_of_statement(tx: Tx, before: UUID, limit: int, connection: str, statement: str) -> list[Row]:
    """Those of one statement."""
    return await tx.fetch(
        _LINE
        + """
        WHERE (l.connection, l.statement, l.id) < ($3, $4, $1) AND (l.connection, l.statement) >= ($3, $4)
        ORDER BY l.connection DESC, l.statement DESC, l.id DESC LIMIT $2
        """,
        before,
        limit,
        connection,
        statement,
    )


async def lines_of_order(tx: Tx, before: UUID, limit: int, order: str) -> list[Row]:
    """Those of an order, of whatever shop it is: a few."""
    return await tx.fetch(
        f"""
        WITH of_order AS MATERIALIZED (SELECT id FROM settlement_lines WHERE order_number = $3)
        {_LINE} JOIN of_order o ON o.id = l.id WHERE l.id < $1 ORDER BY l.id DESC LIMIT $2
        """,  # noqa: S608  made of a constant
        before,
        limit,
        order,
    )


async def lines_of_status(tx: Tx, before: UUID, limit: int, status: str) -> list[Row]:
    """Those of one status."""
    return await tx.fetch(
        _LINE + "WHERE (l.status, l.id) < ($3, $1) AND l.status >= $3 ORDER BY l.status DESC, l.id DESC LIMIT $2",
        before,
        limit,
        status,
    )


async def count_held(tx: Tx, most: int) -> int:
    """How many lines wait for a person, counted up to `most`."""
    return int(
        await tx.fetchval(
            "SELECT count(*) FROM (SELECT FROM settlement_lines WHERE status = 'held' LIMIT $1) AS s", most
        )
    )


async def held_longest(tx: Tx, after: UUID, limit: int) -> list[Row]:
    """Lines that wait for a person, oldest first."""
    return await tx.fetch(
        _LINE + "WHERE l.status = 'held' AND l.id > $1 ORDER BY l.id LIMIT $2",
        after,
        limit,
    )


async def lines_of_kind(tx: Tx, before: UUID, limit: int, kind: str) -> list[Row]:
    """Those of one kind."""
    return await tx.fetch(
        _LINE + "WHERE (l.kind, l.id) < ($3, $1) AND l.kind >= $3 ORDER BY l.kind DESC, l.id DESC LIMIT $2",
        before,
        limit,
        kind,
    )


async def lines_of_shop(tx: Tx, before: UUID, limit: int, connection: str) -> list[Row]:
    """Those of one shop."""
    return await tx.fetch(
        _LINE
        + "WHERE (l.connection, l.id) < ($3, $1) AND l.connection >= $3 ORDER BY l.connection DESC, l.id DESC LIMIT $2",
        before,
        limit,
        connection,
    )


async def all_of_order(tx: Tx, connection: str, order: str, limit: int) -> list[Row]:
    """The lines of one order in its shop, oldest first."""
    return await tx.fetch(
        _LINE + "WHERE l.order_number = $2 AND l.connection = $1 ORDER BY l.order_number, l.connection, l.id LIMIT $3",
        connection,
        order,
        limit,
    )


async def prices_of_order(tx: Tx, connection: str, order: str) -> list[Row]:
    """What was paid for each item of an order."""
    return await tx.fetch(
        """
        SELECT item_number, amount, platform_voucher, currency, is_void FROM settlement_prices WHERE connection = $1 AND order_number = $2
        ORDER BY item_number
        """,
        connection,
        order,
    )
