"""What is wrong with a Coinbase Business connection before it is saved, and whether Coinbase takes its key. Moves nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from gerbang.base.errors import FieldError
from gerbang.base.http import Http
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.coinbase_checkouts import account
from gerbang.providers.coinbase_checkouts.client import Client, Endpoint


def problems(settings: Mapping[str, str], _credentials: Collection[str]) -> Sequence[FieldError]:
    """Limits that leave no amount."""
    least, most = (settings.get(name) or account.default(name) for name in ("least", "most"))
    if least.isdigit() and most.isdigit() and int(least) > int(most):
        return [FieldError("/settings/least", "Must not be above the greatest amount.")]
    return []


async def probe(http: Http, to: Account, now: datetime) -> Sequence[Probed]:
    """Ask for one checkout of the list. Raises ProviderRefused for a key that is none, or that Coinbase does not take."""
    at = Endpoint(account.base_url(to), account.key(to), now, float(account.number(to, "timeout_s")))
    await Client(http).list(at, size=1)
    hears = bool(account.webhook_secrets(to))
    told = (
        Probed("webhooks can be verified", good=True)
        if hears
        else Probed("there is no webhook_secret: Coinbase is only asked", None)
    )
    return (Probed("Coinbase takes the API key", good=True), told)
