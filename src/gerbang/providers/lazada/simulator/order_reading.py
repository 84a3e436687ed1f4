"""Reading orders (notes 5.1 to 5.4): /orders/get with its filters and pages, /order/get, the items of one order or of many, the invoice's number."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from gerbang.providers.lazada.simulator import order_views, push
from gerbang.providers.lazada.simulator.access import Call, number
from gerbang.providers.lazada.simulator.model import READY, TO_PACK, ShopOrder, Status
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn, with_items

MOST: Final = 100
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d")
_WORDS: Final[Mapping[str, frozenset[Status]]] = {
    **{status.value: frozenset({status}) for status in Status},
    "failed": frozenset({Status.FAILED_DELIVERY}),
    "lost": frozenset({Status.LOST_BY_3PL}),
    "topack": TO_PACK,
    "toship": frozenset({Status.PACKED}),
    "shipping": READY | {Status.SHIPPED},
    "all": frozenset(Status),
}


def orders(call: Call, turn: Turn) -> Any:
    """/orders/get. `same_page` and `half_page` are faults that page without a bound."""
    offset, limit = _page(call, int(turn.world.quirks.offset_limit))
    if not call.values.get("created_after") and not call.values.get("update_after"):
        raise Refused("17", "created_after or update_after")
    found = list(filter(_asked(call), turn.world.book.orders_of(call.shop.seller_id)))
    key = _order_by(call)
    found.sort(key=key, reverse=call.values.get("sort_direction", "ASC") == "DESC")
    if call.fault == "same_page":
        offset = max(0, offset - limit)
    page = found[offset : offset + limit]
    if call.fault == "half_page":
        page = page[: len(page) // 2]
    shown = [order_views.as_listed(order, call, turn.world.quirks) for order in page]
    return {"count": len(page), "countTotal": len(found), "orders": shown}


def order(call: Call, turn: Turn) -> Any:
    """/order/get."""
    return order_views.alone(_one(call, turn, call.needed("order_id")), call)


def items(call: Call, turn: Turn) -> Any:
    """/order/items/get."""
    found = _one(call, turn, call.needed("order_id"))
    return [order_views.item(item, found, call) for item in found.items]


def items_of_many(call: Call, turn: Turn) -> Any:
    """/orders/items/get: those that are found."""
    text = call.needed("order_ids")
    try:
        ids = msgspec.json.decode(text, type=list[int | str])
    except msgspec.DecodeError as error:
        raise Refused("56") from error
    if len(ids) > int(turn.world.quirks.orders_limit):
        raise Refused("38")
    if not ids or any(number(str(id_)) < 0 for id_ in ids):
        raise Refused("37")
    found = [turn.world.book.order(call.shop.seller_id, number(str(id_))) for id_ in ids]
    if not any(found):
        raise Refused("39")
    return [
        {
            "order_id": one.id,
            "order_number": one.id,
            "order_items": [order_views.item(item, one, call) for item in one.items],
        }
        for one in found
        if one is not None
    ]


def invoice_number(call: Call, turn: Turn) -> Any:
    """/order/invoice_number/set: the item must be packed."""
    text, invoice = call.needed("order_item_id"), call.needed("invoice_number")
    found = turn.world.book.order_of_item(number(text))
    if found is None or found.seller != call.shop.seller_id:
        raise Refused("20", text)
    item = found.item(number(text))
    assert item is not None, "the book says whose item it is"
    if item.status in TO_PACK or item.status is Status.UNPAID:
        raise Refused("34")
    at = turn.world.stamp(turn.now, found.updated_at)
    push.keep_order(turn, with_items(replace(found, updated_at=at), [replace(item, invoice=invoice, updated_at=at)]))
    return {"order_item_id": item.id, "invoice_number": invoice}


def _one(call: Call, turn: Turn, text: str) -> ShopOrder:
    """An order of this shop; raises Refused 16."""
    found = turn.world.book.order(call.shop.seller_id, number(text))
    if found is None:
        raise Refused("16", text)
    return found


def _page(call: Call, most_offset: int) -> tuple[int, int]:
    offset, limit = call.values.get("offset", "0"), call.values.get("limit", str(MOST))
    if not 0 <= number(offset) <= most_offset:
        raise Refused("14", offset)
    if not 1 <= number(limit) <= MOST:
        raise Refused("19", limit)
    return number(offset), number(limit)


def _asked(call: Call) -> Callable[[ShopOrder], bool]:
    """Whether an order is among those that are asked for; all bounds are inclusive."""
    wanted = call.values.get("status", "") or "all"
    if wanted not in _WORDS:
        raise Refused("36")
    statuses = _WORDS[wanted]
    after, before = _time(call, "created_after"), _time(call, "created_before")
    new_after, new_before = _time(call, "update_after"), _time(call, "update_before")

    def asked(one: ShopOrder) -> bool:
        return (
            (after is None or one.created_at >= after)
            and (before is None or one.created_at <= before)
            and (new_after is None or one.updated_at >= new_after)
            and (new_before is None or one.updated_at <= new_before)
            and (wanted == "all" or any(item.status in statuses for item in one.items))
        )

    return asked


def _time(call: Call, name: str) -> datetime | None:
    """Raises Refused 17."""
    text = call.values.get(name, "")
    if not text:
        return None
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("17", text) from error
    raise Refused("17", text)


def _order_by(call: Call) -> Callable[[ShopOrder], tuple[datetime, int]]:
    if call.values.get("sort_direction", "ASC") not in {"ASC", "DESC"}:
        raise Refused("74")
    match call.values.get("sort_by", "created_at"):
        case "created_at":
            return lambda one: (one.created_at, one.id)
        case "updated_at":
            return lambda one: (one.updated_at, one.id)
        case _:
            raise Refused("75")
