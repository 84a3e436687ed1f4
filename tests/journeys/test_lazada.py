"""A merchant with two shops of one marketplace: orders come in, leave packed, come back, and are paid out, with one stock and one ledger; and what cannot be done is told with its place.

Only what a merchant sees: the API, an endpoint's server and the sandbox's buttons.
"""

import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import uuid4

import pytest

from gerbang_client import Webhook
from tests.core.endpoints.receiver import Receiver, receiving
from tests.journeys.world import STRANGER, Json, Person, World, eventually

APP: Final = "lazada-uji"
ID, SG = f"{APP}-1", f"{APP}-2"
SELLER: Final = "400100201"  # of the shop in Singapore
KOPI, STOCK = "KOPI-250", 40
HOUR_S: Final = 3_601  # statements are read each hour
WALK_S: Final = 11  # as long as the poll waits under `up`


async def bought(world: World, shop: str, sku: str = KOPI, quantity: int = 1, **more: Any) -> str:
    """A buyer orders; the marketplace's number of it."""
    told = await world.control("lazada/order", shop=shop, items=[{"sku": sku, "quantity": quantity}], **more)
    return str(told["order_id"])


async def here(world: World, number: str, shop: str, status: str = "") -> Json:
    """The order, once it is here and stands so."""

    async def look() -> Json | None:
        found = (await world.get("/v1/orders", external_id=number, shop=shop))["data"]
        return next((one for one in found if status in {"", one["status"]}), None)

    return await eventually(look, f"{number} of {shop} {status}")


async def does(world: World, order: Json, act: str, body: Json | None = None, expect: int = 200, key: str = "") -> Json:
    done: Json = await world.post(f"/v1/orders/{order['id']}/{act}", body, expect=expect, key=key or None)
    return done


async def there(world: World, order: Json) -> str:
    """What the marketplace says of it."""
    answer = await world.http.get(f"{world.sandbox}/control/lazada/orders", params={"limit": 1_000})
    named = (order["external_id"], order["connection"])
    (found,) = [one for one in answer.json()["data"] if (one["number"], one["merchant"]) == named]
    return str(found["state"])


async def leaves(world: World, order: Json) -> None:
    """Packed and handed to its carrier."""
    await does(world, order, "pack")
    await does(world, order, "ship")
    await world.control("lazada/scan", shop=order["connection"], order=order["external_id"], kind="shipped")


async def arrives(world: World, order: Json) -> Json:
    """The carrier brings it."""
    await world.control("lazada/scan", shop=order["connection"], order=order["external_id"], kind="delivered")
    return await here(world, order["external_id"], order["connection"], "delivered")


async def mapped(world: World) -> int:
    """Coffee is a product of ours, and what both shops sell under its SKU is it; how many of it are free."""
    body = {"sku": KOPI, "name": "Kopi Gayo 250 g", "amount": 149_000, "currency": "IDR"}
    headers = (await world.person("admin")).headers(uuid4().hex)
    made = await world.http.post(f"{world.api}/v1/products", json=body, headers=headers)
    assert made.status_code in {201, 409}, made.text
    put = await world.http.put(f"{world.api}/v1/products/{KOPI}/stock", json={"quantity": STOCK}, headers=headers)
    assert put.status_code == 200, put.text
    for shop in (ID, SG):
        await world.post(f"/v1/shops/{shop}/imports", {}, "admin")

    async def all_are() -> bool:
        return {one["connection"] for one in await listings(world)} == {ID, SG}

    await eventually(all_are, "both shops to be mapped")
    return await free_pieces(world)


async def free_pieces(world: World) -> int:
    return int((await world.get(f"/v1/products/{KOPI}", "operator"))["available"])


async def listings(world: World) -> Sequence[Json]:
    """What shops sell of our coffee."""
    found: Sequence[Json] = [one for one in (await world.get("/v1/listings", "admin"))["data"] if one["sku"] == KOPI]
    return found


async def offered(world: World) -> dict[str, int]:
    """How many each shop was told last."""
    return {one["connection"]: sum((one["stock"]["sent"] or {}).values()) for one in await listings(world)}


