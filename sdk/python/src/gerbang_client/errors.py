"""What can go wrong, as exceptions: each says what happened, what to do about it (`hint`), and by which id Gerbang's operators find it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class GerbangError(Exception):
    """Whatever this package raises about Gerbang."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `pointer` leads to it in the body (`/amount`), or names a parameter."""

    pointer: str
    detail: str


class ConnectionFailedError(GerbangError):
    """Gerbang could not be reached: nothing was sent, so nothing was done."""


class OutcomeUnknownError(GerbangError):
    """The request left and no answer came: it may have been done. With `idempotency_key` the same call does it once however often it is made;
    where that is None, read what there is now before you call again.
    """

    def __init__(self, message: str, idempotency_key: str | None) -> None:
        super().__init__(message)
        self.idempotency_key = idempotency_key


class APIError(GerbangError):
    """Gerbang refused. `code` never changes its meaning (all of them stand at /docs/errors of your Gerbang), `hint` is what to do, `errors` name
    the fields, `retry` says whether the same request may be sent again: `no`, `mended`, `later`, `same_key` or `changed`.
    """

    def __init__(
        self, status: int, told: Mapping[str, Any], headers: Mapping[str, str], idempotency_key: str | None
    ) -> None:
        self.status = status
        self.code = str(told.get("code", ""))
        self.title = str(told.get("title", "")) or f"HTTP {status}"
        self.detail = str(told.get("detail", ""))
        self.hint = str(told.get("hint", ""))
        self.retry = str(told.get("retry", ""))
        self.request_id = str(told.get("request_id", "")) or headers.get("x-request-id", "")
        self.retry_after_s = seconds(headers.get("retry-after", ""))
        self.errors = [FieldError(str(one.get("pointer")), str(one.get("detail"))) for one in told.get("errors", ())]
        self.idempotency_key = idempotency_key
        super().__init__(self._message())

    def _message(self) -> str:
        fields = "; ".join(f"{one.pointer} {one.detail}" for one in self.errors)
        names = ", ".join(part for part in (str(self.status), self.code, self.request_id) if part)
        texts = [self.detail if self.detail != self.title else "", fields, self.hint]
        return " ".join([f"{self.title} ({names}).", *(text for text in texts if text)])


class InvalidRequestError(APIError):
    """The request is not what the operation takes (400, 413, 415, 422 …)."""


class AuthenticationError(APIError):
    """The API key is missing, unknown or revoked (401)."""


class PermissionDeniedError(APIError):
    """The key's role may not do this (403)."""


class NotFoundError(APIError):
    """There is no such thing here (404)."""


class ConflictError(APIError):
    """It does not fit what there is now: read it again (409)."""


class RateLimitError(APIError):
    """Too many requests (429); `retry_after_s` says how long to wait."""


class ServerError(APIError):
    """Gerbang or what it calls could not do it (5xx)."""


_KINDS: Mapping[int, type[APIError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitError,
}


def api_error(
    status: int, told: Mapping[str, Any], headers: Mapping[str, str], idempotency_key: str | None
) -> APIError:
    """The exception for an answer that is no success."""
    usual = ServerError if status >= 500 else InvalidRequestError if status >= 400 else APIError
    return _KINDS.get(status, usual)(status, told, headers, idempotency_key)


def seconds(retry_after: str) -> float | None:
    """`Retry-After` as Gerbang writes it; None where it is missing or a date."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None
