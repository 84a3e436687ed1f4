"""The list of claims: what waits for the seller by its deadline, then what is under way, then what is over; page by page nothing twice and nothing left out."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.base.keyset import Place
from gerbang.core.orders import claim_store

pytestmark = pytest.mark.asyncio
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
# Name, shop, status, days until its deadline, days since it was made; in the order in which they are to be read.
CLAIMS: Final = (
    ("late", "a", "requested", -1, 9),
    ("soon", "b", "requested", 1, 1),
    ("far", "a", "received", 5, 2),
    ("old-endless", "a", "requested", None, 8),
    ("endless", "b", "requested", None, 3),
    ("young-way", "a", "coming_back", None, 4),
    ("way", "b", "refunding", None, 6),
    ("young-over", "a", "refunded", None, 5),
    ("over", "b", "done", None, 7),
)


async def _fill(db: Database) -> None:
    async with db.transaction() as tx:
        for shop in ("a", "b"):
            await tx.execute("INSERT INTO connections (id, provider, livemode) VALUES ($1, 'lazada', false)", shop)
        for name, shop, status, due, age in sorted(CLAIMS):
            order = ids.new()
            await tx.execute(
                """
                INSERT INTO orders (id, channel, connection, livemode, external_id, number, currency, created_at, updated_at)
                VALUES ($1, 'lazada', $2, false, $3, $3, 'IDR', $4, $4)""",
                order,
                shop,
                name,
                NOW,
            )
            await tx.execute(
                """
                INSERT INTO order_claims (id, order_id, connection, external_id, kind, to_seller, status, waits, lines, decide_by, read_at, sequence, created_at, updated_at)
                VALUES ($1, $2, $3, $4, 'return', true, $5, $6, '[]', $7, $8, 1, $8, $8)""",
                ids.new(),
                order,
                shop,
                name,
                status,
                status in ("requested", "received"),
                None if due is None else NOW + timedelta(days=due),
                NOW - timedelta(days=age),
            )


async def _names(db: Database, shop: str | None, *, waiting: bool) -> list[str]:
    found: list[str] = []
    after: Place | None = None
    while True:
        async with db.reading() as tx:
            page = await claim_store.page(tx, shop, after, 2, waiting=waiting)
        if not page:
            return found
        found += [one.external_id for one, _ in page]
        after = page[-1][1]


async def test_the_nearest_deadline_is_read_first_and_what_is_over_last(db: Database) -> None:
    await _fill(db)
    assert await _names(db, None, waiting=False) == [one[0] for one in CLAIMS]
    assert await _names(db, None, waiting=True) == [one[0] for one in CLAIMS[:5]]
    assert await _names(db, "b", waiting=False) == ["soon", "endless", "way", "over"]
