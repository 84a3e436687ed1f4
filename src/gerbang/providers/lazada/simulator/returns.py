"""Returns (notes 7.3): to the seller, to Lazada's warehouse, or money alone. What the seller may say at each point, and what time says for them.

The names of a line's states after REQUEST_INITIATE are unverified; those of the push are documented (push.py).
"""

from datetime import timedelta
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from gerbang.ports.simulator import Impossible
from gerbang.providers.lazada.simulator import finance, push
from gerbang.providers.lazada.simulator.access import Call, number
from gerbang.providers.lazada.simulator.model import Item, Reverse, ReverseLine, ShopOrder, Status
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn, with_items

SORTS: Final = ("RTM", "RTW", "ONLY_REFUND")
DECIDE_WITHIN: Final = timedelta(hours=48)
_REFUSALS: Final = {"refuseReturn": "SELLER_REJECT_RETURN", "refuseRefund": "REFUND_REJECT"}
_BUYERS_REASON: Final = "Item is defective"


def begin(turn: Turn, order: ShopOrder, items: list[Item], sort: str, reason: str) -> Reverse:
    """The buyer asks; raises Impossible for what has not been delivered."""
    if not items or any(item.status is not Status.DELIVERED or item.return_status for item in items):
        raise Impossible("conflict", "Only what was delivered, and is not coming back already, can be returned.")
    if sort not in SORTS:
        raise Impossible("invalid", f"kind is one of {', '.join(SORTS)}.")
    at = turn.world.stamp(turn.now)
    lines = tuple(
        ReverseLine(
            id=turn.world.book.number("reverse_line"),
            order_item=item.id,
            seller_sku=item.seller_sku,
            status="REQUEST_INITIATE",
            ofc_status="" if sort == "ONLY_REFUND" else "RETURN_INIT",
            refund=item.paid_price,
            reason_code=1_000_301,
            reason=reason or _BUYERS_REASON,
        )
        for item in items
    )
    until = at + DECIDE_WITHIN
    reverse = Reverse(turn.world.book.number("reverse"), order.seller, order.id, sort, lines, at, at, until)
    stamp = turn.world.stamp(turn.now, order.updated_at)
    changed = [
        replace(
            item,
            return_status="REQUEST_INITIATE",
            reverse=reverse.id,
            reason=lines[0].reason,
            initiator="return-customer",
            updated_at=stamp,
        )
        for item in items
    ]
    push.keep_order(turn, with_items(replace(order, updated_at=stamp), changed))
    push.keep_reverse(turn, reverse)
    return reverse


def update(call: Call, turn: Turn) -> Any:
    """/order/reverse/return/update: done with this answer, though the method is GET."""
    action = call.needed("action")
    reverse, lines = _asked(call, turn)
    if reverse.sort != "RTM":
        raise Refused("105")
    before = {line.status for line in lines}
    if action in _REFUSALS:
        _check_refusal(call, action, lines)
    match action, before:
        case "agreeReturn", _ if before == {"REQUEST_INITIATE"}:
            _to(turn, reverse, lines, "SELLER_AGREE_RETURN")
        case "refuseReturn", _ if before == {"REQUEST_INITIATE"}:
            _to(turn, reverse, lines, "SELLER_REJECT_RETURN")
        case "confirmDelivery", _ if before == {"BUYER_RETURN_ITEM"}:
            _to(turn, reverse, lines, "RETURN_DELIVERED", ofc_status="RETURN_DELIVERED")
        case "instantRefund", _ if before == {"REQUEST_INITIATE"}:
            _refund(turn, reverse, lines)
        case "agreeRefund", _ if before == {"RETURN_DELIVERED"}:
            _refund(turn, reverse, lines)
        case "refuseRefund", _ if before == {"RETURN_DELIVERED"}:
            _to(turn, reverse, lines, "REFUND_REJECT")
        case _:
            raise Refused("105")


def decide_refund(call: Call, turn: Turn) -> Any:
    """/order/reverse/onlyrefund/seller/decide."""
    action = call.needed("action")
    reverse, lines = _asked(call, turn)
    if reverse.sort != "ONLY_REFUND" or len(lines) != 1 or lines[0].status != "REQUEST_INITIATE":
        raise Refused("105")
    match action:
        case "agreeRefund":
            _refund(turn, reverse, lines)
        case "startDispute":
            call.needed("comment")
            _to(turn, reverse, lines, "REFUND_PENDING")
        case _:
            raise Refused("105")


