"""The migration runner against a real PostgreSQL: once, in order, whole or not at all, and never on edited history."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gerbang.base import migrations
from gerbang.base.db import Database
from gerbang.base.migrations import Migration, MigrationRefused
from tests.conftest import FreshDatabase

FIRST = Migration(1, "first", "expand", "-- expand\nCREATE TABLE one (n int);\nINSERT INTO one VALUES (1);")
SECOND = Migration(2, "second", "contract", "-- contract\nCREATE TABLE two (n int);")


@pytest.fixture
async def owner(empty_database: FreshDatabase) -> AsyncIterator[Database]:
    db = Database(empty_database.owner_dsn, statement_timeout_ms=0)
    await db.open()
    yield db
    await db.close()


async def tables(db: Database) -> set[str]:
    async with db.reading() as tx:
        return {
            row["tablename"] for row in await tx.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }


async def test_what_is_pending_runs_once_and_in_order(owner: Database) -> None:
    assert await migrations.apply(owner, [FIRST, SECOND]) == (FIRST, SECOND)
    assert await migrations.apply(owner, [FIRST, SECOND]) == ()
    assert await migrations.pending(owner, [FIRST, SECOND]) == ()
    assert await tables(owner) == {"one", "two", "schema_migrations"}


async def test_a_dry_run_tries_everything_and_leaves_nothing(owner: Database) -> None:
    assert await migrations.apply(owner, [FIRST, SECOND], dry_run=True) == (FIRST, SECOND)
    assert await tables(owner) == set()


async def test_a_file_that_fails_halfway_leaves_nothing_of_itself(owner: Database) -> None:
    broken = Migration(2, "broken", "expand", "-- expand\nCREATE TABLE half (n int);\nSELECT no_such_column;")
    with pytest.raises(Exception, match="no_such_column"):
        await migrations.apply(owner, [FIRST, broken])
    assert await tables(owner) == {"one", "schema_migrations"}
    assert await migrations.apply(owner, [FIRST, SECOND]) == (SECOND,)


async def test_a_file_edited_after_it_ran_is_refused(owner: Database) -> None:
    await migrations.apply(owner, [FIRST])
    edited = Migration(1, "first", "expand", FIRST.sql + " -- a harmless word")
    with pytest.raises(MigrationRefused, match="0001_first was edited"):
        await migrations.apply(owner, [edited, SECOND])
    with pytest.raises(MigrationRefused):
        await migrations.pending(owner, [edited])


async def test_a_number_that_never_ran_below_one_that_did_is_refused(owner: Database) -> None:
    await migrations.apply(owner, [FIRST, SECOND])
    async with owner.transaction() as tx:
        await tx.execute("DELETE FROM schema_migrations WHERE version = 1")
    with pytest.raises(MigrationRefused, match="0001 never ran"):
        await migrations.apply(owner, [FIRST, SECOND])


async def test_old_code_starts_on_a_schema_that_newer_code_expanded(owner: Database) -> None:
    await migrations.apply(owner, [FIRST, SECOND])
    assert await migrations.pending(owner, [FIRST]) == ()


async def test_four_processes_at_once_run_each_file_once(owner: Database) -> None:
    ran = await asyncio.gather(*(migrations.apply(owner, [FIRST, SECOND]) for _ in range(4)))
    assert sorted(len(one) for one in ran) == [0, 0, 0, 2]
    async with owner.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM one") == 1


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"0001_a.sql": "-- expand\n", "0003_c.sql": "-- expand\n"}, "0002 is missing"),
        ({"0001_a.sql": "CREATE TABLE a ();"}, "not with -- expand or -- contract"),
        ({"first.sql": "-- expand\n"}, "not named"),
    ],
)
def test_a_folder_that_is_not_in_order_is_refused(tmp_path: Path, files: dict[str, str], complaint: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(MigrationRefused, match=complaint):
        migrations.load(tmp_path)


async def test_the_applications_role_cannot_change_the_schema_or_rewrite_what_proves(db: Database) -> None:
    """R11, R41: no DDL, and no UPDATE or DELETE on the ledger and the audit log."""
    for forbidden in (
        "CREATE TABLE sneaky (n int)",
        "DROP TABLE audit",
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "UPDATE ledger_lines SET amount = 1",
        "DELETE FROM ledger_lines",
        "TRUNCATE ledger_lines",
        "DELETE FROM schema_migrations",
    ):
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            async with db.transaction() as tx:
                await tx.execute(forbidden)


async def test_the_shipped_migrations_leave_nothing_pending(db: Database) -> None:
    assert len(migrations.load()) > 0
    assert await migrations.pending(db) == ()
