"""Keys that nobody can need any more are forgotten, lot by lot, and no other."""

from datetime import timedelta

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.idempotency import service as idempotency
from gerbang.core.idempotency.expiry import KeyExpiry
from gerbang.core.idempotency.model import IdempotencyKey

KEEP = timedelta(days=90)


async def take(db: Database, name: str, *, days_ago: int) -> None:
    """A key that was taken some days ago."""
    async with db.transaction() as tx:
        await idempotency.claim(tx, IdempotencyKey("key:one", name, b"f"), "order", ids.new())
        await tx.execute(
            "UPDATE idempotency_keys SET created_at = now() - make_interval(days => $2) WHERE key = $1", name, days_ago
        )


async def left(db: Database) -> list[str]:
    async with db.reading() as tx:
        return [row["key"] for row in await tx.fetch("SELECT key FROM idempotency_keys ORDER BY key")]


async def test_keys_are_forgotten_after_their_time_in_lots_and_younger_ones_stay(db: Database) -> None:
    for number in range(3):
        await take(db, f"old-{number}", days_ago=91 + number)
    await take(db, "young", days_ago=89)
    expiry = KeyExpiry(db, KEEP, lot=2)
    assert [await expiry.look(), await left(db)] == [2, ["old-0", "young"]]
    assert [await expiry.look(), await left(db)] == [1, ["young"]]


async def test_where_nothing_is_left_to_forget_it_is_looked_for_once_an_hour(db: Database) -> None:
    now = 1_000.0
    expiry = KeyExpiry(db, KEEP, monotonic=lambda: now)
    assert await expiry.look() == 0
    await take(db, "old", days_ago=91)
    now += 3_599
    assert await expiry.look() == 0
    now += 2
    assert [await expiry.look(), await left(db)] == [1, []]


async def test_a_key_that_was_forgotten_is_free_again(db: Database) -> None:
    await take(db, "old", days_ago=91)
    await KeyExpiry(db, KEEP).look()
    async with db.transaction() as tx:
        fresh = await idempotency.claim(tx, IdempotencyKey("key:one", "old", b"another request"), "order", ids.new())
    assert fresh is None
