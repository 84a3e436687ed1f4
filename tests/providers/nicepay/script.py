"""The other side of the NICEPAY tests: a server on loopback that answers what a test wrote down, and the documents' sample answers."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

REGISTRATION = "/direct/v2/registration"
REDIRECT = "/redirect/v2/registration"
INQUIRY = "/direct/v2/inquiry"
CANCEL = "/direct/v2/cancel"

TXID = "DEMOMERCH102202501150930011234"
IMID = "DEMOMERCH1"
KEY = b"k3y-made-up-0123456789abcdefghijklmnopqrstuvwxyz=="


@dataclass(frozen=True, slots=True)
class Say:
    """One answer: `cut` bytes of the body are announced and not sent; `after_s` seconds pass first; no body at all hangs up."""

    body: bytes | None
    status: int = 200
    cut: int = 0
    after_s: float = 0.0


Answer = Say | Callable[[dict[str, str]], Say]
HANG_UP = Say(None)


def say(fields: Mapping[str, Any], status: int = 200) -> Say:
    return Say(json.dumps(fields).encode(), status)


def refusal(code: str, message: str = "refused", status: int = 200) -> Say:
    return say({"resultCd": code, "resultMsg": message}, status)


@dataclass(slots=True)
class Script:
    """What to answer per path, in order; the last answer is repeated. `heard` is what came in."""

    base_url: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    connections: set[asyncio.StreamWriter] = field(default_factory=set)

    def on(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def bodies(self, path: str) -> list[dict[str, str]]:
        return [body for at, body in self.heard if at == path]

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
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:"))
        body = json.loads(await reader.readexactly(length))
        path = head.split(" ", 2)[1].removeprefix("/nicepay")
        self.heard.append((path, body))
        queue = self.answers[path]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        said = answer if isinstance(answer, Say) else answer(body)
        await asyncio.sleep(said.after_s)
        if said.body is None:
            writer.transport.abort()
            return False
        writer.write(
            f"HTTP/1.1 {said.status} X\r\nContent-Type: application/json\r\nContent-Length: {len(said.body)}\r\n\r\n".encode()
        )
        writer.write(said.body[: len(said.body) - said.cut])
        await writer.drain()
        return not said.cut


@asynccontextmanager
async def scripted() -> AsyncIterator[Script]:
    script = Script()
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/nicepay"
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
        return f"http://127.0.0.1:{probe.getsockname()[1]}/nicepay"


def registered(order: Mapping[str, str], **changes: Any) -> dict[str, Any]:
    """The documents' sample of a registered virtual account, in its 2020 form: what does not apply is null."""
    return {
        "resultCd": "0000",
        "resultMsg": "SUCCESS",
        "tXid": TXID,
        "referenceNo": order["referenceNo"],
        "payMethod": "02",
        "amt": order["amt"],
        "transDt": "20250115",
        "transTm": "093001",
        "description": "Transaction",
        "bankCd": order.get("bankCd"),
        "vacctNo": "70014000090930011234",
        "mitraCd": None,
        "payNo": None,
        "currency": "IDR",
        "goodsNm": order["goodsNm"],
        "billingNm": order["billingNm"],
        "vacctValidDt": "20250117",
        "vacctValidTm": "093001",
        "payValidDt": None,
        "payValidTm": None,
    } | changes


def redirected(order: Mapping[str, str], **changes: Any) -> dict[str, Any]:
    return {
        "resultCd": "0000",
        "resultMsg": "SUCCESS",
        "tXid": TXID,
        "referenceNo": order["referenceNo"],
        "payMethod": "01",
        "amt": order["amt"],
        "paymentURL": "https://dev.nicepay.co.id/nicepay/redirect/v2/payment",
    } | changes


def inquired(question: Mapping[str, str], status: Any, **changes: Any) -> dict[str, Any]:
    """The documents' sample of an inquiry, by then unpaid: its times are null."""
    return {
        "resultCd": "0000",
        "resultMsg": "unpaid",
        "tXid": question["tXid"],
        "iMid": question["iMid"],
        "referenceNo": question["referenceNo"],
        "payMethod": "02",
        "amt": question["amt"],
        "cancelAmt": None,
        "reqDt": "20250115",
        "reqTm": "093000",
        "transDt": None,
        "transTm": None,
        "depositDt": None,
        "depositTm": None,
        "currency": "IDR",
        "goodsNm": "Kopi",
        "billingNm": "Budi",
        "status": status,
        "authNo": None,
        "IssueBankCd": "CENA",
        "issuBankCd": 14,
        "vat": "0",
        "fee": None,
        "acquirerData": {"rrn": "1"},
        "latestFailHistory": [],
    } | changes


def cancelled(order: Mapping[str, str], **changes: Any) -> dict[str, Any]:
    return {
        "resultCd": "0000",
        "resultMsg": "SUCCESS",
        "tXid": order["tXid"],
        "referenceNo": order["referenceNo"],
        "transDt": "20250115",
        "transTm": "100000",
        "description": "cancel",
        "amt": order["amt"],
        "canceltXid": "DEMOMERCH101202501151000005678",
    } | changes
