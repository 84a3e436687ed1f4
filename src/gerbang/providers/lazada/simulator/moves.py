"""How an order's items and parcels move, whoever moves them: seller, buyer, carrier or time. Stock and fees follow their items.

Stock is held by unpaid orders, occupied by paid ones, and gone when they are ready to ship (notes 8.2).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from gerbang.providers.lazada.simulator import finance, push
from gerbang.providers.lazada.simulator.model import CANCELLABLE, READY, Item, Package, ShopOrder, Status, Stock
from gerbang.providers.lazada.simulator.world import Turn, with_items

PICKED_UP: Final = timedelta(hours=6)
ON_THE_ROAD: Final = timedelta(hours=48)
# What a package is called in type 14 when its items are so; and how a scan is called that makes them so.
PACKAGE_WORDS: Final = {
    Status.PACKED: "PACKED",
    Status.READY_TO_SHIP_PENDING: "READY_TO_SHIP_PENDING",
    Status.READY_TO_SHIP: "READY_TO_SHIP",
    Status.SHIPPED: "TRANSIT_TO_SHIP",
    Status.DELIVERED: "DELIVERED",
    Status.CANCELED: "CANCELLED",
    Status.REPACKED: "CANCELLED",
    Status.FAILED_DELIVERY: "DELIVER_FAILED",
    Status.LOST_BY_3PL: "LOST_BY_3PL",
    Status.DAMAGED_BY_3PL: "DAMAGE_BY_3PL",
    Status.PACKAGE_SCRAPPED: "PACKAGE_SCRAPPED",
    Status.SHIPPED_BACK: "ON_THE_WAY_BACK_TO_SHIPPER",
    Status.SHIPPED_BACK_SUCCESS: "BACK_AT_SHIPPER",
    Status.SHIPPED_BACK_FAILED: "BACK_TO_SHIPPER_FAILED",
}
_FROM: Final = {
    Status.SHIPPED: READY,
    Status.DELIVERED: READY | {Status.SHIPPED},
    Status.FAILED_DELIVERY: frozenset({Status.SHIPPED}),
    Status.LOST_BY_3PL: READY | {Status.SHIPPED},
    Status.DAMAGED_BY_3PL: READY | {Status.SHIPPED},
    Status.SHIPPED_BACK: frozenset({Status.FAILED_DELIVERY, Status.SHIPPED}),
    Status.SHIPPED_BACK_SUCCESS: frozenset({Status.SHIPPED_BACK}),
    Status.SHIPPED_BACK_FAILED: frozenset({Status.SHIPPED_BACK}),
    Status.PACKAGE_SCRAPPED: frozenset({Status.SHIPPED_BACK, Status.FAILED_DELIVERY, Status.DAMAGED_BY_3PL}),
}


def scan(turn: Turn, order: ShopOrder, package: Package, to: Status) -> ShopOrder | None:
    """The carrier has read the parcel's label; None where the parcel cannot have come to this."""
    moved = [item for item in order.of_package(package.id) if item.status in _FROM.get(to, frozenset())]
    if not moved:
        return None
    after = with_package(turn, order, package, to)
    after = moved_to(turn, after, moved, to)
    push.keep_order(turn, after)
    if to is Status.DELIVERED:
        finance.sold(turn, after, moved)
    if to in {Status.FAILED_DELIVERY, Status.SHIPPED_BACK}:
        finance.brought_back(turn, after, package, to)
    return after


def with_package(turn: Turn, order: ShopOrder, package: Package, to: Status) -> ShopOrder:
    """The order with its package at this; when it moves on by itself is said with it."""
    word = PACKAGE_WORDS[to]
    moves = {
        Status.READY_TO_SHIP_PENDING: timedelta(minutes=5),
        Status.READY_TO_SHIP: PICKED_UP,
        Status.SHIPPED: ON_THE_ROAD,
    }
    wait = moves.get(to)
    changed = replace(
        package,
        status=word,
        history=(*package.history, (word, turn.now)),
        moves_at=None if wait is None else turn.now + wait,
    )
    return replace(order, packages=tuple(changed if one.id == package.id else one for one in order.packages))


def moved_to(turn: Turn, order: ShopOrder, moved: Iterable[Item], to: Status, **more: object) -> ShopOrder:
    """The order with these items at this; both tell when."""
    at = turn.world.stamp(turn.now, order.updated_at)
    changed = [replace(item, status=to, updated_at=at, **more) for item in moved]
    return with_items(replace(order, updated_at=at), changed)


def cancel(turn: Turn, order: ShopOrder, ids: Sequence[int], initiator: str, reason: str) -> ShopOrder:
    """These items, and all that are in a package with them, end here; what they held of the stock is free again."""
    named = {item.id: item for item in order.items if item.id in ids and item.status in {*CANCELLABLE, Status.UNPAID}}
    packages = {item.package for item in named.values()} - {""}
    gone = [item for item in order.items if item.id in named or item.package in packages]
    for item in gone:
        if item.status not in READY:
            release(turn, order.seller, item)
    after = order
    for package in order.packages:
        if package.id in packages:
            after = with_package(turn, after, package, Status.CANCELED)
    no_more = {"need_cancel_confirm": False, "is_cancel_pending": False, "cancel_at": None}
    after = moved_to(turn, after, gone, Status.CANCELED, initiator=initiator, reason=reason, **no_more)
    if all(item.status is Status.CANCELED for item in after.items):
        after = replace(after, pay_until=None)
    push.keep_order(turn, after)
    return after


def paid(turn: Turn, order: ShopOrder) -> ShopOrder:
    """The buyer has paid: what was held is occupied."""
    for item in order.items:
        change_stock(turn, order.seller, item.sku_id, item.warehouse, withhold=-1, occupy=1)
    after = moved_to(turn, replace(order, pay_until=None, paid_at=turn.now), order.items, Status.PENDING)
    push.keep_order(turn, after)
    return after


def release(turn: Turn, seller: str, item: Item) -> None:
    held = {"withhold": -1} if item.status is Status.UNPAID else {"occupy": -1}
    change_stock(turn, seller, item.sku_id, item.warehouse, **held)


def left(turn: Turn, order: ShopOrder, items: Iterable[Item]) -> None:
    """Items have left the warehouse."""
    for item in items:
        change_stock(turn, order.seller, item.sku_id, item.warehouse, total=-1, occupy=-1)


def change_stock(
    turn: Turn, seller: str, sku_id: int, warehouse: str, *, total: int = 0, withhold: int = 0, occupy: int = 0
) -> None:
    sku = turn.world.book.skus[seller, sku_id]
    changed = tuple(
        Stock(one.warehouse, one.total + total, one.withhold + withhold, one.occupy + occupy)
        if one.warehouse == warehouse
        else one
        for one in sku.stock
    )
    push.keep_sku(turn, replace(sku, stock=changed, updated_at=turn.world.stamp(turn.now)))


def next_of(package: Package, order: ShopOrder, now: datetime) -> Status | None:
    """What a parcel comes to by itself when its time has come."""
    if package.moves_at is None or package.moves_at > now:
        return None
    status = next((item.status for item in order.of_package(package.id)), None)
    return (
        {
            Status.READY_TO_SHIP_PENDING: Status.READY_TO_SHIP,
            Status.READY_TO_SHIP: Status.SHIPPED,
            Status.SHIPPED: Status.DELIVERED,
        }.get(status)
        if status is not None
        else None
    )
