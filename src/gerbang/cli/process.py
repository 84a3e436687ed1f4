"""How a command becomes a process: settings, logging, memory and event loop. What runs in it stands in gerbang/app/."""

import gc
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvloop

from gerbang import settings as all_settings
from gerbang.base import log, postgres
from gerbang.base.watchdog import Watchdog
from gerbang.settings import Settings

# A batch makes some ten thousand short-lived values, none of them in a cycle: looking for cycles every 700 cost a quarter of the worker's time.
_COLLECT_AFTER: Final = (50_000, 20, 100)


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without looking for cycles in between: that is an eighth of the time until a process that was killed is there again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def run(main: Callable[[Settings], Awaitable[None]], settings: Settings) -> None:
    """Run to the end."""
    _prepare(settings)

    async def story() -> None:
        await main(settings)

    uvloop.run(story())


def _prepare(settings: Settings) -> None:
    log.set_up(settings.log_level, as_json=settings.log_json)
    gc.collect()
    gc.freeze()  # what was imported stays for good
    gc.set_threshold(*_COLLECT_AFTER)


def run_until_asked(main: Callable[[Settings, Watchdog], Awaitable[None]], settings: Settings) -> None:
    """Run a process that lives until SIGTERM or Ctrl-C sets the watchdog's `stop`, and that is ended where it makes no progress."""
    _prepare(settings)
    dog = Watchdog(settings.drain_s, all_settings.service_manager())
    on_the_loop(dog, lambda watch: main(settings, watch))


def on_the_loop(dog: Watchdog, main: Callable[[Watchdog], Awaitable[None]]) -> None:
    """Run to the end under a watchdog, which hears of SIGTERM and Ctrl-C even where the loop does not turn."""

    async def story() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: dog.ask_to_stop())
        with dog.watching():
            await main(dog)

    uvloop.run(story())


LOOPBACK: Final = ("127.0.0.0/8", "::1")  # where endpoints may point under `up`


def settings_here(data: Path | None = None) -> Settings:
    """The settings, completed with the embedded database that runs on the data folder when no other is named."""
    given: dict[str, object] = {} if data is None else {"data": data}
    known = all_settings.load(**given)
    if known.database_url is None and (embedded := postgres.running(known.data)):
        given |= {"database_url": embedded.app_dsn, "database_owner_url": embedded.owner_dsn}
        if not known.allowed_private_targets:
            given |= {"allowed_private_targets": LOOPBACK}  # beside a running `up` as it is there
        return all_settings.load(**given)
    return known
