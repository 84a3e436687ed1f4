"""The tokens of shops are kept alive by one writer, and operators are told in time."""

import asyncio
from functools import partial
from typing import Any, cast

import pytest

from gerbang import app
from gerbang.core.connections.outbound_calls import MARKETPLACES, Operation, OutboundCalls
from gerbang.core.connections.token_refresh import TokenRefresh
from gerbang.ports.marketplace import ConnectionUnauthorized, Refused, Why
from tests.conftest import FreshDatabase
from tests.core.connections.shop_world import World, running, world

__all__ = ["running", "world"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_tokens_are_refreshed_in_time_and_both_are_stored(world: World) -> None:
    shop = await world.connected(await world.app(), "11")
    assert await world.shops.refresh.run_once() == 0
    before = (await world.shops.tokens([shop.id]))[shop.id]
    await world.due(shop)
    assert await world.shops.refresh.run_once() == 1
    assert (await world.secret(shop, "access_token"), await world.secret(shop, "refresh_token")) == (
        "access-11-2",
        "refresh-11-2",
    )
    after = (await world.shops.tokens([shop.id]))[shop.id]
    assert before.access_until is not None
    assert after.access_until is not None
    assert after.access_until > before.access_until
    assert after.refresh_until == before.refresh_until  # its life does not begin anew
    assert await world.count("audit", shop, "shop.tokens_refreshed") == 1


ASK = Operation("shop", repeatable=True)


async def test_a_token_that_another_process_refreshed_a_moment_ago_is_used_at_once(
    world: World, module_database: FreshDatabase
) -> None:
    shop = await world.connected(await world.app(), "11")
    asked = partial(world.core.outbound.ask, shop.id, MARKETPLACES, ASK, lambda market, account: market.shop(account))
    assert (await asked()).value().seller == "11"  # the token is known to this process now
    told, name = world.market.tokens("11"), shop.secrets["access_token"]
    async with app.core(world.core.settings, "another") as another:
        await another.secrets.put(name, told["access_token"].encode(), overlap_s=0, actor="another")
    assert (await asked()).value().seller == "11"
    assert [heard.path for heard in world.market.gateway.heard].count("/seller/get") == 3


async def test_a_token_that_died_before_its_time_is_refreshed_at_once_and_not_again_and_again(world: World) -> None:
    shop = await world.connected(await world.app(), "11")
    await world.secret(shop, "access_token")
    await world.core.secrets.put(shop.secrets["access_token"], b"access-11-0", overlap_s=0, actor="test")
    asked = partial(world.core.outbound.ask, shop.id, MARKETPLACES, ASK, lambda market, account: market.shop(account))
    await asyncio.sleep(1.1)  # an account is kept for a second
    refused = (await asked()).error
    assert isinstance(refused, Refused)
    assert refused.why is Why.TOKEN_EXPIRED
    assert await world.shops.refresh.run_once() == 1
    await asyncio.sleep(1.1)
    assert (await asked()).value().seller == "11"
    world.market.tokens("11")  # whoever else made new tokens killed ours: a second refresh would not help
    refused = (await asked()).error
    assert isinstance(refused, ConnectionUnauthorized)
    assert f"/console/connections/{shop.parent}" in refused.words
    await asked()
    assert await world.shops.refresh.run_once() == 0
    assert await world.count("told", shop, "shop.refresh_failing") == 1


async def test_a_token_that_dies_soon_after_a_refresh_in_time_is_refreshed_at_once(world: World) -> None:
    shop = await world.connected(await world.app(), "11")
    await world.due(shop)
    assert await world.shops.refresh.run_once() == 1
    await asyncio.sleep(1.1)  # an account is kept for a second
    world.market.tokens("11")
    await world.core.outbound.ask(shop.id, MARKETPLACES, ASK, lambda market, account: market.shop(account))
    assert await world.shops.refresh.run_once() == 1
    assert await world.count("told", shop, "shop.refresh_failing") == 0


async def test_one_of_many_workers_refreshes(world: World) -> None:
    shop = await world.connected(await world.app(), "11")
    await world.due(shop)
    await asyncio.gather(*(world.shops.refresh.refresh(shop.id) for _ in range(6)))
    assert world.market.made == 2
    assert await world.secret(shop, "refresh_token") == world.market.newest["11"]


async def test_a_refresh_whose_answer_is_lost_is_tried_once_more_and_then_the_operator_is_told(world: World) -> None:
    shop = await world.connected(await world.app(), "11")
    await world.due(shop)
    world.market.lost = 1
    await world.shops.refresh.run_once()
    assert (await world.shops.tokens([shop.id]))[shop.id].failures == 1
    assert await world.count("told", shop, "shop.authorisation_ended") == 0
    await world.due(shop)
    await world.shops.refresh.run_once()  # the lost refresh has killed the old token
    known = (await world.shops.tokens([shop.id]))[shop.id]
    assert (known.is_ended, known.refresh_at) == (True, None)
    assert await world.count("told", shop, "shop.authorisation_ended") == 1
    again = await world.connected(shop.parent or "", "11")
    assert again.id == shop.id
    assert not (await world.shops.tokens([shop.id]))[shop.id].is_ended


async def test_a_marketplace_that_does_not_answer_is_asked_again_later_and_told_of_once(world: World) -> None:
    shop = await world.connected(await world.app(), "11")
    world.market.instead = "998"
    for _ in range(4):
        await world.due(shop)
        await world.shops.refresh.run_once()
    assert (await world.shops.tokens([shop.id]))[shop.id].failures == 4
    assert await world.count("told", shop, "shop.refresh_failing") == 1
    world.market.instead = ""


async def test_a_worker_that_died_while_it_refreshed_is_followed_by_another(world: World) -> None:
    shop = await world.connected(await world.app(), "11")
    await world.sql(
        "UPDATE shop_tokens SET refresh_at = clock_timestamp(), claim = claim + 1, claimed_until = clock_timestamp() + interval '3 minutes' WHERE connection = $1",
        shop.id,
    )
    assert await world.shops.refresh.run_once() == 0
    await world.sql("UPDATE shop_tokens SET claimed_until = clock_timestamp() WHERE connection = $1", shop.id)
    assert await world.shops.refresh.run_once() == 1
    assert await world.secret(shop, "access_token") == "access-11-2"


async def test_a_refresh_that_names_another_seller_disables_the_shop(world: World) -> None:
    shop = await world.connected(await world.app(), "11")
    await world.due(shop)
    world.market.other = "99"
    await world.shops.refresh.run_once()
    known = await world.core.connections.get(shop.id)
    assert (known.enabled, await world.secret(shop, "access_token")) == (False, "access-11-1")
    assert await world.count("told", shop, "shop.authorisation_ended") == 1


async def test_a_refresh_that_a_new_authorisation_overtook_stores_nothing(world: World) -> None:
    shop = await world.connected(await world.app(), "11")
    await world.due(shop)
    held, go_on = asyncio.Event(), asyncio.Event()
    ask = world.core.outbound.ask

    class Slow:
        """The way to the marketplace, with a pause before what it answered comes back."""

        connections = world.core.connections

        async def ask(self, *args: Any, **more: Any) -> Any:
            result = await ask(*args, **more)
            held.set()
            await go_on.wait()
            return result

    slow = TokenRefresh(world.core.db, world.core.secrets, cast("OutboundCalls", Slow()))
    refreshing = asyncio.create_task(slow.refresh(shop.id))
    await held.wait()
    await world.connected(shop.parent or "", "11")
    go_on.set()
    await refreshing
    assert await world.secret(shop, "refresh_token") == world.market.newest["11"]


@pytest.mark.parametrize(("days", "warnings"), [(20, []), (13, [14]), (6, [14, 7]), (1, [2]), (-1, [0])])
async def test_the_end_of_the_refresh_token_is_told_in_time(world: World, days: int, warnings: list[int]) -> None:
    shop = await world.connected(await world.app(), "11")
    left = [days] if len(warnings) < 2 else [13, days]
    for one in left:
        await world.sql(
            "UPDATE shop_tokens SET refresh_until = clock_timestamp() + make_interval(days => $2) WHERE connection = $1",
            shop.id,
            one,
        )
        for _ in range(2):
            await world.shops.refresh.run_once()
    told = await world.sql(
        "SELECT array_agg((data ->> 'days')::int ORDER BY made_at) FROM announcements WHERE data ->> 'connection' = $1 AND type = 'shop.authorisation_ending'",
        shop.id,
    )
    assert (told or []) == warnings
