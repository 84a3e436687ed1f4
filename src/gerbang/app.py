"""The composition root: the one file that knows everything. Read it from top to bottom to see what Gerbang consists of.

`core` puts together what every process has; `serve`, `work` and `sandbox` are the three processes; `seed_demo` fills a sandbox.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from gerbang import demo, nouns
from gerbang.base import database_safety, ids, migrations
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.base.errors import DatabaseUnavailable, GerbangError
from gerbang.base.high_water_marks import HighWaterMarks
from gerbang.base.http import Http
from gerbang.base.watchdog import Watchdog, watched
from gerbang.core.announcements.broadcast import Broadcaster
from gerbang.core.announcements.lag import Lag
from gerbang.core.announcements.live_changes import LiveChanges
from gerbang.core.audit.model import AuditUnavailable
from gerbang.core.audit.service import Audit
from gerbang.core.connections.service import Connections
from gerbang.core.identity import accounts
from gerbang.core.identity.changes import Changes
from gerbang.core.identity.model import Lifetimes, system_caller
from gerbang.core.identity.passwords import Passwords
from gerbang.core.identity.service import Identity
from gerbang.core.inbox.routing import Router
from gerbang.core.inbox.service import Inbox
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.core.ledger.service import Ledger
from gerbang.core.limits.service import Limiter
from gerbang.core.notifications.action_links import button_link
from gerbang.core.notifications.jobs import MailRoute, Sender
from gerbang.core.notifications.model import Contact
from gerbang.core.notifications.payer_reminder import Reminder
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.notifications.service import REMIND, SEND, Notifications
from gerbang.core.payments import amount_due, jobs, sweeps, table_locks
from gerbang.core.payments.crypto import permission as crypto_permission
from gerbang.core.payments.crypto.rates import Quotes, QuoteTerms, read_fixed
from gerbang.core.payments.crypto.watcher import Watcher
from gerbang.core.payments.model import PaymentDetail
from gerbang.core.payments.provider_calls import ProviderCalls, load_readable
from gerbang.core.payments.refunds.model import read_rules
from gerbang.core.payments.service import Payments
from gerbang.core.queue import business_time
from gerbang.core.queue.processes import Heartbeat, Workers
from gerbang.core.queue.worker import Worker as QueueWorker
from gerbang.core.secrets.model import Purpose
from gerbang.core.secrets.service import Secrets
from gerbang.ports.payment import Account
from gerbang.ports.provider import Provider
from gerbang.providers import PROVIDERS
from gerbang.providers.sealed import SealedStore, ensure_root_key
from gerbang.sandbox.app import ChainConfig, SandboxConfig, create
from gerbang.sandbox.chain import anvil
from gerbang.sandbox.chain.calls import Instructions
from gerbang.sandbox.chain.local import LocalChain
from gerbang.sandbox.shop import Shop
from gerbang.settings import Settings
from gerbang.web.assembly import assemble
from gerbang.web.services import Services
from gerbang.web.transport.server import limits_of
from gerbang.web.transport.server import serve as serve_http

log = structlog.get_logger()
MOST_QUEUE_AGE_S: Final = 600.0
KINDS: Final = (*jobs.KINDS, SEND, REMIND)  # what a worker runs


@dataclass(frozen=True, slots=True)
class Core:
    """What every process has: the parts of the core, wired to each other and to nothing of the web."""

    settings: Settings
    db: Database
    http: Http
    clock: BusinessClock
    changes: Changes
    secrets: Secrets
    identity: Identity
    connections: Connections
    calls: ProviderCalls
    payments: Payments
    watcher: Watcher
    events: Router
    inbox: Inbox
    notifications: Notifications
    workers: Workers
    lag: Lag


@contextlib.asynccontextmanager
async def core(
    settings: Settings,
    name: str,
    providers: Mapping[str, Provider] = PROVIDERS,
    *,
    wait_s: float | None = None,
    passwords: Passwords | None = None,
) -> AsyncIterator[Core]:
    """The core of one process; nobody waits for its database beyond `wait_s`. Refuses an unsafe database or a foreign root key."""
    db = Database(settings.database_dsn(), size=settings.database_pool_size, name=f"gerbang {name}",
                  statement_timeout_ms=settings.statement_timeout_ms, wait_s=wait_s, told={"audit": partial(AuditUnavailable, retry_after_s=5)})  # fmt: skip
    await db.open()
    http = Http()
    try:
        await database_safety.refuse_unsafe(db)
        await migrations.refuse_pending(db)
        store = SealedStore(db, ensure_root_key(settings.root_key_path, create=False))
        await store.prepare()
        secrets, clock, changes = Secrets(db, store), BusinessClock(), Changes(db)
        changes.subscribe("clock", lambda offset_s: clock.set_offset(int(offset_s)))
        clock.set_offset(await business_time.offset_s(db))
        identity = Identity(
            db, secrets, changes, environment="test" if settings.sandbox else "live",
            customers_set_amounts=settings.customer_amounts == "allow", passwords=passwords,
            lifetimes=Lifetimes(settings.access_token_ttl_s, settings.refresh_token_ttl_s, settings.owner_link_ttl_s),
        )  # fmt: skip
        connections = Connections(db, secrets, providers, settings.base_url)
        changes.subscribe("connection", lambda _: connections.forget())
        calls = ProviderCalls(db, connections, http, clock, settings.base_url, HighWaterMarks(settings.marks_folder))
        payments = Payments(db, connections, calls, secrets, clock, Quotes(_quote_terms(settings), connections, http),
                            create_wait_s=settings.provider_wait_s,
                            refund_rules=read_rules(settings.refund_second_person, settings.refund_approval_above))  # fmt: skip
        watcher = Watcher(payments.context, http)
        payments.context.watch(watcher.look, watcher.begin, watcher.sweep)
        await secrets.ensure_own()

        events = Router(nouns.events(payments.context), connections.kind_of)
        notifications = Notifications(
            db, payments=load_readable, people=people, host=_host(settings), alerts=_alerts(settings),
            remind_before=timedelta(seconds=settings.reminder_before_s), restart_for=timedelta(seconds=settings.restart_for_s),
        )  # fmt: skip
        yield Core(
            settings, db, http, clock, changes, secrets, identity, connections, calls, payments, watcher, events, Inbox(db, events.preview),
            notifications, Workers(db, KINDS), Lag(db),
        )  # fmt: skip
        await payments.context.drain(settings.drain_s)
        identity.close()
    finally:
        await http.close()
        await db.close()


# ── the API ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def serve(settings: Settings, dog: Watchdog, providers: Mapping[str, Provider] = PROVIDERS) -> None:
    """The API, the checkout pages and the console, until SIGTERM or Ctrl-C."""
    stop = dog.stop
    async with (
        core(settings, "serve", providers, wait_s=settings.database_wait_s) as parts,
        asyncio.TaskGroup() as group,
    ):
        await parts.changes.poll()
        await crypto_permission.note_reason(parts.db, settings.crypto_reason)
        for name, loop in {"changes": parts.changes.run, "workers": parts.workers.run, "lag": parts.lag.run}.items():
            group.create_task(watched(name, partial(loop, stop)))
        group.create_task(parts.identity.run(stop))
        if not settings.sandbox:
            await _offer_ownership(parts)
        services = _services(parts, dog)
        try:
            await serve_http(
                assemble(services), settings.host, settings.port, limits=limits_of(settings), stop=stop,
                reuse_port=settings.share_port, ready=lambda _: dog.ready(),
            )  # fmt: skip
        finally:
            stop.set()
            await asyncio.gather(services.live.close(), services.broadcast.close())


def _services(parts: Core, dog: Watchdog | None = None) -> Services:
    return Services(
        settings=parts.settings, db=parts.db, http=parts.http, changes=parts.changes, limits=Limiter(parts.db),
        identity=parts.identity, secrets=parts.secrets, connections=parts.connections, payments=parts.payments, inbox=parts.inbox,
        ledger=Ledger(parts.db), audit=Audit(parts.db), notifications=parts.notifications, broadcast=(broadcast := Broadcaster(parts.db, nouns.OBJECTS)), live=LiveChanges(broadcast), objects=nouns.OBJECTS,
        checks={"queue": lambda: _queue_age(parts), "workers": parts.workers.cause, "tables": partial(table_locks.cause, parts.db)},
        notices={"chains": parts.watcher.stalls, "workers": parts.workers.notice, "events": parts.lag.notice, "jobs": parts.workers.jobs_notice},
        gauges={
            "gerbang_workers": ("Worker processes by state.", "state", parts.workers.counts), "gerbang_stranded_jobs": ("Jobs that nobody will run.", "why", parts.workers.jobs),
            "gerbang_lane_still_seconds": ("How long a loop of this process has not moved.", "lane", dog.ages if dog else dict), "gerbang_events_lag_seconds": ("How long what is next for each listener has waited.", "listener", parts.lag.seconds),
        },
    )  # fmt: skip


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


# ── the worker ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def work(settings: Settings, dog: Watchdog, providers: Mapping[str, Provider] = PROVIDERS) -> None:
    """The worker: inbox events, jobs and announcements, until SIGTERM or Ctrl-C."""
    stop = dog.stop
    async with core(settings, "work", providers) as parts:
        queue = QueueWorker(
            parts.db, _job_handlers(parts), concurrency=settings.worker_concurrency, drain_s=settings.drain_s
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


def _job_handlers(parts: Core) -> dict[str, Any]:
    """Which handler runs for which kind of job."""
    sender = Sender(
        parts.db, payments=load_readable, people=people, route=lambda: _mail_route(parts),
        link=lambda t, n: button_link(parts.payments, parts.settings.base_url, t, n),
        letterhead=Letterhead(parts.settings.shop_name),
    )  # fmt: skip

    async def look(payment: UUID) -> PaymentDetail:
        return await parts.payments.refresh(system_caller("reminder"), payment)

    reminding = Reminder(parts.db, parts.notifications, payments=load_readable, look=look)
    return {**jobs.handlers(parts.payments.context), SEND: sender.handle, REMIND: reminding.handle}


async def _mail_route(parts: Core) -> MailRoute | None:
    """The mail connection of the moment: the settings' own server, else the first enabled connection that sends mail."""
    if parts.settings.smtp_url is not None:
        provider = mail_provider()
        assert provider.messenger is not None, f"{provider.name} reads an address and sends nothing"
        return MailRoute(provider.messenger(parts.http), mail_account(parts.settings))
    for connection in await parts.connections.all():
        messenger = parts.connections.provider_of(connection).messenger
        if connection.enabled and messenger is not None:
            try:
                account = await parts.connections.account_for(connection, Purpose.SEND_MESSAGE)
            except GerbangError as error:  # the next connection may be able to send
                log.warning("mail.connection_unusable", connection=connection.id, code=error.code, why=error.detail)
                continue
            return MailRoute(messenger(parts.http), account)
    return None


