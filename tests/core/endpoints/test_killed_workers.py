"""Workers that are killed at random: every event arrives, under one id and with one body (R22, F2). Real processes."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from gerbang.base.crypto import new_key
from gerbang.base.db import Database
from gerbang.providers.sealed import SealedStore, root_key
from tests.conftest import FreshDatabase
from tests.core.endpoints.receiver import Receiver, receiving
from tests.core.endpoints.world import World, world_of

ROOT = Path(__file__).parents[3]
KILLS = 100
EVENTS_A_LIFE = 60
SEED = 11


@pytest.mark.full
async def test_whatever_moment_workers_die_at_every_event_arrives_under_one_id(database: FreshDatabase) -> None:
    key, chance = new_key(), random.Random(SEED)
    db, owner = Database(database.app_dsn, size=4), Database(database.owner_dsn, size=2)
    await db.open()
    await owner.open()
    store = SealedStore(db, root_key(key))
    await store.prepare()
    world = await world_of(db, owner, store)
    async with receiving() as shop:
        shop.delay_s = 0.02
        await world.endpoint(shop.url)
        for _ in range(KILLS):
            await world.say(*["parcel.sent"] * EVENTS_A_LIFE)
            await _short_life(database.app_dsn, key, shop, chance)
        last = await _started(database.app_dsn, key)
        await world.until(lambda: _all_done(world))
        last.kill()
        await last.wait()
    bodies: dict[str, set[bytes]] = {}
    for came in shop.came:
        bodies.setdefault(came.id, set()).add(came.body)
    assert len(bodies) == KILLS * EVENTS_A_LIFE
    assert all(len(of_one) == 1 for of_one in bodies.values())
    assert len({body for of_one in bodies.values() for body in of_one}) == KILLS * EVENTS_A_LIFE
    await world.close()
    await owner.close()
    await db.close()


async def _short_life(dsn: str, key: bytes, shop: Receiver, chance: random.Random) -> None:
    """A worker that has begun to send, and is killed a moment later."""
    before, worker = len(shop.came), await _started(dsn, key)
    async with asyncio.timeout(60):
        while len(shop.came) == before and await _is_alive(worker):
            await asyncio.sleep(0.005)
    await asyncio.sleep(chance.uniform(0, 0.2))
    worker.kill()
    await worker.wait()


async def _is_alive(worker: asyncio.subprocess.Process) -> bool:
    return worker.returncode is None


async def _started(dsn: str, key: bytes) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "tests.core.endpoints.sender_process", dsn, key.hex())
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT)


async def _all_done(world: World) -> bool:
    (row,) = await world.rows("SELECT count(*) AS n FROM deliveries WHERE status <> 'succeeded'")
    return bool(row["n"] == 0)
