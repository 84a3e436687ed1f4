"""What the edge may use, put together once in app/ and handed to every route as `services`. Names only; nothing is made here."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gerbang.base.db import Database
from gerbang.base.recent_reads import RecentReads
from gerbang.core.announcements.broadcast import Broadcaster, ObjectKind
from gerbang.core.announcements.event_log import EventLog
from gerbang.core.announcements.live_changes import LiveChanges, Watched
from gerbang.core.audit.service import Audit
from gerbang.core.connections.outbound_calls import OutboundCalls
from gerbang.core.connections.service import Connections
from gerbang.core.identity.changes import Changes
from gerbang.core.identity.service import Identity
from gerbang.core.inbox.service import Inbox
from gerbang.core.ledger.service import Ledger
from gerbang.core.limits.service import Limiter
from gerbang.core.notifications.service import Notifications
from gerbang.core.payments.service import Payments
from gerbang.core.secrets.service import Secrets
from gerbang.settings import Settings
from gerbang.web.event_catalogue import CatalogueEntry
from gerbang.web.policy_rows import Row
from gerbang.web.sidebar import Section
from gerbang.web.texts.actions import Sentences

T = TypeVar("T")
Check = Callable[[], Awaitable[str | None]]
Gauge = tuple[str, str, Callable[[], Mapping[str, float]]]


@dataclass(frozen=True, slots=True)
class Services:
    """`broadcast` carries announcements to open pages, of the `objects` by their type; `event_log` is read by whoever keeps its own place; `live` tells the console's that they should look again,
    and `reads` is what they share. `routes`, `policy`, `sidebar`, `actions`, `watched` and `event_catalogue` are what the nouns bring to the edge. `checks` are named questions for /readyz: each answers what is wrong, or None.
    `notices` are asked there too, and keep nobody from being ready.
    `open_breakers` are the connections whose providers do not answer.
    `gauges` are numbers for /metrics by name: what they tell, the name of their label, and a reading of numbers by label.
    """

    settings: Settings
    db: Database
    identity: Identity
    secrets: Secrets
    payments: Payments
    inbox: Inbox
    connections: Connections
    ledger: Ledger
    audit: Audit
    notifications: Notifications
    broadcast: Broadcaster
    event_log: EventLog
    objects: Mapping[str, ObjectKind]
    live: LiveChanges
    routes: tuple[Any, ...]
    policy: tuple[Row, ...]
    sidebar: tuple[Section, ...]
    actions: Mapping[str, Sentences]
    watched: Mapping[str, Watched]
    event_catalogue: tuple[CatalogueEntry, ...]
    limits: Limiter
    changes: Changes
    outbound: OutboundCalls
    reads: RecentReads = field(default_factory=RecentReads)
    checks: Mapping[str, Check] = field(default_factory=dict)
    notices: Mapping[str, Check] = field(default_factory=dict)
    gauges: Mapping[str, Gauge] = field(default_factory=dict)
    open_breakers: Callable[[], Collection[str]] = tuple
    by_type: Mapping[type, Any] = field(default_factory=dict)

    def service(self, of: type[T]) -> T:
        """The service of this type that a noun brought."""
        found: T = self.by_type[of]
        return found
