"""Inbox events and what becomes of them. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID
from zlib import crc32

import msgspec

from gerbang.base.errors import Conflict, NotFound
from gerbang.core.announcements.model import ObjectRef
from gerbang.ports.kinds import Kind

SHARDS_PER_KIND: Final = 8
# Each kind of provider has shards of its own, worked on by lanes of its own: a kind whose handler fails, hangs or is flooded holds up no other.
# A kind keeps its place for ever, for events stand by their shard's number; a new one is added at the end, with its rows of `inbox_shards`.
_PLACES: Final = (
    Kind.PAYMENT,
    Kind.MARKETPLACE,
    Kind.AI,
    Kind.MESSENGER,
    Kind.HTTP,
    Kind.CHAIN,
    Kind.RATES,
    Kind.SECRETS,
)
MOST_TRIES: Final = 5
WAITS_S: Final = (5, 30, 300, 3_600, 21_600)


class EventNotFound(NotFound):
    code = "webhook_event_not_found"
    title = "There is no such webhook event"


class EventErased(Conflict):
    """What it brought was erased with the person whom it named: nobody can read it again."""

    code = "webhook_event_erased"
    title = "What the webhook event brought was erased"


class EventStatus(StrEnum):
    NEW = "new"
    DONE = "done"
    WAITING = "waiting"
    PARKED = "parked"


def shards_of(kind: Kind) -> range:
    """The shards in which the events of one kind of provider stand."""
    first = _PLACES.index(kind) * SHARDS_PER_KIND
    return range(first, first + SHARDS_PER_KIND)


def kind_of_shard(shard: int) -> Kind:
    """The kind of provider whose events stand in a shard."""
    return _PLACES[shard // SHARDS_PER_KIND]


class NewEvent(msgspec.Struct, frozen=True):
    """A verified message to be kept. `key` is the provider's event id, or empty: then a digest of the raw bytes stands for it.
    `subject` keeps messages about the same thing in order; `kind` is the provider's, and says whose handler it is for.
    """

    connection: str
    key: str
    subject: str
    type: str
    headers: Mapping[str, str]
    body: bytes
    kind: Kind = Kind.PAYMENT

    def unique_key(self) -> str:
        """What makes the event one: the same key twice is the same event."""
        return self.key or "sha256:" + hashlib.sha256(self.body).hexdigest()

    def shard(self) -> int:
        """Which lane works on it: events about one subject share a lane."""
        return shards_of(self.kind)[crc32(self.subject.encode()) % SHARDS_PER_KIND]


class Event(msgspec.Struct, frozen=True):
    """A stored event. `times_seen` counts identical deliveries; `outcome` says in words what became of it, and `object` what it was about."""

    id: UUID
    received_at: datetime
    connection: str
    key: str
    subject: str
    type: str
    headers: Mapping[str, str]
    body: bytes
    status: EventStatus = EventStatus.NEW
    outcome: str | None = None
    tries: int = 0
    done_at: datetime | None = None
    object: ObjectRef | None = None
    times_seen: int = 1
    shard: int = 0


@dataclass(frozen=True, slots=True)
class EventFilters:
    """Which events a list shows; None means any. `source` is the connection."""

    source: str | None = None
    type: str | None = None
    status: str | None = None
    received_after: datetime | None = None


class Done(msgspec.Struct, frozen=True):
    """The event had its effect, or rightly none; `outcome` in a few words, `object` what it was about."""

    outcome: str
    object: ObjectRef | None = None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A message about something that is not known here, as the work list tells it; `outcome` says why nothing came of it."""

    id: UUID
    received_at: datetime
    connection: str
    type: str
    subject: str
    outcome: str | None


class NotYet(msgspec.Struct, frozen=True):
    """What the event is about is not known here (yet): kept, tried again later, parked in the end. A person is told of one that may be about
    money.
    """

    why: str
    names_money: bool = True


Result = Done | NotYet


@dataclass(frozen=True, slots=True)
class Rejection:
    """A message that was refused: never its content, only a digest and its size."""

    connection: str
    reason: str
    source: str
    body_digest: bytes
    body_size: int
    rejected_at: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """What running an event again did, or would do."""

    event: UUID
    dry_run: bool
    outcome: str
    changes: Sequence[Mapping[str, str]]
