"""An API on a real socket that answers each call as a script says: for what a running Gerbang does once in a year."""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Answer = tuple[int, Mapping[str, str], str]
CUT: Final[Answer] = (0, {}, "")  # the connection ends without an answer


def problem(status: int, code: str, retry: str, **headers: str) -> Answer:
    told = {"title": "Told", "detail": "Why.", "hint": "The cure.", "request_id": "req_1", "status": status}
    body = json.dumps({**told, "type": f"/docs/errors#{code}", "instance": "/", "code": code, "retry": retry})
    return status, {"content-type": "application/problem+json", **headers}, body


def done(**body: Any) -> Answer:
    return 200, {"content-type": "application/json"}, json.dumps(body)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: headers by lower-case name."""

    line: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class ScriptedApi:
    """`scripts` are the answers for each payment that a path names; the last stays."""

    scripts: Mapping[str, Sequence[Answer]]
    port: int = 0
    asked: dict[str, list[Asked]] = field(default_factory=lambda: defaultdict(list))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection: what follows may come to another."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            name = first.split("/")[3].split(" ")[0].split("?")[0]
            self.asked[name].append(Asked(first, headers, body))
            script = self.scripts[name]
            status, told, text = script[min(len(self.asked[name]), len(script)) - 1]
            if status:
                head = "".join(f"{key}: {value}\r\n" for key, value in told.items())
                writer.write(
                    f"HTTP/1.1 {status} Said\r\n{head}connection: close\r\ncontent-length: {len(text)}\r\n\r\n{text}".encode()
                )
        writer.close()


@contextlib.asynccontextmanager
async def scripted(scripts: Mapping[str, Sequence[Answer]]) -> AsyncIterator[ScriptedApi]:
    api = ScriptedApi(scripts)
    server = await asyncio.start_server(api.talk, "127.0.0.1", 0)
    api.port = server.sockets[0].getsockname()[1]
    async with server:
        yield api
