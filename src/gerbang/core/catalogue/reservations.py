"""What is kept of the stock for whom: for orders and payments by their outer ids, in the transaction of whoever makes or ends them.

Whoever sells takes from the same rows under the products' locks, so that the last piece is sold once. What a marketplace sold is written down even where it is not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace as moved
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

import structlog
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.base.errors import FieldError
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.catalogue import reservation_store, store
from gerbang.core.catalogue.allocation import Allocation, Part, allocate, allocate_several
from gerbang.core.catalogue.model import (
    PREFIX,
    Line,
    Movement,
    OutOfStock,
    Product,
    Reservation,
    ReservationNotFound,
    ReservationReleased,
    ReservationStatus,
    Shortage,
    UnknownSku,
)
from gerbang.core.catalogue.reservation_store import Item
from gerbang.core.catalogue.stock_changes import Change, given_up, gone, kept, numbered, save_changes, save_several

log = structlog.get_logger()
_DUE: Final = 100
_COVERED: Final = 100
_S: Final = ReservationStatus


class Reservations:
    """The use cases. Every method with `tx` works inside the caller's transaction, and holds the owner's reservation and the products until it ends."""

    def __init__(self, db: Database, clock: BusinessClock) -> None:
        self._db = db
        self._clock = clock

    async def reserve(self, tx: Tx, owner: str, lines: Sequence[Line], until: datetime | None = None) -> None:
        """Keep all of it for `owner` (`ord_…`, `pay_…`), or nothing; with `until` it ends by itself then. Asked again for the same owner it changes nothing.

        Raises UnknownSku and OutOfStock with a pointer for each line (`/lines/0/sku`, `/lines/0/quantity`).
        """
        products = await _locked(tx, lines)
        if await reservation_store.of_owner(tx, owner) is not None:
            return
        found = allocate(list(enumerate(lines)), products)
        if found.shortages:
            said = [(one, _said(one, lines[one.line])) for one in found.shortages]
            raise OutOfStock(
                " ".join(words for _, words in said),
                hint="Order fewer; GET /v1/products says what is free.",
                errors=[FieldError(f"/lines/{one.line}/quantity", words) for one, words in said],
            )
        made = Reservation(ids.new(), owner, _S.HELD if until else _S.CONFIRMED, until)
        if await reservation_store.add(tx, [made]):
            await self._fill(tx, {made: (lines, found)})

    async def record_sales(self, tx: Tx, sales: Mapping[str, Sequence[Line]]) -> Mapping[str, Sequence[Shortage]]:
        """Keep for each owner what a marketplace has sold already, as far as it is there, first come first served; what is not, is told (`product.oversold`) and
        returned: hold that order. Asked again for an owner it changes nothing, and returns what is missing by now. Raises UnknownSku, and then nothing is kept.
        """
        products = await _locked(tx, [line for lines in sales.values() for line in lines])
        made = {owner: Reservation(ids.new(), owner, _S.CONFIRMED, None) for owner in sales}
        added = await reservation_store.add(tx, list(made.values()))
        fresh = {owner: lines for owner, lines in sales.items() if owner in added}
        found = allocate_several(fresh, products)
        await self._fill(tx, {made[owner]: (fresh[owner], found[owner]) for owner in fresh})
        for owner in fresh:
            await self._tell_oversold(tx, owner, found[owner].shortages, products)
        return {owner: found[owner].shortages if owner in fresh else await self.oversold(tx, owner) for owner in sales}

    async def add_sales(self, tx: Tx, sales: Mapping[str, Sequence[Line]]) -> Mapping[str, Sequence[Shortage]]:
        """The same for owners of whom something is kept: lines that nobody has asked for yet, as the caller knows, who holds the owner. Returns what is missing of them.
        Raises ReservationNotFound, UnknownSku.
        """
        held = await reservation_store.hold_of(tx, list(sales))
        if len(held) < len(sales):
            raise ReservationNotFound
        products = await _locked(tx, [line for lines in sales.values() for line in lines])
        found = allocate_several(sales, products)
        more = {one: (sales[one.owner], found[one.owner]) for one in held}
        await self._fill(tx, more, {one.id: first for one, first in held.items()})
        for owner in sales:
            await self._tell_oversold(tx, owner, found[owner].shortages, products)
        return {owner: found[owner].shortages for owner in sales}

    async def hold(self, tx: Tx, owners: Sequence[str], skus: Sequence[str], *, gives_up: bool) -> None:
        """Hold at once what `record_sales` of these SKUs, and `release` (`gives_up`) and `ship` for these owners will need: one after the other, in an order of its own, might
        wait for somebody who waits for this.
        """
        lines = await reservation_store.hold(tx, owners)
        known = await store.of_skus(tx, [*skus, *(line.sku for line in lines)])
        touched = [*known, *(part.sku for one in known.values() for part in one.components)]
        await store.lock(tx, touched, widely=gives_up)

    async def confirm(self, tx: Tx, owner: str) -> Sequence[Shortage]:
        """It is paid, or owed for sure: it ends no more by itself. One that has ended by its time is reserved once more, all of it or nothing: what is returned is
        not there, and `model.late_money` says what becomes of the money. Raises ReservationNotFound, ReservationReleased.
        """
        held = await _held(tx, owner)
        match held.status:
            case _S.HELD:
                await reservation_store.move(tx, held.id, _S.CONFIRMED)
                return ()
            case _S.CONFIRMED:
                return ()
            case _S.RELEASED:
                raise ReservationReleased
            case _S.EXPIRED:
                left = await reservation_store.items(tx, held.id)
                products = await _locked(tx, [one.line for one in left])
                found = allocate([(one.number, one.line) for one in left], products)
                if not found.shortages:
                    await reservation_store.move(tx, held.id, _S.CONFIRMED)
                    await self._keep(tx, {held: found.parts})
                return found.shortages

    async def release(self, tx: Tx, owner: str, lines: Sequence[Line] | None = None, *, actor: str = SYSTEM) -> None:
        """Give up these units of it, or (None) all that is left; missing ones first. What is more than is left, is passed over: a cancellation that comes twice
        gives nothing up twice where all of an order is cancelled. Nothing was reserved: nothing happens.
        """
        held = await reservation_store.lock(tx, owner)
        if held is not None:
            await self._lessen(tx, held, lines, Movement.RELEASED, actor)
            if lines is None:
                await reservation_store.move(tx, held.id, _S.RELEASED)

    async def empty(self, tx: Tx, owner: str, lines: Sequence[Line]) -> None:
        """Give up these units, whose seller has said that there are none: what of their products is not reserved for somebody else is there no more, in no warehouse,
        until it is counted. What a bundle lacks nobody has said: its units are given up as `release` gives them up.
        """
        held = await reservation_store.lock(tx, owner)
        if held is None:
            return
        locked = await store.lock(tx, [line.sku for line in lines], widely=True)
        _, dropped = lessened(
            await reservation_store.items(tx, held.id), await reservation_store.parts(tx, held.id), lines
        )
        away = {(one.product, one.warehouse): -one.reserved for one in given_up(dropped)}
        changes = []
        for product in locked.values():
            for level in product.own_stock:
                left = max(0, level.reserved - away.get((product.id, level.warehouse), 0))
                changes.append(Change(product.id, level.warehouse, min(0, left - level.quantity), 0))
        await save_changes(tx, Movement.SET, [one for one in changes if one.quantity], self._clock.now(), owner=owner)
        await self.release(tx, owner, lines)

    async def ship(self, tx: Tx, owner: str, lines: Sequence[Line] | None = None, *, actor: str = SYSTEM) -> None:
        """These units, or (None) all that is left, have left the warehouse: they are neither kept nor there any more. Nothing was reserved: nothing happens."""
        held = await reservation_store.lock(tx, owner)
        if held is not None:
            await self._lessen(tx, held, lines, Movement.SHIPPED, actor)

    async def oversold(self, tx: Tx, owner: str) -> Sequence[Shortage]:
        """What is missing for this owner now: empty once all of it is there, or given up. It is told by `product.shortage_covered`."""
        held = await reservation_store.of_owner(tx, owner)
        found = await reservation_store.items(tx, held.id) if held is not None else []
        return [Shortage(one.number, one.line.sku, one.missing) for one in found if one.missing]

    async def cover(self, tx: Tx, products: Sequence[Product]) -> None:
        """Give what is free of these products, whose rows are held with their bundles', to those who miss it, oldest first."""
        waiting = await reservation_store.waiting(tx, [one.id for one in products], _COVERED)
        for id_, owner, item in waiting:
            known = {one.sku: one for one in await store.of_ids(tx, [one.id for one in products])}
            wanted = replace(item.line, quantity=item.missing)
            found = allocate([(item.number, wanted)], known)
            missing = sum(one.missing for one in found.shortages)
            if missing == item.missing:
                continue
            await self._keep(tx, {Reservation(id_, owner, _S.CONFIRMED, None): found.parts})
            await reservation_store.set_items(tx, id_, [replace(item, missing=missing)])
            if not missing:
                told = [
                    Announcement("product.shortage_covered", about, data | {"owner": owner}, self._clock.now(), number)
                    for about, data, number in await numbered(tx, [known[item.line.sku].id])
                ]
                await announce(tx, told)

    async def end_due(self) -> int:
        """Give up what was kept until now, each in a transaction of its own; how many there were."""
        async with self._db.reading() as tx:
            owners = await reservation_store.due(tx, _DUE)
        for owner in owners:
            async with self._db.transaction() as tx:
                held = await reservation_store.lock(tx, owner)
                if held is None or held.status is not _S.HELD:
                    continue  # it was paid, or given up, a moment ago
                await self._give_back(tx, held)
                await reservation_store.move(tx, held.id, _S.EXPIRED)
        return len(owners)

    async def _give_back(self, tx: Tx, held: Reservation) -> None:
        """All parts are free again, and the lines stay as they were: money may come late."""
        left = await reservation_store.items(tx, held.id)
        await store.lock(tx, [one.line.sku for one in left])
        parts = await reservation_store.parts(tx, held.id)
        await reservation_store.drop_parts(tx, held.id, parts)
        await save_changes(tx, Movement.EXPIRED, given_up(parts), self._clock.now(), owner=held.owner)
        await record(tx, [Entry(SYSTEM, "stock.reservation_ended", held.owner)])

    async def _fill(
        self,
        tx: Tx,
        made: Mapping[Reservation, tuple[Sequence[Line], Allocation]],
        first: Mapping[UUID, int] = MappingProxyType({}),
    ) -> None:
        """New lines of reservations, and what is kept for them; they are numbered from `first` on."""
        items: list[tuple[UUID, Item]] = []
        parts: dict[Reservation, list[Part]] = {}
        for one, (lines, found) in made.items():
            begin = first.get(one.id, 0)
            missing = {short.line: short.missing for short in found.shortages}
            items += [(one.id, Item(begin + n, line, missing.get(n, 0))) for n, line in enumerate(lines)]
            parts[one] = [moved(part, line=begin + part.line) for part in found.parts]
        await reservation_store.add_items(tx, items)
        await self._keep(tx, parts)

    async def _keep(self, tx: Tx, more: Mapping[Reservation, Sequence[Part]]) -> None:
        added = [(held.id, part) for held, parts in more.items() for part in parts]
        if added:
            await reservation_store.add_parts(tx, added)
            changes = {held.owner: kept(parts) for held, parts in more.items()}
            await save_several(tx, Movement.RESERVED, changes, self._clock.now())

    async def _lessen(
        self, tx: Tx, held: Reservation, lines: Sequence[Line] | None, kind: Movement, actor: str
    ) -> None:
        known = await store.of_skus(tx, [one.line.sku for one in await reservation_store.items(tx, held.id)])
        touched = [*known, *(part.sku for one in known.values() for part in one.components)]
        locked = await store.lock(tx, touched, widely=kind is Movement.RELEASED)
        before = await reservation_store.items(tx, held.id)  # what is missing may have been covered meanwhile
        parts = await reservation_store.parts(tx, held.id)
        left, dropped = lessened(before, parts, lines)
        await reservation_store.set_items(tx, held.id, left)
        await reservation_store.drop_parts(tx, held.id, dropped)
        changes = gone(dropped) if kind is Movement.SHIPPED else given_up(dropped)
        await save_changes(tx, kind, changes, self._clock.now(), owner=held.owner, actor=actor)
        if kind is Movement.RELEASED and dropped:
            bundles = await store.bundles_of(tx, [one.id for one in locked.values()])
            await self.cover(tx, [*locked.values(), *await store.of_ids(tx, bundles)])

    async def _tell_oversold(
        self, tx: Tx, owner: str, shortages: Sequence[Shortage], products: Mapping[str, Product]
    ) -> None:
        for one in shortages:
            id_ = products[one.sku].id
            log.warning("stock.oversold", product=ids.show(PREFIX, id_), owner=owner, missing=one.missing)
            detail = {"sku": one.sku, "missing": one.missing, "owner": owner}
            await record(tx, [Entry(SYSTEM, "stock.oversold", ids.show(PREFIX, id_), detail)])
            told = [
                Announcement("product.oversold", about, data | detail, self._clock.now(), number)
                for about, data, number in await numbered(tx, [id_])
            ]
            await announce(tx, told)


