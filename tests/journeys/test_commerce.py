"""A payment through the played Coinbase Commerce: the payer's wallet pays a signed intent on a real chain, and our own node must see it."""

import asyncio
import os
import signal
from typing import Any, Final

from tests.anvil import needs_anvil
from tests.journeys.world import Json, World, eventually, processes

COMMERCE: Final = "coinbase-commerce-uji"
SIMULATOR: Final = "coinbase-commerce"


async def asks(world: World, **more: Any) -> Json:
    """48.50 dollars in USDC on Base, through Commerce."""
    body = {
        "amount": 4_850,
        "currency": "USD",
        "description": "Kopi Gayo 1 kg",
        "method": "crypto",
        "method_options": {"asset": "USDC", "network": "base"},
        "connection": COMMERCE,
        **more,
    }
    made: Json = await world.post("/v1/payments", body)
    return made


async def heard(world: World, payment: Json, fact: str) -> Json:
    """The moment of the timeline at which this fact was heard."""

    async def look() -> Json | None:
        moments = (await world.get(f"/v1/payments/{payment['id']}/timeline"))["data"]
        return next((one for one in moments if fact in str(one["detail"])), None)

    return await eventually(look, f"{fact} of {payment['id']}")


@needs_anvil
async def test_the_payer_pays_on_commerces_page_and_our_node_confirms_it(world: World) -> None:
    payment = await asks(world)
    assert payment["next_action"]["type"] == "redirect"
    async with world.browser() as browser:
        await browser.open(payment["next_action"]["url"])
        assert "48.500000 USDC" in browser.page
        await browser.submit("/do")
        assert browser.url == payment["next_action"]["url"]
        assert "COMPLETED" in browser.page
    await heard(world, payment, "Claimed")
    paid = await world.becomes(payment, "paid", 60)
    assert (paid["amount_captured"], paid["late"]) == (4_850, False)
    assert await world.ledger(payment) == [("clearing", "exchange", "48500000"), ("exchange", "sales", 4_850)]


@needs_anvil
async def test_a_lie_of_commerces_moves_no_money(world: World) -> None:
    """Validly signed, and told by its API too: only our node knows that there is no such transaction."""
    payment = await asks(world)
    await world.control(f"{SIMULATOR}/lie", payment=payment["id"])
    await heard(world, payment, "Claimed")
    told = await world.becomes(payment, "held", 60)
    assert (told["amount_captured"], told["failure"]["code"]) == (0, "mismatch")
    assert await world.ledger(payment) == []


@needs_anvil
async def test_a_live_connection_to_the_closed_service_begins_disabled_and_says_why(world: World) -> None:
    made = []
    for livemode in (True, False):
        body = {
            "id": f"commerce-{livemode}".lower(),
            "provider": "coinbase_commerce",
            "livemode": livemode,
            "secrets": {"api_key": f"service/{COMMERCE}/api_key", "shared_secret": f"service/{COMMERCE}/shared_secret"},
            "probe": False,  # Coinbase itself would be asked
        }
        made.append(await world.post("/v1/connections", body, "admin"))
    assert [one["enabled"] for one in made] == [False, True]
    assert all("2026-03-31" in one["retired"] for one in made)
    nicepay = await world.get("/v1/connections/nicepay-uji", "admin")
    assert nicepay["retired"] == ""
    headers = (await world.person("admin")).headers()
    for one, enabled in ((made[0], True), (made[0], False), (made[1], False)):
        url = f"{world.api}/v1/connections/{one['id']}"
        changed = await world.http.patch(url, headers=headers, json={"enabled": enabled, "probe": False})
        assert changed.json()["enabled"] is enabled


@needs_anvil
async def test_one_press_on_the_checkout_pays_from_the_demo_wallet(world: World) -> None:
    payment = await asks(world, connection="evm-uji")
    async with world.browser() as browser:
        await browser.open(payment["checkout_url"])
        assert f"form-action 'self' {world.sandbox};" in browser.policy
        await browser.submit("/payer")
        assert browser.url.startswith(f"{world.api}/pay/{payment['id']}")
        await world.becomes(payment, "paid", 60)


@needs_anvil
async def test_workers_that_die_while_transfers_come_in_credit_each_once(world: World) -> None:
    """Kill -9 anywhere between the look at the chain and the credit."""
    ask = {
        "amount": 4_850,
        "currency": "USD",
        "method": "crypto",
        "method_options": {"asset": "USDC", "network": "base"},
    }
    payments = [await world.post("/v1/payments", {**ask, "description": f"Gayo coffee {n}"}) for n in range(6)]
    for number, payment in enumerate(payments):
        await world.control("chain/pay", payment=payment["id"])
        await asyncio.sleep(0.3 * number)
        for worker in processes(world.data, "gerbang", "work"):
            os.kill(worker, signal.SIGKILL)
    for payment in payments:
        paid = await world.becomes(payment, "paid", 60)
        assert (paid["amount_captured"], paid["amount_excess"]) == (4_850, 0)
        (seen,) = (await world.get(f"/v1/payments/{payment['id']}/chain"))["data"]
        assert (seen["amount"], seen["verdict"]) == ("48500000", "counts")
        lines = (await world.get("/v1/ledger/postings", payment=payment["id"]))["data"]
        assert [(line["debit"], line["credit"], line["amount"]) for line in lines] == [
            ("wallet:base:USDC", "exchange:USDC", "48500000"),
            ("exchange:USDC", "sales", 4_850),
        ]
