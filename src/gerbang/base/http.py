"""The one HTTP client. It turns every transport failure into one of two names: Unreachable, or OutcomeUnknown.

With a `TargetPolicy` it may be given addresses that somebody else chose (SSRF; R56): every connection is made to an address that was just looked
up and found permitted, whatever the name said before, and a refusal reads the same whether the name is unknown or leads into the house.
"""

import asyncio
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from gerbang.base import watchdog
from gerbang.base.errors import UpstreamFailed
from gerbang.base.http_connections import CALL, Call, Connector, Resolver, Seen, permitted_socket, tls_context
from gerbang.base.name_lookup import Lookup, NameLookup
from gerbang.base.target_policy import TargetPolicy

_PORTS: Final = {"http": 80, "https": 443}
ANSWER_LIMIT_BYTES = 1_048_576
KEPT_S: Final = 4.0  # less than the 5 s after which Node and uvicorn close: what is sent into a closing connection may or may not have arrived
_REFUSED: Final = (
    "No such host is known, or it is at an address that may not be called, or it is public and not asked by https://."
)
_CURE: Final = (
    "The address must be public, with https:// and a port that web servers use. For one of your own machines, such as a shop on this one, let "
    "GERBANG_ALLOWED_PRIVATE_TARGETS name it, as 127.0.0.1:3000 or 10.1.2.0/24; what tells a machine its credentials, as 169.254.169.254, is never called."
)


class HttpCall(NamedTuple):
    """One call that is over: how long it took, and the status that came back, None for none."""

    seconds: float
    status: int | None

    @property
    def is_answer(self) -> bool:
        """Whether somebody who works answered; a 5xx says that nobody does."""
        return self.status is not None and self.status < 500


HTTP_CALLS: ContextVar[list[HttpCall] | None] = ContextVar("http_calls", default=None)  # kept for whoever set a list


class CallFailed(UpstreamFailed):
    """A call without an answer that can be used; `seen` says how far it came."""

    seen = Seen()


class Unreachable(CallFailed):
    """Nothing left this machine, or the connection was refused: safe to send again."""

    code = "upstream_unreachable"
    title = "The outside system cannot be reached"


class NoSuchHost(Unreachable):
    """Its name is in no DNS."""


class NotTrusted(Unreachable):
    """It has no certificate for this name that anybody trusts, or speaks no TLS."""


class TurnedAway(Unreachable):
    """Somebody answered and did not take it now, for a reason of this one message: safe to send again, and no sign that others fail too."""


class TargetRefused(Unreachable):
    """Where it should have gone is no place that may be called; no connection was tried."""

    code = "target_refused"
    title = "This address may not be called"


class OutcomeUnknown(CallFailed):
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
    """What came back: `body` is at most the limit asked for (`is_cut`: there was more), `took_s` seconds on a monotonic clock."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    took_s: float
    seen: Seen = field(default_factory=Seen)
    is_cut: bool = False


class Http:
    """A pool of connections to outside systems. Never follows redirects, never decodes what it was not asked to.

    Under a `policy` names are looked up for each connection, answers are never unpacked, and how many calls run at once is the caller's matter.
    `lookup` finds the addresses of a name (the system's way unless given), `authorities` are further certificates (PEM) that TLS trusts,
    `kept_s` is how long a connection without a call is kept for the next.
    """

    def __init__(
        self,
        *,
        connections: int = 200,
        per_host: int = 100,
        policy: TargetPolicy | None = None,
        lookup: Lookup | None = None,
        authorities: str | None = None,
        kept_s: float = KEPT_S,
    ) -> None:
        self._connections = connections
        self._per_host = per_host
        self._policy = policy
        self._names = NameLookup(lookup)
        self._authorities = authorities
        self._kept_s = kept_s
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None
        self._names.close()

    async def vet(self, url: str, *, timeout_s: float = 5.0) -> None:
        """Whether an address may be called, before it is kept: asked again at each connection. Raises TargetRefused."""
        parts = urlsplit(url)
        encrypted = parts.scheme == "https"
        call = Call(self._policy, encrypted=encrypted)
        try:
            async with asyncio.timeout(timeout_s):
                found = await self._names.addresses((parts.hostname or "").strip("[]"))
            good = parts.scheme in _PORTS and call.permits(found, parts.port or _PORTS[parts.scheme])
        except (OSError, ValueError):  # a time-out is an OSError
            good = False
        if not good:
            raise TargetRefused(_REFUSED, hint=_CURE)

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
        cut: bool = False,
    ) -> Answer:
        """Send exactly these bytes once. Raises Unreachable (TargetRefused) or OutcomeUnknown (AnswerTooLong); any status that came back is an
        Answer. With `cut` a longer answer is kept up to the limit, and the rest is never read.
        """
        if self._policy is not None and not url.startswith(("https://", "http://")):
            raise TargetRefused(_REFUSED, hint=_CURE)
        call = Call(self._policy, encrypted=url.startswith("https"))
        token = CALL.set(call)
        timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=connect_timeout_s)
        status: int | None = None
        try:
            async with self._client().request(
                method, URL(url, encoded=True), data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                call.answered = time.monotonic()
                content = await response.content.read(limit_bytes + 1)
                while not response.content.at_eof() and len(content) <= limit_bytes:
                    content += await response.content.read(limit_bytes + 1 - len(content))
                status = response.status
                if is_longer := len(content) > limit_bytes:
                    response.close()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _failure(call, error, connect_timeout_s, timeout_s) from error
        finally:
            CALL.reset(token)
            watchdog.beat()
            if (made := HTTP_CALLS.get()) is not None:
                made.append(HttpCall(time.monotonic() - call.started, status))
        if is_longer and not cut:
            raise AnswerTooLong(f"The answer was longer than {limit_bytes >> 20} MiB.")
        lowered = {name.lower(): value for name, value in response.headers.items()}
        seen = call.seen()
        return Answer(
            response.status, lowered, content[:limit_bytes], time.monotonic() - call.started, seen, is_cut=is_longer
        )

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            open_to_all = self._policy is None
            connector = Connector(
                limit=self._connections if open_to_all else 0,
                limit_per_host=self._per_host if open_to_all else 0,
                use_dns_cache=open_to_all,
                ttl_dns_cache=60,
                keepalive_timeout=self._kept_s,
                resolver=Resolver(self._names),
                socket_factory=permitted_socket,
                ssl=tls_context(self._authorities),
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                auto_decompress=open_to_all,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent",) if open_to_all else ("User-Agent", "Accept-Encoding"),
                trust_env=False,
            )
            self._session._retry_connection = False  # noqa: SLF001  it sends PUT and DELETE again by itself, and offers no other way to stop it
        return self._session


def _failure(call: Call, error: Exception, connect_timeout_s: float, timeout_s: float) -> CallFailed:
    """The name for what went wrong. Under a policy nobody learns whether a name is unknown or forbidden."""
    failed: CallFailed
    is_unknown = call.policy is not None and bool(call.asked) and not call.found and not isinstance(error, TimeoutError)
    if call.refused or is_unknown:
        failed = TargetRefused(_REFUSED, hint=_CURE)
    elif not call.connected or isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL):
        failed = _not_connected(error, connect_timeout_s)
    else:
        failed = OutcomeUnknown(_not_answered(error, timeout_s))
    failed.seen = call.seen()
    return failed


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
