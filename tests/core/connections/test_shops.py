"""Shops below an app: let in by their sellers, once and as themselves, and what a marketplace pushes of them."""

import asyncio
from typing import Any

import pytest

from gerbang.core.connections.model import AuthorisationRefused, BadConnection, ConnectionExists, ConnectionInUse
from gerbang.core.secrets.model import Purpose
from gerbang.ports.marketplace import SellerStatus, TokenExpiring
from tests.core.connections.shop_world import DAY_S, World, running, someone, world
from tests.providers.lazada.vectors import APP_KEY

__all__ = ["running", "world"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_seller_who_lets_the_app_in_becomes_a_shop_below_it(world: World) -> None:
    app_ = await world.app()
    first, second = await world.connected(app_, "11"), await world.connected(app_, "22")
    assert (first.id, second.id, first.parent) == (f"{app_}-1", f"{app_}-2", app_)
    assert dict(first.settings) == {"site": "id", "seller_id": "11", "account": "11@example.com"}
    assert (await world.secret(first, "access_token"), await world.secret(first, "refresh_token")) == (
        "access-11-1",
        "refresh-11-1",
    )
    account = await world.core.connections.account_of(first, Purpose.CALL_PROVIDER)
    assert (account.settings["app_key"], account.settings["seller_id"]) == (APP_KEY, "11")
    assert set(account.secrets) == {"app_secret", "access_token", "refresh_token"}
    assert account.hook_url.endswith(f"/hooks/{app_}")
    assert await world.core.connections.shop_of(app_, "id", "22") == second
    assert await world.core.connections.shop_of(app_, "sg", "22") is None
    known = (await world.shops.tokens([first.id]))[first.id]
    assert known.access_until is not None
    assert known.refresh_until is not None
    assert round((known.refresh_until - known.access_until).total_seconds() / DAY_S) == 150
    assert await world.count("audit", first, "shop.connected") == 1


async def test_an_authorisation_opens_once_in_the_session_that_began_it_and_for_ten_minutes(world: World) -> None:
    app_, owner = await world.app(), someone()
    state = await world.state(owner, app_)
    for caller, given in ((someone(), state), (owner, "made up")):
        with pytest.raises(AuthorisationRefused, match="not begun in this session"):
            await world.shops.finish(caller, given, "c-11")
    assert (await world.shops.finish(owner, state, "c-11")).parent == app_
    with pytest.raises(AuthorisationRefused, match="was used"):
        await world.shops.finish(owner, state, "c-22")
    late = await world.state(owner, app_)
    await world.sql(
        "UPDATE shop_authorisations SET expires_at = clock_timestamp() WHERE app = $1 AND used_at IS NULL", app_
    )
    with pytest.raises(AuthorisationRefused, match="older than ten minutes"):
        await world.shops.finish(owner, late, "c-22")
    assert len(world.market.gateway.heard) == 1
    assert len(await world.core.connections.shops_of(app_)) == 1


async def test_two_browsers_with_one_state_make_one_shop(world: World) -> None:
    app_, owner = await world.app(), someone()
    state = await world.state(owner, app_)
    tries = (world.shops.finish(owner, state, "c-11") for _ in range(5))
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["AuthorisationRefused"] * 4 + ["Connection"]


async def test_two_authorisations_of_one_seller_at_the_same_moment_make_one_shop(world: World) -> None:
    app_ = await world.app()
    found = await asyncio.gather(*(world.connected(app_, "11") for _ in range(4)))
    assert {one.id for one in found} == {f"{app_}-1"}
    assert len(await world.core.connections.shops_of(app_)) == 1


async def test_only_the_same_seller_may_let_the_app_in_again(world: World) -> None:
    app_, owner = await world.app(), someone()
    shop = await world.connected(app_, "11")
    for wrong in ("22", "33"):
        state = await world.state(owner, shop.id)
        with pytest.raises(AuthorisationRefused, match="Another seller or country"):
            await world.shops.finish(owner, state, f"c-{wrong}")
    world.market.site = "sg"
    with pytest.raises(AuthorisationRefused, match="Another seller or country"):
        await world.shops.finish(owner, await world.state(owner, shop.id), "c-11")
    assert len(await world.core.connections.shops_of(app_)) == 1
    assert await world.secret(shop, "access_token") == "access-11-1"
    assert await world.count("audit", shop, "shop.authorisation_refused") == 3
    world.market.site = "id"
    again = await world.shops.finish(owner, await world.state(owner, shop.id), "c-11")
    assert (again.id, await world.secret(again, "access_token")) == (shop.id, "access-11-5")
    assert await world.count("audit", shop, "shop.authorised_again") == 1


async def test_an_account_of_several_countries_is_no_shop(world: World) -> None:
    app_ = await world.app()
    world.market.site = "cb"
    with pytest.raises(AuthorisationRefused, match="not the seller of one country"):
        await world.connected(app_, "11")
    assert await world.core.connections.shops_of(app_) == []


async def test_a_code_that_is_refused_leaves_nothing(world: World) -> None:
    app_ = await world.app()
    world.market.instead = "InvalidCode"
    with pytest.raises(AuthorisationRefused, match="older than 30 minutes"):
        await world.connected(app_, "11")
    assert await world.core.connections.shops_of(app_) == []


async def test_what_the_marketplace_pushes_of_a_shop_is_done_and_told_once(world: World) -> None:
    shop = await world.connected(await world.app(), "11")
    now = shop.created_at
    for _ in range(2):
        async with world.core.db.transaction() as tx:
            await world.shops.take(tx, shop, SellerStatus("11", "id", False, "close"), now)
    assert (await world.shops.tokens([shop.id]))[shop.id].is_closed
    assert await world.count("told", shop, "shop.closed") == 1
    async with world.core.db.transaction() as tx:
        said = await world.shops.take(tx, shop, TokenExpiring("11", "id", now), now)
    assert said == "the tokens are refreshed now"
    assert await world.shops.refresh.run_once() == 1


async def test_an_app_with_shops_is_not_deleted_and_a_shop_stays_its_sellers(world: World) -> None:
    app_ = await world.app()
    shop = await world.connected(app_, "11")
    connections = world.core.connections
    await connections.switch("test", app_, enabled=False)
    with pytest.raises(ConnectionInUse, match="Shops stand below"):
        await connections.delete("test", app_)
    other = {**shop.settings, "seller_id": "22"}
    with pytest.raises(BadConnection):
        await connections.update("test", shop.id, settings=other, secrets=shop.secrets, enabled=True)
    await connections.switch("test", shop.id, enabled=False)
    await connections.delete("test", shop.id)
    await connections.delete("test", app_)
    assert await world.sql("SELECT count(*) FROM shop_tokens WHERE connection = $1", shop.id) == 0


async def test_a_shop_made_by_hand_needs_its_app(world: World) -> None:
    app_ = await world.app()
    connections, name = world.core.connections, f"service/{app_}/tokens"
    await world.core.secrets.put(name, world.market.tokens("77")["refresh_token"].encode(), overlap_s=0, actor="test")
    given: dict[str, Any] = {
        "livemode": False,
        "settings": {"seller_id": "77", "site": "id"},
        "secrets": {"access_token": name, "refresh_token": name},
    }
    for parent in (None, "nobody", f"{app_}-1"):
        with pytest.raises(BadConnection):
            await connections.create("test", f"{app_}-9", "lazada", parent=parent, **given)
    with pytest.raises(BadConnection):
        await connections.create("test", f"{app_}-9", "lazada", parent=app_, **{**given, "livemode": True})
    made = await connections.create("test", f"{app_}-9", "lazada", parent=app_, **given)
    with pytest.raises(BadConnection):
        await connections.create("test", f"{app_}-8", "lazada", parent=made.id, **given)
    with pytest.raises(ConnectionExists):
        await connections.create("test", f"{app_}-8", "lazada", parent=app_, **given)
    assert await world.shops.refresh.run_once() == 1  # the lives of its tokens are learnt at once
    assert (await world.shops.tokens([made.id]))[made.id].access_until is not None
