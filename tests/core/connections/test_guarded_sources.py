"""What is called at whatever address somebody wrote, a source of rates or a gateway, is called only where the operator lets it."""

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
def test_only_what_is_described_by_its_operator_is_bound_to_permitted_addresses(
    outbound: OutboundCalls, name: str
) -> None:
    provider = PROVIDERS[name]
    assert (outbound.http_for(provider) is outbound.http) is (
        provider.name not in ("apprise", "http_rates", "http_sms", "webpush")
    )
