"""What tells an open page that it has changed where no announcement does: asked once a second, another answer than before is a change."""

from collections.abc import Callable, Collection, Hashable
from typing import Final

from gerbang.core.catalogue.listings.model import ListingFilters
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.connections.service import Connections
from gerbang.core.inbox.model import EventFilters
from gerbang.core.inbox.service import Inbox
from gerbang.core.notifications.model import Filters as MessageFilters
from gerbang.core.notifications.service import Notifications
from gerbang.core.payments.model import Filters
from gerbang.core.payments.service import Payments

_ROWS: Final = 50
_WAITING: Final = 100


async def newest_payment(payments: Payments) -> Hashable:
    """A new bill is announced once something happens to it."""
    found, _ = await payments.page(Filters(), None, 1)
    return tuple(one.payment.id for one in found)


async def newest_events(inbox: Inbox) -> Hashable:
    """Events come and are worked on without being announced."""
    found = await inbox.page(EventFilters(), None, _ROWS)
    return tuple((one.id, one.status, one.times_seen) for one in found)


async def newest_rejection(inbox: Inbox) -> Hashable:
    """What was refused is announced to nobody."""
    return tuple((one.rejected_at, one.body_digest) for one in await inbox.rejections(1))


async def newest_messages(notifications: Notifications) -> Hashable:
    """Messages are written and come further without being announced."""
    found = await notifications.page(MessageFilters(), None, _ROWS)
    return tuple((one.id, one.status, one.error) for one in found)


async def waiting(payments: Payments) -> Hashable:
    """How much waits for a person."""
    return tuple(sorted((await payments.work_counts(_WAITING)).items()))


async def connections(known: Connections, open_breakers: Callable[[], Collection[str]]) -> Hashable:
    """Which there are, whether they are used, and whether their providers answer."""
    silent = open_breakers()
    return tuple((one.id, one.enabled, one.updated_at, one.id in silent) for one in await known.all())


async def newest_listings(listings: Listings) -> Hashable:
    """Stock is sent, and lists are read, without being announced."""
    found = await listings.page(ListingFilters(), None, _ROWS)
    return tuple((one.id, one.sku, one.differs, one.stock and (one.stock.state, one.stock.sent_at)) for one in found)
