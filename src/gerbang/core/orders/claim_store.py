"""Every SQL statement on `order_claims` and `claim_polls`; rows ⇄ model. `next_at` is business time, as the marketplace's sandbox has it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import Place, below
from gerbang.base.statement_batch import Writer
from gerbang.core.orders.claim_model import BuyerClaim, Line
from gerbang.ports.marketplace_orders import ClaimKind, ClaimStatus

_ONE: Final = """
    SELECT id, order_id, connection, external_id, kind, to_seller, status, waits, lines, decide_by, held, version, read_at, due_told, sequence, created_at, updated_at
    FROM order_claims
    """
_PAGE: Final = """
    SELECT id, order_id, connection, external_id, kind, to_seller, status, waits, lines, decide_by, held, version, read_at, due_told, sequence, created_at, updated_at, place
    FROM order_claims WHERE (place, id) < ($1, $2) {} ORDER BY place DESC, id DESC LIMIT $3
    """
_PAGES: Final = {
    (shop, waiting): _PAGE.format(("AND connection = $4 " if shop else "") + ("AND waits" if waiting else ""))
    for shop in (False, True)
    for waiting in (False, True)
}


async def add(tx: Tx, claims: Sequence[BuyerClaim]) -> None:
    """Make the rows of claims that are not here yet; their sequence is 0 until they are saved."""
    rows = [
        (
            c.id,
            c.order_id,
            c.connection,
            c.external_id,
            c.kind.value,
            c.to_seller,
            c.status.value,
            c.read_at,
            c.created_at,
        )
        for c in claims
    ]
    await tx.execute(
        """
        INSERT INTO order_claims (id, order_id, connection, external_id, kind, to_seller, status, waits, lines, read_at, sequence, created_at, updated_at)
        SELECT n.id, order_id, connection, external_id, kind, to_seller, status, false, '[]', read_at, 0, at, at
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::text[], $8::timestamptz[], $9::timestamptz[])
            AS n (id, order_id, connection, external_id, kind, to_seller, status, read_at, at)
        ORDER BY connection, external_id ON CONFLICT DO NOTHING
        """,
        *columns(rows, 9),
    )


async def lock_called(tx: Tx, shop: str, external_ids: Sequence[str]) -> list[BuyerClaim]:
    """Claims of one shop by the marketplace's ids, kept from being changed by others, in one order for everybody."""
    rows = await tx.fetch(
        _ONE + "WHERE connection = $1 AND external_id = ANY($2) ORDER BY id FOR UPDATE", shop, list(external_ids)
    )
    return [_claim(row) for row in rows]


async def lock(tx: Tx, id_: UUID) -> BuyerClaim | None:
    """The same by our id."""
    row = await tx.fetchrow(_ONE + "WHERE id = $1 FOR UPDATE", id_)
    return None if row is None else _claim(row)


async def save(tx: Writer, claims: Sequence[BuyerClaim]) -> None:
    """What changes of a claim."""
    rows = [
        (
            c.id, c.status.value, c.waits, msgspec.to_builtins(c.lines), c.decide_by, c.held, c.version, c.read_at, c.due_told, c.sequence, c.updated_at,
            c.to_seller, c.kind.value,
        )
        for c in claims
    ]  # fmt: skip
    await tx.execute(
        """
        UPDATE order_claims c SET status = n.status, waits = n.waits, lines = n.lines, decide_by = n.decide_by, held = n.held, version = n.version,
            read_at = n.read_at, due_told = n.due_told, sequence = n.sequence, updated_at = n.updated_at, to_seller = n.to_seller, kind = n.kind
        FROM unnest($1::uuid[], $2::text[], $3::bool[], $4::jsonb[], $5::timestamptz[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::int[],
                $11::timestamptz[], $12::bool[], $13::text[])
            AS n (id, status, waits, lines, decide_by, held, version, read_at, due_told, sequence, updated_at, to_seller, kind)
        WHERE c.id = n.id
        """,
        *columns(rows, 13),
    )


async def of_ids(tx: Tx, ids: Sequence[UUID]) -> list[BuyerClaim]:
    """These."""
    return [_claim(row) for row in await tx.fetch(_ONE + "WHERE id = ANY($1)", list(ids))]


async def made_after(tx: Tx, id_: UUID, limit: int) -> list[BuyerClaim]:
    """The next that are written whole, by their ids."""
    rows = await tx.fetch(_ONE + "WHERE id > $1 AND sequence > 0 ORDER BY id LIMIT $2", id_, limit)
    return [_claim(row) for row in rows]


