"""Commerce's error types with their HTTP statuses, and the exception by which a request is refused with one (notes 2.5)."""

from collections.abc import Mapping
from typing import Final

STATUSES: Final[Mapping[str, int]] = {
    "not_found": 404,
    "param_required": 400,
    "validation_error": 400,
    "invalid_request": 400,
    "authentication_error": 401,
    "rate_limit_exceeded": 429,
    "internal_server_error": 500,
}


class Refused(Exception):
    """This request gets an error of `kind` and nothing happens."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
