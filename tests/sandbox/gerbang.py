"""Something that answers as Gerbang does to whoever asks for a payment, and a shop that asks there."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gerbang.base.http import Http
from gerbang.sandbox.shop import Shop

PAYMENT = "pay_01JH0000000000000000000000"


def payment(status: str, captured: int, **more: Any) -> Mapping[str, Any]:
    return {
        "id": PAYMENT,
        "status": status,
        "late": False,
        "amount": 150_000,
        "currency": "IDR",
        "amount_captured": captured,
        "amount_refunded": 0,
        "amount_excess": 0,
        "failure": None,
        "attempts": [{"status": "pending", "failure": None}],
        "refunds": [],
        **more,
    }


@dataclass
class Gerbang:
    """The answers in turn, then the last for ever; None is a 503."""

    answers: list[Mapping[str, Any] | None]
    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readline()).decode().split(" ")[1])
        length = 0
        while line := (await reader.readline()).decode().strip().lower():
            length = int(line.partition(":")[2]) if line.startswith("content-length:") else length
        await reader.readexactly(length)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        body = msgspec.json.encode(answer or {"detail": "Not now."})
        writer.write(b"HTTP/1.1 %d X\r\nConnection: close\r\n" % (200 if answer else 503))
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()


@asynccontextmanager
async def answering(*answers: Mapping[str, Any] | None) -> AsyncIterator[tuple[Gerbang, Shop]]:
    gerbang, http = Gerbang(list(answers)), Http()
    server = await asyncio.start_server(gerbang.serve, "127.0.0.1", 0)
    gerbang.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield gerbang, Shop(http, gerbang.url, lambda: "key", {"nicepay": "nicepay-uji"})
    finally:
        await http.close()
        server.close()
