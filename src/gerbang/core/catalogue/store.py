"""Every SQL statement on `products`, `product_components`, `stock` and `stock_movements`; rows ⇄ model.

Whoever changes stock or components holds the rows of all products concerned, locked in the order of their ids.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import Place, below
from gerbang.base.money import Money
from gerbang.core.catalogue.model import Component, Movement, NewProduct, Product, ProductFilters, Stock, StockMovement

_PRODUCTS: Final = "SELECT id, sku, name, price_minor, currency, sequence, created_at, updated_at FROM products "
_IN_ORDER: Final = "(created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3"


async def add(tx: Tx, new: NewProduct) -> bool:
    """A new product; False where another has its SKU."""
    tag = await tx.execute(
        """
        INSERT INTO products (id, sku, name, price_minor, currency, sequence, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, 1, business_now(), business_now()) ON CONFLICT (sku) DO NOTHING
        """,
        new.id,
        new.sku,
        new.name,
        new.price.amount if new.price else None,
        new.price.currency if new.price else None,
    )
    return tag == "INSERT 0 1"


async def rename(tx: Tx, id_: UUID, name: str) -> None:
    """Another name."""
    await tx.execute("UPDATE products SET name = $2, updated_at = business_now() WHERE id = $1", id_, name)


async def set_price(tx: Tx, id_: UUID, price: Money) -> None:
    """What it costs."""
    await tx.execute(
        "UPDATE products SET price_minor = $2, currency = $3, updated_at = business_now() WHERE id = $1",
        id_,
        price.amount,
        price.currency,
    )


async def set_components(tx: Tx, bundle: UUID, components: Mapping[UUID, int]) -> None:
    """What a bundle consists of; nothing: it is none."""
    await tx.execute("DELETE FROM product_components WHERE bundle_id = $1", bundle)
    await tx.execute(
        """
        INSERT INTO product_components (bundle_id, component_id, quantity)
        SELECT $1, n.component, n.quantity FROM unnest($2::uuid[], $3::int[]) AS n (component, quantity)
        """,
        bundle,
        *columns(list(components.items()), 2),
    )


async def touch(tx: Tx, products: Sequence[UUID]) -> dict[UUID, int]:
    """Count one more announcement of these, whose rows are held; their sequences."""
    rows = await tx.fetch(
        "UPDATE products SET sequence = sequence + 1, updated_at = business_now() WHERE id = ANY($1) RETURNING id, sequence",
        list(products),
    )
    return {row["id"]: row["sequence"] for row in rows}


async def lock(tx: Tx, skus: Sequence[str], *, widely: bool = False) -> dict[str, Product]:
    """These with all that their stock depends on, kept from being changed by others; `widely`: with the bundles that they are in, and what else those need. By SKU."""
    await tx.execute(
        """
        WITH named AS (SELECT id FROM products WHERE sku = ANY($1)),
        bundles AS (SELECT bundle_id FROM product_components WHERE $2 AND component_id IN (SELECT id FROM named)),
        whole AS (SELECT id FROM named UNION SELECT bundle_id FROM bundles),
        every AS (SELECT id FROM whole UNION SELECT component_id FROM product_components WHERE bundle_id IN (SELECT id FROM whole))
        SELECT id FROM products WHERE id IN (SELECT id FROM every) ORDER BY id FOR NO KEY UPDATE
        """,
        list(skus),
        widely,
    )
    found = await of_skus(tx, skus)
    # What a bundle consists of may have been changed by whoever held its row a moment ago.
    await tx.execute(
        "SELECT id FROM products WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        [part.product_id for one in found.values() for part in one.components],
    )
    return await of_skus(tx, skus)


async def of_skus(tx: Tx, skus: Sequence[str]) -> dict[str, Product]:
    """These with their stock and components, by SKU."""
    rows = await tx.fetch(_PRODUCTS + "WHERE sku = ANY($1)", list(skus))
    return {one.sku: one for one in await _whole(tx, rows)}


async def of_ids(tx: Tx, ids: Sequence[UUID]) -> list[Product]:
    """These with their stock and components."""
    return await _whole(tx, await tx.fetch(_PRODUCTS + "WHERE id = ANY($1) ORDER BY id", list(ids)))


async def page(tx: Tx, filters: ProductFilters, after: Place | None, limit: int) -> list[Product]:
    """Newest first."""
    range_ = (*below(after), limit)
    if filters.sku is not None:
        rows = await tx.fetch(_PRODUCTS + "WHERE sku = $4 AND " + _IN_ORDER, *range_, filters.sku)
    else:
        rows = await tx.fetch(_PRODUCTS + "WHERE " + _IN_ORDER, *range_)
    return await _whole(tx, rows)


async def bundles_of(tx: Tx, components: Sequence[UUID]) -> list[UUID]:
    """The bundles that one of these is in."""
    rows = await tx.fetch(
        "SELECT DISTINCT bundle_id FROM product_components WHERE component_id = ANY($1)", list(components)
    )
    return [row["bundle_id"] for row in rows]


async def set_stock(tx: Tx, product: UUID, warehouse: str, quantity: int, fulfilled_by: str = "") -> None:
    """So many units stand there; what is reserved of them stays."""
    await tx.execute(
        """
        INSERT INTO stock (product_id, warehouse, quantity, fulfilled_by, updated_at) VALUES ($1, $2, $3, $4, business_now())
        ON CONFLICT (product_id, warehouse, fulfilled_by) DO UPDATE SET quantity = EXCLUDED.quantity, updated_at = business_now()
        """,
        product,
        warehouse,
        quantity,
        fulfilled_by,
    )


async def change_stock(tx: Tx, changes: Sequence[tuple[UUID, str, int, int]]) -> dict[tuple[UUID, str], Stock]:
    """Change what stands there, and what is reserved, by so much each; what is gone and was not counted leaves nothing. The counts after it."""
    rows = await tx.fetch(
        """
        UPDATE stock s SET quantity = greatest(0, s.quantity + c.quantity), reserved = s.reserved + c.reserved, updated_at = business_now()
        FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[]) AS c (product_id, warehouse, quantity, reserved)
        WHERE s.product_id = c.product_id AND s.warehouse = c.warehouse AND s.fulfilled_by = ''
        RETURNING s.product_id, s.warehouse, s.quantity, s.reserved
        """,
        *columns(changes, 4),
    )
    return {
        (row["product_id"], row["warehouse"]): Stock(row["warehouse"], row["quantity"], row["reserved"]) for row in rows
    }


async def add_movements(
    tx: Tx, movements: Sequence[tuple[UUID, UUID, str, Movement, int, int, int, str]], actor: str
) -> None:
    """Write down movements: id, product, warehouse, kind, change, quantity and reserved after it, for whom."""
    await tx.execute(
        """
        INSERT INTO stock_movements (id, product_id, warehouse, kind, change, quantity, reserved, owner, actor, made_at)
        SELECT n.*, $9, business_now()
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[]) AS n
        """,
        *columns([(*one[:3], one[3].value, *one[4:]) for one in movements], 8),
        actor,
    )


async def movements(tx: Tx, product: UUID, after: Place | None, limit: int) -> list[StockMovement]:
    """What moved of a product, newest first."""
    rows = await tx.fetch(
        """
        SELECT id, warehouse, kind, change, quantity, reserved, owner, actor, made_at FROM stock_movements
        WHERE product_id = $1 AND (made_at, id) < ($2, $3) ORDER BY made_at DESC, id DESC LIMIT $4
        """,
        product,
        *below(after),
        limit,
    )
    return [StockMovement(**{**row, "kind": Movement(row["kind"])}) for row in rows]


async def _whole(tx: Tx, rows: Sequence[Row]) -> list[Product]:
    """The products of these rows with their components, and the stock of both."""
    parts = await tx.fetch(
        """
        SELECT c.bundle_id, c.component_id, p.sku, c.quantity FROM product_components c JOIN products p ON p.id = c.component_id
        WHERE c.bundle_id = ANY($1) ORDER BY p.sku
        """,
        [row["id"] for row in rows],
    )
    levels = await tx.fetch(
        "SELECT product_id, warehouse, quantity, reserved, fulfilled_by FROM stock WHERE product_id = ANY($1) ORDER BY fulfilled_by, warehouse",
        [*(row["id"] for row in rows), *(part["component_id"] for part in parts)],
    )
    stock: dict[UUID, tuple[Stock, ...]] = {}
    for product, *level in levels:
        stock[product] = (*stock.get(product, ()), Stock(*level))
    components: dict[UUID, tuple[Component, ...]] = {}
    for bundle, component, sku, quantity in parts:
        one = Component(component, sku, quantity, stock.get(component, ()))
        components[bundle] = (*components.get(bundle, ()), one)
    return [_product(row, stock.get(row["id"], ()), components.get(row["id"], ())) for row in rows]


def _product(row: Row, stock: tuple[Stock, ...], components: tuple[Component, ...]) -> Product:
    return Product(
        id=row["id"],
        sku=row["sku"],
        name=row["name"],
        price=Money(int(row["price_minor"]), row["currency"]) if row["currency"] else None,
        sequence=row["sequence"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        stock=stock,
        components=components,
    )
