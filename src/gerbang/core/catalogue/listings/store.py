"""Every SQL statement on `listings`, what is to be sent of them, and the rules of shops; rows ⇄ model."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import Place, below
from gerbang.base.money import Money
from gerbang.core.catalogue.listings.model import (
    Listing,
    ListingFilters,
    Push,
    SeenStock,
    StockRules,
    Task,
)
from gerbang.ports.marketplace_catalogue import ProductSku

_LISTINGS: Final = """
    SELECT l.id, l.connection, l.item, l.variant, l.seller_sku, l.name, l.is_active, l.price_minor, l.currency, l.seen, l.seen_at, l.differs, l.is_left_alone, l.product_id, l.created_at, p.sku,
        (SELECT jsonb_object_agg(x.task, to_jsonb(x)) FROM listing_pushes x WHERE x.listing_id = l.id) AS pushes
    FROM listings l LEFT JOIN products p ON p.id = l.product_id
    """
_IN_ORDER: Final = "(l.created_at, l.id) < ($1, $2) ORDER BY l.created_at DESC, l.id DESC LIMIT $3"
_NEWEST: Final = _LISTINGS + "WHERE l.id = ANY($1) ORDER BY l.created_at DESC, l.id DESC"
_OF_SHOP: Final = "l.connection = $4 AND " + _IN_ORDER
_PAGES: Final = {
    (None, False): _LISTINGS + "WHERE " + _IN_ORDER,
    (None, True): _LISTINGS + "WHERE " + _OF_SHOP,
    ("unmapped", False): _LISTINGS + "WHERE l.product_id IS NULL AND " + _IN_ORDER,
    ("unmapped", True): _LISTINGS + "WHERE l.product_id IS NULL AND " + _OF_SHOP,
    ("different", False): _LISTINGS + "WHERE l.differs AND " + _IN_ORDER,
    ("different", True): _LISTINGS + "WHERE l.differs AND " + _OF_SHOP,
}
_PENDING: Final = """
    SELECT DISTINCT created_at, listing_id FROM listing_pushes WHERE state IN ('locked', 'not_mine', 'refused', 'no_warehouse')
        AND (created_at, listing_id) < ($1, $2) ORDER BY created_at DESC, listing_id DESC LIMIT $3
    """
_PENDING_OF_SHOP: Final = """
    SELECT DISTINCT created_at, listing_id FROM listing_pushes WHERE state IN ('locked', 'not_mine', 'refused', 'no_warehouse') AND connection = $4
        AND (created_at, listing_id) < ($1, $2) ORDER BY created_at DESC, listing_id DESC LIMIT $3
    """


async def of_ids(tx: Tx, ids: Sequence[UUID]) -> list[Listing]:
    """These."""
    return [_listing(row) for row in await tx.fetch(_LISTINGS + "WHERE l.id = ANY($1) ORDER BY l.id", list(ids))]


async def lock(tx: Tx, id_: UUID) -> Listing | None:
    """One, kept from being changed by others."""
    await tx.execute("SELECT id FROM listings WHERE id = $1 FOR NO KEY UPDATE", id_)
    return next(iter(await of_ids(tx, [id_])), None)


async def page(tx: Tx, filters: ListingFilters, after: Place | None, limit: int) -> list[Listing]:
    """Newest first."""
    of_shop = filters.connection is not None
    asked = (*below(after), limit, *([filters.connection] if of_shop else []))
    if filters.state != "pending":
        return [_listing(row) for row in await tx.fetch(_PAGES[filters.state, of_shop], *asked)]
    found = await tx.fetch(_PENDING_OF_SHOP if of_shop else _PENDING, *asked)
    rows = await tx.fetch(_NEWEST, [row["listing_id"] for row in found])
    return [_listing(row) for row in rows]


async def of_products(tx: Tx, products: Mapping[UUID, str]) -> list[Listing]:
    """All that are one of these products, given with their SKUs, by shop."""
    rows = await tx.fetch(
        """
        SELECT l.id, l.connection, l.item, l.variant, l.seller_sku, l.name, l.is_active, l.price_minor, l.currency, l.seen, l.seen_at, l.differs, l.is_left_alone, l.product_id,
            l.created_at, k.sku, (SELECT jsonb_object_agg(x.task, to_jsonb(x)) FROM listing_pushes x WHERE x.listing_id = l.id) AS pushes
        FROM unnest($1::uuid[], $2::text[]) AS k (id, sku) JOIN listings l ON l.product_id = k.id ORDER BY l.connection, l.id
        """,
        *columns(list(products.items()), 2),
    )
    return [_listing(row) for row in rows]


async def ids_of_products(tx: Tx, products: Sequence[UUID]) -> list[UUID]:
    """The listings that are one of these products."""
    rows = await tx.fetch("SELECT id FROM listings WHERE product_id = ANY($1) ORDER BY id", list(products))
    return [row["id"] for row in rows]


async def of_seller_skus(tx: Tx, connection: str, seller_skus: Sequence[str]) -> list[Listing]:
    """What a shop calls so: a word may name several."""
    rows = await tx.fetch(
        _LISTINGS + "WHERE l.connection = $1 AND l.seller_sku = ANY($2) ORDER BY l.id", connection, list(seller_skus)
    )
    return [_listing(row) for row in rows]


async def of_variants(tx: Tx, connection: str, variants: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Listing]:
    """These of a shop, by the marketplace's item and variant."""
    rows = await tx.fetch(
        _LISTINGS
        + "JOIN unnest($2::text[], $3::text[]) AS n (item, variant) ON l.item = n.item AND l.variant = n.variant WHERE l.connection = $1",
        connection,
        *columns(variants, 2),
    )
    return {(one.item, one.variant): one for one in map(_listing, rows)}


