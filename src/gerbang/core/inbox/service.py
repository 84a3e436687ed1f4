"""Receiving: an event is committed before it is answered, once however often it comes, together with its neighbours."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.batching import GroupCommit
from gerbang.base.database_notifications import NotifyChannel
from gerbang.base.db import Database, Tx
from gerbang.base.keyset import FIRST_ID, FIRST_MOMENT
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.inbox import store
from gerbang.core.inbox.model import (
    Event,
    EventErased,
    EventFilters,
    EventNotFound,
    NewEvent,
    Rejection,
    Replay,
    Result,
    Unmatched,
    kind_of_shard,
)

CHANNEL: Final = "inbox"
SET_ASIDE: Final = "set aside by a person"
Preview = Callable[[Event], Awaitable[Replay]]
Apply = Callable[[Tx], Awaitable[Sequence[Result]]]
# A handler has two halves: what needs other systems comes first, without a transaction; what writes comes after, inside one.
Handler = Callable[[Sequence[Event]], Awaitable[Apply]]


class Inbox:
    """The way in, and the list of what came. `preview` says what running an event again would change, without writing."""

    def __init__(self, db: Database, preview: Preview) -> None:
        self._db = db
        self._preview = preview
        self.channel = NotifyChannel(db, CHANNEL)
        self._commits: GroupCommit[NewEvent, bool] = GroupCommit(db, self._store, one_statement=True, after=self._tell)
        self._untold: set[str] = set()

    async def receive(self, event: NewEvent) -> bool:
        """Keep an event; returns after COMMIT, with True when it was new. Raises DatabaseUnavailable or CommitUnknown: not kept for
        certain, the provider must send it again.
        """
        return await self._commits.submit(event)

    async def reject(self, connection: str, reason: str, source: str, body: bytes, *, times: int = 1) -> None:
        """Remember that a message was refused, and why; never what it said. It stands for `times` that came since the last."""
        digest = hashlib.sha256(body).digest()
        async with self._db.transaction() as tx:
            await store.reject(tx, connection, reason, source, digest, len(body))
            detail = {"reason": reason, "size": len(body), "digest": digest.hex()[:16], "times": times}
            await record(tx, [Entry(f"hook:{connection}", "webhook.rejected", f"connection:{connection}", detail)])

    async def note_address_verified(self, connection: str, source: str) -> None:
        """Write down that a provider was shown that the hook's address is ours, and from where it asked; nothing of what it sent."""
        async with self._db.transaction() as tx:
            entry = Entry(
                f"hook:{connection}", "webhook.address_verified", f"connection:{connection}", {"source": source}
            )
            await record(tx, [entry])

    async def note_card_data(self, connection: str) -> None:
        """Write down that a message held a card number, which was masked; never the number."""
        async with self._db.transaction() as tx:
            await record(tx, [Entry(f"hook:{connection}", "card_data.masked", f"connection:{connection}")])

    async def page(self, filters: EventFilters, after: tuple[datetime, UUID] | None, limit: int) -> list[Event]:
        """Newest events first."""
        async with self._db.reading() as tx:
            return await store.page(tx, filters, after, limit)

    async def get(self, event_id: UUID) -> Event:
        """One event; raises EventNotFound."""
        async with self._db.reading() as tx:
            event = await store.one(tx, event_id)
        if event is None:
            raise EventNotFound
        return event

    async def replay(self, actor: str, event_id: UUID, *, dry_run: bool) -> Replay:
        """Run an event again, or only say what that would change. Harmless by design: facts carry totals. Raises EventNotFound, EventErased."""
        event = await self.get(event_id)
        if not event.body and not event.headers:  # what really came always has headers
            raise EventErased
        if dry_run:
            return await self._preview(event)
        async with self._db.transaction() as tx:
            await store.renew(tx, event_id)
            await record(tx, [Entry(actor or SYSTEM, "webhook.replayed", ids.show("evt", event_id))])
        self.channel.notify(kind_of_shard(event.shard).value)
        return Replay(event_id, dry_run, "The event will be worked on again at once.", [])

    async def set_aside(self, actor: str, event_id: UUID) -> None:
        """A person has dealt with an event about a payment that is not known here. Raises EventNotFound; one that was worked off stays as it is."""
        await self.get(event_id)
        async with self._db.transaction() as tx:
            if await store.set_aside(tx, event_id, SET_ASIDE):
                await record(tx, [Entry(actor, "webhook.set_aside", ids.show("evt", event_id))])

    async def rejections(self, limit: int = 100) -> list[Rejection]:
        """What was refused lately, newest first."""
        async with self._db.reading() as tx:
            return [Rejection(**row) for row in await store.rejections(tx, limit)]

    async def _store(self, tx: Tx, events: Sequence[NewEvent]) -> Sequence[bool]:
        rows = [
            (ids.new(), e.connection, e.unique_key(), e.subject, e.shard(), e.type, dict(e.headers), e.body)
            for e in events
        ]
        fresh = await store.add(tx, rows)
        again = [(row[1], row[2]) for row in rows if row[0] not in fresh]
        if again:
            await store.count_again(tx, again)
        self._untold |= {event.kind.value for event in events}
        return [row[0] in fresh for row in rows]

    def _tell(self) -> None:
        """Wake the lanes of each kind that something has come for."""
        while self._untold:
            self.channel.notify(self._untold.pop())


async def count_unmatched(tx: Tx, most: int) -> int:
    """How many messages that may be about money are about payments that are not known here, counted up to `most`."""
    return await store.count_unmatched(tx, most)


async def unmatched(tx: Tx, after: tuple[datetime, UUID] | None, limit: int) -> list[Unmatched]:
    """Those messages, oldest first, from a keyset place (received_at, id) on."""
    return [Unmatched(**row) for row in await store.unmatched(tx, after or (FIRST_MOMENT, FIRST_ID), limit)]


async def has_live_unmatched(tx: Tx) -> bool:
    """Whether one of them came from a connection for real money."""
    return await store.has_live_unmatched(tx)


async def export_bytes(tx: Tx, events: Sequence[UUID]) -> list[Mapping[str, Any]]:
    """What messages about a person brought, as it came."""
    return [
        {
            "event": ids.show("evt", row["id"]),
            "received_at": row["received_at"].isoformat(),
            "headers": row["headers"],
            "body": bytes(row["body"]).decode("utf-8", "replace"),
        }
        for row in await store.stored_bytes(tx, events)
    ]


async def erase_bytes(tx: Tx, events: Sequence[UUID]) -> tuple[int, int]:
    """Erase what messages about a person brought; how many, and how many stay until they are worked on."""
    return await store.erase_bytes(tx, events)
