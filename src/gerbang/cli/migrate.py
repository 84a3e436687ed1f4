"""`gerbang migrate`: bring the schema up to this version, or try it and roll back. The runner is base/migrations.py."""

from pathlib import Path

from gerbang.base import migrations
from gerbang.base.db import Database
from gerbang.cli.process import run, settings_here
from gerbang.settings import Settings


def migrate(*, dry_run: bool = False, data: Path | None = None) -> None:
    """Run what is pending, each file in one transaction; needs GERBANG_DATABASE_OWNER_URL or a running `gerbang up`.

    Parameters
    ----------
    dry_run
        Run everything in one transaction and roll it back.
    data
        Data folder of a running `gerbang up`.
    """

    async def story(settings: Settings) -> None:
        ran = await migrate_as_owner(settings.owner_dsn(), dry_run=dry_run)
        for migration in ran:
            print(f"{'would run' if dry_run else 'ran'} {migration.version:04d}_{migration.name} ({migration.kind})")
        if not ran:
            print("nothing to do")

    run(story, settings_here(data))


async def migrate_as_owner(owner_dsn: str, *, dry_run: bool = False) -> tuple[migrations.Migration, ...]:
    """Apply what is pending on a connection of its own and return it."""
    db = Database(
        owner_dsn, size=3, statement_timeout_ms=0, name="gerbang migrate", setting="GERBANG_DATABASE_OWNER_URL"
    )
    await db.open()
    try:
        return await migrations.apply(db, dry_run=dry_run)
    finally:
        await db.close()
