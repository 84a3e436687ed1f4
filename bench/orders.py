"""Orders of a marketplace: how many are taken in a second from its pages, and how soon one that is pushed is in the list. There is nothing to compare it with.

The simulator that stands for Lazada takes processor time of its own, so what counts is Gerbang's share (bench/scores.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any, Final

from bench import judging, ours
from bench.cluster import Cluster, connected
from bench.cpu import spent_us, tree_cpu_s
from bench.load.closed import percentile
from bench.scenarios import Bench
from bench.sides import NoScore, Sample
from gerbang.base.http import Http
from gerbang.core.orders.polling import OVERLAP

_SHOPS: Final = ("lazada-uji-1", "lazada-uji-2")
_KNOWN_S: Final = 15.0
_PATIENCE_S: Final = 60.0
_BUYERS: Final = 16
_A_ROUND: Final = 100  # orders for each second that a round is to last: twice as many as are pushed
_BEAT: Final = 50
_OF_A_SKU: Final = 100


@dataclass(slots=True)
class Market:
    """The simulated Lazada by its control. `placed`: the orders of this round; those of earlier ones it keeps, and nobody asks for them."""

    sandbox: str
    http: Http
    placed: list[str] = field(default_factory=list)
    _round: str = field(default_factory=lambda: secrets.token_hex(4))

    async def order(self) -> str:
        """One buyer orders one piece, in each shop by turns."""
        number = len(self.placed)
        self.placed.append("")
        body = {"shop": _SHOPS[number % 2], "items": [{"sku": f"{self._round}-{number // _OF_A_SKU}"}]}
        self.placed[number] = str((await self.control("POST", "order", body))["order_id"])
        return self.placed[number]

    async def control(self, method: str, act: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Raises NoScore for a refusal."""
        headers = {"Content-Type": "application/json"}
        url, text = f"{self.sandbox}/control/lazada/{act}", json.dumps(body).encode()
        answer = await self.http.send(method, url, headers=headers, body=text, timeout_s=20)
        if not 200 <= answer.status < 300:
            raise NoScore(f"{act} answered {answer.status}: {answer.body[:300]!r}")
        found: dict[str, Any] = json.loads(answer.body)
        return found


@dataclass(slots=True)
class FromPages:
    """ORDERS: nothing was pushed, and two workers find what was bought meanwhile: two walks at once, a hundred orders a page."""

    bench: Bench

    async def reference(self) -> None:
        """Nothing in PostgreSQL is like it."""

    async def naive(self) -> None:
        """The usual way speaks no Lazada."""

    async def gerbang(self) -> Sample:
        """Every order must be here once, counted and announced."""
        cluster = self.bench.cluster
        await ours.clear(cluster)
        async with _market(self.bench) as market:
            await market.control("PUT", "push", {"on": False})
            wanted = int(_A_ROUND * self.bench.seconds)
            await asyncio.gather(*(_several(market, wanted // _BUYERS + 1) for _ in range(_BUYERS)))
            await ours.settle_statistics(cluster)
            async with self.bench.ours.workers():
                before_s = tree_cpu_s()
                await _release_polls(cluster)
                await _all_here(cluster, market.placed)
                cpu_us = spent_us(before_s, len(market.placed))
            await market.control("PUT", "push", {"on": True})
        await judging.every_order_kept(cluster, market.placed)
        return Sample(await judging.taking_rate(cluster), cpu_us=cpu_us)


@dataclass(slots=True)
class FromBuyerToList:
    """PUSH: fifty buyers a second. Times run from the buyer's press to the commit from which on the list shows the order."""

    bench: Bench

    async def reference(self) -> None:
        """Nothing in PostgreSQL is like it."""

    async def naive(self) -> None:
        """The usual way speaks no Lazada."""

    async def gerbang(self) -> Sample:
        """Every order must be here once."""
        cluster = self.bench.cluster
        await ours.clear(cluster)
        async with _market(self.bench) as market, self.bench.ours.workers():
            await _first(cluster, market)
            before_s, began, earlier = tree_cpu_s(), time(), len(market.placed)
            pressed = dict(await asyncio.gather(*(_buy(market, began + n / _BEAT) for n in range(self._count))))
            await _all_here(cluster, market.placed)
            elapsed_s, cpu_us = time() - began, spent_us(before_s, len(market.placed) - earlier)
            await self._is_shown(market)
        await judging.every_order_kept(cluster, market.placed)
        lags = await judging.visible_after_ms(cluster, pressed)
        p50, p95, p99 = (percentile(lags, share) for share in (0.50, 0.95, 0.99))
        return Sample(len(pressed) / elapsed_s, p50, p95, p99, cpu_us=cpu_us)

    @property
    def _count(self) -> int:
        return int(_BEAT * self.bench.seconds)

    async def _is_shown(self, market: Market) -> None:
        """Raises NoScore unless the list begins with an order of this round."""
        headers = {"Authorization": f"Bearer {self.bench.ours.api_key}"}
        url = f"http://127.0.0.1:{self.bench.ours.port}/v1/orders?limit=1"
        answer = await market.http.send("GET", url, headers=headers, timeout_s=20)
        if answer.status != 200 or json.loads(answer.body)["data"][0]["external_id"] not in market.placed:
            raise NoScore(f"the list shows {answer.body[:300]!r}")


async def _buy(market: Market, at: float) -> tuple[str, float]:
    """When it was due, which is before it was pushed."""
    await asyncio.sleep(max(0.0, at - time()))
    return await market.order(), at


@contextlib.asynccontextmanager
async def _market(bench: Bench) -> AsyncIterator[Market]:
    """The simulator without a walk over its orders, for the length of the block."""
    http = Http()
    try:
        async with bench.ours.sandbox():
            await _hold_polls(bench.cluster)
            yield Market(bench.ours.sandbox_url, http)
    finally:
        await http.close()


async def _several(market: Market, count: int) -> None:
    for _ in range(count):
        await market.order()


async def _first(cluster: Cluster, market: Market) -> None:
    """Return when an order of each shop has come all the way by its push: nobody's start is measured."""
    for _ in _SHOPS:
        await market.order()
    await _all_here(cluster, market.placed, patience_s=_KNOWN_S)


async def _hold_polls(cluster: Cluster) -> None:
    """Let no worker walk until `_release_polls`; the walk begins with what is bought from now on."""
    async with connected(cluster.dsn()) as db, db.transaction() as tx:
        await tx.execute(
            "INSERT INTO order_polls (connection, through, next_at)"
            " SELECT id, business_now() + $2::interval, 'infinity' FROM unnest($1::text[]) AS n (id)",
            list(_SHOPS),
            OVERLAP,
        )


async def _release_polls(cluster: Cluster) -> None:
    async with connected(cluster.dsn()) as db, db.transaction() as tx:
        await tx.execute("UPDATE order_polls SET next_at = business_now()")


async def _all_here(cluster: Cluster, placed: Sequence[str], *, patience_s: float = _PATIENCE_S) -> None:
    """Return when these orders are here and nothing is to be done for any. Raises NoScore."""
    deadline = monotonic() + patience_s
    async with connected(cluster.dsn()) as db, db.reading() as tx:
        while True:
            here = await tx.fetchval("SELECT count(*) FROM orders WHERE external_id = ANY($1)", list(placed))
            left = await tx.fetchval("SELECT count(*) FROM jobs WHERE kind IN ('order.fetch', 'order.stock')")
            if (here, left) == (len(placed), 0):
                return
            if monotonic() > deadline:
                raise NoScore(f"{here} orders of {len(placed)} are here, {left} jobs are left")
            await asyncio.sleep(0.05)
