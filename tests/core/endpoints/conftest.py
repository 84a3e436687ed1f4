"""Endpoints over a real database, with real secrets, and the objects of a small shop."""

from collections.abc import AsyncIterator

import pytest

from gerbang.base.crypto import new_key
from gerbang.base.db import Database
from gerbang.providers.sealed import SealedStore, root_key
from tests.conftest import FreshDatabase
from tests.core.endpoints.receiver import Receiver, receiving
from tests.core.endpoints.world import World, world_of


@pytest.fixture
async def world(database: FreshDatabase) -> AsyncIterator[World]:
    db, owner = Database(database.app_dsn, size=8), Database(database.owner_dsn, size=2)
    await db.open()
    await owner.open()
    store = SealedStore(db, root_key(new_key()))
    await store.prepare()
    made = await world_of(db, owner, store)
    yield made
    await made.close()
    await owner.close()
    await db.close()


@pytest.fixture
async def shop() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver
