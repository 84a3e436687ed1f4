"""Announcements for whoever listens right now: one poller a process, fanned out to bounded queues. Durable consumers use
AnnouncementConsumer.

A subscriber that cannot keep up is dropped rather than given gaps: it comes back with its last place and misses nothing.
"""

import asyncio
import contextlib
import re
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from gerbang.base.batching import Shared
from gerbang.base.db import Database, Row, Tx
from gerbang.base.errors import GerbangError, Invalid, TooMany
from gerbang.base.watchdog import beat, watched
from gerbang.core.announcements import store
from gerbang.core.announcements.horizon import Horizon
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announcement_of

log = structlog.get_logger()
POLL_S: Final = 0.15
QUEUE: Final = 256
HISTORY: Final = 5_000  # a resume further back than this begins anew
_BATCH: Final = 500
_FIRST: Final = UUID(int=0)
LAST_ID: Final = UUID(int=2**128 - 1)
_PLACE: Final = re.compile(r"([0-9]{1,19})-([0-9a-f]{32})")
_PER_CALLER: Final = 10
_IN_ALL: Final = 2_000

ReadOwners = Callable[[Tx, Sequence[UUID]], Awaitable[Mapping[UUID, UUID | None]]]
Owners = Mapping[ObjectRef, UUID | None]


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """One type of object as listeners meet it: the prefix of its outer ids, the permission to hear of every one, and which customer each belongs
    to; without `owners` no customer hears of any.
    """

    prefix: str
    permission: str
    owners: ReadOwners | None = None


class BadPlace(Invalid):
    """A Last-Event-ID that we never gave out."""

    code = "bad_last_event_id"
    title = "The Last-Event-ID is not one of ours"


class TooManyListeners(TooMany):
    code = "too_many_listeners"
    title = "Too many open event streams"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a listener is in the order of announcements: `xid-id`, as text in Last-Event-ID."""

    xid: int
    id: UUID

    def __str__(self) -> str:
        return f"{self.xid}-{self.id.hex}"


def read_place(text: str) -> Place:
    """The place that a listener names; raises BadPlace."""
    found = _PLACE.fullmatch(text)
    if found is None or int(found[1]) >= 2**63:
        raise BadPlace
    return Place(int(found[1]), UUID(hex=found[2]))


@dataclass(frozen=True, slots=True)
class Scope:
    """What a listener may hear: one object, one customer's objects, or everything of some types and what is about no object. Whoever made it has
    checked the right to it.
    """

    caller: str
    object: ObjectRef | None = None
    owner: UUID | None = None
    types: frozenset[str] | None = None

    def covers(self, announcement: Announcement, owner: UUID | None) -> bool:
        """Whether this listener may hear it."""
        about = announcement.object
        if self.object is not None and about != self.object:
            return False
        if self.types is not None and about is not None and about.type not in self.types:
            return False
        return self.owner is None or (about is not None and owner == self.owner)


@dataclass(frozen=True, slots=True)
class Received:
    """An announcement and the place to resume after it."""

    place: Place
    announcement: Announcement


@dataclass(frozen=True, slots=True)
class Missed:
    """The place asked for lies too far back, or in another history: load the present state, then go on from `place`."""

    place: Place


@dataclass(slots=True, eq=False)
class _Listener:
    scope: Scope
    queue: "asyncio.Queue[Received | None]" = field(default_factory=lambda: asyncio.Queue(QUEUE + 1))

    def offer(self, heard: Received) -> bool:
        """False when the listener is too slow; it is then told to come back."""
        if self.queue.qsize() < QUEUE:
            self.queue.put_nowait(heard)
            return True
        self.end()
        return False

    def end(self) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self.queue.put_nowait(None)


class Broadcaster:
    """What one process hears of announcements. `kinds` says by type whose an object is, for listeners that may hear one customer's only."""

    def __init__(
        self, db: Database, kinds: Mapping[str, ObjectKind], *, per_caller: int = _PER_CALLER, in_all: int = _IN_ALL
    ) -> None:
        self._db = db
        self._kinds = kinds
        self._per_caller = per_caller
        self._in_all = in_all
        self._listeners: set[_Listener] = set()
        self._callers: Counter[str] = Counter()
        self._poller: asyncio.Task[None] | None = None
        self._position: Place | None = None
        self._starts: Shared[None, None] = Shared()
        self._horizon = Horizon()
        self._is_closed = False

    @property
    def listeners(self) -> int:
        """How many streams are open in this process."""
        return len(self._listeners)

    async def close(self) -> None:
        """End every stream and the poller; one that is asked for later ends at once."""
        self._is_closed = True
        for listener in list(self._listeners):
            listener.end()
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)
            self._poller = None

    def check_room(self, caller: str) -> None:
        """Raises TooManyListeners when this caller, or this process, has enough streams open."""
        if self._callers[caller] >= self._per_caller or len(self._listeners) >= self._in_all:
            raise TooManyListeners(retry_after_s=5)

    async def listen(
        self, scope: Scope, after: Place | None = None, *, heartbeat_s: float = 15.0
    ) -> AsyncGenerator[Received | Missed | Place | None, None]:
        """What `scope` covers, from `after` on or from now: first its history, then the Place from which on it is live, then what
        happens; None whenever it has been quiet for `heartbeat_s`. Ends when the listener was too slow or the process stops:
        resume after the last place.

        Raises TooManyListeners, and DatabaseUnavailable when not even the beginning can be read.
        """
        if self._is_closed:
            return
        self.check_room(scope.caller)
        listener = _Listener(scope)
        self._callers[scope.caller] += 1
        try:
            begin = await self._join(listener)
            if after is not None and begin < after and await self._is_of_another_history(after):
                yield Missed(begin)
                after = begin
            if after is not None:
                async for old in self._history(scope, after, begin):
                    yield old
            yield begin if after is None else max(begin, after)
            while True:
                try:
                    async with asyncio.timeout(heartbeat_s):  # not wait_for: before 3.12 it may swallow a cancellation
                        heard = await listener.queue.get()
                except TimeoutError:
                    yield None
                    continue
                if heard is None:
                    return
                if after is None or heard.place > after:
                    yield heard
        finally:
            self._leave(listener)

    async def _join(self, listener: _Listener) -> Place:
        """From here on the listener hears everything after the returned place."""
        while self._poller is None or self._poller.done():
            await self._starts.run(None, self._start)
        assert self._position is not None
        self._listeners.add(listener)
        return self._position

    async def _is_of_another_history(self, place: Place) -> bool:
        """We have not come to it: it was given out by a database whose older copy took its place."""
        async with self._db.reading() as tx:
            return place.xid >= int(await store.next_place(tx))

    async def _start(self) -> None:
        async with self._db.reading() as tx:
            horizon = int(await store.horizon(tx))
        self._position = Place(horizon - 1, LAST_ID)
        self._poller = asyncio.create_task(watched("broadcast", self._poll))
        self._poller.add_done_callback(self._poller_ended)

    def _poller_ended(self, task: "asyncio.Task[None]") -> None:
        """A bug ended it: nobody must go on listening to silence. They come back with their places."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("broadcast.poller_died", error=type(error).__name__)
            for listener in list(self._listeners):
                listener.end()

    def _leave(self, listener: _Listener) -> None:
        self._listeners.discard(listener)
        self._callers[listener.scope.caller] -= 1
        if self._callers[listener.scope.caller] <= 0:
            del self._callers[listener.scope.caller]
        if not self._listeners and self._poller is not None:
            self._poller.cancel()
            self._poller = None

    async def _history(self, scope: Scope, after: Place, until: Place) -> AsyncIterator[Received | Missed]:
        """What lies between two places; Missed instead of a history that is too long to read."""
        place, read = after, 0
        while place < until:
            async with self._db.reading() as tx:
                batch = _heard(await store.between(tx, (str(place.xid), place.id), (str(until.xid), until.id), _BATCH))
                owners = await self._owners_of(tx, batch) if scope.owner else {}
            for heard in batch:
                if scope.covers(heard.announcement, _owner(owners, heard)):
                    yield heard
            read += len(batch)
            if len(batch) < _BATCH:
                return
            if read >= HISTORY:
                yield Missed(until)
                return
            place = batch[-1].place

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            beat()
            try:
                await self._poll_once()
            except GerbangError as error:
                log.warning("broadcast.poll_failed", code=error.code)
                await asyncio.sleep(1)

    async def _poll_once(self) -> None:
        assert self._position is not None
        full = True
        while full:
            async with self._db.reading() as tx:
                batch = await self._read(tx, self._position)
            owners: Owners = {}
            if any(
                listener.scope.owner for listener in self._listeners
            ):  # asked last: whoever joins after this waits for no owners
                async with self._db.reading() as tx:
                    owners = await self._owners_of(tx, batch)
            for heard in batch:
                self._fan_out(heard, _owner(owners, heard))
            if batch:
                self._position = batch[-1].place
            full = len(batch) == _BATCH

    def _fan_out(self, heard: Received, owner: UUID | None) -> None:
        for listener in list(self._listeners):
            if listener.scope.covers(heard.announcement, owner) and not listener.offer(heard):
                self._listeners.discard(listener)
                log.warning("broadcast.listener_too_slow", caller=listener.scope.caller)

    async def _read(self, tx: Tx, after: Place) -> list[Received]:
        rows = await store.after(tx, str(after.xid), after.id, _BATCH, exact=self._horizon.exact())
        self._horizon.read(rows)
        return _heard(rows)

    async def _owners_of(self, tx: Tx, batch: Sequence[Received]) -> Owners:
        """Whose each object of the batch is: one question for each type of object that customers have."""
        wanted: defaultdict[str, set[UUID]] = defaultdict(set)
        for heard in batch:
            if heard.announcement.object is not None:
                wanted[heard.announcement.object.type].add(heard.announcement.object.id)
        found: dict[ObjectRef, UUID | None] = {}
        for type_, objects in wanted.items():
            kind = self._kinds.get(type_)
            if kind is not None and kind.owners is not None:
                owners = await kind.owners(tx, sorted(objects))
                found |= {ObjectRef(type_, id_): owner for id_, owner in owners.items()}
        return found


def _heard(rows: Sequence[Row]) -> list[Received]:
    return [Received(Place(int(row["at"]), row["id"]), announcement_of(row)) for row in rows]


def _owner(owners: Owners, heard: Received) -> UUID | None:
    return owners.get(heard.announcement.object) if heard.announcement.object is not None else None
