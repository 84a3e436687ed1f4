"""`gerbang work`: the worker, as one process. What it consists of is put together in gerbang/app/."""

import asyncio
import contextlib
from typing import Final

from gerbang.base.watchdog import Watchdog
from gerbang.cli.process import loading, run_until_asked, settings_here
from gerbang.settings import Settings

_SIMULATORS_S: Final = 5.0
_LOOK_S: Final = 0.02


def work() -> None:
    """Work until SIGTERM or Ctrl-C; jobs in flight are finished or given back."""
    settings = settings_here()
    settings.database_dsn()  # said at once, before the rest is loaded
    with loading():
        from gerbang import app

    async def main(chosen: Settings, dog: Watchdog) -> None:
        if chosen.sandbox:
            await simulators_listen(chosen.sandbox_port, dog.stop)
        await app.work(chosen, dog)

    run_until_asked(main, settings)


async def simulators_listen(port: int, stop: asyncio.Event, patience_s: float = _SIMULATORS_S) -> None:
    """Until the sandbox takes connections, which it does once all of it is there, its mail too: `up` starts both at once, and what is sent before opens breakers
    for nothing. The worker goes on without it after a moment.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            while not stop.is_set() and not await _listens(port):
                await asyncio.sleep(_LOOK_S)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
