"""A source of rates is called at whatever address somebody wrote: only where the operator lets it."""

from collections.abc import AsyncIterator

import pytest

from gerbang.core.connections.outbound_calls import OutboundCalls
from gerbang.providers import PROVIDERS
from tests.core.connections.unstored import outbound_calls


@pytest.fixture
async def outbound() -> AsyncIterator[OutboundCalls]:
    made = outbound_calls()
    yield made
    await made.http.close()


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_only_sources_of_rates_are_bound_to_permitted_addresses(outbound: OutboundCalls, name: str) -> None:
    provider = PROVIDERS[name]
    assert (outbound.http_for(provider) is outbound.http) is (provider.rates is None)
