"""The worker, as one process: inbox events, jobs and announcements."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from gerbang import nouns
from gerbang.app.mail import mail_route, people
from gerbang.app.parts import Core, core
from gerbang.base.watchdog import Watchdog, watched
from gerbang.core.identity.model import system_caller
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.core.ledger.service import Ledger
from gerbang.core.notifications.action_links import button_link
from gerbang.core.notifications.jobs import Sender
from gerbang.core.notifications.payer_reminder import Reminder
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.notifications.service import REMIND, SEND
from gerbang.core.payments import jobs, sweeps
from gerbang.core.payments.model import PaymentDetail
from gerbang.core.payments.provider_calls import load_readable
from gerbang.core.queue.processes import Heartbeat
from gerbang.core.queue.worker import Worker as QueueWorker
from gerbang.ports.provider import Provider
from gerbang.providers import PROVIDERS
from gerbang.settings import Settings


async def work(settings: Settings, dog: Watchdog, providers: Mapping[str, Provider] = PROVIDERS) -> None:
    """The worker: inbox events, jobs and announcements, until SIGTERM or Ctrl-C."""
    stop = dog.stop
    async with core(settings, "work", providers) as parts:
        queue = QueueWorker(
            parts.db, job_handlers(parts), concurrency=settings.worker_concurrency, drain_s=settings.drain_s
        )
        parts.payments.context.wake = queue.wake
        inbox = InboxWorker(parts.db, parts.events.handlers())
        consumers = nouns.consumers(parts.db, parts.notifications, queue.wake)
        for consumer in consumers:
            await consumer.prepare()
        lanes = {
            "queue": partial(queue.run, stop),
            "changes": partial(parts.changes.run, stop),
            "timetable": partial(sweeps.run, parts.payments.context, stop),
            "chains": partial(parts.watcher.run, stop),
            "balances": partial(Ledger(parts.db).keep, stop),
            **{consumer.name: partial(consumer.run, stop) for consumer in consumers},
            "heartbeat": partial(Heartbeat(parts.db, "work", dog.stuck).run, stop),
        }
        async with asyncio.TaskGroup() as group:
            group.create_task(inbox.run(stop))  # it has lanes of its own
            for name, loop in lanes.items():
                group.create_task(watched(name, loop))
            dog.ready()


def job_handlers(parts: Core) -> dict[str, Any]:
    """Which handler runs for which kind of job."""
    sender = Sender(
        parts.db,
        payments=load_readable,
        people=people,
        route=lambda: mail_route(parts.settings, parts.connections, parts.http),
        link=lambda t, n: button_link(parts.payments, parts.settings.base_url, t, n),
        letterhead=Letterhead(parts.settings.shop_name),
    )

    async def look(payment: UUID) -> PaymentDetail:
        return await parts.payments.refresh(system_caller("reminder"), payment)

    reminding = Reminder(parts.db, parts.notifications, payments=load_readable, look=look)
    return {**jobs.handlers(parts.payments.context), SEND: sender.handle, REMIND: reminding.handle}
