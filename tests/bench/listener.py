"""A small HTTP server of the tests: answers by what is asked for, and remembers every request line. Real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

Behave = Callable[[str], bytes | None]


@dataclass(slots=True)
class Listener:
    """Where it listens and what it heard, in order of arrival."""

    port: int
    heard: list[str] = field(default_factory=list)


@contextlib.asynccontextmanager
async def listening(behave: Behave) -> AsyncIterator[Listener]:
    """Serve until the block ends; `behave` maps a path to an answer's bytes, or to None: hang up without a word."""
    listener = Listener(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                listener.heard.append(path)
                answer = behave(path)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listener


def ok(_path: str) -> bytes:
    """The shortest success."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
