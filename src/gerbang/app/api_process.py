"""The API, the checkout pages and the console, as one process."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from gerbang.app.parts import core
from gerbang.base.errors import DatabaseUnavailable
from gerbang.base.watchdog import Watchdog, watched
from gerbang.core.announcements.broadcast import Broadcaster
from gerbang.core.announcements.event_log import EventLog
from gerbang.core.announcements.live_changes import LiveChanges
from gerbang.core.audit.service import Audit
from gerbang.core.connections.probes import keep_trying
from gerbang.core.ledger.service import Ledger
from gerbang.core.limits.service import Limiter
from gerbang.core.payments import table_locks
from gerbang.core.payments.crypto import permission as crypto_permission
from gerbang.core.queue import business_time
from gerbang.noun import Core, Nouns
from gerbang.nouns import NOUNS
from gerbang.ports.provider import Provider
from gerbang.providers import PROVIDERS
from gerbang.settings import Settings
from gerbang.web.assembly import assemble
from gerbang.web.services import Services
from gerbang.web.sidebar import sidebar
from gerbang.web.transport.server import limits_of
from gerbang.web.transport.server import serve as serve_http

MOST_QUEUE_AGE_S: Final = 600.0


async def serve(
    settings: Settings, dog: Watchdog, providers: Mapping[str, Provider] = PROVIDERS, nouns: Nouns = NOUNS
) -> None:
    """The API, the checkout pages and the console, until SIGTERM or Ctrl-C."""
    stop = dog.stop
    async with (
        core(settings, "serve", providers, wait_s=settings.database_wait_s, nouns=nouns) as parts,
        asyncio.TaskGroup() as group,
    ):
        await parts.changes.poll()
        await crypto_permission.note_reason(parts.db, settings.crypto_reason)
        loops: dict[str, Callable[[asyncio.Event], Awaitable[None]]] = {
            "changes": parts.changes.run,
            "workers": parts.workers.run,
            "lag": parts.lag.run,
            "breakers": partial(keep_trying, parts.outbound),
        }
        for name, loop in loops.items():
            group.create_task(watched(name, partial(loop, stop)))
        group.create_task(parts.identity.run(stop))
        if not settings.sandbox:
            await _offer_ownership(parts)
        edge = services(parts, dog)
        group.create_task(_end_streams(edge, stop))
        try:
            await serve_http(
                assemble(edge),
                settings.host,
                settings.port,
                limits=limits_of(settings),
                stop=stop,
                reuse_port=settings.share_port,
                ready=lambda _: dog.ready(),
            )
        finally:
            stop.set()


async def _end_streams(edge: Services, stop: asyncio.Event) -> None:
    """Who listens is let go when we stop: a stream would take all the time that requests under way are given, and then be cut."""
    await stop.wait()
    await asyncio.gather(edge.live.close(), edge.broadcast.close())


def services(parts: Core, dog: Watchdog | None = None) -> Services:
    return Services(
        settings=parts.settings,
        db=parts.db,
        outbound=parts.outbound,
        changes=parts.changes,
        limits=Limiter(parts.db),
        identity=parts.identity,
        secrets=parts.secrets,
        connections=parts.connections,
        payments=parts.payments,
        inbox=parts.inbox,
        ledger=Ledger(parts.db),
        audit=Audit(parts.db),
        notifications=parts.notifications,
        broadcast=(broadcast := Broadcaster(parts.db, objects := parts.nouns.objects)),
        event_log=EventLog(parts.db, broadcast, parts.clock),
        live=LiveChanges(broadcast),
        objects=objects,
        routes=tuple(parts.nouns.routes),
        policy=tuple(parts.nouns.policy),
        sidebar=sidebar(parts.nouns.pages),
        actions=parts.nouns.actions,
        watched=parts.nouns.watched(parts),
        event_catalogue=parts.nouns.event_catalogue,
        by_type=parts.services,
        checks={
            "queue": lambda: _queue_age(parts),
            "workers": parts.workers.cause,
            "tables": partial(table_locks.cause, parts.db),
        },
        open_breakers=parts.open_breakers,
        notices={
            **parts.nouns.notices(parts),
            "workers": parts.workers.notice,
            "events": parts.lag.notice,
            "jobs": parts.workers.jobs_notice,
        },
        gauges={
            "gerbang_breaker_open": (
                "1 for a connection whose calls are held back, because its provider does not answer.",
                "connection",
                partial(_breaker_gauge, parts),
            ),
            "gerbang_workers": ("Worker processes by state.", "state", parts.workers.counts),
            "gerbang_stranded_jobs": ("Jobs that nobody will run.", "why", parts.workers.jobs),
            "gerbang_lane_still_seconds": (
                "How long a loop of this process has not moved.",
                "lane",
                dog.ages if dog else dict,
            ),
            "gerbang_events_lag_seconds": (
                "How long what is next for each listener has waited.",
                "listener",
                parts.lag.seconds,
            ),
        },
    )


def _breaker_gauge(parts: Core) -> Mapping[str, float]:
    """Of every connection that was asked, so that an alarm can tell closed from never asked."""
    return {**parts.outbound.breaker_gauge(), **dict.fromkeys(parts.open_breakers(), 1.0)}


async def _queue_age(parts: Core) -> str | None:
    """What is wrong with the queue, if anything: no worker has taken a due job for ten minutes."""
    try:
        waited_s = await business_time.oldest_due_s(parts.db)
    except DatabaseUnavailable:  # the check of the database says so
        return None
    is_late = waited_s >= MOST_QUEUE_AGE_S and not parts.settings.sandbox  # its clock makes days in a second
    return f"The oldest due job has waited {waited_s:.0f} s; is a worker running?" if is_late else None


async def _offer_ownership(parts: Core) -> None:
    """A new installation has no account at all: whoever reads this terminal makes the first (R37)."""
    if await parts.identity.accounts.needs_owner():
        token = await parts.identity.accounts.make_owner_link()
        sys.stderr.write(f"gerbang: no owner yet. Open within 30 minutes: {parts.settings.base_url}/owner?t={token}\n")
