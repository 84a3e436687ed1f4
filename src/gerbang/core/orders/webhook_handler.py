"""Pushes of marketplaces, out of the inbox. A push is a hint: it only makes us ask, so that no call stalls a batch; what it says of a shop itself is taken as it is.

A push comes to an app and names a seller of a country: that seller's shop is found below the app. Of a seller whom nobody knows here the event waits, and is parked in the end.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import structlog

from gerbang.base.clock import BusinessClock
from gerbang.base.db import Tx
from gerbang.base.errors import CommitUnknown, DatabaseUnavailable, GerbangError
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.connections.model import Connection, ConnectionNotFound
from gerbang.core.connections.service import Connections
from gerbang.core.connections.shops import Shops
from gerbang.core.inbox.model import Done, Event, NotYet, Replay, Result
from gerbang.core.inbox.service import Apply
from gerbang.core.orders import claim_reading, store
from gerbang.core.orders.gathering import ask_for
from gerbang.core.orders.model import ORDER
from gerbang.core.queue import service as queue
from gerbang.core.secrets.model import Purpose
from gerbang.ports.marketplace import (
    ClaimHint,
    MarketplaceMessage,
    OrderHint,
    PackageHint,
    ProductHint,
    SellerStatus,
    TokenExpiring,
)
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, WebhookProvider, WebhookRequest

log = structlog.get_logger()
UNKNOWN_SELLER: Final = "its seller is no shop below this app"
NOT_NOW: Final = "its app cannot be used now"
_PRODUCT: Final = "products are read when stock is"


class Read(msgspec.Struct, frozen=True):
    """A stored push, what it says (None: it cannot be read now), and the shop that it is about."""

    event: Event
    says: MarketplaceMessage | None
    shop: Connection | None


class Pushes:
    """What orders do with the events of marketplaces. `wake` makes the queue of this process look at once."""

    def __init__(self, connections: Connections, shops: Shops, clock: BusinessClock, wake: Callable[[], None]) -> None:
        self._connections = connections
        self._shops = shops
        self._clock = clock
        self._wake = wake

    async def handle(self, events: Sequence[Event]) -> Apply:
        """Read a batch; the answer applies it inside the inbox worker's transaction."""
        accounts = {name: await self._account_if_usable(name) for name in {event.connection for event in events}}
        reads = [await self._read(accounts[event.connection], event) for event in events]

        async def apply(tx: Tx) -> Sequence[Result]:
            orders = [
                (one.shop.id, one.says.order)
                for one in reads
                if one.shop is not None and isinstance(one.says, OrderHint | PackageHint | ClaimHint)
            ]
            jobs = [
                claim_reading.fetching(one.shop.id, one.says.order)
                for one in reads
                if one.shop is not None and isinstance(one.says, ClaimHint)
            ]
            await queue.enqueue(tx, jobs)
            if orders:
                await ask_for(tx, orders, self._clock.now())
            results = [await self._result(tx, one) for one in reads]
            if orders:
                self._wake()
            return results

        return apply

    async def preview(self, event: Event) -> Replay:
        """Running a push again reads the order once more, which changes nothing where nothing changed there."""
        read = await self._read(await self._account_if_usable(event.connection), event)
        if read.says is None or read.shop is None:
            why = read.says.why if isinstance(read.says, Ignored) else UNKNOWN_SELLER
            return Replay(event.id, True, why, [])
        return Replay(event.id, True, "The marketplace would be asked, and what is newer there would be written.", [])

    async def _result(self, tx: Tx, read: Read) -> Result:
        match read.says:
            case None:
                return NotYet(NOT_NOW, names_money=False)
            case Ignored(why=why):
                return Done(why)
            case _ if read.shop is None:
                return NotYet(UNKNOWN_SELLER, names_money=False)
            case OrderHint(order=order) | PackageHint(order=order) | ClaimHint(order=order):
                known = await store.id_called(tx, read.shop.id, order)
                return Done("asked the marketplace", ObjectRef(ORDER, known) if known else None)
            case TokenExpiring() | SellerStatus():
                return Done(await self._shops.take(tx, read.shop, read.says, self._clock.now()))
            case ProductHint():
                return Done(_PRODUCT)

    async def _read(self, known: tuple[Connection, Account] | None, event: Event) -> Read:
        if known is None:
            return Read(event, None, None)
        app, account = known
        webhook: WebhookProvider[MarketplaceMessage] | None = self._connections.provider_of(app).webhook
        if webhook is None:
            return Read(event, Ignored("its provider sends no webhooks"), None)
        says = webhook.read(account, WebhookRequest(event.headers, event.body))
        if isinstance(says, Ignored):
            return Read(event, says, None)
        return Read(event, says, await self._connections.shop_of(app.id, says.site, says.seller))

    async def _account_if_usable(self, name: str) -> tuple[Connection, Account] | None:
        try:
            app = await self._connections.get(name)
            return app, await self._connections.account_for(app, Purpose.VERIFY_WEBHOOK)
        except ConnectionNotFound:
            return None
        except (DatabaseUnavailable, CommitUnknown):
            raise
        except GerbangError as error:
            log.warning("inbox.connection_unusable", connection=name, code=error.code, why=error.detail)
            return None
