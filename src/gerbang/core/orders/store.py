"""Every SQL statement on `orders` and `order_items`; rows ⇄ model."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import FIRST_MOMENT, Place, below
from gerbang.base.statement_batch import Writer
from gerbang.core.orders.model import Detail, Item, Order, OrderFilters
from gerbang.ports.marketplace_orders import Fulfilment, ItemStatus

_COLUMNS: Final = """
    o.id, o.channel, o.connection, o.livemode, o.external_id, o.number, o.status, o.currency, o.total, o.price, o.shipping_fee, o.seller_voucher, o.platform_voucher,
    o.payment_method, o.is_cod, o.ship_by, o.version, o.read_at, o.sequence, o.created_at, o.updated_at, o.payment_id, o.cod,
    o.is_released
    """
_ORDERS: Final = "SELECT" + _COLUMNS + "FROM orders o "
_IN_ORDER: Final = (
    "WHERE (created_at, id) < ($1, $2) AND created_at >= $3 {} ORDER BY created_at DESC, id DESC LIMIT $4"
)
_PAGE: Final = _ORDERS + _IN_ORDER.format("")
_PAGE_BY_STATUS: Final = _ORDERS + _IN_ORDER.format("AND status = $5")
_PAGE_CALLED: Final = _ORDERS + _IN_ORDER.format("AND external_id = $5")
# One part of the index for each shop, merged: an order among many shops is not looked for through those of all others.
_OF_SOURCES: Final = """
    SELECT {columns} FROM unnest($5::text[]) AS wanted (source) CROSS JOIN LATERAL (
        SELECT * FROM orders WHERE source = wanted.source AND (created_at, id) < ($1, $2) AND created_at >= $3 {more}
        ORDER BY created_at DESC, id DESC LIMIT $4) AS o ORDER BY o.created_at DESC, o.id DESC LIMIT $4
    """
_PAGE_OF_SOURCES: Final = _OF_SOURCES.format(columns=_COLUMNS, more="")
_PAGE_OF_SOURCES_BY_STATUS: Final = _OF_SOURCES.format(columns=_COLUMNS, more="AND status = $6")
_ITEMS: Final = """
    SELECT id, order_id, external_id, status, reached, said, version, sku, product_name, quantity, price, paid, package, warehouse, fulfilment, ship_by, detail
    FROM order_items
    """


async def add(tx: Tx, orders: Sequence[Order]) -> None:
    """Make the rows of orders that are not here yet; their sequence is 0 until they are saved."""
    rows = [
        (
            o.id,
            o.channel,
            o.connection,
            o.livemode,
            o.external_id,
            o.number,
            o.currency,
            o.created_at,
            o.updated_at,
            o.payment_id,
        )
        for o in orders
    ]
    await tx.execute(
        """
        INSERT INTO orders (id, channel, connection, livemode, external_id, number, currency, created_at, updated_at, payment_id)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bool[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::uuid[])
            AS n (id, channel, connection, livemode, external_id, number, currency, created_at, updated_at, payment_id)
        ORDER BY connection, external_id ON CONFLICT DO NOTHING
        """,
        *columns(rows, 10),
    )


async def lock_called(tx: Tx, source: str, external_ids: Sequence[str]) -> list[Order]:
    """Orders of one shop by the marketplace's ids, kept from being changed by others, in one order for everybody."""
    rows = await tx.fetch(
        _ORDERS + "WHERE source = $1 AND external_id = ANY($2) ORDER BY id FOR UPDATE", source, list(external_ids)
    )
    return [_order(row) for row in rows]


async def lock(tx: Tx, ids: Sequence[UUID]) -> list[Order]:
    """The same by our ids."""
    rows = await tx.fetch(_ORDERS + "WHERE id = ANY($1) ORDER BY id FOR UPDATE", list(ids))
    return [_order(row) for row in rows]


async def save(tx: Writer, orders: Sequence[Order]) -> None:
    """What changes of an order."""
    rows = [
        (
            o.id, o.number, o.status.value, o.total, o.price, o.shipping_fee, o.seller_voucher, o.platform_voucher, o.payment_method, o.is_cod,
            o.ship_by, o.version, o.read_at, o.sequence, o.updated_at, o.cod,
        )
        for o in orders
    ]  # fmt: skip
    await tx.execute(
        """
        UPDATE orders o SET number = n.number, status = n.status, total = n.total, price = n.price, shipping_fee = n.shipping_fee,
            seller_voucher = n.seller_voucher, platform_voucher = n.platform_voucher, payment_method = n.payment_method, is_cod = n.is_cod,
            ship_by = n.ship_by, version = n.version, read_at = n.read_at, sequence = n.sequence, updated_at = n.updated_at, cod = n.cod
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::bool[],
                $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::int[], $15::timestamptz[], $16::text[])
            AS n (id, number, status, total, price, shipping_fee, seller_voucher, platform_voucher, payment_method, is_cod, ship_by, version, read_at, sequence, updated_at, cod)
        WHERE o.id = n.id
        """,
        *columns(rows, 16),
    )


