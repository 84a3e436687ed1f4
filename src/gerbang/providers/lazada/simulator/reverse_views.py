"""Reading reverse orders (notes 7.3): the list, one in detail, and the reasons for a refusal. Amounts are whole numbers: cents, but not in Vietnam."""

from typing import Any, Final

from gerbang.providers.lazada.simulator.access import Call, number
from gerbang.providers.lazada.simulator.model import Reverse, ReverseLine
from gerbang.providers.lazada.simulator.packing import NotDone
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn

_REFUSAL_REASONS: Final = (
    (301, "The item is not faulty"),
    (302, "The wrong item came back"),
    (303, "The item was used"),
)
_MOST: Final = 100


def listed(call: Call, turn: Turn) -> Any:
    """/reverse/getreverseordersforseller."""
    page, size = number(call.needed("page_no")), number(call.needed("page_size"))
    if page < 1 or not 1 <= size <= _MOST:
        raise NotDone("700004")
    found = [one for one in turn.world.book.reverses.values() if one.seller == call.shop.seller_id]
    found = [one for one in found if _is_asked(call, one)]
    found.sort(key=lambda one: (one.updated_at, one.id), reverse=True)
    first = (page - 1) * size
    return {
        "page_no": page,
        "page_size": size,
        "total": len(found),
        "items": [_shown(one, call, turn) for one in found[first : first + size]],
    }


def detail(call: Call, turn: Turn) -> Any:
    """/order/reverse/return/detail/list: the same in other spelling."""
    text = call.needed("reverse_order_id")
    reverse = turn.world.book.reverses.get(number(text))
    if reverse is None or reverse.seller != call.shop.seller_id:
        raise Refused("106")
    told = _shown(reverse, call, turn)
    lines = [{_camel(name): value for name, value in line.items()} for line in told.pop("reverse_order_lines")]
    return {**told, "reverseOrderLineDTOList": lines}


def reasons(call: Call, turn: Turn) -> Any:  # noqa: ARG001  the same for every line
    """/order/reverse/reason/list."""
    call.needed("reverse_order_line_id")
    return [{"reason_id": str(id_), "reason_name": name, "text": name} for id_, name in _REFUSAL_REASONS]


def amount(hundredths: int, call: Call, turn: Turn) -> int:
    """As the reverse calls count: cents, except in Vietnam; whether rupiah are cents as well is a switch."""
    per_unit = call.country.in_reverse
    if call.country.code == "id" and turn.world.quirks.reverse_idr == "rupiah":
        per_unit = 1
    return hundredths if per_unit == 100 else hundredths // 100


def _is_asked(call: Call, one: Reverse) -> bool:
    wanted = call.values
    after, before = (wanted.get(f"ReverseOrderLineModifiedTimeRange{end}", "") for end in ("Start", "End"))
    changed_ms = int(one.updated_at.timestamp() * 1000)
    kind = "CANCEL" if one.sort == "CANCEL" else "ONLY_REFUND" if one.sort == "ONLY_REFUND" else "RETURN"
    return (
        wanted.get("reverse_order_id", "") in {"", str(one.id)}
        and wanted.get("trade_order_id", "") in {"", str(one.order)}
        and wanted.get("return_to_type", "") in {"", one.sort}
        and (not wanted.get("request_type_list") or kind in wanted["request_type_list"])
        and (
            not wanted.get("reverse_status_list")
            or any(
                f'"{line.status}"' in wanted["reverse_status_list"] or line.status == wanted["reverse_status_list"]
                for line in one.lines
            )
        )
        and (number(after) < 0 or changed_ms >= number(after))
        and (number(before) < 0 or changed_ms <= number(before))
    )


def _shown(one: Reverse, call: Call, turn: Turn) -> dict[str, Any]:
    return {
        "reverse_order_id": one.id,
        "trade_order_id": one.order,
        "request_type": {"CANCEL": "CANCEL", "ONLY_REFUND": "ONLY_REFUND"}.get(one.sort, "RETURN"),
        "is_rtm": one.sort == "RTM",
        "shipping_type": "PICK_UP" if one.sort in {"RTM", "RTW"} else "",
        "reverse_order_lines": [_line(line, one, call, turn) for line in one.lines],
    }


def _line(line: ReverseLine, one: Reverse, call: Call, turn: Turn) -> dict[str, Any]:
    order = turn.world.book.order(one.seller, one.order)
    item = order.item(line.order_item) if order else None
    assert order is not None, "a reverse order is about an order"
    assert item is not None, "and its lines about items of it"
    return {
        "reverse_order_line_id": line.id,
        "trade_order_line_id": line.order_item,
        "reverse_status": line.status,
        "ofc_status": line.ofc_status,
        "refund_amount": amount(line.refund, call, turn),
        "item_unit_price": amount(item.price, call, turn),
        "refund_payment_method": order.payment_method,
        "reason_code": line.reason_code,
        "reason_text": line.reason,
        "tracking_number": item.tracking,
        "sla": int(one.decide_by.timestamp() * 1000) if one.decide_by else 0,
        "is_need_refund": line.status != "REFUND_SUCCESS",
        "is_dispute": one.sort == "ONLY_REFUND" and line.status == "REFUND_PENDING",
        "seller_sku_id": line.seller_sku,
        "platform_sku_id": str(item.sku_id),
        "product": {"product_id": item.item_id, "product_sku": str(item.sku_id)},
        "buyer": {"buyer_id": order.buyer.id},
        "trade_order_gmt_create": int(order.created_at.timestamp()),
        "return_order_line_gmt_create": int(one.created_at.timestamp()),
        "return_order_line_gmt_modified": int(one.updated_at.timestamp()),
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
