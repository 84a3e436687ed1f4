"""One message of all that happened since the last: made when its time comes, in the transaction that ends its job, and sent as any other.

What it lists is taken out with the message that lists it, so a worker that dies leaves both or neither: nothing is told twice, and nothing left out. Nothing
is sent where nothing happened.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.formats import locale_of
from gerbang.core.announcements.model import object_of
from gerbang.core.notifications import operator_store, store
from gerbang.core.notifications.composing import ALL_DAY, ReadPayments
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.model import Notification, Template, message_id
from gerbang.core.notifications.operator_events import Frequency
from gerbang.core.notifications.operator_messages import named
from gerbang.core.notifications.operator_places import place_of
from gerbang.core.notifications.operators import Operator, Operators, operator_of
from gerbang.core.notifications.queueing import send_job
from gerbang.core.payments.model import PAYMENT
from gerbang.core.queue.model import Job, Retry
from gerbang.core.queue.service import enqueue, finish
from gerbang.ports.messenger import Channel

log = structlog.get_logger()
MOST_LISTED: Final = 50  # of a digest: the rest is counted, and stands behind its link


class Digests:
    """The handler of `notification.digest`. `payments` reads what it names; `hours` are the shop's quiet ones; `host` stands in every Message-ID."""

    def __init__(
        self, db: Database, operators: Operators, host: str, payments: ReadPayments, hours: ShopHours = ALL_DAY
    ) -> None:
        self._db = db
        self._payments = payments
        self._operators = operators
        self._host = host
        self._hours = hours

    async def handle(self, job: Job) -> None:
        """Make the digest that the job names; raises Retry in quiet hours that began meanwhile."""
        who, channel, frequency = read_key(job.key)
        id_ = operator_of(who)
        async with self._db.transaction() as tx:
            to, now = await self._operators.one(tx, id_), await store.business_now(tx)
            quiet = to.quiet_until(self._hours, now) if to is not None else None
            if quiet is None:
                found = await operator_store.take(tx, id_, channel, frequency, MOST_LISTED)
                await self._make(tx, to, channel, frequency, found, now)
                await finish(tx, [job])
        if quiet is not None:
            raise Retry(f"waits until {quiet.isoformat()}: quiet hours", (quiet - now).total_seconds())

    async def _make(
        self,
        tx: Tx,
        to: Operator | None,
        channel: Channel,
        frequency: Frequency,
        found: Sequence[Mapping[str, Any]],
        now: datetime,
    ) -> None:
        """The message; none to somebody who is not there any more, or is not reached there any more: the bell has it."""
        seen = [one for one in found if to is not None and to.may_see(_about(one))]
        if to is None or not seen or not to.address(channel):
            return
        id_ = ids.new()
        made = Notification(
            id=id_,
            announcement_id=id_,  # it tells of many
            channel=channel,
            recipient=to.address(channel),
            template=Template.OPERATOR_DIGEST,
            locale=locale_of(to.locale),
            data={
                "type": "operator.digest",
                "at": now.isoformat(),
                "livemode": await self._is_live(tx, seen),
                "digest": {"frequency": frequency.value, "zone": to.time_zone or self._hours.zone, **_summary(seen)},
                **named(to),
            },
            object=None,
            message_id=message_id(id_, self._host),
            created_at=now,
        )
        await store.add(tx, [made])
        await enqueue(tx, [send_job(id_)])
        log.info("notification.digest_made", notification=ids.show("ntf", id_), events=made.data["digest"]["total"])

    async def _is_live(self, tx: Tx, seen: Sequence[Mapping[str, Any]]) -> bool:
        """False where all payments that it names are tests: then it is marked as each message of them is."""
        named_ = {about.id for one in seen if (about := _about(one)) is not None and about.type == PAYMENT}
        found = (await self._payments(tx, list(named_))).values() if named_ else ()
        return not found or any(one.payment.livemode for one in found)


def _about(row: Mapping[str, Any]) -> Any:
    return object_of(row["object_type"], row["object_id"])


def _summary(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of each type how many, and the newest with the pages where they are."""
    counts = {row["type"]: row["count"] for row in found}
    newest = []
    for row in found:
        if row["is_listed"]:
            place = place_of(row["type"], _about(row), row["detail"])
            at = row["created_at"].isoformat()
            newest.append({"type": row["type"], "about": place.shown, "path": place.path, "at": at})
    since = min(row["since"] for row in found).isoformat()
    return {"total": sum(counts.values()), "since": since, "counts": counts, "newest": newest}


def read_key(key: str) -> tuple[str, Channel, Frequency]:
    """Whose digest, empty for the team's, on which channel and how often: what `digest_job` wrote."""
    who, channel, frequency = key.split("/")
    return who, Channel(channel), Frequency(frequency)