async def save_items(tx: Writer, items: Sequence[Item]) -> None:
    """Items as they are now, new ones too."""
    rows = [
        (
            i.id, i.order_id, i.external_id, i.status.value, i.reached.value, i.said, i.version, i.sku, i.name, i.quantity, i.price, i.paid, i.package,
            i.warehouse, i.fulfilment.value, i.ship_by, msgspec.to_builtins(i.detail),
        )
        for i in items
    ]  # fmt: skip
    await tx.execute(
        """
        INSERT INTO order_items (id, order_id, external_id, status, reached, said, version, sku, product_name, quantity, price, paid, package, warehouse, fulfilment, ship_by, detail)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::text[], $10::int[],
            $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::timestamptz[], $17::jsonb[])
        ON CONFLICT (id) DO UPDATE SET status = EXCLUDED.status, reached = EXCLUDED.reached, said = EXCLUDED.said, version = EXCLUDED.version, sku = EXCLUDED.sku,
            product_name = EXCLUDED.product_name, price = EXCLUDED.price, paid = EXCLUDED.paid, package = EXCLUDED.package, warehouse = EXCLUDED.warehouse,
            fulfilment = EXCLUDED.fulfilment, ship_by = EXCLUDED.ship_by, detail = EXCLUDED.detail
        """,
        *columns(rows, 17),
    )


async def release(tx: Tx, id_: UUID) -> None:
    """Have an order packed although it is oversold."""
    await tx.execute("UPDATE orders SET is_released = true WHERE id = $1", id_)


async def touch(tx: Tx, id_: UUID) -> tuple[int, datetime]:
    """Count one more announcement of an order whose row is held; its sequence, and the time."""
    row = await tx.fetchrow(
        "UPDATE orders SET sequence = sequence + 1, updated_at = business_now() WHERE id = $1 RETURNING sequence, updated_at",
        id_,
    )
    assert row is not None, f"{id_} is held"
    return row["sequence"], row["updated_at"]


async def of_payments(tx: Tx, payments: Sequence[UUID]) -> list[UUID]:
    """Our own orders that these payments pay."""
    rows = await tx.fetch("SELECT id FROM orders WHERE payment_id = ANY($1) ORDER BY id", list(payments))
    return [row["id"] for row in rows]


async def of_ids(tx: Tx, ids: Sequence[UUID]) -> list[Order]:
    """These."""
    return [_order(row) for row in await tx.fetch(_ORDERS + "WHERE id = ANY($1)", list(ids))]


async def items_of(tx: Tx, orders: Sequence[UUID]) -> dict[UUID, list[Item]]:
    """The items of orders, as they were made."""
    found: dict[UUID, list[Item]] = {id_: [] for id_ in orders}
    for row in await tx.fetch(_ITEMS + "WHERE order_id = ANY($1) ORDER BY id", list(orders)):
        found[row["order_id"]].append(_item(row))
    return found


async def page(tx: Tx, filters: OrderFilters, after: Place | None, limit: int) -> list[Order]:
    """Newest first, from a keyset place (created_at, id) on."""
    ends = (*below(after, filters.created_before), filters.created_after or FIRST_MOMENT, limit)
    if filters.external_id is not None:
        # One number is in few shops: the rest is looked at here.
        found = [_order(row) for row in await tx.fetch(_PAGE_CALLED, *ends, filters.external_id)]
        return [one for one in found if _is_wanted(one, filters)]
    if filters.connections is not None:
        sources = sorted({one or "" for one in filters.connections})
        query, more = (
            (_PAGE_OF_SOURCES, (sources,))
            if filters.status is None
            else (_PAGE_OF_SOURCES_BY_STATUS, (sources, filters.status))
        )
        return [_order(row) for row in await tx.fetch(query, *ends, *more)]
    if filters.status is not None:
        return [_order(row) for row in await tx.fetch(_PAGE_BY_STATUS, *ends, filters.status)]
    return [_order(row) for row in await tx.fetch(_PAGE, *ends)]


async def id_called(tx: Tx, source: str, external_id: str) -> UUID | None:
    """Our id of an order of one shop; None for one that was not heard of."""
    found: UUID | None = await tx.fetchval(
        "SELECT id FROM orders WHERE source = $1 AND external_id = $2", source, external_id
    )
    return found


async def known_versions(tx: Tx, source: str, external_ids: Sequence[str]) -> dict[str, tuple[datetime, datetime]]:
    """Of orders of one shop that are here: the newest change that was read, and when."""
    rows = await tx.fetch(
        "SELECT external_id, version, read_at FROM orders WHERE source = $1 AND external_id = ANY($2) AND version IS NOT NULL AND read_at IS NOT NULL",
        source,
        list(external_ids),
    )
    return {row["external_id"]: (row["version"], row["read_at"]) for row in rows}


async def has_status(tx: Tx, status: ItemStatus, most: int) -> int:
    """How many orders stand so, counted up to `most`."""
    return int(
        await tx.fetchval("SELECT count(*) FROM (SELECT FROM orders WHERE status = $1 LIMIT $2) AS s", status, most)
    )


def _is_wanted(one: Order, filters: OrderFilters) -> bool:
    is_there = filters.connections is None or one.connection in filters.connections
    return is_there and filters.status in (None, one.status.value)


def _order(row: Row) -> Order:
    fields: dict[str, Any] = dict(row)
    return Order(**{**fields, "status": ItemStatus(fields["status"])})


def _item(row: Row) -> Item:
    fields: dict[str, Any] = dict(row)
    return Item(
        **{
            **{name: value for name, value in fields.items() if name != "product_name"},
            "name": fields["product_name"],
            "status": ItemStatus(fields["status"]),
            "reached": ItemStatus(fields["reached"]),
            "fulfilment": Fulfilment(fields["fulfilment"]),
            "detail": msgspec.convert(fields["detail"], Detail),
        }
    )
