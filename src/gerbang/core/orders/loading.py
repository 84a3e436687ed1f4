"""Orders whole: with their items, who buys, and what of them is not in stock."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.catalogue.reservations import missing_of
from gerbang.core.orders import buyer_store, store
from gerbang.core.orders.model import PREFIX, Item, OrderBuyer, OrderDetails
from gerbang.ports.marketplace_orders import ItemStatus

_TO_BE_PACKED: Final = frozenset({ItemStatus.UNPAID, ItemStatus.PENDING, ItemStatus.REPACKED, ItemStatus.UNKNOWN})


async def load_orders(tx: Tx, wanted: Sequence[UUID]) -> list[OrderDetails]:
    """These orders in the order in which they are asked for; who is not there is left out."""
    orders = {one.id: one for one in await store.of_ids(tx, wanted)}
    items = await store.items_of(tx, list(orders))
    buyers = await buyer_store.of_orders(tx, list(orders))
    missing = await _missing(tx, items)
    return [
        OrderDetails(orders[id_], tuple(items[id_]), buyers.get(id_, OrderBuyer(order_id=id_)), missing.get(id_, {}))
        for id_ in wanted
        if id_ in orders
    ]


async def _missing(tx: Tx, items: Mapping[UUID, Sequence[Item]]) -> Mapping[UUID, Mapping[str, int]]:
    """Asked only of orders of which something is to be packed: a list of what has left asks nothing."""
    owners = {
        ids.show(PREFIX, id_): id_ for id_, own in items.items() if any(item.status in _TO_BE_PACKED for item in own)
    }
    found = await missing_of(tx, list(owners)) if owners else {}
    return {owners[owner]: missing for owner, missing in found.items()}
