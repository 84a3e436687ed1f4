"""How a seller lets an app in: the page for the browser, a code for tokens, tokens for newer ones.

Tokens are made at one host for all countries, and work at the host of their own. `uuid` is never sent with the page's address: it is an error there.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.marketplace import Tokens
from gerbang.ports.payment import Account
from gerbang.providers.lazada import wire
from gerbang.providers.lazada.account import CROSS_BORDER, SITES, auth_endpoint, auth_url, setting
from gerbang.providers.lazada.client import Client
from gerbang.providers.lazada.codes import Family
from gerbang.providers.lazada.wire import Row

_SELLERS: Final = ("country_user_info", "country_user_info_list")


class LazadaAuthorisation:
    """Implements ports.marketplace.ShopAuthorisation."""

    def __init__(self, http: Http) -> None:
        self._client = Client(http)

    def address(self, account: Account, callback: str, state: str) -> str:
        asked = {
            "response_type": "code",
            "force_auth": "true",
            "redirect_uri": callback,
            "client_id": setting(account, "app_key"),
            "state": state,
        }
        return f"{auth_url(account)}/oauth/authorize?{urlencode(asked)}"

    async def create(self, account: Account, code: str) -> Tokens:
        return await self._tokens(account, "/auth/token/create", {"code": code})

    async def refresh(self, account: Account, refresh_token: bytes) -> Tokens:
        return await self._tokens(account, "/auth/token/refresh", {"refresh_token": refresh_token.decode()})

    async def _tokens(self, account: Account, path: str, asked: Mapping[str, str]) -> Tokens:
        told = await self._client.call(auth_endpoint(account), "POST", path, Family.TOKENS, asked)
        access, refresh = wire.text(told, "access_token"), wire.text(told, "refresh_token")
        if not access:
            raise OutcomeUnknown("Lazada answered success without a token.")
        return Tokens(
            access=access.encode(),
            refresh=refresh.encode(),
            access_s=wire.number(told, "expires_in") or 0,
            refresh_s=wire.number(told, "refresh_expires_in") or 0,
            site=wire.text(told, "country").lower(),
            account=wire.text(told, "account"),
            sellers=_sellers(told),
        )


def _sellers(told: Row) -> Mapping[str, str]:
    """By country; a single entry that names none is of the token's own."""
    own = wire.text(told, "country").lower()
    listed = next((infos for name in _SELLERS if (infos := wire.rows(told.get(name)))), [])
    found = {
        (wire.text(one, "country").lower() or own): seller for one in listed if (seller := wire.text(one, "seller_id"))
    }
    return MappingProxyType(
        {where: seller for where, seller in found.items() if where in SITES and own in (where, CROSS_BORDER)}
    )
