"""What one noun brings to every process, as one value; and the core that it is given. Which nouns there are stands in nouns.py."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database
from gerbang.base.http import Http
from gerbang.core.announcements.broadcast import ObjectKind
from gerbang.core.announcements.lag import Lag
from gerbang.core.announcements.live_changes import Watched
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.connections.outbound_calls import OutboundCalls
from gerbang.core.connections.service import Connections
from gerbang.core.endpoints.queueing import Payloads
from gerbang.core.identity.changes import Changes
from gerbang.core.identity.permissions import Permission, Permissions
from gerbang.core.identity.service import Identity
from gerbang.core.inbox.routing import EventHandler, Router
from gerbang.core.inbox.service import Inbox
from gerbang.core.notifications.digests import Digests
from gerbang.core.notifications.jobs import Sender
from gerbang.core.notifications.operators import Operators
from gerbang.core.notifications.payer_reminder import Reminder
from gerbang.core.notifications.service import Notifications
from gerbang.core.notifications.shop_texts import ShopTexts
from gerbang.core.payments.crypto.watcher import Watcher
from gerbang.core.payments.provider_calls import ProviderCalls
from gerbang.core.payments.service import Payments
from gerbang.core.personal_data.service import PersonalData
from gerbang.core.queue.processes import Workers
from gerbang.core.queue.worker import Handler
from gerbang.core.secrets.service import Secrets
from gerbang.ports.kinds import Kind
from gerbang.settings import Settings
from gerbang.web.event_catalogue import CatalogueEntry
from gerbang.web.policy_rows import Row
from gerbang.web.sidebar import Subpage
from gerbang.web.texts.actions import Sentences

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Core:
    """What every process has: the parts of the core, wired to each other and to nothing of the web; `services` are those that nouns brought.
    `guarded` is the client for addresses that users set: it calls permitted ones only.
    """

    settings: Settings
    nouns: "Nouns"
    db: Database
    http: Http
    guarded: Http
    clock: BusinessClock
    changes: Changes
    secrets: Secrets
    identity: Identity
    connections: Connections
    outbound: OutboundCalls
    calls: ProviderCalls
    payments: Payments
    watcher: Watcher
    events: Router
    inbox: Inbox
    notifications: Notifications
    operators: Operators
    digests: Digests
    sender: Sender
    texts: ShopTexts
    reminder: Reminder
    workers: Workers
    lag: Lag
    services: Mapping[type, Any] = field(default_factory=dict)

    def service(self, of: type[T]) -> T:
        """The service of this type that a noun brought."""
        found: T = self.services[of]
        return found

    def open_breakers(self) -> Collection[str]:
        """The connections that this process or a worker does not ask now: each finds out for itself that a provider does not answer."""
        return {*self.outbound.open_breakers(), *self.workers.open_breakers()}

    def wake(self) -> None:
        """There may be new jobs: the queue of this process looks at once."""
        self.payments.context.wake()


@dataclass(frozen=True, slots=True)
class Noun:
    """One noun: whatever it leaves out, it does not have. What is made anew for each process is a function of the process's core.

    `service` is made once in a process, and found by its type. `objects` are what something is announced of, by type; of a type that stands
    nowhere nobody hears live. `events` says by kind of provider who works on what came in, `jobs` by kind of job who does it. `consumers` take announcements;
    `loops` run in every worker; `wakes` has one of them look at once when something was committed, by the topic that is told then. `notices` say what somebody should look at, or None. `payloads` show objects by type, as outgoing webhooks send
    them; `announces` lists every type of event that is announced, for the catalogue. `personal_data` says what is kept about people,
    `permissions` what somebody may do with it, by role, `actions` how the audit trail's entries about it read, by subject.

    At the edge: `routes` are handlers of the framework, each with its row of `policy`. `pages` stand in the sidebar, by the entry that they
    belong to; `watched` says what makes an open page look again.
    """

    name: str
    service: Callable[[Core], object] | None = None
    objects: Mapping[str, ObjectKind] = field(default_factory=dict)
    events: Mapping[Kind, Callable[[Core], EventHandler]] = field(default_factory=dict)
    jobs: Mapping[str, Callable[[Core], Handler]] = field(default_factory=dict)
    consumers: Sequence[Callable[[Core], AnnouncementConsumer]] = ()
    loops: Mapping[str, Callable[[Core, asyncio.Event], Awaitable[None]]] = field(default_factory=dict)
    wakes: Mapping[str, Callable[[Core], Callable[[], None]]] = field(default_factory=dict)
    notices: Mapping[str, Callable[[Core], Awaitable[str | None]]] = field(default_factory=dict)
    payloads: Mapping[str, Callable[[Core], Payloads]] = field(default_factory=dict)
    announces: Sequence[CatalogueEntry] = ()
    personal_data: Sequence[PersonalData] = ()
    permissions: Sequence[Permission] = ()
    actions: Mapping[str, Sentences] = field(default_factory=dict)
    routes: Sequence[Any] = ()
    policy: Sequence[Row] = ()
    pages: Mapping[str, Sequence[Subpage]] = field(default_factory=dict)
    watched: Callable[[Core], Mapping[str, Watched]] = lambda _core: {}


@dataclass(frozen=True, slots=True)
class Nouns:
    """All nouns of an installation, in the order in which a person is erased from them."""

    each: tuple[Noun, ...]

    @property
    def objects(self) -> Mapping[str, ObjectKind]:
        return _merged(noun.objects for noun in self.each)

    def payloads(self, core: Core) -> Mapping[str, Payloads]:
        """What is told of objects by webhook, by their type."""
        return {kind: made(core) for kind, made in _merged(noun.payloads for noun in self.each).items()}

    @property
    def event_catalogue(self) -> tuple[CatalogueEntry, ...]:
        """Every type of event, noun by noun."""
        return tuple(one for noun in self.each for one in noun.announces)

    @property
    def personal_data(self) -> Sequence[PersonalData]:
        return [one for noun in self.each for one in noun.personal_data]

    def roles(self, customers_also: Collection[str] = ()) -> Permissions:
        """What each role may; `customers_also` what a setting lets customers do."""
        return Permissions([one for noun in self.each for one in noun.permissions], customers_also)

    @property
    def actions(self) -> Mapping[str, Sentences]:
        """What entries of the audit trail say, by subject."""
        return _merged(noun.actions for noun in self.each)

    @property
    def job_kinds(self) -> Sequence[str]:
        """What a worker runs."""
        return list(_merged(noun.jobs for noun in self.each))

    @property
    def routes(self) -> Sequence[Any]:
        return [one for noun in self.each for one in noun.routes]

    @property
    def policy(self) -> Sequence[Row]:
        return [row for noun in self.each for row in noun.policy]

    @property
    def pages(self) -> Sequence[tuple[str, Subpage]]:
        """Pages with the entry of the sidebar under which each stands."""
        return [(entry, page) for noun in self.each for entry, pages in noun.pages.items() for page in pages]

    def services(self, core: Core) -> Iterable[object]:
        return (noun.service(core) for noun in self.each if noun.service is not None)

    def events(self, core: Core) -> Mapping[Kind, EventHandler]:
        made = _merged(noun.events for noun in self.each)
        return {kind: handler(core) for kind, handler in made.items()}

    def jobs(self, core: Core) -> Mapping[str, Handler]:
        made = _merged(noun.jobs for noun in self.each)
        return {kind: handler(core) for kind, handler in made.items()}

    def consumers(self, core: Core) -> Sequence[AnnouncementConsumer]:
        return [made(core) for noun in self.each for made in noun.consumers]

    def loops(self, core: Core) -> Mapping[str, Callable[[asyncio.Event], Awaitable[None]]]:
        return {name: partial(run, core) for name, run in _merged(noun.loops for noun in self.each).items()}

    def wakes(self, core: Core) -> Mapping[str, Callable[[], None]]:
        return {topic: made(core) for topic, made in _merged(noun.wakes for noun in self.each).items()}

    def notices(self, core: Core) -> Mapping[str, Callable[[], Awaitable[str | None]]]:
        return {name: partial(ask, core) for name, ask in _merged(noun.notices for noun in self.each).items()}

    def watched(self, core: Core) -> Mapping[str, Watched]:
        return _merged(noun.watched(core) for noun in self.each)


def _merged(parts: Iterable[Mapping[K, V]]) -> dict[K, V]:
    """All of them as one; what two nouns bring under one name would be lost silently."""
    merged: dict[K, V] = {}
    for part in parts:
        assert not merged.keys() & part.keys(), f"two nouns bring {sorted(map(str, merged.keys() & part.keys()))}"
        merged |= part
    return merged
