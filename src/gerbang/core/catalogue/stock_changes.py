"""One change of stock, whoever asks for it: counted, written down, announced. The rows of the products are held by whoever calls."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.service import SYSTEM
from gerbang.core.catalogue import store
from gerbang.core.catalogue.allocation import Part
from gerbang.core.catalogue.model import PREFIX, PRODUCT, Movement


class Change(NamedTuple):
    """What stands in a warehouse, and what of it is reserved, by so many units more."""

    product: UUID
    warehouse: str
    quantity: int
    reserved: int


def kept(parts: Sequence[Part]) -> list[Change]:
    """What is kept from now on."""
    return _summed([Change(one.product, one.warehouse, 0, one.count) for one in parts])


def given_up(parts: Sequence[Part]) -> list[Change]:
    """What can be sold again."""
    return _summed([Change(one.product, one.warehouse, 0, -one.count) for one in parts])


def gone(parts: Sequence[Part]) -> list[Change]:
    """What has left the warehouse."""
    return _summed([Change(one.product, one.warehouse, -one.count, -one.count) for one in parts])


async def save_changes(
    tx: Tx, kind: Movement, changes: Sequence[Change], now: datetime, *, owner: str, actor: str = SYSTEM
) -> None:
    """Write the changes, each warehouse of a product at most once, and tell of the products."""
    await save_several(tx, kind, {owner: changes}, now, actor=actor)


async def save_several(
    tx: Tx, kind: Movement, of_owners: Mapping[str, Sequence[Change]], now: datetime, *, actor: str = SYSTEM
) -> None:
    """The same for several owners, one after the other; each product is told of once. Of several, none takes away what stands in a warehouse."""
    moves = [(owner, one) for owner, changes in of_owners.items() for one in changes]
    if not moves:
        return
    changes = _summed([one for _, one in moves])
    after = await store.change_stock(tx, changes)
    reserved = {
        (one.product, one.warehouse): after[one.product, one.warehouse].reserved - one.reserved for one in changes
    }
    moved = []
    for id_, (owner, one) in zip(ids.several(len(moves)), moves, strict=True):
        place = (one.product, one.warehouse)
        reserved[place] += one.reserved
        change = one.quantity or -one.reserved
        moved.append((id_, *place, kind, change, after[place].quantity, reserved[place], owner))
    await store.add_movements(tx, moved, actor)
    told = [
        Announcement("product.stock_changed", about, data, now, number)
        for about, data, number in await numbered(tx, list(dict.fromkeys(one.product for one in changes)))
    ]
    await announce(tx, told)


async def numbered(tx: Tx, products: Sequence[UUID]) -> list[tuple[ObjectRef, dict[str, Any], int]]:
    """What an announcement of each of these needs: the object, what names it, and the next number."""
    return [
        (ObjectRef(PRODUCT, id_), {"product": ids.show(PREFIX, id_)}, number)
        for id_, number in sorted((await store.touch(tx, products)).items())
    ]


def _summed(changes: Sequence[Change]) -> list[Change]:
    """One change for each warehouse of a product."""
    found: dict[tuple[UUID, str], Change] = {}
    for one in changes:
        before = found.get((one.product, one.warehouse), Change(one.product, one.warehouse, 0, 0))
        found[one.product, one.warehouse] = Change(
            one.product, one.warehouse, before.quantity + one.quantity, before.reserved + one.reserved
        )
    return list(found.values())
