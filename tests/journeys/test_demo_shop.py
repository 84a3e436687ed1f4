"""The demo shop of a running `up`: it hears by its own webhook endpoint that an order is paid, and never asks."""

import asyncio
import json
from pathlib import Path

import httpx

from tests.journeys.world import Browser, World, eventually


async def opened(world: World) -> Path:
    """The file of the shop's endpoint, which is made a moment after the start."""
    path = world.data / "shop-webhook.json"
    await eventually(lambda: asyncio.sleep(0, path.exists()), "the shop's endpoint")
    return path


async def bought(world: World, browser: Browser) -> str:
    """The demo customer fills the cart and chooses a bank; the id of the payment."""
    await browser.open(f"{world.api}/login?next=/shop")
    await browser.submit("/login", **world.said["demo"]["customer"])
    await browser.open(f"{world.api}/shop")
    await browser.submit("/shop/cart")
    await browser.submit("/shop/pay")
    await browser.submit("/choose", method="virtual_account", bank="BCA")
    return browser.url.partition("/pay/")[2].partition("?")[0]


async def test_an_order_of_the_demo_shop_is_marked_paid_by_its_webhook(world: World) -> None:
    await opened(world)
    async with world.browser() as browser:
        payment = await world.get(f"/v1/payments/{await bought(world, browser)}")
        order = payment["order_reference"]
        assert "Waiting for the payment" in row(await browser.open(f"{world.api}/shop"), order)
        await world.pays(payment)

        async def is_paid() -> bool:
            return "Paid" in row(await browser.open(f"{world.api}/shop"), order)

        await eventually(is_paid, "the order to be marked paid")
    (endpoint,) = [one for one in (await world.get("/v1/endpoints"))["data"] if one["url"].endswith("/shop/webhook")]
    deliveries = (await world.get(f"/v1/endpoints/{endpoint['id']}/deliveries"))["data"]
    assert [one["status"] for one in deliveries if one["type"] == "payment.paid"] != []


async def test_the_demo_shop_believes_nobody_who_does_not_hold_its_secret(world: World) -> None:
    kept = json.loads((await opened(world)).read_text(encoding="utf-8"))
    assert (kept["url"], kept["secret"][:6]) == (f"{world.api}/shop/webhook", "whsec_")
    forged = {"webhook-id": "evt_1", "webhook-timestamp": "1780000000", "webhook-signature": "v1,AAAA"}
    async with httpx.AsyncClient() as stranger:
        answer = await stranger.post(kept["url"], json={"type": "payment.paid"}, headers=forged)
    assert answer.status_code == 401


def row(page: str, order: str) -> str:
    """What the page says of one order."""
    found = page.partition(f">{order}<")[2].partition("</li>")[0]
    assert found, page[-3000:]
    return found
