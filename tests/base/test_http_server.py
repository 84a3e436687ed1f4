"""The server on a real socket: it sleeps while nobody asks, and ends when what is under way has ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from gerbang.base.http_server import HttpServer
from gerbang.base.listening import listener

ASK = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


class Counting(HttpServer):
    """Counts how often it looks whether it shall end."""

    looks = 0

    async def on_tick(self, counter: int) -> bool:
        self.looks += 1
        return await super().on_tick(counter)


@asynccontextmanager
async def running(app: Any, grace_s: int = 5) -> AsyncIterator[tuple[Counting, int, "asyncio.Task[None]"]]:
    """A server, its port, and the task that serves."""
    bound = listener("127.0.0.1", 0, named=("HOST", "PORT"))
    config = uvicorn.Config(app, lifespan="off", log_config=None, ws="none", timeout_graceful_shutdown=grace_s)
    server = Counting(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    yield server, bound.getsockname()[1], serving
    server.end()
    await serving


async def answer(_scope: Any, _receive: Any, send: Any) -> None:
    """200, with a body of two bytes."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def test_an_idle_server_sleeps() -> None:
    async with running(answer) as (server, _, _serving):
        await asyncio.sleep(0.45)
        assert server.looks <= 2


async def test_a_kept_connection_keeps_no_server_from_ending() -> None:
    async with running(answer) as (server, port, serving):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        server.end()
        assert await reader.read() == b"ok"
        await serving
        writer.close()


async def test_what_is_under_way_is_answered_before_the_end() -> None:
    asked, let = asyncio.Event(), asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        asked.set()
        await let.wait()
        await answer(scope, receive, send)

    async with running(slow) as (server, port, serving):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        await asked.wait()
        server.end()
        await asyncio.sleep(0.05)
        assert not serving.done()
        let.set()
        assert (await reader.read()).endswith(b"ok")
        await serving
        writer.close()


async def test_what_never_ends_is_broken_off_after_its_grace() -> None:
    asked, broken = asyncio.Event(), asyncio.Event()

    async def endless(_scope: Any, _receive: Any, _send: Any) -> None:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            broken.set()

    async with running(endless, grace_s=1) as (server, port, serving):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        await asked.wait()
        server.end()
        await serving
        await broken.wait()
        writer.close()
