"""uvicorn's server that is told when to end: it sleeps until then, where uvicorn looks ten times a second. No routes and no settings here."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Final

import uvicorn

_DATE_S: Final = 1.0  # how old the date may be that every answer carries
_FIRST_LOOK_S, _LOOK_S = 0.001, 0.1


class HttpServer(uvicorn.Server):
    """Serves until `end` is called. No signal handlers: who runs it decides when that is."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Take no more connections, let what is under way finish, then end."""
        self.should_exit = True
        self._ended.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DATE_S):
                    await self._ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn ends, which however waits at least a tenth of a second, and another for connections that are gone by then."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                await self._finished()
        except TimeoutError:
            for task in state.tasks:
                task.cancel()
        await self.lifespan.shutdown()

    async def _finished(self) -> None:
        """Once no connection and no request is left; what is usual takes a moment, what takes long is looked at seldom."""
        wait_s = _FIRST_LOOK_S
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LOOK_S)
        for server in self.servers:
            await server.wait_closed()
