"""A buyer orders in a simulated shop: the order is in the API by its push, and by the walk where no push comes."""

import time
from typing import Any

from tests.journeys.world import World, eventually


async def _order(world: World, shop: str) -> str:
    answer = await world.http.post(f"{world.sandbox}/control/lazada/order", json={"shop": shop})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["order_id"])


async def _found(world: World, number: str, shop: str) -> list[Any]:
    headers = {"authorization": f"Bearer {world.said['demo']['api_key']}"}
    query = {"external_id": number, "shop": shop}
    found: list[Any] = (await world.http.get(f"{world.api}/v1/orders", params=query, headers=headers)).json()["data"]
    return found


async def _arrives(world: World, number: str, shop: str) -> list[Any]:
    return await eventually(lambda: _found(world, number, shop), f"order {number}")


async def test_orders_of_both_shops_are_here_within_two_seconds_by_push_and_by_the_poll_without_one(
    world: World,
) -> None:
    for shop in ("lazada-uji-1", "lazada-uji-2"):
        began = time.monotonic()
        number = await _order(world, shop)
        (one,) = await _arrives(world, number, shop)
        assert time.monotonic() - began < 2
        assert (one["connection"], one["status"], one["channel"]) == (shop, "pending", "lazada")
    await world.http.put(f"{world.sandbox}/control/lazada/push", json={"on": False})
    try:
        missed = await _order(world, "lazada-uji-1")
        await world.http.post(
            f"{world.sandbox}/control/clock", json={"advance_s": 11}
        )  # as long as a walk waits under `up`
        await _arrives(world, missed, "lazada-uji-1")
    finally:
        await world.http.put(f"{world.sandbox}/control/lazada/push", json={"on": True})


async def test_an_order_is_packed_and_shipped_by_the_api_with_its_label_and_the_marketplace_agrees(
    world: World,
) -> None:
    shop = "lazada-uji-2"
    (one,) = await _arrives(world, number := await _order(world, shop), shop)
    at, key = f"{world.api}/v1/orders/{one['id']}", {"authorization": f"Bearer {world.said['demo']['api_key']}"}

    async def asked(act: str) -> Any:
        answer = await world.http.post(f"{at}/{act}", json={}, headers={**key, "idempotency-key": f"{one['id']}-{act}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    packed = await asked("pack")
    assert ([item["status"] for item in packed["items"]], packed["operation"]["status"]) == (["packed"], "done")
    label = await world.http.get(f"{at}/documents", params={"type": "label"}, headers=key)
    assert (label.headers["content-type"], label.content[:4]) == ("application/pdf", b"%PDF")
    assert (await asked("ship"))["status"] == "ready_to_ship"
    for kind in ("shipped", "delivered"):
        body = {"shop": shop, "order": number, "kind": kind}
        assert (await world.http.post(f"{world.sandbox}/control/lazada/scan", json=body)).status_code == 200

        async def is_there(kind: str = kind) -> bool:
            return bool((await world.http.get(at, headers=key)).json()["status"] == kind)

        await eventually(is_there, kind)
