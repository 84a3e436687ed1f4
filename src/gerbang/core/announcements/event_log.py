"""Announcements for a reader that keeps its own place and must miss none, however long it was away: read in order, after a place, page by page.

Nothing is kept here for a reader. An event that somebody has sent again stands in the log once more, at the place of that wish.
"""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from time import monotonic
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.core.announcements import store
from gerbang.core.announcements.broadcast import LAST_ID, Broadcaster, Missed, Place, Received, Scope
from gerbang.core.announcements.event_types import EventType
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce, announcement_of
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record

RESENT: Final = "event.resent"
EVENT_TYPES: Final = (
    EventType(
        RESENT, None, "Somebody sent an event again: readers of the event log get it once more, under its own id."
    ),
)
_MOST_PAGES: Final = 50  # that one question may read through without finding anything that is wanted
_LEAST_WAIT_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Logged:
    """An announcement at a place of the log; `resent`: it stands there because it was sent again."""

    place: Place
    announcement: Announcement
    resent: bool = False


@dataclass(frozen=True, slots=True)
class LogPage:
    """What was found, and the place to go on behind. `missed`: the place that was asked for is of another history, and nobody knows what lies between."""

    found: Sequence[Logged]
    next: Place
    missed: bool = False


class EventLog:
    """Reads the log; `broadcast` tells when there is something new."""

    def __init__(self, db: Database, broadcast: Broadcaster, clock: BusinessClock) -> None:
        self._db = db
        self._clock = clock
        self._broadcast = broadcast

    async def end(self) -> Place:
        """The place behind all that has been announced."""
        async with self._db.reading() as tx:
            return Place(int(await store.horizon(tx)) - 1, LAST_ID)

    async def read(
        self, caller: str, wanted: Callable[[Announcement], bool], after: Place, most: int, wait_s: float
    ) -> LogPage:
        """The next at most `most` announcements after a place, of which only those that are `wanted` are told; waits up to `wait_s` for one. Raises
        TooManyListeners while this caller has enough questions waiting.
        """
        place, until = after, monotonic() + wait_s
        if await self._is_of_another_history(place):
            return LogPage((), await self.end(), missed=True)
        for _ in range(_MOST_PAGES):
            page = await self._page(place, most)
            found = [one for one in page if wanted(one.announcement)]
            place = page[-1].place if page else place
            left = until - monotonic()
            if found or (len(page) < most and left < _LEAST_WAIT_S):
                return LogPage(found, place)
            if len(page) < most:
                await self._news(caller, place, left)
        return LogPage((), place)

    async def resend(self, event: UUID, actor: str) -> bool:
        """Put an event into the log again; False where there is none of this id."""
        async with self._db.transaction() as tx:
            if not await store.several(tx, [event]):
                return False
            shown = ids.show("evt", event)
            await record(tx, [Entry(actor, RESENT, shown)])
            await announce(tx, [Announcement(RESENT, None, {"event": shown}, self._clock.now())])
        return True

    async def _is_of_another_history(self, place: Place) -> bool:
        async with self._db.reading() as tx:
            return place.xid >= int(await store.next_place(tx))

    async def _page(self, after: Place, most: int) -> Sequence[Logged]:
        async with self._db.reading() as tx:
            rows = await store.after(tx, str(after.xid), after.id, most, exact=True)
            read = [Logged(Place(int(row["at"]), row["id"]), announcement_of(row)) for row in rows]
            return await _with_originals(tx, read)

    async def _news(self, caller: str, after: Place, most_s: float) -> None:
        """Until something was announced after this place, or time is over."""
        async with aclosing(self._broadcast.listen(Scope(caller), after, heartbeat_s=most_s)) as heard:
            async for one in heard:
                if one is None or isinstance(one, Received | Missed):
                    return


async def _with_originals(tx: Tx, read: Sequence[Logged]) -> Sequence[Logged]:
    """The page with what was sent again in the place of the wish."""
    wishes = {
        one.place: ids.read("evt", str(one.announcement.data["event"]))
        for one in read
        if one.announcement.type == RESENT
    }
    if not wishes:
        return read
    originals = {row["id"]: announcement_of(row) for row in await store.several(tx, list(set(wishes.values())))}
    return [
        Logged(one.place, originals[wishes[one.place]], resent=True) if one.place in wishes else one for one in read
    ]
