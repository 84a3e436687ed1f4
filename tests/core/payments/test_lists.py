"""The list of payments under every set of filters, page by page, beside the same list made the slow way."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

from gerbang.base.db import Database
from gerbang.core.payments import list_store
from gerbang.core.payments.model import Filters

START = datetime(2026, 1, 1, tzinfo=UTC)
OWNERS = (UUID(int=1), UUID(int=2))
Row = tuple[datetime, UUID, str, UUID | None, str | None, list[tuple[str, str]]]


async def _some(db: Database, count: int) -> list[Row]:
    """Payments of every kind, several of one moment, some of them tried in several ways and several times in one."""
    dice, made = random.Random(46), list[Row]()
    async with db.transaction() as tx:
        for number in range(count):
            at, id_ = START + timedelta(minutes=number // 3), UUID(int=dice.getrandbits(128))
            status, owner = dice.choice(["paid", "expired", "pending"]), dice.choice([None, *OWNERS])
            order = dice.choice([None, "order-1", "order-2"])
            ways = [
                (dice.choice(["card", "qris"]), dice.choice(["jakarta", "bandung"])) for _ in range(dice.randrange(4))
            ]
            await tx.execute(
                "INSERT INTO payments (id, status, livemode, amount, currency, description, order_reference, owner_id, created_at,"
                " updated_at, expires_at) VALUES ($1, $2, true, 1, 'IDR', '', $3, $4, $5, $5, $5)",
                *(id_, status, order, owner, at),
            )
            for n, (method, connection) in enumerate(ways):
                await tx.execute(
                    "INSERT INTO attempts (id, payment_id, number, status, method, connection, effect, lookup, amount, currency,"
                    " created_at, updated_at, expires_at, listed_at, listed_status)"
                    " VALUES (gen_random_uuid(), $1, $2, 'failed', $3, $4, 'instructs', 'none', 1, 'IDR', $5, $5, $5, $5, $6)",
                    *(id_, n, method, connection, at, status),
                )
            made.append((at, id_, status, owner, order, ways))
    return sorted(made, key=lambda row: row[:2], reverse=True)


def _fits(row: Row, f: Filters) -> bool:
    at, _, status, owner, order, ways = row
    return (
        f.status in (None, status)
        and f.owner_id in (None, owner)
        and f.order_reference in (None, order)
        and (f.created_after is None or at >= f.created_after)
        and (f.created_before is None or at < f.created_before)
        and (
            (f.method is None and f.connection is None)
            or any(f.method in (None, method) and f.connection in (None, connection) for method, connection in ways)
        )
    )


async def _all_pages(db: Database, filters: Filters) -> Sequence[UUID]:
    found: list[UUID] = []
    async with db.reading() as tx:
        listed = await list_store.page(tx, filters, None, 7)
        while listed.onward is not None:
            found += listed.ids
            listed = await list_store.page(tx, filters, listed.onward, 7)
    return [*found, *listed.ids]


async def test_every_set_of_filters_shows_the_payments_that_fit_newest_first_and_each_once(db: Database) -> None:
    earlier = await _all_pages(db, Filters())
    made = await _some(db, 60)
    early, late = START + timedelta(minutes=5), START + timedelta(minutes=15)
    for chosen in product(
        (None, "paid"),
        (None, "card"),
        (None, "jakarta"),
        (None, "order-1"),
        (None, early),
        (None, late),
        (None, OWNERS[0]),
    ):
        filters = Filters(*chosen)
        found = [id_ for id_ in await _all_pages(db, filters) if id_ not in earlier]
        assert found == [row[1] for row in made if _fits(row, filters)], filters


async def test_what_is_rare_among_the_payments_of_one_order_is_found_page_by_page_though_pages_may_be_empty(
    db: Database,
) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO payments (id, status, livemode, amount, currency, description, order_reference, created_at, updated_at, expires_at)"
            " SELECT gen_random_uuid(), 'paid', true, 1, 'IDR', '', 'donation', at, at, at"
            " FROM generate_series($1::timestamptz, $1::timestamptz + interval '499 minutes', interval '1 minute') AS at",
            START,
        )
        oldest = await tx.fetchval("SELECT id FROM payments ORDER BY created_at LIMIT 1")
        await tx.execute(
            "INSERT INTO attempts (id, payment_id, number, status, method, connection, effect, lookup, amount, currency, created_at,"
            " updated_at, expires_at, listed_at, listed_status)"
            " VALUES (gen_random_uuid(), $1, 1, 'captured', 'paylater', 'jakarta', 'instructs', 'none', 1, 'IDR', $2, $2, $2, $2, 'paid')",
            *(oldest, START),
        )
    filters = Filters(order_reference="donation", method="paylater")
    async with db.reading() as tx:
        first = await list_store.page(tx, filters, None, 7)
    assert (first.ids, first.onward is None) == ([], False)
    assert await _all_pages(db, filters) == [oldest]
