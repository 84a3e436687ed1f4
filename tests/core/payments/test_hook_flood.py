"""Thousands of forged webhooks cost a few lines, a few rows and hardly any time; genuine ones still get through."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from gerbang.web.gateway.access_log import AccessLog
from gerbang.web.gateway.request_context import Reply
from gerbang.web.transport.hooks import Hooks
from gerbang.web.transport.webhook_refusals import Refusals

from .conftest import World
from .test_hooks import letter

FORGED = b"tXid=x&referenceNo=att_x&amt=1&merchantToken=" + b"0" * 64


async def ask(
    hooks: Hooks, source: str, body: bytes, connection: str = "nicepay-uji", told: int | None = None
) -> Reply:
    """One webhook from an address, as the server hands it over; nothing more can be read than `body`."""
    length = len(body) if told is None else told
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"%d" % length)]
    scope: dict[str, Any] = {
        "method": "POST",
        "path": f"/hooks/{connection}",
        "headers": headers,
        "client": (source, 1),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return await hooks.reply(scope, receive)


def flooded(world: World) -> Hooks:
    return Hooks(world.core.connections, world.core.inbox, 262_144, Refusals())


async def kept(world: World) -> Sequence[int]:
    """Rows of rejections, and of audit about them."""
    async with world.owner.reading() as tx:
        rows = await tx.fetchval("SELECT count(*) FROM rejections")
        return rows, await tx.fetchval("SELECT count(*) FROM audit WHERE action = 'webhook.rejected'")


async def test_five_thousand_forgeries_leave_few_rows_and_lines_and_take_little_time(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    hooks = flooded(world)
    await ask(hooks, "203.0.113.250", FORGED)
    capsys.readouterr()
    started = time.process_time()
    answers = Counter([(await ask(hooks, f"203.0.113.{n % 4}", FORGED)).status for n in range(5_000)])
    assert time.process_time() - started < 10
    assert set(answers) == {401, 429}
    assert answers[429] > 2_500, "nothing is verified for those who were refused often enough"
    assert max(await kept(world)) <= 65
    assert sum(captured.count("webhook.rejected") for captured in capsys.readouterr()) <= 20
    genuine = await ask(hooks, "203.0.113.77", letter(world, (await world.create()).details))
    assert genuine.status == 200


async def test_a_genuine_message_gets_through_from_the_very_address_of_the_forger(world: World) -> None:
    """Where no proxy is trusted, everybody has one address."""
    hooks = flooded(world)
    body = letter(world, (await world.create()).details)
    for _ in range(1_600):
        await ask(hooks, "127.0.0.1", FORGED)
    async with asyncio.timeout(10):
        while (await ask(hooks, "127.0.0.1", body)).status != 200:
            await asyncio.sleep(0.05)


async def test_what_is_too_large_or_for_nobody_is_refused_before_it_is_read(world: World) -> None:
    hooks = flooded(world)
    large = await ask(hooks, "203.0.113.9", b"", told=10 * 2**30)
    unknown = await ask(hooks, "203.0.113.9", b"x" * 1_000, "no-such-connection")
    assert (large.status, unknown.status) == (413, 404)
    assert (b"connection", b"close") in large.headers
    assert (b"connection", b"close") in unknown.headers
    assert await kept(world) == (0, 0)


async def test_a_forgery_is_refused_also_where_no_sample_of_it_can_be_kept(world: World) -> None:
    async with world.owner.transaction() as tx:
        await tx.execute("LOCK TABLE rejections IN ACCESS EXCLUSIVE MODE")
        assert (await ask(flooded(world), "203.0.113.9", FORGED)).status == 401


def test_refused_strangers_share_lines_of_the_log() -> None:
    written: list[str] = []
    access_log = AccessLog(write=written.append)
    for _ in range(2_000):
        access_log.add("POST /hooks/{connection}", 401, 0.001, 0.001, "-", "req_1")
    access_log.add("GET /v1/payments", 403, 0.001, 0.001, "key:key_1", "req_2")
    access_log.flush()
    lines = "".join(written).splitlines()
    assert len(lines) == 12
    assert '"times":1990' in lines[-1]
