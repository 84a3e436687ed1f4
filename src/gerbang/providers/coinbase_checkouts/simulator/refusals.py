"""How the simulated Coinbase says no: the kinds of its errors, their HTTP statuses, and both documented shapes (notes 4.4)."""

from collections.abc import Mapping
from typing import Final

import msgspec

from gerbang.ports.simulator import Answer

STATUSES: Final[Mapping[str, int]] = {
    "invalid_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "already_exists": 409,
    "idempotency_error": 422,
    "rate_limit_exceeded": 429,
}


class Refused(Exception):
    """This request gets an error of `kind`, and nothing happens."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


def answer(refused: Refused, shape: str) -> Answer:
    """The refusal as the switch says: the platform's shape, or the list of the older Business pages."""
    body: object = {"errors": [{"id": refused.kind, "message": refused.message}]}
    if shape == "cdp":
        body = {
            "errorType": refused.kind,
            "errorMessage": refused.message,
            "correlationId": "00000000-0000-4000-8000-00000000c0de",
        }
    return Answer(STATUSES[refused.kind], msgspec.json.encode(body), (("content-type", "application/json"),))
