"""Every SQL statement on `toy_orders`; rows ⇄ model."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Row, Tx, columns
from gerbang.base.errors import NotFound
from gerbang.base.keyset import below
from gerbang.base.statement_batch import Writer
from tests.toy.orders.model import Order, OrderFact, Status

_COLUMNS: Final = "SELECT id, shop, number, status, buyer, email, sequence, created_at FROM toy_orders "


async def lock(tx: Tx, facts: Sequence[OrderFact]) -> list[Order]:
    """The orders that the facts are about, locked; one that is heard of for the first time is made."""
    rows = [(f.id or ids.new(), f.shop, f.number, f.buyer, f.email) for f in facts]
    await tx.execute(
        """
        INSERT INTO toy_orders (id, shop, number, buyer, email)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS n (id, shop, number, buyer, email)
        ORDER BY shop, number ON CONFLICT DO NOTHING
        """,
        *columns(rows, 5),
    )
    wanted = columns([(f.shop, f.number) for f in facts], 2)
    named = "WHERE (shop, number) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY id FOR UPDATE"
    return [_order(row) for row in await tx.fetch(_COLUMNS + named, *wanted)]


async def save(tx: Writer, orders: Sequence[Order]) -> None:
    """Status and sequence of orders that changed."""
    rows = [(o.id, o.status.value, o.sequence) for o in orders]
    await tx.execute(
        """
        UPDATE toy_orders o SET status = n.status, sequence = n.sequence
        FROM unnest($1::uuid[], $2::text[], $3::int[]) AS n (id, status, sequence) WHERE o.id = n.id
        """,
        *columns(rows, 3),
    )


async def one(tx: Tx, id_: UUID) -> Order:
    """One order; raises NotFound."""
    row = await tx.fetchrow(_COLUMNS + "WHERE id = $1", id_)
    if row is None:
        raise NotFound("There is no such order.")
    return _order(row)


async def page(tx: Tx, status: str | None, before: tuple[datetime, UUID] | None, limit: int) -> list[Order]:
    """Newest first."""
    wanted = [status] if status else list(Status)
    found = (
        _COLUMNS + "WHERE status = ANY($3) AND (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $4"
    )
    return [_order(row) for row in await tx.fetch(found, *below(before), wanted, limit)]


async def of_buyer(tx: Tx, email: str) -> list[Row]:
    """What somebody bought."""
    return await tx.fetch("SELECT number, buyer, email FROM toy_orders WHERE lower(email) = $1 AND email <> ''", email)


async def erase(tx: Tx, email: str) -> int:
    """The order stays, its buyer is nobody."""
    gone = "UPDATE toy_orders SET buyer = '', email = '' WHERE lower(email) = $1 AND email <> '' RETURNING id"
    return len(await tx.fetch(gone, email))


def _order(row: Row) -> Order:
    id_, shop, number, status, *rest = row
    return Order(id_, shop, number, Status(status), *rest)
