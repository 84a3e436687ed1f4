"""Labels of an order's parcels: asked of the marketplace once, kept, and printed again from here as often as somebody wants."""

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database
from gerbang.base.errors import FieldError
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.connections.outbound_calls import MARKETPLACES, Operation, OutboundCalls
from gerbang.core.identity.model import Caller
from gerbang.core.orders import document_store
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import PREFIX, OrderDetails, OrderNotFound
from gerbang.core.orders.operation_model import DocumentNotThere, UnknownItems
from gerbang.ports.marketplace import LABELS

LABEL: Final = "label"
_LABELS: Final = Operation(LABELS.name, LABELS.repeatable)


class Document(NamedTuple):
    """A document as it is printed."""

    content_type: str
    body: bytes


class Documents:
    """The use cases."""

    def __init__(self, db: Database, outbound: OutboundCalls, clock: BusinessClock) -> None:
        self._db = db
        self._outbound = outbound
        self._clock = clock

    async def label(self, caller: Caller, order: UUID, packages: Sequence[str] | None) -> Document:
        """The labels of these parcels, without any of all, in one document. Raises OrderNotFound, UnknownItems, DocumentNotThere, UpstreamFailed."""
        async with self._db.reading() as tx:
            found = await load_orders(tx, [order])
        if not found:
            raise OrderNotFound
        wanted = _wanted(found[0], packages)
        digest = hashlib.sha256("\0".join(wanted).encode()).digest()
        async with self._db.reading() as tx:
            kept = await document_store.one(tx, order, LABEL, digest)
        document = Document(*kept) if kept else await self._asked(found[0], wanted)
        async with self._db.transaction() as tx:
            if kept is None:
                await document_store.keep(tx, order, LABEL, digest, *document, self._clock.now())
            detail = {"type": LABEL, "packages": len(wanted), "again": kept is not None}
            await record(tx, [Entry(caller.label, "order.printed", ids.show(PREFIX, order), detail)])
        return document

    async def _asked(self, details: OrderDetails, packages: Sequence[str]) -> Document:
        shop = details.order.connection
        if shop is None:
            raise DocumentNotThere("It is an order of our own: no carrier's label is made here.")
        result = await self._outbound.ask(
            shop, MARKETPLACES, _LABELS, lambda adapter, account: adapter.label(account, packages)
        )
        label = result.value()
        return Document(label.content_type, label.body)


def _wanted(details: OrderDetails, packages: Sequence[str] | None) -> Sequence[str]:
    known = details.packages
    if packages is not None:
        strangers = [
            FieldError("/package", f"The order has no parcel {one[:60]!r}.") for one in packages if one not in known
        ]
        if strangers:
            raise UnknownItems("The order has no such parcels.", errors=strangers)
    wanted = sorted(set(known if packages is None else packages))
    if not wanted:
        raise DocumentNotThere(
            "Nothing of the order is packed yet.", hint="Pack it first: the label comes with the parcel."
        )
    if len(wanted) > LABELS.most:
        raise DocumentNotThere(
            f"One document holds {LABELS.most} parcels at most, and the order has {len(wanted)}.",
            hint="Name one by `package`.",
        )
    return wanted
