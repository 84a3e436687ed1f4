"""Making notifications from announcements, listing them, sending one again. The sending itself is jobs.py's."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.errors import NotFound
from gerbang.base.formats import locale_of
from gerbang.core.announcements.model import Announcement
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.notifications import conversation_store, store, suppression_store
from gerbang.core.notifications.audiences import TO_PAYERS, MayStop, channels_for, may_stop
from gerbang.core.notifications.composing import ALL_DAY, ReadPayments, ReadPeople
from gerbang.core.notifications.contacts import contacts_of, is_unwanted
from gerbang.core.notifications.fallback import Connected
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.message_data import attempt_of, describe, still_true
from gerbang.core.notifications.model import (
    ENDS_REMINDING,
    OF_A_LINK,
    ONCE,
    PHONE,
    REMINDS,
    Contact,
    Filters,
    Notification,
    NotificationErased,
    NotificationNotFound,
    NotificationUnderWay,
    NotificationUnwanted,
    PausedTemplate,
    Status,
    Template,
    TemplateNotPaused,
    message_id,
    remind_at,
    template_for,
    template_of,
)
from gerbang.core.notifications.operator_events import needs_operator
from gerbang.core.notifications.operator_messages import OperatorMessages
from gerbang.core.notifications.operators import NOBODY, Operators
from gerbang.core.notifications.payer_reach import reach_of, stopped_of
from gerbang.core.notifications.queueing import JOB_TRIES, REMIND, send_job
from gerbang.core.payments.model import PAYMENT, PaymentDetail, PaymentNotFound
from gerbang.core.payments.reach import Reach, Reaches
from gerbang.core.queue.model import NewJob
from gerbang.core.queue.service import cancel, enqueue
from gerbang.ports.messenger import Channel, Progress

log = structlog.get_logger()
CONSUMER = "notifications"


class Notifications:
    """What people are told. `payments` reads payments with their payers, `people` reads users; unknown ids are absent.

    `connected` are the channels that anybody is reached on now; `host` stands in every Message-ID; `operators` are who hears what needs a decision. A payer is
    reminded `remind_before` the deadline; zero: never. `restart_for` is how long after it a bill may be started again. `hours` are the shop's quiet ones.
    """

    def __init__(
        self,
        db: Database,
        *,
        payments: ReadPayments,
        people: ReadPeople,
        connected: Connected,
        host: str,
        operators: Operators = NOBODY,
        remind_before: timedelta = timedelta(),
        restart_for: timedelta = timedelta(),
        hours: ShopHours = ALL_DAY,
    ) -> None:
        self._db = db
        self._payments = payments
        self._people = people
        self._connected = connected
        self._host = host
        self._to_operators = OperatorMessages(operators, host, hours)
        self._remind_before = remind_before
        self._restart_for = restart_for
        self._hours = hours

    async def take(self, tx: Tx, announcements: Sequence[Announcement]) -> None:
        """What the consumer takes: notifications and their jobs in the transaction that moves the cursor."""
        wanted = [a for a in announcements if template_for(a) or needs_operator(a) or a.type in REMINDS]
        if not wanted:
            return
        payments = list(dict.fromkeys(id_ for a in wanted if (id_ := a.id_of(PAYMENT))))
        details_by_id = await self._payments(tx, payments) if payments else {}
        payers = await contacts_of(tx, details_by_id.values())
        people = await self._people(tx, [user for a in wanted if (user := _user(a))])
        told = await store.told(tx, PAYMENT, payments)
        now, connected = await store.business_now(tx), await self._connected()
        fresh: list[Notification] = []
        reminders: list[NewJob] = []
        for announcement in wanted:
            try:
                reminders += self._reminders(announcement, details_by_id, payers, told, connected)
                fresh += self._for_person(announcement, details_by_id, {**payers, **people}, told, connected, now)
            except Exception:  # a bug over one announcement must not silence all that come after it
                log.exception("notification.not_made", announcement=str(announcement.id), type=announcement.type)
        fresh += await self._to_operators.take(tx, wanted, details_by_id, now)
        made = set(await store.add(tx, fresh))
        await enqueue(tx, [send_job(n.id) for n in fresh if n.id in made and n.status is Status.QUEUED])
        await _note_unsent(tx, [n for n in fresh if n.id in made and n.status is Status.FAILED], now)
        # Dropped first: who starts again in the same batch is reminded of the new try.
        await cancel(tx, REMIND, _ended(wanted, details_by_id))
        await enqueue(tx, reminders)

    async def remind(self, tx: Tx, announcement: Announcement, details: PaymentDetail) -> None:
        """Remind the payer, once for the announcement; nobody whose address was erased meanwhile."""
        now, connected = await store.business_now(tx), await self._connected()
        payer = (await contacts_of(tx, [details]))[details.payment.id]
        made = self._told(announcement, Template.PAYMENT_REMINDER, payer, details, connected, now)
        await enqueue(tx, [send_job(id_) for id_ in await store.add(tx, made)])

    async def remind_later(self, tx: Tx, announcement: Announcement, details: PaymentDetail) -> datetime | None:
        """When quiet hours end for which the reminder waits; None where it is made now: then what cannot wait finds another channel."""
        now, connected = await store.business_now(tx), await self._connected()
        payer = (await contacts_of(tx, [details]))[details.payment.id]
        first = next(iter(channels_for(Template.PAYMENT_REMINDER, payer, connected)), None)
        if first is None:
            return None
        held = self._hours.hold(Template.PAYMENT_REMINDER, first, payer, now, describe(announcement, details))
        return held.until if held is not None and not held.is_too_late else None

    def _reminders(
        self,
        announcement: Announcement,
        details_by_id: Mapping[UUID, PaymentDetail],
        payers: Mapping[UUID, Contact],
        told: set[tuple[UUID, str]],
        connected: frozenset[Channel],
    ) -> list[NewJob]:
        """The job that reminds of what was announced, an attempt or a link, where there is time for it and it still waits: of a link once,
        however often it is mailed.
        """
        payment = announcement.id_of(PAYMENT)
        details = details_by_id.get(payment) if payment else None
        if announcement.type not in REMINDS or details is None:
            return []
        if not channels_for(Template.PAYMENT_REMINDER, payers[details.payment.id], connected):
            return []
        if not still_true(Template.PAYMENT_REMINDER, announcement.data, details, announcement.made_at):
            return []
        pay, attempt = ids.show("pay", details.payment.id), attempt_of(announcement.data, details)
        if attempt is None and (details.payment.id, Template.PAYMENT_REMINDER.value) in told:
            return []
        made = announcement.made_at if attempt is None else attempt.created_at
        at = remind_at(made, (attempt or details.payment).expires_at, self._remind_before)
        key = pay if attempt is None else ids.show("att", attempt.id)
        job = NewJob(REMIND, key, {"payment": pay, "announcement": str(announcement.id)}, at, most_tries=JOB_TRIES)
        return [job] if at is not None else []

    def _for_person(
        self,
        announcement: Announcement,
        details_by_id: Mapping[UUID, PaymentDetail],
        people: Mapping[UUID, Contact],
        told: set[tuple[UUID, str]],
        connected: frozenset[Channel],
        now: datetime,
    ) -> list[Notification]:
        template = template_for(announcement)
        if template is None:
            return []
        payment = announcement.id_of(PAYMENT)
        details = details_by_id.get(payment) if payment else None
        contact = people.get(details.payment.id if details else _user(announcement) or UUID(int=0))
        if contact is None or (details and not still_true(template, announcement.data, details, now)):
            return []
        if not channels_for(template, contact, connected):
            return self._unsent(announcement, template, contact, details, now)
        if payment and template in ONCE:
            if (payment, template.value) in told and (payment, Template.PAYMENT_RETRACTED.value) not in told:
                return []
            told.add((payment, template.value))
        return self._told(announcement, template, contact, details, connected, now)

    def _told(
        self,
        announcement: Announcement,
        template: Template,
        to: Contact,
        details: PaymentDetail | None,
        connected: frozenset[Channel],
        now: datetime,
    ) -> list[Notification]:
        """The message on every channel on which this person is told it."""
        channels = channels_for(template, to, connected)
        return [self._notification(announcement, template, to, details, now, one) for one in channels]

    def _unsent(
        self, announcement: Announcement, template: Template, to: Contact, details: PaymentDetail | None, now: datetime
    ) -> list[Notification]:
        """What guards somebody's money and reaches nobody stands there as failed, with why: silence would look as if they had been told."""
        if may_stop(template) is not MayStop.NEVER or details is None:
            return []
        phone = details.payer.phone
        channel = Channel.SMS if phone and not to.email else Channel.EMAIL
        missing = {
            Channel.SMS: "nobody agreed to messages to this phone, or no sender is connected",
            Channel.EMAIL: "no sender of mails is connected" if to.email else "no address and no phone of the payer",
        }
        made = self._notification(announcement, template, to, details, now, channel)
        return [replace(made, recipient=to.email or phone, status=Status.FAILED, error=f"not sent: {missing[channel]}")]

    def _notification(
        self,
        announcement: Announcement,
        template: Template,
        to: Contact,
        details: PaymentDetail | None,
        now: datetime,
        channel: Channel,
    ) -> Notification:
        assert announcement.id is not None, "announcements that were read carry their ids"
        id_ = ids.new()
        data, locale = describe(announcement, details, self._restart_for), locale_of(to.locale)
        return Notification(
            id=id_,
            announcement_id=announcement.id,
            channel=channel,
            recipient=to.address(channel),
            template=template,
            locale=locale,
            data=data,
            object=announcement.object,
            message_id=message_id(id_, self._host),
            created_at=now,
        )

    async def page(self, filters: Filters, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Notification]:
        """Newest first, at most `limit`, from a keyset place (time, id) on."""
        async with self._db.reading() as tx:
            return await store.page(tx, filters, before, limit)

    async def phone_channels(self) -> frozenset[Channel]:
        """On which of the channels to a phone anybody is reached now."""
        return (await self._connected()) & frozenset(PHONE)

    async def reaches(self) -> Reaches:
        """What says where a payer would be told of an event of their payment by today's senders, or why nowhere; it raises PaymentNotFound."""
        connected = await self._connected()

        async def reach(tx: Tx, payment: UUID, event: str) -> Reach:
            details = (await self._payments(tx, [payment])).get(payment)
            if details is None:
                raise PaymentNotFound
            return await reach_of(tx, details, template_of(event), connected)

        return reach

    async def stopped(self, phones: Sequence[str]) -> frozenset[str]:
        """Those of these numbers that answered STOP, and to which nothing goes until they answer START."""
        async with self._db.reading() as tx:
            return await stopped_of(tx, phones)

    async def paused_templates(self) -> Sequence[PausedTemplate]:
        """The approved templates that are not used now, the longest first."""
        async with self._db.reading() as tx:
            return [PausedTemplate(**row) for row in await conversation_store.pauses(tx)]

    async def resume_template(
        self, connection: str, template: str, language: str, actor: str, request_id: str | None = None
    ) -> None:
        """A person says that it is used again, at whatever price. Raises TemplateNotPaused."""
        async with self._db.transaction() as tx:
            if not await conversation_store.resume(tx, connection, template, language, by_person=True):
                raise TemplateNotPaused
            detail = {"template": template, "language": language}
            about = f"connection:{connection}"
            await record(tx, [Entry(actor, "message_template.resumed", about, detail, request_id=request_id)])

    async def leave_template(
        self, connection: str, template: str, language: str, actor: str, request_id: str | None = None
    ) -> None:
        """A person has looked at it, and it stays paused: nobody is reminded of it any more. Raises TemplateNotPaused."""
        async with self._db.transaction() as tx:
            if not await conversation_store.leave(tx, connection, template, language):
                raise TemplateNotPaused
            detail = {"template": template, "language": language}
            about = f"connection:{connection}"
            await record(tx, [Entry(actor, "message_template.left_paused", about, detail, request_id=request_id)])

    async def to_payers(self, payments: Sequence[UUID], limit: int) -> Sequence[Notification]:
        """What the payers of these payments were told of them, newest first."""
        async with self._db.reading() as tx:
            return await store.about_objects(tx, PAYMENT, payments, TO_PAYERS, limit) if payments else []

    async def resend(self, id_: UUID, actor: str, request_id: str | None = None) -> Notification:
        """Queue one again that failed. One that has left, and did not arrive, stays as it is, and the same is told anew: what was sent stays proven.
        Raises NotificationNotFound, NotificationUnderWay, NotificationErased, NotificationUnwanted.
        """
        async with self._db.transaction() as tx:
            known = await store.lock(tx, id_)
            if known is None:
                raise NotificationNotFound
            if known.is_erased:
                raise NotificationErased
            if known.status is Status.QUEUED:
                raise NotificationUnderWay
            await self._refuse_unwanted(tx, known)
            sent = await self._anew(tx, known) if known.has_left else id_
            if sent == id_:
                await store.requeue(tx, id_)
            if known.channel is Channel.EMAIL:  # whoever sends it once more says that the mailbox is there
                await suppression_store.allow(tx, known.channel, known.recipient)
            detail = {"was": known.status.value, "template": known.template.value}
            if sent != id_:
                detail["as"] = ids.show("ntf", sent)
            await record(tx, [Entry(actor, "notification.resent", ids.show("ntf", id_), detail, request_id=request_id)])
            await enqueue(tx, [send_job(sent)])
            again = await store.lock(tx, sent)
        assert again is not None, "a row that is locked does not go away"
        return again

    async def _anew(self, tx: Tx, known: Notification) -> UUID:
        """The same once more, as a message of its own: mail programs would fold it into the first."""
        id_ = ids.new()
        again = replace(
            known,
            id=id_,
            announcement_id=id_,  # somebody's wish, and no announcement's
            status=Status.QUEUED,
            message_id=message_id(id_, self._host),
            error=None,
            held_until=None,
            created_at=await store.business_now(tx),
        )
        await store.add(tx, [again])
        return id_

    async def _refuse_unwanted(self, tx: Tx, known: Notification) -> None:
        """Whoever would not be written to is not queued for: raises NotificationUnwanted."""
        payment = known.id_of(PAYMENT)
        if known.template in TO_PAYERS and payment is not None:
            details = (await self._payments(tx, [payment])).get(payment)
            if details is not None and await is_unwanted(tx, known, details):
                raise NotificationUnwanted
        if known.channel in PHONE and await suppression_store.why_suppressed(tx, known.channel, known.recipient):
            raise NotificationUnwanted