async def balance(world: World, account: str) -> int:
    found = (await world.get("/v1/ledger/accounts", "operator"))["data"]
    return sum(int(one["balance"]) for one in found if one["account"] == account)


async def in_balance(world: World) -> None:
    totals: dict[str, int] = {}
    for one in (await world.get("/v1/ledger/accounts", "operator"))["data"]:
        totals[one["currency"]] = totals.get(one["currency"], 0) + int(one["balance"])
    assert set(totals.values()) <= {0}, totals


async def paid_out(world: World, shop: str) -> Json:
    """The marketplace pays; the payout as it stands here once its lines are read."""
    told = await world.control("lazada/pay-out", shop=shop)
    await world.control("clock", advance_s=HOUR_S)

    async def look() -> Json | None:
        found = (await world.get("/v1/payouts", "operator", connection=shop))["data"]
        return next((o for o in found if o["statement"] == told["statement"] and o["difference"] == 0), None)

    return await eventually(look, f"payout {told['statement']}")


@pytest.fixture
async def endpoint(world: World) -> AsyncIterator[tuple[Receiver, Json]]:
    """The shop's own server, which hears of orders."""
    async with receiving() as receiver:
        made = await world.post("/v1/endpoints", {"url": receiver.url, "events": ["order.*"], "ordered": True}, "admin")
        yield receiver, made
        headers = (await world.person("admin")).headers()
        await world.http.delete(f"{world.api}/v1/endpoints/{made['id']}", headers=headers)


async def test_an_order_is_packed_shipped_told_and_paid_out_and_every_shop_has_one_piece_less(
    world: World, endpoint: tuple[Receiver, Json]
) -> None:
    free = await mapped(world)
    receiver, made = endpoint

    async def all_offer(pieces: int) -> bool:
        return await offered(world) == dict.fromkeys((ID, SG), pieces)

    await eventually(lambda: all_offer(free), "the stock in both shops")
    began = time.monotonic()
    order = await here(world, await bought(world, ID, quantity=2), ID)
    assert time.monotonic() - began < 2
    assert (order["status"], order["channel"], len(order["items"])) == ("pending", "lazada", 2)
    await eventually(lambda: all_offer(free - 2), "two pieces less in both shops")
    packed = await does(world, order, "pack")
    assert ({one["status"] for one in packed["items"]}, await there(world, order)) == ({"packed"}, "packed")
    headers = (await world.person("api_key")).headers()
    label = await world.http.get(f"{world.api}/v1/orders/{order['id']}/documents?type=label", headers=headers)
    assert (label.headers["content-type"], label.content[:5]) == ("application/pdf", b"%PDF-")
    assert (await does(world, order, "ship"))["status"] == "ready_to_ship"
    assert await there(world, order) == "ready_to_ship"
    await world.control("lazada/scan", shop=ID, order=order["external_id"], kind="shipped")
    await here(world, order["external_id"], ID, "shipped")
    await arrives(world, order)
    product = await world.get(f"/v1/products/{KOPI}", "operator")
    (pool,) = [one["quantity"] for one in product["stock"] if one["fulfilled_by"] is None]
    assert (pool, product["available"]) == (STOCK - 2, free - 2)

    payout = await paid_out(world, ID)
    said = await world.get("/v1/settlements", "operator", payout=payout["id"], limit=100)
    assert payout["opening"] + sum(one["amount"] for one in said["data"]) == payout["amount"] > 0
    assert {"sale", "commission"} <= {one["kind"] for one in said["data"]}
    settled = await world.get(f"/v1/settlements/orders/{ID}/{order['external_id']}", "operator")
    assert (settled["state"], settled["difference"]) == ("settled", 0)
    await in_balance(world)
    assert await balance(world, f"clearing:{ID}") == 0

    verify, wanted = Webhook(made["secret"]), {"packed", "ready_to_ship", "shipped", "delivered"}

    def told() -> list[Json]:
        heard: list[Any] = [verify.verify(came.body, came.headers) for came in receiver.came]
        return [one for one in heard if one["data"]["id"] == order["id"]]

    async def all_came() -> bool:
        return {one["type"] for one in told()} >= {"order.created"} | {f"order.{one}" for one in wanted}

    await eventually(all_came, "every event of the order")
    types, sequences = [one["type"] for one in told()], [one["sequence"] for one in told()]
    once = [one for one in types if one != "order.updated"]
    assert sorted(once) == sorted(set(once))
    assert sequences == sorted(set(sequences))
    assert len({came.id for came in receiver.came}) == len(receiver.came)


