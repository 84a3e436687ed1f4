"""A shop that comes from an older version, by its real rows: all of it is there afterwards, and nobody is told anything a second time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from gerbang import app, settings
from gerbang.base import ids, migrations
from gerbang.base.db import Database
from gerbang.cli.migrate import migrate_as_owner
from gerbang.core.endpoints.service import Endpoints, NewEndpoint
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import system_caller
from gerbang.core.payments.model import Filters, NewPayment
from gerbang.ports.payment import Payer
from gerbang.providers.sealed import ensure_root_key
from gerbang.web.views.payments import payment_view
from gerbang.web.views.refunds import refund_view
from tests.conftest import FreshDatabase

OF: Final = 32
ROWS: Final = Path(__file__).parent / "shop_of_0032.sql"
OWNER: Final = system_caller("owner")


@dataclass
class Upgraded:
    """The shop on today's schema: what it knew before, and the product on top of it."""

    core: app.Core
    payments: dict[UUID, tuple[Any, ...]]
    told: list[tuple[Any, ...]]
    waiting: set[UUID]

    async def works_off(self) -> None:
        """All announcements are taken, as a worker does."""
        for consumer in self.core.nouns.consumers(self.core):
            await consumer.prepare()
            while await consumer.run_once():
                pass

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        async with self.core.db.reading() as tx:
            return [tuple(row) for row in await tx.fetch(statement)]


@pytest.fixture
async def shop(empty_database: FreshDatabase, tmp_path: Path) -> AsyncIterator[Upgraded]:
    owner = Database(empty_database.owner_dsn, statement_timeout_ms=0)
    await owner.open()
    await migrations.apply(owner, [one for one in migrations.load() if one.version <= OF])
    async with owner.transaction() as tx:
        await tx.execute(ROWS.read_text(encoding="utf-8"))
        payments = {
            row["id"]: (row["status"], row["amount"], row["amount_captured"], row["order_reference"])
            for row in await tx.fetch("SELECT * FROM payments")
        }
        told = [tuple(row) for row in await tx.fetch(_TOLD)]
        waiting = {row["id"] for row in await tx.fetch(_WAITING)}
    await owner.close()
    await migrate_as_owner(empty_database.owner_dsn)
    chosen = settings.load(
        data=tmp_path,
        database_url=empty_database.app_dsn,
        database_owner_url=empty_database.owner_dsn,
        allowed_private_targets=("127.0.0.1",),
    )
    ensure_root_key(chosen.root_key_path, create=True)
    async with app.core(chosen, "upgraded") as core:
        yield Upgraded(core, payments, told, waiting)


_TOLD: Final = "SELECT announcement_id, template, recipient, status, sent_at FROM notifications ORDER BY id"
_WAITING: Final = """
    SELECT a.id FROM announcements a, cursors c WHERE c.name = 'notifications' AND (a.xid, a.id) > (c.xid, c.id)
"""


async def test_every_payment_and_refund_of_before_is_shown_as_it_was(shop: Upgraded) -> None:
    found, _ = await shop.core.payments.page(Filters(), None, 100)
    shown = [payment_view(one, checkout_url=None) for one in found]
    assert {
        ids.read("pay", one.id): (one.status, one.amount, one.amount_captured, one.order_reference) for one in shown
    } == shop.payments
    refunds = [refund_view(refund) for one in found for refund in one.refunds]
    assert [one.status for one in refunds] == ["awaiting_transfer"] * 4


async def test_nobody_is_told_again_and_an_endpoint_made_today_hears_nothing_of_yesterday(shop: Upgraded) -> None:
    endpoint, _ = await shop.core.service(Endpoints).create(OWNER, NewEndpoint("http://127.0.0.1:8099/hook"))
    key = IdempotencyKey(OWNER.label, ids.new().hex, b"fingerprint")
    new = NewPayment(99_000, "IDR", "Teh Kintamani", "TODAY", payer=Payer("Sari", "sari@lumbung.example", "", "id"))
    made = await shop.core.payments.create(OWNER, new, key)
    await shop.core.payments.cancel(OWNER, made.details.payment.id)
    await shop.works_off()
    now = await shop.rows(_TOLD)
    fresh = [(announcement, template, to) for announcement, template, to, *_ in now[len(shop.told) :]]
    assert now[: len(shop.told)] == shop.told
    assert len(fresh) == len(set(fresh)) >= len(shop.waiting) > 0
    heard = await shop.rows("SELECT endpoint_id, type, object_id FROM deliveries")
    assert heard == [(endpoint.id, "payment.cancelled", made.details.payment.id)]
