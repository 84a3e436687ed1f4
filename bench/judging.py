"""Reads back what Gerbang stored and compares it with what it acknowledged. Raises NoScore; knows no clock of its own.

Times are PostgreSQL's commit times, so a lag ends when its effect was durable, whoever would like to say otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic
from uuid import UUID

from bench.cluster import Cluster, connected
from bench.load.closed import percentile
from bench.load.shots import AMOUNT
from bench.ours import CONNECTION
from bench.sides import NoScore, once_each
from gerbang.base import ids

_PATIENCE_S = 60.0


async def worked_off(cluster: Cluster) -> None:
    """Return when no event is waiting any more. Raises NoScore after a minute."""
    deadline = monotonic() + _PATIENCE_S
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        while await tx.fetchval("SELECT EXISTS (SELECT FROM inbox WHERE status <> 'done')"):
            if monotonic() > deadline:
                states = await tx.fetch("SELECT status, outcome, count(*) FROM inbox GROUP BY 1, 2")
                raise NoScore(f"events are not worked off: {[tuple(row) for row in states]}")
            await asyncio.sleep(0.05)


async def all_paid(cluster: Cluster) -> None:
    """Return when no payment is unpaid any more. Raises NoScore after a minute."""
    deadline = monotonic() + _PATIENCE_S
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        while left := await tx.fetchval("SELECT count(*) FROM payments WHERE status <> 'paid'"):
            if monotonic() > deadline:
                raise NoScore(f"{left} payments are not paid")
            await asyncio.sleep(0.05)


async def every_event_kept(cluster: Cluster, acknowledged: Iterable[str]) -> None:
    """Every acknowledged event is in the inbox once."""
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        rows = await tx.fetch("SELECT key FROM inbox WHERE connection = $1", CONNECTION)
    once_each("inbox", acknowledged, [row["key"] for row in rows])


async def every_payment_paid(cluster: Cluster, payments: Sequence[UUID]) -> None:
    """Each of these payments is paid, with one posting of the whole amount, an audit row and an announcement."""
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        paid = await tx.fetch("SELECT id FROM payments WHERE status = 'paid' AND amount_captured = $1", AMOUNT)
        posted = await tx.fetch(
            "SELECT payment_id FROM ledger_lines GROUP BY posting, payment_id HAVING sum(amount) = $1", AMOUNT
        )
        told = await tx.fetch("SELECT object_id FROM announcements WHERE type = 'payment.paid'")
        audited = await tx.fetch("SELECT DISTINCT object FROM audit")
    wanted = [str(one) for one in payments]
    once_each("paid payments", wanted, [str(row["id"]) for row in paid])
    once_each("ledger postings", wanted, [str(row["payment_id"]) for row in posted])
    once_each("announcements", wanted, [str(row["object_id"]) for row in told])
    once_each("audit", [ids.show("pay", one) for one in payments], [row["object"] for row in audited])


async def processing_rate(cluster: Cluster) -> float:
    """Return events per second from the first batch's commit to the last one's; the first batch itself is not counted."""
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        rows = await tx.fetch(
            "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at, count(*) AS events"
            " FROM inbox GROUP BY xmin ORDER BY 1"
        )
    if len(rows) < 3:
        raise NoScore("too few batches to tell a rate")
    return sum(int(row["events"]) for row in rows[1:]) / float(rows[-1]["at"] - rows[0]["at"])


async def every_order_kept(cluster: Cluster, placed: Sequence[str]) -> None:
    """Each order that a buyer placed at the marketplace is here once, with an item, and was announced as new once."""
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        rows = await tx.fetch(
            "SELECT external_id FROM orders o WHERE EXISTS (SELECT FROM order_items WHERE order_id = o.id)"
        )
        told = await tx.fetch(
            "SELECT o.external_id FROM announcements a JOIN orders o ON o.id = a.object_id WHERE a.type = 'order.created'"
        )
    once_each("orders", placed, [row["external_id"] for row in rows])
    once_each("announced orders", placed, [row["external_id"] for row in told])


async def taking_rate(cluster: Cluster) -> float:
    """Return orders per second from the first page's commit to the last one's; the first page itself is not counted."""
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        rows = await tx.fetch(
            "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at, count(*) AS orders"
            " FROM orders GROUP BY xmin ORDER BY 1"
        )
    if len(rows) < 3:
        raise NoScore("too few pages to tell a rate")
    return sum(int(row["orders"]) for row in rows[1:]) / float(rows[-1]["at"] - rows[0]["at"])


async def visible_after_ms(cluster: Cluster, pressed: Mapping[str, float]) -> list[float]:
    """Return for each order the milliseconds from a moment to the commit that brought it. Raises NoScore for one that is not here."""
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        rows = await tx.fetch(
            "SELECT external_id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at FROM orders"
        )
    came = {row["external_id"]: row["at"] for row in rows}
    if missing := pressed.keys() - came.keys():
        raise NoScore(f"{len(missing)} orders are not here, for one {min(missing)}")
    return [1000 * (came[order] - at) for order, at in pressed.items()]


async def lags_ms(cluster: Cluster, sent_at: Mapping[str, float]) -> tuple[float, float]:
    """Return p50 and p99 of the time from sending an event to the commit of its effect, milliseconds."""
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        rows = await tx.fetch(
            "SELECT key, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at FROM inbox"
            " WHERE status = 'done'"
        )
    lags = [1000 * (row["at"] - sent_at[row["key"]]) for row in rows if row["key"] in sent_at]
    return percentile(lags, 0.50), percentile(lags, 0.99)


async def every_creation_kept(cluster: Cluster, payments: Sequence[str], keys: Sequence[str]) -> None:
    """Each payment exists once, registered at the provider by one attempt, and each key stands for one payment."""
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        rows = await tx.fetch("SELECT payment_id FROM attempts WHERE provider_reference IS NOT NULL")
        used = await tx.fetch("SELECT key FROM idempotency_keys")
    once_each("answers", set(payments), payments)
    once_each("registered attempts", payments, [ids.show("pay", row["payment_id"]) for row in rows])
    once_each("idempotency keys", keys, [row["key"] for row in used])
