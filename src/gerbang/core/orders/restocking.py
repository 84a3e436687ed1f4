"""What came back, put to stock again: only where somebody says so, and each item once."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import GerbangError
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.orders import stock_store
from gerbang.core.orders.model import PREFIX
from gerbang.core.orders.stock import Kept

log = structlog.get_logger()
BACK: Final = "back"


class Restocking:
    """By the products that orders were counted by when they left."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def is_countable(self, tx: Tx, order: UUID, items: Sequence[UUID]) -> bool:
        """Whether each of these items left our stock, and is not back yet."""
        known = await stock_store.of_order(tx, order)
        return all(item in known and known[item][1] == Kept.GONE for item in items)

    async def check(self, tx: Tx, order: UUID, items: Sequence[UUID], warehouse: str | None) -> None:
        """Raises what would keep these from being put back: WarehouseNeeded, StockReadOnly, ProductNotFound."""
        known = await stock_store.of_order(tx, order)
        for sku in sorted({known[item][0] for item in items}):
            await self._catalogue.places_of(tx, sku, warehouse)

    async def put_back(self, tx: Tx, actor: str, order: UUID, items: Sequence[UUID], warehouse: str | None) -> None:
        """Count them in again. What cannot be, because its product has changed since it was asked, is told to a person."""
        known = await stock_store.of_order(tx, order)
        gone = [item for item in items if item in known and known[item][1] == Kept.GONE]
        counted = Counter(known[item][0] for item in gone)
        shown = ids.show(PREFIX, order)
        for sku, count in sorted(counted.items()):
            try:
                await self._catalogue.put_back(tx, actor, sku, count, warehouse)
            except GerbangError as error:  # raised before anything of it is written
                await record(tx, [Entry(actor, "order.not_restocked", shown, {"sku": sku, "why": error.code})])
                log.exception(
                    "order.not_restocked", order=shown, sku=sku, alert="What came back is not in stock: count it."
                )
                continue
            await stock_store.put(tx, [(item, order, sku, BACK) for item in gone if known[item][0] == sku])
            await record(tx, [Entry(actor, "order.restocked", shown, {"sku": sku, "count": count})])
