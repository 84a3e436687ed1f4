"""Migration 0029 on data that is there: what events and messages were about, they are about afterwards."""

from collections.abc import AsyncIterator

import pytest

from gerbang.base import ids, migrations
from gerbang.base.db import Database
from tests.conftest import FreshDatabase

NUMBER = 29


@pytest.fixture
async def owner(empty_database: FreshDatabase) -> AsyncIterator[Database]:
    db = Database(empty_database.owner_dsn, statement_timeout_ms=0)
    await db.open()
    yield db
    await db.close()


async def test_events_of_attempts_and_messages_about_payments_stay_so_and_what_was_about_nothing_is_about_nothing(
    owner: Database,
) -> None:
    known, attempt, payment = migrations.load(), ids.new(), ids.new()
    await migrations.apply(owner, [one for one in known if one.version < NUMBER])
    async with owner.transaction() as tx:
        for about in (attempt, None):
            await tx.execute(
                """
                INSERT INTO inbox (id, connection, key, subject, shard, type, headers, body, attempt_id)
                VALUES ($1, 'uji', gen_random_uuid()::text, '', 0, 't', '{}', '', $2)
                """,
                ids.new(),
                about,
            )
        for about in (payment, None):
            await tx.execute(
                """
                INSERT INTO notifications (id, announcement_id, channel, recipient, template, locale, data, payment_id, status, message_id, created_at)
                VALUES ($1, $1, 'email', 'a@example.com', 'payment_paid', 'id', '{}', $2, 'sent', '<m>', now())
                """,
                ids.new(),
                about,
            )
    await migrations.apply(owner, [one for one in known if one.version <= NUMBER])
    async with owner.reading() as tx:
        events = await tx.fetch("SELECT object_type, object_id FROM inbox ORDER BY id")
        messages = await tx.fetch("SELECT object_type, object_id FROM notifications ORDER BY id")
    assert [tuple(row) for row in events] == [("attempt", attempt), (None, None)]
    assert [tuple(row) for row in messages] == [("payment", payment), (None, None)]
