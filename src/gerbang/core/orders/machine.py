"""The life of an item as one table, and an order's status as a fold over its items. Pure.

A marketplace reports where an item stands, not what happened: so a fact is a status with the moment of its change, and the table says which status may follow which. Facts are
read at any time and arrive in any order; an item never moves back.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Final

from msgspec.structs import replace

from gerbang.core.orders.model import TO_BE_READIED, Item
from gerbang.ports.marketplace_orders import ItemStatus

_S = ItemStatus

# What may follow at once. Steps in between may have been missed: whatever can be reached by several may follow too.
STEPS: Final[Mapping[ItemStatus, frozenset[ItemStatus]]] = {
    _S.UNPAID: frozenset({_S.PENDING, _S.CANCELLED}),
    _S.PENDING: frozenset({_S.PACKED, _S.DELIVERED, _S.CANCELLED}),  # what is digital is delivered at once
    _S.PACKED: frozenset({_S.READY_TO_SHIP, _S.REPACKED, _S.CANCELLED}),
    _S.REPACKED: frozenset({_S.PACKED, _S.CANCELLED}),
    _S.READY_TO_SHIP: frozenset({_S.SHIPPED, _S.REPACKED, _S.CANCELLED}),
    _S.SHIPPED: frozenset({_S.DELIVERED, _S.FAILED, _S.LOST, _S.DAMAGED, _S.CANCELLED}),
    _S.DELIVERED: frozenset({_S.RETURNING, _S.RETURNED}),
    _S.FAILED: frozenset({_S.DELIVERED, _S.RETURNING, _S.RETURNED, _S.LOST, _S.DAMAGED, _S.SCRAPPED}),
    _S.RETURNING: frozenset({_S.RETURNED, _S.DELIVERED, _S.FAILED, _S.LOST, _S.DAMAGED, _S.SCRAPPED}),
    _S.LOST: frozenset({_S.DELIVERED, _S.RETURNED}),
    _S.DAMAGED: frozenset({_S.RETURNED, _S.SCRAPPED}),
    _S.CANCELLED: frozenset(),
    _S.RETURNED: frozenset(),
    _S.SCRAPPED: frozenset(),
}


class Verdict(Enum):
    """What a status means for an item that has come to another."""

    SAME = "same"
    MOVE = "move"
    STALE = "stale"  # it was there before
    IMPOSSIBLE = "impossible"  # no way leads there, and none led from there


class Heard(Enum):
    """What became of a fact."""

    MOVED = "moved"
    UPDATED = "updated"  # the status stays, something else is told anew
    NOTHING_NEW = "nothing new"
    CONTRADICTED = "contradicted"  # it is newer, and would move the item back, or where no way leads: a person looks


def _reachable(start: ItemStatus) -> frozenset[ItemStatus]:
    found: set[ItemStatus] = set()
    ahead = list(STEPS[start])
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += STEPS[one]
    return frozenset(found)


_AHEAD: Final = {status: _reachable(status) for status in STEPS}


def _verdict(at: ItemStatus, said: ItemStatus) -> Verdict:
    if at is said:
        return Verdict.SAME
    if said is _S.UNKNOWN or said in _AHEAD[at]:
        return Verdict.MOVE
    return Verdict.STALE if at in _AHEAD[said] else Verdict.IMPOSSIBLE


# Every pair of a status that we know and one that is said. Of an item whose status is unknown the last one that we knew decides.
MOVES: Final[Mapping[tuple[ItemStatus, ItemStatus], Verdict]] = {
    (at, said): _verdict(at, said) for at in STEPS for said in ItemStatus
}


def advance(item: Item, said: Item) -> tuple[Item, Heard]:
    """The item after what was read of it: `said` is the same item as the marketplace tells it. What was read later under the same version counts."""
    if said.version < item.version:
        return item, Heard.NOTHING_NEW
    verdict = MOVES[item.reached, said.status]
    if verdict is Verdict.STALE or verdict is Verdict.IMPOSSIBLE:
        if said.version == item.version:
            return item, Heard.NOTHING_NEW
        return replace(item, version=said.version), Heard.CONTRADICTED
    reached = item.reached if said.status is _S.UNKNOWN else said.status
    moved = replace(said, id=item.id, order_id=item.order_id, reached=reached)
    if moved.status is not item.status:
        return moved, Heard.MOVED
    return moved, Heard.NOTHING_NEW if replace(moved, version=item.version) == item else Heard.UPDATED


# Of items that stand differently the first of these says where the order stands: what is to be found out, what is to be done here, what is on its way, then what
# became of the rest. Cancelled items say nothing while others are left.
_FIRST: Final = (
    _S.UNKNOWN,
    _S.UNPAID,
    _S.PENDING,
    _S.REPACKED,
    _S.PACKED,
    _S.READY_TO_SHIP,
    _S.SHIPPED,
    _S.RETURNING,
    _S.FAILED,
    _S.LOST,
    _S.DAMAGED,
    _S.SCRAPPED,
    _S.DELIVERED,
    _S.RETURNED,
    _S.CANCELLED,
)


def order_status(items: Iterable[Item]) -> ItemStatus:
    """Where an order stands: a fold over its items, in whatever order they come."""
    return min((item.status for item in items), key=_FIRST.index)


def ship_by(items: Iterable[Item]) -> datetime | None:
    """The nearest deadline of what is not ready yet."""
    return min((i.ship_by for i in items if i.ship_by is not None and i.status in TO_BE_READIED), default=None)
