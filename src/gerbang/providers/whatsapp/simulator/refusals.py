"""The Cloud API's errors as it answers them. The HTTP status differs between Meta's own tables, so the simulator has a switch for it."""

from collections.abc import Mapping
from typing import Final

import msgspec

from gerbang.ports.simulator import Answer

WORDS: Final[Mapping[int, str]] = {
    33: "Object does not exist or you do not have permission",
    100: "Invalid parameter",
    190: "Invalid OAuth access token - Cannot parse access token",
    130429: "Rate limit hit",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131026: "Message undeliverable",
    131042: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131049: "This message was not delivered to maintain healthy ecosystem engagement.",
    131051: "Unsupported message type",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132005: "Translated text too long",
    132012: "Parameter format does not match format in the created template",
    132015: "Template is paused",
    132016: "Template is disabled",
}


class Refused(Exception):
    """This request gets an error of this code and nothing happens."""

    def __init__(self, code: int, details: str = "") -> None:
        super().__init__(str(code))
        self.code = code
        self.details = details or WORDS.get(code, "")


def refusal(code: int, details: str = "", *, rate_status: int = 400) -> Answer:
    """The error's answer."""
    status = 401 if code == 190 else rate_status if code in (130429, 131056) else 400
    error = {
        "message": f"(#{code}) {WORDS[code]}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": details or WORDS[code]},
        "fbtrace_id": "A0sandbox",
    }
    return Answer(status, msgspec.json.encode({"error": error}), (("content-type", "application/json"),))
