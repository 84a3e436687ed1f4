"""The other side of SNAP's client tests: a server on loopback that keeps what came in, byte for byte, and answers what a test wrote down."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

TOKEN_PATH: Final = "/v1.0/access-token/b2b"


@dataclass(frozen=True, slots=True)
class Heard:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Say:
    """One answer; without a body the server hangs up."""

    body: bytes | None
    status: int = 200


Answer = Callable[[Heard], Say]


def say(code: str, status: int = 200, **fields: Any) -> Say:
    return Say(json.dumps({"responseCode": code, "responseMessage": "told", **fields}).encode(), status)


@dataclass(slots=True)
class Script:
    """`on` answers per path, in order; the last one is repeated. Access tokens are given unless a test says otherwise."""

    base_url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, list[Say]] = field(default_factory=dict)
    tokens: int = 0
    token_wait_s: float = 0.0

    def on(self, path: str, *answers: Say) -> None:
        self.answers[path] = list(answers)

    def calls(self, path: str) -> list[Heard]:
        return [one for one in self.heard if one.path == path]

    async def answer(self, heard: Heard) -> Say:
        self.heard.append(heard)
        queue = self.answers.get(heard.path)
        if queue:
            return queue.pop(0) if len(queue) > 1 else queue[0]
        assert heard.path == TOKEN_PATH, heard.path
        self.tokens += 1
        number = self.tokens
        await asyncio.sleep(self.token_wait_s)
        return say("2007300", accessToken=f"token-{number}", tokenType="Bearer", expiresIn="900")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
                method, target, _ = first.split(" ")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                said = await self.answer(Heard(method, target.removeprefix("/nicepay"), headers, body))
                if said.body is None:
                    writer.transport.abort()
                    return
                writer.write(f"HTTP/1.1 {said.status} X\r\nContent-Length: {len(said.body)}\r\n\r\n".encode())
                writer.write(said.body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def scripted() -> AsyncIterator[Script]:
    script = Script()
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/nicepay"
    try:
        yield script
    finally:
        server.close()
