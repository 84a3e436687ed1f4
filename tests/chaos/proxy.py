"""A TCP proxy that can lose things: it cuts before a message, or after it went through and before its answer. Knows no protocol."""

import asyncio
import contextlib
from collections.abc import Callable
from enum import Enum


class Verdict(Enum):
    """What happens to a chunk on its way to the server."""

    PASS = "pass"
    CUT_BEFORE = "cut before"  # it never arrives
    CUT_AFTER = "cut after"  # it arrives, its answer does not


Judge = Callable[[bytes], Verdict]


class Proxy:
    """Listens on a port of its own and forwards to 127.0.0.1:`target`. `judge` may be changed at any time; `delay_s` holds answers."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.judge: Judge = lambda _: Verdict.PASS
        self.delay_s = 0.0
        self.cuts = 0
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self, port: int = 0) -> None:
        """Listen, on a free port unless one is named."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no longer."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        doomed = asyncio.Event()
        ways = [
            asyncio.create_task(self._there(reader, inner_writer, doomed)),
            asyncio.create_task(self._back(inner_reader, writer, doomed)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        writer.transport.abort()
        inner_writer.transport.abort()

    async def _there(self, reader: asyncio.StreamReader, inner: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65_536):
                verdict = self.judge(chunk)
                self.cuts += verdict is not Verdict.PASS
                if verdict is Verdict.CUT_BEFORE:
                    return
                if verdict is Verdict.CUT_AFTER:
                    doomed.set()
                inner.write(chunk)
                await inner.drain()

    async def _back(self, inner: asyncio.StreamReader, writer: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while chunk := await inner.read(65_536):
                if doomed.is_set():
                    return
                await asyncio.sleep(self.delay_s)
                writer.write(chunk)
                await writer.drain()
