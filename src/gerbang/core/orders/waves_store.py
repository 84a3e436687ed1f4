"""Every SQL statement on `waves`, `wave_orders` and `wave_labels`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import Place
from gerbang.core.orders.waves_model import PickLine, Wave, WaveOrder, WaveOrderStatus, WaveStatus

_WAVES: Final = "SELECT id, livemode, status, carrier, actor, total, packed, failed, printed, shipped, shipper, created_at, updated_at FROM waves "
_ORDERS: Final = (
    "SELECT wave_id, place, order_id, connection, status, operation_id, code, reason, part FROM wave_orders "
)


async def to_pack(tx: Tx, shop: str | None, before: datetime | None, limit: int) -> list[tuple[UUID, str | None, bool]]:
    """What waits to be packed and is in no open wave, the nearest deadline first: order, shop, livemode. What its marketplace has refused to pack lately, as a pre-order that
    is not ready, and what its buyer wishes to cancel is left out: it would take the place of others each time.
    """
    rows = await tx.fetch(
        """
        SELECT id, connection, livemode FROM orders o
        WHERE status IN ('pending', 'repacked')
            AND ($1::text IS NULL OR connection = $1) AND ($2::timestamptz IS NULL OR ship_by < $2)
            AND EXISTS (SELECT FROM order_items i WHERE i.order_id = o.id AND i.status IN ('pending', 'repacked')
                AND i.fulfilment IN ('carrier', 'own_fleet') AND coalesce(i.detail ->> 'cancel_claim', '') = '')
            AND NOT EXISTS (SELECT FROM order_operations p WHERE p.order_id = o.id AND p.kind = 'pack' AND p.status = 'not_done'
                AND p.updated_at > business_now() - interval '12 hours')
            AND NOT EXISTS (SELECT FROM wave_orders w WHERE w.order_id = o.id AND w.status IN ('waiting', 'packing'))
        ORDER BY ship_by, id LIMIT $3
        """,
        shop,
        before,
        limit,
    )
    return [(row["id"], row["connection"], row["livemode"]) for row in rows]


async def in_open_wave(tx: Tx, orders: Sequence[UUID]) -> set[UUID]:
    """Which of these are in a wave that has not packed them yet."""
    rows = await tx.fetch(
        "SELECT order_id FROM wave_orders WHERE order_id = ANY($1) AND status IN ('waiting', 'packing')", list(orders)
    )
    return {row["order_id"] for row in rows}


async def add(tx: Tx, id_: UUID, carrier: str, actor: str, orders: Sequence[tuple[UUID, str | None, bool]]) -> int:
    """A new wave of these orders, in this order; those that another wave has taken at this very moment are left out. Returns how many it has."""
    await tx.execute(
        """
        INSERT INTO waves (id, livemode, carrier, actor, total, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, business_now(), business_now())
        """,
        id_,
        all(livemode for _, _, livemode in orders),
        carrier,
        actor,
        len(orders),
    )
    rows = [(place, order, shop) for place, (order, shop, _) in enumerate(orders, 1)]
    made = await tx.fetch(
        """
        INSERT INTO wave_orders (wave_id, place, order_id, connection)
        SELECT $1, place, order_id, connection FROM unnest($2::int[], $3::uuid[], $4::text[]) AS n (place, order_id, connection)
        ORDER BY order_id ON CONFLICT DO NOTHING RETURNING place
        """,
        id_,
        *columns(rows, 3),
    )
    if len(made) != len(orders):
        await tx.execute("UPDATE waves SET total = $2 WHERE id = $1", id_, len(made))
    return len(made)


async def one(tx: Tx, id_: UUID) -> Wave | None:
    row = await tx.fetchrow(_WAVES + "WHERE id = $1", id_)
    return None if row is None else _wave(row)


async def lock(tx: Tx, id_: UUID) -> Wave | None:
    """The same, kept from being changed by others."""
    row = await tx.fetchrow(_WAVES + "WHERE id = $1 FOR UPDATE", id_)
    return None if row is None else _wave(row)


async def page(tx: Tx, after: Place | None, limit: int) -> list[Wave]:
    """Newest first."""
    if after is None:
        rows = await tx.fetch(_WAVES + "ORDER BY created_at DESC, id DESC LIMIT $1", limit)
    else:
        rows = await tx.fetch(
            _WAVES + "WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3", *after, limit
        )
    return [_wave(row) for row in rows]


async def orders_of(tx: Tx, wave: UUID, *statuses: WaveOrderStatus) -> list[WaveOrder]:
    """The orders of a wave that stand so, by place; without any all."""
    wanted = [one.value for one in statuses or tuple(WaveOrderStatus)]
    rows = await tx.fetch(_ORDERS + "WHERE wave_id = $1 AND status = ANY($2) ORDER BY place", wave, wanted)
    return [_order(row) for row in rows]


async def set_orders(tx: Tx, wave: UUID, changed: Sequence[tuple[int, WaveOrderStatus, UUID | None, str, str]]) -> None:
    """Where orders stand now: place, status, operation, code and reason."""
    rows = [(place, status.value, operation, code, reason) for place, status, operation, code, reason in changed]
    await tx.execute(
        """
        UPDATE wave_orders w SET status = n.status, operation_id = n.operation_id, code = n.code, reason = n.reason
        FROM unnest($2::int[], $3::text[], $4::uuid[], $5::text[], $6::text[]) AS n (place, status, operation_id, code, reason)
        WHERE w.wave_id = $1 AND w.place = n.place
        """,
        wave,
        *columns(rows, 5),
    )


async def set_part(tx: Tx, wave: UUID, places: Sequence[int], part: int) -> None:
    """In which document the labels of these are."""
    await tx.execute(
        "UPDATE wave_orders SET part = $3 WHERE wave_id = $1 AND place = ANY($2)", wave, list(places), part
    )


async def recount(tx: Tx, wave: UUID, status: WaveStatus) -> None:
    """How far it is."""
    await tx.execute(
        """
        UPDATE waves SET status = $2, updated_at = business_now(), (packed, failed, printed, shipped) = (
            SELECT count(*) FILTER (WHERE status IN ('packed', 'to_ship', 'shipping', 'shipped')),
                count(*) FILTER (WHERE status = 'failed'), count(part), count(*) FILTER (WHERE status = 'shipped')
            FROM wave_orders WHERE wave_id = $1)
        WHERE id = $1
        """,
        wave,
        status.value,
    )


async def to_ship(tx: Tx, wave: UUID, shipper: str) -> int:
    """What is packed of a wave is to be shipped now; what packing left to tell of one stays, and what an earlier try to ship it told is forgotten. How many."""
    tag = await tx.execute(
        """
        UPDATE wave_orders w SET status = 'to_ship', code = CASE WHEN o.kind = 'pack' THEN w.code ELSE '' END,
            reason = CASE WHEN o.kind = 'pack' THEN w.reason ELSE '' END
        FROM wave_orders n LEFT JOIN order_operations o ON o.id = n.operation_id
        WHERE w.wave_id = $1 AND w.status = 'packed' AND n.wave_id = w.wave_id AND n.place = w.place
        """,
        wave,
    )
    await tx.execute("UPDATE waves SET shipper = $2 WHERE id = $1", wave, shipper)
    return int(tag.split()[-1])


async def pick_list(tx: Tx, wave: UUID) -> list[PickLine]:
    """What is to be fetched for it, warehouse by warehouse; what fell out or is cancelled is not."""
    rows = await tx.fetch(
        """
        SELECT i.sku, min(i.product_name) AS name, i.warehouse, sum(i.quantity)::int AS quantity
        FROM wave_orders w JOIN order_items i USING (order_id)
        WHERE w.wave_id = $1 AND w.status <> 'failed' AND i.status IN ('pending', 'repacked', 'packed', 'ready_to_ship')
            AND i.fulfilment IN ('carrier', 'own_fleet')
        GROUP BY i.warehouse, i.sku ORDER BY i.warehouse, i.sku
        """,
        wave,
    )
    return [PickLine(row["sku"], row["name"], row["warehouse"], row["quantity"]) for row in rows]


async def keep_labels(tx: Tx, wave: UUID, part: int, content_type: str, body: bytes, made_at: datetime) -> bool:
    """Keep a document. Of two at once the first stays; False for the other."""
    tag = await tx.execute(
        "INSERT INTO wave_labels (wave_id, part, content_type, body, made_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        wave,
        part,
        content_type,
        body,
        made_at,
    )
    return tag == "INSERT 0 1"


async def labels(tx: Tx, wave: UUID) -> dict[int, bytes]:
    """The documents of a wave that are kept, by part."""
    rows = await tx.fetch("SELECT part, body FROM wave_labels WHERE wave_id = $1 ORDER BY part", wave)
    return {row["part"]: bytes(row["body"]) for row in rows}


async def labels_of_orders(tx: Tx, orders: Sequence[UUID]) -> list[tuple[UUID, datetime]]:
    """Which documents are kept that name who bought these: the order, and when it was made."""
    rows = await tx.fetch(
        """
        SELECT w.order_id, l.made_at FROM wave_orders w JOIN wave_labels l ON l.wave_id = w.wave_id AND l.part = w.part
        WHERE w.order_id = ANY($1) ORDER BY w.order_id, l.made_at
        """,
        list(orders),
    )
    return [(row["order_id"], row["made_at"]) for row in rows]


async def erase_labels(tx: Tx, orders: Sequence[UUID]) -> int:
    """Forget every document that names who bought these."""
    gone = await tx.fetch(
        """
        DELETE FROM wave_labels l USING wave_orders w
        WHERE w.order_id = ANY($1) AND l.wave_id = w.wave_id AND l.part = w.part RETURNING l.part
        """,
        list(orders),
    )
    return len(gone)


def _wave(row: Row) -> Wave:
    fields: dict[str, Any] = dict(row)
    return Wave(**{**fields, "status": WaveStatus(fields["status"])})


def _order(row: Row) -> WaveOrder:
    fields: dict[str, Any] = dict(row)
    return WaveOrder(**{**fields, "status": WaveOrderStatus(fields["status"])})
