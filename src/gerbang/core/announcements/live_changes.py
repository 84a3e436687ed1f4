"""That something changed, for whoever looks at it right now, and never what: pages that are open load their part again.

One listener and one clock a process serve every open page, so a hundred pages ask the database no more often than one does. Nothing is
kept: a page that was away looks once when it comes back.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from gerbang.base.errors import GerbangError
from gerbang.base.watchdog import beat, watched
from gerbang.core.announcements.broadcast import Broadcaster, Received, Scope, TooManyListeners
from gerbang.core.announcements.model import Announcement, ObjectRef

log = structlog.get_logger()
EVERY_S: Final = 1.0
_PER_CALLER: Final = 10
_IN_ALL: Final = 2_000
_AGAIN_S: Final = 1.0
_NAME: Final = "live_changes"


@dataclass(frozen=True, slots=True)
class Topic:
    """What a page shows. `prefixes` are the types of announcements that change it, `about` the one object that it is about; `mark` is asked
    once a second for what no announcement tells: another answer than before is a change.
    """

    name: str
    prefixes: tuple[str, ...] = ()
    mark: Callable[[], Awaitable[Hashable]] | None = None
    about: ObjectRef | None = None

    def hears(self, told: Announcement) -> bool:
        """Whether an announcement changes what the page shows."""
        return told.type.startswith(self.prefixes) and (self.about is None or told.object == self.about)


@dataclass(frozen=True, slots=True)
class Watched:
    """What pages of one kind show: who may see it, which announcements change it, and what else to compare. `object`: the type of
    the one object that such a page is about.
    """

    permission: str
    prefixes: tuple[str, ...] = ()
    mark: Callable[[], Awaitable[Hashable]] | None = None
    object: str = ""

    def topic(self, name: str, about: ObjectRef | None) -> Topic:
        """What one such page waits for."""
        return Topic(name, self.prefixes, self.mark, about)


@dataclass(slots=True, eq=False)
class Watcher:
    """One open page. `changed` is set when it should look again, `ended` when the process stops."""

    topic: Topic
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False


class LiveChanges:
    """The open pages of this process."""

    def __init__(
        self,
        broadcast: Broadcaster,
        *,
        every_s: float = EVERY_S,
        per_caller: int = _PER_CALLER,
        in_all: int = _IN_ALL,
    ) -> None:
        self._broadcast = broadcast
        self._every_s = every_s
        self._per_caller = per_caller
        self._in_all = in_all
        self._watchers: set[Watcher] = set()
        self._callers: Counter[str] = Counter()
        self._marks: dict[str, Hashable] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def open_pages(self) -> int:
        """How many pages of this process are open."""
        return len(self._watchers)

    def check_room(self, caller: str) -> None:
        """Raises TooManyListeners when this caller, or this process, has enough pages open."""
        if self._callers[caller] >= self._per_caller or len(self._watchers) >= self._in_all:
            raise TooManyListeners(retry_after_s=5)

    @contextlib.asynccontextmanager
    async def watch(self, caller: str, topic: Topic) -> AsyncIterator[Watcher]:
        """A page is open for as long as this is; raises TooManyListeners."""
        self.check_room(caller)
        watcher = Watcher(topic)
        self._watchers.add(watcher)
        self._callers[caller] += 1
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(watched(_NAME, self._listen)),
                asyncio.create_task(watched(f"{_NAME}_marks", self._compare)),
            ]
        try:
            yield watcher
        finally:
            self._leave(caller, watcher)

    async def close(self) -> None:
        """End every page's watching."""
        for watcher in self._watchers:
            watcher.ended = True
            watcher.changed.set()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _leave(self, caller: str, watcher: Watcher) -> None:
        self._watchers.discard(watcher)
        self._callers[caller] -= 1
        if self._callers[caller] <= 0:
            del self._callers[caller]
        if all(one.topic.name != watcher.topic.name for one in self._watchers):
            self._marks.pop(watcher.topic.name, None)
        if not self._watchers:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    async def _listen(self) -> None:
        """Pass announcements on. What was missed while they could not be heard may be anything: everybody looks again."""
        while True:
            beat()
            try:
                async for one in self._broadcast.listen(Scope(_NAME)):
                    beat()
                    if isinstance(one, Received):
                        self._hear(one.announcement)
                    elif one is not None:
                        self._change(list(self._watchers))
            except GerbangError as error:
                log.warning("live_changes.interrupted", code=error.code)
            await asyncio.sleep(_AGAIN_S)

    async def _compare(self) -> None:
        """Ask each mark that somebody waits for. The first answer may be newer than what its page shows, so it counts as a change."""
        while True:
            await asyncio.sleep(self._every_s)
            beat()
            asked = {one.topic.name: one.topic.mark for one in self._watchers if one.topic.mark is not None}
            for name, mark in asked.items():
                try:
                    found = await mark()
                except GerbangError as error:
                    log.warning("live_changes.not_asked", topic=name, code=error.code)
                    continue
                if name not in self._marks or self._marks[name] != found:
                    self._marks[name] = found
                    self._change([one for one in self._watchers if one.topic.name == name])

    def _hear(self, told: Announcement) -> None:
        self._change([one for one in self._watchers if one.topic.hears(told)])

    def _change(self, concerned: Sequence[Watcher]) -> None:
        for watcher in concerned:
            watcher.changed.set()
