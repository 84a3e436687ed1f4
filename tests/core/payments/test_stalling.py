"""A chain that stands still while money is awaited there: operators hear of it once, and once that it goes on (R44)."""

from pathlib import Path

from gerbang.core.payments.stalling import StallAlarm
from tests.conftest import FreshDatabase
from tests.core.payments.shore import Shore, open_shore


async def tell(shore: Shore) -> None:
    """As each of several processes does now and then."""
    alarm = StallAlarm(shore.core.db, shore.core.clock)
    await alarm.tell(await shore.core.watcher._everyone())


async def test_operators_are_told_once_that_a_chain_stands_still_and_once_that_it_goes_on(
    database: FreshDatabase, tmp_path: Path
) -> None:
    async with open_shore(database, tmp_path) as shore:
        await shore.ask()
        await shore.look(1)
        await tell(shore)
        assert await shore.announced("chain.stalled") == 0
        async with shore.core.db.transaction() as tx:
            await tx.execute("UPDATE chain_cursors SET moved_at = moved_at - interval '2 minutes'")
            await tx.execute("UPDATE attempts SET created_at = created_at - interval '2 minutes'")
        for _ in range(3):
            await tell(shore)
        assert (await shore.announced("chain.stalled"), await shore.announced("chain.recovered")) == (1, 0)
        assert "base (scripted)" in (await shore.core.watcher.stalls() or "")
        await shore.look(1)
        for _ in range(3):
            await tell(shore)
        assert (await shore.announced("chain.stalled"), await shore.announced("chain.recovered")) == (1, 1)
