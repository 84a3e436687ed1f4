"""The simulated Lazada's cancellations and returns on the wire: what drags what along, who decides until when, and in which units money is told."""

from typing import Any

import msgspec
import pytest

from tests.providers.lazada.simulated import Lazada

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def cancel(market: Lazada, order_id: str, items: list[int], reason: int = 0, country: str = "id") -> str:
    """The code that it ends in; reason 0 is out of stock, 2 is the buyer's address."""
    asked = {"order_id": order_id, "order_item_id_list": _json(items)}
    told = await market.get("/order/reverse/cancel/validate", country, **asked)
    if told["code"] != "0":
        return str(told["code"])
    chosen = told["data"]["reason_options"][reason]["reason_id"]
    told = await market.get("/order/reverse/cancel/create", country, **asked, reason_id=str(chosen))
    return str(told["code"])


async def sellable(market: Lazada, sku: str, country: str = "id") -> int:
    found = await market.get("/products/get", country, filter="all", sku_seller_list=_json([sku]))
    return int(found["data"]["products"][0]["skus"][0]["Available"])


async def test_one_item_of_a_package_cancels_the_package_and_out_of_stock_empties_the_sku(market: Lazada) -> None:
    order_id = await market.order("KOPI-250", 3)
    first, second, third = [one["order_item_id"] for one in await market.items(order_id)]
    await market.pack(order_id, items=[first, second])
    asked = {"order_id": order_id, "order_item_id_list": _json([first])}
    assert (await market.get("/order/reverse/cancel/validate", **asked))["data"]["tip_type"] == "warning"
    assert await market.statuses(order_id) == ["packed", "packed", "pending"]
    assert await cancel(market, order_id, [first]) == "0"
    items = await market.items(order_id)
    assert [one["status"] for one in items] == ["canceled", "canceled", "pending"]
    assert (items[0]["cancel_return_initiator"], items[0]["reason"]) == ("cancellation-seller", "Out of stock")
    assert await sellable(market, "KOPI-250") == 0
    assert await cancel(market, order_id, [first]) == "122"
    assert await cancel(market, order_id, [third], reason=2) == "0"
    assert await sellable(market, "KOPI-250") == 1


async def test_a_wrong_cancellation_has_its_code_and_cancels_nothing(market: Lazada) -> None:
    order_id, other = await market.order(shop="toko-sg"), await market.order(shop="toko-sg")
    [item] = await market.items(order_id, "sg")
    [foreign] = await market.items(other, "sg")
    create = "/order/reverse/cancel/create"
    cases = [
        ({"order_id": "5", "order_item_id_list": "[1]", "reason_id": "1"}, "122"),
        ({"order_id": "x", "order_item_id_list": "[1]", "reason_id": "1"}, "115"),
        ({"order_id": order_id, "order_item_id_list": "nothing", "reason_id": "1"}, "102"),
        ({"order_id": order_id, "order_item_id_list": "[5]", "reason_id": "1"}, "123"),
        ({"order_id": order_id, "order_item_id_list": _json([foreign["order_item_id"]]), "reason_id": "1"}, "124"),
        ({"order_id": order_id, "order_item_id_list": _json([item["order_item_id"]]), "reason_id": "1"}, "104"),
    ]
    assert [(await market.get(create, "sg", **values))["code"] for values, _ in cases] == [code for _, code in cases]
    assert await market.statuses(order_id, "sg") == ["pending"]


async def test_what_is_shipped_cannot_be_cancelled(market: Lazada) -> None:
    order_id = await market.shipped("sg")
    [item] = await market.items(order_id, "sg")
    assert await cancel(market, order_id, [item["order_item_id"]], country="sg") == "122"


