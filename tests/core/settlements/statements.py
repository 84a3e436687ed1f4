"""A marketplace whose statements a test writes, and a process that reads them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest_asyncio

from gerbang.core.connections.model import Connection
from gerbang.core.queue import store as queue_store
from gerbang.core.queue.model import Job
from gerbang.core.settlements import verification
from gerbang.core.settlements.jobs import READ
from gerbang.core.settlements.service import Settlements
from tests.core.connections.shop_world import World
from tests.providers.lazada.gateway import Heard, data, refusal

SELLERS = count(5001)
NUMBERS = count(1)
TODAY = datetime.now(UTC).date()


def row(said: str, amount: str, **more: Any) -> dict[str, Any]:
    """A line as Lazada writes it, of today."""
    return {
        "transaction_number": f"T{next(NUMBERS)}",
        "transaction_date": f"{TODAY:%d %b %Y}",
        "fee_name": said,
        "fee_type": "1",
        "amount": amount,
        "order_no": "260",
        "orderItem_no": "2601",
        "paid_status": "Not paid",
        "statement": "",
        **more,
    }


@dataclass(slots=True)
class Statements:
    """What the marketplace says of one shop: at most `page` lines at once; the pages of `repeats` are told once more in the place of the next."""

    world: World
    shop: Connection
    rows: list[dict[str, Any]] = field(default_factory=list)
    payouts: list[dict[str, Any]] = field(default_factory=list)
    page: int = 500
    repeats: int = 0
    instead: str = ""
    asked: list[Heard] = field(default_factory=list)

    def answer(self, heard: Heard) -> Any:
        if not heard.path.startswith("/finance/"):
            return self.world.market.answer(heard)
        self.asked.append(heard)
        if self.instead:
            return refusal(self.instead)
        if heard.path == "/finance/payout/status/get":
            return data(self.payouts)
        offset = int(heard.query["offset"])
        if offset and self.repeats:
            self.repeats -= 1
            offset -= self.page
        first, last = (datetime.fromisoformat(heard.query[name]).date() for name in ("start_time", "end_time"))
        found = [
            one
            for one in self.rows
            if first <= datetime.strptime(one["transaction_date"], "%d %b %Y").date() <= last  # noqa: DTZ007  a day, without a time
        ]
        return data(found[offset : offset + self.page])

    async def job(self) -> Job | None:
        """The job that reads this shop, as a worker claims it."""
        async with self.world.core.db.transaction() as tx:
            await tx.execute(
                "UPDATE jobs SET run_at = business_now() + interval '1 hour' WHERE kind = $1 AND key <> $2",
                READ,
                self.shop.id,
            )
            rows = await queue_store.claim(tx, [READ], 1, 60.0)
        return Job(**rows[0]) if rows else None

    async def step(self) -> bool:
        """One call, if one is due."""
        job = await self.job()
        if job is not None:
            await self.settlements.reading.handle(job)
        return job is not None

    async def round(self) -> None:
        """A round from its beginning, whenever it is due, to its end."""
        await self.world.sql(
            "UPDATE jobs SET run_at = business_now() WHERE kind = $1 AND key = $2 RETURNING 1", READ, self.shop.id
        )
        while await self.step():
            pass

    @property
    def settlements(self) -> Settlements:
        return self.world.core.service(Settlements)

    async def balances(self) -> dict[str, int]:
        """What stands in the ledger of this shop by account: debit less credit."""
        async with self.world.core.db.reading() as tx:
            rows = await tx.fetch(
                """
                SELECT account, sum(amount) AS amount FROM (
                    SELECT debit AS account, amount FROM ledger_lines WHERE $1 IN (debit, credit)
                    UNION ALL SELECT credit, -amount FROM ledger_lines WHERE $1 IN (debit, credit)) AS sides GROUP BY account
                """,
                f"clearing:{self.shop.id}",
            )
        return {one["account"].split(":")[0]: int(one["amount"]) for one in rows}

    async def told(self, type_: str) -> list[dict[str, Any]]:
        async with self.world.core.db.reading() as tx:
            rows = await tx.fetch(
                "SELECT data FROM announcements WHERE type = $1 AND data ->> 'connection' = $2", type_, self.shop.id
            )
        return [dict(one["data"]) for one in rows]

    async def lines(self) -> list[tuple[Any, ...]]:
        async with self.world.core.db.reading() as tx:
            rows = await tx.fetch(
                "SELECT kind, amount, status, statement FROM settlement_lines WHERE connection = $1 ORDER BY key",
                self.shop.id,
            )
        return [(one["kind"], int(one["amount"]), one["status"], one["statement"]) for one in rows]


@pytest_asyncio.fixture(loop_scope="module")
async def statements(world: World) -> AsyncIterator[Statements]:
    """A shop of its own, and every invariant at the end."""
    shop = await world.connected(await world.app(), str(next(SELLERS)))
    one = Statements(world, shop)
    world.market.gateway.by = one.answer
    assert await one.settlements.run_once() == 1
    yield one
    assert await verification.verify(world.core.db) == []


def days_ago(days: int) -> str:
    return f"{TODAY - timedelta(days=days):%d %b %Y}"
