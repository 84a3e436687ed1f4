"""One call from its first request to its result: what to send, what an answer means, and whether to try again. Sends nothing and waits for nothing."""

import json
import random
from collections.abc import Mapping
from typing import Any, Final

import httpx

from gerbang_client.calls import Call
from gerbang_client.errors import APIError, ConnectionFailedError, OutcomeUnknownError, api_error
from gerbang_client.version import VERSION

_PASSING: Final = (408, 429, 500, 502, 503, 504)  # of a proxy in front, which says nothing of its own
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_FIRST_S: Final = 0.5
_LONGEST_S: Final = 8.0
_LONGEST_ASKED_S: Final = 60.0  # whoever is told to wait longer is told so instead


class Exchange:
    """Feed it each answer or failure: it tells how long to wait before the next try, None when there is a `result`, and raises what cannot be mended."""

    def __init__(self, call: Call, api_key: str, max_retries: int) -> None:
        self._call = call
        self._api_key = api_key
        self._left = max_retries
        self._pause_s = _FIRST_S
        self.result: Any = None

    def request(self) -> dict[str, Any]:
        """What to send: the same bytes and the same key at each try."""
        headers = {
            "authorization": f"Bearer {self._api_key}",
            "accept": "application/json",
            "user-agent": f"gerbang-client-python/{VERSION}",
        }
        if self._call.idempotency_key is not None:
            headers["idempotency-key"] = self._call.idempotency_key
        sent: dict[str, Any] = {"method": self._call.method, "headers": headers, "params": self._call.parameters}
        if self._call.body is not None:
            headers["content-type"] = "application/json"
            sent["content"] = json.dumps(self._call.body, ensure_ascii=False, separators=(",", ":")).encode()
        return sent

    def after_answer(self, answer: httpx.Response) -> float | None:
        """Seconds until the next try, or None: then `result` is there. Raises APIError."""
        if answer.is_success:
            self.result = answer.content if _is_file(answer) else _json(answer)
            return None
        told = _json(answer)
        error = api_error(
            answer.status_code, told if isinstance(told, dict) else {}, answer.headers, self._call.idempotency_key
        )
        if not self._may_repeat(error) or (error.retry_after_s or 0) > _LONGEST_ASKED_S:
            raise error
        return self._pause(error, error.retry_after_s)

    def after_failure(self, error: httpx.TransportError) -> float:
        """Seconds until the next try. Raises ConnectionFailedError where nothing was sent, OutcomeUnknownError where that is not known."""
        if isinstance(error, _NOT_SENT):
            return self._pause(ConnectionFailedError(f"Gerbang cannot be reached: {_named(error)}"))
        message = f"No answer came to {self._call.method} {self._call.path}: {_named(error)}"
        unknown = OutcomeUnknownError(message, self._call.idempotency_key)
        if not self._call.is_repeatable:
            raise unknown from error
        return self._pause(unknown)

    def _may_repeat(self, error: APIError) -> bool:
        """`later` says that nothing was done. All else may have been done, so it needs a key, or a call that changes nothing."""
        if error.retry == "later":
            return error.status in (429, 503)
        return self._call.is_repeatable and (error.retry == "same_key" or (not error.code and error.status in _PASSING))

    def _pause(self, error: Exception, asked_s: float | None = None) -> float:
        if self._left == 0:
            raise error
        self._left -= 1
        pause_s, self._pause_s = self._pause_s, min(_LONGEST_S, self._pause_s * 2)
        return max(pause_s * random.uniform(0.75, 1.25), asked_s or 0.0)  # noqa: S311 - so that many do not come back at once


def _is_file(answer: httpx.Response) -> bool:
    return bool(answer.content) and "json" not in answer.headers.get("content-type", "")


def _json(answer: httpx.Response) -> Any:
    kind: Mapping[str, str] = answer.headers
    return json.loads(answer.content) if answer.content and "json" in kind.get("content-type", "") else None


def _named(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()
