"""What is told of a provider that refuses a connection, and by which clock it is asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gerbang.base.http import Http
from gerbang.core.connections.model import BadConnection, Connection
from gerbang.core.connections.probes import probe, refuse_bad
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers import PROVIDERS
from tests.core.connections.unstored import outbound_calls


@pytest.mark.parametrize("what", ["It has no usable API key.", "It has no usable API key"])
def test_a_sentence_ends_once(what: str) -> None:
    with pytest.raises(BadConnection) as refused:
        refuse_bad([Probed(what, False, "/secrets/api_key", "Set api_key.")])
    assert [one.detail for one in refused.value.errors] == ["It has no usable API key. Set api_key."]


async def test_a_provider_is_probed_by_business_time_as_it_is_asked_about_payments() -> None:
    """Who signs by the machine's time is refused by the sandbox once its clock was moved: doctor called a connection bad that was good."""
    heard: list[datetime] = []

    async def note(_http: Http, _to: Account, now: datetime) -> Sequence[Probed]:
        heard.append(now)
        return ()

    moved = datetime.now(UTC) + timedelta(days=3)
    noting = replace(PROVIDERS["smtp"], settings=(), check=None, probe=note)
    one = Connection(
        "mail", "smtp", livemode=False, settings={}, secrets={}, enabled=True, created_at=moved, updated_at=moved
    )
    await probe(outbound_calls(providers={"smtp": noting}, now=lambda: moved), one)
    assert heard == [moved]
