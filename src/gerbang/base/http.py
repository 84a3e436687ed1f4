"""The one HTTP client. It turns every transport failure into one of two names: Unreachable, or OutcomeUnknown."""

import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple

import aiohttp
from yarl import URL

from gerbang.base import watchdog
from gerbang.base.errors import UpstreamFailed

ANSWER_LIMIT_BYTES = 1_048_576


class HttpCall(NamedTuple):
    """One call that is over: how long it took, and the status that came back, None for none."""

    seconds: float
    status: int | None

    @property
    def is_answer(self) -> bool:
        """Whether somebody who works answered; a 5xx says that nobody does."""
        return self.status is not None and self.status < 500


HTTP_CALLS: ContextVar[list[HttpCall] | None] = ContextVar("http_calls", default=None)  # kept for whoever set a list


class Unreachable(UpstreamFailed):
    """Nothing left this machine, or the connection was refused: safe to send again."""

    code = "upstream_unreachable"
    title = "The outside system cannot be reached"


class NoSuchHost(Unreachable):
    """Its name is in no DNS."""


class NotTrusted(Unreachable):
    """It has no certificate for this name that anybody trusts, or speaks no TLS."""


class TurnedAway(Unreachable):
    """Somebody answered and did not take it now, for a reason of this one message: safe to send again, and no sign that others fail too."""


class OutcomeUnknown(UpstreamFailed):
    """The request may have arrived and no clear answer came back: look it up, or hold it; never send it again blindly."""

    code = "outcome_unknown"
    title = "The outside system gave no clear answer"


class AnswerTooLong(OutcomeUnknown):
    """It answered, and more than the caller was ready to take."""


class ProviderRefused(UpstreamFailed):
    """The provider clearly refused the call itself: bad credentials, an unknown merchant, a malformed request."""

    code = "provider_refused"
    title = "The provider refused the request"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` is at most the limit asked for, `took_s` seconds on a monotonic clock."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    took_s: float


class Http:
    """A pool of connections to outside systems. Never follows redirects, never decodes what it was not asked to."""

    def __init__(self, *, connections: int = 200, per_host: int = 100) -> None:
        self._connections = connections
        self._per_host = per_host
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout_s: float = 10.0,
        connect_timeout_s: float = 3.0,
        limit_bytes: int = ANSWER_LIMIT_BYTES,
    ) -> Answer:
        """Send exactly these bytes once. Raises Unreachable or OutcomeUnknown (AnswerTooLong); any status that came back is an Answer."""
        started = time.monotonic()
        timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=connect_timeout_s)
        status: int | None = None
        try:
            async with self._client().request(
                method, URL(url, encoded=True), data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                content = await response.content.read(limit_bytes + 1)
                while not response.content.at_eof() and len(content) <= limit_bytes:
                    content += await response.content.read(limit_bytes + 1 - len(content))
                status = response.status
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise _not_connected(error, connect_timeout_s) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise OutcomeUnknown(_not_answered(error, timeout_s)) from error
        finally:
            watchdog.beat()
            if (made := HTTP_CALLS.get()) is not None:
                made.append(HttpCall(time.monotonic() - started, status))
        if len(content) > limit_bytes:
            raise AnswerTooLong(f"The answer was longer than {limit_bytes >> 20} MiB.")
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, lowered, content, time.monotonic() - started)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, limit_per_host=self._per_host, ttl_dns_cache=60)
            self._session = aiohttp.ClientSession(
                connector=connector,
                auto_decompress=True,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent",),
                trust_env=False,
            )
            self._session._retry_connection = False  # noqa: SLF001  it sends PUT and DELETE again by itself, and offers no other way to stop it
        return self._session


def _not_connected(error: Exception, within_s: float) -> Unreachable:
    match error:
        case aiohttp.ConnectionTimeoutError():
            return Unreachable(f"Could not connect within {within_s:g} s.")
        case aiohttp.InvalidURL():
            return Unreachable("Could not connect: the address cannot be read.")
        case aiohttp.ClientConnectorDNSError():
            return NoSuchHost("Could not connect: no such host is known.")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return NotTrusted("Could not connect: no trusted TLS connection could be made.")
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            return Unreachable("Could not connect: the connection was refused.")
        case _:
            return Unreachable("Could not connect.")


def _not_answered(error: Exception, within_s: float) -> str:
    match error:
        case TimeoutError():
            return f"It was sent, and no whole answer came within {within_s:g} s."
        case aiohttp.ClientPayloadError():
            return "It was sent, and the answer was cut off."
        case aiohttp.ClientResponseError():
            return "It was sent, and what came back was no answer in HTTP."
        case _:
            return "It was sent, and the connection broke before an answer came."
