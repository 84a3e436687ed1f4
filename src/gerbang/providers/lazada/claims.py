"""Cancels and returns: what is asked, and what Lazada says of them. Pure.

Amounts are integers of a hundredth of the currency, but in Vietnam whole dong. Whether Indonesia's are sen or rupiah nobody has shown: both readings are told, and the documents' rule goes first.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gerbang.base.money import EXPONENTS, Money
from gerbang.ports.marketplace import Refused, Why
from gerbang.ports.marketplace_orders import (
    CancelOptions,
    CancelOutcome,
    CancelReason,
    Claim,
    ClaimKind,
    ClaimLine,
    Claims,
    ClaimStatus,
    Decision,
)
from gerbang.providers.lazada import wire
from gerbang.providers.lazada.account import SITES
from gerbang.providers.lazada.wire import Row

PAGE: Final = 50
_EMPTIES: Final = re.compile(r"(?i)out of stock|wrong price|pricing error|stok habis|salah harga")
_KINDS: Final = {"CANCEL": ClaimKind.CANCEL, "RETURN": ClaimKind.RETURN, "ONLY_REFUND": ClaimKind.REFUND}
_TAKEN: Final = frozenset({"success", "warning", "warn"})
STATUSES: Final = {
    "REQUEST_INITIATE": ClaimStatus.REQUESTED,
    "CANCEL_INIT": ClaimStatus.REQUESTED,
    "RTM_INIT": ClaimStatus.REQUESTED,
    "RTW_INIT": ClaimStatus.REQUESTED,
    "REFUND_INIT": ClaimStatus.REQUESTED,
    "SELLER_AGREE_RETURN": ClaimStatus.COMING_BACK,
    "BUYER_RETURN_ITEM": ClaimStatus.COMING_BACK,
    "RTM_SHIPPING_BACK": ClaimStatus.COMING_BACK,
    "RTW_SHIPPING_BACK": ClaimStatus.COMING_BACK,
    "RETURN_DELIVERED": ClaimStatus.RECEIVED,
    "RTM_RECEIVE_ITEM": ClaimStatus.RECEIVED,
    "SELLER_AGREE_REFUND": ClaimStatus.REFUNDING,
    "REFUND_PENDING": ClaimStatus.REFUNDING,
    "REFUND_AUTHORIZED": ClaimStatus.REFUNDING,
    "RTW_REFUND_PENDING": ClaimStatus.REFUNDING,
    "REFUND_SUCCESS": ClaimStatus.REFUNDED,
    "CANCEL_REFUND_ISSUED": ClaimStatus.REFUNDED,
    "REQUEST_REJECT": ClaimStatus.REFUSED,
    "SELLER_REJECT_RETURN": ClaimStatus.REFUSED,
    "SELLER_REJECT_REFUND": ClaimStatus.REFUSED,
    "REFUND_REJECT": ClaimStatus.REFUSED,
    "REFUND_REJECTED": ClaimStatus.REFUSED,
    "REJECT_CANCEL_ORDER": ClaimStatus.REFUSED,
    "RTW_REJECT": ClaimStatus.REFUSED,
    "REQUEST_CANCEL": ClaimStatus.WITHDRAWN,
    "RTM_CANCELED": ClaimStatus.WITHDRAWN,
    "RTW_CANCELED": ClaimStatus.WITHDRAWN,
    "AGREE_CANCEL_ORDER": ClaimStatus.DONE,
    "CANCEL_SUCCESS": ClaimStatus.DONE,
    "REQUEST_COMPLETE": ClaimStatus.DONE,
}


def list_parameters(since: datetime | None, page: int, order: str) -> dict[str, str]:
    """What /reverse/getreverseordersforseller is asked."""
    since_ms = str(int(since.timestamp() * 1000)) if since is not None else ""
    return {
        "page_no": str(page),
        "page_size": str(PAGE),
        "trade_order_id": order,
        "ReverseOrderLineModifiedTimeRangeStart": since_ms,
    }


def claims(result: Row, site: str, page: int) -> Claims:
    """A page of claims."""
    items = wire.rows(result.get("items"))
    total = wire.number(result, "total") or 0
    return Claims(tuple(_claim(one, site) for one in items), page + 1 if items and page * PAGE < total else None)


def options(data: Row) -> CancelOptions:
    """What /order/reverse/cancel/validate says."""
    return CancelOptions(
        wire.printable(wire.text(data, "tip_content"), 500), tuple(reasons(data.get("reason_options")))
    )


def reasons(listed: object) -> list[CancelReason]:
    """Reasons that may be given. That one empties the stock is told in its name only."""
    return [
        CancelReason(id_, said, empties_stock=_EMPTIES.search(said) is not None)
        for one in wire.rows(listed)
        if (id_ := wire.text(one, "reason_id", "reasonId", "id"))
        for said in (wire.printable(wire.text(one, "reason_name", "reason_text", "reasonName", "text")),)
    ]


def outcome(data: Row) -> CancelOutcome:
    """What /order/reverse/cancel/create says. An answer without a tip is one without an error."""
    said = wire.text(data, "tip_type").lower()
    return CancelOutcome(not said or said in _TAKEN, wire.printable(wire.text(data, "tip_content"), 500))


def decision(one: Decision) -> tuple[str, dict[str, str]]:
    """The path and the parameters of a seller's answer. Raises Refused for one that cannot be given now, before anything is sent."""
    match one.kind:
        case ClaimKind.CANCEL:
            if one.answer == "receive":
                raise _impossible()
            agree = "true" if one.answer == "accept" else "false"
            asked = {"reverse_order_id": one.claim, "agree_cancel": agree, "reason_code": one.reason}
            return "/order/reverse/cancel/seller/decide", asked
        case ClaimKind.REFUND:
            if one.answer == "receive":
                raise _impossible()
            action = "agreeRefund" if one.answer == "accept" else "startDispute"
            return "/order/reverse/onlyrefund/seller/decide", {
                "action": action,
                "reverse_order_id": one.claim,
                "reverse_order_item_ids": wire.json(wire.ids(one.lines)),
                "comment": one.comment,
                "image_info_list": wire.json(list(one.images)) if one.images else "",
            }
        case ClaimKind.RETURN:
            return "/order/reverse/return/update", {
                "action": _return_action(one),
                "reverse_order_id": one.claim,
                "reverse_order_item_ids": wire.json(wire.ids(one.lines)),
                "reason_id": one.reason,
                "comment": one.comment,
                "image_info": wire.json(list(one.images)) if one.images else "",
            }


