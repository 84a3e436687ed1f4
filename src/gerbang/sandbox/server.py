"""The HTTP server of the sandbox: uvicorn whose connections can be reset, and whose door can be shut for a while. No routes here."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any, Final

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gerbang.base.http_server import HttpServer
from gerbang.base.listening import CannotListen
from gerbang.base.listening import listener as listen_on

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
_TRANSPORT: Final = "sandbox.transport"
_LINGER_OFF: Final = struct.pack("ii", 1, 0)
_POLL_S: Final = 0.02
KEPT_S: Final = 75  # as most servers keep a connection: a caller who comes again at the very end would never know whether it was heard
_NAMED: Final = ("the sandbox's host", "GERBANG_SANDBOX_PORT")


class _Connection(HttpToolsProtocol):
    """Hands the transport to the application, so that a fault can cut it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[_TRANSPORT] = self.transport  # type: ignore[typeddict-unknown-key]  # a key of ours in uvicorn's typed dict


class SandboxServer(HttpServer):
    """Serves `app` on host and port (0: any free one, see `port`). No signal handlers: whoever starts it stops it."""

    def __init__(self, app: App, host: str, port: int) -> None:
        settings: dict[str, Any] = {
            "access_log": False,
            "log_config": None,
            "lifespan": "off",
            "server_header": False,
            "proxy_headers": False,
        }
        super().__init__(
            Config(
                app,
                http=_Connection,
                ws="none",
                timeout_keep_alive=KEPT_S,
                timeout_graceful_shutdown=1,
                backlog=2048,
                **settings,
            )
        )
        self._host = host
        self.port = port
        self._serving: asyncio.Task[None] | None = None
        self._reopening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Bind and serve in the background of the running loop; raises CannotListen when the port is taken."""
        listener = self._bind()
        self.port = listener.getsockname()[1]
        self._serving = asyncio.create_task(self.serve(sockets=[listener]))
        while not self.started and not self._serving.done():
            await asyncio.sleep(0)  # the socket listens already: a few turns of the loop, which wait for nothing

    async def wait(self) -> None:
        """Until the server ends."""
        assert self._serving is not None, "the door is not open"
        await asyncio.shield(self._serving)

    async def close(self) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
        self.end()
        if self._serving is not None:
            await self._serving

    def shut(self, seconds: float) -> None:
        """Take no connection for so long, and let go of those that are there: callers get ECONNREFUSED."""
        if self._reopening is None or self._reopening.done():
            self._reopening = asyncio.create_task(self._shut(seconds))

    async def _shut(self, seconds: float) -> None:
        await asyncio.sleep(_POLL_S)  # let the answer to whoever asked for this go out
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(seconds)
        while (listener := self._bind_if_free()) is None:
            await asyncio.sleep(_POLL_S)
        await self.startup(sockets=[listener])

    def _bind_if_free(self) -> socket.socket | None:
        """None while somebody sits in our place: an outgoing connection may use our port as its own for a moment."""
        try:
            return self._bind()
        except CannotListen:
            return None

    def _bind(self) -> socket.socket:
        listener = listen_on(self._host, self.port, named=_NAMED)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio forgets it here: 40 ms for each answer
        return listener


async def reset(scope: Scope, receive: Receive) -> None:
    """Cut the connection with RST, as a dying host or a middlebox does."""
    transport = scope[_TRANSPORT]
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_OFF)
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue


async def gone(receive: Receive) -> None:
    """Until the caller hangs up."""
    while (await receive())["type"] != "http.disconnect":
        continue
