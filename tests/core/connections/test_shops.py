"""Shops below an app: let in by their sellers, once and as themselves; their tokens kept alive by one writer; operators told in time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import pytest_asyncio

from gerbang import app, settings
from gerbang.base import ids
from gerbang.core.connections.model import (
    AuthorisationRefused,
    BadConnection,
    Connection,
    ConnectionExists,
    ConnectionInUse,
)
from gerbang.core.connections.shops import Shops
from gerbang.core.identity.model import Caller, Role, user_caller
from gerbang.core.secrets.model import Purpose
from gerbang.noun import Core
from gerbang.ports.marketplace import SellerStatus, TokenExpiring
from gerbang.providers.sealed import ensure_root_key
from tests.conftest import FreshDatabase
from tests.providers.lazada.gateway import Gateway, Heard, listening, refusal
from tests.providers.lazada.vectors import APP_KEY

pytestmark = pytest.mark.asyncio(loop_scope="module")
CALLBACK = "https://pay.example.com/console/shops/callback"
DAY_S = 86_400
NUMBERS = count(1)


@dataclass(slots=True)
class Market:
    """A marketplace's auth host: gives tokens for any code `c-{seller}`, and for the newest refresh token of a seller only."""

    gateway: Gateway
    site: str = "id"
    access_s: int = 30 * DAY_S
    refresh_s: int = 180 * DAY_S
    newest: dict[str, str] = field(default_factory=dict)
    made: int = 0
    lost: int = 0
    instead: str = ""
    other: str = ""

    def answer(self, heard: Heard) -> Any:
        given = heard.parameters
        if self.instead:
            return refusal(self.instead)
        if heard.path.endswith("/create"):
            seller = given["code"].removeprefix("c-")
        else:
            seller = next((one for one, token in self.newest.items() if token == given["refresh_token"]), "")
            if not seller:
                return refusal("IllegalRefreshToken")
        told = self.tokens(self.other or seller)
        if self.lost:
            self.lost -= 1
            return None
        return told

    def tokens(self, seller: str) -> dict[str, Any]:
        self.made += 1
        self.newest[seller] = f"refresh-{seller}-{self.made}"
        return {
            "code": "0",
            "access_token": f"access-{seller}-{self.made}",
            "refresh_token": self.newest[seller],
            "expires_in": self.access_s,
            "refresh_expires_in": self.refresh_s,
            "country": self.site,
            "account": f"{seller}@example.com",
            "country_user_info": [{"country": self.site.upper(), "seller_id": seller}],
        }


@dataclass(slots=True)
class World:
    core: Core
    market: Market
    shops: Shops

    async def app(self) -> str:
        """An app of its own for each test."""
        name = f"app-{next(NUMBERS)}"
        base = self.market.gateway.base_url
        await self.core.secrets.put(f"service/{name}/app_secret", b"s", overlap_s=0, actor="test")
        await self.core.connections.create(
            "test",
            name,
            "lazada",
            livemode=False,
            settings={"app_key": APP_KEY, "auth_url": base, "base_url": base},
            secrets={"app_secret": f"service/{name}/app_secret"},
        )
        return name

    async def state(self, caller: Caller, connection: str) -> str:
        address = await self.shops.begin(caller, connection, CALLBACK)
        return parse_qs(urlsplit(address).query)["state"][0]

    async def connected(self, app_: str, seller: str, caller: Caller | None = None) -> Connection:
        who = caller or someone()
        return await self.shops.finish(who, await self.state(who, app_), f"c-{seller}")

    async def secret(self, shop: Connection, credential: str) -> str:
        return (await self.core.secrets.newest(shop.secrets[credential], Purpose.CALL_PROVIDER)).value.decode()

    async def sql(self, statement: str, *values: Any) -> Any:
        async with self.core.db.transaction() as tx:
            return await tx.fetchval(statement, *values)

    async def due(self, shop: Connection) -> None:
        await self.sql("UPDATE shop_tokens SET refresh_at = clock_timestamp() WHERE connection = $1", shop.id)

    async def count(self, table: str, shop: Connection, kind: str) -> int:
        asked: Callable[[str], str] = {
            "audit": lambda _: "SELECT count(*) FROM audit WHERE object = $1 AND action = $2",
            "told": lambda _: "SELECT count(*) FROM announcements WHERE data ->> 'connection' = $1 AND type = $2",
        }[table]
        return int(await self.sql(asked(""), f"connection:{shop.id}" if table == "audit" else shop.id, kind))


def someone() -> Caller:
    return user_caller(ids.new(), Role.ADMIN, UUID(int=next(NUMBERS)), frozenset({"connections:manage"}))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    data: Path = tmp_path_factory.mktemp("shops")
    configured = settings.load(data=data, database_url=module_database.app_dsn, sandbox=True)
    ensure_root_key(configured.root_key_path, create=True)
    async with app.core(configured, "maker") as core, listening() as gateway:
        yield World(core, Market(gateway), core.service(Shops))


@pytest.fixture
def world(running: World) -> World:
    running.market = Market(running.market.gateway)
    running.market.gateway.by = running.market.answer
    running.market.gateway.heard.clear()
    return running


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

    slow = type(world.shops.refresh)(world.core.db, world.core.secrets, Slow())  # type: ignore[arg-type]  what it asks of it
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
