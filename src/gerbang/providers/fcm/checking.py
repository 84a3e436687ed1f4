"""Whether Firebase takes a connection's service account. No push is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gerbang.base.http import Http
from gerbang.ports.messenger import Refused
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.fcm.access import SERVICE_ACCOUNT, AccessTokens, service_account

_POINTER: Final = f"/secrets/{SERVICE_ACCOUNT}"


async def probe(http: Http, to: Account, _now: datetime) -> Sequence[Probed]:
    """Sign in."""
    who = service_account(to)
    try:
        await AccessTokens(http).get(who)
    except Refused as error:
        cure = "Make a new key for the service account in Firebase's console."
        return (Probed(error.detail, False, _POINTER, cure),)
    return (Probed(f"Google takes the service account of {who.project_id}", good=True),)
