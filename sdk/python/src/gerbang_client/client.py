"""`Gerbang` and `AsyncGerbang`: the operations of the API over HTTP, with one connection pool each."""

import asyncio
import time
from types import TracebackType
from typing import Any, Self

import httpx

from gerbang_client.calls import Call
from gerbang_client.exchange import Exchange
from gerbang_client.operations import AsyncOperations, Operations
from gerbang_client.paging import AsyncPages, Pages

_TIMEOUT_S = 30.0
_MAX_RETRIES = 3


class Gerbang(Operations):
    """Calls the API at `base_url` with an API key. Safe to share between threads; `close` it, or use it in a `with`.

    A call is repeated at most `max_retries` times, and only where that does it once: what needs an Idempotency-Key has one, made here unless you give
    your own, and kept over the retries.
    """

    def __init__(
        self, base_url: str, api_key: str, *, timeout_s: float = _TIMEOUT_S, max_retries: int = _MAX_RETRIES
    ) -> None:
        self._api_key = checked_key(api_key)
        self._max_retries = max_retries
        self._http = httpx.Client(base_url=checked_url(base_url), timeout=timeout_s)

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _send(self, call: Call) -> Any:
        exchange = Exchange(call, self._api_key, self._max_retries)
        while True:
            try:
                answer = self._http.request(url=call.address, **exchange.request())
            except httpx.TransportError as error:
                pause_s: float | None = exchange.after_failure(error)
            else:
                pause_s = exchange.after_answer(answer)
            if pause_s is None:
                return exchange.result
            time.sleep(pause_s)

    def _pages(self, call: Call) -> Pages[Any]:
        return Pages(call, self._send)


class AsyncGerbang(AsyncOperations):
    """The same for asyncio."""

    def __init__(
        self, base_url: str, api_key: str, *, timeout_s: float = _TIMEOUT_S, max_retries: int = _MAX_RETRIES
    ) -> None:
        self._api_key = checked_key(api_key)
        self._max_retries = max_retries
        self._http = httpx.AsyncClient(base_url=checked_url(base_url), timeout=timeout_s)

    async def close(self) -> None:
        """Give back the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _send(self, call: Call) -> Any:
        exchange = Exchange(call, self._api_key, self._max_retries)
        while True:
            try:
                answer = await self._http.request(url=call.address, **exchange.request())
            except httpx.TransportError as error:
                pause_s: float | None = exchange.after_failure(error)
            else:
                pause_s = exchange.after_answer(answer)
            if pause_s is None:
                return exchange.result
            await asyncio.sleep(pause_s)

    def _pages(self, call: Call) -> AsyncPages[Any]:
        return AsyncPages(call, self._send)


def checked_url(base_url: str) -> str:
    """The address of a Gerbang. Raises ValueError for one that cannot be."""
    if not base_url.startswith(("http://", "https://")):
        raise ValueError(f"base_url is where your Gerbang answers, as https://pay.example.com, not {base_url!r}")
    return base_url.rstrip("/")


def checked_key(api_key: str) -> str:
    """An API key. Raises ValueError for what is none, without showing it."""
    if not api_key.startswith("grb_") or not api_key.isascii() or not api_key.isprintable():
        raise ValueError("api_key is what POST /v1/api-keys told, and begins with grb_")
    return api_key
