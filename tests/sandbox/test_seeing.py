"""After a press the sandbox asks Gerbang what came of it, and says honestly what it has and has not seen."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from gerbang.base.http import Http
from gerbang.sandbox.app import Sandbox, SandboxConfig, running
from gerbang.sandbox.endings import STORIES
from gerbang.sandbox.seeing import IS_SEEN, watch
from gerbang.sandbox.shop import Shop
from tests.conftest import NO_TLS
from tests.sandbox.merchant import registration

PAYMENT = "pay_01JH0000000000000000000000"


def payment(status: str, captured: int, **more: Any) -> Mapping[str, Any]:
    return {
        "id": PAYMENT, "status": status, "late": False, "amount": 150_000, "currency": "IDR", "amount_captured": captured,
        "amount_refunded": 0, "amount_excess": 0, "failure": None, "attempts": [{"status": "pending", "failure": None}], "refunds": [], **more,
    }  # fmt: skip


@dataclass
class Gerbang:
    """Something that answers as Gerbang does to whoever asks for a payment: the answers in turn, then the last for ever; None is a 503."""

    answers: list[Mapping[str, Any] | None]
    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readline()).decode().split(" ")[1])
        while (await reader.readline()).strip():
            pass
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


@asynccontextmanager
async def sandbox_beside(config: SandboxConfig, shop: Shop) -> AsyncIterator[tuple[Sandbox, httpx.AsyncClient]]:
    async with (
        running(config, shop=shop) as sandbox,
        httpx.AsyncClient(base_url=sandbox.url, timeout=10, verify=NO_TLS) as client,
    ):
        yield sandbox, client


async def paid_at(client: httpx.AsyncClient) -> Any:
    txid = (await client.post("/nicepay/direct/v2/registration", json=registration(description=PAYMENT))).json()["tXid"]
    answer = await client.post("/control/nicepay/endings", json={"ending": "paid", "reference": txid})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_whatever_can_be_played_can_be_told_to_have_been_seen() -> None:
    assert list(IS_SEEN) == list(STORIES)


async def test_the_answer_waits_for_what_must_be_seen_and_says_what_was(config: SandboxConfig) -> None:
    before, after = payment("pending", 0), payment("paid", 150_000)
    async with answering(before, after) as (gerbang, shop), sandbox_beside(config, shop) as (_, client):
        seen = (await paid_at(client))["seen"]
    assert (seen["as_told"], seen["status"], seen["amount_captured"]) == (True, "paid", 150_000)
    assert seen["console"] == f"{gerbang.url}/console/payments/{PAYMENT}"
    assert gerbang.asked == [f"/v1/payments/{PAYMENT}"] * 2


async def test_what_has_not_come_is_told_as_not_seen() -> None:
    failed = payment("failed", 0, failure={"code": "card_declined"})
    async with answering(failed) as (_, shop):
        seen = await watch(shop, "paid", PAYMENT, patience_s=0.3)
    assert (seen.as_told, seen.status, seen.failure) == (False, "failed", "card_declined")


async def test_the_page_looks_again_when_it_is_loaded_again(config: SandboxConfig) -> None:
    answers = (None, payment("part_paid", 120_000), payment("paid", 150_000, amount_excess=30_000))
    async with answering(*answers) as (_, shop), sandbox_beside(config, shop) as (_, client):
        assert (await paid_at(client))["seen"] is None
        second, third = (await client.get("/")).text, (await client.get("/")).text
    assert "<b>Not seen yet</b>" in second
    assert "Rp\u00a0120.000" in second
    assert "<b>Seen</b>" in third
    assert "<dd>Rp\u00a030.000</dd>" in third
    assert f"/console/payments/{PAYMENT}" in third


async def test_a_sandbox_without_gerbang_says_that_nobody_could_be_asked(http: httpx.AsyncClient) -> None:
    assert (await paid_at(http))["seen"] is None
    assert "Gerbang could not be asked what came of it." in (await http.get("/")).text


async def test_where_nothing_may_move_it_is_watched_for_a_moment_first() -> None:
    async with answering(payment("paid", 150_000)) as (_, shop):
        started = asyncio.get_running_loop().time()
        seen = await watch(shop, "forged", PAYMENT, patience_s=0)
    assert not seen.as_told
    assert asyncio.get_running_loop().time() - started >= 0.9