async def missing_of(tx: Tx, owners: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """What is missing of what these owners bought, units by SKU; owners of whom all is there are left out."""
    found: dict[str, dict[str, int]] = {}
    for owner, sku, missing in await reservation_store.missing_of(tx, owners):
        own = found.setdefault(owner, {})
        own[sku] = own.get(sku, 0) + missing
    return found


def lessened(
    items: Sequence[Item], parts: Sequence[Part], lines: Sequence[Line] | None
) -> tuple[list[Item], list[Part]]:
    """What is left of each line, and which parts are dropped, when these units (None: all) go: what is missing goes first, and what is not left is passed over. Pure."""
    wanted = _by_sku(lines if lines is not None else [one.line for one in items])
    left: list[Item] = []
    dropped: list[Part] = []
    for item in items:
        goes = min(wanted.get(item.line.sku, 0), item.line.quantity)
        if not goes:
            continue
        wanted[item.line.sku] -= goes
        unmet = min(goes, item.missing)
        rest = replace(item.line, quantity=item.line.quantity - goes)
        left.append(Item(item.number, rest, item.missing - unmet))
        dropped += _of_line(parts, item.number, goes - unmet)
    return left, dropped


def _of_line(parts: Sequence[Part], number: int, units: int) -> list[Part]:
    """The parts of so many units of a line: of a bundle all components from the same warehouse."""
    dropped: list[Part] = []
    own = [one for one in parts if one.line == number]
    for place in dict.fromkeys(one.warehouse for one in own):
        here = [one for one in own if one.warehouse == place]
        some = min(units, here[0].units)
        units -= some
        dropped += [Part(one.line, one.product, one.warehouse, one.per_unit, some) for one in here if some]
    return dropped


def _by_sku(lines: Sequence[Line]) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for line in lines:
        wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
    return wanted


async def _held(tx: Tx, owner: str) -> Reservation:
    held = await reservation_store.lock(tx, owner)
    if held is None:
        raise ReservationNotFound
    return held


async def _locked(tx: Tx, lines: Sequence[Line]) -> Mapping[str, Product]:
    """The products of these lines, kept from others. Raises UnknownSku."""
    products = await store.lock(tx, [line.sku for line in lines])
    unknown = [
        FieldError(f"/lines/{number}/sku", f"There is no product {line.sku}.")
        for number, line in enumerate(lines)
        if line.sku not in products
    ]
    if unknown:
        raise UnknownSku(unknown[0].detail, hint="Make it by POST /v1/products.", errors=unknown)
    return products


def _said(one: Shortage, line: Line) -> str:
    where = f" in {line.warehouse}" if line.warehouse else ""
    free = line.quantity - one.missing
    return f"Of {one.sku} {free} are free{where}, {line.quantity} were asked for."
