"""What pages are told of orders. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.audit.model import Recorded
from gerbang.core.identity.model import Caller
from gerbang.core.orders.model import ITEM_PREFIX, PREFIX, WRITE, Item, Order, OrderDetails
from gerbang.core.orders.operation_model import OperationKind, why_not
from gerbang.ports.marketplace_orders import ItemStatus
from gerbang.web import texts
from gerbang.web.console import order_questions
from gerbang.web.console.action_words import sentence
from gerbang.web.console.actors import Names, called
from gerbang.web.console.listing import Cell, Column, Row
from gerbang.web.console.objects import Action, Crumb, Fact, Facts, Lane, ObjectPage, Step
from gerbang.web.console.page_frame import stamp
from gerbang.web.texts.actions import Sentences

COLUMNS: Final = (
    Column("status", "ords.status", "a1"),
    Column("ship_by", "ords.ship_by", "a2"),
    Column("number", "ords.number", "b1", "mono"),
    Column("shop", "ords.shop", "k1"),
    Column("items", "ords.items", "d1", "wrap"),
    Column("paid_by", "ords.paid_by", "k2", "dim"),
    Column("buyer", "ords.buyer", "off lg", "dim"),
    Column("total", "ords.total", "b2", "num", is_money=True),
    Column("time", "ords.time", "off lg", "num", newest_first=True),
)
ITEMS: Final = (
    Column("item", "ord.item", "a1", "wrap"),
    Column("here", "ord.here", "a2"),
    Column("there", "ord.there", "b1", "mono said"),
    Column("parcel", "ord.parcel", "k1", "mono said"),
    Column("price", "ord.price", "b2", "num", is_money=True),
)
MARKS: Final[Mapping[ItemStatus, str]] = {
    ItemStatus.UNPAID: "created",
    ItemStatus.PENDING: "pending",
    ItemStatus.REPACKED: "pending",
    ItemStatus.PACKED: "part_paid",
    ItemStatus.READY_TO_SHIP: "part_paid",
    ItemStatus.SHIPPED: "late",
    ItemStatus.DELIVERED: "paid",
    ItemStatus.CANCELLED: "cancelled",
    ItemStatus.RETURNING: "partially_refunded",
    ItemStatus.RETURNED: "refunded",
    ItemStatus.FAILED: "failed",
    ItemStatus.LOST: "failed",
    ItemStatus.DAMAGED: "failed",
    ItemStatus.SCRAPPED: "failed",
    ItemStatus.UNKNOWN: "unknown",
}
_NAMED: Final = 3  # SKUs in a line of the list


def row_of(one: OrderDetails, now: datetime, locale: Locale) -> Row:
    """An order as one line of the list."""
    order, say = one.order, texts.words(locale)
    cells = {
        "status": Cell(
            say("ord.held" if one.is_held else f"ord.status.{order.status.value}"),
            mark="held" if one.is_held else MARKS[order.status],
        ),
        "ship_by": Cell(_deadline(order, now, locale)),
        "number": Cell(_number(order), href=order_questions.place_of(order)),
        "shop": Cell(order.connection or say("ords.own")),
        "items": Cell(_contents(one.items)),
        "paid_by": Cell(say("ords.cod") if order.is_cod else order.payment_method),
        "buyer": Cell(masked(one.buyer.told.name)),
        "total": Cell(formats.money(order.total, order.currency, locale)),
        "time": Cell(stamp(order.created_at, locale), at=order.created_at),
    }
    return Row(ids.show(PREFIX, order.id), cells)


def _number(order: Order) -> str:
    """What people call it; of our own without a number of its maker's, the end of its id, since the whole is as wide as three columns."""
    return f"{PREFIX}_…{order.number[-8:]}" if order.number == ids.show(PREFIX, order.id) else order.number


