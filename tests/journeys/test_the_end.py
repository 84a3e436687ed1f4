"""After all journeys: Ctrl-C, the same data again, and every invariant still holds. Runs last by its name."""

import signal

from tests.journeys.conftest import Running
from tests.journeys.world import World, verify


async def test_a_second_up_goes_on_where_the_first_was(running: Running, world: World) -> None:
    before = await world.buy()
    demo = world.said["demo"]
    world.said = running.again(signal.SIGINT)
    assert world.said["demo"] == demo
    assert (await world.payment(before))["next_action"] == before["next_action"]
    await world.pays(before)
    await world.becomes(before, "paid")
    sari = await world.sign_in(**demo["customer"])
    assert (await world.get("/v1/me", sari))["user"]["email"] == demo["customer"]["email"]


async def test_every_invariant_holds_after_everything_that_happened(world: World) -> None:
    """O1 to O3."""
    told = verify(world.data)
    assert told["violations"] == []
    assert told["exit"] == 0
    assert told["payments"] >= 1
    accounts = (await world.get("/v1/ledger/accounts", "operator"))["data"]
    assert accounts
    for currency in {one["currency"] for one in accounts}:  # amounts of crypto are text
        assert sum(int(one["balance"]) for one in accounts if one["currency"] == currency) == 0
