"""A chain that stands still while money is awaited there: operators hear of it once, and once that it goes on (R44)."""

from pathlib import Path

from gerbang.core.payments.crypto.stalled_chains import StallAlarm
from tests.conftest import FreshDatabase
from tests.core.payments.scripted_world import ScriptedWorld, open_shore


async def tell(scripted_world: ScriptedWorld) -> None:
    """As each of several processes does now and then."""
    alarm = StallAlarm(scripted_world.core.db, scripted_world.core.clock)
    await alarm.tell(await scripted_world.core.watcher._everyone())


async def test_operators_are_told_once_that_a_chain_stands_still_and_once_that_it_goes_on(
    database: FreshDatabase, tmp_path: Path
) -> None:
    async with open_shore(database, tmp_path) as scripted_world:
        await scripted_world.ask()
        await scripted_world.look(1)
        await tell(scripted_world)
        assert await scripted_world.announced("chain.stalled") == 0
        async with scripted_world.core.db.transaction() as tx:
            await tx.execute("UPDATE chain_cursors SET moved_at = moved_at - interval '2 minutes'")
            await tx.execute("UPDATE attempts SET created_at = created_at - interval '2 minutes'")
        for _ in range(3):
            await tell(scripted_world)
        assert (await scripted_world.announced("chain.stalled"), await scripted_world.announced("chain.recovered")) == (
            1,
            0,
        )
        assert "base (scripted)" in (await scripted_world.core.watcher.stalls() or "")
        await scripted_world.look(1)
        for _ in range(3):
            await tell(scripted_world)
        assert (await scripted_world.announced("chain.stalled"), await scripted_world.announced("chain.recovered")) == (
            1,
            1,
        )
