"""Sending: one queued notification, rendered now, handed to a messenger, and marked in the transaction that ends its job.

A try is counted before it is made. SMTP has no idempotency key, so a mail is repeated when we, or the connection, died between the end
of the message and the mark: with the same Message-ID, and counted. It is never not sent.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.connections.outbound_calls import CallResult, Operation, OutboundCalls, Outcome
from gerbang.core.notifications import store
from gerbang.core.notifications.message_data import still_true
from gerbang.core.notifications.model import ASKS, MOST_TRIES, Notification, Template
from gerbang.core.notifications.rendering import Letterhead, render
from gerbang.core.notifications.service import ReadPayments, ReadPeople
from gerbang.core.payments.model import PAYMENT
from gerbang.core.queue.model import Job, LeaseLost, Retry, backoff
from gerbang.core.queue.service import finish
from gerbang.ports.messenger import Message, Messenger
from gerbang.ports.payment import Account

log = structlog.get_logger()
_ASK_AGAIN_S = 30.0
_SEND = Operation("send", repeatable=True)  # with the same Message-ID, by which mail programs fold it


@dataclass(frozen=True, slots=True)
class MailRoute:
    """The messenger to use and the connection's account, with its secrets already read."""

    messenger: Messenger
    account: Account


FindRoute = Callable[[], Awaitable[MailRoute | None]]
MakeLink = Callable[[Template, Notification], Awaitable[str]]


class Sender:
    """The handler of `notification.send`. `route` finds the mail connection of the moment, None when there is none; `link` makes the
    address behind a message's button, empty for none: it holds a token, so it is made for each sending and never kept.
    """

    def __init__(
        self,
        db: Database,
        *,
        outbound: OutboundCalls,
        payments: ReadPayments,
        people: ReadPeople,
        route: FindRoute,
        link: MakeLink,
        letterhead: Letterhead,
    ) -> None:
        self._db = db
        self._outbound = outbound
        self._payments = payments
        self._people = people
        self._route = route
        self._link = link
        self._letterhead = letterhead

    async def handle(self, job: Job) -> None:
        """Send the notification that the job names; raises Retry when it may go through later."""
        id_ = ids.read("ntf", job.key)
        route = await self._route()
        if route is None:
            async with self._db.transaction() as tx:
                await store.note(tx, id_, "no mail connection is set up")
            raise Retry("no mail connection is set up", _ASK_AGAIN_S)
        async with self._db.transaction() as tx:
            known = await store.begin_try(tx, id_)
            name = await self._name(tx, known) if known else ""
            needless = known is not None and await self._is_behind(tx, known)
            known = await self._as_due(tx, known) if known else None
        if known is None:  # sent, failed or erased meanwhile
            async with self._db.transaction() as tx:
                await finish(tx, [job])
            return
        if known.tries > MOST_TRIES:  # each of them ended in a crash, or it would have been given up before
            await self._fail(job, known, f"gave up after {MOST_TRIES} tries")
            return
        if needless:
            await self._fail(job, known, "no longer needed")
            return
        message = await self._message(known, name)
        result = await self._outbound.send(
            route.account.connection, _SEND, lambda: route.messenger.send(route.account, message), about=known.id
        )
        match result.outcome:
            case Outcome.ANSWERED:
                await self._mark_sent(job, known, result)
            case Outcome.REFUSED:
                await self._fail(job, known, f"refused: {result.why}", result)
            case Outcome.UNREACHABLE | Outcome.UNKNOWN:
                await self._try_later(job, known, result)

    async def _name(self, tx: Tx, known: Notification) -> str:
        """Read for each sending, so that a name that was erased is not used from memory."""
        if known.template in (Template.OPERATOR_ATTENTION, Template.OPERATOR_DIGEST, Template.OPERATOR_CHAIN):
            return ""
        if (payment := known.id_of(PAYMENT)) is not None:
            details = (await self._payments(tx, [payment])).get(payment)
            return details.payer.name if details else ""
        user = ids.read("usr", known.data["user"])
        contact = (await self._people(tx, [user])).get(user)
        return contact.name if contact else ""

    async def _as_due(self, tx: Tx, known: Notification) -> Notification:
        """What asks for money, with what has come in by now: it may have waited, or be sent once more."""
        payment = known.id_of(PAYMENT)
        if known.template not in ASKS or payment is None:
            return known
        details = (await self._payments(tx, [payment])).get(payment)
        return replace(known, data={**known.data, "captured": details.payment.amount_captured}) if details else known

    async def _is_behind(self, tx: Tx, known: Notification) -> bool:
        """Whether a reminder waited so long for a mail server that it is no longer true."""
        payment = known.id_of(PAYMENT)
        if known.template is not Template.PAYMENT_REMINDER or payment is None:
            return False
        details = (await self._payments(tx, [payment])).get(payment)
        return details is None or not still_true(known.template, known.data, details, await store.business_now(tx))

    async def _message(self, known: Notification, name: str) -> Message:
        link = await self._link(known.template, known)
        words = render(known.template, known.locale, known.data, name=name, link=link, letterhead=self._letterhead)
        return Message(
            to=known.recipient,
            subject=words.subject,
            text=words.text,
            html=words.html,
            message_id=known.message_id,
            locale=known.locale,
        )

    async def _mark_sent(self, job: Job, known: Notification, result: CallResult[None]) -> None:
        """Sent is sent, even if another worker has taken the job over: marked all the same, so that it does not send again."""
        detail = {"template": known.template.value, "tries": known.tries, **result.journal()}
        entry = Entry(SYSTEM, "notification.sent", ids.show("ntf", known.id), detail)
        try:
            async with self._db.transaction() as tx:
                await store.mark_sent(tx, known.id)
                await record(tx, [entry])
                await finish(tx, [job])
        except LeaseLost:
            async with self._db.transaction() as tx:
                await store.mark_sent(tx, known.id)
                await record(tx, [entry])
        log.info("notification.sent", notification=job.key, template=known.template.value, tries=known.tries)

    async def _fail(self, job: Job, known: Notification, why: str, result: CallResult[None] | None = None) -> None:
        """Given up for good; `result` is the call that said so, where one was made."""
        called = result.journal() if result is not None else {}
        detail = {"template": known.template.value, "tries": known.tries, **called, "why": why}
        async with self._db.transaction() as tx:
            await store.mark_failed(tx, known.id, why)
            await record(tx, [Entry(SYSTEM, "notification.failed", ids.show("ntf", known.id), detail)])
            await finish(tx, [job])
        log.warning(
            "notification.failed", notification=job.key, template=known.template.value, tries=known.tries, why=why
        )

    async def _try_later(self, job: Job, known: Notification, result: CallResult[None]) -> None:
        """A try that the breaker held back was none, and the connection's pause is waited for; the job's own tries space it out."""
        error = result.error
        assert error is not None, f"sent: {job.key}"
        why = f"{error.code}: {error.detail}"
        if result.asked and known.tries >= MOST_TRIES:
            await self._fail(job, known, f"gave up after {known.tries} tries; {why}", result)
            return
        async with self._db.transaction() as tx:
            await store.note(tx, known.id, why)
            if not result.asked:
                await store.uncount_try(tx, known.id)
        # Spread by the id's random end, so that a thousand mails do not come back at once.
        wait = backoff(known.tries if result.asked else job.tries, (known.id.int & 0xFFFF) / 0x10000)
        raise Retry(why, max(wait.total_seconds(), error.retry_after_s or 0))
