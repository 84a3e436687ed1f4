"""The real chain of the evm tests, and the provider over one HTTP client."""

from collections.abc import AsyncIterator

import pytest

from gerbang.base.http import Http
from gerbang.ports.payment import Account
from gerbang.providers.evm.adapter import EvmPayments
from gerbang.providers.evm.chain import EvmChain
from gerbang.sandbox.chain.local import LocalChain
from tests.anvil import local_chain
from tests.providers.evm.proxy import Proxy, proxy
from tests.providers.evm.world import World, account, world_on


@pytest.fixture
async def local() -> AsyncIterator[LocalChain]:
    async with local_chain() as chain:
        yield chain


@pytest.fixture
async def world(local: LocalChain) -> World:
    return await world_on(local)


@pytest.fixture
def base(local: LocalChain) -> Account:
    return account(local.url)


@pytest.fixture
async def proxied(local: LocalChain) -> AsyncIterator[Proxy]:
    async with proxy(local.url) as here:
        yield here


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http()
    yield client
    await client.close()


@pytest.fixture
def chain(http: Http) -> EvmChain:
    return EvmChain(http)


@pytest.fixture
def payments(http: Http) -> EvmPayments:
    return EvmPayments(http)
