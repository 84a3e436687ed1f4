"""One client connection: how long and how much a request may take to arrive, strict framing, and who the client is (R43–R45).

What a request means is the gateway's matter. uvicorn's httptools protocol carries the parsing.
"""

import asyncio
import enum
import re
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import unquote

import httptools
import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from gerbang.base.addresses import Network
from gerbang.web.gateway.hosts import BY_PROXY, FORWARDED_HOST, IGNORED
from gerbang.web.gateway.request_context import WHOLE_RESPONSE, fresh_id
from gerbang.web.problems import bare_problem
from gerbang.web.transport.forwarded_headers import ForwardedClient, believe, within
from gerbang.web.transport.response_writer import ResponseWriter

_HIGH_WATER_BYTES: Final = 65_536
_LINGER_BYTES: Final = 8_388_608  # enough for most clients to see the answer before they notice
_NEVER: Final = float("inf")
# What load balancers and orchestrators ask without knowing any name of ours, often by HTTP/1.0.
_PROBED: Final = frozenset({b"/healthz", b"/readyz"})
_READS: Final = frozenset({b"GET", b"HEAD"})
# How what is no request of ours begins: problems.UNREADABLE says what it is.
_OTHERS: Final = {b"\x16\x03": "tls", b"PROXY ": "proxy", b"\r\n\r\n\x00\r\nQUIT\n": "proxy", b"PRI * HTTP/2": "http2"}
# What the parser says of a request that it cannot read, by words of it; the first that fits.
_PARSER_SAYS: Final = (
    ("method", "method"),
    ("url", "address"),
    ("crlf", "line_end"),
    ("whitespace after header value", "line_end"),
    ("unexpected space", "line_end"),
    ("chunk", "chunks"),
    ("length", "length"),
    ("transfer-encoding", "framing"),
    ("header token", "header_name"),
    ("header value", "header_value"),
    ("version", "version"),
    ("expected http/", "version"),
)
log = structlog.get_logger()
_ABSOLUTE: Final = re.compile(rb"(https?)://([^/?#@]+)", re.IGNORECASE)
_DEFAULT_PORTS: Final = {b"http": b":80", b"https": b":443"}


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Seconds, bytes and counts for one connection; `proxies` are the networks whose X-Forwarded-* is believed, `by_socket` whether
    whoever came to one of them by a socket of the file system is one too.
    """

    head_s: float = 10.0
    body_s: float = 30.0
    idle_s: float = 30.0
    linger_s: float = 2.0
    stuck_s: float = 60.0
    url_bytes: int = 8_192
    head_bytes: int = 32_768
    head_count: int = 100
    connections: int = 4_000
    proxies: tuple[Network, ...] = ()
    by_socket: bool = False


def _wrong(error: Exception) -> str:
    """Which of problems.UNREADABLE the parser found."""
    said = str(error).lower()
    return next((why for words, why in _PARSER_SAYS if words in said), "head")


class _Reading(enum.Enum):
    """What the client may send next."""

    REQUEST = enum.auto()
    HEAD = enum.auto()
    BODY = enum.auto()
    NOTHING = enum.auto()  # refused or finished: what still comes is dropped


class Connection(HttpToolsProtocol):
    """httptools under uvicorn, with deadlines that ASGI cannot see and one answer to every doubt: close."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: ConnectionLimits,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._reading = _Reading.REQUEST
        self._deadline = _NEVER
        self._stuck_since = _NEVER
        self._arrived = 0
        self._head_size = 0
        self._forwarded = False
        self._refusal = 0
        self._why = ""
        self._trusted = False

    # ── the connection ──────────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        self._deadline = self.loop.time() + self._limits.head_s
        self._trusted = within(self.client[0] if self.client else "", self._limits.proxies)
        if len(self.connections) > self._limits.connections:
            self._refuse(503)

    def check_deadline(self, now: float) -> None:
        """Called about twice a second: end what takes too long."""
        if now - self._stuck_since > self._limits.stuck_s:
            self.transport.abort()
        if now < self._deadline or self.transport.is_closing():
            return
        match self._reading:
            case _Reading.HEAD | _Reading.BODY:
                self._refuse(408)
            case _Reading.REQUEST:
                if self._under_way() is None:
                    self.transport.close()
            case _Reading.NOTHING:
                self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck_since = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stuck_since = _NEVER

    # ── the bytes ───────────────────────────────────────────────────────────────────────────────────────────────────

    def data_received(self, data: bytes) -> None:
        if self._reading is _Reading.NOTHING:
            self._arrived += len(data)
            if self._arrived > _LINGER_BYTES:
                self.transport.abort()
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.cycle.keep_alive = False  # we speak nothing else: answer in HTTP/1.1 and close
            self._listen_no_more()
        except httptools.HttpParserError as error:
            if not self._refusal:
                self._why = next((kind for start, kind in _OTHERS.items() if data.startswith(start)), _wrong(error))
            self._refuse(self._refusal or 400)
        else:
            if self._reading is _Reading.HEAD:
                self._arrived += len(data)
                if self._arrived > self._limits.head_bytes:
                    self._refuse(431)

    def on_message_begin(self) -> None:
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._head_size = self._arrived = 0
        self._forwarded = False
        self._reading = _Reading.HEAD
        self._deadline = self.loop.time() + self._limits.head_s

    def on_url(self, url: bytes) -> None:
        self.url += url
        if len(self.url) > self._limits.url_bytes:
            self._stop_parsing(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self._head_size += len(name) + len(value) + 4
        self.headers.append((name, value))
        if self._head_size > self._limits.head_bytes or len(self.headers) > self._limits.head_count:
            self._stop_parsing(431)
        if name.startswith((b"x-forwarded-", b"forwarded")):
            self._forwarded = True
        elif name == b"expect":
            self.expect_100_continue = value.lower() == b"100-continue"

    def on_headers_complete(self) -> None:
        version = self.parser.get_http_version()
        self._check_framing(version)
        self._reading = _Reading.BODY
        self._deadline = self.loop.time() + self._limits.body_s
        earlier = self._under_way()
        self.cycle = self._cycle_for(self._scope(version), version)
        if earlier is None:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_body(self, body: bytes) -> None:
        if self.cycle.response_complete:
            return
        self.cycle.body += body
        if len(self.cycle.body) > _HIGH_WATER_BYTES:
            self.flow.pause_reading()
        self.cycle.message_event.set()

    def on_message_complete(self) -> None:
        self._reading = _Reading.REQUEST
        self._deadline = _NEVER
        if self.cycle.response_complete:
            self._await_next()
        else:
            self.cycle.more_body = False
            self.cycle.message_event.set()

    def answered(self, answered: RequestResponseCycle) -> None:
        """The answer is written: close when it said so, else take the next request, or wait for one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if not answered.keep_alive:
            self._linger()
        elif self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._reading is _Reading.REQUEST:
            self._await_next()

    # ── decisions ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _check_framing(self, version: str) -> None:
        """RFC 9112 sections 3.2 and 6.1, the strict reading; httptools refuses two lengths and a length beside chunks itself."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or not self._is_addressed(hosts[0] if hosts else b""):
            self._stop_parsing(400, "two_hosts" if any(hosts) else "no_host")
        for name, value in self.headers:
            if name == b"transfer-encoding" and (value.lower() != b"chunked" or version != "1.1"):
                self._stop_parsing(400, "framing")

    def _is_addressed(self, host: bytes) -> bool:
        """Whether the request says once to whom it goes. Probes need not say, and a whole address must name the same host as the header."""
        if self.url.startswith(b"/") or self.url == b"*":
            method = self.parser.get_method()
            asks_options = method == b"OPTIONS" and self.url in (b"/", b"*")
            probes = self.url.partition(b"?")[0] in _PROBED or (self.url == b"/" and method in _READS)
            return asks_options or probes or (self.url != b"*" and bool(host))
        found = _ABSOLUTE.match(self.url)
        if found is None:
            return False
        if not host:
            self.headers.append((b"host", found[2]))
        default = _DEFAULT_PORTS[found[1].lower()]
        return not host or host.lower().removesuffix(default) == found[2].lower().removesuffix(default)

    def _scope(self, version: str) -> dict[str, Any]:
        if self.url == b"*":  # the server as a whole (RFC 9112, section 3.2.4)
            self.url = b"/"
        url = httptools.parse_url(self.url)
        raw_path = url.path or b"/"
        path = raw_path.decode("ascii")
        client, scheme, host = self.client, self.scheme, ""
        if self._forwarded:
            told = self._believe_or_drop_forwarded()
            client = client if client and told.client == client[0] else (told.client, 0)
            scheme, host = told.scheme or scheme, told.host or ""  # type: ignore[assignment]  # http or https
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": client,
            "scheme": scheme,
            "method": self.parser.get_method().decode("ascii"),
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": url.query or b"",
            "headers": self.headers,
            "state": {},
            FORWARDED_HOST: host,
            BY_PROXY: self._trusted,
            IGNORED: self._forwarded and not self._trusted,
        }

    def _believe_or_drop_forwarded(self) -> ForwardedClient:
        """What a named proxy tells of the client; from anybody else those headers are not even passed on."""
        peer = self.client[0] if self.client else ""
        told = ForwardedClient(peer)
        if self._trusted:
            told = believe(self.headers, peer, self._limits.proxies, unix=self._limits.by_socket)
        self.headers[:] = [pair for pair in self.headers if not pair[0].startswith((b"x-forwarded-", b"forwarded"))]
        return told

    def _cycle_for(self, scope: dict[str, Any], version: str) -> RequestResponseCycle:
        cycle = ResponseWriter(
            scope=scope,  # type: ignore[arg-type]  # uvicorn's own TypedDict of the same keys
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.answered,
        )
        scope["extensions"] = {WHOLE_RESPONSE: cycle.answer}
        return cycle

    def _under_way(self) -> RequestResponseCycle | None:
        """The latest request, if it is not answered yet."""
        latest = cast("RequestResponseCycle | None", self.cycle)  # uvicorn leaves its type at None's expense
        return None if latest is None or latest.response_complete else latest

    def _await_next(self) -> None:
        self._deadline = self.loop.time() + self._limits.idle_s

    def _stop_parsing(self, status: int, why: str = "") -> None:
        """Leave the parser: it turns whatever a callback raises into an HttpParserError."""
        self._refusal, self._why = status, why
        raise ValueError(status)

    def _refuse(self, status: int) -> None:
        """Answer with a problem and close; when an earlier answer is still being made, only close after it."""
        earlier = self._under_way()
        if earlier is not None:
            if self._reading is not _Reading.BODY or earlier.response_started or self.pipeline:
                earlier.keep_alive = False
                self.pipeline.clear()
                self._listen_no_more()
                return
            earlier.disconnected = True
            earlier.message_event.set()
        if self._reading is not _Reading.BODY or not self.cycle.response_complete:  # never two answers to one request
            request_id = fresh_id()
            log.info("request.unreadable", status=status, why=self._why, client=self.client, request_id=request_id)
            self.transport.write(bare_problem(status, request_id, self._why))
        self._linger()

    def _linger(self) -> None:
        """Half-close, and drop what still arrives for a moment: a hard close would take the answer away from the client."""
        if self._reading is _Reading.REQUEST:
            self.transport.close()
            return
        self._listen_no_more()
        self._deadline = self.loop.time() + self._limits.linger_s
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _listen_no_more(self) -> None:
        self._reading = _Reading.NOTHING
        self._arrived = 0
        self._deadline = _NEVER
        self.flow.resume_reading()
