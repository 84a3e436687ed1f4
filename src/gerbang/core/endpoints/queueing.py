"""From an announcement to the rows of its deliveries, in one transaction with the cursor: who wants it, and the body that all of them get.

An object is shown as it stands at that moment, which is soon after the announcement and never before it. Who needs the order of one object goes
by `sequence`, not by what arrived last.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.announcements.model import Announcement
from gerbang.core.endpoints import delivery_store, store
from gerbang.core.endpoints.model import API_VERSION, ENDPOINT, TEST, Message, wants

log = structlog.get_logger()
CONSUMER: Final = "endpoints"
_SKEW: Final = timedelta(
    minutes=1
)  # an endpoint is dated by the database, an announcement by whichever machine made it
Payloads = Callable[[Tx, Sequence[UUID]], Awaitable[Mapping[UUID, Any]]]


class MessageBody(msgspec.Struct, frozen=True):
    """What is sent: `data` is the whole object as the API renders it, and says in `object` what it is. `sequence` grows with each of its events."""

    id: str
    type: str
    timestamp: datetime
    sequence: int
    api_version: str
    data: Any


class Queueing:
    """Makes messages and their deliveries. `payloads` show objects by their type, as the edge renders them; of a type that stands nowhere nothing is sent."""

    def __init__(self, payloads: Mapping[str, Payloads]) -> None:
        self._payloads = payloads

    async def take(self, tx: Tx, announcements: Sequence[Announcement]) -> None:
        """The consumer of announcements."""
        told = [one for one in announcements if one.object is not None and one.object.type in self._payloads]
        endpoints = await store.listening(tx) if told else []
        pairs = [
            (row["id"], one)
            for one in told
            for row in endpoints
            if row["created_at"] - _SKEW <= one.made_at and wants(row["events"], one.type)
        ]
        if not pairs:
            return
        messages = await self._rendered(tx, list({one.id: one for _, one in pairs}.values()))
        found = [(endpoint, messages[one.id]) for endpoint, one in pairs if one.id in messages]
        rows = [
            (id_, endpoint, message) for id_, (endpoint, message) in zip(ids.several(len(found)), found, strict=True)
        ]
        await delivery_store.add(tx, list(messages.values()), rows)

    async def _rendered(self, tx: Tx, announcements: Sequence[Announcement]) -> dict[UUID | None, Message]:
        """The messages by announcement; an object that cannot be shown keeps no other from its message."""
        shown: dict[str, Mapping[UUID, Any]] = {}
        for type_, show in self._payloads.items():
            about = [id_ for one in announcements if (id_ := one.id_of(type_)) is not None]
            if about:
                shown[type_] = await show(tx, list(dict.fromkeys(about)))
        messages: dict[UUID | None, Message] = {}
        for one in announcements:
            assert one.object is not None, "only those were taken"
            assert one.id is not None, "it was read from the database"
            data = shown[one.object.type].get(one.object.id)
            if data is None:
                log.error("endpoints.not_rendered", announcement=str(one.id), alert="Nobody is told by webhook.")
                continue
            messages[one.id] = message(one.id, one.type, one.made_at, one.sequence or 0, one.object, data)
        return messages


def message(
    event_id: UUID, type_: str, made_at: datetime, sequence: int, about: tuple[str, UUID], data: Any
) -> Message:
    """One message with its bytes, which are the same for everybody and at every try."""
    shown = ids.show("evt", event_id)
    body = MessageBody(shown, type_, made_at.astimezone(UTC), sequence, API_VERSION, data)
    return Message(event_id, type_, about[0], about[1], sequence, msgspec.json.encode(body))


def trial_message(endpoint: UUID, now: datetime) -> Message:
    """What somebody sends to see whether it arrives: about the endpoint itself."""
    data = {"object": ENDPOINT, "id": ids.show("ep", endpoint)}
    return message(ids.new(), TEST, now, 0, (ENDPOINT, endpoint), data)
