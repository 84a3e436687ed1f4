"""The channel that speaks where another one failed, or where nobody said in time that it arrived: the same message to the same person, once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.notifications import store
from gerbang.core.notifications.audiences import channels_after, is_reached
from gerbang.core.notifications.composing import ReadPayments, ReadPeople
from gerbang.core.notifications.contacts import contacts_of
from gerbang.core.notifications.model import SOON, Contact, Notification, Status, message_id
from gerbang.core.notifications.queueing import JOB_TRIES, UNHEARD, send_job
from gerbang.core.payments.model import PAYMENT
from gerbang.core.queue.model import NewJob
from gerbang.core.queue.service import enqueue
from gerbang.ports.messenger import Channel, Progress

Connected = Callable[[], Awaitable[frozenset[Channel]]]


class Address(NamedTuple):
    """Where somebody is reached."""

    channel: Channel
    recipient: str


class Fallback:
    """Finds the next channel, and has it speak. `connected` are the channels that somebody is reached on at all."""

    def __init__(self, *, payments: ReadPayments, people: ReadPeople, connected: Connected, host: str) -> None:
        self._payments = payments
        self._people = people
        self._connected = connected
        self._host = host

    async def next(self, tx: Tx, failed: Notification) -> Address | None:
        """Where the same would be told instead; None where nobody is left, or it was told there."""
        wanted = channels_after(failed.template, failed.channel)
        contact = await self._contact(tx, failed) if wanted and not failed.is_erased else None
        if contact is None:
            return None
        connected = await self._connected()
        told = await store.channels_told(tx, failed.announcement_id, failed.template)
        open_ = (one for one in wanted if one in connected and is_reached(failed.template, contact, one))
        left = (one for one in open_ if one not in told)
        return next((Address(one, contact.address(one)) for one in left), None)

    async def is_due(self, tx: Tx, waiting: Notification) -> bool:
        """Whether it waited so long for a sender that another channel, if there is one, had better tell it. What may have left is given as long to be found,
        counted from then: it may have arrived, and would be told twice. Quiet hours are no waiting.
        """
        soon = SOON.get(waiting.channel)
        if soon is None:
            return False
        since = waiting.attempted_at if waiting.unknown_tries and waiting.attempted_at else waiting.due_at
        return await store.business_now(tx) - since >= soon and await self.next(tx, waiting) is not None

    async def tell(self, tx: Tx, failed: Notification) -> None:
        """The message on the next channel, in the transaction in which this one failed."""
        found = await self.next(tx, failed)
        if found is None:
            return
        id_ = ids.new()
        again = replace(
            failed,
            id=id_,
            channel=found.channel,
            recipient=found.recipient,
            status=Status.QUEUED,
            message_id=message_id(id_, self._host),
            error=None,
            created_at=await store.business_now(tx),
        )
        await enqueue(tx, [send_job(one) for one in await store.add(tx, [again])])

    async def expect(self, tx: Tx, taken: Notification, tells: Progress | None) -> None:
        """A sender has taken it that tells `tells` of whatever arrives: look after a while whether it has, where another channel could tell it."""
        if tells is None or not channels_after(taken.template, taken.channel):
            return
        at = await store.business_now(tx) + SOON[taken.channel]
        key = ids.show("ntf", taken.id)
        await enqueue(tx, [NewJob(UNHEARD, key, {"tells": tells.value}, at, most_tries=JOB_TRIES)])

    async def tell_if_unheard(self, tx: Tx, id_: UUID, tells: Progress) -> None:
        """The message on the next channel where nothing was heard of this one by now: silence is no delivery. Not because nobody read it."""
        taken = await store.lock(tx, id_)
        if taken is None or not taken.is_awaited(tells) or await self.next(tx, taken) is None:
            return
        await store.note(tx, id_, f"nobody said within {SOON[taken.channel].seconds // 60} minutes that it arrived")
        detail = {"template": taken.template.value, "channel": taken.channel.value}
        await record(tx, [Entry(SYSTEM, "notification.unheard", ids.show("ntf", id_), detail)])
        await self.tell(tx, taken)

    async def _contact(self, tx: Tx, failed: Notification) -> Contact | None:
        if (payment := failed.id_of(PAYMENT)) is not None:
            details = (await self._payments(tx, [payment])).get(payment)
            return (await contacts_of(tx, [details]))[payment] if details else None
        user = ids.read("usr", failed.data["user"]) if "user" in failed.data else None
        return (await self._people(tx, [user])).get(user) if user else None
