"""A node between us and the real one, that refuses, lags, lies, drops or answers at length, as a test tells it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

Call = Mapping[str, Any]
Twist = Callable[[Call], Any]
"""What to answer a call: `{"result": …}` or `{"error": …}`, bytes for a whole body, or None to ask the real node."""


@dataclass(slots=True)
class Proxy:
    """`heard` is every call in order; `status` goes with every answer, `status_of` with that to one call; with `knows_batches` off a batch
    is refused, and one of more than `most_in_batch` with `refusal`; `delay_s` is how long an answer takes.
    """

    url: str = ""
    twist: Twist = lambda _: None
    status: int = 200
    status_of: Callable[[Call], int] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: Callable[[Call], float] = lambda _: 0.0
    knows_batches: bool = True
    most_in_batch: int = 1_000
    refusal: bytes = b""
    heard: list[Call] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def methods(self) -> list[str]:
        return [call["method"] for call in self.heard]

    async def answer(self, body: Any, node: httpx.AsyncClient) -> bytes:
        if isinstance(body, list):
            if not self.knows_batches:
                return json.dumps(
                    {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no batches"}}
                ).encode()
            if len(body) > self.most_in_batch:
                return self.refusal
            return b"[" + b",".join([await self.one(call, node) for call in reversed(body)]) + b"]"
        return await self.one(body, node)

    async def one(self, call: Call, node: httpx.AsyncClient) -> bytes:
        self.heard.append(call)
        await asyncio.sleep(self.delay_s(call))
        said = self.twist(call)
        if isinstance(said, bytes):
            return said
        if said is not None:
            return json.dumps({"jsonrpc": "2.0", "id": call["id"], **said}).encode()
        return (await node.post("/", json=call)).content


@asynccontextmanager
async def proxy(node_url: str) -> AsyncIterator[Proxy]:
    """A proxy on loopback before the node."""
    here = Proxy()
    async with httpx.AsyncClient(base_url=node_url, timeout=30) as node:

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode()
                    here.paths.append(head.split(" ", 2)[1])
                    length = next(
                        int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")
                    )
                    body = json.loads(await reader.readexactly(length))
                    answer = await here.answer(body, node)
                    alone = here.status_of is not None and not isinstance(body, list)
                    status = here.status_of(body) if here.status_of is not None and alone else here.status
                    more = "".join(f"{name}: {value}\r\n" for name, value in here.headers.items())
                    lines = f"HTTP/1.1 {status} Said\r\n{more}content-length: {len(answer)}\r\n\r\n"
                    writer.write(lines.encode() + answer)
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        here.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield here
        finally:
            server.close()
