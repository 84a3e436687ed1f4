"""How push services refuse: as Mozilla, Apple or Google write it."""

from collections.abc import Mapping
from typing import Final

import msgspec

from gerbang.ports.simulator import Answer

_JSON: Final = (("content-type", "application/json"),)
_MOZILLA: Final[Mapping[str, tuple[int, int, str]]] = {
    "no_ttl": (400, 111, "Missing TTL Header"),
    "bad_ttl": (400, 112, "Invalid TTL Header Value"),
    "bad_topic": (400, 113, "Invalid Topic Header Value"),
    "bad_urgency": (400, 110, "Invalid Urgency Header Value"),
    "encoding": (400, 110, "Invalid Content-Encoding or Crypto Header"),
    "unreadable": (400, 110, "Invalid Content-Encoding or Crypto Header"),
    "no_token": (401, 109, "Missing Authorization Header"),
    "bad_token": (401, 109, "Invalid Authorization Header"),
    "never": (404, 102, "Invalid URL Endpoint"),
    "gone": (410, 106, "Subscription has been unsubscribed"),
    "too_large": (413, 104, "Data payload too large"),
    "slow_down": (429, 201, "Too many requests"),
    "overloaded": (503, 201, "Use exponential back-off for retries"),
}
_APPLE: Final = {"no_token": "BadAuthorizationHeader", "bad_token": "BadJwtToken", "gone": "Unregistered"}


def refusal(why: str, style: str, retry_after_s: int = 0) -> Answer:
    """An answer that says no, in the style of one of the services."""
    status, number, message = _MOZILLA[why]
    if status == 401 and style != "mozilla":
        status = 403
    if why == "slow_down" and style == "windows":
        status = 406
    if style == "mozilla":
        body = {"code": status, "errno": number, "error": "refused", "message": message}
    else:
        body = {"reason": _APPLE.get(why, message)}
    waits = (("retry-after", str(retry_after_s)),) if retry_after_s else ()
    return Answer(status, msgspec.json.encode(body), _JSON + waits)