async def test_what_a_buyer_sends_back_is_agreed_to_received_and_refunded_and_can_be_sold_again(world: World) -> None:
    await mapped(world)
    order = await here(world, await bought(world, ID), ID)
    await leaves(world, order)
    await arrives(world, order)
    named = {"shop": ID, "order": order["external_id"]}
    await world.control("lazada/return", **named)
    at = f"/v1/orders/{order['id']}/claims"

    async def waits() -> Json | None:
        return next((one for one in (await world.get(at))["data"] if one["waits"]), None)

    claim = await eventually(waits, "the buyer's wish")
    assert (claim["kind"], claim["to_seller"], bool(claim["decide_by"])) == ("return", True, True)
    assert claim["refund"] == order["items"][0]["paid"]
    await world.post(f"{at}/{claim['id']}/accept", {}, expect=200)
    for _ in range(2):  # the buyer posts it, and it arrives
        await world.control("lazada/scan", **named, kind="returned")
    free = await free_pieces(world)

    async def received() -> Json | None:
        headers = (await world.person("api_key")).headers(uuid4().hex)
        url = f"{world.api}{at}/{claim['id']}/receive"
        answer = await world.http.post(url, json={"restock": True}, headers=headers)
        return dict(answer.json()) if answer.status_code == 200 else None

    await eventually(received, "the goods to be back")
    assert await free_pieces(world) == free + 1

    async def refunded() -> bool:
        headers = (await world.person("api_key")).headers(uuid4().hex)
        answer = await world.http.post(f"{world.api}{at}/{claim['id']}/accept", json={}, headers=headers)
        return answer.status_code == 200

    await eventually(refunded, "the money to go back")
    await here(world, order["external_id"], ID, "returned")
    await world.control("clock", advance_s=HOUR_S)
    payout = await paid_out(world, ID)
    said = await world.get("/v1/settlements", "operator", order=order["external_id"], connection=ID, limit=100)
    assert {"sale", "refund"} <= {one["kind"] for one in said["data"]}
    assert (payout["difference_why"], payout["held"]) == ("none", 0)
    await in_balance(world)


async def test_with_the_pushes_off_the_walk_finds_what_was_bought_and_what_came_of_it(world: World) -> None:
    await world.control("lazada/push", method="PUT", on=False)
    try:
        orders = {shop: await bought(world, shop) for shop in (ID, SG)}
        await world.control("clock", advance_s=WALK_S)
        for shop, number in orders.items():
            found = await here(world, number, shop)
            await leaves(world, found)
        await world.control("clock", advance_s=WALK_S)
        for shop, number in orders.items():
            await here(world, number, shop, "shipped")
    finally:
        await world.control("lazada/push", method="PUT", on=True)


async def refused(
    world: World,
    path: str,
    body: Json,
    status: int,
    code: str,
    *pointers: str,
    who: str | Person = "api_key",
    method: str = "POST",
) -> Json:
    """The problem that this is answered with: what it is, where, and what cures it."""
    person = who if isinstance(who, Person) else await world.person(who)
    headers = person.headers(uuid4().hex)
    answer = await world.http.request(method, world.api + path, json=body, headers=headers)
    problem: Json = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert [one["pointer"] for one in problem.get("errors", [])] == list(pointers), answer.text
    assert problem["detail"], answer.text
    assert problem["hint"], answer.text
    assert problem["request_id"].startswith("req_")
    return problem


