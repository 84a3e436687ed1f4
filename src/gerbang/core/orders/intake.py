"""The one writer of marketplaces' orders: what a push made us read, and what the poll found, end here, under the orders' row locks.

A read is an order whole. It was made a while ago and without a lock, so each of its parts counts only where it is not older than what is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.statement_batch import StatementBatch
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM
from gerbang.core.connections.model import Connection
from gerbang.core.effects import Effects
from gerbang.core.orders import buyer_store, poll_store, store
from gerbang.core.orders.event_types import TOLD
from gerbang.core.orders.machine import Heard, advance, order_status, ship_by
from gerbang.core.orders.model import ITEM_PREFIX, ORDER, PREFIX, Detail, Item, Order, OrderBuyer, OrderDetails
from gerbang.core.orders.stock import counting
from gerbang.core.settlements.model import PaidPrice
from gerbang.core.settlements.service import tell_paid
from gerbang.ports.marketplace_orders import ItemStatus, MarketplaceItem, MarketplaceOrder, OrderHead

log = structlog.get_logger()
_MOST_MOVES: Final = 50  # of one change, that its entry lists


@dataclass(slots=True)
class _Writing:
    """What is to be written of a batch."""

    orders: list[Order] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    buyers: list[OrderBuyer] = field(default_factory=list)
    moved: list[UUID] = field(default_factory=list)  # orders whose stock follows
    effects: Effects = field(default_factory=Effects)


async def take_reads(
    tx: Tx, shop: Connection, reads: Sequence[MarketplaceOrder], *, read_at: datetime, source: str
) -> list[Order]:
    """Write what was read of orders of one shop at `read_at`; the orders as they are afterwards. `source` is what made us read: `push`, `poll` or an operation."""
    unique = {read.head.id: read for read in reads}
    await store.add(tx, [_new(shop, read, read_at) for read in unique.values()])
    orders = {one.external_id: one for one in await store.lock_called(tx, shop.id, list(unique))}
    items = await store.items_of(tx, [one.id for one in orders.values()])
    writing = _Writing()
    after = [_taken(writing, orders[id_], items[orders[id_].id], read, read_at, source) for id_, read in unique.items()]
    writing.effects.jobs += counting(writing.moved)
    changes = StatementBatch()
    await store.save(changes, writing.orders)
    await store.save_items(changes, writing.items)
    await buyer_store.save(changes, writing.buyers)
    await poll_store.readable(changes, shop.id, list(unique))
    await writing.effects.save(tx, changes)
    await tell_paid(tx, _paid(shop, after, writing.items))
    return after


# What ended before it was sold; of what came back nobody can see here whether it had been delivered.
_UNSOLD: Final = frozenset({ItemStatus.CANCELLED, ItemStatus.FAILED})
_CAME_BACK: Final = frozenset(
    {
        ItemStatus.RETURNING,
        ItemStatus.RETURNED,
        ItemStatus.LOST,
        ItemStatus.DAMAGED,
        ItemStatus.SCRAPPED,
        ItemStatus.UNKNOWN,
    }
)


def _paid(shop: Connection, orders: Sequence[Order], items: Sequence[Item]) -> list[PaidPrice]:
    """What buyers paid for these items: what a statement takes back is compared with it."""
    of = {order.id: order for order in orders}
    return [
        PaidPrice(
            connection=shop.id,
            order=of[item.order_id].external_id,
            item=item.external_id,
            amount=item.paid,
            currency=of[item.order_id].currency,
            platform_voucher=item.detail.platform_voucher or 0,
            is_void=None if item.status in _CAME_BACK else item.status in _UNSOLD,
        )
        for item in items
    ]


async def save_moves(
    tx: Tx, details: OrderDetails, said: Sequence[Item], *, now: datetime, source: str, actor: str = SYSTEM
) -> Order:
    """Write what became of items of an order of our own, whose row is locked, with what follows; what cannot become of one is passed over. Nothing is written where nothing changed."""
    writing, order = _Writing(), details.order
    known, moves = {item.id: item for item in details.items}, list[tuple[str, str]]()
    for one in said:
        item, heard = advance(known[one.id], replace(one, version=now))
        if heard in (Heard.MOVED, Heard.UPDATED):
            writing.items.append(item)
            known[item.id] = item
            moves.append((ids.show(ITEM_PREFIX, item.id), item.status.value))
    after = replace(order, status=order_status(known.values()), ship_by=ship_by(known.values()))
    if not writing.items:
        return order
    left = sum(item.paid * item.quantity for item in known.values() if item.status is not ItemStatus.CANCELLED)
    if left:  # what is owed for, at the door too; of an order that is cancelled whole it stays as it was bought
        after = replace(after, price=left, total=left)
    after = replace(after, sequence=order.sequence + 1, updated_at=now, version=now)
    _tell(writing.effects, after, order, moves, source, actor)
    writing.effects.jobs += counting([order.id])
    changes = StatementBatch()
    await store.save(changes, [after])
    await store.save_items(changes, writing.items)
    await writing.effects.save(tx, changes)
    return after


async def save_new(tx: Tx, order: Order, items: Sequence[Item], buyer: OrderBuyer, *, actor: str) -> Order:
    """Write an order of our own whose row was made just now."""
    made = replace(order, status=order_status(items), ship_by=ship_by(items), sequence=1)
    effects, changes = Effects(), StatementBatch()
    moves = [(ids.show(ITEM_PREFIX, item.id), item.status.value) for item in items]
    _tell(effects, made, order, moves, "own", actor)
    await store.save(changes, [made])
    await store.save_items(changes, items)
    await buyer_store.save(changes, [buyer])
    await effects.save(tx, changes)
    return made


def _taken(
    writing: _Writing, order: Order, known: Sequence[Item], read: MarketplaceOrder, read_at: datetime, source: str
) -> Order:
    """One order after what was read of it, with what follows from that."""
    before = {item.external_id: item for item in known}
    moves: list[tuple[str, str]] = []
    is_changed, now = False, dict(before)
    for told in read.items:
        said = _item(order, told)
        item, heard = advance(before[said.external_id], said) if said.external_id in before else (said, Heard.MOVED)
        if heard is Heard.CONTRADICTED:
            _tell_contradiction(writing, order, item, said)
        if heard is Heard.MOVED:
            moves.append((ids.show(ITEM_PREFIX, item.id), item.status.value))
        is_changed |= heard in (Heard.MOVED, Heard.UPDATED)
        if item != before.get(said.external_id):
            writing.items.append(item)
            now[said.external_id] = item
    is_newest = order.version is None or read.version >= order.version
    after = _with_head(order, read.head) if is_newest else order
    after = replace(after, status=order_status(now.values()), ship_by=ship_by(now.values()))
    is_new = order.sequence == 0
    if is_new or moves:
        writing.moved.append(order.id)
    if is_new or is_changed or after != order:
        after = replace(after, sequence=order.sequence + 1, updated_at=read_at)
        _tell(writing.effects, after, order, moves, source)
    newest = max(read.version, order.version or read.version)
    read_last = max(read_at, order.read_at or read_at)
    after = replace(after, version=newest, read_at=read_last)
    writing.orders.append(after)
    if is_newest:
        writing.buyers.append(OrderBuyer(order_id=order.id, told=read.head.buyer))
    return after


def _tell(
    effects: Effects,
    order: Order,
    before: Order,
    moves: Sequence[tuple[str, str]],
    source: str,
    actor: str = SYSTEM,
) -> None:
    """That an order was made or has changed: noted, and announced."""
    shown, about = ids.show(PREFIX, order.id), ObjectRef(ORDER, order.id)
    said = (
        "created"
        if before.sequence == 0
        else order.status.value
        if order.status is not before.status and order.status.value in TOLD
        else "updated"
    )
    data = {"order": shown, "status": order.status.value, "connection": order.connection, "livemode": order.livemode}
    detail = {"status": order.status.value, "source": source, "items": dict(moves[:_MOST_MOVES])}
    effects.entries.append(Entry(actor, f"order.{said}", shown, detail))
    effects.announcements.append(Announcement(f"order.{said}", about, data, order.updated_at, order.sequence))
    if order.status is ItemStatus.UNKNOWN:
        alert = "The marketplace says of an order what is not known here: it waits for a person."
        log.error("order.unknown_status", order=shown, connection=order.connection, alert=alert)


def _tell_contradiction(writing: _Writing, order: Order, item: Item, said: Item) -> None:
    """The marketplace says, newer than what is known, where the item cannot come to: it stays where it is, and a person looks."""
    shown = ids.show(PREFIX, order.id)
    detail = {"item": ids.show(ITEM_PREFIX, item.id), "was": item.status.value, "to": said.status.value}
    writing.effects.entries.append(Entry(SYSTEM, "order.contradicted", shown, detail))
    alert = "The marketplace says where an item cannot come to: it stays where it is."
    log.error("order.contradicted", order=shown, alert=alert, **detail)


def _new(shop: Connection, read: MarketplaceOrder, now: datetime) -> Order:
    """An order that is heard of, before anything of it is known."""
    head = read.head
    return Order(
        id=ids.new(),
        channel=shop.provider,
        connection=shop.id,
        livemode=shop.livemode,
        external_id=head.id,
        number=head.number,
        status=ItemStatus.PENDING,
        currency=head.price.currency,
        total=0,
        price=0,
        shipping_fee=0,
        seller_voucher=0,
        platform_voucher=0,
        payment_method="",
        is_cod=False,
        ship_by=None,
        version=None,
        read_at=None,
        sequence=0,
        created_at=head.created_at,
        updated_at=now,
    )


def _with_head(order: Order, head: OrderHead) -> Order:
    return replace(
        order,
        number=head.number,
        total=head.total.amount,
        price=head.price.amount,
        shipping_fee=head.shipping_fee.amount,
        seller_voucher=head.seller_voucher.amount,
        platform_voucher=head.platform_voucher.amount,
        payment_method=head.payment_method,
        is_cod=head.is_cod,
    )


def _item(order: Order, told: MarketplaceItem) -> Item:
    """A unit as the marketplace tells it, as an item of ours."""
    detail = Detail(
        product=told.product,
        variant=told.variant,
        variation=told.variation,
        image=told.image,
        tracking=told.tracking,
        carrier=told.carrier,
        invoice_number=told.invoice_number,
        reason=told.reason,
        shipping=told.shipping.amount if told.shipping else None,
        tax=told.tax.amount if told.tax else None,
        seller_voucher=told.seller_voucher.amount if told.seller_voucher else None,
        platform_voucher=told.platform_voucher.amount if told.platform_voucher else None,
        paid_at=told.paid_at,
        is_preorder=told.is_preorder,
        is_semi_managed=told.is_semi_managed,
        is_cancel_pending=told.is_cancel_pending,
        cancel_claim=told.cancel_request.claim if told.cancel_request else "",
        cancel_by=told.cancel_request.decide_by if told.cancel_request else None,
    )
    return Item(
        id=ids.new(),
        order_id=order.id,
        external_id=told.id,
        status=told.status,
        reached=ItemStatus.UNPAID if told.status is ItemStatus.UNKNOWN else told.status,
        said=told.said,
        version=told.version,
        sku=told.sku,
        name=told.name,
        quantity=1,
        price=told.price.amount,
        paid=told.paid.amount,
        package=told.package,
        warehouse=told.warehouse,
        fulfilment=told.fulfilment,
        ship_by=told.ship_by,
        detail=detail,
    )
