"""Running the edge: sockets, start, graceful stop. What one connection may do to us is web/transport/connection.py's matter."""

import asyncio
import functools
import logging
import socket
from collections.abc import Callable
from typing import Any, cast

import uvicorn

from gerbang.base.addresses import UNIX, read_network
from gerbang.base.http_server import HttpServer
from gerbang.base.listening import listener as listen_on
from gerbang.settings import Settings
from gerbang.web.transport.connection import Connection, ConnectionLimits

_SWEEP_S = 0.5
_GRACE_S = 5


async def serve(
    app: Any,
    host: str,
    port: int,
    *,
    limits: ConnectionLimits | None = None,
    ready: Callable[[int], object] | None = None,
    stop: asyncio.Event | None = None,
    reuse_port: bool = False,
) -> None:
    """Serve an ASGI app until `stop` is set; what is under way then gets five seconds.

    `ready` is called with the port once connections are accepted; port 0 takes any free one. Raises CannotListen.
    """
    listener = listen_on(host, port, named=("GERBANG_HOST", "GERBANG_PORT"), reuse_port=reuse_port)
    limits = limits or ConnectionLimits()
    config = uvicorn.Config(
        app,
        http=cast("Any", functools.partial(Connection, limits=limits)),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # web/transport/connection.py believes them only from the proxies that were named
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    server = _Server(config, ready, listener.getsockname()[1])
    sweeper = asyncio.create_task(_sweep(server.server_state))
    stopper = asyncio.create_task(server.stop_on(stop)) if stop else None
    try:
        await server.serve(sockets=[listener])
    finally:
        for task in (sweeper, stopper):
            if task:
                task.cancel()
        listener.close()


def limits_of(settings: Settings) -> ConnectionLimits:
    """What the settings say about connections."""
    proxies = tuple(network for one in settings.trusted_proxies if (network := read_network(one)) is not None)
    return ConnectionLimits(
        head_s=settings.header_timeout_s,
        body_s=settings.body_timeout_s,
        proxies=proxies,
        by_socket=UNIX in settings.trusted_proxies,
    )


class _Server(HttpServer):
    """Says once it accepts connections, and on which port."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[int], object] | None, port: int) -> None:
        super().__init__(config)
        self._ready = ready
        self._port = port

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._ready:
            self._ready(self._port)

    async def stop_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.end()


async def _sweep(state: Any) -> None:
    """One timer for every connection: setting and clearing one per request would cost more than the request's parsing."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_SWEEP_S)
        now = loop.time()
        for connection in list(state.connections):
            connection.check_deadline(now)
