"""Orders whole: with their items and who buys."""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.orders import buyer_store, store
from gerbang.core.orders.model import OrderBuyer, OrderDetails


async def load_orders(tx: Tx, wanted: Sequence[UUID]) -> list[OrderDetails]:
    """These orders in the order in which they are asked for; who is not there is left out."""
    orders = {one.id: one for one in await store.of_ids(tx, wanted)}
    items = await store.items_of(tx, list(orders))
    buyers = await buyer_store.of_orders(tx, list(orders))
    return [
        OrderDetails(orders[id_], tuple(items[id_]), buyers.get(id_, OrderBuyer(order_id=id_)))
        for id_ in wanted
        if id_ in orders
    ]
