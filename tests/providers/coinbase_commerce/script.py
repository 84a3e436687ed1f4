"""The other side of the Commerce tests: a server on loopback that answers what a test wrote down, by method and path."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Heard:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Say:
    """One answer; without a body the connection is cut instead."""

    body: bytes | None
    status: int = 200


Act = Callable[[Heard], Say]
HANG_UP = Say(None)


def say(values: Any, status: int = 200) -> Say:
    return Say(json.dumps(values).encode(), status)


def data(charge: Any, status: int = 200) -> Say:
    return say({"data": charge}, status)


def problem(kind: str, status: int) -> Say:
    return say({"error": {"type": kind, "message": f"It is {kind}."}}, status)


@dataclass(slots=True)
class Script:
    """`act` answers everything; `heard` is what came in."""

    act: Act = field(default=lambda _: HANG_UP)
    base_url: str = ""
    heard: list[Heard] = field(default_factory=list)
    connections: set[asyncio.StreamWriter] = field(default_factory=set)

    def on(self, *answers: Say) -> None:
        """One answer after the other; the last is repeated."""
        left = list(answers)
        self.act = lambda _: left.pop(0) if len(left) > 1 else left[0]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.connections.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
        path, _, query = target.partition("?")
        self.heard.append(Heard(method, path, query, headers, json.loads(raw) if raw else None))
        said = self.act(self.heard[-1])
        if said.body is None:
            writer.transport.abort()
            return False
        writer.write(f"HTTP/1.1 {said.status} X\r\nContent-Length: {len(said.body)}\r\n\r\n".encode() + said.body)
        await writer.drain()
        return True


@asynccontextmanager
async def scripted() -> AsyncIterator[Script]:
    script = Script()
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield script
    finally:
        server.close()
        for writer in list(script.connections):
            writer.transport.abort()


def nobody() -> str:
    """An address where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
