"""The simulated Lazada's pushes over real connections: signed over the raw body, with each type's traps, retried by the clock, stopped when most fail."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from gerbang.ports.simulator import Act, Webhook
from gerbang.providers.lazada.simulator import LazadaSimulator
from tests.providers.lazada.simulated import KEY, SECRET, Lazada, config, lazada
from tests.sandbox.receiver import Receiver, receiving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hook() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pushing(hook: Receiver, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lazada]:
    async with lazada(tmp_path_factory.mktemp("pushes"), hook.url) as one:
        yield one


def told(hook: Receiver) -> list[dict[str, Any]]:
    return [msgspec.json.decode(body) for body in hook.bodies]


async def clean(hook: Receiver) -> None:
    await asyncio.sleep(0.05)
    hook.received.clear()
    hook.bodies.clear()


def sign(body: bytes) -> str:
    return hmac.new(SECRET.encode(), KEY.encode() + body, hashlib.sha256).hexdigest()


async def test_each_item_is_told_with_its_signature_over_the_raw_body(pushing: Lazada, hook: Receiver) -> None:
    await clean(hook)
    order_id = await pushing.order("KOPI-250", 2)
    await hook.wait_for(2)
    for (headers, _), body in zip(hook.received, hook.bodies, strict=True):
        assert headers["authorization"] == sign(body)
    first = told(hook)[0]
    assert (first["seller_id"], first["message_type"], first["site"]) == ("1001", 0, "lazada_id")
    assert first["data"]["trade_order_id"] == order_id
    assert first["data"]["order_status"] == "pending"
    assert first["timestamp"] > 10**12 > first["data"]["status_update_time"]


async def test_a_package_and_a_cancellation_have_types_of_their_own(pushing: Lazada, hook: Receiver) -> None:
    order_id = await pushing.order()
    await clean(hook)
    await pushing.pack(order_id)
    await hook.wait_for(2)
    by_type = {one["message_type"]: one for one in told(hook)}
    assert set(by_type) == {0, 14}
    assert (by_type[14]["data"]["status"], by_type[14]["timestamp"] < 10**12) == ("PACKED", True)
    await clean(hook)
    await pushing.control("cancel", order=order_id)
    await hook.wait_for(1)
    [cancelled] = told(hook)
    assert (cancelled["message_type"], cancelled["data"]["reverse_status"]) == (10, "CANCEL_INIT")
    assert cancelled["data"]["trade_order_id"] == int(order_id)


async def test_a_token_near_its_end_a_closed_shop_and_low_stock_are_told(pushing: Lazada, hook: Receiver) -> None:
    await clean(hook)
    await pushing.control("expire", shop="toko-id", kind="soon")
    await pushing.control("close", shop="toko-id")
    await pushing.control("close", shop="toko-id", kind="normal")
    await pushing.order("KOPI-250", 16, shop="toko-sg")
    await hook.wait_for(3 + 16 + 1)
    by_type = {one["message_type"]: one for one in reversed(told(hook))}
    assert (by_type[8]["seller_id"], by_type[8]["data"]["seller_id"]) == ("null", "1001")
    assert (by_type[13]["data"], by_type[13]["site"]) == ({"status": "close"}, "lazada-id")
    assert by_type[6]["data"]["seller_sku"] == "KOPI-250"


async def test_what_was_not_taken_comes_half_an_hour_later_with_the_newest_status(
    pushing: Lazada, hook: Receiver
) -> None:
    await clean(hook)
    hook.answers[:] = [500, 202]
    order_id = await pushing.order(shop="toko-vn")
    await hook.wait_for(1)
    await pushing.pack(order_id, "vn")
    await hook.wait_for(3)
    await asyncio.sleep(0.1)
    assert len(hook.bodies) == 3
    await clean(hook)
    await pushing.http.post("/control/clock", json={"advance_s": 1_800})
    await hook.wait_for(2)
    orders = [one["data"]["order_status"] for one in told(hook) if one["message_type"] == 0]
    assert orders[0] == "packed"
    assert all(
        headers["authorization"] == sign(body) for (headers, _), body in zip(hook.received, hook.bodies, strict=True)
    )


async def test_pushing_can_be_switched_off_and_on(pushing: Lazada, hook: Receiver) -> None:
    await clean(hook)
    assert (await pushing.http.put("/control/lazada/push", json={"on": False})).json() == {"on": False}
    await pushing.order(shop="toko-my")
    await pushing.http.put("/control/lazada/push", json={"on": True})
    order_id = await pushing.order(shop="toko-my")
    await hook.wait_for(1)
    assert [one["data"]["trade_order_id"] for one in told(hook)] == [order_id]


@pytest.mark.parametrize("tamper", ["token", "status"])
async def test_a_forged_push_does_not_match_its_signature(pushing: Lazada, hook: Receiver, tamper: str) -> None:
    order_id = await pushing.order(shop="toko-th")
    await clean(hook)
    await pushing.http.post("/control/lazada/webhooks", json={"reference": order_id, "tamper": tamper})
    await hook.wait_for(1)
    assert hook.received[0][0]["authorization"] != sign(hook.bodies[0])


async def test_pushing_stops_when_most_fail_and_a_verified_address_gets_them_again(
    pushing: Lazada, hook: Receiver
) -> None:
    await clean(hook)
    hook.answers[:] = [500] * 60
    for _ in range(3):
        await pushing.order("TEH-100", 10, shop="toko-ph")
    await hook.wait_for(30)
    async with asyncio.timeout(5):
        while len(hook.bodies) < 200 and "lazada_push" not in (await pushing.http.get("/control/journal?provider=lazada&limit=1000")).text:  # fmt: skip
            await asyncio.sleep(0.02)
    hook.answers.clear()
    await clean(hook)
    await pushing.order(shop="toko-ph")
    await asyncio.sleep(0.1)
    assert hook.bodies == []
    assert (await pushing.control("verify"))["sent"] == 1
    await hook.wait_for(1)
    order_id = await pushing.order(shop="toko-ph")
    await hook.wait_for(2)
    assert told(hook)[-1]["data"]["trade_order_id"] == order_id


def webhooks(hook_url: str) -> Sequence[Webhook]:
    return LazadaSimulator(config(hook_url)).act("order", Act(), datetime.now(UTC)).webhooks


async def test_an_address_without_tls_is_pushed_to_on_this_machine_only() -> None:
    found = [len(webhooks(url)) for url in ("http://127.0.0.1:1/", "https://shop.example/", "http://shop.example/", "")]
    assert found == [1, 1, 0, 0]


async def test_a_push_has_half_a_second_and_twelve_more_tries_by_the_clock() -> None:
    [push] = webhooks("https://shop.example/")
    assert (push.timeout_s, push.accepts, push.retry_after_s, push.by_clock) == (0.5, "only_200", (1_800.0,) * 12, True)


async def test_a_seller_who_took_the_authorisation_back_is_not_told_of(pushing: Lazada, hook: Receiver) -> None:
    await pushing.control("expire", shop="toko-my", kind="refresh")
    await clean(hook)
    await pushing.order(shop="toko-my")
    await asyncio.sleep(0.1)
    assert hook.bodies == []


async def test_the_page_offers_what_buyers_and_carriers_do(pushing: Lazada) -> None:
    page = (await pushing.http.get("/")).text
    assert "Order at toko-id" in page
    assert "Buyer cancels" in page
    form = {"provider": "lazada", "act": "order", "body": '{"shop":"1006","kind":"cod"}'}
    headers = {"origin": str(pushing.http.base_url).rstrip("/")}
    back = await pushing.http.post("/press", data=form, headers=headers)
    assert (back.status_code, "refused" in back.headers["location"]) == (303, False)
    newest = (await pushing.http.get("/control/lazada/orders", params={"limit": 1})).json()["data"][0]
    assert (newest["merchant"], newest["detail"]) == ("toko-ph", "pending, COD")
    assert (newest["amount"], newest["currency"]) == (8_925_000, "PHP")


async def test_unknown_faults_are_refused_and_lazadas_own_are_played(pushing: Lazada) -> None:
    put = pushing.http.put
    assert (await put("/control/lazada/faults", json={"kind": "rain"})).status_code == 422
    assert (await put("/control/nicepay/faults", json={"kind": "998"})).status_code == 404
    for kind in ("998", "ApiCallLimit", "901", "ServiceTimeout", "1000", "IllegalAccessToken", "IllegalTimestamp"):
        answer: httpx.Response = await put("/control/lazada/faults", json={"kind": kind, "count": 1})
        assert answer.status_code == 200
        assert (await pushing.get("/seller/get"))["code"] == kind
    assert (await pushing.get("/seller/get"))["code"] == "0"


async def test_a_page_may_be_half_or_come_twice(pushing: Lazada) -> None:
    async def ids(offset: str) -> list[str]:
        asked = {"created_after": "2020-01-01T00:00:00+07:00", "limit": "2", "offset": offset}
        return [one["order_id"] for one in (await pushing.get("/orders/get", **asked))["data"]["orders"]]

    for _ in range(3):
        await pushing.order("LEMARI", shop="toko-id")
    first, second = await ids("0"), await ids("2")
    await pushing.http.put("/control/lazada/faults", json={"kind": "half_page", "count": 1})
    assert await ids("0") == first[:1]
    await pushing.http.put("/control/lazada/faults", json={"kind": "same_page", "count": 1})
    assert await ids("2") == first != second
