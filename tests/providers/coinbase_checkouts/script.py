"""The other side of the Coinbase tests: a server on loopback that answers what a test wrote down, and keeps what it heard."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Say:
    """One answer; no body at all hangs up."""

    body: bytes | None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Heard:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


HANG_UP = Say(None)
Answerer = Callable[[Heard], Say]


def say(value: object, status: int = 200) -> Say:
    return Say(json.dumps(value).encode(), status)


def refusal(status: int, kind: str, message: str = "No.") -> Say:
    return say({"errorType": kind, "errorMessage": message}, status)


@dataclass(slots=True)
class Script:
    """`answers` is what to say next, the last one again and again; or `by` decides. `heard` is what came in."""

    base_url: str = ""
    answers: list[Say] = field(default_factory=list)
    by: Answerer | None = None
    heard: list[Heard] = field(default_factory=list)
    connections: set[asyncio.StreamWriter] = field(default_factory=set)

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
        head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = head.split(" ")
        one = Heard(method, path, headers, json.loads(raw) if raw else None)
        self.heard.append(one)
        said = (
            self.by(one) if self.by is not None else self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        )
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
    script.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/v1"
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
        return f"http://127.0.0.1:{probe.getsockname()[1]}/api/v1"
