"""A described gateway in `gerbang up`: shaped like Vonage's API for text messages, at the sandbox."""

import secrets as chance
from collections.abc import Mapping
from typing import Final

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace
from gerbang.providers.http_sms.simulator import Config

_CONNECTION: Final = "sms-uji"
# Settings that describe two gateways as they are found; an address is added to them.
VONAGE: Final[Mapping[str, str]] = {
    "fields": "api_key={key}&api_secret={secret}&from={sender}&to={to}&text={text}&type={type}&client-ref={reference}",
    "sender": "LUMBUNG",
    "number": "digits",
    "success_at": "/messages/*/status",
    "id_at": "/messages/0/message-id",
    "errors": "1=throttle 2=configuration 3=permanent 4=configuration 5=transient 9=balance 15=configuration",
}
ZENZIVA: Final[Mapping[str, str]] = {
    "fields": "userkey={key}&passkey={secret}&to={to}&message={text}",
    "number": "national",
    "success_at": "/status",
    "success_is": "1",
    "id_at": "/messageId",
    "errors": "5=configuration 6=balance",
}


def account(place: DemoPlace) -> DemoAccount:
    """The connection."""
    keys = _keys(place)
    settings = {**VONAGE, "url": f"{place.sandbox_url}/sms/vonage/sms/json"}
    names = {"key": "sms_key", "secret": "sms_secret", "receipt_secret": "sms_receipts"}
    return DemoAccount(settings, {name: keys[kept] for name, kept in names.items()})


def simulator(place: DemoPlace) -> Config:
    """The same account at the sandbox's gateway."""
    keys = _keys(place)
    return Config(keys["sms_key"], keys["sms_secret"], f"{place.hook_url(_CONNECTION)}/{keys['sms_receipts']}")


def _keys(place: DemoPlace) -> Mapping[str, str]:
    return place.keys({name: lambda: chance.token_hex(16) for name in ("sms_key", "sms_secret", "sms_receipts")})


DEMO: Final = Demo((DemoConnection(_CONNECTION, "sms", account, moves=("url",), rank=4),), simulator)