async def test_a_buyer_asks_and_the_seller_decides_once(market: Lazada) -> None:
    agreed, refused = await market.order(shop="toko-my"), await market.order(shop="toko-my")
    decided = []
    for order_id, answer in ((agreed, "true"), (refused, "false")):
        reverse = (await market.control("cancel", order=order_id))["reverse_order_id"]
        [item] = await market.items(order_id, "my")
        assert (item["need_cancel_confirm"], item["status"]) == (True, "pending")
        assert item["cancel_trigger_time"] > 1_700_000_000_000
        path, asked = "/order/reverse/cancel/seller/decide", {"reverse_order_id": reverse, "agree_cancel": answer}
        decided += [(await market.get(path, "my", **asked))["code"] for _ in range(2)]
    assert decided == ["0", "131", "0", "131"]
    assert await market.statuses(agreed, "my") == ["canceled"]
    [kept] = await market.items(refused, "my")
    assert (kept["status"], kept["need_cancel_confirm"], "cancel_trigger_time" in kept) == ("pending", False, False)


async def test_silence_is_consent_and_what_is_ready_waits_for_the_carrier(market: Lazada) -> None:
    order_id, ready = await market.order(shop="toko-my"), await market.order(shop="toko-my")
    [done] = await market.pack(ready, "my")
    await market.ready(done["package_id"], country="my")
    for one in (order_id, ready):
        await market.control("cancel", order=one)
    [asked] = (await reverse_of(market, ready, "my"))["reverse_order_lines"]
    agree = {
        "reverse_order_id": str((await reverse_of(market, ready, "my"))["reverse_order_id"]),
        "agree_cancel": "true",
    }
    assert (await market.get("/order/reverse/cancel/seller/decide", "my", **agree))["code"] == "0"
    assert asked["reverse_status"] == "REQUEST_INITIATE"
    [waiting] = await market.items(ready, "my")
    assert (waiting["status"], waiting["is_cancel_pending"]) == ("ready_to_ship", True)
    await market.http.post("/control/clock", json={"advance_s": 86_401})
    assert await market.statuses(order_id, "my") == ["canceled"]
    assert await market.statuses(ready, "my") == ["canceled"]
    assert (await reverse_of(market, ready, "my"))["reverse_order_lines"][0]["reverse_status"] == "CANCEL_SUCCESS"


async def reverse_of(market: Lazada, order_id: str, country: str = "id") -> dict[str, Any]:
    asked = {"page_no": "1", "page_size": "10", "trade_order_id": order_id}
    result = (await market.get("/reverse/getreverseordersforseller", country, **asked))["result"]
    assert (result["success"], result["total"]) == (True, 1)
    found: dict[str, Any] = result["items"][0]
    return found


async def decide(market: Lazada, reverse: dict[str, Any], action: str, country: str = "id", **more: str) -> str:
    ids = [line["reverse_order_line_id"] for line in reverse["reverse_order_lines"]]
    asked = {
        "action": action,
        "reverse_order_id": str(reverse["reverse_order_id"]),
        "reverse_order_item_ids": _json(ids),
    }
    told = await market.get("/order/reverse/return/update", country, **asked, **more)
    return str(told["code"])


async def test_a_return_to_the_shop_goes_step_by_step(market: Lazada) -> None:
    order_id = await market.delivered("th")
    await market.control("return", order=order_id)
    reverse = await reverse_of(market, order_id, "th")
    assert (reverse["request_type"], reverse["is_rtm"]) == ("RETURN", True)
    assert await decide(market, reverse, "agreeRefund", "th") == "105"
    assert await decide(market, reverse, "agreeReturn", "th") == "0"
    seen = []
    for _ in range(2):
        await market.control("scan", order=order_id, kind="returned")
        seen += [line["ofc_status"] for line in (await reverse_of(market, order_id, "th"))["reverse_order_lines"]]
    assert seen == ["RETURN_PICKUP", "RETURN_ARRIVED"]
    assert [await decide(market, reverse, action, "th") for action in ("confirmDelivery", "agreeRefund", "agreeRefund")] == ["0", "0", "105"]  # fmt: skip
    assert await market.statuses(order_id, "th") == ["returned"]
    [fee] = [one for one in await fees(market, "th", order_id) if one["fee_type"] == "15"]
    assert fee["amount"] == "-85000.00"


