"""What people at the business are told of what was announced: at once by a message on each channel that they chose, or later by a digest, for which it is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.formats import locale_of
from gerbang.core.announcements.model import Announcement
from gerbang.core.notifications import notice_store, operator_store
from gerbang.core.notifications.composing import ALL_DAY
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.message_data import describe
from gerbang.core.notifications.model import Notification, message_id
from gerbang.core.notifications.operator_events import OPERATOR_CHANNELS, Frequency, needs_operator, rule_of
from gerbang.core.notifications.operators import Operator, Operators
from gerbang.core.notifications.queueing import digest_job
from gerbang.core.payments.model import PAYMENT, PaymentDetail
from gerbang.core.queue.model import NewJob
from gerbang.core.queue.service import enqueue
from gerbang.ports.messenger import Channel

log = structlog.get_logger()
_SENT_ON: Final = tuple(one for one in OPERATOR_CHANNELS if one is not Channel.IN_APP)  # the bell needs no message
Kept = tuple[UUID, Channel, Frequency, UUID]


class OperatorMessages:
    """Makes them, in the transaction in which announcements are taken. `hours` are the shop's quiet ones, for whoever has none of their own."""

    def __init__(self, operators: Operators, host: str, hours: ShopHours = ALL_DAY) -> None:
        self._operators = operators
        self._host = host
        self._hours = hours

    async def take(
        self, tx: Tx, announcements: Sequence[Announcement], details_by_id: Mapping[UUID, PaymentDetail], now: datetime
    ) -> list[Notification]:
        """The messages to send at once; the lines of the bell and what waits for digests are written."""
        wanted = [one for one in announcements if needs_operator(one)]
        await notice_store.add(tx, wanted)
        if not wanted:
            return []
        operators = await self._operators.all(tx)
        fresh: list[Notification] = []
        kept: list[Kept] = []
        jobs: list[NewJob] = []
        for announcement in wanted:
            payment = announcement.id_of(PAYMENT)
            details = details_by_id.get(payment) if payment else None
            if payment is not None and details is None:  # it cannot be read now: the bell leads to it all the same
                continue
            for to in operators:
                try:
                    told, later = self._told(announcement, details, to, now)
                except Exception:  # a bug over one of them must not silence all others
                    log.exception("notification.not_made", announcement=str(announcement.id), type=announcement.type)
                    continue
                fresh += told
                kept += later
                jobs += [
                    digest_job(to.id, channel, frequency, to.digest_at(frequency, self._hours, now))
                    for _, channel, frequency, _ in later
                ]
        await operator_store.keep(tx, kept)
        await enqueue(tx, jobs)
        return fresh

    def _told(
        self,
        announcement: Announcement,
        details: PaymentDetail | None,
        to: Operator,
        now: datetime,
    ) -> tuple[list[Notification], list[Kept]]:
        """What one of them is told at once, and what is kept for their digests."""
        if not to.may_see(announcement.object):
            return [], []
        assert announcement.id is not None, "announcements that were read carry their ids"
        rule = rule_of(announcement.type)
        fresh, kept = list[Notification](), list[Kept]()
        for channel in _SENT_ON:
            frequency = to.frequency(rule.group, channel)
            if frequency is Frequency.NEVER or not to.address(channel):
                continue
            if frequency is Frequency.AT_ONCE:
                fresh.append(self._message(announcement, announcement.id, details, to, channel, now))
            else:
                kept.append((to.id, channel, frequency, announcement.id))
        return fresh, kept

    def _message(
        self,
        announcement: Announcement,
        announced: UUID,
        details: PaymentDetail | None,
        to: Operator,
        channel: Channel,
        now: datetime,
    ) -> Notification:
        id_ = ids.new()
        return Notification(
            id=id_,
            announcement_id=announced,
            channel=channel,
            recipient=to.address(channel),
            template=rule_of(announcement.type).events[announcement.type],
            locale=locale_of(to.locale),
            data=describe(announcement, details) | named(to),
            object=announcement.object,
            message_id=message_id(id_, self._host),
            created_at=now,
        )


def named(to: Operator) -> dict[str, str]:
    """How a message's data says whose it is: it is looked up again when it is sent."""
    return {} if to.is_team else {"operator": ids.show("usr", to.id)}
