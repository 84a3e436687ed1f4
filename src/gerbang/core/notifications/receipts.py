"""What senders say later: how far a message came, who wants no more, who wrote, and which templates are no longer approved. A failure has the next channel
speak, in the same transaction.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec
import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import CommitUnknown, DatabaseUnavailable, GerbangError, NotFound
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.connections.model import ConnectionNotFound
from gerbang.core.connections.outbound_calls import MESSAGES, OutboundCalls
from gerbang.core.customers import consents
from gerbang.core.inbox.model import Done, Event, NotYet, Replay, Result
from gerbang.core.inbox.routing import EventHandler
from gerbang.core.inbox.service import Apply
from gerbang.core.notifications import conversation_store, store, suppression_store, template_states
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.machine import advance
from gerbang.core.notifications.model import PHONE, Notification, Status
from gerbang.core.secrets.model import Purpose
from gerbang.ports.messenger import (
    Channel,
    MessengerMessage,
    OptOut,
    Progress,
    Receipt,
    Sent,
    Several,
    TemplateNews,
    Wrote,
)
from gerbang.ports.webhook import Ignored, WebhookProvider, WebhookRequest

log = structlog.get_logger()
_MOST_OUTCOMES: Final = 5
_UNKNOWN: Final = NotYet("it is about a message that is not known here (yet)", names_money=False)
_UNUSABLE: Final = NotYet("its connection cannot be used now", names_money=False)


class Read(msgspec.Struct, frozen=True):
    """A stored event, what it says, and on which channel; None where its connection cannot be used."""

    event: Event
    says: MessengerMessage | None
    channel: Channel | None = None


class Receipts:
    """Works on what senders of messages tell."""

    def __init__(self, outbound: OutboundCalls, fallback: Fallback) -> None:
        self._outbound = outbound
        self._connections = outbound.connections
        self._fallback = fallback

    def handler(self) -> EventHandler:
        """What notifications do with the events of senders."""
        return EventHandler(self.handle, self.preview)

    async def handle(self, events: Sequence[Event]) -> Apply:
        """Read a batch; the answer applies it inside the inbox worker's transaction."""
        return partial(self._apply, [await self._read(event) for event in events])

    async def preview(self, event: Event) -> Replay:
        """What running one again would change: a fact that is known already changes nothing, and no other is told by it."""
        read = await self._read(event)
        said = type(read.says).__name__.lower() if read.says is not None else "nothing that can be read now"
        return Replay(
            event.id, True, f"It says: {said}. Facts about a message that are known already change nothing.", []
        )

    async def _apply(self, reads: Sequence[Read], tx: Tx) -> Sequence[Result]:
        return [await self._one(tx, read) for read in reads]

    async def _one(self, tx: Tx, read: Read) -> Result:
        """All that one event says: what is known of it is applied, and where something is not known yet the event comes again."""
        if read.says is None:
            return _UNUSABLE
        news = read.says.news if isinstance(read.says, Several) else (read.says,)
        results = [await self._heard(tx, read, one) for one in news]
        waiting = next((one for one in results if isinstance(one, NotYet)), None)
        done = dict.fromkeys(one.outcome for one in results if isinstance(one, Done))
        return waiting or Done("; ".join(list(done)[:_MOST_OUTCOMES]))

    async def _heard(self, tx: Tx, read: Read, news: Receipt | OptOut | Wrote | TemplateNews | Ignored) -> Result:
        event = read.event
        match news:
            case Ignored(why=why):
                return Done(why)
            case OptOut(address=address):
                await conversation_store.note_event(tx, address, event.id)
                return await _opted(tx, read, news)
            case Wrote(address=address, at=at):
                await conversation_store.note_event(tx, address, event.id)
                if at is not None:
                    await conversation_store.wrote(tx, event.connection, address, at)
                return Done("a person wrote; nobody reads it here")
            case TemplateNews():
                said_by = {"event": ids.show("evt", event.id)}
                is_used = await template_states.change(tx, f"hook:{event.connection}", event.connection, news, said_by)
                return Done("the template may be used" if is_used else "the template is paused")
            case Receipt():
                known = await _spoken_of(tx, event, news)
                return _UNKNOWN if known is None else await self._told(tx, event, known, news)

    async def _told(self, tx: Tx, event: Event, known: Notification, receipt: Receipt) -> Result:
        """A fact about a message; one that is known already is not written down again."""
        after, at = advance(known.status, receipt.progress), await store.business_now(tx)
        await conversation_store.note_event(tx, known.recipient, event.id)
        if receipt.category:
            await store.note_charge(tx, known.id, receipt.category, receipt.billable)
        if known.is_known(receipt.progress):
            return Done(f"message {after.value}")
        error = receipt.code if receipt.progress is Progress.FAILED and after is Status.FAILED else None
        await store.note_progress(tx, known.id, after, receipt.progress, at, error)
        detail = {"template": known.template.value, "channel": known.channel.value, "event": ids.show("evt", event.id)}
        if receipt.code:
            detail["why"] = receipt.code
        action = f"notification.{receipt.progress.value}"
        await record(tx, [Entry(f"hook:{event.connection}", action, ids.show("ntf", known.id), detail)])
        if receipt.gone:
            await suppression_store.suppress(tx, known.channel, known.recipient, receipt.code)
        if after is Status.FAILED and known.status is not Status.FAILED:
            await self._fallback.tell(tx, known)
        return Done(f"message {after.value}")

    async def _read(self, event: Event) -> Read:
        try:
            connection = await self._connections.get(event.connection)
            account = await self._connections.account_for(connection, Purpose.VERIFY_WEBHOOK)
        except ConnectionNotFound:
            return Read(event, None)
        except (DatabaseUnavailable, CommitUnknown):
            raise
        except GerbangError as error:
            log.warning("inbox.connection_unusable", connection=event.connection, code=error.code, why=error.detail)
            return Read(event, None)
        webhook: WebhookProvider[MessengerMessage] | None = self._connections.provider_of(connection).webhook
        if webhook is None:
            return Read(event, Ignored("its provider sends no webhooks"))
        messenger = self._outbound.adapter(connection, MESSAGES)
        says = webhook.read(account, WebhookRequest(event.headers, event.body))
        return Read(event, says, messenger.channel if messenger else None)


