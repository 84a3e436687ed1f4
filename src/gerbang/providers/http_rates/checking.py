"""Whether a source of rates answers with a price. Moves nothing."""

from collections.abc import Sequence
from datetime import datetime

from gerbang.base.http import Http
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.http_rates.adapter import HttpRates


async def probe(http: Http, to: Account, _now: datetime) -> Sequence[Probed]:
    """Ask for the first pair that it is said to know. Raises what the source's refusal or silence is."""
    asset, _, currency = (to.settings.get("pairs", "").split() or ["USDC/USD"])[0].partition("/")
    rate = await HttpRates(http).rate(to, asset, currency)
    if rate is None:
        return (
            Probed(f"the source knows no {asset}/{currency}", False, "/settings/url", "Check the address and `pairs`."),
        )
    return (Probed(f"one {asset} is {rate.price.normalize():f} {currency}", good=True),)
