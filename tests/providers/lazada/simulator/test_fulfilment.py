"""The simulated Lazada's parcels on the wire: packing with an outcome per item, labels, ready to ship, packing anew, DBS, digital goods, scans."""

import base64
import re
from typing import Any

import msgspec
import pytest

from tests.providers.lazada.simulated import LOCAL, Lazada

pytestmark = pytest.mark.asyncio(loop_scope="module")


def codes(told: list[dict[str, Any]]) -> list[str]:
    return [one["item_err_code"] for one in told]


async def pack(market: Lazada, order_list: list[dict[str, Any]], **more: str) -> dict[str, Any]:
    asked = {"pack_order_list": order_list, **LOCAL, **more}
    result: dict[str, Any] = (await market.post("/order/fulfill/pack", packReq=asked))["result"]
    return result


async def test_part_of_an_order_is_packed_and_packing_twice_is_refused(market: Lazada) -> None:
    order_id = await market.order("KOPI-250", 2)
    first, second = [one["order_item_id"] for one in await market.items(order_id)]
    [done] = await market.pack(order_id, items=[first])
    assert re.fullmatch(r"FP\d{15}", done["package_id"])
    assert (done["shipment_provider"], done["tracking_number"][:4]) == ("LEX ID", "LXID")
    assert await market.statuses(order_id) == ["packed", "pending"]
    assert codes(await market.pack(order_id, items=[first, second])) == ["700026", "0"]
    assert len({one["package_id"] for one in await market.items(order_id)}) == 2


async def test_what_cannot_be_packed_says_why_for_each_item(market: Lazada) -> None:
    lines = [{"sku": sku} for sku in ("PULSA-50", "BATIK-FBL", "KOPI-250")]
    order_id = (await market.control("order", items=lines))["order_id"]
    ids = [one["order_item_id"] for one in await market.items(order_id)]
    assert codes(await market.pack(order_id, items=[*ids, 5])) == ["700030", "700027", "0", "700025"]
    told = await pack(market, [{"order_id": 5, "order_item_list": [1]}])
    assert (told["success"], codes(told["data"]["pack_order_list"][0]["order_item_list"])) == (True, ["700021"])


async def test_items_of_two_warehouses_do_not_go_into_one_package(market: Lazada) -> None:
    order_id = await market.order("TEH-100", 30)
    items = await market.items(order_id)
    assert {one["warehouse_code"] for one in items} == {"dropshipping", "surabaya"}
    assert set(codes(await market.pack(order_id))) == {"700029"}
    there = [one["order_item_id"] for one in items if one["warehouse_code"] == "surabaya"]
    assert set(codes(await market.pack(order_id, items=there))) == {"0"}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"delivery_type": "pickup"}, "700004"),
        ({"shipment_provider_code": "LEX_ID"}, "700004"),
        ({"shipping_allocate_type": "NTFS"}, "700013"),
        ({"delivery_type": ""}, "700017"),
    ],
)
async def test_a_wrong_request_to_pack_is_refused_inside_code_0(
    market: Lazada, more: dict[str, str], code: str
) -> None:
    told = await pack(market, [{"order_id": 5, "order_item_list": [1]}], **more)
    assert (told["success"], told["error_code"]) == (False, code)


async def test_a_batch_has_twenty_at_most(market: Lazada) -> None:
    told = await pack(market, [{"order_id": 5, "order_item_list": [1]}] * 21)
    assert told["error_code"] == "700022"


async def test_only_what_is_packed_is_made_ready_and_no_package_twice(market: Lazada) -> None:
    order_id = await market.order()
    [done] = await market.pack(order_id)
    name = done["package_id"]
    assert codes(await market.ready(name, "FP000000000999999")) == ["0", "600001"]
    assert await market.statuses(order_id) == ["ready_to_ship"]
    assert codes(await market.ready(name)) == ["700000"]


async def test_a_package_that_is_packed_anew_is_cancelled(market: Lazada) -> None:
    order_id = await market.order()
    [first] = await market.pack(order_id)
    asked = {"packages": [{"package_id": first["package_id"]}]}
    told = await market.post("/order/package/repack", rePackReq=asked)
    assert codes(told["result"]["data"]["packages"]) == ["0"]
    assert await market.statuses(order_id) == ["repacked"]
    assert codes(await market.ready(first["package_id"])) == ["600002"]
    [second] = await market.pack(order_id)
    assert second["package_id"] != first["package_id"]


