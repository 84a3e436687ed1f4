"""Whether Coinbase Commerce takes a connection's key. Moves nothing."""

from collections.abc import Sequence
from datetime import datetime

from gerbang.base.http import Http
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.coinbase_commerce import account
from gerbang.providers.coinbase_commerce.client import Client, Endpoint


async def probe(http: Http, to: Account, _now: datetime) -> Sequence[Probed]:
    """Ask for one charge of the list. Raises ProviderRefused for a key that Commerce does not take."""
    await Client(http).page(Endpoint(account.base_url(to), account.api_key(to), account.timeout_s(to)), "", 1)
    return (Probed("Coinbase Commerce takes the API key", good=True),)
