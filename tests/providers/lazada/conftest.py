"""The gateway and the adapters under test, both on real HTTP."""

from collections.abc import AsyncIterator

import pytest

from gerbang.base.http import Http
from gerbang.providers.lazada.adapter import LazadaMarketplace
from gerbang.providers.lazada.authorisation import LazadaAuthorisation
from tests.providers.lazada.gateway import Gateway, listening


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with listening() as one:
        yield one


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    one = Http()
    yield one
    await one.close()


@pytest.fixture
def lazada(http: Http) -> LazadaMarketplace:
    return LazadaMarketplace(http)


@pytest.fixture
def authorisation(http: Http) -> LazadaAuthorisation:
    return LazadaAuthorisation(http)
