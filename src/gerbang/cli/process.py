"""How a command becomes a process: settings, logging, memory and event loop. What runs in it stands in gerbang/app.py."""

import gc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import uvloop

from gerbang import settings as all_settings
from gerbang.base import log, postgres
from gerbang.settings import Settings

# A batch makes some ten thousand short-lived values, none of them in a cycle: looking for cycles every 700 cost a quarter of the worker's time.
_COLLECT_AFTER: Final = (50_000, 20, 100)


def run(main: Callable[[Settings], Awaitable[None]], settings: Settings) -> None:
    """Set logging up and run to the end on uvloop."""
    log.set_up(settings.log_level, as_json=settings.log_json)
    gc.collect()
    gc.freeze()  # what was imported stays for good
    gc.set_threshold(*_COLLECT_AFTER)

    async def story() -> None:
        await main(settings)

    uvloop.run(story())


def settings_here(data: Path | None = None) -> Settings:
    """The settings, completed with the embedded database that runs on the data folder when no other is named."""
    given: dict[str, object] = {} if data is None else {"data": data}
    known = all_settings.load(**given)
    if known.database_url is None and (embedded := postgres.running(known.data)):
        given |= {"database_url": embedded.app_dsn, "database_owner_url": embedded.owner_dsn}
        return all_settings.load(**given)
    return known