async def fees(market: Lazada, country: str, order_id: str) -> list[dict[str, Any]]:
    asked = {"start_time": "2026-10-01", "end_time": "2027-02-01", "trade_order_id": order_id}
    found: list[dict[str, Any]] = (await market.get("/finance/transaction/details/get", country, **asked))["data"]
    return found


async def test_a_refusal_needs_its_reason_its_words_and_its_pictures(market: Lazada) -> None:
    order_id = await market.delivered("th", quantity=2)
    await market.control("return", order=order_id)
    reverse = await reverse_of(market, order_id, "th")
    reasons = (await market.get("/order/reverse/reason/list", "th", reverse_order_line_id="1"))["data"]
    given = {"reason_id": reasons[0]["reason_id"], "comment": "It is whole."}
    found = [
        await decide(market, reverse, "refuseReturn", "th"),
        await decide(market, reverse, "refuseReturn", "th", reason_id="301"),
        await decide(market, reverse, "refuseRefund", "th", **given),
        await decide(market, reverse, "refuseReturn", "th", **given),
    ]
    assert found == ["108", "109", "110", "111"]
    one = {**reverse, "reverse_order_lines": reverse["reverse_order_lines"][:1]}
    assert await decide(market, one, "refuseReturn", "th", **given) == "0"
    after = await reverse_of(market, order_id, "th")
    assert [line["reverse_status"] for line in after["reverse_order_lines"]] == [
        "SELLER_REJECT_RETURN",
        "REQUEST_INITIATE",
    ]


async def test_lazadas_own_warehouse_asks_no_seller_and_money_alone_is_agreed_to(market: Lazada) -> None:
    to_lazada, money = await market.delivered("ph"), await market.delivered("ph")
    await market.control("return", order=to_lazada, kind="RTW")
    assert await decide(market, await reverse_of(market, to_lazada, "ph"), "agreeReturn", "ph") == "105"
    for _ in range(2):
        await market.control("scan", order=to_lazada, kind="returned")
    await market.control("return", order=money, kind="ONLY_REFUND")
    reverse = await reverse_of(market, money, "ph")
    [line] = reverse["reverse_order_lines"]
    asked = {"reverse_order_id": str(reverse["reverse_order_id"]), "reverse_order_item_ids": _json([line["reverse_order_line_id"]])}  # fmt: skip
    told = await market.get("/order/reverse/onlyrefund/seller/decide", "ph", action="agreeRefund", **asked)
    assert told["code"] == "0"
    assert [await market.statuses(one, "ph") for one in (to_lazada, money)] == [["returned"], ["returned"]]


@pytest.mark.parametrize(("country", "amount"), [("sg", 8_500_000), ("vn", 85_000), ("id", 8_500_000)])
async def test_reverse_amounts_are_cents_but_in_vietnam(market: Lazada, country: str, amount: int) -> None:
    order_id = await market.delivered(country)
    await market.control("return", shop=f"toko-{country}", order=order_id)
    reverse = await reverse_of(market, order_id, country)
    assert [line["refund_amount"] for line in reverse["reverse_order_lines"]] == [amount]
    detail = (await market.get("/order/reverse/return/detail/list", country, reverse_order_id=str(reverse["reverse_order_id"])))["data"]  # fmt: skip
    assert detail["reverseOrderLineDTOList"][0]["refundAmount"] == amount
    assert (await market.get("/order/reverse/return/detail/list", country, reverse_order_id="5"))["code"] == "106"


async def test_only_what_was_delivered_comes_back_and_once(market: Lazada) -> None:
    order_id = await market.shipped("vn")
    assert (await market.http.post("/control/lazada/return", json={"order": order_id})).status_code == 409
    await market.control("scan", order=order_id, kind="delivered")
    await market.control("return", order=order_id)
    assert (await market.http.post("/control/lazada/return", json={"order": order_id})).status_code == 409
