"""Events of a running Gerbang one after the other, from a place on, without an end and through every outage."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, Protocol

from gerbang.base.errors import Invalid
from gerbang.cli.instance import Instance, NotAnswered, Refused
from gerbang.core.endpoints.model import is_pattern

_WAIT_S: Final = 20
_ANSWER_S: Final = 40.0
_AT_ONCE: Final = 20  # bodies are up to a quarter of a megabyte each
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 10.0


class Says(Protocol):
    """Who tells people how it goes."""

    def away(self, why: str) -> None: ...

    def back(self) -> None: ...

    def missed(self) -> None: ...


class EventSource:
    """Asks for what comes after a place, for ever. `patterns` are types by commas."""

    def __init__(self, instance: Instance, says: Says, patterns: str | None = None) -> None:
        self._instance = instance
        self._says = says
        self._patterns = patterns
        self._away = False

    async def after(self, place: str, keep: Callable[[str], None]) -> AsyncIterator[Any]:
        """Each event after the place (empty: from now on) as the event log tells it; once the taker asks for the next, the place behind is kept."""
        while True:
            page = await self._page(place)
            if page["missed"]:
                self._says.missed()
            for one in page["data"]:
                yield one
                keep(one["place"])
            place = page["next"]
            keep(place)

    async def _page(self, place: str) -> Any:
        """The next page, as soon as there is an answer. Raises Refused where asking again cannot help."""
        asked: dict[str, Any] = {"events": self._patterns, "limit": _AT_ONCE}
        asked |= {"after": place, "wait_s": _WAIT_S} if place else {}
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                page = await self._instance.ask("GET", "/v1/event-log", timeout_s=_ANSWER_S, **asked)
            except NotAnswered as error:
                self._is_away(error.detail)
            except Refused as error:
                if error.status < 500 and error.status != 429:
                    raise
                self._is_away(error.detail)
            else:
                if self._away:
                    self._away = False
                    self._says.back()
                return page
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def _is_away(self, why: str) -> None:
        if not self._away:
            self._away = True
            self._says.away(why)


def checked_patterns(events: str | None) -> str | None:
    """What `--events` says, without blanks. Raises Invalid."""
    if events is None:
        return None
    named = [one.strip() for one in events.split(",")]
    wrong = [one for one in named if not is_pattern(one)]
    if wrong:
        raise Invalid(
            f"--events: {wrong[0]!r} names no type.", hint="Write payment.paid, 'payment.*' or '*'; several by commas."
        )
    return ",".join(named)