async def put(tx: Tx, connection: str, rows: Sequence[tuple[UUID, ProductSku, bool]], at: datetime) -> None:
    """What a shop has, with whether its stock differs from what was sent: added, or as it is now."""
    await tx.execute(
        """
        INSERT INTO listings AS l (id, connection, item, variant, seller_sku, name, is_active, price_minor, currency, seen, differs, seen_at, created_at)
        SELECT n.id, $1, n.item, n.variant, n.seller_sku, n.name, n.is_active, n.price_minor, n.currency, n.seen, n.differs, $2, $2
        FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::numeric[], $10::text[], $11::jsonb[], $12::bool[])
            AS n (id, item, variant, seller_sku, name, is_active, price_minor, currency, seen, differs)
        ORDER BY n.item, n.variant
        ON CONFLICT (connection, item, variant) DO UPDATE SET seller_sku = EXCLUDED.seller_sku, name = EXCLUDED.name, is_active = EXCLUDED.is_active,
            price_minor = EXCLUDED.price_minor, currency = EXCLUDED.currency, seen = EXCLUDED.seen, differs = EXCLUDED.differs, seen_at = EXCLUDED.seen_at
        """,
        connection,
        at,
        *columns([_put_row(*one) for one in rows], 10),
    )


async def map_to(tx: Tx, mappings: Sequence[tuple[UUID, UUID | None]]) -> None:
    """Which product of ours each is; None: none, and none is looked for. What was sent for another product says nothing any more."""
    await tx.execute(
        """
        UPDATE listings l SET product_id = n.product_id, differs = false, is_left_alone = n.product_id IS NULL FROM unnest($1::uuid[], $2::uuid[]) AS n (id, product_id) WHERE l.id = n.id
        """,
        *columns(mappings, 2),
    )


async def map_by_sku(tx: Tx, products: Sequence[UUID]) -> list[UUID]:
    """Map what shops call as these products, and nobody has left alone; which listings that are."""
    rows = await tx.fetch(
        """
        UPDATE listings l SET product_id = p.id FROM products p
        WHERE p.id = ANY($1) AND l.seller_sku = p.sku AND l.product_id IS NULL AND NOT l.is_left_alone RETURNING l.id
        """,
        list(products),
    )
    return [row["id"] for row in rows]


async def mark_due(tx: Tx, listings: Sequence[UUID], task: Task, *, anew: bool = False) -> list[str]:
    """Have this sent of these, which are mapped; `anew`: whatever the marketplace said of it before. The shops that it is sent to."""
    rows = await tx.fetch(
        """
        INSERT INTO listing_pushes AS p (listing_id, task, connection, state, due_at, created_at)
        SELECT id, $2, connection, 'due', business_now(), created_at FROM listings WHERE id = ANY($1) AND product_id IS NOT NULL ORDER BY id
        ON CONFLICT (listing_id, task) DO UPDATE SET revision = p.revision + 1, due_at = business_now(), tries = 0,
            state = CASE WHEN $3 OR p.state NOT IN ('locked', 'not_mine') THEN 'due' ELSE p.state END
        RETURNING connection
        """,
        list(listings),
        task.value,
        anew,
    )
    return sorted({row["connection"] for row in rows})


async def due(tx: Tx, connection: str, task: Task, limit: int) -> list[Listing]:
    """What is to be sent to a shop now, longest due first."""
    rows = await tx.fetch(
        "SELECT listing_id FROM listing_pushes WHERE connection = $1 AND task = $2 AND due_at <= business_now() ORDER BY due_at, listing_id LIMIT $3",
        connection,
        task.value,
        limit,
    )
    known = {one.id: one for one in await of_ids(tx, [row["listing_id"] for row in rows])}
    return [known[row["listing_id"]] for row in rows]


async def next_due(tx: Tx, connection: str) -> datetime | None:
    """When something is to be sent to a shop next."""
    found: datetime | None = await tx.fetchval(
        "SELECT due_at FROM listing_pushes WHERE connection = $1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1",
        connection,
    )
    return found


async def overdue(tx: Tx, after_s: float) -> list[str]:
    """The shops in which something is due for longer than this."""
    rows = await tx.fetch(
        """
        SELECT r.connection FROM shop_stock_rules r CROSS JOIN LATERAL (
            SELECT p.due_at FROM listing_pushes p WHERE p.connection = r.connection AND p.due_at IS NOT NULL ORDER BY p.due_at LIMIT 1) AS first
        WHERE first.due_at < business_now() - make_interval(secs => $1) ORDER BY r.connection
        """,
        after_s,
    )
    return [row["connection"] for row in rows]


