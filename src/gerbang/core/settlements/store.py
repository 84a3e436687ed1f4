"""Every SQL statement on the tables of settlements that writes or is asked while a marketplace is read; lists for people stand in `list_store.py`."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from gerbang.base.db import Row, Tx


async def add_readings(tx: Tx, connections: Sequence[str], read_to: date) -> list[str]:
    """Begin to read the statements of these shops, each once; returns those that are new."""
    rows = await tx.fetch(
        """
        INSERT INTO settlement_readings (connection, read_to)
        SELECT c.id, $2 FROM connections c WHERE c.id = ANY($1) ORDER BY c.id ON CONFLICT DO NOTHING RETURNING connection
        """,
        list(connections),
        read_to,
    )
    return [row["connection"] for row in rows]


async def reading(tx: Tx, connection: str) -> Row | None:
    """How far a shop's statements are read, with the business time."""
    return await tx.fetchrow(
        """
        SELECT read_to, first, last, next_offset, began_at, is_asked_again, read_at, business_now() AS now FROM settlement_readings WHERE connection = $1
        """,
        connection,
    )


async def lock_reading(tx: Tx, connection: str) -> Row | None:
    """The same, and nobody else reads this shop until the transaction ends."""
    return await tx.fetchrow(
        """
        SELECT read_to, first, last, next_offset, began_at, is_asked_again, read_at, business_now() AS now FROM settlement_readings
        WHERE connection = $1 FOR UPDATE
        """,
        connection,
    )


async def begin_days(tx: Tx, connection: str, read_to: date, first: date, last: date) -> None:
    """These days are read next, from their first line on; the failures before it are over."""
    await tx.execute(
        """
        UPDATE settlement_readings SET read_to = $2, first = $3, last = $4, next_offset = 0, began_at = business_now(), is_asked_again = false,
            failures = 0, why = '' WHERE connection = $1
        """,
        connection,
        read_to,
        first,
        last,
    )


async def turn_page(tx: Tx, connection: str, offset: int, *, again: bool) -> None:
    """The next page of these days, or the same one `again`."""
    await tx.execute(
        "UPDATE settlement_readings SET next_offset = $2, is_asked_again = $3, failures = 0, why = '' WHERE connection = $1",
        connection,
        offset,
        again,
    )


async def end_round(tx: Tx, connection: str, read_to: date) -> None:
    """Every day up to this one was read."""
    await tx.execute(
        """
        UPDATE settlement_readings SET read_to = $2, first = NULL, last = NULL, next_offset = 0, is_asked_again = false,
            read_at = business_now(), failures = 0, why = '' WHERE connection = $1
        """,
        connection,
        read_to,
    )


async def fail(tx: Tx, connection: str, why: str) -> int:
    """It did not work; returns how often in a row."""
    return int(
        await tx.fetchval(
            "UPDATE settlement_readings SET failures = failures + 1, why = $2 WHERE connection = $1 RETURNING failures",
            connection,
            why,
        )
        or 0
    )


async def failing(tx: Tx, times: int) -> list[str]:
    """The shops whose statements could not be read so many times in a row: one row for each shop there is."""
    rows = await tx.fetch("SELECT connection FROM settlement_readings WHERE failures >= $1 ORDER BY connection", times)
    return [row["connection"] for row in rows]


async def known_lines(tx: Tx, connection: str, keys: Sequence[str]) -> dict[str, Row]:
    """Lines that were taken before, by their key."""
    rows = await tx.fetch(
        """
        SELECT id, key, kind, amount, currency, booked, statement, is_paid, status, told_differently_at, taken_at FROM settlement_lines
        WHERE connection = $1 AND key = ANY($2)
        """,
        connection,
        list(keys),
    )
    return {row["key"]: row for row in rows}


async def add_lines(tx: Tx, columns: Sequence[list[object]]) -> None:
    """New lines, given as columns: id, connection, key, day, kind, said, amount, currency, order, item, statement, is paid, status, why, booked, posting, taken at."""
    await tx.execute(
        """
        INSERT INTO settlement_lines (id, connection, key, day, kind, said, amount, currency, order_number, item_number, statement, is_paid,
            status, why, booked, posting, taken_at)
        SELECT id, connection, key, day, kind, said, amount::numeric, currency, order_number, item_number, statement, is_paid,
            status, why, booked::numeric, posting, taken_at
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::bool[], $13::text[], $14::text[], $15::text[], $16::uuid[], $17::timestamptz[])
        AS n (id, connection, key, day, kind, said, amount, currency, order_number, item_number, statement, is_paid, status, why, booked,
            posting, taken_at)
        """,
        *columns,
    )


