"""What every process has: the parts of the core, wired to each other and to nothing of the web."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID

from gerbang.app.messages import chats, connected, message_link, message_route, owner_code, people, read_staff
from gerbang.base import database_safety, migrations
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database
from gerbang.base.high_water_marks import HighWaterMarks
from gerbang.base.http import Http
from gerbang.base.target_policy import TargetPolicy, read_private_targets
from gerbang.core.announcements.lag import Lag
from gerbang.core.audit.model import AuditUnavailable
from gerbang.core.connections.outbound_calls import OutboundCalls
from gerbang.core.connections.service import Connections
from gerbang.core.endpoints.owner_access import OwnerTokens
from gerbang.core.identity.changes import Changes
from gerbang.core.identity.model import Lifetimes, system_caller
from gerbang.core.identity.passwords import Passwords
from gerbang.core.identity.service import Identity
from gerbang.core.inbox.routing import EventHandler, Router
from gerbang.core.inbox.service import Inbox
from gerbang.core.notifications.composing import Composer
from gerbang.core.notifications.digests import Digests
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.jobs import Sender
from gerbang.core.notifications.operators import Operators
from gerbang.core.notifications.payer_reminder import Reminder
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.notifications.service import Notifications
from gerbang.core.notifications.shop_texts import ShopTexts
from gerbang.core.notifications.unsubscribing import Unsubscribing
from gerbang.core.payments.crypto.rates import Quotes, QuoteTerms, read_fixed
from gerbang.core.payments.crypto.watcher import Watcher
from gerbang.core.payments.model import PaymentDetail
from gerbang.core.payments.permissions import CREATE
from gerbang.core.payments.provider_calls import ProviderCalls, load_readable
from gerbang.core.payments.refunds.model import read_rules
from gerbang.core.payments.service import Payments
from gerbang.core.queue import business_time
from gerbang.core.queue.processes import Workers
from gerbang.core.secrets.service import Secrets
from gerbang.noun import Core, Nouns
from gerbang.nouns import NOUNS
from gerbang.ports.kinds import Kind
from gerbang.ports.messenger import Channel
from gerbang.ports.provider import Provider
from gerbang.providers import PROVIDERS
from gerbang.providers.sealed import SealedStore, ensure_root_key
from gerbang.settings import Settings


@contextlib.asynccontextmanager
async def core(
    settings: Settings,
    name: str,
    providers: Mapping[str, Provider] = PROVIDERS,
    *,
    wait_s: float | None = None,
    nouns: Nouns = NOUNS,
    passwords: Passwords | None = None,
) -> AsyncIterator[Core]:
    """The core of one process; nobody waits for its database beyond `wait_s`. Refuses an unsafe database or a foreign root key."""
    db = _database(settings, name, wait_s)
    await db.open()
    http, guarded = Http(), guarded_http(settings)
    try:
        await database_safety.refuse_unsafe(db)
        await migrations.refuse_pending(db)
        store = SealedStore(db, ensure_root_key(settings.root_key_path, create=False))
        await store.prepare()
        secrets = Secrets(db, store)
        made = await _wired(
            settings, providers, nouns, db=db, http=http, guarded=guarded, secrets=secrets, passwords=passwords
        )
        await secrets.ensure_own()
        yield made
        await made.payments.context.drain(settings.drain_s)
        made.identity.close()
        await made.texts.close()
    finally:
        await guarded.close()
        await http.close()
        await db.close()


async def _wired(
    settings: Settings,
    providers: Mapping[str, Provider],
    nouns: Nouns,
    *,
    db: Database,
    http: Http,
    guarded: Http,
    secrets: Secrets,
    passwords: Passwords | None,
) -> Core:
    clock, changes = BusinessClock(), Changes(db)
    changes.subscribe("clock", lambda offset_s: clock.set_offset(int(offset_s)))
    clock.set_offset(await business_time.offset_s(db))
    connections = Connections(db, secrets, providers, settings.base_url)
    changes.subscribe("connection", lambda _: connections.forget())
    marks = HighWaterMarks(settings.marks_folder)
    outbound = OutboundCalls(connections, http, guarded, now=clock.now)
    calls = ProviderCalls(db=db, outbound=outbound, clock=clock, public_url=settings.base_url, marks=marks)
    payments = _payments(settings, calls, db=db, outbound=outbound, secrets=secrets, clock=clock)
    operators = Operators(read_staff(nouns), partial(chats, outbound), settings.operator_email)
    notifications = _notifications(settings, db, outbound, operators)
    payments.context.reaching = notifications.reaches
    texts = ShopTexts(db, origin=settings.base_url, letterhead=Letterhead(settings.shop_name))
    handlers: dict[Kind, EventHandler] = {}
    services: dict[type, object] = {}
    events = Router(handlers, connections.kind_of)
    made = Core(
        settings=settings,
        nouns=nouns,
        db=db,
        http=http,
        guarded=guarded,
        clock=clock,
        changes=changes,
        secrets=secrets,
        identity=_identity(settings, nouns, db, secrets=secrets, changes=changes, passwords=passwords),
        connections=connections,
        outbound=outbound,
        calls=calls,
        payments=payments,
        watcher=_watcher(payments, outbound),
        events=events,
        inbox=Inbox(db, events.preview),
        notifications=notifications,
        operators=operators,
        digests=Digests(db, operators, _host(settings), load_readable, _hours(settings)),
        sender=_sender(settings, db, outbound, secrets, payments=payments, texts=texts, operators=operators),
        texts=texts,
        reminder=_reminder(db, payments, notifications),
        workers=Workers(db, nouns.job_kinds),
        lag=Lag(db),
        services=services,
    )
    # What a noun brings may use every part, and the services of the nouns before it: so it is made last.
    for service in nouns.services(made):
        services[type(service)] = service
    handlers |= nouns.events(made)
    db.tell = made.inbox.channel.notify
    return made


def guarded_http(settings: Settings) -> Http:
    """The client for addresses that users set."""
    return Http(policy=TargetPolicy(read_private_targets(settings.allowed_private_targets)))


def _database(settings: Settings, name: str, wait_s: float | None) -> Database:
    return Database(
        settings.database_dsn(),
        size=settings.database_pool_size,
        name=f"gerbang {name}",
        statement_timeout_ms=settings.statement_timeout_ms,
        wait_s=wait_s,
        told={"audit": partial(AuditUnavailable, retry_after_s=5)},
    )


def _identity(
    settings: Settings,
    nouns: Nouns,
    db: Database,
    *,
    secrets: Secrets,
    changes: Changes,
    passwords: Passwords | None,
) -> Identity:
    return Identity(
        db,
        secrets,
        changes,
        permissions=nouns.roles({CREATE.name} if settings.customer_amounts == "allow" else ()),
        environment="test" if settings.sandbox else "live",
        passwords=passwords,
        lifetimes=Lifetimes(settings.access_token_ttl_s, settings.refresh_token_ttl_s, settings.owner_link_ttl_s),
    )


def _payments(
    settings: Settings,
    calls: ProviderCalls,
    *,
    db: Database,
    outbound: OutboundCalls,
    secrets: Secrets,
    clock: BusinessClock,
) -> Payments:
    return Payments(
        db=db,
        connections=outbound.connections,
        calls=calls,
        secrets=secrets,
        clock=clock,
        quotes=Quotes(quote_terms(settings), outbound),
        create_wait_s=settings.provider_wait_s,
        refund_rules=read_rules(settings.refund_second_person, settings.refund_approval_above),
    )


def _watcher(payments: Payments, outbound: OutboundCalls) -> Watcher:
    watcher = Watcher(payments.context, outbound)
    payments.context.watch(watcher.look, watcher.begin, watcher.sweep)
    return watcher


def _notifications(settings: Settings, db: Database, outbound: OutboundCalls, operators: Operators) -> Notifications:
    return Notifications(
        db,
        payments=load_readable,
        people=people,
        connected=partial(connected, outbound),
        host=_host(settings),
        operators=operators,
        remind_before=timedelta(seconds=settings.reminder_before_s),
        restart_for=timedelta(seconds=settings.restart_for_s),
        hours=_hours(settings),
    )


def _sender(
    settings: Settings,
    db: Database,
    outbound: OutboundCalls,
    secrets: Secrets,
    *,
    payments: Payments,
    texts: ShopTexts,
    operators: Operators,
) -> Sender:
    owners = OwnerTokens(secrets)
    composer = Composer(
        payments=load_readable,
        people=people,
        link=partial(message_link, payments, owners, settings.base_url),
        code=partial(owner_code, owners),
        letterhead=Letterhead(settings.shop_name),
        words=texts.words,
        unsubscribe=Unsubscribing(db, secrets, payments.context.clock, base=settings.base_url).address,
        operators=operators,
        hours=_hours(settings),
    )
    return Sender(
        db,
        outbound=outbound,
        composer=composer,
        route=lambda channel, last: message_route(settings, outbound, channel, last),
        fallback=_fallback(settings, outbound),
        most_a_day={Channel.SMS: settings.sms_per_day, Channel.WHATSAPP: settings.whatsapp_per_day},
    )


def _fallback(settings: Settings, outbound: OutboundCalls) -> Fallback:
    reached = partial(connected, outbound)
    return Fallback(payments=load_readable, people=people, connected=reached, host=_host(settings))


def _hours(settings: Settings) -> ShopHours:
    return ShopHours(settings.quiet_hours_of_shop, settings.time_zone)


def _host(settings: Settings) -> str:
    """What stands in every Message-ID."""
    return urlsplit(settings.base_url).hostname or "localhost"


def _reminder(db: Database, payments: Payments, notifications: Notifications) -> Reminder:
    async def look(payment: UUID) -> PaymentDetail:
        return await payments.refresh(system_caller("reminder"), payment)

    return Reminder(db, notifications, payments=load_readable, look=look)


def quote_terms(settings: Settings) -> QuoteTerms:
    hidden, phones = (
        (("IDR",), ("+62",)) if settings.business_country == "ID" and not settings.crypto_reason else ((), ())
    )
    return QuoteTerms(
        fixed=read_fixed(settings.fixed_rates),
        hidden_for=frozenset((*settings.crypto_hidden_for, *hidden)),
        spread_bp=settings.crypto_spread_bp,
        tolerance_bp=settings.crypto_tolerance_bp,
        lasts=timedelta(seconds=settings.crypto_quote_s),
        hidden_phones=phones,
        open_per_payer=settings.crypto_open_per_payer,
        open_per_connection=settings.crypto_open_per_connection,
    )
