"""The scripted server and the adapter under test, both on real HTTP."""

from collections.abc import AsyncIterator

import pytest

from gerbang.base.http import Http
from gerbang.providers.coinbase_commerce.adapter import CommercePayments
from tests.providers.coinbase_commerce.script import Script, scripted


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    async with scripted() as one:
        yield one


@pytest.fixture
async def provider() -> AsyncIterator[CommercePayments]:
    http = Http()
    yield CommercePayments(http)
    await http.close()
