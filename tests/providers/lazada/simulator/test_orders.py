"""The simulated Lazada's orders on the wire: units, filters, pages, statuses, six countries, and one basket in two shops."""

from datetime import datetime
from typing import Any

import pytest

from tests.providers.lazada.simulated import COUNTRIES, Lazada

pytestmark = pytest.mark.asyncio(loop_scope="module")
LONG_AGO = "2020-01-01T00:00:00+07:00"


async def test_each_unit_is_an_item_and_types_are_those_of_the_guides(market: Lazada) -> None:
    order_id = await market.order("KOPI-250", 2)
    items = await market.items(order_id)
    assert [one["sku"] for one in items] == ["KOPI-250"] * 2
    assert len({one["order_item_id"] for one in items}) == 2
    first = items[0]
    assert (first["status"], first["item_price"], first["paid_price"], first["currency"]) == (
        "pending",
        "85000.00",
        "85000.00",
        "IDR",
    )
    kinds = ("order_item_id", "order_id", "is_digital", "is_fbl", "need_cancel_confirm", "payment_time")
    assert [type(first[name]) for name in kinds] == [int, str, int, str, bool, int]
    alone = (await market.get("/order/get", order_id=order_id))["data"]
    assert (alone["order_id"], alone["price"], alone["items_count"]) == (int(order_id), "170000.00", 2)
    created = datetime.strptime(alone["created_at"], "%Y-%m-%d %H:%M:%S %z")
    listed = (await market.get("/orders/get", created_after=LONG_AGO, sort_direction="DESC"))["data"]["orders"][0]
    assert (listed["order_id"], listed["statuses"]) == (order_id, ["pending"])
    assert "addressDsitrict" in listed["address_shipping"]
    assert datetime.fromisoformat(listed["created_at"]) == created


async def listing(market: Lazada, country: str = "id", **values: str) -> dict[str, Any]:
    found: dict[str, Any] = await market.get("/orders/get", country, **{"created_after": LONG_AGO, **values})
    return found


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"created_after": ""}, "17"),
        ({"created_after": "yesterday"}, "17"),
        ({"update_after": "2026-13-01T00:00:00+07:00"}, "17"),
        ({"offset": "4501"}, "14"),
        ({"offset": "-1"}, "14"),
        ({"limit": "101"}, "19"),
        ({"limit": "0"}, "19"),
        ({"status": "sent"}, "36"),
        ({"sort_direction": "UP"}, "74"),
        ({"sort_by": "price"}, "75"),
    ],
)
async def test_a_wrong_filter_has_its_code(market: Lazada, values: dict[str, str], code: str) -> None:
    kept = {name: value for name, value in values.items() if value}
    query = kept if "created_after" in values else {"created_after": LONG_AGO, **kept}
    assert (await market.get("/orders/get", **query))["code"] == code


async def test_pages_count_what_they_show_and_all_that_there_is(market: Lazada) -> None:
    made = [await market.order(shop="toko-ph") for _ in range(3)]
    pages = [(await listing(market, "ph", limit="2", offset=offset))["data"] for offset in ("0", "2", "4")]
    assert [(page["count"], page["countTotal"]) for page in pages] == [(2, 3), (1, 3), (0, 3)]
    assert [one["order_id"] for page in pages for one in page["orders"]] == made


async def test_what_was_updated_since_is_found_inclusively_and_by_group_of_status(market: Lazada) -> None:
    first, second = [await market.order(shop="toko-vn") for _ in range(2)]
    await market.pack(second, "vn")
    at = (await market.get("/orders/get", "vn", created_after=LONG_AGO))["data"]["orders"][-1]["updated_at"]
    newest = (await market.get("/orders/get", "vn", update_after=at))["data"]["orders"]
    assert second in [one["order_id"] for one in newest]
    by_group = {
        group: [one["order_id"] for one in (await listing(market, "vn", status=group))["data"]["orders"]]
        for group in ("topack", "toship", "shipping", "all", "canceled")
    }
    assert by_group == {"topack": [first], "toship": [second], "shipping": [], "all": [first, second], "canceled": []}


