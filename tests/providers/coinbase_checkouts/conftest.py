"""The scripted server and the adapter under test, both on real HTTP."""

from collections.abc import AsyncIterator

import pytest

from gerbang.base.http import Http
from gerbang.providers.coinbase_checkouts.adapter import CheckoutPayments
from tests.providers.coinbase_checkouts import script as wire
from tests.providers.coinbase_checkouts.in_memory import InMemory
from tests.providers.coinbase_checkouts.script import Script


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    async with wire.scripted() as one:
        yield one


@pytest.fixture
async def provider() -> AsyncIterator[CheckoutPayments]:
    http = Http()
    yield CheckoutPayments(http)
    await http.close()


@pytest.fixture
def coinbase() -> InMemory:
    return InMemory()
