"""From an announcement to the rows of its deliveries, in one transaction with the cursor: who wants it, and the body that all of them get.

An object is shown as it stands at that moment, which is soon after the announcement and never before it. Who needs the order of one object goes
by `sequence`, not by what arrived last.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import structlog

from gerbang.base import ids
from gerbang.base.db import Row, Tx
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import IDLE_S
from gerbang.core.endpoints import delivery_store, store
from gerbang.core.endpoints.model import API_VERSION, ENDPOINT, PERSONAL, TEST, Due, Message, Profile, Signing, wants
from gerbang.core.endpoints.sender import Sender

log = structlog.get_logger()
CONSUMER: Final = "endpoints"
_GATHER_S: Final = 0.002
_SKEW: Final = timedelta(
    minutes=1
)  # an endpoint is dated by the database, an announcement by whichever machine made it


class Payload(NamedTuple):
    """An object as it is sent to everybody, and what makes it for endpoints that may hear of people, where that is more."""

    data: Any
    personal: Callable[[], Any] | None = None


Payloads = Callable[[Tx, Sequence[UUID]], Awaitable[Mapping[UUID, Payload]]]


class MessageBody(msgspec.Struct, frozen=True):
    """What is sent: `data` is the whole object as the API renders it, and says in `object` what it is. `sequence` grows with each of its events."""

    id: str
    type: str
    timestamp: datetime
    sequence: int
    api_version: str
    data: Any


class Queueing:
    """Makes messages and their deliveries. `payloads` show objects by their type, as the edge renders them; of a type that stands nowhere nothing is sent.

    What the sender of this process has room for is begun with its row: a claim of its own would cost as much again, and time.
    """

    def __init__(self, payloads: Mapping[str, Payloads], sender: Sender) -> None:
        self._payloads = payloads
        self._sender = sender
        self._begun: list[Due] = []
        self._is_all = True
        self._is_heard = True

    def gather_s(self) -> float:
        """How long announcements gather before the next look, in seconds: hardly at all where somebody is told of them."""
        return _GATHER_S if self._is_heard else IDLE_S

    async def take(self, tx: Tx, announcements: Sequence[Announcement]) -> None:
        """The consumer of announcements."""
        self._begun, self._is_all = [], True
        told = [one for one in announcements if self._is_told(one)]
        endpoints = await store.listening(tx) if told else []
        self._is_heard = not told or bool(endpoints)
        pairs = [
            (row, one)
            for one in told
            for row in endpoints
            if row["created_at"] - _SKEW <= one.made_at
            and wants(row["events"], one.type)
            and one.id_of(ENDPOINT) != row["id"]  # of what becomes of an endpoint others are told
        ]
        if not pairs:
            return
        named = {one.id for row, one in pairs if PERSONAL in row["include"]}
        messages = await self._rendered(tx, list({one.id: one for _, one in pairs}.values()), named)
        found = [(row["id"], messages[one.id]) for row, one in pairs if one.id in messages]
        rows = [
            (id_, endpoint, message) for id_, (endpoint, message) in zip(ids.several(len(found)), found, strict=True)
        ]
        off = {row["id"] for row in endpoints if row["is_off"]}
        begun = self._with_room(endpoints, rows)
        self._is_all = len(begun) == sum(to not in off for _, to, _ in rows)
        new = await delivery_store.add(tx, list(messages.values()), rows, off, begun.keys(), self._sender.lease_s)
        self._begun = [_first_try(id_, at, *begun[id_]) for id_, at in new.items()]

    def taken(self) -> None:
        """What was taken last is committed: what is begun is sent at once, and somebody looks for the rest."""
        begun, self._begun = self._begun, []
        self._sender.begin(begun)
        if not self._is_all:
            self._sender.wake()

    def _with_room(
        self, endpoints: Sequence[Row], rows: Sequence[tuple[UUID, UUID, Message]]
    ) -> Mapping[UUID, tuple[Row, Message]]:
        """Those of the new deliveries, by their ids, that are sent from here at once."""
        quick = {row["id"]: row for row in endpoints if not row["is_off"] and not row["is_slowed"]}
        room = self._sender.room(quick)
        begun: dict[UUID, tuple[Row, Message]] = {}
        for id_, endpoint, message in rows:
            if room.get(endpoint, 0) > 0:
                room[endpoint] -= 1
                begun[id_] = quick[endpoint], message
        return begun

    async def bodies(self, tx: Tx, announcements: Sequence[Announcement]) -> Mapping[UUID, bytes]:
        """What an endpoint is sent of each of these, naming nobody: the very bytes, where one was sent it. Of what no endpoint is told there is nothing."""
        told = [one for one in announcements if self._is_told(one)]
        known = await delivery_store.bodies(tx, [one.id for one in told if one.id is not None])
        rest = {one.id: one for one in told if one.id is not None and one.id not in known}
        return known | {one.event_id: one.body for one in (await self._rendered(tx, list(rest.values()), ())).values()}

    def _is_told(self, one: Announcement) -> bool:
        """Whether endpoints may hear of it."""
        return (about := self._about(one)) is not None and about.type in self._payloads

    def _about(self, one: Announcement) -> ObjectRef | None:
        """What is shown: what the type begins with, where that is something that the announcement names (`refund.succeeded` of a payment names the
        refund), else the object itself.
        """
        noun = one.type.partition(".")[0]
        text = one.data.get(noun) if one.object is not None and one.object.type != noun else None
        if isinstance(text, str) and noun in self._payloads:
            return ObjectRef(noun, ids.read(text.partition("_")[0], text))
        return one.object

    async def _rendered(
        self, tx: Tx, announcements: Sequence[Announcement], named: Collection[UUID | None]
    ) -> dict[UUID | None, Message]:
        """The messages by announcement, those of `named` also as they name people; an object that cannot be shown keeps no other from its message."""
        about = [self._about(one) for one in announcements]
        shown = {
            type_: await show(tx, list(dict.fromkeys(wanted)))
            for type_, show in self._payloads.items()
            if (wanted := [ref.id for ref in about if ref is not None and ref.type == type_])
        }
        messages: dict[UUID | None, Message] = {}
        for one, ref in zip(announcements, about, strict=True):
            assert one.object is not None, "only those were taken"
            assert ref is not None, "what is about an object shows one"
            assert one.id is not None, "it was read from the database"
            payload = shown[ref.type].get(ref.id)
            if payload is None:
                log.error("endpoints.not_rendered", announcement=str(one.id), alert="Nobody is told by webhook.")
                continue
            if one.id not in named:
                payload = Payload(payload.data)
            messages[one.id] = message(one.id, one.type, one.made_at, one.sequence or 0, one.object, payload)
        return messages


def _first_try(id_: UUID, at: datetime, endpoint: Row, message: Message) -> Due:
    """A new delivery whose first try begins with it."""
    personal = message.personal if PERSONAL in endpoint["include"] else None
    return Due(
        id=id_,
        endpoint_id=endpoint["id"],
        event_id=message.event_id,
        type=message.type,
        tries=1,
        earlier_tries=0,
        url=endpoint["url"],
        signing=Signing(endpoint["signing"]),
        profile=Profile(endpoint["profile"]),
        is_ordered=False,
        was_failing=endpoint["failing"],
        taken_at=at,
        body=message.body if personal is None else personal,
    )


def message(
    event_id: UUID, type_: str, made_at: datetime, sequence: int, about: tuple[str, UUID], payload: Payload
) -> Message:
    """One message with its bytes, which are the same at every try."""
    shown, at = ids.show("evt", event_id), made_at.astimezone(UTC)

    def encoded(data: Any) -> bytes:
        return msgspec.json.encode(MessageBody(shown, type_, at, sequence, API_VERSION, data))

    personal = encoded(payload.personal()) if payload.personal is not None else None
    return Message(event_id, type_, about[0], about[1], sequence, encoded(payload.data), personal)


def trial_message(endpoint: UUID, now: datetime) -> Message:
    """What somebody sends to see whether it arrives: about the endpoint itself."""
    data = {"object": ENDPOINT, "id": ids.show("ep", endpoint)}
    return message(ids.new(), TEST, now, 0, (ENDPOINT, endpoint), Payload(data))
