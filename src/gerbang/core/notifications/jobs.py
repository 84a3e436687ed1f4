"""Sending: one queued notification, rendered now, handed to a messenger, and marked in the transaction that ends its job.

A try is counted before it is made, and so is that its outcome is not known. When one was made of which nobody learnt what became, because we, or the
connection, died: a sender that can be asked is asked for the message first; one that echoes our reference in what it tells is waited for, and nothing is
sent again. Where neither is so a message is repeated in that one window: a mail with the same Message-ID, a text once. Both are counted. It is never not
sent: what nobody can say anything about after a while is told on another channel, where there is one.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.connections.outbound_calls import CallResult, Operation, OutboundCalls, Outcome
from gerbang.core.notifications import push_store, store, suppression_store
from gerbang.core.notifications.audiences import Audience, audience_of
from gerbang.core.notifications.composing import STRANGER, Composer, standing_of
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.holding import Hold
from gerbang.core.notifications.machine import advance
from gerbang.core.notifications.model import MOST_REPEATS, MOST_TRIES, SOON, Notification, Status
from gerbang.core.notifications.push_store import Device
from gerbang.core.notifications.routes import FindRoute, Route
from gerbang.core.notifications.unheard import Unheard
from gerbang.core.queue.model import Job, LeaseLost, Retry, backoff
from gerbang.core.queue.service import finish
from gerbang.ports.messenger import (
    Channel,
    LookUp,
    Progress,
    Refused,
    Sent,
    Sought,
    TextMessage,
    Why,
    text_digest,
)

log = structlog.get_logger()
_ASK_AGAIN_S: Final = 30.0
_LIST_BEHIND_S: Final = 10.0  # a sender's list of messages shows the newest a moment later
_CLOCKS_APART: Final = timedelta(days=1)
_SEND: Final = Operation("send", repeatable=False)
_SEND_FOLDED: Final = Operation("send", repeatable=True)  # under its own id, by which whoever gets it folds it
_LOOK_UP: Final = Operation("look_up", repeatable=True)


class Sender:
    """The handler of `notification.send`. `route` finds the way of the moment, `composer` the words, `fallback` the channel that speaks instead.
    `most_a_day` bounds what all people together are told in a day on channels that cost money.
    """

    def __init__(
        self,
        db: Database,
        *,
        outbound: OutboundCalls,
        composer: Composer,
        route: FindRoute,
        fallback: Fallback,
        most_a_day: Mapping[Channel, int],
    ) -> None:
        self._db = db
        self._outbound = outbound
        self._composer = composer
        self._route = route
        self.fallback = fallback
        self._most_a_day = most_a_day
        self.unheard = Unheard(db, outbound=outbound, route=route, fallback=fallback)

    async def handle(self, job: Job) -> None:
        """Send the notification that the job names; raises Retry when it may go through later."""
        id_ = ids.read("ntf", job.key)
        async with self._db.transaction() as tx:
            known = await store.begin_try(tx, id_)
            name = await self._composer.name(tx, known) if known else ""
            needless = known is not None and await self._composer.is_behind(tx, known)
            known = await self._composer.as_due(tx, known) if known else None
            unwanted = await self._unwanted(tx, known) if known else None
            hold = await self._composer.hold(tx, known) if known else None
            device = await push_store.get(tx, ids.read("dev", known.recipient)) if known and _is_push(known) else None
            if known is None:  # sent, failed or erased meanwhile
                await finish(tx, [job])
                return
        if known.tries > MOST_TRIES:  # each of them ended in a crash, or it would have been given up before
            await self._fail(job, known, f"gave up after {MOST_TRIES} tries")
            return
        if _is_push(known) and device is None:
            unwanted = "the browser or app is not reached any more"
        if why := "no longer needed" if needless else unwanted:
            await self._fail(job, known, why)
            return
        route = await self._route(known.channel, _only_connection(known, device))
        if route is None:
            await self._wait_for_a_connection(job, known)
            return
        if known.unknown_tries and await self._is_settled(job, known, route):
            return
        if hold is not None:
            await self._hold(job, known, hold)
            return
        await self._send(job, known, name, route, device)

    async def _hold(self, job: Job, known: Notification, hold: Hold) -> None:
        """Nobody is woken: it is sent when the hours end, or, where that is too late, told on another channel where there is one."""
        if hold.is_too_late:
            await self._fail(job, known, "its deadline comes before quiet hours end")
            return
        why = f"waits until {hold.until.isoformat()}: quiet hours"
        async with self._db.transaction() as tx:
            await store.hold(tx, known.id, hold.until, why)
            left = hold.until - await store.business_now(tx)
        raise Retry(why, left.total_seconds())

    async def _unwanted(self, tx: Tx, known: Notification) -> str | None:
        """Why nobody is to be written to here; None where nothing speaks against it."""
        unwanted = await self._composer.is_unwanted(tx, known)
        why = "the customer does not want it" if unwanted else None
        if known.channel is not Channel.EMAIL or audience_of(known.template) is Audience.PAYER:
            # Who must hear of an alarm or a log-in by mail is tried again and again.
            why = await suppression_store.why_suppressed(tx, known.channel, known.recipient) or why
        return f"not written to any more: {why}" if why else None

    async def _has_place(self, tx: Tx, known: Notification) -> bool:
        """Whether the day has room for it: a message takes its place once, when it is first handed over."""
        most = self._most_a_day.get(known.channel)
        return (
            most is None
            or known.attempted_at is not None
            or await suppression_store.take_place(tx, known.channel, most)
        )

    async def _wait_for_a_connection(self, job: Job, known: Notification) -> None:
        why = _NO_CONNECTION.get(known.channel, f"no connection for {known.channel.value} is set up")
        if await self._is_told_elsewhere(known):
            await self._fail(job, known, f"too late; {why}")
            return
        async with self._db.transaction() as tx:
            await store.note(tx, known.id, why)
            await store.uncount_try(tx, known.id)
        raise Retry(why, _ASK_AGAIN_S)

    async def _is_settled(self, job: Job, known: Notification, route: Route) -> bool:
        """Whether a message that may have left needs no further sending: because it was found, or because it was repeated often enough."""
        messenger = route.messenger
        if messenger.abilities.folds:
            return False
        if messenger.abilities.echoes:
            await self._wait_for_news(job, known)
            return True
        if messenger.abilities.look_up is None or route.account.connection != known.connection:
            if known.unknown_tries > MOST_REPEATS:
                await self._fail(job, known, "nobody knows whether it arrived, and it was sent again once")
                return True
            return False
        return await self._is_found(job, known, route, messenger.abilities.look_up)

    async def _is_found(self, job: Job, known: Notification, route: Route, look_up: LookUp) -> bool:
        """Whether the message is at its sender, and marked; False when it is certain that it is not there. Raises Retry without an answer."""
        since = known.created_at - _CLOCKS_APART
        async with self._db.reading() as tx:
            others = await store.others_to(tx, route.account.connection, known.recipient, known.id, since)
        sought = Sought(known.recipient, known.digests, since, frozenset(others))
        result = await self._outbound.send(
            route.account.connection, _LOOK_UP, lambda: look_up(route.account, sought), about=known.id
        )
        if result.outcome is not Outcome.ANSWERED:
            await self._try_later(job, known, result, is_known=False)
            return True
        async with self._db.transaction() as tx:
            await store.settle_attempts(tx, known.id)
        if result.answer is not None:
            await self._mark(job, known, result.answer, result, route.messenger.abilities.tells)
        return result.answer is not None

    async def _wait_for_news(self, job: Job, known: Notification) -> None:
        """What may have left names itself in what its sender tells: that is waited for. What nothing is heard of is given up, and never sent again."""
        async with self._db.transaction() as tx:
            await store.uncount_try(tx, known.id)
            left = known.attempted_at or known.created_at
            is_over = await store.business_now(tx) - left >= SOON[known.channel]
        if is_over:
            await self._fail(job, known, "nobody knows whether it arrived, and nothing was heard of it")
            return
        raise Retry("it may have left, and its sender will say so", _ASK_AGAIN_S)

    async def _send(self, job: Job, known: Notification, name: str, route: Route, device: Device | None) -> None:
        standing = STRANGER
        if known.channel is Channel.WHATSAPP:
            async with self._db.reading() as tx:
                standing = await standing_of(tx, route.account.connection, known.recipient)
        message = await self._composer.message(known, name, standing, device)
        digest = text_digest(message.text) if isinstance(message, TextMessage) else ""
        async with self._db.transaction() as tx:
            has_place = await self._has_place(tx, known)
            if has_place:
                await store.begin_attempt(tx, known.id, route.account.connection, digest)
        if not has_place:
            most = self._most_a_day[known.channel]
            await self._fail(job, known, f"the day's {most} messages on this channel are used up")
            return
        operation = _SEND_FOLDED if route.messenger.abilities.folds else _SEND
        result = await self._outbound.send(
            route.taken_by(message), operation, lambda: route.messenger.send(route.account, message), about=known.id
        )
        match result.outcome:
            case Outcome.ANSWERED:
                assert result.answer is not None, f"taken and nothing said: {job.key}"
                await self._mark(job, known, result.answer, result, route.messenger.abilities.tells, ends=True)
            case Outcome.REFUSED:
                await self._fail(job, known, f"refused: {result.why}", result)
            case Outcome.UNREACHABLE:
                await self._try_later(job, known, result, is_known=True)
            case Outcome.UNKNOWN:
                await self._try_later(job, known, result, is_known=False, has_just_left=True)

    async def _mark(
        self,
        job: Job,
        known: Notification,
        sent: Sent,
        result: CallResult[Sent] | CallResult[Sent | None],
        tells: Progress | None,
        *,
        ends: bool = False,
    ) -> None:
        """Sent is sent, even if another worker has taken the job over: marked all the same, so that it does not send again."""
        detail = {"template": known.template.value, "tries": known.tries, **result.journal()}
        if known.channel is not Channel.EMAIL:
            detail |= {"channel": known.channel.value, "parts": sent.parts}
        entry = Entry(SYSTEM, "notification.sent", ids.show("ntf", known.id), detail)

        async def mark(tx: Tx) -> None:
            if ends:
                await store.end_attempt(tx, known.id)
            now = await store.lock(tx, known.id)
            assert now is not None, f"a row that is sent does not go away: {job.key}"
            await store.mark_taken(tx, known.id, sent)
            status = advance(now.status, sent.progress)
            await store.note_progress(tx, known.id, status, sent.progress, await store.business_now(tx), None)
            if status is Status.FAILED and now.status is not Status.FAILED:
                await self.fallback.tell(tx, known)
            await self.fallback.expect(tx, known, tells)
            await record(tx, [entry])

        try:
            async with self._db.transaction() as tx:
                await mark(tx)
                await finish(tx, [job])
        except LeaseLost:
            async with self._db.transaction() as tx:
                await mark(tx)
        log.info("notification.sent", notification=job.key, template=known.template.value, tries=known.tries)

    async def _fail(self, job: Job, known: Notification, why: str, result: CallResult[Sent] | None = None) -> None:
        """Given up for good, and told on another channel where there is one; `result` is the call that said so, where one was made. What its sender has told
        of meanwhile is not given up.
        """
        called = result.journal() if result is not None else {}
        detail = {"template": known.template.value, "tries": known.tries, **called, "why": why}
        async with self._db.transaction() as tx:
            if result is not None:
                await store.end_attempt(tx, known.id)
            now, at = await store.lock(tx, known.id), await store.business_now(tx)
            if now is None or now.status is not Status.QUEUED:
                await finish(tx, [job])
                return
            await store.note_progress(tx, known.id, Status.FAILED, Progress.FAILED, at, why)
            await record(tx, [Entry(SYSTEM, "notification.failed", ids.show("ntf", known.id), detail)])
            if result is not None and isinstance(result.error, Refused) and result.error.gone:
                await _give_up_address(tx, known, result.error)
            await self.fallback.tell(tx, known)
            await finish(tx, [job])
        alert = _ALERTS.get(result.error.why) if result is not None and isinstance(result.error, Refused) else None
        log.warning(
            "notification.failed",
            notification=job.key,
            template=known.template.value,
            tries=known.tries,
            why=why,
            **({"alert": alert} if alert else {}),
        )

    async def _try_later(
        self,
        job: Job,
        known: Notification,
        result: CallResult[Sent] | CallResult[Sent | None],
        *,
        is_known: bool,
        has_just_left: bool = False,
    ) -> None:
        """A try that the breaker held back was none, and the connection's pause is waited for; the job's own tries space it out. `is_known`: it
        certainly did not leave. `has_just_left`: it may have, a moment ago, and is looked for before anything else.
        """
        error = result.error
        assert error is not None, f"sent: {job.key}"
        why = f"{error.code}: {error.detail}"
        if result.asked and known.tries >= MOST_TRIES:
            await self._fail(job, known, f"gave up after {known.tries} tries; {why}")
            return
        if not has_just_left and await self._is_told_elsewhere(known):
            doubt = "nobody knows whether it arrived" if known.unknown_tries else "too late"
            await self._fail(job, known, f"{doubt}; {why}")
            return
        async with self._db.transaction() as tx:
            await store.note(tx, known.id, why)
            if is_known:
                await store.end_attempt(tx, known.id)
            if not result.asked:
                await store.uncount_try(tx, known.id)
        # Spread by the id's random end, so that a thousand messages do not come back at once.
        wait = backoff(known.tries if result.asked else job.tries, (known.id.int & 0xFFFF) / 0x10000)
        least = _LIST_BEHIND_S if not is_known and known.channel is not Channel.EMAIL else 0.0
        raise Retry(why, max(wait.total_seconds(), error.retry_after_s or 0, least))

    async def _is_told_elsewhere(self, known: Notification) -> bool:
        async with self._db.reading() as tx:
            return await self.fallback.is_due(tx, known)


def _only_connection(known: Notification, device: Device | None) -> str | None:
    """The connection that must carry it: that of the browser, that to the room, or the one that may have sent it already. None: any."""
    if device is not None:
        return device.connection
    if known.channel is Channel.CHAT:
        return known.recipient
    return known.connection if known.unknown_tries else None


def _is_push(known: Notification) -> bool:
    return known.channel is Channel.PUSH and not known.is_erased


async def _give_up_address(tx: Tx, known: Notification, said: Refused) -> None:
    """Nothing reaches it any more, so nobody tries."""
    if known.channel is Channel.PUSH:
        await push_store.drop(tx, ids.read("dev", known.recipient))
    else:
        why = suppression_store.SAID_STOP if said.why is Why.STOPPED else said.detail
        await suppression_store.suppress(tx, known.channel, known.recipient, why)


_NO_CONNECTION: Final = {Channel.EMAIL: "no mail connection is set up"}
_ALERTS: Final = {
    Why.CONFIGURATION: "The sender refuses our settings: nobody is told by it until they are mended.",
    Why.BALANCE: "The sender wants to be paid: nobody is told by it until then.",
}
