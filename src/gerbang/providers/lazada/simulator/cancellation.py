"""Cancelling (notes 7.1, 7.2): by the seller in two calls, both GET, and the buyer's wish that the seller decides before its time is over."""

from datetime import timedelta
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from gerbang.providers.lazada.simulator import moves, push
from gerbang.providers.lazada.simulator.access import Call, number
from gerbang.providers.lazada.simulator.countries import Country
from gerbang.providers.lazada.simulator.model import (
    CANCELLABLE,
    READY,
    Item,
    Package,
    Reverse,
    ReverseLine,
    ShopOrder,
    Status,
)
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn, with_items

DECIDE_WITHIN: Final = timedelta(hours=24)
# The second says whether the SKU's stock is set to 0.
_REASONS: Final = (
    ("Out of stock", True),
    ("Wrong price or pricing error", True),
    ("Buyer's address cannot be reached", False),
)
BUYERS_REASON: Final = "Changed my mind"


def validate(call: Call, turn: Turn) -> Any:
    """/order/reverse/cancel/validate: what cancelling would do, and why one may."""
    order, items = _asked(call, turn)
    together = {item.package for item in items} - {""}
    dragged = [item for item in order.items if item.package in together and item not in items]
    tip = (
        "The package is cancelled with all of its items."
        if dragged
        else "Some reasons set the stock of these SKUs to 0."
    )
    return {
        "tip_content": tip,
        "tip_type": "warning" if dragged else "success",
        "reason_options": [
            {"reason_id": _reason_id(call.country, place), "reason_name": name}
            for place, (name, _) in enumerate(_REASONS)
        ],
    }


def create(call: Call, turn: Turn) -> Any:
    """/order/reverse/cancel/create: it is done with this answer, though the method is GET."""
    order, items = _asked(call, turn)
    chosen = call.needed("reason_id")
    for place, (name, empties) in enumerate(_REASONS):
        if chosen == str(_reason_id(call.country, place)):
            by_seller(turn, order, [item.id for item in items], name, empties=empties)
            return {"tip_content": "", "tip_type": "success"}
    raise Refused("104")


def decide(call: Call, turn: Turn) -> Any:
    """/order/reverse/cancel/seller/decide."""
    text, agree = call.needed("reverse_order_id"), call.needed("agree_cancel").lower()
    reverse = turn.world.book.reverses.get(number(text))
    if reverse is None or reverse.seller != call.shop.seller_id:
        raise Refused("106")
    if reverse.sort != "CANCEL" or agree not in {"true", "false"}:
        raise Refused("105")
    if not _is_open(reverse):
        raise Refused("131")
    if agree == "true":
        agreed(turn, reverse)
    else:
        refused(turn, reverse)
    return None


def by_seller(turn: Turn, order: ShopOrder, ids: list[int], reason: str, *, empties: bool) -> None:
    """The items, and what is in a package with them; a reason such as out of stock empties the SKU."""
    before = {item.id: item.status for item in order.items}
    after = moves.cancel(turn, order, ids, "cancellation-seller", reason)
    gone = [item for item in after.items if item.status is Status.CANCELED and before[item.id] is not item.status]
    _told(turn, after, gone, "CANCEL_SUCCESS", reason)
    for sku_id in {item.sku_id for item in gone if empties}:
        sku = turn.world.book.skus[order.seller, sku_id]
        stock = tuple(replace(one, total=one.withhold + one.occupy) for one in sku.stock)
        push.keep_sku(turn, replace(sku, stock=stock, updated_at=turn.world.stamp(turn.now)))


def by_buyer(turn: Turn, order: ShopOrder, items: list[Item]) -> Reverse | None:
    """Unpaid, it is gone at once; else the seller is asked, and silence is consent. The reverse order, where one is open now."""
    if all(item.status is Status.UNPAID for item in items):
        moves.cancel(turn, order, [item.id for item in items], "cancellation-customer", BUYERS_REASON)
        return None
    until = turn.world.stamp(turn.now + DECIDE_WITHIN)
    reverse = _new(turn, order, items, "REQUEST_INITIATE", BUYERS_REASON)
    at = turn.world.stamp(turn.now, order.updated_at)
    changed = [
        replace(item, need_cancel_confirm=True, cancel_at=until, reverse=reverse.id, updated_at=at) for item in items
    ]
    push.keep_order(turn, with_items(replace(order, updated_at=at), changed))
    push.keep_reverse(turn, replace(reverse, decide_by=until))
    return reverse