async def save_pushes(tx: Tx, pushes: Sequence[tuple[UUID, Push]]) -> None:
    """How these stand after an answer; what has changed meanwhile is still due, and keeps what was sent."""
    rows = [
        (
            id_,
            p.task.value,
            p.state.value,
            p.due_at,
            p.revision,
            p.tries,
            dict(p.sent) if p.sent is not None else None,
            p.sent_at,
            p.code,
            p.said,
        )
        for id_, p in pushes
    ]
    await tx.execute(
        """
        UPDATE listing_pushes p SET tries = n.tries, sent = n.sent, sent_at = n.sent_at, code = n.code, said = n.said,
            state = CASE WHEN p.revision = n.revision THEN n.state WHEN n.state IN ('locked', 'not_mine') THEN n.state ELSE 'due' END,
            due_at = CASE WHEN p.revision = n.revision THEN n.due_at ELSE p.due_at END
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::int[], $7::jsonb[], $8::timestamptz[], $9::text[], $10::text[])
            AS n (listing_id, task, state, due_at, revision, tries, sent, sent_at, code, said)
        WHERE p.listing_id = n.listing_id AND p.task = n.task
        """,
        *columns(rows, 10),
    )


async def rules(tx: Tx, connections: Sequence[str]) -> dict[str, StockRules]:
    """What these shops are offered; those that nobody gave rules have none."""
    rows = await tx.fetch(
        "SELECT connection, buffer, warehouses, looked_at FROM shop_stock_rules WHERE connection = ANY($1)",
        list(connections),
    )
    found = {row["connection"]: StockRules(**row) for row in rows}
    return {one: found.get(one, StockRules(one)) for one in connections}


async def put_rules(tx: Tx, wanted: StockRules) -> None:
    """What a shop is offered from now on."""
    await tx.execute(
        """
        INSERT INTO shop_stock_rules (connection, buffer, warehouses) VALUES ($1, $2, $3)
        ON CONFLICT (connection) DO UPDATE SET buffer = EXCLUDED.buffer, warehouses = EXCLUDED.warehouses
        """,
        wanted.connection,
        wanted.buffer,
        dict(wanted.warehouses),
    )


async def mapped_of(tx: Tx, connection: str) -> list[UUID]:
    """All listings of a shop that are a product of ours."""
    rows = await tx.fetch("SELECT id FROM listings WHERE connection = $1 AND product_id IS NOT NULL", connection)
    return [row["id"] for row in rows]


async def due_looks(tx: Tx, every_s: float, limit: int) -> list[str]:
    """The shops whose list is to be read again, and when after this."""
    rows = await tx.fetch(
        """
        WITH due AS MATERIALIZED (SELECT connection FROM shop_stock_rules WHERE look_at <= business_now() ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        UPDATE shop_stock_rules r SET look_at = business_now() + make_interval(secs => $1) FROM due WHERE r.connection = due.connection RETURNING r.connection
        """,
        every_s,
        limit,
    )
    return [row["connection"] for row in rows]


async def note_looked(tx: Tx, connection: str, at: datetime, every_s: float) -> None:
    """A shop's list was read whole, and is read again after so long."""
    await tx.execute(
        """
        INSERT INTO shop_stock_rules (connection, looked_at, look_at) VALUES ($1, $2, business_now() + make_interval(secs => $3))
        ON CONFLICT (connection) DO UPDATE SET looked_at = EXCLUDED.looked_at, look_at = EXCLUDED.look_at
        """,
        connection,
        at,
        every_s,
    )


def _put_row(id_: UUID, sku: ProductSku, differs: bool) -> tuple[Any, ...]:
    seen = msgspec.to_builtins(seen_of(sku))
    price = sku.price
    return (
        id_,
        sku.product,
        sku.variant,
        sku.sku,
        sku.name,
        sku.is_active,
        price.amount,
        price.currency,
        seen,
        differs,
    )


def seen_of(sku: ProductSku) -> tuple[SeenStock, ...]:
    """What the marketplace says that it has of a variant."""
    return tuple(
        SeenStock(one.warehouse, one.sellable, one.withheld + one.occupied, one.campaign, one.read_only)
        for one in sku.stock
    )


def _listing(row: Row) -> Listing:
    pushes = row["pushes"] or {}
    told = {name: row[name] for name in ("id", "connection", "item", "variant", "seller_sku", "name", "is_active")}
    rest = {name: row[name] for name in ("seen_at", "differs", "is_left_alone", "product_id", "sku", "created_at")}
    return Listing(
        **told,
        **rest,
        price=Money(int(row["price_minor"]), row["currency"]),
        seen=msgspec.convert(row["seen"], tuple[SeenStock, ...]),
        stock=_push(pushes.get("stock")),
        price_push=_push(pushes.get("price")),
    )


def _push(told: Mapping[str, Any] | None) -> Push | None:
    if told is None:
        return None
    known = {
        name: told[name] for name in ("task", "state", "due_at", "revision", "tries", "sent", "sent_at", "code", "said")
    }
    return msgspec.convert(known, Push)