async def restate(tx: Tx, ids: Sequence[UUID], statements: Sequence[str], paid: Sequence[bool | None]) -> None:
    """Lines that are in a statement now, or were paid."""
    await tx.execute(
        """
        UPDATE settlement_lines l SET statement = n.statement, is_paid = n.is_paid
        FROM unnest($1::uuid[], $2::text[], $3::bool[]) AS n (id, statement, is_paid) WHERE l.id = n.id
        """,
        list(ids),
        list(statements),
        list(paid),
    )


async def note_told_differently(tx: Tx, lines: Sequence[UUID], now: datetime) -> None:
    """Lines that were told again with another amount."""
    await tx.execute("UPDATE settlement_lines SET told_differently_at = $2 WHERE id = ANY($1)", list(lines), now)


async def paid_for(
    tx: Tx, connection: str, orders: Sequence[str], items: Sequence[str]
) -> dict[tuple[str, str], tuple[int, str]]:
    """What was paid for these items: (amount, currency) by order and item, as orders told it, else by the lines of their sale."""
    rows = await tx.fetch(
        """
        WITH asked AS (SELECT DISTINCT order_number, item_number FROM unnest($2::text[], $3::text[]) AS n (order_number, item_number)
                       WHERE order_number <> '' AND item_number <> ''),
        sold AS (
            SELECT l.order_number, l.item_number, l.currency, sum(l.booked) AS amount
            FROM asked a JOIN settlement_lines l ON l.order_number = a.order_number AND l.connection = $1 AND l.item_number = a.item_number
            WHERE l.kind = 'sale' AND l.status = 'booked' GROUP BY l.order_number, l.item_number, l.currency)
        SELECT a.order_number, a.item_number, coalesce(p.amount, s.amount) AS amount, coalesce(p.currency, s.currency) AS currency
        FROM asked a LEFT JOIN settlement_prices p ON p.connection = $1 AND p.order_number = a.order_number AND p.item_number = a.item_number
        LEFT JOIN sold s ON s.order_number = a.order_number AND s.item_number = a.item_number
        """,
        connection,
        list(orders),
        list(items),
    )
    return {
        (row["order_number"], row["item_number"]): (int(row["amount"]), row["currency"])
        for row in rows
        if row["amount"] is not None
    }


async def put_prices(tx: Tx, columns: Sequence[list[object]]) -> None:
    """What was paid for items, given as columns: connection, order, item, amount as text, currency, platform voucher as text, whether it ended unsold; the newest word counts."""
    await tx.execute(
        """
        INSERT INTO settlement_prices AS p (connection, order_number, item_number, amount, currency, platform_voucher, is_void, told_at)
        SELECT connection, order_number, item_number, amount::numeric, currency, platform_voucher::numeric, is_void, (SELECT business_now())
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[])
            AS n (connection, order_number, item_number, amount, currency, platform_voucher, is_void)
        ORDER BY connection, order_number, item_number
        ON CONFLICT (connection, order_number, item_number) DO UPDATE SET amount = excluded.amount, currency = excluded.currency,
            platform_voucher = excluded.platform_voucher, is_void = coalesce(excluded.is_void, p.is_void), told_at = excluded.told_at
            WHERE (p.amount, p.currency, p.platform_voucher, p.is_void)
                IS DISTINCT FROM (excluded.amount, excluded.currency, excluded.platform_voucher, coalesce(excluded.is_void, p.is_void))
        """,
        *columns,
    )


async def held(tx: Tx, connection: str, after: UUID, limit: int) -> list[Row]:
    """Lines of a shop that wait, oldest first; locked."""
    return await tx.fetch(
        """
        SELECT id, kind, amount, currency, order_number, item_number, statement FROM settlement_lines
        WHERE status = 'held' AND id > $2 AND connection = $1 ORDER BY id LIMIT $3 FOR UPDATE
        """,
        connection,
        after,
        limit,
    )


async def lock_line(tx: Tx, line: UUID) -> Row | None:
    """One line, locked."""
    return await tx.fetchrow(
        """
        SELECT id, connection, kind, amount, currency, order_number, item_number, statement, status FROM settlement_lines
        WHERE id = $1 FOR UPDATE
        """,
        line,
    )


async def book(tx: Tx, lines: Sequence[UUID], amounts: Sequence[int], postings: Sequence[UUID]) -> None:
    """Lines that waited stand in the ledger now."""
    await tx.execute(
        """
        UPDATE settlement_lines l SET status = 'booked', why = '', booked = n.amount::numeric, posting = n.posting
        FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS n (id, amount, posting) WHERE l.id = n.id
        """,
        list(lines),
        [str(one) for one in amounts],
        list(postings),
    )