async def test_a_label_is_a_pdf_of_a6_pages_and_its_link_dies_after_ten_minutes(market: Lazada) -> None:
    packages = [(await market.pack(await market.order()))[0] for _ in range(2)]
    asked = {"doc_type": "PDF", "packages": [{"package_id": one["package_id"]} for one in packages]}
    data = (await market.get("/order/package/document/get", getDocumentReq=_json(asked)))["result"]["data"]
    frame = base64.b64decode(data["file"]).decode()
    assert data["pdf_url"] in frame
    file = await market.http.get(data["pdf_url"])
    assert (file.status_code, file.headers["content-type"], file.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert file.content.count(b"/Type /Page ") == 2
    assert b"/MediaBox [0 0 298 420]" in file.content
    assert all(one["tracking_number"].encode() in file.content for one in packages)
    assert (await market.http.get(data["pdf_url"].replace("FP", "FP1", 1))).status_code == 404
    await market.http.post("/control/clock", json={"advance_s": 601})
    assert (await market.http.get(data["pdf_url"])).status_code == 403
    html = (await market.get("/order/package/document/get", getDocumentReq=_json({**asked, "doc_type": "HTML"})))[
        "result"
    ]
    assert packages[0]["package_id"] in base64.b64decode(html["data"]["file"]).decode()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def test_what_is_not_packed_has_no_label(market: Lazada) -> None:
    asked = {"doc_type": "PDF", "packages": [{"package_id": "FP000000000999999"}]}
    told = (await market.get("/order/package/document/get", getDocumentReq=_json(asked)))["result"]
    assert (told["success"], told["error_code"]) == (False, "600001")


async def test_own_fleet_is_told_by_the_seller_and_nobody_else(market: Lazada) -> None:
    order_id, other = await market.order("LEMARI"), await market.order()
    [mine], [theirs] = await market.pack(order_id), await market.pack(other)
    await market.ready(mine["package_id"], theirs["package_id"])
    asked = {"packages": [{"package_id": one["package_id"]} for one in (mine, theirs)]}
    told = await market.post("/order/package/sof/delivered", dbsDeliveryReq=asked)
    assert codes(told["result"]["data"]["packages"]) == ["0", "700009"]
    assert await market.statuses(order_id) == ["delivered"]


async def test_digital_goods_are_delivered_and_never_packed(market: Lazada) -> None:
    order_id, other = await market.order("PULSA-50"), await market.order()
    lines = [
        {"order_id": int(one), "order_item_list": [item["order_item_id"] for item in await market.items(one)]}
        for one in (order_id, other)
    ]
    told = (await market.post("/order/digital/delivered", digitalDeliveryReq={"orders": lines}))["result"]["data"]
    assert [codes(one["order_item_list"]) for one in told["orders"]] == [["0"], ["700020"]]
    assert (await market.items(order_id))[0]["is_digital"] == 1
    assert await market.statuses(order_id) == ["delivered"]


async def test_a_pre_order_is_packed_when_it_is_ready(market: Lazada) -> None:
    order_id = await market.order("MADU", shop="toko-my")
    [item] = await market.items(order_id, "my")
    assert (item["order_type"], codes(await market.pack(order_id, "my"))) == ("PreSale", ["700031"])
    await market.http.post("/control/clock", json={"advance_s": 3 * 86_400})
    assert codes(await market.pack(order_id, "my")) == ["0"]


async def test_lazada_packs_what_it_fulfils_itself(market: Lazada) -> None:
    order_id = await market.order("BATIK-FBL")
    assert [(one["status"], one["is_fbl"]) for one in await market.items(order_id)] == [("ready_to_ship", "1")]


@pytest.mark.parametrize(
    ("scans", "status"),
    [
        (["failed", "shipped_back", "shipped_back_success"], "shipped_back_success"),
        (["failed", "scrapped"], "package_scrapped"),
        (["lost"], "lost_by_3pl"),
        (["damaged"], "damaged_by_3pl"),
        (["failed", "shipped_back", "shipped_back_failed"], "shipped_back_failed"),
    ],
)
async def test_a_parcel_that_does_not_arrive(market: Lazada, scans: list[str], status: str) -> None:
    order_id = await market.shipped()
    for kind in scans:
        await market.control("scan", order=order_id, kind=kind)
    assert await market.statuses(order_id) == [status]
    trace = (await market.get("/logistic/order/trace", order_id=order_id))["result"]["module"][0]
    assert len(trace["package_detail_info_list"][0]["logistic_detail_info_list"]) == 3 + len(scans)


async def test_a_carrier_scans_nothing_that_is_not_ready(market: Lazada) -> None:
    answer = await market.http.post("/control/lazada/scan", json={"order": await market.order(), "kind": "shipped"})
    assert answer.status_code == 409


async def test_time_moves_parcels_and_ends_what_nobody_paid(market: Lazada) -> None:
    unpaid = await market.order("TEH-100", kind="unpaid", shop="toko-th")
    order_id = await market.order(shop="toko-th")
    [done] = await market.pack(order_id, "th")
    await market.ready(done["package_id"], country="th")
    assert await market.statuses(unpaid, "th") == ["unpaid"]
    seen = []
    for seconds in (1_800, 6 * 3_600, 48 * 3_600):
        await market.http.post("/control/clock", json={"advance_s": seconds})
        seen += await market.statuses(order_id, "th")
    assert seen == ["ready_to_ship", "shipped", "delivered"]
    assert await market.statuses(unpaid, "th") == ["canceled"]
    answer = await market.http.post("/control/lazada/pay", json={"order": unpaid})
    assert answer.status_code == 409


async def test_the_last_item_may_be_left_undone_inside_a_success(market: Lazada) -> None:
    order_id = await market.order("KOPI-250", 2)
    rule = {"kind": "item_busy", "route": "/order/fulfill/pack", "count": 1}
    assert (await market.http.put("/control/lazada/faults", json=rule)).status_code == 200
    done = await market.pack(order_id)
    assert [(one["item_err_code"], one["retry"]) for one in done] == [("0", False), ("700024", True)]
    assert await market.statuses(order_id) == ["packed", "pending"]