async def test_what_cannot_be_done_is_told_with_its_place_and_nothing_is_half_done(world: World) -> None:
    await mapped(world)
    mine = await here(world, await bought(world, ID, quantity=2), ID)
    other = await here(world, await bought(world, SG), SG)
    at, item = f"/v1/orders/{mine['id']}", mine["items"][0]["id"]
    await refused(world, f"{at}/ship", {}, 409, "items_not_allowed", "/items", "/items")
    strange = {"items": [item, other["items"][0]["id"]]}
    await refused(world, f"{at}/pack", strange, 422, "unknown_items", "/items/1")
    assert await there(world, mine) == "pending"
    await does(world, mine, "pack", key=(key := uuid4().hex))
    await does(world, mine, "pack", key=key)  # the same request once more
    twice = await refused(world, f"{at}/pack", {"items": [item]}, 409, "items_not_allowed", "/items/0")
    assert "packed already" in twice["errors"][0]["detail"]
    assert len((await world.get(at))["packages"]) == 1

    gone = f"/v1/orders/{other['id']}"
    await refused(world, f"{gone}/cancel", {"reason": "1"}, 409, "marketplace_refused", "/reason")
    (reason,) = [
        one["id"] for one in (await world.get(f"{gone}/cancel-options"))["reasons"] if not one["empties_stock"]
    ]
    await does(world, other, "cancel", {"reason": reason})
    await here(world, other["external_id"], SG, "cancelled")
    for act in ("pack", "ship"):
        told = await refused(world, f"{gone}/{act}", {}, 409, "items_not_allowed", "/items")
        assert "cancelled" in told["errors"][0]["detail"]

    for who, status, code in ((STRANGER, 401, "unauthenticated"), ("customer", 403, "forbidden")):
        await refused(world, f"{at}/ship", {}, status, code, who=who)
    await refused(world, "/v1/orders/ord_00000000000000000000000000/ship", {}, 404, "order_not_found")
    assert await there(world, mine) == "packed"

    free = await free_pieces(world)
    line = {"sku": KOPI, "quantity": 1, "price": 1_000}
    for lines, status, code, pointer in (
        ([line, line | {"sku": "TIDAK-ADA"}], 422, "unknown_sku", "/lines/1/sku"),
        ([line, line | {"quantity": -1}], 422, "invalid_request", "/lines/1/quantity"),
        ([line, line | {"quantity": free}], 409, "out_of_stock", "/lines/1/quantity"),
    ):
        await refused(world, "/v1/orders", {"lines": lines}, status, code, pointer)
    stock = f"/v1/products/{KOPI}/stock"
    await refused(world, stock, {"quantity": -1}, 422, "invalid_request", "/quantity", who="admin", method="PUT")
    assert await free_pieces(world) == free


async def test_a_dead_token_is_told_with_its_cure_and_once_the_seller_lets_the_app_in_again_the_parcel_leaves(
    world: World,
) -> None:
    order = await here(world, await bought(world, SG), SG)
    await does(world, order, "pack")
    await world.control("lazada/expire", shop=SG, kind="refresh")
    path = f"/v1/orders/{order['id']}/ship"
    told = await refused(world, path, {}, 409, "connection_unauthorized", "/items")
    assert f"/console/connections/{APP}" in told["errors"][0]["detail"]
    assert await there(world, order) == "packed"
    async with world.browser() as browser:
        admin = world.said["demo"]["admin"]
        await browser.open(f"{world.api}/login?next=/console/connections/{APP}")
        await browser.submit("/login", **admin)
        await browser.submit("/connect-shop")
        asked = {
            **browser.query,
            "seller": SELLER,
            "decision": "agree",
        }  # the marketplace's page, on which the seller logs in
        answer = await world.http.post(browser.url, data=asked)
        page = await browser.open(answer.headers["location"])
        assert (browser.status, f"/console/connections/{SG}" in browser.url) == (200, True), page

    async def ships() -> bool:
        headers = (await world.person("api_key")).headers(uuid4().hex)
        return (await world.http.post(world.api + path, json={}, headers=headers)).status_code == 200

    await eventually(ships, "the new tokens to be used")  # an account is kept for a second
    assert await there(world, order) == "ready_to_ship"
