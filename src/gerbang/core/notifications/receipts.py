"""What senders say later: how far a message came, and who wants no more. A failure has the next channel speak, in the same transaction."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec
import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import CommitUnknown, DatabaseUnavailable, GerbangError
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.connections.model import ConnectionNotFound
from gerbang.core.connections.service import Connections
from gerbang.core.inbox.model import Done, Event, NotYet, Replay, Result
from gerbang.core.inbox.routing import EventHandler
from gerbang.core.inbox.service import Apply
from gerbang.core.notifications import store, suppression_store
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.machine import advance
from gerbang.core.notifications.model import Notification, Status
from gerbang.core.secrets.model import Purpose
from gerbang.ports.messenger import Channel, MessengerMessage, OptOut, Progress, Receipt
from gerbang.ports.webhook import Ignored, WebhookProvider, WebhookRequest

log = structlog.get_logger()
_UNKNOWN: Final = NotYet("it is about a message that is not known here (yet)", names_money=False)
_UNUSABLE: Final = NotYet("its connection cannot be used now", names_money=False)


class Read(msgspec.Struct, frozen=True):
    """A stored event, what it says, and for which channel; None where its connection cannot be used."""

    event: Event
    says: MessengerMessage | None
    channel: Channel = Channel.SMS


class Receipts:
    """Works on what senders of messages tell."""

    def __init__(self, connections: Connections, fallback: Fallback) -> None:
        self._connections = connections
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
        match read.says:
            case None:
                return _UNUSABLE
            case Ignored(why=why):
                return Done(why)
            case OptOut(address=address, out=out):
                if out:
                    await suppression_store.suppress(tx, read.channel, address, "the person said stop")
                else:
                    await suppression_store.allow(tx, read.channel, address)
                action = "notification.stopped" if out else "notification.allowed"
                detail = {"channel": read.channel.value, "event": ids.show("evt", read.event.id)}
                await record(tx, [Entry(f"hook:{read.event.connection}", action, "", detail)])
                return Done("nobody writes to this number any more" if out else "this number may be written to again")
            case Receipt() as receipt:
                known = await store.lock_told(tx, read.event.connection, receipt.provider_id)
                return _UNKNOWN if known is None else await self._told(tx, read.event, known, receipt)

    async def _told(self, tx: Tx, event: Event, known: Notification, receipt: Receipt) -> Result:
        after, at = advance(known.status, receipt.progress), await store.business_now(tx)
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
        return Read(event, webhook.read(account, WebhookRequest(event.headers, event.body)))