def came_back(turn: Turn, reverse: Reverse) -> None:
    """The parcel moves one step on its way back; raises Impossible where none is on its way."""
    lines = [line for line in reverse.lines if line.status in {"SELLER_AGREE_RETURN", "BUYER_RETURN_ITEM"}]
    if reverse.sort == "RTW" and any(line.status == "REQUEST_INITIATE" for line in reverse.lines):
        _to(turn, reverse, list(reverse.lines), "BUYER_RETURN_ITEM", ofc_status="RETURN_PICKUP")
    elif reverse.sort == "RTW" and lines:
        _refund(turn, reverse, lines)
    elif lines and lines[0].status == "SELLER_AGREE_RETURN":
        _to(turn, reverse, lines, "BUYER_RETURN_ITEM", ofc_status="RETURN_PICKUP")
    elif lines and lines[0].ofc_status != "RETURN_ARRIVED":
        _to(turn, reverse, lines, "BUYER_RETURN_ITEM", ofc_status="RETURN_ARRIVED")
    else:
        raise Impossible("conflict", "Nothing is on its way back: the seller has not agreed yet, or it is there.")


def over_time(turn: Turn, reverse: Reverse) -> None:
    """The seller did not decide: a return is agreed to, money alone is given back, and Lazada's warehouse has the parcel."""
    lines = [line for line in reverse.lines if line.status == "REQUEST_INITIATE"]
    if reverse.sort == "RTM":
        _to(turn, reverse, lines, "SELLER_AGREE_RETURN")
    else:
        _refund(turn, reverse, lines)


def _check_refusal(call: Call, action: str, lines: list[ReverseLine]) -> None:
    if not call.values.get("reason_id"):
        raise Refused("108")
    if not call.values.get("comment"):
        raise Refused("109")
    if action == "refuseRefund" and not call.values.get("image_info"):
        raise Refused("110")
    if len(lines) > 1:
        raise Refused("111")


def _asked(call: Call, turn: Turn) -> tuple[Reverse, list[ReverseLine]]:
    """The return and those of its lines that are named; raises Refused."""
    text = call.needed("reverse_order_id")
    reverse = turn.world.book.reverses.get(number(text))
    if reverse is None or reverse.seller != call.shop.seller_id:
        raise Refused("106")
    try:
        ids = msgspec.convert(call.json("reverse_order_item_ids"), list[int], strict=False)
    except msgspec.ValidationError as error:
        raise Refused("102") from error
    lines = [line for line in reverse.lines if line.id in ids]
    if not lines or len(lines) != len(set(ids)):
        raise Refused("102")
    return reverse, lines


def _to(turn: Turn, reverse: Reverse, lines: list[ReverseLine], status: str, ofc_status: str = "") -> None:
    """These lines stand so from now on, and their items say it."""
    changed = {line.id: replace(line, status=status, ofc_status=ofc_status or line.ofc_status) for line in lines}
    after = tuple(changed.get(line.id, line) for line in reverse.lines)
    is_open = any(line.status == "REQUEST_INITIATE" for line in after)
    at = turn.world.stamp(turn.now)
    push.keep_reverse(
        turn, replace(reverse, lines=after, updated_at=at, decide_by=reverse.decide_by if is_open else None)
    )
    _items(turn, reverse, lines, status)


def _refund(turn: Turn, reverse: Reverse, lines: list[ReverseLine]) -> None:
    if reverse.sort in {"RTW", "ONLY_REFUND"}:
        _to(turn, reverse, lines, "REFUND_PENDING")
        reverse = turn.world.book.reverses[reverse.id]
    _to(turn, reverse, lines, "REFUND_SUCCESS")
    order = turn.world.book.order(reverse.seller, reverse.order)
    assert order is not None, "a return is of an order"
    for line in lines:
        item = order.item(line.order_item)
        assert item is not None, "a line is of an item"
        finance.refunded(turn, order, item, line.refund)


def _items(turn: Turn, reverse: Reverse, lines: list[ReverseLine], status: str) -> None:
    order = turn.world.book.order(reverse.seller, reverse.order)
    assert order is not None, "a return is of an order"
    ids = {line.order_item for line in lines}
    at = turn.world.stamp(turn.now, order.updated_at)
    to = {"status": Status.RETURNED} if status == "REFUND_SUCCESS" else {}
    changed = [replace(item, return_status=status, updated_at=at, **to) for item in order.items if item.id in ids]
    push.keep_order(turn, with_items(replace(order, updated_at=at), changed))
