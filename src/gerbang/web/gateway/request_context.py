"""One request on its road through the gateway: what is known of it so far. No decisions here."""

import itertools
import re
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from gerbang.base import ids, ip
from gerbang.base.card_numbers import holds_card_number
from gerbang.base.errors import GerbangError, Unauthenticated
from gerbang.base.http import HttpCall
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import Caller
from gerbang.core.limits.model import Verdict
from gerbang.web.gateway import idempotency
from gerbang.web.gateway.hosts import FORWARDED_HOST, Hosts
from gerbang.web.policy_rows import Row
from gerbang.web.problems import Header, Malformed

WHOLE_RESPONSE: Final = "gerbang.answer"  # an ASGI extension of ours: ResponseWriter.answer
_SANE_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SINGLE: Final = frozenset(
    {
        b"authorization",
        b"content-length",
        b"content-type",
        b"content-encoding",
        b"idempotency-key",
        b"host",
        b"origin",
        b"x-request-id",
    }
)


_PROCESS: Final = ids.show("", ids.new())[11:27]
_counted = itertools.count(1)


class Reply(msgspec.Struct, frozen=True):
    """An answer made without the framework. Headers of every answer are added by the gateway."""

    status: int
    body: bytes
    content_type: bytes = b"application/json"
    headers: tuple[Header, ...] = ()


def fresh_id() -> str:
    """Unique without asking the kernel for chance each time: this process's own prefix and a count."""
    return f"req_{_PROCESS}{next(_counted):010X}"


def _own_id(told: bytes) -> str:
    """The id that the client gave, unless it is none that may stand in logs."""
    text = told.decode("latin-1")
    return text if _SANE_ID.fullmatch(text) and not holds_card_number(text) else fresh_id()


class RequestContext:
    """`caller` is None while nobody is known; `value` is the body as plain values where the route takes JSON; `error` what was refused; `refused`
    why the gateway would not let a page's request through, which the page then tells.
    """

    __slots__ = (
        "body",
        "caller",
        "error",
        "headers",
        "hosts",
        "key",
        "method",
        "params",
        "path",
        "receive",
        "refused",
        "request_id",
        "row",
        "scope",
        "send",
        "started",
        "status",
        "upstream",
        "value",
        "verdict",
    )

    def __init__(self, scope: Any, receive: Any, send: Any) -> None:
        self.started = time.perf_counter()
        self.scope = scope
        self.receive = receive
        self.send = send
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        told = self.headers.get(b"x-request-id")
        self.hosts = Hosts()
        self.request_id = _own_id(told) if told else fresh_id()
        self.row: Row | None = None
        self.params: list[str] = []
        self.caller: Caller | None = None
        self.body = b""
        self.error: GerbangError | None = None
        self.refused: GerbangError | None = None
        self.value: Any = None
        self.key: str | None = None
        self.verdict: Verdict | None = None
        self.status = 0
        self.upstream: list[HttpCall] = []

    def times(self) -> tuple[float, float]:
        """Seconds so far in Gerbang itself, and in outside systems that this request waited for."""
        upstream_s = sum(call.seconds for call in self.upstream)
        return max(0.0, time.perf_counter() - self.started - upstream_s), upstream_s

    @property
    def address(self) -> str:
        """The client's address; a network of 64 bits for IPv6, since one client has that many."""
        host: str = self.scope["client"][0] if self.scope["client"] else "unknown"
        return ":".join(host.split(":")[:4]) + "::/64" if host.count(":") > 1 else host

    @property
    def client_ip(self) -> str:
        """The client's whole address, for who asks where the payer pressed; empty where the server knows none."""
        try:
            return ip.read(self.scope["client"][0]) if self.scope["client"] else ""
        except ValueError:
            return ""

    @property
    def host(self) -> str:
        """The Host header; empty for a probe that sends none."""
        return self.headers.get(b"host", b"").decode("latin-1")

    @property
    def forwarded_host(self) -> str:
        """The host that a trusted proxy says the client asked for; empty when none said so."""
        told: str = self.scope.get(FORWARDED_HOST, "")
        return told

    def query(self) -> dict[str, str]:
        """The parameters of the address; the last of a name counts."""
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True))

    def refuse_doubled_headers(self) -> None:
        """Two headers of one name that must be single mean two things to two readers; raises Malformed."""
        pairs = self.scope["headers"]
        if len(self.headers) != len(pairs):
            names = [name for name, _ in pairs]
            for name in _SINGLE:
                if names.count(name) > 1:
                    raise Malformed(f"The header {name.decode()} stands twice.")

    def known_caller(self) -> Caller:
        """The caller; raises Unauthenticated when there is none."""
        if self.caller is None:
            raise Unauthenticated("Sign in, or send an API key as Authorization: Bearer.")
        return self.caller

    def optional_idempotency_key(self) -> IdempotencyKey | None:
        """The same on a route that takes one and does not require it; None where none was sent."""
        return self.idempotency_key() if self.key is not None else None

    def idempotency_key(self) -> IdempotencyKey:
        """The request's key with its fingerprint; only on routes that take one."""
        assert self.key is not None, f"{self.row} takes no key"
        return idempotency.key_for(self.known_caller().label, self.key, self.method, self.path, self.value)


def context_of(request: Any) -> RequestContext:
    """The exchange behind a framework request."""
    context: RequestContext = request.scope["state"]["exchange"]
    return context


def caller_of(request: Any) -> Caller:
    """Who is asking; raises Unauthenticated."""
    return context_of(request).known_caller()