async def _note_unsent(tx: Tx, failed: Sequence[Notification], now: datetime) -> None:
    """These reach nobody: said where a failure of sending is."""
    for one in failed:
        await store.note_progress(tx, one.id, Status.FAILED, Progress.FAILED, now, one.error)
        detail = {"template": one.template.value, "channel": one.channel.value, "why": one.error}
        await record(tx, [Entry(SYSTEM, "notification.failed", ids.show("ntf", one.id), detail)])


def _ended(announcements: Sequence[Announcement], details_by_id: Mapping[UUID, PaymentDetail]) -> list[str]:
    """The keys of reminders that nobody needs any more; that of a link is written anew when it is mailed again, or opened."""
    ended = {a.id_of(PAYMENT) for a in announcements if a.type in ENDS_REMINDING}
    attempts = [
        ids.show("att", a.id) for id_, details in details_by_id.items() if id_ in ended for a in details.attempts
    ]
    return attempts + [ids.show("pay", id_) for a in announcements if a.type in OF_A_LINK and (id_ := a.id_of(PAYMENT))]


def _user(announcement: Announcement) -> UUID | None:
    """Whom an announcement about no payment is for: `data.user` is `usr_…`, `data.owner_link` the link `eol_…` that names a mailbox."""
    for name, kind in (("user", "usr"), ("owner_link", "eol")):
        text = announcement.data.get(name)
        with contextlib.suppress(NotFound):
            if isinstance(text, str):
                return ids.read(kind, text)
    return None