async def test_items_of_many_orders_and_the_codes_of_a_wrong_list(market: Lazada) -> None:
    ids = [await market.order(shop="toko-sg") for _ in range(2)]
    told = await market.get("/orders/items/get", "sg", order_ids=f"[{ids[0]},{ids[1]}, 5]")
    assert [(one["order_id"], len(one["order_items"])) for one in told["data"]] == [(int(ids[0]), 1), (int(ids[1]), 1)]
    wrong = {"1,2": "56", "[]": "37", "[1]": "39", f"[{','.join(['1'] * 51)}]": "38"}
    for text, code in wrong.items():
        assert (await market.get("/orders/items/get", "sg", order_ids=text))["code"] == code
    assert (await market.get("/order/get", "sg", order_id="5"))["code"] == "16"


async def test_one_basket_has_one_number_in_two_shops(market: Lazada) -> None:
    lines = [{"sku": "KOPI-250", "shop": "toko-id"}, {"sku": "TEH-100", "shop": "toko-my", "quantity": 2}]
    order_id = (await market.control("order", items=lines))["order_id"]
    assert [one["sku"] for one in await market.items(order_id)] == ["KOPI-250"]
    assert [one["sku"] for one in await market.items(order_id, "my")] == ["TEH-100"] * 2
    done = await market.pack(order_id, "my")
    assert {one["item_err_code"] for one in done} == {"0"}
    assert await market.statuses(order_id) == ["pending"]


@pytest.mark.parametrize("country", COUNTRIES)
async def test_an_order_of_each_country_goes_to_its_buyer(market: Lazada, country: str) -> None:
    order_id = await market.order(shop=f"toko-{country}", kind="cod voucher_seller voucher_platform")
    assert (await market.get("/order/get", country, order_id=order_id))["data"]["payment_method"] == "COD"
    [item] = await market.items(order_id, country)
    assert (item["voucher_seller"], item["voucher_platform"], item["paid_price"]) == ("8500.00", "8500.00", "68000.00")
    [packed] = await market.pack(order_id, country)
    assert (packed["msg"], packed["retry"]) == ("success", False)
    assert (await market.ready(packed["package_id"], country=country))[0]["item_err_code"] == "0"
    seen = [await market.statuses(order_id, country)]
    for kind in ("shipped", "delivered"):
        await market.control("scan", shop=f"toko-{country}", order=order_id, kind=kind)
        seen.append(await market.statuses(order_id, country))
    assert seen == [["ready_to_ship"], ["shipped"], ["delivered"]]


async def test_somebody_elses_order_is_not_there(market: Lazada) -> None:
    order_id = await market.order(shop="toko-id")
    assert (await market.get("/order/get", "sg", order_id=order_id))["code"] == "16"


async def test_the_control_refuses_what_no_buyer_can_do(market: Lazada) -> None:
    wrong = [
        ({"shop": "nobody"}, 404),
        ({"items": [{"sku": "KOPI-250", "quantity": 0}]}, 422),
        ({"items": [{"sku": "KOPI-250", "quantity": -1}]}, 422),
        ({"items": [{"sku": "KOPI-250", "quantity": 21}], "shop": "toko-th"}, 409),
        ({"kind": "stolen"}, 422),
    ]
    for body, status in wrong:
        answer = await market.http.post("/control/lazada/order", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_a_sku_that_the_shop_does_not_sell_yet_is_put_up_for_sale(market: Lazada) -> None:
    order_id = await market.order("SOMETHING-NEW", 2)
    assert [one["sku"] for one in await market.items(order_id)] == ["SOMETHING-NEW"] * 2
    found = await market.get("/products/get", filter="all", sku_seller_list='["SOMETHING-NEW"]')
    assert found["data"]["products"][0]["skus"][0]["Available"] == 98
