"""The labels of a wave: fetched in documents of up to twenty parcels, kept, and put together for printing. What an erasure has taken is fetched anew without that order."""

import asyncio
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.base.http import OutcomeUnknown
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.connections.outbound_calls import MARKETPLACES, Operation
from gerbang.core.identity.model import Caller
from gerbang.core.orders import waves_store as store
from gerbang.core.orders.documents import Document
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.reading import Reading
from gerbang.core.orders.waves_model import BATCH, IN_PARCEL, WAVE_PREFIX, LabelsNotThere, WaveNotFound, WaveOrder
from gerbang.ports.marketplace import LABELS
from gerbang.ports.marketplace_orders import Label

PDF: Final = "application/pdf"
_LABELS: Final = Operation(LABELS.name, LABELS.repeatable)


class WaveLabels:
    """Fetches and prints."""

    def __init__(self, db: Database, reading: Reading) -> None:
        self._db = db
        self._reading = reading

    async def next_part(self, packed: Sequence[WaveOrder], shop: str) -> Sequence[int]:
        """Fetch and keep the next document of a wave: the first orders of this shop without a label. The places that it is about. Raises UpstreamFailed."""
        part = max((one.part for one in packed if one.part is not None), default=0) + 1
        chosen = await self._together([one for one in packed if one.part is None and one.connection == shop])
        await self._fetch(part, chosen)
        return [one.place for one in chosen]

    async def print(self, caller: Caller, wave: UUID) -> Document:
        """All labels that are there, in the order of the wave, as one document. Raises WaveNotFound, LabelsNotThere, UpstreamFailed."""
        async with self._db.reading() as tx:
            if await store.one(tx, wave) is None:
                raise WaveNotFound
            packed = await store.orders_of(tx, wave, *IN_PARCEL)
            kept = await store.labels(tx, wave)
        parts: dict[int, list[WaveOrder]] = {}
        for one in packed:
            if one.part is not None:
                parts.setdefault(one.part, []).append(one)
        for part, orders in parts.items():
            if part not in kept:
                kept[part] = await self._fetch(part, orders)
        found = [kept[part] for part in sorted(parts) if kept[part]]
        if not found:
            raise LabelsNotThere("Nothing of the wave is packed yet.", hint="Wait until some of it is `printed`.")
        async with self._db.transaction() as tx:
            told = {"documents": len(found)}
            await record(tx, [Entry(caller.label, "wave.printed", ids.show(WAVE_PREFIX, wave), told)])
        return Document(PDF, found[0] if len(found) == 1 else await asyncio.to_thread(_merged, found))

    async def _together(self, orders: Sequence[WaveOrder]) -> Sequence[WaveOrder]:
        """The first of these whose parcels go into one document."""
        parcels = await self._parcels(orders[:BATCH])
        chosen: list[WaveOrder] = []
        count = 0
        for one in orders[:BATCH]:
            count += len(parcels.get(one.order_id, ()))
            if chosen and count > LABELS.most:
                break
            chosen.append(one)
        return chosen

    async def _fetch(self, part: int, orders: Sequence[WaveOrder]) -> bytes:
        """One document of these, kept; empty where none of them has a parcel that may be printed."""
        parcels = await self._parcels(orders)
        wanted = [package for one in orders for package in parcels.get(one.order_id, ())]
        shop, bodies = orders[0].connection, list[bytes]()
        assert shop is not None, "an order of our own has no label of a marketplace"
        for first in range(0, len(wanted), LABELS.most):
            several = wanted[first : first + LABELS.most]
            label = await self._asked(shop, several)
            if label.content_type != PDF:
                raise OutcomeUnknown(f"The labels are {label.content_type[:60]}, not a PDF.")
            bodies.append(label.body)
        if not bodies:
            return b""
        body = bodies[0] if len(bodies) == 1 else await asyncio.to_thread(_merged, bodies)
        async with self._db.transaction() as tx:
            if await store.keep_labels(tx, orders[0].wave_id, part, PDF, body, self._reading.clock.now()):
                places = [one.place for one in orders if parcels.get(one.order_id)]
                await store.set_part(tx, orders[0].wave_id, places, part)
        return body

    async def _asked(self, shop: str, packages: Sequence[str]) -> Label:
        result = await self._reading.outbound.ask(
            shop, MARKETPLACES, _LABELS, lambda adapter, account: adapter.label(account, packages)
        )
        return result.value()

    async def _parcels(self, orders: Sequence[WaveOrder]) -> Mapping[UUID, Sequence[str]]:
        """The parcels of orders; whose buyer was erased has none to print."""
        async with self._db.reading() as tx:
            found = await load_orders(tx, [one.order_id for one in orders])
        return {one.order.id: list(one.packages) for one in found if one.buyer.erased_at is None}


def _merged(documents: Sequence[bytes]) -> bytes:
    """Their pages one after the other."""
    from pypdf import PdfWriter  # some megabytes, for whoever prints alone

    writer, out = PdfWriter(), BytesIO()
    for one in documents:
        writer.append(BytesIO(one))
    writer.write(out)
    return out.getvalue()