async def of_order(tx: Tx, order: UUID, limit: int) -> list[BuyerClaim]:
    """Those of an order, newest first."""
    return [_claim(row) for row in await tx.fetch(_ONE + "WHERE order_id = $1 ORDER BY id DESC LIMIT $2", order, limit)]


async def page(
    tx: Tx, shop: str | None, after: Place | None, limit: int, *, waiting: bool
) -> list[tuple[BuyerClaim, Place]]:
    """What waits first, soonest deadline first, and what is over last, each with its keyset place; from one on."""
    values: tuple[Any, ...] = (*below(after, None), limit, *((shop,) if shop is not None else ()))
    rows = await tx.fetch(_PAGES[shop is not None, waiting], *values)
    return [(_claim(row), (row["place"], row["id"])) for row in rows]


async def orders_called(tx: Tx, shop: str, external_ids: Sequence[str]) -> dict[str, tuple[UUID, str]]:
    """Of orders of a shop that are here: our id and their currency."""
    rows = await tx.fetch(
        "SELECT id, external_id, currency FROM orders WHERE source = $1 AND external_id = ANY($2) AND sequence > 0",
        shop,
        list(external_ids),
    )
    return {row["external_id"]: (row["id"], row["currency"]) for row in rows}


async def some_held(tx: Tx, limit: int) -> int:
    """How many claims have an amount in doubt, counted up to `limit`."""
    return int(
        await tx.fetchval("SELECT count(*) FROM (SELECT FROM order_claims WHERE held <> '' LIMIT $1) AS s", limit)
    )


async def begin_polls(tx: Tx, shops: Sequence[str], look_back: timedelta) -> None:
    """Read the claims of these shops too: from so long ago on, at once."""
    await tx.execute(
        """
        INSERT INTO claim_polls (connection, through, next_at)
        SELECT n.id, business_now() - $2::interval, business_now() FROM unnest($1::text[]) AS n (id) JOIN connections USING (id)
        ON CONFLICT DO NOTHING
        """,
        list(shops),
        look_back,
    )


async def due_polls(tx: Tx, shops: Sequence[str], every_s: float, limit: int) -> list[str]:
    """Those of these shops whose time has come; it comes again after `every_s`."""
    rows = await tx.fetch(
        """
        WITH due AS MATERIALIZED (
            SELECT connection FROM claim_polls WHERE next_at <= business_now() AND connection = ANY($1) ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        UPDATE claim_polls p SET next_at = business_now() + make_interval(secs => $2) FROM due WHERE p.connection = due.connection RETURNING p.connection
        """,
        list(shops),
        every_s,
        limit,
    )
    return [row["connection"] for row in rows]


async def poll_of(tx: Tx, shop: str) -> Row | None:
    """How far a shop's claims were read."""
    return await tx.fetchrow("SELECT through, began_at, page, failures FROM claim_polls WHERE connection = $1", shop)


async def turn_page(tx: Tx, shop: str, began_at: datetime, next_page: int | None) -> None:
    """A page was read and written. Without a next one the walk is at its end: what changed since it began is read by the next."""
    await tx.execute(
        """
        UPDATE claim_polls SET failures = 0, why = '', page = coalesce($3, 1), began_at = CASE WHEN $3::int IS NULL THEN NULL ELSE $2::timestamptz END,
            through = CASE WHEN $3::int IS NULL THEN greatest(through, $2::timestamptz) ELSE through END
        WHERE connection = $1
        """,
        shop,
        began_at,
        next_page,
    )


async def fail_poll(tx: Tx, shop: str, why: str, again_in_s: float) -> None:
    """It could not be read: the same page later."""
    await tx.execute(
        """
        UPDATE claim_polls SET failures = failures + 1, why = $2, next_at = greatest(next_at, business_now() + make_interval(secs => $3))
        WHERE connection = $1
        """,
        shop,
        why,
        again_in_s,
    )


async def failing_polls(tx: Tx, after: int) -> list[str]:
    """Shops whose claims could not be read so many times in a row."""
    rows = await tx.fetch(
        "SELECT connection FROM claim_polls WHERE failures >= $1 ORDER BY connection LIMIT 100", after
    )
    return [row["connection"] for row in rows]


def _claim(row: Row) -> BuyerClaim:
    fields: Mapping[str, Any] = {name: row[name] for name in BuyerClaim.__struct_fields__}
    return BuyerClaim(
        **{
            **fields,
            "kind": ClaimKind(fields["kind"]),
            "status": ClaimStatus(fields["status"]),
            "lines": msgspec.convert(fields["lines"], tuple[Line, ...]),
        }
    )
