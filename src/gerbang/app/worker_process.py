"""The worker, as one process: inbox events, jobs and announcements."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

from gerbang.app.parts import core
from gerbang.base.watchdog import Watchdog, watched
from gerbang.core.connections.probes import keep_trying
from gerbang.core.idempotency.expiry import KeyExpiry
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.core.ledger.service import Ledger
from gerbang.core.queue.processes import Heartbeat
from gerbang.core.queue.service import TOPIC as JOBS
from gerbang.core.queue.worker import Worker as QueueWorker
from gerbang.noun import Nouns
from gerbang.nouns import NOUNS
from gerbang.ports.provider import Provider
from gerbang.providers import PROVIDERS
from gerbang.settings import Settings


async def work(
    settings: Settings, dog: Watchdog, providers: Mapping[str, Provider] = PROVIDERS, nouns: Nouns = NOUNS
) -> None:
    """The worker: inbox events, jobs and announcements, until SIGTERM or Ctrl-C."""
    stop = dog.stop
    async with core(settings, "work", providers, nouns=nouns) as parts:
        queue = QueueWorker(
            parts.db, nouns.jobs(parts), concurrency=settings.worker_concurrency, drain_s=settings.drain_s
        )
        parts.payments.context.wake = queue.wake
        inbox = InboxWorker(parts.db, parts.events.handlers())
        inbox.channel.subscribe(JOBS, queue.wake)
        consumers = nouns.consumers(parts)
        for consumer in consumers:
            await consumer.prepare()
            for topic in consumer.topics:
                inbox.channel.subscribe(topic, consumer.wake)
            consumer.wake()  # whoever announces tells: from the start it need not look ten times a second
        for topic, wake in nouns.wakes(parts).items():
            inbox.channel.subscribe(topic, wake)
        parts.db.tell = (
            inbox.channel.tell_here
        )  # what is announced by a worker, it takes: other processes need not hear
        lanes: dict[str, Callable[[asyncio.Event], Awaitable[object]]] = {
            "queue": queue.run,
            "changes": parts.changes.run,
            "balances": Ledger(parts.db).keep,
            "idempotency keys": KeyExpiry(parts.db, timedelta(seconds=settings.idempotency_keep_s)).run,
            **nouns.loops(parts),
            **{consumer.name: consumer.run for consumer in consumers},
            "breakers": partial(keep_trying, parts.outbound),
            "heartbeat": Heartbeat(parts.db, "work", dog.stuck, open_breakers=parts.outbound.open_breakers).run,
        }
        async with asyncio.TaskGroup() as group:
            group.create_task(inbox.run(stop))  # it has lanes of its own
            for name, run in lanes.items():
                group.create_task(watched(name, partial(run, stop)))
            dog.ready()
