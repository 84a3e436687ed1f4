"""The use cases of orders: found, shown, and what is to be looked at by a person."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database
from gerbang.base.keyset import Place
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit import service as audit
from gerbang.core.audit.model import Entry, Recorded
from gerbang.core.audit.service import record
from gerbang.core.connections.outbound_calls import OutboundCalls
from gerbang.core.identity.model import Caller
from gerbang.core.orders import poll_store, scan_store, store
from gerbang.core.orders.documents import Documents
from gerbang.core.orders.gathering import Gathering
from gerbang.core.orders.jobs import Fetching
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import (
    ORDER,
    OWN,
    PREFIX,
    Item,
    OrderDetails,
    OrderFilters,
    OrderNotFound,
    OrderNotHeld,
)
from gerbang.core.orders.operation_calls import Operating
from gerbang.core.orders.operation_model import TIPS, OperationKind, PaymentAfter, payment_after
from gerbang.core.orders.operations import Operations, Wanted, meant
from gerbang.core.orders.polling import TOLD_AFTER, Polling
from gerbang.core.orders.reading import Reading
from gerbang.core.orders.waves import Waves
from gerbang.ports.marketplace_orders import CancelOptions, ItemStatus

_MOST_COUNTED = 100


class CancelPreview(NamedTuple):
    """What cancelling would do: which items go, what the marketplace says, and what becomes of a payment of ours."""

    items: Sequence[Item]
    options: CancelOptions
    payment: PaymentAfter


class Orders:
    """Orders of every shop. Who may do what is decided at the edge. `poll_s`: how long between two walks over a shop's changes; `wait_s`: how long a request waits for
    the marketplace. `count` has the stock follow an order; `seller` is the business, as invoices name it.
    """

    def __init__(
        self,
        db: Database,
        outbound: OutboundCalls,
        clock: BusinessClock,
        count: Callable[[UUID], Awaitable[None]],
        *,
        poll_s: float,
        wait_s: float,
        seller: str,
    ) -> None:
        self._db = db
        self._connections = outbound.connections
        self.reading = Reading(db, outbound, clock)
        self.polling = Polling(self.reading, poll_s)
        self.fetching = Fetching(self.reading)
        self.gathering = Gathering(self.reading)
        self.operating = Operating(self.reading)
        self.operations = Operations(db, self.operating, wait_s, count)
        self.documents = Documents(db, outbound, clock, seller)
        self.waves = Waves(db, self.reading, self.operations)

    async def get(self, id_: UUID) -> OrderDetails:
        """One, whole. Raises OrderNotFound."""
        async with self._db.reading() as tx:
            found = await load_orders(tx, [id_])
        if not found:
            raise OrderNotFound
        return found[0]

    async def scanned(self, number: str) -> Sequence[OrderDetails]:
        """The orders that a scanned number means: their own, a parcel's, or one for tracking."""
        async with self._db.reading() as tx:
            return await load_orders(tx, await scan_store.find(tx, number))

    async def page(self, filters: OrderFilters, after: Place | None, limit: int) -> Sequence[OrderDetails]:
        """Newest first, from a keyset place (created_at, id) on."""
        async with self._db.reading() as tx:
            found = await store.page(tx, filters, after, limit)
            return await load_orders(tx, [one.id for one in found])

    async def sources(
        self, *, channel: str | None = None, connection: str | None = None, shop: str | None = None
    ) -> tuple[str | None, ...] | None:
        """The shops that all of these mean, None for our own orders; or None for any. `connection` is a shop, or an app with all its shops."""
        if channel is None and connection is None and shop is None:
            return None
        known = await self._connections.all()
        own: list[str | None] = [None] if channel in (None, OWN) and connection is None and shop is None else []
        return tuple(own) + tuple(
            one.id
            for one in known
            if channel in (None, one.provider)
            and shop in (None, one.id)
            and connection in (None, one.id, one.parent)
            and one.parent is not None
        )

    async def timeline(self, id_: UUID, limit: int, after: UUID | None = None) -> Sequence[Recorded]:
        """What was done to an order, oldest first. Raises OrderNotFound."""
        await self.get(id_)
        async with self._db.reading() as tx:
            return await audit.timeline(tx, ids.show(PREFIX, id_), limit, after)

    async def release(self, caller: Caller, id_: UUID) -> OrderDetails:
        """Have an oversold order packed all the same; once released it stays so. Raises OrderNotFound, OrderNotHeld."""
        async with self._db.transaction() as tx:
            if not await store.lock(tx, [id_]):
                raise OrderNotFound
            (details,) = await load_orders(tx, [id_])
            order = details.order
            if order.is_released:
                return details
            if not details.is_held:
                raise OrderNotHeld("Nothing of it is missing, or nothing of it is to be packed.")
            shown, now = ids.show(PREFIX, id_), self.reading.clock.now()
            after = replace(order, is_released=True, sequence=order.sequence + 1, updated_at=now)
            await store.release(tx, id_)
            await store.save(tx, [after])
            await record(tx, [Entry(caller.label, "order.released", shown, {"missing": dict(details.missing)})])
            told = {
                "order": shown,
                "status": after.status.value,
                "connection": after.connection,
                "livemode": after.livemode,
            }
            await announce(tx, [Announcement("order.updated", ObjectRef(ORDER, id_), told, now, after.sequence)])
            (now_,) = await load_orders(tx, [id_])
        return now_

    async def cancel_options(self, id_: UUID, items: Sequence[UUID] | None) -> CancelPreview:
        """What cancelling these items would do at the marketplace, and which items go with it: one that is packed takes its parcel along. Raises OrderNotFound,
        UnknownItems, ItemsNotAllowed, UpstreamFailed.
        """
        details = await self.get(id_)
        chosen = meant(details, Wanted(OperationKind.CANCEL, items))
        if details.order.connection is None:
            payment = payment_after(details.order, chosen)
            return CancelPreview(chosen, CancelOptions(TIPS[payment], ()), payment)
        shop = await self._connections.get(details.order.connection)
        names = [item.external_id for item in chosen]
        options = await self.operating.cancel_options(shop, details.order.external_id, names)
        parcels = {item.package for item in chosen if item.package}
        gone = [item for item in details.items if item in chosen or item.package in parcels]
        return CancelPreview(gone, options, PaymentAfter.NONE)

    async def notice(self) -> str | None:
        """What of orders a person should look at."""
        async with self._db.reading() as tx:
            unknown = await store.has_status(tx, ItemStatus.UNKNOWN, _MOST_COUNTED)
            broken = await poll_store.all_unreadable(tx, _MOST_COUNTED)
            unpolled = await poll_store.failing(tx, TOLD_AFTER)
        if broken:
            first = broken[0]
            return f"{len(broken)} orders cannot be read, the first is {first['external_id']} of {first['connection']}: {first['why']}."
        if unknown:
            return f"{unknown} orders stand where the marketplace's word is not known here: GET /v1/orders?status=unknown lists them."
        if unpolled:
            return f"Orders of {', '.join(unpolled)} cannot be read: what pushes do not bring comes late."
        return None