def _return_action(one: Decision) -> str:
    match one.status, one.answer:
        case ClaimStatus.REQUESTED, "accept":
            return "agreeReturn"
        case ClaimStatus.REQUESTED, "refuse":
            return "refuseReturn"
        case ((ClaimStatus.COMING_BACK | ClaimStatus.RECEIVED), "receive"):
            return "confirmDelivery"
        case ClaimStatus.RECEIVED, "accept":
            return "agreeRefund"
        case ClaimStatus.RECEIVED, "refuse":
            return "refuseRefund"
        case _:
            raise _impossible()


def _impossible() -> Refused:
    return Refused("The claim's status does not allow this answer.", Why.NOT_ALLOWED_NOW)


def _claim(row: Row, site: str) -> Claim:
    said = wire.text(row, "request_type", "requestType").upper()
    lines = wire.rows(row.get("reverse_order_lines") or row.get("reverseOrderLineDTOList"))
    changed = [at for one in lines if (at := wire.moment(one, "return_order_line_gmt_modified", SITES[site].ahead_h))]
    return Claim(
        id=wire.text(row, "reverse_order_id", "reverseOrderId"),
        order=wire.text(row, "trade_order_id", "tradeOrderId"),
        kind=_KINDS.get(said, ClaimKind.RETURN),
        to_seller=wire.flag(row, "is_rtm", "isRtm"),
        lines=tuple(_line(one, site) for one in lines),
        version=max(changed, default=None),
    )


def _line(row: Row, site: str) -> ClaimLine:
    said = wire.text(row, "reverse_status", "reverseStatus")
    believed, otherwise = refund(wire.number(row, "refund_amount", "refundAmount"), site)
    return ClaimLine(
        id=wire.text(row, "reverse_order_line_id", "reverseOrderLineId"),
        item=wire.text(row, "trade_order_line_id", "tradeOrderLineId"),
        status=STATUSES.get(said.upper(), ClaimStatus.UNKNOWN),
        said=wire.printable(said, 60),
        refund=believed,
        refund_otherwise=otherwise,
        reason=wire.printable(wire.text(row, "reason_text", "reasonText")),
        tracking=wire.text(row, "tracking_number", "trackingNumber"),
        decide_by=wire.moment(row, "sla", SITES[site].ahead_h),
        is_dispute=wire.flag(row, "is_dispute", "isDispute"),
    )


def refund(said: int | None, site: str) -> tuple[Money | None, Money | None]:
    """The amount by the documents' rule, and where that is unproven, read the other way."""
    if said is None or said < 0:
        return None, None
    currency = SITES[site].currency
    whole = Money(said, currency)
    if currency == "VND" or EXPONENTS[currency] == 2:
        return whole, None
    return Money(said // 100, currency) if said % 100 == 0 else None, whole


def lines_of(values: Sequence[str]) -> str:
    """Ids of units as a parameter has them."""
    return wire.json(wire.ids(list(values)))
