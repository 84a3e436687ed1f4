"""The calls beside the port: pages of checkouts, and setting webhook subscriptions up, against the simulator on HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from gerbang.base.http import Http, ProviderRefused
from gerbang.providers.coinbase_checkouts import wire
from gerbang.providers.coinbase_checkouts.account import Key
from gerbang.providers.coinbase_checkouts.client import Client, Endpoint, OrderRefused, TakenBefore, secret_of
from gerbang.providers.coinbase_checkouts.simulator import Merchant
from gerbang.sandbox.app import Sandbox, running
from tests.demo_accounts import sandbox_config
from tests.providers.coinbase_checkouts.orders import KEY_ID, OTHER_SECRET, PUBLIC_KEY, SECRET

EVENTS = ("checkout.payment.success", "checkout.refund.success")


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with running(sandbox_config(str(tmp_path), (), coinbase=(Merchant(KEY_ID, PUBLIC_KEY),))) as one:
        yield one


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    http = Http()
    yield Client(http)
    await http.close()


def endpoint(sandbox: Sandbox, root: str = "/api/v1", secret: bytes = SECRET) -> Endpoint:
    return Endpoint(f"{sandbox.url}/coinbase-business{root}", Key(KEY_ID, secret), datetime.now(UTC), 2.0)


def order(amount: str = "1.00") -> wire.NewCheckout:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    return wire.NewCheckout(amount=amount, currency="USDC", expires_at=later, metadata={"attempt": f"ours-{amount}"})


async def test_pages_hold_every_checkout_once_newest_first(sandbox: Sandbox, client: Client) -> None:
    at = endpoint(sandbox)
    made = [wire.text((await client.create(at, order(f"{n}.00"), uuid4())).id) for n in range(1, 8)]
    seen, after = [], ""
    while True:
        page = await client.list(at, size=3, after=after)
        seen += [wire.text(one.id) for one in page.checkouts]
        after = wire.text(page.next_page_token)
        if not after:
            break
    assert seen == made[::-1]
    await client.deactivate(at, made[0])
    assert [wire.text(one.id) for one in (await client.list(at, status="DEACTIVATED")).checkouts] == [made[0]]


async def test_the_two_environments_do_not_see_each_other(sandbox: Sandbox, client: Client) -> None:
    live, test = endpoint(sandbox), endpoint(sandbox, "/sandbox/api/v1")
    made = await client.create(test, order(), uuid4())
    assert (made.network, made.address) == ("base-sepolia", "0xC00Bb0ac72F15C3dBFc6eb58B257887b529fEF57")
    with pytest.raises(OrderRefused):
        await client.get(live, wire.text(made.id))


async def test_the_same_key_is_the_same_checkout_and_another_order_under_it_is_refused(
    sandbox: Sandbox, client: Client
) -> None:
    at, key, wish = endpoint(sandbox), uuid4(), order()
    assert await client.create(at, wish, key) == await client.create(at, wish, key)
    with pytest.raises(TakenBefore):
        await client.create(at, order("2.00"), key)


@pytest.mark.parametrize("place", ["top", "metadata"])
async def test_a_subscription_tells_its_secret_once_wherever_it_stands(
    sandbox: Sandbox, client: Client, place: str
) -> None:
    sandbox.stage.simulators["coinbase-business"].set_quirks({"subscription_answer": place})
    at = endpoint(sandbox, "/platform")
    target = wire.Target(url="https://pay.example.com/hooks/coinbase")
    made = await client.subscribe(
        at, wire.NewSubscription(description="Gerbang", event_types=EVENTS, target=target, labels={"sandbox": "true"})
    )
    assert len(secret_of(made)) == 36
    (listed,) = (await client.subscriptions(at)).subscriptions
    assert (listed.subscription_id, listed.labels, secret_of(listed)) == (made.subscription_id, {"sandbox": "true"}, "")
    paused = wire.NewSubscription(description="Gerbang", event_types=EVENTS[:1], target=target, is_enabled=False)
    assert not (await client.replace(at, made.subscription_id, paused)).is_enabled
    (listed,) = (await client.subscriptions(at)).subscriptions
    assert (listed.event_types, listed.is_enabled, listed.labels) == (EVENTS[:1], False, {})
    await client.unsubscribe(at, made.subscription_id)
    assert not (await client.subscriptions(at)).subscriptions


async def test_a_foreign_key_is_refused_everywhere(sandbox: Sandbox, client: Client) -> None:
    with pytest.raises(ProviderRefused) as refused:
        await client.list(endpoint(sandbox, secret=OTHER_SECRET))
    assert refused.value.hint
    with pytest.raises(ProviderRefused):
        await client.subscriptions(endpoint(sandbox, "/platform", OTHER_SECRET))
