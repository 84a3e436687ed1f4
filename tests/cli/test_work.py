"""A worker that `up` starts beside the sandbox begins once the simulators listen, and without them after a moment."""

import asyncio
import time
from collections.abc import Callable

from gerbang.cli.work import simulators_listen


async def test_the_worker_begins_when_the_simulators_listen(free_port: Callable[[], int]) -> None:
    port = free_port()
    waiting = asyncio.create_task(simulators_listen(port, asyncio.Event()))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port):
        await asyncio.wait_for(waiting, 2)


async def test_without_simulators_it_begins_after_its_patience_and_who_is_asked_to_stop_waits_no_more(
    free_port: Callable[[], int],
) -> None:
    began = time.monotonic()
    await asyncio.wait_for(simulators_listen(free_port(), asyncio.Event(), patience_s=0.2), 2)
    assert time.monotonic() - began >= 0.2
    stop = asyncio.Event()
    stop.set()
    await asyncio.wait_for(simulators_listen(free_port(), stop, patience_s=60), 2)