def mail_provider() -> Provider:
    """Whose account an address in the settings (GERBANG_SMTP_URL) makes."""
    return next(one for one in PROVIDERS.values() if one.account_of_url is not None)


def mail_account(settings: Settings) -> Account:
    """The settings' own mail host, as an account of that provider."""
    read = mail_provider().account_of_url
    assert settings.smtp_url is not None
    assert read is not None
    return read(settings.smtp_url.get_secret_value(), settings.mail_from, not settings.sandbox)


async def people(tx: Tx, users: Sequence[UUID]) -> Mapping[UUID, Contact]:
    """Names and addresses of users."""
    return {id_: Contact(user.name, user.email, user.locale) for id_, user in (await accounts.by_id(tx, users)).items()}


# ── the sandbox and its demo ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def sandbox(settings: Settings, dog: Watchdog, providers: Mapping[str, Provider] = PROVIDERS) -> None:
    """Every simulator behind one port, a local chain where there is one, and a clock that may be moved, until SIGTERM or Ctrl-C."""
    owner = Database(settings.owner_dsn(), size=2, name="gerbang sandbox", setting="GERBANG_DATABASE_OWNER_URL")
    await owner.open()

    advance, asked = partial(business_time.advance, owner), partial(_crypto_of, owner)
    program = anvil.find(settings.anvil)
    config = SandboxConfig(
        str(settings.data / "sandbox"), demo.simulators(providers, demo.place(settings)), port=settings.sandbox_port,
        smtp_port=settings.sandbox_mail_port, public_url=settings.sandbox_url, beside=settings.base_url,
        chain=None if program is None else ChainConfig(program, settings.sandbox_chain_port),
    )  # fmt: skip
    http = Http()
    shop = Shop(http, settings.base_url, lambda: demo.api_key(settings.data), demo.played(providers))
    box = create(config, advance, asked, shop)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_connect_demo(settings, providers, group.create_task(box.start_chain())))
        await box.open()
        dog.ready()
        await dog.stop.wait()
    finally:
        await box.close()
        await http.close()
        await owner.close()


