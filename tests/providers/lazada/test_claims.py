"""Cancels and returns: what is said before a cancel, what a seller may answer when, and amounts whose unit nobody has shown."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gerbang.base.money import Money
from gerbang.ports.marketplace import Refused, Why
from gerbang.ports.marketplace_orders import ClaimKind, ClaimStatus, Decision
from gerbang.providers.lazada import claims
from gerbang.providers.lazada.adapter import LazadaMarketplace
from tests.providers.lazada import gateway as other_side
from tests.providers.lazada.gateway import Gateway, data, refusal
from tests.providers.lazada.rows import as_texts

LINE: dict[str, Any] = {
    "reverse_order_line_id": 663790000102006,
    "trade_order_line_id": 560694402292001,
    "reverse_status": "REQUEST_INITIATE",
    "refund_amount": 12400000,
    "reason_text": "Change of mind",
    "is_dispute": False,
    "sla": 1736995800000,
}
RETURN: dict[str, Any] = {
    "reverse_order_id": 658960600102006,
    "trade_order_id": 560694402192001,
    "request_type": "RETURN",
    "is_rtm": True,
    "reverse_order_lines": [LINE],
}


def listed(*items: dict[str, Any], total: int) -> dict[str, Any]:
    return {"code": "0", "result": {"success": True, "total": total, "items": list(items)}}


async def test_what_a_cancel_does_is_told_before_it_is_done(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    reasons = [{"reason_id": 15, "reason_name": "Out of Stock"}, {"reason_id": "16", "reason_name": "Wrong address"}]
    gateway.answers["/order/reverse/cancel/validate"] = data(
        {"tip_content": "All units of the package will be cancelled.", "tip_type": "warning", "reason_options": reasons}
    )
    found = await lazada.cancel_options(other_side.shop(gateway), "10", ["1", "2"])
    assert found.tip == "All units of the package will be cancelled."
    assert [(one.id, one.empties_stock) for one in found.reasons] == [("15", True), ("16", False)]
    assert gateway.heard[0].query["order_item_id_list"] == "[1,2]"


@pytest.mark.parametrize(("tip", "is_taken"), [("success", True), ("warn", True), ("", True), ("error", False)])
async def test_a_cancel_is_taken_or_not(lazada: LazadaMarketplace, gateway: Gateway, tip: str, is_taken: bool) -> None:
    gateway.answers["/order/reverse/cancel/create"] = data({"tip_type": tip, "tip_content": "x"})
    assert (await lazada.cancel(other_side.shop(gateway), "10", ["1"], "15")).is_taken is is_taken
    assert (gateway.heard[0].method, len(gateway.heard)) == ("GET", 1)


@pytest.mark.parametrize("form", [lambda row: row, as_texts], ids=["types", "texts"])
async def test_a_return_is_read(lazada: LazadaMarketplace, gateway: Gateway, form: Any) -> None:
    gateway.answers["/reverse/getreverseordersforseller"] = form(listed(RETURN, total=51))
    since = datetime(2025, 1, 15, tzinfo=UTC)
    page = await lazada.claims(other_side.shop(gateway), since)
    (claim,) = page.claims
    assert (claim.id, claim.order, claim.kind, claim.to_seller, page.next) == (
        "658960600102006",
        "560694402192001",
        ClaimKind.RETURN,
        True,
        2,
    )
    (line,) = claim.lines
    assert (line.item, line.status, line.said) == ("560694402292001", ClaimStatus.REQUESTED, "REQUEST_INITIATE")
    assert (line.refund, line.refund_otherwise) == (Money(124_000, "IDR"), Money(12_400_000, "IDR"))
    assert line.decide_by == datetime(2025, 1, 16, 2, 50, tzinfo=UTC)
    assert gateway.heard[0].query["ReverseOrderLineModifiedTimeRangeStart"] == "1736899200000"


async def test_the_last_page_of_claims_is_the_last(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/reverse/getreverseordersforseller"] = listed(RETURN, total=51)
    assert (await lazada.claims(other_side.shop(gateway), None, 2, order="10")).next is None
    assert gateway.heard[0].query["trade_order_id"] == "10"


@pytest.mark.parametrize(
    ("said", "site", "believed", "otherwise"),
    [
        (100, "sg", Money(100, "SGD"), None),
        (10_000, "vn", Money(10_000, "VND"), None),
        (12_400_000, "id", Money(124_000, "IDR"), Money(12_400_000, "IDR")),
        (124_050, "id", None, Money(124_050, "IDR")),  # as sen it would be a fraction of a rupiah
        (0, "id", Money(0, "IDR"), Money(0, "IDR")),
        (-1, "sg", None, None),
        (None, "th", None, None),
    ],
)
def test_an_amount_whose_unit_is_unproven_is_told_both_ways(
    said: int | None, site: str, believed: Money | None, otherwise: Money | None
) -> None:
    assert claims.refund(said, site) == (believed, otherwise)


R, C, F = ClaimKind.RETURN, ClaimKind.CANCEL, ClaimKind.REFUND
ANSWERS = [
    (C, ClaimStatus.REQUESTED, "accept", "cancel/seller/decide", ("agree_cancel", "true")),
    (C, ClaimStatus.REQUESTED, "refuse", "cancel/seller/decide", ("agree_cancel", "false")),
    (R, ClaimStatus.REQUESTED, "accept", "return/update", ("action", "agreeReturn")),
    (R, ClaimStatus.REQUESTED, "refuse", "return/update", ("action", "refuseReturn")),
    (R, ClaimStatus.COMING_BACK, "receive", "return/update", ("action", "confirmDelivery")),
    (R, ClaimStatus.RECEIVED, "accept", "return/update", ("action", "agreeRefund")),
    (R, ClaimStatus.RECEIVED, "refuse", "return/update", ("action", "refuseRefund")),
    (F, ClaimStatus.REQUESTED, "accept", "onlyrefund/seller/decide", ("action", "agreeRefund")),
    (F, ClaimStatus.REQUESTED, "refuse", "onlyrefund/seller/decide", ("action", "startDispute")),
]


@pytest.mark.parametrize(("kind", "status", "answer", "path", "wanted"), ANSWERS)
async def test_a_sellers_answer_is_the_call_of_its_kind(
    lazada: LazadaMarketplace,
    gateway: Gateway,
    kind: ClaimKind,
    status: ClaimStatus,
    answer: Any,
    path: str,
    wanted: tuple[str, str],
) -> None:
    gateway.answers[f"/order/reverse/{path}"] = {"code": "0"}
    one = Decision(claim="6", kind=kind, status=status, answer=answer, lines=("7",), reason="3", comment="torn")
    await lazada.decide(other_side.shop(gateway), one)
    assert gateway.heard[0].query[wanted[0]] == wanted[1]
    assert gateway.heard[0].query["reverse_order_id"] == "6"


@pytest.mark.parametrize(
    ("kind", "status", "answer"),
    [
        (C, ClaimStatus.REQUESTED, "receive"),
        (F, ClaimStatus.REQUESTED, "receive"),
        (R, ClaimStatus.REFUNDED, "accept"),
        (R, ClaimStatus.REQUESTED, "receive"),
        (R, ClaimStatus.UNKNOWN, "refuse"),
    ],
)
async def test_an_answer_that_the_status_does_not_allow_is_not_sent(
    lazada: LazadaMarketplace, gateway: Gateway, kind: ClaimKind, status: ClaimStatus, answer: Any
) -> None:
    with pytest.raises(Refused) as refused:
        await lazada.decide(other_side.shop(gateway), Decision(claim="6", kind=kind, status=status, answer=answer))
    assert refused.value.why is Why.NOT_ALLOWED_NOW
    assert gateway.heard == []


async def test_what_was_decided_already_is_a_clear_no(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/order/reverse/cancel/seller/decide"] = refusal("131")
    one = Decision(claim="6", kind=C, status=ClaimStatus.REQUESTED, answer="accept")
    with pytest.raises(Refused):
        await lazada.decide(other_side.shop(gateway), one)


async def test_reasons_for_a_refusal_are_asked_for_its_line(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/order/reverse/reason/list"] = data([{"reason_id": 1, "reason_text": "Worn"}])
    (reason,) = await lazada.refusal_reasons(other_side.shop(gateway), "7")
    assert (reason.id, reason.text) == ("1", "Worn")
