"""The world of orders, once for a file."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gerbang.cli.ports import free_port
from tests.conftest import FreshDatabase
from tests.core.orders.world import World, opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market_world(
    module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with opened(module_database, tmp_path_factory.mktemp("orders"), free_port(), free_port()) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def world(market_world: World) -> AsyncIterator[World]:
    """With pushes on, and no faults."""
    yield market_world
    await market_world.push(on=True)
    await market_world.market.http.delete("/control/lazada/faults")
