"""The scripted server and the adapter under test, both on real HTTP."""

from collections.abc import AsyncIterator

import pytest

from gerbang.base.http import Http
from gerbang.providers.nicepay.adapter import NicepayPayments
from tests.providers.nicepay import script as wire
from tests.providers.nicepay.script import Script


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    async with wire.scripted() as one:
        yield one


@pytest.fixture
async def provider() -> AsyncIterator[NicepayPayments]:
    http = Http()
    yield NicepayPayments(http)
    await http.close()