def item_row(item: Item, currency: str, locale: Locale) -> Row:
    """An item as one line of its order."""
    say = texts.words(locale)
    count = f"{item.quantity} × " if item.quantity > 1 else ""
    cells = {
        "item": Cell(f"{count}{item.name}", below=(f"{item.sku} · {item.external_id}",)),
        "here": Cell(say(f"ord.status.{item.status.value}"), mark=MARKS[item.status]),
        "there": Cell(item.said),
        "parcel": Cell(item.package or "–"),
        "price": Cell(formats.money(item.paid * item.quantity, currency, locale)),
    }
    return Row(ids.show(ITEM_PREFIX, item.id), cells)


def page_of(
    one: OrderDetails,
    history: Sequence[Recorded],
    known: Sentences,
    caller: Caller,
    locale: Locale,
    names: Names,
) -> ObjectPage:
    """The head, the facts and the timeline of one."""
    order, say, id_ = one.order, texts.words(locale), ids.show(PREFIX, one.order.id)
    return ObjectPage(
        name="orders",
        id=id_,
        crumb=Crumb(say("nav.orders"), "/console/orders"),
        heading=formats.money(order.total, order.currency, locale),
        mark="held" if one.is_held else MARKS[order.status],
        word=say("ord.held" if one.is_held else f"ord.status.{order.status.value}"),
        lead=f"{order.connection or say('ords.own')} · {order.number}",
        why=_why(one, locale),
        is_test=not order.livemode,
        actions=_actions(one, caller, locale),
        facts=(_money(order, locale), _about(one, locale), *_parcels(one, locale), _buyer(one, locale)),
        steps=tuple(_step(entry, known, names, locale) for entry in history),
        watch="order",
        about=id_,
        template="order.html",
    )


def masked(name: str) -> str:
    """`S••• W•••`: enough to tell two buyers apart, in a list that many see."""
    return " ".join(f"{part[0]}•••" for part in name.split()[:2])


def _actions(one: OrderDetails, caller: Caller, locale: Locale) -> tuple[Action, ...]:
    """What can be done now: what is next is the main one."""
    if not caller.may(WRITE):
        return ()
    say, here, order = texts.words(locale), order_questions.place_of(one.order), one.order
    can_pack = not one.is_held and any(not why_not(OperationKind.PACK, item) for item in one.items)
    can_ship = any(not why_not(OperationKind.SHIP, item) for item in one.items)
    wanted = (
        (bool(one.packages) and one.order.connection is not None, Action(say("ord.label"), href=f"{here}/label")),
        (
            bool(one.packages) or (order.connection is None and order.status is not ItemStatus.CANCELLED),
            Action(say("ord.invoice"), href=f"{here}/invoice"),
        ),
        (can_ship, Action(say("ord.ship"), press=f"{here}/ship", look="" if can_pack else "main")),
        (can_pack, Action(say("ord.pack"), press=f"{here}/pack", look="main")),
    )
    asked = [
        Action(say(f"ord.{act.replace('-', '_')}"), href=f"{here}/do/{act}") for act in order_questions.acts_of(one)
    ]
    gone = [Action(say("ord.cancel"), href=f"{here}/cancel", look="bad")] if order_questions.can_cancel(one) else []
    return (*(action for is_there, action in wanted if is_there), *asked, *gone)


def _why(one: OrderDetails, locale: Locale) -> Markup | str:
    say = texts.words(locale)
    if one.is_held:
        return say("ord.held.why", missing=order_questions.missing_of(one))
    odd = sorted({item.said for item in one.items if item.status is ItemStatus.UNKNOWN})
    if odd:
        return str(say("ord.unknown.why", said=", ".join(odd)))
    asked = [i.detail.cancel_by for i in one.items if i.detail.cancel_claim and i.detail.cancel_by is not None]
    return str(say("ord.wish.why", at=stamp(min(asked), locale))) if asked else ""


