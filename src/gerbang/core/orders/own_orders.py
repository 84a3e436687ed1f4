"""The shop's own orders: made with their stock, paid by a payment of ours or at the door, and moved by whoever packs them.

Stock is kept in the transaction that makes the order, all of it or nothing. Of one that waits for its money it is kept as long as the payment is: money that comes later has its order if the stock is still there,
and else a person decides.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.base.errors import FieldError, UpstreamFailed
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.catalogue.model import Line as StockLine
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.customers.service import load_customers
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.idempotency.service import claim
from gerbang.core.identity.model import Caller
from gerbang.core.ledger import service as ledger
from gerbang.core.ledger.model import BANK, SALES, Line, Posting, clearing
from gerbang.core.orders import stock_store, store
from gerbang.core.orders.intake import save_moves, save_new
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import (
    COD_STEPS,
    ORDER,
    OWN,
    PREFIX,
    BadOrder,
    Cod,
    CodNotNow,
    Item,
    NewOwnOrder,
    NotOurOrder,
    Order,
    OrderBuyer,
    OrderDetails,
    OrderExists,
    OrderNotFound,
)
from gerbang.core.orders.stock import Kept
from gerbang.core.payments.model import PAYMENT, NotCancellable, PaymentDetail, PaymentStatus
from gerbang.core.payments.provider_calls import load_readable
from gerbang.core.payments.service import Payments
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, Retry
from gerbang.ports.marketplace_orders import Fulfilment, ItemStatus

log = structlog.get_logger()
CONSUMER: Final = "order_payments"
TYPES: Final = ("payment.paid", "payment.overpaid", "payment.cancelled")
_PAID: Final = frozenset({PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED})
_WAITS: Final = frozenset({PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.PART_PAID})
_CASH: Final = clearing("cod")
_S: Final = ItemStatus


class OwnOrders:
    """The use cases. Who may do what is decided at the edge. In a sandbox no order is a real one."""

    def __init__(
        self, db: Database, clock: BusinessClock, reservations: Reservations, payments: Payments, *, is_sandbox: bool
    ) -> None:
        self._payments = payments
        self._is_sandbox = is_sandbox
        self._db = db
        self._clock = clock
        self._reservations = reservations

    async def create(self, caller: Caller, new: NewOwnOrder, key: IdempotencyKey) -> tuple[OrderDetails, bool]:
        """A new order, and whether the same `key` made it before. Raises BadOrder, OrderExists, UnknownSku, OutOfStock, IdempotencyKeyReused."""
        livemode = not self._is_sandbox and await self._payments.livemode()
        async with self._db.transaction() as tx:
            first = await claim(tx, key, ORDER, new.id)
            if first is None:
                await self._make(tx, caller, new, livemode=livemode)
            (made,) = await load_orders(tx, [first or new.id])
        return made, first is not None

    async def set_cod(self, caller: Caller, id_: UUID, status: Cod) -> OrderDetails:
        """What became of the cash. Collected, the order has arrived and is revenue; refused, it comes back. Raises OrderNotFound, NotOurOrder, CodNotNow."""
        async with self._db.transaction() as tx:
            if not await store.lock(tx, [id_]):
                raise OrderNotFound
            (details,) = await load_orders(tx, [id_])
            order, now = details.order, self._clock.now()
            if order.connection is not None:
                raise NotOurOrder
            before = Cod(order.cod) if order.cod else None
            if before is status:
                return details
            if before is None or status not in COD_STEPS[before]:
                was = before.value if before else "not paid at the door"
                raise CodNotNow(f"It is {was}: it cannot become {status.value}.")
            details = OrderDetails(replace(order, cod=status.value), details.items, details.buyer)
            moved = {Cod.COLLECTED: _S.DELIVERED, Cod.REFUSED: _S.FAILED}.get(status)
            gone = [i for i in details.items if i.status is not _S.CANCELLED]
            if moved is not None and any(i.status is not _S.SHIPPED for i in gone):
                raise CodNotNow("Something of it is not shipped yet.")
            said = [replace(i, status=moved, said=moved.value) for i in gone] if moved is not None else []
            after = await save_moves(tx, details, said, now=now, source="own", actor=caller.label)
            if not said:
                after = replace(after, sequence=after.sequence + 1, updated_at=now)
                shown = {"order": ids.show(PREFIX, id_), "status": after.status.value, "livemode": after.livemode}
                about = ObjectRef(ORDER, id_)
                await announce(tx, [Announcement("order.updated", about, shown, now, after.sequence)])
            await store.save(tx, [after])
            amount = sum(i.paid * i.quantity for i in gone)
            await ledger.post(tx, _postings(status, amount, order.currency))
            told = {"to": status.value, "amount": amount, "currency": order.currency}
            await record(tx, [Entry(caller.label, "order.cod", ids.show(PREFIX, id_), told)])
            (changed,) = await load_orders(tx, [id_])
        return changed

    async def cancel_payment(self, job: Job) -> None:
        """The handler of `order.cancel_payment`: what was to pay a cancelled order is closed at its provider. Money that is in already wins: `take` tells a person of it."""
        id_ = ids.read(PREFIX, job.key)
        async with self._db.reading() as tx:
            (details,) = await load_orders(tx, [id_])
        actor, paid_by = Caller("system", str(job.payload["actor"])), details.order.payment_id
        assert paid_by is not None, f"no payment of {job.key}"
        try:
            await self._payments.cancel(actor, paid_by)
        except NotCancellable:  # over already, or the money is in
            payment = await self._payments.get(paid_by)
            if payment.payment.status in _WAITS:
                raise Retry("its payer is choosing at this moment", 10.0) from None
        except UpstreamFailed as error:
            raise Retry(error.detail, error.retry_after_s) from error
        async with self._db.transaction() as tx:
            await queue.finish(tx, [job])

    async def take(self, tx: Tx, announcements: Sequence[Announcement]) -> None:
        """A consumer of announcements: what became of payments that pay orders of ours."""
        payments = sorted({id_ for one in announcements if (id_ := one.id_of(PAYMENT)) is not None})
        orders = await store.of_payments(tx, payments) if payments else []
        await store.lock(tx, orders)
        known = await load_readable(tx, payments) if orders else {}
        for details in await load_orders(tx, orders):
            payment = known.get(details.order.payment_id) if details.order.payment_id else None
            if payment is not None:
                await self._follow(tx, details, payment)

    async def _follow(self, tx: Tx, details: OrderDetails, payment: PaymentDetail) -> None:
        waiting = [item for item in details.items if item.status is _S.UNPAID]
        owner, status = ids.show(PREFIX, details.order.id), payment.payment.status
        if status in _PAID and details.order.status is _S.CANCELLED:
            await record(tx, [Entry(SYSTEM, "order.paid_after_cancel", owner)])
            log.error("order.paid_after_cancel", order=owner, alert="Money came for a cancelled order: give it back.")
        if not waiting or status not in (*_PAID, PaymentStatus.CANCELLED):
            return
        to = _S.CANCELLED
        if status in _PAID:
            short = await self._reservations.confirm(tx, owner)
            if short:
                missing = {one.sku: one.missing for one in short}
                await record(tx, [Entry(SYSTEM, "order.paid_without_stock", owner, {"missing": missing})])
                alert = "Money came late, and the stock is gone: give it back, or fill the stock."
                log.error("order.paid_without_stock", order=owner, missing=missing, alert=alert)
                return
            to = _S.PENDING
        said = [replace(item, status=to, said=to.value) for item in waiting]
        await save_moves(tx, details, said, now=self._clock.now(), source="payment")

    async def _make(self, tx: Tx, caller: Caller, new: NewOwnOrder, *, livemode: bool) -> None:
        now, owner = self._clock.now(), ids.show(PREFIX, new.id)
        payment = await _payment(tx, new)
        await _check_customer(tx, new)
        is_paid = payment is None or payment.payment.status in _PAID
        await store.add(tx, [_order(new, now, livemode=payment.payment.livemode if payment else livemode)])
        made = await store.lock(tx, [new.id])
        if not made:
            raise OrderExists("Another order has this external_id, or is paid by this payment.")
        until = None if is_paid or payment is None else payment.payment.expires_at
        lines = [StockLine(line.sku, line.quantity, line.warehouse) for line in new.lines]
        await self._reservations.reserve(tx, owner, lines, until)
        if is_paid:
            await self._reservations.confirm(tx, owner)
        items = _items(new, now, _S.PENDING if is_paid else _S.UNPAID)
        buyer = OrderBuyer(order_id=new.id, customer_id=new.customer, email=new.email, phone=new.phone, told=new.buyer)
        order = replace(
            made[0],
            total=new.total,
            price=new.total,
            payment_method="cod" if new.is_cod else "",
            is_cod=new.is_cod,
            cod=Cod.OWED.value if new.is_cod else None,
            version=now,
        )
        await save_new(tx, order, items, buyer, actor=caller.label)
        await stock_store.put(tx, [(item.id, new.id, item.sku, Kept.KEPT.value) for item in items])


async def _payment(tx: Tx, new: NewOwnOrder) -> PaymentDetail | None:
    """What pays it, which must be of this amount and still able to. Raises BadOrder."""
    if new.payment is None:
        return None
    found = (await load_readable(tx, [new.payment])).get(new.payment)
    if found is None:
        raise _bad("/payment", "There is no such payment.")
    payment = found.payment
    if (payment.amount, payment.currency) != (new.total, new.currency):
        raise _bad(
            "/payment", f"It is of {payment.amount} {payment.currency}, the lines of {new.total} {new.currency}."
        )
    if payment.status not in (*_PAID, *_WAITS):
        raise _bad("/payment", f"It is {payment.status.value}.")
    return found


async def _check_customer(tx: Tx, new: NewOwnOrder) -> None:
    if new.customer is not None:
        found = await load_customers(tx, [new.customer])
        if not found or found[0].erased_at is not None:
            raise _bad("/customer/id", "There is no such customer.")


def _bad(pointer: str, detail: str) -> BadOrder:
    return BadOrder(detail, errors=[FieldError(pointer, detail)])


def _order(new: NewOwnOrder, now: datetime, *, livemode: bool) -> Order:
    name = new.external_id or ids.show(PREFIX, new.id)
    return Order(
        id=new.id,
        channel=OWN,
        connection=None,
        livemode=livemode,
        external_id=name,
        number=name,
        status=_S.PENDING,
        currency=new.currency,
        total=0,
        price=0,
        shipping_fee=0,
        seller_voucher=0,
        platform_voucher=0,
        payment_method="",
        is_cod=new.is_cod,
        ship_by=None,
        version=None,
        read_at=None,
        sequence=0,
        created_at=now,
        updated_at=now,
        payment_id=new.payment,
    )


def _items(new: NewOwnOrder, now: datetime, status: ItemStatus) -> list[Item]:
    fresh = ids.several(len(new.lines))
    return [
        Item(
            id=id_,
            order_id=new.id,
            external_id=str(number),
            status=status,
            reached=status,
            said=status.value,
            version=now,
            sku=line.sku,
            name=line.name or line.sku,
            quantity=line.quantity,
            price=line.price,
            paid=line.price,
            warehouse=line.warehouse or "",
            fulfilment=Fulfilment.OWN_FLEET,
        )
        for number, (id_, line) in enumerate(zip(fresh, new.lines, strict=True), start=1)
    ]


def _postings(status: Cod, amount: int, currency: str) -> Sequence[Posting]:
    """Cash is revenue once it is collected: until it is in the bank, whoever brings the parcels owes it."""
    lines: Mapping[Cod, Line] = {
        Cod.COLLECTED: Line(_CASH, SALES, amount, currency),
        Cod.REMITTED: Line(BANK, _CASH, amount, currency),
    }
    return [Posting(f"cod_{status.value}", (lines[status],))] if status in lines and amount else []
