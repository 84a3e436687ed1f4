"""Asking a described source: an address with the pair in it, and the place of the price in the JSON that comes back."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused
from gerbang.ports.payment import Account
from gerbang.ports.rates import Rate

_decode: Final = msgspec.json.Decoder(float_hook=Decimal).decode  # a rate is never a float, not even on the way


class HttpRates:
    """The port's method, for any number of connections at once."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def rate(self, account: Account, asset: str, currency: str) -> Rate | None:
        """The rate as the source says it. Raises ProviderRefused for what it refuses, OutcomeUnknown for an answer without a price."""
        pairs = account.settings.get("pairs", "").split()
        if pairs and f"{asset}/{currency}" not in pairs:
            return None
        url = _filled(account.settings["url"], asset, currency)
        token = next(iter(account.secrets.get("token", ())), b"").decode("latin-1")
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        answer = await self._http.send(
            "GET", url, headers=headers, timeout_s=float(account.settings.get("timeout_s") or "5")
        )
        if answer.status == 404:
            return None
        if not 200 <= answer.status < 300:
            raise ProviderRefused(f"The source of rates answered HTTP {answer.status}.", hint="Check url and token.")
        try:
            said = _decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise OutcomeUnknown("The source of rates answered something else than JSON.") from error
        price = _price(_at(said, _filled(account.settings.get("price") or "/price", asset, currency)))
        place = account.settings.get("at", "")
        at = _time(_at(said, _filled(place, asset, currency))) if place else datetime.now(UTC)
        return Rate(asset, currency, price, account.connection, at)


def _filled(text: str, asset: str, currency: str) -> str:
    return text.replace("{asset}", asset).replace("{currency}", currency)


def _at(value: Any, pointer: str) -> Any:
    """What stands at an RFC 6901 pointer; raises OutcomeUnknown when nothing does."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise OutcomeUnknown(f"The source's answer has nothing at {pointer}.") from error
    return value


def _price(value: Any) -> Decimal:
    try:
        price = (
            Decimal(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else Decimal(-1)
        )
    except InvalidOperation:
        price = Decimal(-1)
    if not price.is_finite() or price <= 0:
        raise OutcomeUnknown("The source's price is not a number above zero.")
    return price


def _time(value: Any) -> datetime:
    try:
        if isinstance(value, str) and not value.isdigit():
            told = datetime.fromisoformat(value)
            return told if told.tzinfo else told.replace(tzinfo=UTC)
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise OutcomeUnknown("The source's time is neither RFC 3339 nor Unix seconds.") from error
