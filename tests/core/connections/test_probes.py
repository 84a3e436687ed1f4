"""What is told of a provider that refuses a connection."""

import pytest

from gerbang.core.connections.model import BadConnection
from gerbang.core.connections.probes import refuse_bad
from gerbang.ports.provider import Probed


@pytest.mark.parametrize("what", ["It has no usable API key.", "It has no usable API key"])
def test_a_sentence_ends_once(what: str) -> None:
    with pytest.raises(BadConnection) as refused:
        refuse_bad([Probed(what, False, "/secrets/api_key", "Set api_key.")])
    assert [one.detail for one in refused.value.errors] == ["It has no usable API key. Set api_key."]
