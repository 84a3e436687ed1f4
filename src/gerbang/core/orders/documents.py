"""Labels of an order's parcels, and its invoice: made here or of the marketplace once, kept, and printed again from here as often as somebody wants."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
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
from gerbang.core.orders.invoice import invoice, invoice_items
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import PREFIX, OrderDetails, OrderNotFound
from gerbang.core.orders.operation_model import DocumentNotThere, UnknownItems
from gerbang.ports.marketplace import INVOICES, LABELS, ConnectionUnauthorized, Refused

LABEL: Final = "label"
INVOICE: Final = "invoice"
_LABELS: Final = Operation(LABELS.name, LABELS.repeatable)
_INVOICES: Final = Operation(INVOICES.name, INVOICES.repeatable)


class Document(NamedTuple):
    """A document as it is printed."""

    content_type: str
    body: bytes


class Documents:
    """The use cases. `seller` is the business, as its invoices name it."""

    def __init__(self, db: Database, outbound: OutboundCalls, clock: BusinessClock, seller: str) -> None:
        self._seller = seller
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
        made = partial(self._asked, found[0], wanted)
        return await self._printed(caller, order, LABEL, digest, made, {"packages": len(wanted)})

    async def invoice(self, caller: Caller, order: UUID) -> Document:
        """The invoice: of an order of our own made here, anew where what is billed has changed; of a marketplace's what that gives. Raises OrderNotFound, DocumentNotThere, UpstreamFailed."""
        async with self._db.reading() as tx:
            found = await load_orders(tx, [order])
        if not found:
            raise OrderNotFound
        details = found[0]
        items = [one for one in invoice_items(details) if details.order.connection is None or one.package]
        if not items:
            raise DocumentNotThere(
                "Nothing of the order is packed yet, or all is cancelled.",
                hint="Of a marketplace's order the invoice is there from packing on.",
            )
        if details.order.connection is None:
            body = invoice(details, self._seller)
            digest = hashlib.sha256(body).digest()
            made = partial(_ready, Document("application/pdf", body))
        else:
            digest = hashlib.sha256("\0".join(one.external_id for one in items).encode()).digest()
            made = partial(self._invoice_asked, details.order.connection, [one.external_id for one in items])
        return await self._printed(caller, order, INVOICE, digest, made, {"items": len(items)})

    async def _printed(
        self,
        caller: Caller,
        order: UUID,
        kind: str,
        digest: bytes,
        make: Callable[[], Awaitable[Document]],
        told: Mapping[str, int],
    ) -> Document:
        async with self._db.reading() as tx:
            kept = await document_store.one(tx, order, kind, digest)
        document = Document(*kept) if kept else await make()
        async with self._db.transaction() as tx:
            if kept is None:
                await document_store.keep(tx, order, kind, digest, *document, self._clock.now())
            detail = {"type": kind, **told, "again": kept is not None}
            await record(tx, [Entry(caller.label, "order.printed", ids.show(PREFIX, order), detail)])
        return document

    async def _invoice_asked(self, shop: str, items: Sequence[str]) -> Document:
        try:
            result = await self._outbound.ask(
                shop, MARKETPLACES, _INVOICES, lambda adapter, account: adapter.invoice(account, items)
            )
            told = result.value()
        except ConnectionUnauthorized:
            raise
        except Refused as error:
            raise DocumentNotThere(f"The marketplace gives no invoice: {error.detail}", hint=error.hint) from error
        return Document(told.content_type, told.body)

    async def _asked(self, details: OrderDetails, packages: Sequence[str]) -> Document:
        shop = details.order.connection
        if shop is None:
            raise DocumentNotThere("It is an order of our own: no carrier's label is made here.")
        result = await self._outbound.ask(
            shop, MARKETPLACES, _LABELS, lambda adapter, account: adapter.label(account, packages)
        )
        label = result.value()
        return Document(label.content_type, label.body)


async def _ready(document: Document) -> Document:
    return document


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
