"""Reminding a payer before the time is up: one job an attempt, enqueued where its instructions are announced, or one a link that was
mailed or opened, as long as no way is chosen. A link that was only copied is not spoken of: whoever copied it may have thrown it away.

In quiet hours the job itself waits for their end, so that what it asks is asked then. Before anybody is told that money is missing the provider is asked: what it does not answer is not guessed, and nobody is written to.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.errors import UpstreamFailed
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.notifications import store
from gerbang.core.notifications.composing import ReadPayments
from gerbang.core.notifications.message_data import still_true
from gerbang.core.notifications.model import LEAST_LEFT, Template
from gerbang.core.notifications.service import Notifications
from gerbang.core.payments.model import PAYMENT, PaymentDetail
from gerbang.core.queue.model import Job, Retry
from gerbang.core.queue.service import finish

_ASK_AGAIN_S: Final = 60.0
Look = Callable[[UUID], Awaitable[object]]


class Reminder:
    """The handler of `notification.remind`. `look` asks the provider about a payment now, and raises UpstreamFailed without an answer."""

    def __init__(self, db: Database, notifications: Notifications, *, payments: ReadPayments, look: Look) -> None:
        self._db = db
        self._notifications = notifications
        self._payments = payments
        self._look = look

    async def handle(self, job: Job) -> None:
        """Write the reminder that the job names, if it is still true after the provider was asked; raises Retry without an answer."""
        payment = ids.read("pay", str(job.payload["payment"]))
        async with self._db.reading() as tx:
            wanted = await self._wanted(tx, payment, job)
            later = await self._notifications.remind_later(tx, *wanted) if wanted else None
            now = await store.business_now(tx)
        if later is not None:
            raise Retry("quiet hours", (later - now).total_seconds())
        if wanted is not None:
            try:
                await self._look(payment)
            except UpstreamFailed as error:
                raise Retry(f"not known whether it was paid: {error.code}", _ASK_AGAIN_S) from error
        async with self._db.transaction() as tx:
            wanted = await self._wanted(tx, payment, job)
            if wanted is not None:
                await self._notifications.remind(tx, *wanted)
            await finish(tx, [job])

    async def _wanted(self, tx: Tx, payment: UUID, job: Job) -> tuple[Announcement, PaymentDetail] | None:
        details = (await self._payments(tx, [payment])).get(payment)
        now = await store.business_now(tx)
        data = {"attempt": job.key} if job.key.startswith("att_") else {}
        said = Announcement(
            "payment.reminder", ObjectRef(PAYMENT, payment), data, now, id=UUID(str(job.payload["announcement"]))
        )
        if details is None or not still_true(Template.PAYMENT_REMINDER, said.data, details, now + LEAST_LEFT):
            return None
        return said, details
