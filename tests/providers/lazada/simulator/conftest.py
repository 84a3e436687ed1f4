"""One sandbox for all tests of the simulated Lazada's wire: they have orders of their own, and leave its switches as they were."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.providers.lazada.simulated import Lazada, lazada


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lazada]:
    async with lazada(tmp_path_factory.mktemp("lazada")) as one:
        yield one
