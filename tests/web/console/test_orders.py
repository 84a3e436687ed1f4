"""The console's pages of orders: the list with its filters in the address, one order with its items and buttons, in both languages."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.core.identity.model import Role
from gerbang.ports.marketplace_orders import ItemStatus
from tests.web.api.test_orders import edge, heard, number
from tests.web.conftest import Edge
from tests.web.console.test_operators import signed_in

__all__ = ["edge"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
_S = ItemStatus


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def builder(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who may pack."""
    browser = await signed_in(edge, Role.DEVELOPER)
    yield browser
    await browser.aclose()


async def test_an_empty_list_teaches_how_a_shop_is_connected(builder: httpx.AsyncClient) -> None:
    page = (await builder.get("/console/orders?lang=en")).text
    assert "No order yet." in page
    assert "Connect a shop: Connections" in page
    assert 'href="/console/orders"' in (await builder.get("/console/payments")).text


async def test_the_list_shows_where_orders_stand_and_its_filters_stand_in_the_address(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    here, there = number(), number()
    one = await heard(edge, here, _S.PENDING, _S.PENDING, minutes=1)
    other = await heard(edge, there, _S.DELIVERED, shop="pasar-2", minutes=2)
    page = (await builder.get("/console/orders?lang=en")).text
    assert f'href="/console/orders/{one}"' in page
    assert page.index(there) < page.index(here), "newest first"
    assert "To be packed" in page
    assert "2 × KOPI-250" in page
    assert "S••• W•••" in page
    assert "Sari Wulandari" not in page
    only = (await builder.get("/console/orders?status=pending&shop=pasar-1")).text
    assert (here in only, there in only) == (True, False)
    assert other in (await builder.get("/console/orders?shop=pasar-2")).text
    wrong = await builder.get("/console/orders?status=asleep")
    assert wrong.status_code == 422
    assert 'class="err"' in wrong.text


async def test_an_order_shows_its_items_and_only_the_buttons_that_can_be_pressed(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    one = await heard(edge, number(), _S.PENDING, _S.PACKED, minutes=3)
    page = (await builder.get(f"/console/orders/{one}?lang=en")).text
    for words in ("To be packed", "Packed", "Parcel FP1", "Sari Wulandari", "Bandung", "took an order in"):
        assert words in page, words
    for act in ("pack", "ship"):
        assert f'action="/console/orders/{one}/{act}"' in page
    assert f'href="/console/orders/{one}/label"' in page
    done = await heard(edge, number(), _S.DELIVERED, minutes=4)
    over = (await builder.get(f"/console/orders/{done}")).text
    assert f"/console/orders/{done}/pack" not in over
    desk = await signed_in(edge, Role.SUPPORT)
    seen = (await desk.get(f"/console/orders/{one}")).text
    assert f"/console/orders/{one}/pack" not in seen
    assert (await desk.post(f"/console/orders/{one}/pack")).status_code == 403
    await desk.aclose()
    assert (await builder.get("/console/orders/ord_nothing")).status_code == 404


async def test_a_press_is_told_in_the_readers_language_whatever_comes_of_it(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    one = await heard(edge, number(), minutes=5)
    waits = await builder.post(f"/console/orders/{one}/pack")
    assert waits.headers["location"] == f"/console/orders/{one}?done=waits"
    assert "not sent twice" in (await builder.get(f"{waits.headers['location']}&lang=en")).text
    assert (await builder.post(f"/console/orders/{one}/pack")).headers["location"] == waits.headers["location"]
    refused = await builder.post(f"/console/orders/{one}/ship")
    assert refused.headers["location"].endswith("?done=refused&why=items_not_allowed")
    assert "tidak memungkinkan" in (await builder.get(f"{refused.headers['location']}&lang=id")).text
    label = await builder.get(f"/console/orders/{one}/label")
    assert label.headers["location"].endswith("?done=no_label&why=document_not_there")
    strange = await heard(edge, number(), _S.UNKNOWN, minutes=6)
    assert "Nothing is guessed" in (await builder.get(f"/console/orders/{strange}?lang=en")).text


async def _stocked(edge: Edge, count: int) -> str:
    sku = f"K-{ids.new().hex[-8:]}"
    await edge.post("/v1/products", "admin", {"sku": sku, "name": "Kopi"}, key="new")
    await edge.client.put(f"/v1/products/{sku}/stock", json={"quantity": count}, headers=edge.headers("admin"))
    return sku


async def _made(edge: Edge, sku: str, **more: Any) -> str:
    lines = [{"sku": sku, "quantity": 1, "price": 50_000}, {"sku": sku, "quantity": 2, "price": 20_000}]
    made = await edge.post("/v1/orders", "developer", {"lines": lines, **more}, key="new")
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_items_are_chosen_then_a_reason_and_only_then_is_anything_cancelled(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    one = await _made(edge, await _stocked(edge, 9))
    page = (await builder.get(f"/console/orders/{one}?lang=en")).text
    assert 'class="uji"' in page, "it is a test"
    assert f'href="/console/orders/{one}/cancel"' in page
    which = (await builder.get(f"/console/orders/{one}/cancel?lang=en")).text
    first, second = re.findall(r'name="item" value="(itm_\w+)"', which)
    why = (await builder.get(f"/console/orders/{one}/cancel?item={second}&lang=en")).text
    assert "2 items are cancelled" in why
    assert f'name="items" value="{second}"' in why
    key = re.findall(r'name="key" value="([^"]+)"', why)[0]
    form = {"key": key, "items": second, "reason": ""}
    empty = await builder.post(f"/console/orders/{one}/cancel", data=form)
    assert empty.status_code == 422
    assert 'id="e-reason"' in empty.text
    for _ in range(2):  # pressed twice it is cancelled once
        done = await builder.post(f"/console/orders/{one}/cancel", data={**form, "reason": "Dipesan dua kali"})
        assert done.headers["location"] == f"/console/orders/{one}?done=cancelled"
    items = (await edge.get(f"/v1/orders/{one}")).json()["items"]
    assert [(i["id"], i["status"], i["reason"]) for i in items] == [
        (first, "pending", None),
        (second, "cancelled", "Dipesan dua kali"),
    ]


async def test_an_unpaid_order_says_first_what_becomes_of_its_payment(edge: Edge, builder: httpx.AsyncClient) -> None:
    bill = {"amount": 90_000, "currency": "IDR", "description": "Kopi"}
    payment = (await edge.post("/v1/payments", "admin", bill, key="new")).json()["id"]
    one = await _made(edge, await _stocked(edge, 9), payment=payment)
    told = (await edge.get(f"/v1/orders/{one}/cancel-options", "developer")).json()
    assert (told["payment"], len(told["items"])) == ("cancelled", 2)
    asked = (await builder.get(f"/console/orders/{one}/cancel?lang=en")).text
    assert "its payment is cancelled too" in asked
    assert f'href="/console/payments/{payment}"' in (await builder.get(f"/console/orders/{one}")).text


async def test_what_became_of_an_order_is_asked_about_and_then_noted(edge: Edge, builder: httpx.AsyncClient) -> None:
    one = await _made(edge, await _stocked(edge, 9))
    early = (await builder.get(f"/console/orders/{one}/do/delivered?lang=en")).text
    assert "does not allow it now" in early
    for act in ("pack", "ship"):
        await builder.post(f"/console/orders/{one}/{act}")
    for act, status in (("failed-delivery", "failed"), ("returned", "returned")):
        place = f"/console/orders/{one}/do/{act}"
        assert f'href="{place}"' in (await builder.get(f"/console/orders/{one}")).text
        assert f'action="{place}"' in (await builder.get(place)).text
        done = await builder.post(place, data={"key": "k"})
        assert done.headers["location"].endswith("?done=noted")
        assert (await edge.get(f"/v1/orders/{one}")).json()["status"] == status
    cash = await _made(edge, await _stocked(edge, 9), cod=True)
    for act in ("pack", "ship"):
        await builder.post(f"/console/orders/{cash}/{act}")
    page = (await builder.get(f"/console/orders/{cash}")).text
    assert "/do/cash-collected" in page
    assert "/do/delivered" not in page, "its cash says it"
    await builder.post(f"/console/orders/{cash}/do/cash-collected", data={"key": "k"})
    assert (await edge.get(f"/v1/orders/{cash}")).json()["cod_status"] == "collected"
    assert (await builder.get(f"/console/orders/{one}/do/burn")).status_code == 404


async def test_an_oversold_order_says_that_it_is_held_and_is_packed_once_it_is_released(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    sku = "KOPI-250"
    await edge.post("/v1/products", "admin", {"sku": sku, "name": "Kopi"}, key="new")
    one = await heard(edge, number(), minutes=9)
    refused = await edge.post(f"/v1/orders/{one}/pack", "developer", {}, key="new")
    assert (refused.status_code, refused.json()["code"]) == (409, "order_oversold")
    hold = (await edge.get(f"/v1/orders/{one}")).json()["hold"]
    assert hold == {"reason": "oversold", "missing": [{"sku": sku, "quantity": 1}]}
    page = (await builder.get(f"/console/orders/{one}?lang=en")).text
    assert "1 × KOPI-250 missing" in page
    assert f'action="/console/orders/{one}/pack"' not in page
    station = await builder.post(f"/console/pack/{one}?got=1%20KOPI-250", data={"scan": ""})
    assert "why=order_oversold" in station.headers["location"]
    assert "1 × KOPI-250" in (await builder.get(f"/console/orders/{one}/do/release")).text
    done = await builder.post(f"/console/orders/{one}/do/release", data={"key": "k"})
    assert done.headers["location"].endswith("?done=released")
    again = await edge.post(f"/v1/orders/{one}/release", "developer", {})
    assert (again.status_code, again.json()["hold"]) == (200, None)
    assert f'action="/console/orders/{one}/pack"' in (await builder.get(f"/console/orders/{one}")).text
    other = await edge.post(f"/v1/orders/{await heard(edge, number())}/pack", "developer", {}, key="new")
    assert other.json()["code"] == "order_oversold"
    free = await edge.post(f"/v1/orders/{await heard(edge, number(), _S.DELIVERED)}/release", "developer", {})
    assert (free.status_code, free.json()["code"]) == (409, "order_not_held")


async def test_an_order_is_made_by_hand_and_what_is_wrong_stands_beside_its_field(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    sku, place = await _stocked(edge, 3), "/console/orders/new"
    form = {"key": ids.new().hex, "currency": "IDR", "pay": "cod", "name": "Sari W", "phone": "0812 3456 7890"}
    assert f'href="{place}"' in (await builder.get("/console/orders")).text
    assert 'name="sku3"' in (await builder.get(place)).text
    longer = await builder.post(place, data={**form, "sku1": sku, "more": "1"})
    assert (longer.status_code, 'name="sku4"' in longer.text) == (200, True)

    async def wrong(**more: str) -> list[str]:
        answer = await builder.post(place, data={**form, **more})
        assert answer.status_code == 422, answer.headers
        return sorted(re.findall(r'id="e-(\w+)"', answer.text))

    line = {"sku1": sku, "quantity1": "2", "price1": "Rp 89.000"}
    assert await wrong() == ["quantity1", "sku1"]
    assert await wrong(**line, sku3="none", quantity3="0", price3="x") == ["price3", "quantity3", "sku3"]
    assert await wrong(sku1=sku, quantity1="1") == ["price1"], "the product has no price"
    assert await wrong(**line, email="x", pay="later") == ["email", "pay"]
    assert await wrong(**{**line, "quantity1": "4"}) == ["quantity1"], "so many are not there"
    assert await wrong(**line, pay="link", sku2=sku, quantity2="2", price2="1") == ["quantity2"]
    waits = await edge.get("/v1/payments", "admin", status="created", limit="1")
    assert not [one for one in waits.json()["data"] if "× Kopi" in one["description"]], "nobody is billed for nothing"
    for _ in range(2):  # sent twice it is one order
        made = await builder.post(place, data={**form, **line, "external_id": f"LBG-{sku}"})
        assert made.headers["location"].endswith("?done=made"), made.text[:400]
    one = (await edge.get("/v1/orders", external_id=f"LBG-{sku}")).json()["data"]
    assert [(o["total"], o["cod_status"], o["buyer"]["phone"]) for o in one] == [(178_000, "owed", "+6281234567890")]
    assert await wrong(sku1=sku, quantity1="1", price1="1000", external_id=f"LBG-{sku}") == ["external_id"]
    linked = await builder.post(place, data={**form, "sku1": sku, "quantity1": "1", "price1": "89.000", "pay": "link"})
    payment = re.findall(r"/console/payments/(pay_\w+)/link", linked.headers["location"])[0]
    (newest, *_) = (await edge.get("/v1/orders", channel="own")).json()["data"]
    assert (newest["payment"], newest["status"], newest["livemode"]) == (payment, "unpaid", False)
    desk = await signed_in(edge, Role.SUPPORT)
    assert (await desk.get(place)).status_code == 403
    await desk.aclose()


async def test_the_search_leads_from_a_number_of_an_order_or_a_sku_to_its_page(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    """Somebody on the telephone with a buyer has only that number."""
    name, shared = number(), number()
    one = await heard(edge, name, _S.PENDING, minutes=60)
    for shop in ("pasar-1", "pasar-2"):
        await heard(edge, shared, _S.PENDING, shop=shop, minutes=61)
    sku = f"CARI-{name[-6:]}"
    await edge.post("/v1/products", "developer", {"sku": sku, "name": "Madu"}, key="new")
    wave = ids.show("wav", ids.new())

    async def led(text: str) -> str:
        return str((await builder.get("/console/find", params={"q": text})).headers["location"])

    assert await led(name) == await led(one.lower()) == f"/console/orders/{one}"
    assert shared in (await builder.get(await led(shared))).text
    assert await led(shared) == f"/console/orders?external_id={shared}"
    assert await led(sku) == f"/console/stock/{sku}"
    assert await led(wave) == f"/console/pack/waves/{wave}"
    assert (await led("no such thing")).startswith("/console/payments?q=")
