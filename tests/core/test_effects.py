"""Effects of any noun: written with its own changes in one round trip, or not at all."""

import asyncio
from datetime import UTC, datetime

import pytest

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.statement_batch import StatementBatch
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.audit.model import AuditUnavailable, Entry
from gerbang.core.effects import Effects
from gerbang.core.ledger.model import Line, Posting
from gerbang.core.queue.model import NewJob

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def effects_of(order: ObjectRef) -> Effects:
    """What packing an order might entail."""
    shown = ids.show("ord", order.id)
    return Effects(
        postings=[Posting("order_collected", (Line("clearing:lazada", "sales", 150_000, "IDR"),))],
        entries=[Entry("user:usr_x", "order.packed", shown)],
        jobs=[NewJob("order.ship", shown)],
        announcements=[Announcement("order.packed", order, {"order": shown}, AT)],
    )


async def change(order: ObjectRef) -> StatementBatch:
    """The order's own row."""
    changes = StatementBatch()
    await changes.execute("INSERT INTO changes (kind, subject) VALUES ('order', $1)", str(order.id))
    return changes


async def counts(tx: Tx) -> list[int]:
    tables = ("changes", "audit", "jobs", "announcements", "ledger_lines")
    return [await tx.fetchval(f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608  names of our own


async def test_an_orders_changes_and_effects_are_one_statement(db: Database) -> None:
    order, said = ObjectRef("order", ids.new()), list[str]()
    async with db.transaction() as tx:
        tx.add_query_logger(lambda record: said.append(record.query))  # type: ignore[attr-defined]  # the driver's own
        await effects_of(order).save(tx, await change(order))
        await asyncio.sleep(0)  # the driver tells of a statement after it
        assert len([query for query in said if "INSERT" in query]) == 1
        assert await counts(tx) == [1, 1, 1, 1, 1]
        assert await tx.fetchval("SELECT sequence FROM announcements WHERE object_id = $1", order.id) == 1


async def test_where_the_audit_cannot_be_written_nothing_is(db: Database, owner_url: str) -> None:
    order = ObjectRef("order", ids.new())
    owner = Database(owner_url, size=1, name="test owner")
    await owner.open()
    async with owner.transaction() as tx:
        await tx.execute("REVOKE INSERT ON audit FROM gerbang_app")
    await owner.close()
    with pytest.raises(AuditUnavailable):
        async with db.transaction() as tx:
            await effects_of(order).save(tx, await change(order))
    async with db.reading() as tx:
        assert await counts(tx) == [0, 0, 0, 0, 0]
