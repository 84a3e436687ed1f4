"""`python -m tests.chaos.eleven`: a sale on the eleventh of November in minutes. Buyers order in two shops of one app while everything fails that can.

Workers and PostgreSQL are killed, Lazada answers 500, `998`, `ApiCallLimit`, half a page and the same page twice, and stops pushing when too many pushes fail. Afterwards no order is
missing or there twice, all stand where Lazada says, the stock adds up, each event came under one id, and nobody asked Lazada too often.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, Final

import asyncpg

from tests.chaos.deployment import Deployment
from tests.chaos.eleven_judge import Truth, differences, judge, said_by
from tests.chaos.journal import Journal
from tests.chaos.shop import Shop
from tests.core.endpoints.receiver import Receiver, receiving

SHOPS: Final = ("lazada-uji-1", "lazada-uji-2")
STOCK: Final = 1_000
_OF_A_SKU: Final = 50  # orders of both shops: a shop of the sandbox sells a hundred pieces of what it was not told of
_AT_ONCE: Final = 32
_SETTLE_S: Final = 240.0
_FAULTS: Final = ("http_500", "998", "ApiCallLimit", "half_page", "same_page", "1000", "slow")
_ROUTES: Final = {"half_page": ("/orders/get",), "same_page": ("/orders/get",), "998": ("/order/items/get",)}
_ANY_ROUTE: Final = ("/orders/get", "/orders/items/get", "/order/get", "/order/items/get")
_MOST_DOWN_S: Final = 20.0


@dataclass(slots=True)
class Report:
    """What came of a run. `calls_a_minute`: the most of one shop, by API, until `sold_at`: later the clock runs fast. `bans`: how often Lazada said `ApiCallLimit` of itself."""

    seed: int
    orders: int
    minutes: float
    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    push_stopped: int = 0
    placed_in_s: float = 0.0
    sold_at: str = ""
    settled_in_s: float = 0.0
    events: int = 0
    repeated: int = 0
    pushes: int = 0
    refused_pushes: int = 0
    calls: int = 0
    bans: int = 0
    calls_a_minute: dict[str, int] = field(default_factory=dict)
    restarts: int = 0
    findings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sale:
    """The buyers of a run."""

    shop: Shop
    journal: Journal
    rng: Random
    report: Report
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def place(self, number: int) -> None:
        """One buyer: orders, pays where it is not paid yet, and wants it no more once in a while."""
        kind = self.rng.choice(("", "", "", "cod", "unpaid"))
        cancels, wait_s = self.rng.random() < 0.15, self.rng.uniform(0.1, 4.0)
        at = SHOPS[number % 2]
        items = [{"sku": sku_of(number), "quantity": self.rng.choice((1, 1, 2))}]
        async with self._gate:
            made = await self._do("order", shop=at, items=items, kind=kind)
        if made is None:
            return
        self.journal.note("ordered", shop=at, order=made["order_id"])
        if kind != "unpaid" and not cancels:
            return
        await asyncio.sleep(wait_s)
        async with self._gate:
            if kind == "unpaid":
                await self._do("pay", shop=at, order=made["order_id"])
            if cancels:
                await self._do("cancel", shop=at, order=made["order_id"], kind="now")

    async def _do(self, act: str, **body: Any) -> Any:
        done = await self.shop.control(f"lazada/{act}", **body)
        if done is None:
            self.report.findings.append(f"the simulator did not do {act}: {body}")
        return done


def sku_of(number: int) -> str:
    """What the order of this number is of."""
    return f"SEBELAS-{number // _OF_A_SKU:04d}"


async def eleven(*, orders: int, minutes: float, seed: int, workers: int = 2) -> Report:
    """Run it all. The data folder is kept when something was wrong."""
    report = Report(seed, orders, minutes, findings=["the run itself failed"])
    house = Deployment(workers, {"order_poll_s": max(10.0, minutes * 6), "allowed_private_targets": ("127.0.0.0/8",)})
    say(f"seed {seed}: {orders} orders in {minutes} minutes, {workers} workers; data in {house.data}")
    await house.open()
    journal, rng = Journal(house.data / "client.jsonl"), Random(seed)
    shop = Shop(house, journal, rng)
    try:
        async with receiving() as receiver:
            await _prepare(shop, receiver, orders)
            report.findings.clear()
            began = monotonic()
            async with _beside(_harms(shop, report, Random(f"{seed} harm"), minutes)):
                await _sell(Sale(shop, journal, rng, report), orders, minutes)
            report.placed_in_s, report.sold_at = round(monotonic() - began, 1), datetime.now(UTC).isoformat()
            report.settled_in_s = await _settle(shop, receiver)
            report.restarts = house.restarts
            await judge(shop, receiver, report, STOCK)
        return report
    finally:
        await shop.close()
        journal.close()
        await house.close(keep_data=bool(report.findings))


async def _prepare(shop: Shop, receiver: Receiver, orders: int) -> None:
    """Our products with their stock, and where the events go."""
    await shop.call("POST", "/v1/endpoints", body={"url": receiver.url, "events": ["order.*"]})
    for sku in sorted({sku_of(number) for number in range(orders)}):
        await shop.call("POST", "/v1/products", key=f"make-{sku}", body={"sku": sku, "name": sku})
        await shop.call("PUT", f"/v1/products/{sku}/stock", body={"quantity": STOCK})


async def _sell(sale: Sale, orders: int, minutes: float) -> None:
    """A tenth of all in the first seconds, as at midnight; the others on a steady beat."""
    began, rush = monotonic(), orders // 10
    buyers = [asyncio.create_task(sale.place(number)) for number in range(rush)]
    for number in range(rush, orders):
        await asyncio.sleep(max(0.0, began + minutes * 60 * (number - rush) / (orders - rush) - monotonic()))
        buyers.append(asyncio.create_task(sale.place(number)))
    await asyncio.gather(*buyers)


# ── what goes wrong ─────────────────────────────────────────────────────────────────────────────────────────────────


async def _harms(shop: Shop, report: Report, rng: Random, minutes: float) -> None:
    """PostgreSQL dies three times; at half time it stays away until Lazada pushes no more, which somebody ends at three quarters. Between them chances."""
    begun = monotonic()
    plan: list[tuple[float, Callable[[], Awaitable[None]]]] = [
        (0.2, lambda: _power_cut(shop, report)),
        (0.5, lambda: _away(shop, report)),
        (0.75, lambda: _verify(shop)),
        (0.9, lambda: _power_cut(shop, report)),
    ]
    kinds = list(_FAULTS)
    while plan:
        await asyncio.sleep(rng.uniform(0.5, 2.5))
        if monotonic() - begun > plan[0][0] * minutes * 60:
            await plan.pop(0)[1]()
        elif rng.random() < 0.35:
            name = rng.choice([*shop.house.workers, *shop.house.workers, "serve"])
            shop.house.kill(name)
            report.kills[name.partition(" ")[0]] += 1
        else:
            kind = kinds.pop() if kinds else rng.choice(_FAULTS)  # each once at least
            if not kinds:  # one after the other: what waits for a rare call would strike it again and again
                await shop.control("lazada/faults", "DELETE")
            route = rng.choice(_ROUTES.get(kind, _ANY_ROUTE))
            await shop.control("lazada/faults", "PUT", kind=kind, route=route, count=1 if kinds else 3, delay_s=4)


async def _power_cut(shop: Shop, report: Report) -> None:
    await shop.house.kill_postgres()
    report.kills["postgres"] += 1
    await shop.house.start_postgres()


async def _away(shop: Shop, report: Report) -> None:
    """PostgreSQL is killed and stays away until Lazada has stopped pushing."""
    await shop.house.kill_postgres()
    report.kills["postgres"] += 1
    ends, seen = monotonic() + _MOST_DOWN_S, shop.house.data / "sandbox" / "journal.jsonl"
    offset = seen.stat().st_size
    while monotonic() < ends and b'"lazada_push"' not in await asyncio.to_thread(_from, seen, offset):
        await asyncio.sleep(0.5)
    await shop.house.start_postgres()


def _from(path: Path, offset: int) -> bytes:
    with path.open("rb") as lines:
        lines.seek(offset)
        return lines.read()


async def _verify(shop: Shop) -> None:
    """An operator presses *Verify* in Lazada's console: pushing goes on."""
    await shop.control("lazada/verify")


# ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _settle(shop: Shop, receiver: Receiver) -> float:
    """Nothing more goes wrong, and time passes as the pauses that were asked for need it. Returns after how many seconds all was still, or the patience was over."""
    await shop.control("lazada/faults", "DELETE")
    began, truth = monotonic(), Truth()
    path = shop.house.data / "sandbox" / "journal.jsonl"
    admin = await asyncpg.connect(shop.house.server.addresses.admin_dsn)
    try:
        while monotonic() - began < _SETTLE_S * max(1.0, _load()):
            await asyncio.sleep(2)
            if await _open(admin):
                await shop.control("clock", advance_s=10)
                continue
            await asyncio.to_thread(truth.read_on, path)
            if not differences(truth, await said_by(shop)) and len({one.id for one in receiver.came}) == await _told(
                admin
            ):
                break
            await shop.control("clock", advance_s=60)
    finally:
        await admin.close()
    return round(monotonic() - began, 1)


async def _open(admin: "asyncpg.Connection[Any]") -> int:
    """What is still to be done: jobs of orders, events of the inbox, and deliveries."""
    return int(
        await admin.fetchval(
            "SELECT (SELECT count(*) FROM jobs WHERE kind IN ('order.fetch', 'order.stock') AND parked_at IS NULL)"
            " + (SELECT count(*) FROM inbox WHERE status = 'new')"
            " + (SELECT count(*) FROM deliveries WHERE status = 'pending')"
        )
    )


