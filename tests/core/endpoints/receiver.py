"""A shop's server on a real socket: it remembers what came, and answers what it is told to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import msgspec

Answer = Callable[["Receiver"], bytes]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Came:
    """One request: headers by lower-case name, and the very bytes of its body."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def sequence(self) -> int:
        said: int = msgspec.json.decode(self.body)["sequence"]
        return said


@dataclass(slots=True)
class Receiver:
    """`answer` is asked for each request; `delay_s` before each answer."""

    port: int = 0
    answer: Answer = lambda _: OK
    delay_s: float = 0.0
    came: list[Came] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


def status(code: int, *fields: str) -> Answer:
    """Always this status."""
    head = "".join(f"{one}\r\n" for one in fields)
    return lambda _: f"HTTP/1.1 {code} Said\r\n{head}Content-Length: 0\r\n\r\n".encode()


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
                headers = {name.lower(): value for name, value in lines}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                receiver.came.append(Came(headers, body))
                if receiver.delay_s:
                    await asyncio.sleep(receiver.delay_s)
                writer.write(receiver.answer(receiver))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver
