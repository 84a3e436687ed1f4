"""How connections are made: to permitted addresses only, with a note of what each step took. Beside http.py nobody sees the HTTP client's own parts."""

import socket
import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from gerbang.base.name_lookup import NameLookup
from gerbang.base.target_policy import TargetPolicy


@dataclass(frozen=True, slots=True)
class Seen:
    """What the connection of one call saw: the address at its other end, and milliseconds of each step. None: that did not happen, as on a
    connection that was kept from an earlier call.
    """

    address: str = ""
    dns_ms: int | None = None
    connect_ms: int | None = None
    tls_ms: int | None = None
    first_byte_ms: int | None = None
    total_ms: int = 0


@dataclass(slots=True, eq=False)
class Call:
    """One call under way: what may be connected to, and when each step came, on a monotonic clock (0: not yet)."""

    policy: TargetPolicy | None
    encrypted: bool
    started: float = field(default_factory=time.monotonic)
    asked: float = 0.0
    found: float = 0.0
    dialled: float = 0.0
    greeted: float = 0.0
    connected: float = 0.0
    answered: float = 0.0
    address: str = ""
    refused: bool = False

    def permits(self, addresses: Iterable[str], port: int) -> bool:
        """Whether every one of these may be connected to: a name that leads to a permitted place and to another leads to neither."""
        if self.policy is None:
            return True
        good = all(self.policy.permits(address, port, encrypted=self.encrypted) for address in addresses)
        self.refused = self.refused or not good
        return good

    def seen(self) -> Seen:
        """As it is now."""
        return Seen(
            self.address,
            _ms(self.asked, self.found),
            _ms(self.dialled, self.greeted or self.connected),
            _ms(self.greeted, self.connected),
            _ms(self.connected, self.answered),
            round((time.monotonic() - self.started) * 1_000),
        )


CALL: ContextVar[Call | None] = ContextVar("call", default=None)


class Resolver(AbstractResolver):
    """Names through our own threads; under a policy every address of a name must be permitted."""

    def __init__(self, names: NameLookup) -> None:
        self._names = names

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002  the port of the client's library
    ) -> list[ResolveResult]:
        call = CALL.get()
        if call is not None:
            call.asked = time.monotonic()
        addresses = await self._names.addresses(host)
        if call is not None:
            if not call.permits(addresses, port):
                raise OSError("not permitted")
            call.found = time.monotonic()
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Its threads are the client's."""


class Connector(aiohttp.TCPConnector):
    """Notes the other end of the connection that a call is given, new or kept."""

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109  as the library has it
        connection = await super().connect(req, traces, timeout)
        call = CALL.get()
        if call is not None and connection.transport is not None:
            call.connected = time.monotonic()
            call.address = str((connection.transport.get_extra_info("peername") or ("",))[0])
        return connection


def permitted_socket(place: Any) -> socket.socket:
    """A socket for one address, made last before it is connected: whatever way led to the address, here it is seen as the system sees it."""
    family, kind, protocol, _, sockaddr = place
    call = CALL.get()
    if call is not None:
        call.dialled = call.dialled or time.monotonic()
        if not call.permits((str(sockaddr[0]),), int(sockaddr[1])):
            raise OSError("not permitted")
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    return made


class _TimedTls(ssl.SSLContext):
    """Notes when a handshake begins: the connection stands by then."""

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        if (call := CALL.get()) is not None:
            call.greeted = time.monotonic()
        return super().wrap_bio(*args, **kwargs)


@lru_cache(maxsize=4)
def tls_context(authorities: str | None) -> ssl.SSLContext:
    """What TLS trusts: read once, for it is all certificates of this machine, and 33 ms."""
    context = _TimedTls(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    if authorities is not None:
        context.load_verify_locations(cadata=authorities)
    return context


def _ms(begun: float, ended: float) -> int | None:
    return round((ended - begun) * 1_000) if begun and ended else None