def _money(order: Order, locale: Locale) -> Facts:
    say = texts.words(locale)

    def amount(title: str, value: int, sign: str = "") -> Fact:
        return Fact(say(title), f"{sign}{formats.money(value, order.currency, locale)}", "num")

    lines = (
        (True, amount("ord.sum", order.price)),
        (bool(order.shipping_fee), amount("ord.shipping", order.shipping_fee)),
        (bool(order.seller_voucher), amount("ord.seller_voucher", order.seller_voucher, "−")),
        (bool(order.platform_voucher), amount("ord.platform_voucher", order.platform_voucher, "−")),
        (True, amount("ord.total", order.total)),
    )
    return Facts(say("ord.money"), tuple(line for is_there, line in lines if is_there), money=True)


def _about(one: OrderDetails, locale: Locale) -> Facts:
    order, say = one.order, texts.words(locale)
    invoices = sorted({item.detail.invoice_number for item in one.items if item.detail.invoice_number})
    method = str(say("ords.cod")) if order.is_cod else order.payment_method
    cash = f" · {say(f'ord.cod.{order.cod}')}" if order.cod else ""
    payment = ids.show("pay", order.payment_id) if order.payment_id else ""
    lines = (
        (bool(method or cash), Fact(say("ords.paid_by"), method + cash)),
        (bool(payment), Fact(say("ord.payment"), payment, "mono", href=f"/console/payments/{payment}")),
        (True, Fact(say("ords.time"), stamp(order.created_at, locale))),
        (order.ship_by is not None, Fact(say("ords.ship_by"), stamp(order.ship_by, locale) if order.ship_by else "")),
        (bool(invoices), Fact(say("ord.invoice.number"), ", ".join(invoices), "mono")),
    )
    return Facts(say("ord.about"), tuple(line for is_there, line in lines if is_there))


def _parcels(one: OrderDetails, locale: Locale) -> list[Facts]:
    say = texts.words(locale)
    return [
        Facts(
            say("ord.parcel.number", number=package),
            (
                Fact(say("ord.tracking"), inside[0].detail.tracking or "–", "mono"),
                Fact(say("ord.carrier"), inside[0].detail.carrier or "–"),
                Fact(say("ord.inside"), _contents(inside)),
                Fact(
                    say("ords.status"),
                    ", ".join(dict.fromkeys(str(say(f"ord.status.{i.status.value}")) for i in inside)),
                ),
            ),
        )
        for package, inside in one.packages.items()
    ]


def _buyer(one: OrderDetails, locale: Locale) -> Facts:
    say, told = texts.words(locale), one.buyer.told
    if one.buyer.erased_at is not None:
        return Facts(say("ord.buyer"), (Fact(say("ord.name"), say("ord.erased")),))
    lines = (
        (say("ord.name"), told.name),
        (say("ord.phone"), one.buyer.phone or told.shipping.phone),
        (say("ord.city"), told.shipping.city),
        (say("ord.note"), told.note),
    )
    return Facts(say("ord.buyer"), tuple(Fact(title, value) for title, value in lines if value))


def _contents(items: Sequence[Item]) -> str:
    counted: dict[str, int] = {}
    for item in items:
        counted[item.sku] = counted.get(item.sku, 0) + item.quantity
    named = [f"{count} × {sku}" for sku, count in counted.items()]
    return ", ".join(named[:_NAMED]) + (" …" if len(named) > _NAMED else "")


def _deadline(order: Order, now: datetime, locale: Locale) -> Markup | str:
    if order.ship_by is None:
        return ""
    at = stamp(order.ship_by, locale)
    return texts.words(locale)("ords.over", at=at) if order.ship_by < now else at


def _step(entry: Recorded, known: Sentences, names: Names, locale: Locale) -> Step:
    words = sentence(known, entry.action, entry.detail, called(entry.actor, names, locale), locale)
    source = entry.detail.get("source")
    lane: Lane = "from" if source in ("push", "poll") else "to" if entry.action == "order.asked_for" else "ins"
    says = " ".join(str(entry.detail[name]) for name in ("kind", "status") if entry.detail.get(name))
    return Step(entry.happened_at, lane, words, says)
