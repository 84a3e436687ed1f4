"""After a press the sandbox asks Gerbang what came of it, and says honestly what it has and has not seen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from gerbang.sandbox.app import Sandbox, SandboxConfig, running
from gerbang.sandbox.endings import STORIES
from gerbang.sandbox.expectations import IS_SEEN, watch
from gerbang.sandbox.shop import Shop
from tests.conftest import NO_TLS
from tests.sandbox.gerbang import PAYMENT, answering, payment
from tests.sandbox.merchant import registration


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
    assert asyncio.get_running_loop().time() - started >= 0.4