def agreed(turn: Turn, reverse: Reverse) -> None:
    """By the seller, or by time. What is on its way to the carrier waits for it; the rest is cancelled."""
    order = turn.world.book.order(reverse.seller, reverse.order)
    assert order is not None, "a reverse order is about an order"
    items = [item for item in order.items if item.reverse == reverse.id and item.status in CANCELLABLE]
    waiting = [item for item in items if item.status in READY]
    ids = [item.id for item in items if item.status not in READY]
    if ids:
        order = moves.cancel(turn, order, ids, "cancellation-customer", BUYERS_REASON)
    if waiting:
        flags = {"need_cancel_confirm": False, "is_cancel_pending": True, "cancel_at": None}
        at = turn.world.stamp(turn.now, order.updated_at)
        changed = [replace(item, updated_at=at, **flags) for item in waiting]
        push.keep_order(turn, with_items(replace(order, updated_at=at), changed))
    _ended(turn, reverse, "REFUND_PENDING" if waiting else "CANCEL_SUCCESS")


def intercepted(turn: Turn, order: ShopOrder, package: Package) -> bool:
    """The carrier has held a parcel back whose cancellation was agreed to; False where there is none such."""
    items = [item for item in order.of_package(package.id) if item.is_cancel_pending and item.status in READY]
    if not items:
        return False
    moves.cancel(turn, order, [item.id for item in items], "cancellation-customer", BUYERS_REASON)
    for id_ in {item.reverse for item in items}:
        _ended(turn, turn.world.book.reverses[id_], "CANCEL_SUCCESS")
    return True


def refused(turn: Turn, reverse: Reverse) -> None:
    order = turn.world.book.order(reverse.seller, reverse.order)
    assert order is not None, "a reverse order is about an order"
    flags = {"need_cancel_confirm": False, "is_cancel_pending": False, "cancel_at": None}
    at = turn.world.stamp(turn.now, order.updated_at)
    changed = [replace(item, updated_at=at, **flags) for item in order.items if item.reverse == reverse.id]
    push.keep_order(turn, with_items(replace(order, updated_at=at), changed))
    _ended(turn, reverse, "REQUEST_REJECT")


def over_time(turn: Turn, order: ShopOrder) -> None:
    """An order that nobody paid for half an hour ends."""
    moves.cancel(turn, order, [item.id for item in order.items], "cancellation-internal", "Payment was not received")


def _asked(call: Call, turn: Turn) -> tuple[ShopOrder, list[Item]]:
    """Raises Refused."""
    text = call.needed("order_id")
    order = turn.world.book.order(call.shop.seller_id, number(text))
    if order is None:
        raise Refused("115" if number(text) < 0 else "122")
    try:
        ids = msgspec.convert(call.json("order_item_id_list"), list[int], strict=False)
    except msgspec.ValidationError as error:
        raise Refused("102") from error
    found = [order.item(id_) for id_ in ids]
    if not ids or None in found:
        strange = [id_ for id_, item in zip(ids, found, strict=True) if item is None]
        raise Refused("124" if any(turn.world.book.order_of_item(id_) for id_ in strange) else "123")
    items = [item for item in found if item is not None]
    if any(item.status not in CANCELLABLE for item in items):
        raise Refused("122")
    return order, items


def _told(turn: Turn, order: ShopOrder, items: list[Item], status: str, reason: str) -> None:
    reverse = _new(turn, order, items, status, reason)
    push.keep_reverse(turn, reverse)
    turn.keep(with_items(order, [replace(item, reverse=reverse.id) for item in items]))


def _new(turn: Turn, order: ShopOrder, items: list[Item], status: str, reason: str) -> Reverse:
    at = turn.world.stamp(turn.now)
    lines = tuple(
        ReverseLine(
            id=turn.world.book.number("reverse_line"),
            order_item=item.id,
            seller_sku=item.seller_sku,
            status=status,
            ofc_status="",
            refund=item.paid_price + item.shipping,
            reason_code=_reason_id(turn.world.country(order.seller), len(_REASONS)),
            reason=reason,
        )
        for item in items
    )
    return Reverse(turn.world.book.number("reverse"), order.seller, order.id, "CANCEL", lines, at, at)


def _ended(turn: Turn, reverse: Reverse, status: str) -> None:
    lines = tuple(replace(line, status=status) for line in reverse.lines)
    push.keep_reverse(turn, replace(reverse, lines=lines, decide_by=None, updated_at=turn.world.stamp(turn.now)))


def _is_open(reverse: Reverse) -> bool:
    return any(line.status == "REQUEST_INITIATE" for line in reverse.lines)


def _reason_id(country: Country, place: int) -> int:
    """They differ from country to country."""
    return country.place * 100_000 + 1_000 + place
