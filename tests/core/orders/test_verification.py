"""What `gerbang verify` finds of orders: each of these breaks one thing in a database that agrees, and sees that it is told, and of what."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from uuid import UUID

import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.base.verification import Broken
from gerbang.core.catalogue import verification as catalogue
from gerbang.core.orders import verification as orders
from gerbang.core.settlements import verification as settlements
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHOP: Final = "toko"
NUMBERS = count(1)


@dataclass
class Rows:
    """An order with all that may belong to it, in rows that agree; its parts by their outer ids."""

    db: Database
    ids: dict[str, UUID]
    number: int

    def shown(self, what: str) -> str:
        kinds = {"order": "ord", "claim": "clm", "decision": "cld", "operation": "oop", "product": "prd", "line": "stl"}
        return ids.show(kinds[what], self.ids[what]) if what in kinds else str(self.ids[what])

    async def run(self, statement: str, *values: Any) -> None:
        """A statement, in which `:order` and the like are ids of it, `:old` is two hours ago and `:no` its number."""
        words = {name: f"'{id_}'" for name, id_ in self.ids.items()}
        words |= {"old": "business_now() - interval '2 hours'", "shop": f"'{SHOP}'", "no": f"'{self.number}'"}
        statement = re.sub(r":(\w+)\b", lambda found: words.get(found[1], found[0]), statement)
        async with self.db.transaction() as tx:
            await tx.execute(statement, *values)

    async def found(self) -> list[tuple[str, str]]:
        """What is wrong with it: the invariant, and of what."""
        wrong: list[Broken] = []
        for noun in (settlements, catalogue, orders):
            wrong += await noun.verify(self.db)
        mine = [str(id_) for id_ in self.ids.values()] + [
            self.shown(what) for what in ("order", "claim", "decision", "operation", "product", "line")
        ]
        return [(one[0], one[1]) for one in wrong if any(name in one[1] for name in mine)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def db(module_database: FreshDatabase) -> AsyncIterator[Database]:
    opened = Database(module_database.app_dsn)
    await opened.open()
    async with opened.transaction() as tx:
        await tx.execute("INSERT INTO connections (id, provider, livemode) VALUES ($1, 'lazada', false)", SHOP)
        await tx.execute("INSERT INTO settlement_readings (connection, read_to) VALUES ($1, '2026-01-01')", SHOP)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def rows(db: Database) -> Rows:
    """A delivered return that was accepted, with two units of a product kept for what is still to be sent, and a sale that is in the ledger."""
    names = (
        "order",
        "item",
        "claim",
        "decision",
        "operation",
        "product",
        "reservation",
        "line",
        "posting",
        "second",
    )
    one = Rows(db, {name: ids.new() for name in names}, next(NUMBERS))
    line = {"id": "L1", "item": str(one.ids["item"]), "status": "coming_back", "said": "RTM"}
    await one.run(
        """
        INSERT INTO orders (id, channel, connection, livemode, external_id, number, status, currency, sequence, created_at, updated_at)
        VALUES (:order, 'lazada', :shop, false, :no, :no, 'pending', 'IDR', 1, :old, :old)"""
    )
    await one.run(
        """
        INSERT INTO order_items (id, order_id, external_id, status, reached, said, version, sku, product_name, quantity, price, paid, package, warehouse, fulfilment, detail)
        VALUES (:item, :order, 'I1', 'pending', 'pending', 'pending', :old, 'KOPI', 'Kopi', 2, 100, 100, '', '', 'carrier', '{}')"""
    )
    await one.run(
        """
        INSERT INTO order_claims (id, order_id, connection, external_id, kind, to_seller, status, waits, lines, read_at, sequence, created_at, updated_at)
        VALUES (:claim, :order, :shop, :no, 'return', true, 'coming_back', false, $1, :old, 1, :old, :old)""",
        [line],
    )
    await _add_answer(one, "decision")
    await one.run(
        """
        INSERT INTO order_operations (id, order_id, kind, status, asked, outcomes, actor, created_at, updated_at)
        VALUES (:operation, :order, 'pack', 'done', '{}', $1, 'test', :old, :old)""",
        [{"item": "itm_1", "is_done": True}],
    )
    await _keep(one)
    await _settle(one)
    assert await one.found() == []
    return one


async def _keep(one: Rows) -> None:
    await one.run(
        "INSERT INTO products (id, sku, name, sequence, created_at, updated_at) VALUES (:product, :no, 'Kopi', 1, :old, :old)"
    )
    await one.run(
        "INSERT INTO stock (product_id, warehouse, quantity, reserved, updated_at) VALUES (:product, 'main', 5, 2, :old)"
    )
    await one.run(
        "INSERT INTO reservations (id, owner, status, created_at, updated_at) VALUES (:reservation, $1, 'confirmed', :old, :old)",
        one.shown("order"),
    )
    await one.run(
        "INSERT INTO reservation_items (reservation_id, line, product_id, warehouse, units) VALUES (:reservation, 0, :product, '', 2)"
    )
    await one.run(
        "INSERT INTO reservation_parts (reservation_id, line, product_id, warehouse, per_unit, units) VALUES (:reservation, 0, :product, 'main', 1, 2)"
    )


async def _settle(one: Rows) -> None:
    await one.run(
        """
        INSERT INTO settlement_lines (id, connection, key, day, kind, said, amount, currency, order_number, item_number, statement, status, booked, posting, taken_at)
        VALUES (:line, :shop, :no, '2026-01-01', 'sale', 'Item Price', 100, 'IDR', '', '', :no, 'booked', 100, :posting, :old)"""
    )
    await one.run(
        "INSERT INTO settlement_totals (connection, statement, kind, status, currency, amount, lines) VALUES (:shop, :no, 'sale', 'booked', 'IDR', 100, 1)"
    )
    await _post(one, "posting", "settlement")


async def _post(one: Rows, posting: str, kind: str) -> None:
    await one.run(
        """
        INSERT INTO ledger_lines (posting, line, kind, debit, credit, amount, currency, posted_at)
        VALUES ($1, 0, $2, $3, 'sales', 100, 'IDR', business_now())""",
        one.ids[posting],
        kind,
        f"clearing:{SHOP}",
    )


async def _add_answer(one: Rows, name: str) -> None:
    await one.run(
        """
        INSERT INTO claim_decisions (id, claim_id, answer, status, asked, outcomes, actor, created_at, updated_at)
        VALUES ($3, :claim, 'accept', 'done', $1, $2, 'test', :old, :old)""",
        {"lines": ["L1"], "status": "requested"},
        [{"line": "L1", "is_done": True}],
        one.ids[name],
    )


BROKEN: Final = {
    "a claim is not what its lines say": ("UPDATE order_claims SET waits = true WHERE id = :claim", "claim"),
    "an item whose cancellation is done stands as if it were to be sent": (
        "UPDATE order_claims SET kind = 'cancel', status = 'done', lines = jsonb_set(lines, '{0,status}', '\"done\"') WHERE id = :claim",
        "claim",
    ),
    "an answer did not end as its lines": (
        "UPDATE claim_decisions SET status = 'not_done' WHERE id = :decision",
        "decision",
    ),
    "an answer was given, and the claim stands as before": (
        "UPDATE claim_decisions SET asked = jsonb_set(asked, '{status}', '\"coming_back\"') WHERE id = :decision",
        "decision",
    ),
    "an operation did not end as its items": (
        "UPDATE order_operations SET status = 'partly_done' WHERE id = :operation",
        "operation",
    ),
    "something is sent to a marketplace and no job watches over it": (
        "UPDATE order_operations SET status = 'sending' WHERE id = :operation",
        "operation",
    ),
    "what stock says is reserved is not what is kept for whom": (
        "UPDATE stock SET reserved = 3 WHERE product_id = :product",
        "product",
    ),
    "what is kept of stock is kept for whom it is not any more": (
        "UPDATE reservations SET status = 'expired' WHERE id = :reservation",
        "order",
    ),
    "what is kept for a line is not what is wanted and there": (
        "UPDATE reservation_items SET units = 3 WHERE reservation_id = :reservation",
        "order",
    ),
    "stock is kept past its time": (
        "UPDATE reservations SET status = 'held', until = business_now() - interval '5 minutes' WHERE id = :reservation",
        "order",
    ),
    "stock is kept for an order of which nothing is to be sent any more": (
        "UPDATE order_items SET status = 'cancelled' WHERE id = :item",
        "order",
    ),
    "what a line of a statement booked is not what the ledger holds of it": (
        "UPDATE settlement_lines SET booked = 90 WHERE id = :line",
        "line",
    ),
}


@pytest.mark.parametrize("invariant", BROKEN)
async def test_what_is_broken_is_told(rows: Rows, invariant: str) -> None:
    statement, what = BROKEN[invariant]
    await rows.run(statement)
    assert (invariant, rows.shown(what)) in [(name, about.split()[0]) for name, about in await rows.found()]


async def test_a_line_of_a_claim_that_was_answered_twice_is_told(rows: Rows) -> None:
    await _add_answer(rows, "second")
    assert await rows.found() == [("a line of a claim was answered twice", f"{rows.shown('claim')} L1")]


async def test_what_is_sent_and_watched_is_told_once_an_hour_is_over(rows: Rows) -> None:
    await rows.run("UPDATE claim_decisions SET status = 'requested', outcomes = '[]' WHERE id = :decision")
    await rows.run(
        "INSERT INTO jobs (kind, key, run_at, most_tries) VALUES ('order.claim_answer', $1, business_now(), 9)",
        rows.shown("decision"),
    )
    name = "something was sent to a marketplace, and its end is not known for more than an hour"
    assert await rows.found() == [(name, rows.shown("decision"))]
    await rows.run(
        "UPDATE claim_decisions SET created_at = business_now() - interval '50 minutes' WHERE id = :decision"
    )
    assert await rows.found() == []


async def test_stock_that_is_reserved_for_nobody_is_told(rows: Rows) -> None:
    nobody = ids.show("ord", rows.ids["second"])
    await rows.run("UPDATE reservations SET owner = $1 WHERE id = :reservation", nobody)
    wrong = await orders.verify(rows.db)
    assert ("stock is reserved for nobody that there is", nobody) in [one[:2] for one in wrong]


@pytest.mark.parametrize("kind", ["settlement", "payout", "capture"])
async def test_what_was_posted_twice_or_by_another_to_a_marketplaces_account_is_told(rows: Rows, kind: str) -> None:
    await _post(rows, "second", kind)
    name = "what was posted for a statement is of no line and no payout of it"
    assert await rows.found() == [(name, f"posting {rows.ids['second']}")]
