"""The other side of the Lazada tests: a gateway on loopback that answers what a test wrote down, and keeps what it heard."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from gerbang.ports.payment import Account
from tests.providers.lazada.vectors import APP_KEY, SECRET, TOKEN


@dataclass(frozen=True, slots=True)
class Heard:
    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]

    @property
    def parameters(self) -> dict[str, str]:
        return {**self.query, **self.form}


Answerer = Callable[[Heard], Any]


@dataclass(slots=True)
class Gateway:
    """`answers` maps a path to what is said there: an object as JSON, bytes as they are, None hangs up; or `by` decides."""

    base_url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    by: Answerer | None = None
    heard: list[Heard] = field(default_factory=list)
    status: int = 200
    headers: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = head.split(" ")
        place = urlsplit(target)
        query, form = (dict(parse_qsl(one, keep_blank_values=True)) for one in (place.query, raw.decode()))
        one = Heard(method, place.path, headers, query, form)
        self.heard.append(one)
        said = self.by(one) if self.by is not None else self.answers[one.path]
        if said is None:
            writer.transport.abort()
            return False
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        writer.write(f"HTTP/1.1 {self.status} X\r\n{self.headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True


@asynccontextmanager
async def listening() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
    gateway.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield gateway
    server.close()


SETTINGS: Final = {"app_key": APP_KEY, "seller_id": "1234567", "site": "id"}


def shop(gateway: Gateway, **settings: str) -> Account:
    """A shop as its adapter sees it: with what its app has."""
    own = {**SETTINGS, "base_url": gateway.base_url, "auth_url": gateway.base_url, **settings}
    return Account("lazada-1", False, own, {"app_secret": [SECRET], "access_token": [TOKEN.encode()]})


def data(value: Any) -> dict[str, Any]:
    return {"code": "0", "request_id": "0ba2", "data": value}


def result(value: Any, *, success: Any = True, code: str = "") -> dict[str, Any]:
    return {"code": "0", "request_id": "0ba2", "result": {"success": success, "error_code": code, "data": value}}


def refusal(code: str, message: str = "") -> dict[str, Any]:
    return {"type": "ISV", "code": code, "message": message, "request_id": "0ba2"}