async def _spoken_of(tx: Tx, event: Event, receipt: Receipt) -> Notification | None:
    """The message that a receipt is about, locked. One that may have left and was waited for is known by our own reference from now on."""
    known = await store.lock_told(tx, event.connection, receipt.provider_id)
    if known is not None or not receipt.reference:
        return known
    try:
        found = await store.lock(tx, ids.read("ntf", receipt.reference.partition(".")[0]))
    except NotFound:
        return None
    if (
        found is None
        or found.provider_id
        or (found.reference, found.connection) != (receipt.reference, event.connection)
    ):
        return None
    await store.mark_taken(tx, found.id, Sent(receipt.provider_id, receipt.progress))
    await store.settle_attempts(tx, found.id)
    return found


async def _opted(tx: Tx, read: Read, news: OptOut) -> Result:
    """One number: who says stop on one channel to a phone is left alone on all of them, and what was agreed to for it is in effect no more until they say start."""
    assert read.channel is not None, "only what sends messages says so"
    for channel in PHONE if read.channel in PHONE else (read.channel,):
        if news.out:
            await suppression_store.suppress(tx, channel, news.address, suppression_store.SAID_STOP)
        else:
            await suppression_store.allow(tx, channel, news.address)
    if read.channel in PHONE:
        actor, now = f"hook:{read.event.connection}", await store.business_now(tx)
        if news.out:
            await consents.withdraw(tx, actor, news.address, now, is_stop=True)
        else:
            await consents.restore(tx, actor, news.address, now)
    action = "notification.stopped" if news.out else "notification.allowed"
    detail = {"channel": read.channel.value, "event": ids.show("evt", read.event.id)}
    await record(tx, [Entry(f"hook:{read.event.connection}", action, "", detail)])
    said = "nobody writes to this number any more" if news.out else "this number may be written to again"
    return Done(said)
