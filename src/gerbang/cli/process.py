"""How a command becomes a process: settings, logging and event loop. What runs in it stands in gerbang/app.py."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from gerbang import settings as all_settings
from gerbang.base import log, postgres
from gerbang.settings import Settings


def run(main: Callable[[Settings], Awaitable[None]], settings: Settings) -> None:
    """Set logging up and run to the end on uvloop."""
    log.set_up(settings.log_level, as_json=settings.log_json)

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