async def _told(admin: "asyncpg.Connection[Any]") -> int:
    return int(await admin.fetchval("SELECT count(*) FROM announcements WHERE type LIKE 'order.%'"))


@contextlib.asynccontextmanager
async def _beside(work: Any) -> AsyncIterator[None]:
    """Do this beside the block; where it fails, so does the run. It is waited for: a PostgreSQL that was killed is started again."""
    task = asyncio.create_task(work)
    try:
        yield
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _load() -> float:
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def say(text: str) -> None:
    """One line for people, at once."""
    sys.stderr.write(f"eleven: {text}\n")
    sys.stderr.flush()


def table(report: Report) -> str:
    """The figures for people."""
    figures = {name: value for name, value in _plain(report).items() if name != "findings"}
    lines = [f"{name.replace('_', ' '):>16}  {value}" for name, value in figures.items()]
    return "\n".join([*lines, *([f"WRONG  {one}" for one in report.findings] or ["every order is here, once"])])


def _plain(report: Report) -> dict[str, Any]:
    """By name. `asdict` would make a counter of the pairs of one."""
    return {one.name: getattr(report, one.name) for one in fields(report)}


def main() -> None:
    """Read the arguments, run, print, exit."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.eleven", description=__doc__)
    parser.add_argument("--orders", type=int, default=600, help="%(default)s; a whole day has 10000")
    parser.add_argument("--minutes", type=float, default=1.5, help="in which they are bought (%(default)s)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="replays the chances of a run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    asked = parser.parse_args()
    report = asyncio.run(eleven(orders=asked.orders, minutes=asked.minutes, seed=asked.seed, workers=asked.workers))
    sys.stdout.write((json.dumps(_plain(report)) if asked.json else table(report)) + "\n")
    sys.exit(1 if report.findings else 0)


if __name__ == "__main__":
    main()
