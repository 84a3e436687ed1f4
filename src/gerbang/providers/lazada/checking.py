"""What is wrong with a Lazada app or shop before it is saved, and whether Lazada takes the shop's token. Moves nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from gerbang.base.errors import FieldError
from gerbang.base.http import Http
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.lazada.adapter import LazadaMarketplace

_LONGEST: Final = 20


def problems(settings: Mapping[str, str], _credentials: Collection[str]) -> Sequence[FieldError]:
    """An app key and a seller id are numbers."""
    return [
        FieldError(f"/settings/{name}", "Must be the number that Lazada shows.")
        for name in ("app_key", "seller_id")
        if (value := settings.get(name, "")) and not (value.isascii() and value.isdecimal() and len(value) <= _LONGEST)
    ]


async def probe(http: Http, to: Account, _now: datetime) -> Sequence[Probed]:
    """Of a shop: ask who it is. An app alone cannot be asked: Lazada has no call without a seller's token that changes nothing."""
    if not to.settings.get("seller_id"):
        cure = "Nothing is wrong: each shop of it is asked on a line of its own; if there is none, connect one from the app's page."
        return [Probed("an app is not asked itself", None, cure=cure)]
    found = await LazadaMarketplace(http).shop(to)
    if found.seller and found.seller != to.settings["seller_id"]:
        return [
            Probed(
                "the tokens are another seller's",
                good=False,
                pointer="/secrets/access_token",
                cure="Connect the shop again from its app's page, as the right seller.",
            )
        ]
    if not found.is_active:
        cure = "Open the shop in Lazada's Seller Center."
        return [
            Probed(
                f"the shop is {found.said.lower() or 'not active'}",
                good=False,
                pointer="/settings/seller_id",
                cure=cure,
            )
        ]
    return [Probed(f"the shop answers as {found.name or found.seller}", good=True)]