async def _connect_demo(
    settings: Settings, providers: Mapping[str, Provider], starting: Awaitable[LocalChain | None]
) -> None:
    """The demo's connections, made or brought up to this run's addresses while the chain starts."""
    async with core(settings, "sandbox", providers) as parts:
        here, has_chain = demo.place(settings), False
        for one in demo.planned(providers):
            if one.connection.needs_chain and not has_chain:
                if (chain := await starting) is None:
                    return
                here, has_chain = demo.place(settings, chain), True
            await _connect(one.connection.id, demo.connect(parts.connections, parts.secrets, here, one))


async def _connect(name: str, connecting: Awaitable[object]) -> None:
    """One that cannot be connected, as for a secret that does not open, keeps none of the others away."""
    try:
        await connecting
    except GerbangError as error:
        log.warning("sandbox.not_connected", connection=name, code=error.code, why=error.detail, cure="gerbang doctor")


async def _crypto_of(db: Database, payment: str) -> Instructions | None:
    """What a payment asks its payer to send, by its newest attempt that asks for crypto."""
    id_ = ids.read("pay", payment)
    async with db.reading() as tx:
        details_by_id = await load_readable(tx, [id_])
    shown = amount_due.asked_in_coins(details_by_id[id_]) if id_ in details_by_id else None
    return Instructions(shown.network, shown.asset, shown.address, shown.amount) if shown else None


async def seed_demo(settings: Settings) -> dict[str, Any]:
    """The demo users and their API key, with passwords made at random; only `up` with the sandbox calls this."""
    assert settings.sandbox, "demo users exist only in a sandbox"
    async with core(settings, "seed") as parts:
        return await demo.make_people(parts.identity)


# ── small things ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _quote_terms(settings: Settings) -> QuoteTerms:
    hidden, phones = (
        (("IDR",), ("+62",)) if settings.business_country == "ID" and not settings.crypto_reason else ((), ())
    )
    return QuoteTerms(
        read_fixed(settings.fixed_rates), frozenset((*settings.crypto_hidden_for, *hidden)), settings.crypto_spread_bp,
        settings.crypto_tolerance_bp, timedelta(seconds=settings.crypto_quote_s), phones, settings.crypto_open_per_payer, settings.crypto_open_per_connection,
    )  # fmt: skip


def _host(settings: Settings) -> str:
    return urlsplit(settings.base_url).hostname or "localhost"


def _alerts(settings: Settings) -> Contact | None:
    return Contact("", settings.operator_email, "id") if settings.operator_email else None