async def set_aside(tx: Tx, line: UUID) -> None:
    """A line that waited moves no money: somebody decided so."""
    await tx.execute("UPDATE settlement_lines SET status = 'noted' WHERE id = $1", line)


async def add_totals(tx: Tx, columns: Sequence[list[object]]) -> None:
    """Add to the sums, given as columns: connection, statement, kind, status, currency, amount as text, lines; what comes to no line is forgotten."""
    await tx.execute(
        """
        INSERT INTO settlement_totals AS t (connection, statement, kind, status, currency, amount, lines)
        SELECT connection, statement, kind, status, currency, amount::numeric, lines
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
            AS n (connection, statement, kind, status, currency, amount, lines)
        ORDER BY connection, statement, kind, status, currency
        ON CONFLICT (connection, statement, kind, status, currency)
            DO UPDATE SET amount = t.amount + excluded.amount, lines = t.lines + excluded.lines
        """,
        *columns,
    )


async def add_unknown_kinds(tx: Tx, connection: str, said: Sequence[str], now: datetime) -> list[str]:
    """Names of lines that nobody knows; returns those that were not told before."""
    rows = await tx.fetch(
        """
        INSERT INTO settlement_unknown_kinds (connection, said, told_at) SELECT $1, said, $3 FROM unnest($2::text[]) AS n (said) ORDER BY said
        ON CONFLICT DO NOTHING RETURNING said
        """,
        connection,
        list(said),
        now,
    )
    return [row["said"] for row in rows]


async def oldest_open(tx: Tx, connection: str) -> date | None:
    """The day of the oldest line that is in no statement yet."""
    day: date | None = await tx.fetchval(
        "SELECT day FROM settlement_lines WHERE connection = $1 AND statement = '' ORDER BY day LIMIT 1", connection
    )
    return day


async def payouts_made(tx: Tx, connection: str, first: date, last: date) -> dict[str, date | None]:
    """The payouts of a shop that were made, or heard of, between two days."""
    rows = await tx.fetch(
        """
        SELECT statement, made_on FROM payouts
        WHERE connection = $1 AND heard_at >= $2::date - interval '1 day' AND made_on BETWEEN $2 AND $3 ORDER BY heard_at
        """,
        connection,
        first,
        last,
    )
    return {row["statement"]: row["made_on"] for row in rows}


async def oldest_unpaid(tx: Tx, connection: str) -> date | None:
    """The day of the oldest payout that was not paid when it was heard of last."""
    day: date | None = await tx.fetchval(
        "SELECT made_on FROM payouts WHERE connection = $1 AND NOT is_paid AND amount <> 0 AND made_on IS NOT NULL ORDER BY made_on LIMIT 1",
        connection,
    )
    return day


async def known_payouts(tx: Tx, connection: str, statements: Sequence[str]) -> dict[str, Row]:
    """Payouts that were heard of before, by their statement; locked."""
    rows = await tx.fetch(
        """
        SELECT id, statement, amount, currency, opening, closing, is_paid, posting, told_differently_at FROM payouts
        WHERE connection = $1 AND statement = ANY($2) ORDER BY id FOR UPDATE
        """,
        connection,
        list(statements),
    )
    return {row["statement"]: row for row in rows}


async def put_payouts(tx: Tx, columns: Sequence[list[object]]) -> None:
    """Payouts as they were told now, given as columns: id, connection, statement, amount, currency, opening, closing, is paid, made on, posting, booked, told differently at, heard at, paid at."""
    await tx.execute(
        """
        INSERT INTO payouts AS p (id, connection, statement, amount, currency, opening, closing, is_paid, made_on, posting, booked,
            told_differently_at, heard_at, paid_at)
        SELECT id, connection, statement, amount::numeric, currency, opening::numeric, closing::numeric, is_paid, made_on, posting, booked::numeric,
            told_differently_at, heard_at, paid_at
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::date[], $10::uuid[],
            $11::text[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[])
        AS n (id, connection, statement, amount, currency, opening, closing, is_paid, made_on, posting, booked, told_differently_at, heard_at,
            paid_at)
        ORDER BY statement
        ON CONFLICT (connection, statement) DO UPDATE SET amount = excluded.amount, currency = excluded.currency, opening = excluded.opening,
            closing = excluded.closing, is_paid = excluded.is_paid, made_on = excluded.made_on, posting = excluded.posting, booked = excluded.booked,
            paid_at = excluded.paid_at WHERE p.posting IS NULL
        """,
        *columns,
    )


async def note_payouts_told_differently(tx: Tx, payouts: Sequence[UUID], now: datetime) -> None:
    """Payouts that are in the ledger, and were told again with another amount."""
    await tx.execute("UPDATE payouts SET told_differently_at = $2 WHERE id = ANY($1)", list(payouts), now)
